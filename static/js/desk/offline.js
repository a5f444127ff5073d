// Sells reserved numbers without a network: choose a class, take the cash, print; told when there is one.
import qrcode from "../../vendor/qrcode-generator-2.0.4.js";
import { seal, unseal } from "./sealing.js";
import * as store from "./store.js";

const root = document.querySelector("[data-offline-desk]");
const part = (name) => root.querySelector(`[data-${name}]`);
const yuan = (fen) => `¥${(fen / 100).toFixed(2)}`;
const db = await store.open();
let own = await store.block(db);
let chosen = null;

async function draw() {
  own = await store.block(db);
  const all = await store.numbers(db);
  const left = all.filter((each) => each.code && !each.soldMs);
  const sold = all.filter((each) => each.soldMs);
  part("none").hidden = Boolean(own);
  part("work").hidden = !own;
  part("left").textContent = String(left.length);
  part("sold").textContent = String(sold.length);
  part("cash").textContent = yuan(sold.reduce((sum, each) => sum + each.fen, 0));
  const kinds = Map.groupBy ? Map.groupBy(left, (each) => each.class) : group(left);
  part("classes").replaceChildren(...[...kinds].map(([name, some], place) => choice(name, some, place)));
  showSum(left);
}

function group(rows) {
  const found = new Map();
  for (const row of rows) found.set(row.class, [...(found.get(row.class) ?? []), row]);
  return found;
}

function choice(name, some, place) {
  const item = document.createElement("li");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "q-button q-button--line";
  button.dataset.class = name;
  button.setAttribute("aria-pressed", String(chosen === name));
  button.textContent = `${place + 1} · ${name} ${yuan(some[0].fen)} (${some.length})`;
  button.addEventListener("click", () => choose(name));
  item.append(button);
  return item;
}

function choose(name) {
  chosen = name;
  draw().then(() => part("given").focus());
}

function showSum(left) {
  const next = left.find((each) => each.class === chosen);
  part("total").textContent = next ? yuan(next.fen) : "–";
  part("sell").disabled = !next;
  const given = givenFen();
  part("change").textContent = next && given !== null && given >= next.fen ? yuan(given - next.fen) : "–";
}

function givenFen() {
  const text = part("given").value.trim().replace(",", ".");
  return text === "" ? null : Math.round(Number(text) * 100);
}

async function sell() {
  const next = (await store.numbers(db)).find((each) => each.class === chosen && each.code && !each.soldMs);
  const given = givenFen();
  if (!next) return;
  if (given !== null && !(given >= next.fen)) return say(root.dataset.tooLittle);
  const who = await seal(db, next.n, part("who").value.trim());
  if (!(await store.sell(db, next.n, given, Date.now(), who))) return sell();
  say(given === null ? "" : `${root.dataset.change} ${yuan(given - next.fen)}`);
  part("given").value = "";
  part("who").value = "";
  print(next);
  await draw();
  tell(false);
}

function print(row) {
  const paper = part("paper");
  const picture = qrcode(0, "M");
  picture.addData(row.code, "Alphanumeric");
  picture.make();
  paper.querySelector("[data-title]").textContent = row.title;
  paper.querySelector("[data-when]").textContent = row.when;
  paper.querySelector("[data-kind]").textContent = row.class;
  paper.querySelector("[data-short]").textContent = row.short;
  paper.querySelector("[data-foot]").textContent = `${row.order} · ${row.n}`;
  paper.querySelector("[data-code]").replaceChildren(drawing(picture));
  paper.hidden = false;
  if (root.dataset.prints !== "no") window.print();
}

function drawing(picture) {
  const size = picture.getModuleCount();
  const names = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(names, "svg");
  svg.setAttribute("viewBox", `-4 -4 ${size + 8} ${size + 8}`);
  svg.setAttribute("role", "img");
  let path = "";
  for (let row = 0; row < size; row++)
    for (let column = 0; column < size; column++)
      if (picture.isDark(row, column)) path += `M${column} ${row}h1v1h-1z`;
  const dark = document.createElementNS(names, "path");
  dark.setAttribute("d", path);
  svg.append(dark);
  return svg;
}

// Tells what was sold; with `isDone` the rest goes back and this browser forgets the block.
async function tell(isDone) {
  if (!own) return;
  const sold = (await store.numbers(db)).filter((each) => each.soldMs);
  const sales = await Promise.all(
    sold.map(async (each) => ({
      n: each.n, at_ms: each.soldMs, given_fen: each.givenFen, who: await unseal(db, each.n, each.who),
    })),
  );
  const named = { block: own.block, device_key: own.key };
  try {
    const csrf = await freshToken();
    const reply = await fetch(root.dataset.merge, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": csrf },
      body: JSON.stringify({ ...named, sales, done: isDone }),
    });
    const said = await reply.json();
    if (!reply.ok) return say(said.detail ?? said.title);
    await store.forgetWho(db, said.accepted);
    const unnamed = Object.entries(said.unnamed);
    if (unnamed.length) say(unnamed.map(([n, why]) => `${n}: ${why}`).join("; "));
    const refused = Object.entries(said.refused);
    if (refused.length) return say(refused.map(([n, why]) => `${n}: ${why}`).join(", "));
    part("told").textContent = String(said.accepted.length);
    if (said.closed) {
      await store.forget(db);
      await draw();
      say([root.dataset.done, part("said").textContent].filter(Boolean).join(" "));
    }
  } catch {
    if (isDone) say(root.dataset.noNetwork);
  }
}

async function freshToken() {
  const reply = await fetch(root.dataset.desk, { cache: "no-store" });
  const page = new DOMParser().parseFromString(await reply.text(), "text/html");
  const field = page.querySelector("[name=csrfmiddlewaretoken]");
  if (!field) throw new Error("no page");
  return field.value;
}

function say(text) {
  part("said").textContent = text;
}

document.addEventListener("keydown", (event) => {
  if (event.key === "F9") {
    event.preventDefault();
    sell();
  } else if (/^[1-9]$/.test(event.key) && event.target.tagName !== "INPUT") {
    part("classes").querySelectorAll("button")[Number(event.key) - 1]?.click();
  }
});
part("given").addEventListener("input", () => store.numbers(db).then((all) => showSum(all.filter((e) => e.code && !e.soldMs))));
part("given").addEventListener("keydown", (event) => {
  if (event.key === "Enter") sell();
});
part("sell").addEventListener("click", sell);
part("finish").addEventListener("click", () => tell(true));
window.addEventListener("online", () => tell(false));
await draw();
tell(false);
