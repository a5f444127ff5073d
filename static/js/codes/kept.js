// What this phone keeps of a pass: its key, which cannot be taken out, and what it shows codes from.
const NAME = "quanyu-codes";
const STORE = "passes";

function open() {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(STORE);
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}

async function ask(mode, question) {
  const base = await open();
  try {
    return await new Promise((resolve, reject) => {
      const asked = question(base.transaction(STORE, mode).objectStore(STORE));
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => reject(asked.error);
    });
  } finally {
    base.close();
  }
}

export function kept(serial) {
  return ask("readonly", (store) => store.get(serial));
}

export function keep(serial, row) {
  return ask("readwrite", (store) => store.put(row, serial));
}
