// What the desk keeps in the browser: `block` (which numbers it has, and the key of this browser) and
// `numbers` (each with its code, and what became of it). Of a buyer only the line that a clerk has typed,
// sealed (sealing.js), until the site has it.
const NAME = "quanyu-desk";

export function open() {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("block");
      asked.result.createObjectStore("numbers", { keyPath: "n" });
    };
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}

// Ends when all of it lies safely on the disk.
export function write(db, work) {
  return new Promise((resolve, reject) => {
    const act = db.transaction(["block", "numbers"], "readwrite", { durability: "strict" });
    act.oncomplete = () => resolve();
    act.onerror = act.onabort = () => reject(act.error);
    work(act.objectStore("block"), act.objectStore("numbers"));
  });
}

function read(db, name, ask) {
  return new Promise((resolve, reject) => {
    const asked = ask(db.transaction(name).objectStore(name));
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}

export const block = (db) => read(db, "block", (drawer) => drawer.get("own"));
export const key = (db) => read(db, "block", (drawer) => drawer.get("names"));
export const numbers = (db) => read(db, "numbers", (drawer) => drawer.getAll());

// Keeps the key of names, unless another tab was first; the one that is kept.
export async function keep(db, made) {
  let kept = made;
  await write(db, (drawer) => {
    const asked = drawer.get("names");
    asked.onsuccess = () => {
      kept = asked.result ?? made;
      if (!asked.result) drawer.put(made, "names");
    };
  });
  return kept;
}

// Marks a number as sold, if it is not: decided inside one transaction, so that two tabs never both sell it.
export function sell(db, n, givenFen, atMs, who) {
  let isMine = false;
  return write(db, (_block, drawer) => {
    const asked = drawer.get(n);
    asked.onsuccess = () => {
      const row = asked.result;
      if (!row || row.soldMs) return;
      isMine = true;
      drawer.put({ ...row, soldMs: atMs, givenFen, who });
    };
  }).then(() => isMine);
}

// The site knows who these were sold to: this browser need not.
export const forgetWho = (db, accepted) =>
  write(db, (_block, drawer) => {
    for (const n of accepted) {
      const asked = drawer.get(n);
      asked.onsuccess = () => asked.result && drawer.put({ ...asked.result, who: "" });
    }
  });

export const forget = (db) =>
  write(db, (own, drawer) => {
    own.clear();
    drawer.clear();
  });
