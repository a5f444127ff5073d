// What the gate keeps on the device. Four drawers: `self` (who it is, its list, its settings), `scans`
// (what was scanned, by sequence), `burns` (what it has let in, by right), `changed` (rows that have
// changed since the list was made, by serial hash). No name, no number, no typed document.
const NAME = "quanyu-gate";
const DRAWERS = { self: undefined, scans: { keyPath: "seq" }, burns: undefined, changed: undefined };

export function open() {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => {
      for (const [name, options] of Object.entries(DRAWERS)) asked.result.createObjectStore(name, options);
    };
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}

// Runs `work` with the named drawers and ends when all of it lies safely on the disk.
export function write(db, names, work) {
  return new Promise((resolve, reject) => {
    const act = db.transaction(names, "readwrite", { durability: "strict" });
    let result;
    act.oncomplete = () => resolve(result);
    act.onerror = act.onabort = () => reject(act.error);
    const drawers = Object.fromEntries(names.map((name) => [name, act.objectStore(name)]));
    result = work(drawers);
  });
}

export function read(db, name, ask) {
  return new Promise((resolve, reject) => {
    const asked = ask(db.transaction(name).objectStore(name));
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}

export const get = (db, name, key) => read(db, name, (drawer) => drawer.get(key));
export const all = (db, name) => read(db, name, (drawer) => drawer.getAll());
export const count = (db, name) => read(db, name, (drawer) => drawer.count());
export const put = (db, name, value, key) => write(db, [name], (drawers) => void drawers[name].put(value, key));

export async function entries(db, name) {
  const [keys, values] = await Promise.all([read(db, name, (drawer) => drawer.getAllKeys()), all(db, name)]);
  return keys.map((key, number) => [key, values[number]]);
}

export function forget(db) {
  return write(db, Object.keys(DRAWERS), (drawers) => {
    for (const drawer of Object.values(drawers)) drawer.clear();
  });
}
