// A device that roams chooses where it stands today. That needs the network; its list then works without.
import { answered, ShutOut } from "./api.js";
import { view } from "./screen.js";
import { chosen, hour, say } from "./words.js";

const at = (name) => document.querySelector(`[data-${name}]`);

export class Departures {
  // `inTurn` runs work after the scans that are under way.
  constructor(gate, inTurn) {
    Object.assign(this, { gate, inTurn });
    at("departures-open").addEventListener("click", () => this.open());
    at("departures-back").addEventListener("click", () => view("scan"));
  }

  show() {
    at("departures-open").hidden = !this.gate.book.about?.roams;
  }

  // Whether none is chosen yet.
  get isNeeded() {
    const { about } = this.gate.book;
    return Boolean(about?.roams && about.post.startsWith("runs:"));
  }

  async open() {
    view("departures");
    at("departures-why").textContent = say("loading");
    try {
      const { sync } = this.gate;
      const { departures } = await sync.between(async () => answered(await sync.api.ask("departures")));
      at("departures-why").textContent = departures.length ? "" : say("no_departures");
      at("departures").replaceChildren(...byWay(departures).map((some) => this.way(some)));
    } catch (error) {
      this.failed(error);
    }
  }

  // One line in one direction, to open: its departures, those that have left long ago are not offered.
  way(some) {
    const { post } = this.gate.book.about;
    const line = make("li", "");
    const fold = make("details", "", "g-way");
    fold.open = some.some(({ key }) => key === post);
    const head = make("summary", "");
    head.append(make("b", chosen(some[0].title)), make("span", chosen(some[0].subtitle)));
    const times = make("div", "", "g-times");
    times.append(...some.map((each) => this.button(each, post)));
    fold.append(head, times);
    line.append(fold);
    return line;
  }

  button({ key, starts_ms: starts }, post) {
    const button = make("button", hour(starts, this.gate.book.about.timezone), "g-button");
    button.type = "button";
    button.dataset.departure = key;
    if (key === post) button.setAttribute("aria-current", "true");
    button.addEventListener("click", () => this.inTurn(() => this.choose(key)));
    return button;
  }

  async choose(key) {
    at("departures-why").textContent = say("loading");
    try {
      await this.gate.sync.move(key);
      view("scan");
    } catch (error) {
      this.failed(error);
    }
  }

  failed(error) {
    if (error instanceof ShutOut) throw error;
    at("departures-why").textContent = error.message || say("needs_network");
  }
}

// Those of one line and direction together, in the order in which the first of each leaves.
function byWay(departures) {
  const ways = new Map();
  for (const each of departures) {
    const name = JSON.stringify([each.title, each.subtitle]);
    ways.set(name, [...(ways.get(name) ?? []), each]);
  }
  return [...ways.values()];
}

function make(tag, text, kind = "") {
  return Object.assign(document.createElement(tag), { textContent: text, className: kind });
}
