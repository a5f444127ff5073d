// One scan from the code to the answer. The site is asked where it can be; where it cannot, or does not
// answer in time, the gate decides alone. Either way the scan lies on the disk before anybody is let in.
import { ShutOut } from "./api.js";
import { burnt, found, judge, sorted, whereOf } from "./judge.js";

const PATIENCE_MS = 1_500;

export class Gate {
  constructor({ book, sync, clock }) {
    Object.assign(this, { book, sync, clock, direction: book.about?.direction ?? "IN" });
  }

  // The answer to show: {tone: "in" | "out" | "check" | "stop" | "document", reason, people, left, seq}.
  async scan(raw, { persons, document } = {}) {
    const read = sorted(raw);
    const seen = await found(this.book, this.clock, read);
    if (this.sync.isOnline && !document) return this.ask(read, seen, persons);
    return this.alone(read, seen, persons, document);
  }

  // Somebody who was chosen on the list, alone.
  async pick(row) {
    const others = (await this.book.ofRow(row)).filter(({ right }) => right !== row.right);
    const seen = { rights: [row, ...others], shown: "LIST" };
    const read = { kind: "list", text: "" };
    return this.sync.isOnline ? this.ask(read, seen, 1) : this.alone(read, seen, 1);
  }

  async ask(read, seen, persons) {
    if (read.kind === "document" && seen.reason) return stop(seen.reason);
    const scan = await this.book.keepScan({ ...this.told(read, seen, persons), offline: false, isBeingAsked: true });
    try {
      const [said] = await this.sync.tell([scan], PATIENCE_MS);
      return await this.heard(said, seen);
    } catch (error) {
      if (error instanceof ShutOut) throw error;
      this.sync.lost();
      return this.alone(read, seen, persons, undefined, scan.seq);
    }
  }

  // What the site said counts; the own book follows, so that the gate knows it when it is alone.
  async heard(said, seen) {
    if (!said.ok) {
      const where = said.reason === "wrong_place" ? whereOf(seen.rights) : null;
      return { ...stop(said.reason), words: said.words, where, seq: said.seq };
    }
    const main = (seen.rights ?? []).filter((right) => right.zone === this.book.about.zones[0]);
    await this.book.burn(burnt(this.book, seen.rights ?? [], main.slice(0, said.people.length), this.moment()));
    return { ...this.yes(said.people), seq: said.seq };
  }

  async alone(read, seen, persons, document, seq) {
    const told = { ...this.told(read, seen, persons), offline: true, seq };
    const judged = seen.reason ? { ok: false, reason: seen.reason } : judge(this.book, seen.rights, { ...this.moment(), persons });
    if (judged.ok && !this.clock.isSure() && !seen.isDocument) {
      if (!document) return { tone: "document", reason: "clock", rights: judged.chosen };
      const same = await this.book.ofDocument(document);
      if (!same.some(({ right }) => right === judged.chosen[0].right)) return this.refuse(told, "document_differs");
      told.shown = "LIST";
    }
    if (!judged.ok) return { ...(await this.refuse(told, judged.reason)), left: judged.left, where: judged.where };
    const kept = await this.keep({ ...told, let_in: true, persons: judged.chosen.length }, judged.burns);
    const people = judged.chosen.map((right) => ({ ...right.show, hasCheck: right.hasCheck || seen.isStatic }));
    return { ...this.yes(people), left: judged.left, seq: kept.seq, isAlone: true };
  }

  async refuse(told, reason) {
    const kept = await this.keep({ ...told, let_in: false, reason });
    return { ...stop(reason), seq: kept.seq, isAlone: true };
  }

  // A scan that was asked about already keeps its number.
  keep(scan, burns) {
    return scan.seq === undefined ? this.book.keepScan(scan, burns) : this.book.changeScan(scan, burns);
  }

  told(read, seen, persons) {
    const text = read.kind === "document" || seen.isDocument ? "" : read.text;
    const carrier = text ? 0 : seen.rights?.[0]?.carrier ?? 0;
    const shown = seen.shown ?? "CODE";
    return {
      post: this.book.about.post, text, carrier, shown, direction: this.direction, persons: persons ?? null,
      at_ms: Math.max(0, this.clock.now()), sure: this.clock.isSure(),
    };
  }

  moment() {
    return { direction: this.direction, at: this.clock.now(), isSure: this.clock.isSure() };
  }

  yes(people) {
    if (this.direction === "OUT") return { tone: "out", people };
    const isCheck = people.some(({ check, hasCheck }) => (check && Object.keys(check).length) || hasCheck);
    return { tone: isCheck ? "check" : "in", people };
  }
}

function stop(reason) {
  return { tone: "stop", reason, people: [] };
}
