// Speaks to the site: scans first, then what has changed, then how the device is. What fails is tried
// again in the next round; nothing is dropped before the site has said that it has it.
import { answered, ShutOut, Unreached } from "./api.js";
import { tagKey } from "./keys.js";
import { put } from "./store.js";

const ROUND_MS = 3_000;
const BEAT_EVERY = 5;
const BATCH = 50;

export class Sync {
  constructor({ book, api, clock, version, onChange }) {
    Object.assign(this, { book, api, clock, version, onChange, isOnline: false, at: 0, rounds: 0, busy: false });
  }

  start() {
    const again = async () => {
      await this.round();
      if (!this.isOut) setTimeout(again, ROUND_MS);
    };
    window.addEventListener("online", () => this.round());
    window.addEventListener("offline", () => this.lost());
    return again();
  }

  async round() {
    if (this.busy || this.isOut) return;
    this.busy = true;
    try {
      await this.send();
      if (this.rounds % BEAT_EVERY === 0 || !this.isOnline) await this.beat();
      await this.renew();
      Object.assign(this, { isOnline: true, at: Date.now(), rounds: this.rounds + 1 });
    } catch (error) {
      if (error instanceof ShutOut) this.isOut = true;
      else if (!(error instanceof Unreached)) console.info("sync", error.message);
      this.lost();
    } finally {
      this.busy = false;
      this.onChange();
    }
  }

  lost() {
    this.isOnline = false;
    this.onChange();
  }

  // Everything that waits, the oldest first. Scans that a page is asking about right now stay out.
  async send() {
    for (;;) {
      const batch = [...this.book.waiting.values()].filter((scan) => !scan.isBeingAsked).slice(0, BATCH);
      if (!batch.length) return;
      await this.tell(batch);
    }
  }

  async tell(batch, wait) {
    const scans = batch.map(({ isBeingAsked: _asked, ...scan }) => scan);
    const asked = performance.now();
    const said = await answered(await this.api.ask("scans", { scans }, wait));
    await put(this.book.db, "self", this.clock.heard(said.now_ms, asked), "clock");
    await this.book.sent(said.answers.map(({ seq }) => seq));
    return said.answers;
  }

  async beat() {
    const asked = performance.now();
    const said = { version: this.version, queue: this.book.waiting.size, cursor: this.book.cursor, battery: await battery() };
    await this.learn(await answered(await this.api.ask("beat", said)), asked);
  }

  // What the site says of the device itself.
  async learn(about, asked) {
    await put(this.book.db, "self", this.clock.heard(about.now_ms, asked), "clock");
    const { now_ms: _now, tag_key: key, ...kept } = about;
    await this.book.keepAbout(kept, await tagKey(key));
  }

  // Stand at another post from now on: what was scanned here is sent before.
  move(post) {
    return this.between(async () => {
      await this.send();
      const asked = performance.now();
      await this.learn(await answered(await this.api.ask("move", { post })), asked);
      await this.book.leave();
      await this.renew();
      Object.assign(this, { isOnline: true, at: Date.now() });
    });
  }

  // Work between two rounds: requests that run at once overtake each other.
  async between(work) {
    while (this.busy) await new Promise((done) => setTimeout(done, 50));
    this.busy = true;
    try {
      return await work();
    } finally {
      this.busy = false;
      this.onChange();
    }
  }

  // The list of another day, or of another place, is loaded anew; else only what has changed.
  async renew() {
    const { list, about, cursor, tag } = this.book;
    if (list && list.head.day === about.day && list.head.post === about.post) {
      const answer = await this.api.ask(`changes?since=${cursor}`);
      await this.book.keepLoad(answer.headers.get("X-Gate-Load"));
      if (answer.status === 200) return this.book.keepChanges(await answer.arrayBuffer());
    }
    const answer = await this.api.ask("bundle", undefined, 60_000, { "If-None-Match": list ? tag : "" });
    if (answer.status === 304) await this.book.keepOn(Number(answer.headers.get("X-Gate-Cursor")));
    if (answer.ok) await this.book.keepList(await answer.arrayBuffer(), answer.headers.get("ETag"));
  }
}

async function battery() {
  try {
    return Math.round((await navigator.getBattery()).level * 100);
  } catch {
    return null;
  }
}
