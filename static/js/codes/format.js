// The code as bytes and as text; the same rules as bookings/codes/wire.py, published in
// docs/algorithms/codes.md.
export const STEP_MS = 15_000;
export const POINT = 33;
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const VALUES = new Map([...ALPHABET].map((letter, value) => [letter, value]));
const TEXT = /^QY([12])([A-Z2-7]{100,477})$/;
const EPOCH_MS = Date.UTC(2020, 0, 1);
const DAY_MS = 86_400_000;
const UNIT_MS = 300_000;
const HEAD = 37;
const RIGHT = 12;
const FIRST = 26;
const SIGNATURE = 64;
const STEP = 4;
const MOST_RIGHTS = 8;
const RULES = ["COUNTED", "AFTER_EXIT", "FREE"];
const words = new TextEncoder();
const DOMAIN = words.encode("quanyu pass 2\0");
const DOMAIN_FIRST = words.encode("quanyu pass 1\0");
const DOMAIN_SHOWN = words.encode("quanyu show 2\0");

export class Forged extends Error {}

export function hex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function bytesOf(text) {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

export function join(...parts) {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

// The four bytes that stand for a zone, as hex.
export async function tagOf(zone) {
  const digest = await crypto.subtle.digest("SHA-256", words.encode(zone));
  return hex(new Uint8Array(digest, 0, 4));
}

export function textOf(raw) {
  let text = "QY2";
  let held = 0;
  let value = 0;
  for (const byte of raw) {
    value = (value << 8) | byte;
    for (held += 8; held >= 5; held -= 5) text += ALPHABET[(value >> (held - 5)) & 31];
    value &= 255;
  }
  return held ? text + ALPHABET[(value << (5 - held)) & 31] : text;
}

// What a phone signs when it shows a code, and the text that it shows.
export function toSign(level1, step) {
  return join(DOMAIN_SHOWN, level1, numberBytes(step));
}

export function shownText(level1, step, signature) {
  return textOf(join(level1, numberBytes(step), signature));
}

function numberBytes(number) {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, number);
  return bytes;
}

// Cuts a text into what it says and what is to be verified; throws Forged.
export function parse(text) {
  const match = typeof text === "string" ? TEXT.exec(text) : null;
  if (!match) throw new Forged();
  const raw = bytesFrom(match[2]);
  return match[1] === "2" ? second(raw) : first(raw);
}

function bytesFrom(letters) {
  const raw = new Uint8Array(Math.floor((letters.length * 5) / 8));
  let held = 0;
  let value = 0;
  let at = 0;
  for (const letter of letters) {
    value = (value << 5) | VALUES.get(letter);
    held += 5;
    if (held < 8) continue;
    held -= 8;
    raw[at++] = value >> held;
    value &= (1 << held) - 1;
  }
  // Left-over bits must be zero, and fewer than a letter holds: one content has one text.
  if (held > 4 || value) throw new Forged();
  return raw;
}

function second(raw) {
  if (raw.length < HEAD) throw new Forged();
  const view = new DataView(raw.buffer);
  const [kind, begins, ends, count] = [raw[23], view.getUint16(32), view.getUint16(34), raw[36]];
  if (raw[0] !== 2 || kind > 1 || begins > ends || count > MOST_RIGHTS) throw new Forged();
  const isStatic = kind === 1;
  const afterRights = HEAD + count * RIGHT;
  const afterBody = afterRights + (isStatic ? 0 : POINT);
  const end = afterBody + SIGNATURE;
  if (raw.length !== end + (isStatic ? 0 : STEP + SIGNATURE)) throw new Forged();
  const phone = raw.subarray(afterRights, afterBody);
  return {
    facts: {
      serial: hex(raw.subarray(5, 21)),
      firstDay: dayOf(begins),
      lastDay: dayOf(ends),
      sequence: view.getUint16(21),
      kind: isStatic ? "PAPER" : "PHONE",
      isStatic,
      holder: hex(raw.subarray(24, 32)),
      rights: rightsOf(raw, count),
      phone: hex(phone),
      step: isStatic ? null : view.getUint32(end),
    },
    days: [begins, ends],
    kid: hex(raw.subarray(1, 5)),
    issued: join(DOMAIN, raw.subarray(0, afterBody)),
    issuerSignature: raw.slice(afterBody, end),
    shown: isStatic ? null : join(DOMAIN_SHOWN, raw.subarray(0, end + STEP)),
    phoneSignature: raw.slice(end + STEP),
  };
}

// A code of the first format: static, without rights.
function first(raw) {
  const view = new DataView(raw.buffer);
  if (raw.length !== FIRST + SIGNATURE) throw new Forged();
  const [begins, ends] = [view.getUint16(21), view.getUint16(23)];
  if (raw[0] !== 1 || raw[25] !== 0 || begins > ends) throw new Forged();
  return {
    facts: {
      serial: hex(raw.subarray(5, 21)),
      firstDay: dayOf(begins),
      lastDay: dayOf(ends),
      sequence: 0,
      kind: "PAPER",
      isStatic: true,
      holder: "0".repeat(16),
      rights: [],
      phone: "",
      step: null,
    },
    days: [begins, ends],
    kid: hex(raw.subarray(1, 5)),
    issued: join(DOMAIN_FIRST, raw.subarray(0, FIRST)),
    issuerSignature: raw.slice(FIRST),
    shown: null,
    phoneSignature: null,
  };
}

function rightsOf(raw, count) {
  const pieces = Array.from({ length: count }, (_, number) => raw.subarray(HEAD + number * RIGHT, HEAD + (number + 1) * RIGHT));
  const order = pieces.map(hex);
  if (order.some((piece, number) => number && order[number - 1] >= piece)) throw new Forged();
  return pieces.map(rightOf);
}

function rightOf(piece) {
  const [begins, ends] = [4, 7].map((at) => (piece[at] << 16) | (piece[at + 1] << 8) | piece[at + 2]);
  const [entries, mark] = [piece[10], piece[11]];
  const [rule, days] = [mark & 3, mark >> 3];
  if (begins >= ends || !entries || rule >= RULES.length || (days && !rule)) throw new Forged();
  return {
    tag: hex(piece.subarray(0, 4)),
    validFrom: EPOCH_MS + begins * UNIT_MS,
    validUntil: EPOCH_MS + ends * UNIT_MS,
    entries,
    rule: RULES[rule],
    reentryDays: days,
    hasCheck: Boolean(mark & 4),
  };
}

function dayOf(number) {
  return new Date(EPOCH_MS + number * DAY_MS).toISOString().slice(0, 10);
}

export function dayNumber(ms) {
  return Math.floor((ms - EPOCH_MS) / DAY_MS);
}
