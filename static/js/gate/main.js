// The gate's program from its beginning: who it is, then its list, then one scan after the other.
import { Api, enrol, ShutOut } from "./api.js";
import { Book } from "./book.js";
import { Camera } from "./camera.js";
import { Clock } from "./clock.js";
import { Departures } from "./departures.js";
import { Gate } from "./gate.js";
import { endingOf } from "./judge.js";
import { makePair, publicKey, tagKey } from "./keys.js";
import { Roster } from "./roster.js";
import * as screen from "./screen.js";
import * as store from "./store.js";
import { Sync } from "./sync.js";
import { hour, learn, say, swap } from "./words.js";

const about = JSON.parse(document.getElementById("about").textContent);
const at = (name) => document.querySelector(`[data-${name}]`);

async function begin() {
  if ("serviceWorker" in navigator) navigator.serviceWorker.register(about.worker);
  const db = await store.open();
  learn(about.texts, await store.get(db, "self", "language"));
  at("language").addEventListener("click", () => void store.put(db, "self", swap(), "language"));
  const isAlone = await alone();
  if (!isAlone) return screen.view("second");
  if (await store.get(db, "self", "isOut")) return locked(await store.count(db, "scans"));
  if (!(await store.get(db, "self", "device"))) return askForCode(db);
  return work(db);
}

// Two windows of one device would give numbers twice.
function alone() {
  if (!navigator.locks) return true;
  return new Promise((resolve) => {
    navigator.locks.request("quanyu-gate", { ifAvailable: true }, (lock) => {
      resolve(lock !== null);
      return lock && new Promise(() => {});
    });
  });
}

function askForCode(db) {
  screen.view("enrol");
  const form = at("enrol");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      const pair = await makePair();
      const { tag_key: key, now_ms: _now, ...said } = await enrol(form.elements.code.value, await publicKey(pair));
      const tags = await tagKey(key);
      await store.write(db, ["self"], ({ self }) => {
        for (const [name, value] of Object.entries({ device: said.device, pair, counter: 0, about: said, tagKey: tags })) self.put(value, name);
      });
      await navigator.storage?.persist?.();
      await work(db);
    } catch (refused) {
      at("enrol-why").textContent = refused.message || say("offline");
    }
  });
}

async function work(db) {
  const [device, pair, counter, kept] = await Promise.all(["device", "pair", "counter", "clock"].map((name) => store.get(db, "self", name)));
  const book = await Book.open(db);
  const clock = new Clock(kept);
  const gate = new Gate({ book, clock });
  const api = new Api(db, device, pair, counter);
  working = gate;
  const onChange = () => show(gate);
  at("language").addEventListener("click", onChange);
  gate.sync = new Sync({ book, api, clock, version: about.version, onChange });
  screen.view("scan");
  screen.answer({ tone: "ready" });
  listen(gate);
  gate.departures = new Departures(gate, inTurn);
  gate.roster = new Roster(gate, (row) => inTurn(() => told(gate, () => gate.pick(row))));
  onChange();
  setInterval(onChange, 1_000);
  if (gate.departures.isNeeded) gate.departures.open();
  await gate.sync.start();
}

let battery = null;
navigator.getBattery?.().then((found) => {
  const told = () => (battery = Math.round(found.level * 100));
  found.addEventListener("levelchange", told);
  told();
});

function show(gate) {
  if (gate.sync.isOut) return void shutOut(gate);
  const place = gate.book.about?.place ?? {};
  const words = document.documentElement.lang === "en" ? place.en : place["zh-hans"];
  const { starts_ms: starts, timezone } = gate.book.about ?? {};
  const when = starts ? `${hour(starts, timezone)} ` : "";
  at("place").textContent = when + (words || place["zh-hans"] || gate.book.about?.post || say("title"));
  at("way").textContent = say(gate.direction === "IN" ? "way_in" : "way_out");
  at("many").textContent = gate.persons ?? say("all");
  at("undo-open").hidden = !(gate.sync.isOnline && gate.last);
  gate.departures?.show();
  gate.roster?.show();
  screen.load(gate);
  screen.state({ book: gate.book, sync: gate.sync, clock: gate.clock, battery });
}

