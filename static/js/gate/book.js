// Everything the gate knows while it runs: the list, what has changed since, what it has let in, what
// it has not sent. Memory mirrors the disk; the disk is written first.
import { List } from "./list.js";
import { documentTag, endingTag, serialHash, typedTag } from "./keys.js";
import { NOBODY } from "./rules.js";
import * as store from "./store.js";

const DOCUMENT_BITS = 28;

export class Book {
  constructor(db) {
    Object.assign(this, { db, list: null, about: null, tagKey: null, tag: "", cursor: 0, seq: 0 });
    this.changed = new Map();
    this.burns = new Map();
    this.waiting = new Map();
  }

  static async open(db) {
    const book = new Book(db);
    const self = new Map(await store.entries(db, "self"));
    Object.assign(book, { about: self.get("about"), tagKey: self.get("tagKey"), tag: self.get("tag") ?? "", seq: self.get("seq") ?? 0 });
    book.changed = new Map(await store.entries(db, "changed"));
    book.burns = new Map(await store.entries(db, "burns"));
    for (const { isBeingAsked: _asked, ...scan } of await store.all(db, "scans")) book.waiting.set(scan.seq, scan);
    // The highest number that was ever given, also where only the scan reached the disk.
    book.seq = Math.max(book.seq, ...book.waiting.keys());
    const kept = self.get("list");
    if (kept) await book.use(kept, self.get("cursor"));
    return book;
  }

  // Look at a list that was kept: an altered one is as good as none.
  async use(buffer, cursor) {
    try {
      this.list = await List.checked(buffer, this.about.keys);
      this.cursor = cursor ?? this.list.head.cursor;
    } catch {
      this.list = null;
    }
  }

  async keepAbout(about, tagKey) {
    await store.write(this.db, ["self"], ({ self }) => {
      self.put(about, "about");
      self.put(tagKey, "tagKey");
    });
    Object.assign(this, { about, tagKey });
  }

  // How full it is inside: told with every answer about the list, null where nobody counts.
  async keepLoad(said) {
    if (said === null) return;
    const about = { ...this.about, load: JSON.parse(said) };
    await store.put(this.db, "self", about, "about");
    this.about = about;
  }

  async keepList(buffer, tag) {
    const list = await List.checked(buffer, this.about.keys);
    await this.begin({ list: buffer, tag, cursor: list.head.cursor });
    Object.assign(this, { list, listed: null });
  }

  // The list that is kept is the whole truth again, as of a later event.
  keepOn(cursor) {
    return this.begin({ cursor });
  }

  async begin(kept) {
    await store.write(this.db, ["self", "changed", "burns"], ({ self, changed, burns }) => {
      for (const [name, value] of Object.entries(kept)) self.put(value, name);
      changed.clear();
      if (!this.waiting.size) burns.clear();
    });
    if (!this.waiting.size) this.burns.clear();
    this.changed.clear();
    const { list: _buffer, ...known } = kept;
    Object.assign(this, known, { listed: null });
  }

  // What the site says of some passes now. Its word counts, unless we know something it does not yet.
  async keepChanges(buffer) {
    const list = await List.checked(buffer, this.about.keys);
    const rows = grouped(list.all());
    const settled = this.waiting.size ? [] : list.all().map((row) => row.right);
    await store.write(this.db, ["self", "changed", "burns"], ({ self, changed, burns }) => {
      self.put(list.head.cursor, "cursor");
      for (const serial of list.head.changed) changed.put(rows.get(serial) ?? [], serial);
      for (const right of settled) burns.delete(right);
    });
    for (const serial of list.head.changed) this.changed.set(serial, rows.get(serial) ?? []);
    for (const right of settled) this.burns.delete(right);
    Object.assign(this, { cursor: list.head.cursor, listed: null });
  }

  // The rights of a pass; null where neither the list nor a change has ever named it.
  async ofSerial(serialHex) {
    const serial = await serialHash(serialHex);
    if (this.changed.has(serial)) return this.changed.get(serial);
    const found = this.list?.ofSerial(serial) ?? [];
    return found.length ? found : null;
  }

