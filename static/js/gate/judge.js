// What the gate says while it is alone: from the code, the list and what it has let in itself.
import { tagOf } from "../codes/format.js";
import { readCode } from "../codes/read.js";
import { after, decide } from "./rules.js";

const SKEW_MS = 5_000;
const TYPED = 10;
const CODE = /^QY[12]/;
const SIX = /^[0-9]{6}$/;
const FOUR = /^[0-9]{3}[0-9X]$/;

// What somebody scanned or typed: {kind: "code" | "digits" | "typed" | "document", text}.
export function sorted(raw) {
  const text = raw.normalize("NFKC").replace(/[\s-]/g, "").toUpperCase();
  if (CODE.test(text) && text.length > TYPED) return { kind: "code", text };
  if (SIX.test(text)) return { kind: "digits", text };
  const typed = text.replace(/[IL]/g, "1").replace(/O/g, "0");
  return text.length === TYPED ? { kind: "typed", text: typed } : { kind: "document", text };
}

// The last four characters of a document or phone, if that is what was typed; else nothing.
export function endingOf(raw) {
  const text = raw.normalize("NFKC").trim().toUpperCase();
  return FOUR.test(text) ? text : "";
}

// The rights that a code, a typed code or a document stands for here; or the reason why there are none.
export async function found(book, clock, { kind, text }) {
  if (kind === "code") return ofCode(book, clock, text);
  if (kind === "digits") return { reason: "digits_alone", shown: "DIGITS" };
  if (kind === "typed") {
    const rights = await book.ofTyped(text);
    if (rights.length) return { rights, shown: "DIGITS" };
  }
  const rights = await book.ofDocument(text);
  return rights.length ? { rights, shown: "DOCUMENT", isDocument: true } : { reason: "unknown_code" };
}

async function ofCode(book, clock, text) {
  const { reason, facts } = await readCode(text, { keys: book.about.keys, nowMs: clock.now(), skewMs: SKEW_MS });
  if (!facts) return { reason: reason || "forged" };
  // A clock that is not trusted judges no time: staff compare the document instead.
  if (reason && clock.isSure()) return { reason };
  const listed = await book.ofSerial(facts.serial);
  if (listed?.some((right) => facts.sequence < right.sequence)) return { reason: "superseded" };
  if (!listed && facts.sequence < (await book.leastOf(facts.serial))) return { reason: "superseded" };
  const rights = listed ?? (await carried(book, facts));
  const shown = facts.isStatic ? "PAPER" : "CODE";
  return rights.length ? { rights, shown, isStatic: facts.isStatic } : { reason: "not_ours" };
}

// The rights that the code itself carries: of somebody who has bought since the list was made.
async function carried(book, facts) {
  const elsewhere = book.list?.head.elsewhere ?? {};
  const zones = [...book.about.zones, ...Object.keys(elsewhere)];
  const tags = await Promise.all(zones.map(tagOf));
  return facts.rights.flatMap((right, number) => {
    const zone = zones[tags.indexOf(right.tag)];
    if (!zone) return [];
    return Array.from({ length: right.rule === "COUNTED" ? 1 : right.entries }, (_, copy) => ({
      ...right, zone, where: elsewhere[zone] ?? null, right: `${facts.serial}:${number}:${copy}`, used: 0, doorsIn: [], doorsOut: [], isUnlisted: true,
      isNamed: !/^0+$/.test(facts.holder), show: { extras: [] }, hasCheck: right.hasCheck,
    }));
  });
}

// The answer: {ok, reason, chosen, burns, rights}. `at`: the moment by the corrected clock.
export function judge(book, rights, { direction, persons, at, isSure }) {
  const { about } = book;
  const barred = rights.find((right) => right.isBarred) && "barred";
  const main = rights.filter((right) => right.zone === about.zones[0]);
  const why = barred || (main.length ? "" : "wrong_place");
  if (why) return { ok: false, reason: why, rights, where: whereOf(rights) };
  const asked = main.map((right) => ({ right, answer: said(book, right, direction, at, isSure) }));
  const open = asked.filter(({ answer }) => answer === "OPEN").map(({ right }) => right);
  if (!open.length) return { ok: false, reason: asked[0].answer.toLowerCase(), rights };
  const wanted = open[0].isNamed ? 1 : persons ?? open.length;
  if (wanted > open.length) return { ok: false, reason: "not_enough", left: open.length, rights };
  const chosen = open.slice(0, wanted);
  return { ok: true, reason: "", chosen, left: open.length - wanted, rights, burns: burnt(book, rights, chosen, { direction, at, isSure }) };
}

// Where somebody belongs who is wrong here, in words; null where that is not known.
export function whereOf(rights = []) {
  return rights.find(({ where, isVoid }) => where && !isVoid)?.where ?? null;
}

function said(book, right, direction, at, isSure) {
  if (right.isUnpaid) return "REST_UNPAID";
  const { door, alone, timezone } = book.about;
  if (alone === "BOUND" && direction === "IN" && !right.doorsIn.includes(door)) return "NOT_BOUND";
  const moment = isSure ? at : Math.min(Math.max(at, right.validFrom), right.validUntil - 1);
  return decide({ ...right, venue: timezone }, book.standing(right), { direction, door: door || null, at: moment });
}

// What becomes of the rights: those chosen, and of every other zone as many as are good there too.
export function burnt(book, rights, chosen, { direction, at, isSure = true }) {
  const others = book.about.zones.slice(1).flatMap((zone) =>
    rights.filter((right) => right.zone === zone && said(book, right, direction, at, isSure) === "OPEN").slice(0, chosen.length),
  );
  return [...chosen, ...others].map((right) => [right.right, after(book.standing(right), direction, at)]);
}
