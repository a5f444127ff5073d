// The holder's code: this phone makes a key, the server signs what it is good for, and the phone signs
// the moment every 15 seconds. Works on without a network. Where it cannot, the printed code stays.
import { lowered } from "./curves.js";
import { draw } from "./draw.js";
import { bytesOf, hex, shownText, STEP_MS, toSign } from "./format.js";
import { keep, kept } from "./kept.js";

const ECDSA = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const WRONG_CLOCK_MS = 30_000;
const RENEW_MS = 60_000;

export async function start(card) {
  if (!window.isSecureContext || !window.crypto?.subtle || !window.indexedDB) return;
  keepPage();
  const form = card.querySelector("[data-code-form]");
  const live = { card, form, serial: card.dataset.pass, row: await kept(card.dataset.pass).catch(() => null) };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    bind(live, true);
  });
  if (live.row?.level1) show(live);
  // A phone in the hand shows its code at once; a desk asks first, and stays with what is printed.
  if (live.row || matchMedia("(pointer: coarse)").matches) await bind(live, false);
  else form.hidden = false;
  document.addEventListener("visibilitychange", () => !document.hidden && live.row?.level1 && bind(live, false));
  setInterval(() => !document.hidden && live.row?.level1 && bind(live, false), RENEW_MS);
}

// Sends this phone's key; the answer says what the pass is good for now, and what time it is.
async function bind(live, isMove) {
  if (!navigator.onLine && live.row) return; // what this phone has stays good
  const pair = live.row?.pair ?? (await crypto.subtle.generateKey(ECDSA, false, ["sign", "verify"]));
  const form = new FormData(live.form);
  form.set("public", hex(new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey))));
  form.set("move", isMove ? "1" : "");
  const asked = Date.now();
  let answer;
  try {
    answer = await fetch(live.form.action, { method: "POST", body: form, headers: { Accept: "application/json" } });
  } catch {
    return; // no network after all
  }
  if (answer.status === 409) return hide(live, pair);
  if (!answer.ok) return;
  const { level_1: level1, now } = await answer.json();
  live.row = { pair, level1: bytesOf(level1), offset: now - (asked + Date.now()) / 2 };
  await keep(live.serial, live.row).catch(() => {});
  show(live);
}

function show(live) {
  live.form.hidden = true;
  part(live, "live").hidden = false;
  live.card.classList.add("is-live");
  part(live, "clock").hidden = Math.abs(live.row.offset) < WRONG_CLOCK_MS;
  live.drawn = null;
  live.timer ??= setInterval(() => tick(live), 1000);
  tick(live);
}

// Another phone shows this pass: the key stays, in case it is moved back.
function hide(live, pair) {
  live.row = { pair };
  keep(live.serial, live.row).catch(() => {});
  clearInterval(live.timer);
  live.timer = undefined;
  part(live, "live").hidden = true;
  live.card.classList.remove("is-live");
  part(live, "elsewhere").hidden = false;
  live.form.hidden = false;
}

async function tick(live) {
  if (document.hidden || !live.row?.level1) return;
  const now = Date.now() + live.row.offset;
  const step = Math.floor(now / STEP_MS);
  part(live, "fresh").value = Math.ceil(((step + 1) * STEP_MS - now) / 1000);
  if (step === live.drawn) return;
  live.drawn = step;
  const { pair, level1 } = live.row;
  const signature = new Uint8Array(await crypto.subtle.sign(ECDSA, pair.privateKey, toSign(level1, step)));
  const text = shownText(level1, step, lowered(signature));
  draw(part(live, "qr"), text);
  part(live, "at").textContent = new Date(now).toLocaleTimeString(document.documentElement.lang);
}

function part(live, name) {
  return live.card.querySelector(`[data-code-${name}]`);
}

// The page opens again without a network.
function keepPage() {
  const scope = location.pathname.match(/^.*?\/[op]\//)?.[0];
  if (scope) navigator.serviceWorker?.register("/codes/worker.js", { scope }).catch(() => {});
}
