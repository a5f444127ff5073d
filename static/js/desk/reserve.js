// Reserves numbers for the time without a network, and keeps them in this browser with their codes.
import * as store from "./store.js";

const TRIES = 40;
const WAIT_MS = 1500;

export async function start(element) {
  if (!("serviceWorker" in navigator) || !window.indexedDB) return;
  element.hidden = false;
  await navigator.serviceWorker.register(element.dataset.worker);
  const db = await store.open();
  const form = element.querySelector("form");
  const say = (text) => (element.querySelector("[data-said]").textContent = text);
  const own = await store.block(db);
  if (own) return show(element, db, own, say);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const key = crypto.randomUUID();
    await store.write(db, (drawer) => drawer.put({ key, block: 0 }, "own"));
    const fields = new FormData(form);
    fields.set("device_key", key);
    const reply = await fetch(form.action, { method: "POST", body: fields });
    const said = await reply.json();
    if (!reply.ok) {
      await store.forget(db);
      return say(said.detail ?? said.reason ?? said.title);
    }
    const kept = { key, block: said.block };
    await store.write(db, (drawer) => drawer.put(kept, "own"));
    show(element, db, kept, say);
  });
}

async function show(element, db, own, say) {
  element.querySelector("form").hidden = true;
  for (let round = 0; round < TRIES; round++) {
    const fields = new FormData(element.querySelector("form"));
    fields.set("block", own.block);
    fields.set("device_key", own.key);
    const reply = await fetch(element.dataset.block, { method: "POST", body: fields });
    const said = await reply.json();
    if (!reply.ok) return say(said.detail ?? said.title);
    await keep(db, said.numbers);
    if (said.is_ready) break;
    await new Promise((done) => setTimeout(done, WAIT_MS));
  }
  const all = await store.numbers(db);
  say(element.dataset.ready.replace("0", String(all.filter((each) => each.code && !each.soldMs).length)));
  element.querySelector("[data-go]").hidden = false;
}

// What this browser has sold stays as it is, whatever the server knows of it yet.
async function keep(db, fresh) {
  const sold = new Map((await store.numbers(db)).filter((each) => each.soldMs).map((each) => [each.n, each]));
  await store.write(db, (_own, drawer) => {
    for (const each of fresh) if (each.state === "RESERVED") drawer.put(sold.get(each.n) ?? each);
  });
}
