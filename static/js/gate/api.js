// Requests that the device signs; the site knows it by its key (bookings/gates/signing.py). One that
// is overtaken on the way is told so, and asked again.
import { hex } from "../codes/format.js";
import { sha256, signature } from "./keys.js";
import { put } from "./store.js";

const ROOT = "/gate/v1/";
const words = new TextEncoder();

export class ShutOut extends Error {}
export class Unreached extends Error {}

export async function enrol(code, publicKey) {
  const options = { method: "POST", headers: JSON_HEADERS, body: JSON.stringify({ code, public_key: publicKey }) };
  return answered(await reached("enrol", options, 15_000));
}

const JSON_HEADERS = { "Content-Type": "application/json", Accept: "application/json" };

export class Api {
  constructor(db, device, pair, counter) {
    Object.assign(this, { db, device, pair, counter });
  }

  // The answer's Response; throws ShutOut or Unreached.
  async ask(path, body, wait = 10_000, more = {}, tries = 4) {
    const raw = body === undefined ? "" : JSON.stringify(body);
    const headers = { ...JSON_HEADERS, ...more, ...(await this.proof(path, raw)) };
    const answer = await reached(path, { method: "POST", headers, body: raw }, wait);
    if (answer.status === 409 && tries) {
      const said = await answer.json();
      if (said.code === "replayed") {
        this.counter = Math.max(this.counter, said.facts.counter);
        return this.ask(path, body, wait, more, tries - 1);
      }
    }
    return answer;
  }

  async proof(path, raw) {
    this.counter += 1;
    await put(this.db, "self", this.counter, "counter");
    const time = String(Date.now());
    const digest = hex(await sha256(words.encode(raw)));
    const lines = ["quanyu gate 1", "POST", ROOT + path, digest, time, this.device, this.counter];
    return {
      "X-Gate-Device": String(this.device),
      "X-Gate-Time": time,
      "X-Gate-Counter": String(this.counter),
      "X-Gate-Signature": await signature(this.pair, lines.join("\n")),
    };
  }
}

async function reached(path, options, wait) {
  let answer;
  try {
    answer = await fetch(ROOT + path, { ...options, cache: "no-store", credentials: "same-origin", signal: AbortSignal.timeout(wait) });
  } catch {
    throw new Unreached();
  }
  if (answer.status === 401) throw new ShutOut();
  if (answer.status >= 500 || answer.status === 429) throw new Unreached();
  return answer;
}

// The JSON of an answer; what the site refuses is thrown with its words.
export async function answered(response) {
  const said = await response.json();
  if (response.ok) return said;
  throw Object.assign(new Error(said.title), { code: said.code });
}
