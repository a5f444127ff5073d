// The list that the gate carries: checked once, then searched where it lies. The format is that of
// bookings/gates/bundle.py, published in docs/algorithms/gates.md.
import { bytesOf, hex, join } from "../codes/format.js";
import { isOfIssuer } from "../codes/curves.js";
import { sha256 } from "./keys.js";

const ROW = 52;
const TAIL = 68;
const MAGIC = 0x51594731;
const RULES = ["COUNTED", "AFTER_EXIT", "FREE"];
const DOMAIN = new TextEncoder().encode("quanyu list 1\0");

export class List {
  constructor(bytes) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const length = this.view.getUint32(4);
    this.head = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
    this.first = 8 + length;
    this.zones = this.head.row_zones ?? this.head.zones;
    if (this.view.getUint32(0) !== MAGIC || this.first + this.head.rows * ROW + TAIL !== bytes.length) throw new Error("not a list");
  }

  // A list that one of these issuer keys has signed; throws otherwise.
  static async checked(buffer, keys) {
    const bytes = new Uint8Array(buffer);
    const body = bytes.subarray(0, bytes.length - TAIL);
    const kid = hex(bytes.subarray(body.length, body.length + 4));
    const message = join(DOMAIN, await sha256(body));
    if (!Object.hasOwn(keys, kid) || !(await isOfIssuer(keys[kid], message, bytes.slice(body.length + 4)))) throw new Error("not signed");
    return new List(bytes);
  }

  // The rights of a pass, by its serial hash (hex): a search over sorted rows.
  ofSerial(wanted) {
    const key = bytesOf(wanted);
    let [low, high] = [0, this.head.rows];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.compare(middle, key) < 0) low = middle + 1;
      else high = middle;
    }
    const found = [];
    for (; low < this.head.rows && this.compare(low, key) === 0; low += 1) found.push(this.row(low));
    return found;
  }

  ofTyped(tag) {
    return this.where((at) => hex(this.bytes.subarray(at + 8, at + 13)) === tag);
  }

  ofDocument(tag) {
    return this.where((at) => this.view.getUint32(at + 13) === tag);
  }

  all() {
    return this.where(() => true);
  }

  where(fits) {
    const found = [];
    for (let number = 0; number < this.head.rows; number += 1) {
      if (fits(this.first + number * ROW)) found.push(this.row(number));
    }
    return found;
  }

  // Of a list with people: who a right is for, and where it belongs if not here.
  about(right, zone) {
    const { people, elsewhere } = this.head;
    return people ? { who: people[right] ?? null, where: elsewhere?.[zone] ?? null } : {};
  }

  compare(number, key) {
    const at = this.first + number * ROW;
    for (let byte = 0; byte < 8; byte += 1) {
      const difference = this.bytes[at + byte] - key[byte];
      if (difference) return difference;
    }
    return 0;
  }

  row(number) {
    const { view, bytes, head } = this;
    const at = this.first + number * ROW;
    const flags = bytes[at + 25];
    return {
      serial: hex(bytes.subarray(at, at + 8)),
      typed: hex(bytes.subarray(at + 8, at + 13)),
      document: view.getUint32(at + 13),
      carrier: wide(view, at + 17),
      sequence: view.getUint16(at + 22),
      zone: this.zones[bytes[at + 24]],
      isVoid: Boolean(flags & 1),
      isBarred: Boolean(flags & 2),
      isUnpaid: Boolean(flags & 4),
      isNamed: Boolean(flags & 8),
      isInside: Boolean(flags & 16),
      rule: RULES[bytes[at + 26]],
      entries: bytes[at + 27],
      used: bytes[at + 28],
      reentryDays: bytes[at + 29],
      show: head.show[view.getUint16(at + 30)],
      doorsIn: head.doors[bytes[at + 32]],
      doorsOut: head.doors[bytes[at + 33]],
      validFrom: view.getUint32(at + 34) * 1000,
      validUntil: view.getUint32(at + 38) * 1000,
      enteredAt: view.getUint32(at + 42) * 1000 || null,
      right: String(wide(view, at + 46)),
      ...this.about(String(wide(view, at + 46)), this.zones[bytes[at + 24]]),
    };
  }
}

function wide(view, at) {
  return view.getUint32(at) * 256 + view.getUint8(at + 4);
}
