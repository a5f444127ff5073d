// The list of a departure: who gets on and off at a stop, who is missing, and a tap that lets somebody on.
// What is shown comes from the book alone, so that it is the same without a network.
import { chosen, say } from "./words.js";

const at = (name) => document.querySelector(`[data-${name}]`);

// Everybody at one stop, by what they do there. Pure: `people` have {who, isAboard}.
export function grouped(people, stop) {
  const on = people.filter(({ who }) => who.board === stop);
  return {
    on: on.filter(({ isAboard }) => !isAboard),
    missing: people.filter(({ who, isAboard }) => !isAboard && who.board < stop && who.alight > stop),
    off: people.filter(({ who, isAboard }) => isAboard && who.alight === stop),
    aboard: people.filter(({ who, isAboard }) => isAboard && who.board <= stop && who.alight > stop),
    later: people.filter(({ who, isAboard }) => !isAboard && who.board > stop),
  };
}

export class Roster {
  // `onPick` is given the row that was chosen.
  constructor(gate, onPick) {
    Object.assign(this, { gate, onPick, stop: 0, isOpen: false, found: null, shown: "" });
    at("roster-open").addEventListener("click", () => this.toggle());
    at("roster-all").addEventListener("click", () => this.narrow(null));
    at("stop").addEventListener("change", (event) => {
      this.stop = Number(event.target.value);
      this.show();
    });
  }

  toggle() {
    this.isOpen = !this.isOpen;
    this.narrow(null);
  }

  // Only these rows: who it could be by the last four characters. Null: everybody.
  narrow(rows, ending = "") {
    if (rows) this.isOpen = true;
    Object.assign(this, { found: rows, ending });
    this.show();
    if (rows) at("roster-title").focus();
  }

  people(rows = this.gate.book.people()) {
    return rows.map((row) => ({ row, who: row.who, isAboard: this.gate.book.standing(row).entries > 0 }));
  }

  show() {
    const { book } = this.gate;
    at("roster-open").hidden = !book.hasPeople;
    at("roster").hidden = !(book.hasPeople && this.isOpen);
    at("roster-open").setAttribute("aria-expanded", String(this.isOpen));
    if (!book.hasPeople) return;
    const everybody = this.people();
    const come = everybody.filter(({ isAboard }) => isAboard).length;
    at("roster-open").textContent = say("list_of", { n: come, all: everybody.length });
    if (this.isOpen) this.draw(everybody);
  }

  draw(everybody) {
    const { stops = [] } = this.gate.book.list.head;
    this.stop = Math.min(this.stop, Math.max(stops.length - 1, 0));
    const groups = this.found ? { could_be: this.people(this.found) } : grouped(everybody, this.stop);
    const facts = JSON.stringify([this.stop, stops, document.documentElement.lang, this.ending, groups]);
    if (facts === this.shown) return;
    this.shown = facts;
    at("roster-all").hidden = !this.found;
    at("stop-choice").hidden = Boolean(this.found) || stops.length < 2;
    at("stop").replaceChildren(...stops.map((words, number) => new Option(chosen(words), number, false, number === this.stop)));
    at("roster-title").textContent = this.found ? say("ending", { ending: this.ending, n: this.found.length }) : counts(groups);
    at("roster-groups").replaceChildren(...Object.entries(groups).flatMap(([name, people]) => this.group(name, people, stops)));
  }

  group(name, people, stops) {
    if (!people.length) return [];
    const title = make("h3", say(`group_${name}`, { n: people.length }));
    const list = make("ul", "", "g-list");
    const seat = ({ who }) => Number.parseInt(who.seat, 10) || 999;
    list.append(...[...people].sort((a, b) => seat(a) - seat(b)).map((person) => this.person(person, stops)));
    return [title, list];
  }

  person({ row, who, isAboard }, stops) {
    const line = make("li", "");
    const open = make("button", "", "g-person");
    open.type = "button";
    open.dataset.person = row.right;
    open.append(make("b", who.seat || "–"), make("span", who.name || say("holder")), make("small", way(who, stops)));
    for (const extra of row.show?.extras ?? []) open.append(make("small", chosen(extra)));
    open.append(make("em", isAboard ? say("is_aboard") : ""));
    line.append(open);
    if (!isAboard) line.append(this.boardButton(open, row, who));
    return line;
  }

  // A second tap lets them on: the first one shows whom.
  boardButton(open, row, who) {
    const board = make("button", say("board", { seat: who.seat || "–" }), "g-button g-button--main");
    Object.assign(board, { type: "button", hidden: true });
    open.setAttribute("aria-expanded", "false");
    open.addEventListener("click", () => {
      board.hidden = !board.hidden;
      open.setAttribute("aria-expanded", String(!board.hidden));
    });
    board.addEventListener("click", () => this.onPick(row));
    return board;
  }
}

function counts({ on, off, aboard, missing }) {
  return say("counts", { on: on.length, off: off.length, aboard: aboard.length, missing: missing.length });
}

function way({ board, alight }, stops) {
  return `${chosen(stops[board])} → ${chosen(stops[alight])}`;
}

function make(tag, text, kind = "") {
  return Object.assign(document.createElement(tag), { textContent: text, className: kind });
}
