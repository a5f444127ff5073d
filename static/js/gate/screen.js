// What the gate shows: one tone, one sign, one word, then who and why; above it, how the device is.
import { feel } from "./feel.js";
import { chosen, say, time } from "./words.js";

const SIGNS = {
  in: "m4.5 12.5 5 5L19.5 7",
  out: "M5 12h14M13 6l6 6-6 6",
  stop: "m6 6 12 12M18 6 6 18",
  check: "M12 4.5 21 19.5H3zM12 10v4.5M12 17h.01",
  document: "M12 4.5 21 19.5H3zM12 10v4.5M12 17h.01",
  ready: "M4 8.5V4h4.5M15.5 4H20v4.5M20 15.5V20h-4.5M8.5 20H4v-4.5M4 12h16",
};
const at = (name) => document.querySelector(`[data-${name}]`);

export function view(name) {
  for (const element of document.querySelectorAll("[data-view]")) element.hidden = element.dataset.view !== name;
}

export function answer(shown, zone) {
  const { tone, people = [] } = shown;
  document.body.dataset.tone = tone;
  document.body.dataset.seq = shown.seq ?? "";
  at("sign").setAttribute("d", SIGNS[tone]);
  at("word").textContent = say(tone === "document" ? "check" : tone);
  at("count").textContent = counted(people.length);
  at("why").textContent = why(shown);
  at("people").replaceChildren(...people.map(person), ...(shown.rights ?? []).filter(() => tone === "document").map((right) => span(right, zone)));
  at("document").hidden = tone !== "document";
  if (tone !== "ready") feel(tone === "out" ? "in" : tone === "document" ? "check" : tone);
}

function counted(count) {
  if (!count) return "";
  return count === 1 ? say("person") : say("persons", { n: count });
}

function why({ tone, reason, words, where, left, people = [] }) {
  if (tone === "document") return say("document_title");
  if (where) return say("belongs", { where: chosen(where) });
  if (reason === "wrong_place" && words) return chosen(words);
  if (tone === "stop") return say(`why_${reason}`, { n: left }) || chosen(words);
  const checks = people.map(({ check }) => chosen(check)).filter(Boolean);
  const compare = tone === "check" ? [...new Set(checks.length ? checks : [say("compare")])] : [];
  return [...compare, left ? say("left", { n: left }) : ""].filter(Boolean).join(" · ");
}

function person({ class: kind, age, extras = [] }) {
  const line = document.createElement("li");
  line.append(Object.assign(document.createElement("b"), { textContent: chosen(kind) || say("holder") }));
  if (age !== undefined) line.append(Object.assign(document.createElement("span"), { textContent: say("age", { n: age }) }));
  for (const extra of extras) line.append(Object.assign(document.createElement("small"), { textContent: chosen(extra) }));
  return line;
}

// When a right is good: who reads it looks at a clock of their own.
function span({ show, validFrom, validUntil }, zone) {
  const line = person(show ?? {});
  const text = say("good_between", { from: time(validFrom, zone), until: time(validUntil, zone) });
  line.append(Object.assign(document.createElement("small"), { textContent: text }));
  return line;
}

// One line of how the device is; what is wrong stands first.
export function state({ book, sync, clock, battery }) {
  const skew = Math.round(clock.skew / 1000);
  const lines = [
    say(sync.isOnline ? "online" : "offline"),
    !clock.isSure() && say("clock_bad"),
    !book.list && say("no_list"),
    book.waiting.size > 0 && say("queue", { n: book.waiting.size }),
    sync.at > 0 && aged(Date.now() - sync.at),
    Math.abs(skew) > 5 && say("clock", { n: skew }),
    battery !== null && say("battery", { n: battery }),
  ];
  at("state").textContent = lines.filter(Boolean).join(" · ");
  document.body.dataset.net = sync.isOnline ? "online" : "offline";
  document.body.dataset.queue = String(book.waiting.size);
}

const STEPS = 4;
const FRESH_MS = 30_000;

// How full it is inside, as the site said last: in words, in steps and in colour, and how long ago that was.
export function load({ book, sync, clock }) {
  const said = book.about?.load;
  const line = at("load");
  line.hidden = !said;
  if (!said) return;
  line.dataset.level = String(said.level);
  const old = Math.max(0, clock.now() - said.at_ms);
  put(line.firstElementChild, "■".repeat(said.level) + "□".repeat(STEPS - said.level));
  put(at("load-words"), chosen(said.words));
  put(at("load-age"), sync.isOnline && old < FRESH_MS ? "" : ago(old));
}

function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

// In steps of ten seconds: who listens is not told every second.
function ago(ms) {
  const seconds = Math.floor(ms / 10_000) * 10;
  return seconds < 120 ? say("load_s", { n: seconds }) : say("load_min", { n: Math.round(seconds / 60) });
}

function aged(ms) {
  const seconds = Math.max(0, Math.round(ms / 1000));
  return seconds < 120 ? say("age_s", { n: seconds }) : say("age_min", { n: Math.round(seconds / 60) });
}