  // All rights of the pass that a row belongs to.
  async ofRow({ serial }) {
    return this.changed.get(serial) ?? this.list?.ofSerial(serial) ?? [];
  }

  // Of a pass that is on no list: the least sequence whose code is not dead.
  async leastOf(serialHex) {
    return this.list?.head.dead?.[await serialHash(serialHex)] ?? 0;
  }

  async ofTyped(code) {
    if (!this.tagKey) return [];
    const tag = await typedTag(this.tagKey, code);
    return this.where((list) => list.ofTyped(tag), (row) => row.typed === tag);
  }

  async ofDocument(number) {
    if (!this.tagKey) return [];
    const tag = await documentTag(this.tagKey, number, this.list?.head.document_bits ?? DOCUMENT_BITS);
    return this.where((list) => list.ofDocument(tag), (row) => row.document === tag);
  }

  // Whether the post has a list of its people here.
  get hasPeople() {
    return Boolean(this.list?.head.people && this.list.head.post === this.about?.post);
  }

  // Everybody on the list of the post who is still to come or has come.
  people() {
    if (!this.hasPeople) return [];
    const here = (row) => row.zone === this.about.zones[0] && row.who && !row.isVoid;
    this.listed ??= this.where((list) => list.all(), () => true).filter(here);
    return this.listed;
  }

  // Whose document or phone ends so, as far as eight bits tell.
  async ofEnding(ending) {
    if (!this.tagKey) return [];
    const tag = await endingTag(this.tagKey, this.about.zones[0], ending);
    return this.people().filter(({ who }) => who.ends.includes(tag));
  }

  // The post is another one: its list is to be loaded. What waits and what was let in stays.
  async leave() {
    await store.write(this.db, ["self", "changed"], ({ self, changed }) => {
      for (const name of ["list", "tag", "cursor"]) self.delete(name);
      changed.clear();
    });
    this.changed.clear();
    Object.assign(this, { list: null, tag: "", cursor: 0, listed: null });
  }

  where(inList, fits) {
    const old = (this.list ? inList(this.list) : []).filter((row) => !this.changed.has(row.serial));
    return [...old, ...[...this.changed.values()].flat().filter(fits)];
  }

  // How often a right was used, as far as anybody here knows.
  standing(right) {
    const listed = { entries: right.used ?? 0, isInside: right.isInside ?? false, enteredAt: right.enteredAt ?? null };
    const own = this.burns.get(right.right);
    if (!own) return { ...NOBODY, ...listed };
    return { ...own, entries: Math.max(own.entries, listed.entries) };
  }

  // A scan and what it uses, in one act; when this ends it survives a kill.
  async keepScan(scan, burns = []) {
    this.seq += 1;
    const kept = { ...scan, seq: scan.seq ?? this.seq };
    await store.write(this.db, ["self", "scans", "burns"], (drawers) => {
      drawers.self.put(this.seq, "seq");
      drawers.scans.put(kept);
      for (const [right, standing] of burns) drawers.burns.put(standing, right);
    });
    this.waiting.set(kept.seq, kept);
    for (const [right, standing] of burns) this.burns.set(right, standing);
    return kept;
  }

  // What the site let in: nothing of it waits.
  async burn(burns) {
    await store.write(this.db, ["burns"], (drawers) => {
      for (const [right, standing] of burns) drawers.burns.put(standing, right);
    });
    for (const [right, standing] of burns) this.burns.set(right, standing);
  }

  // The same scan, decided meanwhile.
  async changeScan(scan, burns = []) {
    this.seq -= 1;
    return this.keepScan(scan, burns);
  }

  async sent(sequences) {
    await store.write(this.db, ["scans"], ({ scans }) => sequences.forEach((seq) => scans.delete(seq)));
    for (const seq of sequences) this.waiting.delete(seq);
  }
}

function grouped(rows) {
  const found = new Map();
  for (const row of rows) found.set(row.serial, [...(found.get(row.serial) ?? []), row]);
  return found;
}