// The desk has shut the device out: what could be of use to a thief goes, what was not sent stays.
async function shutOut({ book }) {
  await store.write(book.db, ["self", "burns", "changed"], ({ self, burns, changed }) => {
    for (const name of ["list", "tagKey", "about", "cursor", "pair"]) self.delete(name);
    self.put(true, "isOut");
    burns.clear();
    changed.clear();
  });
  locked(book.waiting.size);
}

function locked(queue) {
  screen.view("locked");
  document.body.dataset.tone = "stop";
  at("locked-queue").textContent = queue ? say("locked_queue", { n: queue }) : "";
}

function listen(gate) {
  const [form, field] = [at("scan"), document.getElementById("code")];
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = field.value;
    field.value = "";
    if (text.trim()) scan(gate, text);
  });
  at("document").addEventListener("submit", (event) => {
    event.preventDefault();
    const typed = event.target.elements.document;
    scan(gate, gate.raw, typed.value);
    typed.value = "";
  });
  // What a scanner types while nothing has the focus belongs to the field.
  document.addEventListener("keydown", (event) => {
    const isTyping = event.target.closest("input, select") !== null || event.key === " ";
    if (!isTyping && event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey) field.focus();
  });
  at("fewer").addEventListener("click", () => many(gate, -1));
  at("more").addEventListener("click", () => many(gate, 1));
  at("way").addEventListener("click", () => {
    gate.direction = gate.direction === "IN" ? "OUT" : "IN";
    show(gate);
  });
  switchUndo(gate);
  switchCamera(gate);
  field.focus({ preventScroll: true });
}

function many(gate, by) {
  const next = (gate.persons ?? 0) + by;
  gate.persons = next >= 1 ? next : undefined;
  show(gate);
}

function switchCamera(gate) {
  const camera = new Camera(at("video"), (text) => scan(gate, text));
  at("camera").addEventListener("click", async (event) => {
    if (camera.stream) camera.stop();
    else await camera.start().catch(() => (at("why").textContent = say("no_camera")));
    event.target.dataset.text = camera.stream ? "camera_off" : "camera";
    event.target.textContent = say(event.target.dataset.text);
  });
}

// Only with a network, and only with the chief signed in on this device: the site wants to know who.
function switchUndo(gate) {
  const form = at("undo");
  at("undo-open").addEventListener("click", () => (form.hidden = !form.hidden));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const answer = await gate.sync.api.ask("undo", { seq: gate.last, reason: form.elements.reason.value }).catch(() => null);
    const said = answer ? await answer.json() : { title: say("offline") };
    at("sign-in").hidden = said.code !== "chief_missing";
    at("undo-why").textContent = said.undone ? "" : said.title;
    if (!said.undone) return;
    form.reset();
    Object.assign(form, { hidden: true });
    gate.last = null;
    screen.answer({ tone: "stop", reason: "undone" });
    show(gate);
  });
}

// One after the other: a second code waits for the answer to the first.
let line = Promise.resolve();
let working;
function inTurn(work) {
  line = line.then(work).catch((error) => {
    if (error instanceof ShutOut) working.sync.isOut = true;
    else console.error(error);
    show(working);
  });
}

function scan(gate, raw, document) {
  inTurn(async () => {
    const ending = endingOf(raw);
    if (ending && gate.book.hasPeople) {
      screen.answer({ tone: "ready" });
      return gate.roster.narrow(await gate.book.ofEnding(ending), ending);
    }
    gate.raw = raw;
    return told(gate, () => gate.scan(raw, { persons: gate.persons, document }));
  });
}

async function told(gate, ask) {
  const shown = await ask();
  gate.persons = undefined;
  at("undo").hidden = true;
  gate.last = ["in", "check"].includes(shown.tone) ? shown.seq : null;
  screen.answer(shown, gate.book.about.timezone);
  gate.roster.narrow(null);
  show(gate);
  if (gate.book.hasPeople) window.scrollTo(0, 0);
}

begin();
