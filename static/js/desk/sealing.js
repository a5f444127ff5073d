// Who a number was sold to lies in this browser until the site has heard it: sealed, by a key that
// cannot be taken out of the browser and is forgotten with the block. It does not guard against who sits
// at this browser, but against who copies its files.
import { key, keep } from "./store.js";

const AES = { name: "AES-GCM", length: 256 };
const IV_BYTES = 12;
const words = new TextEncoder();

const ownKey = async (db) =>
  (await key(db)) ?? (await keep(db, await crypto.subtle.generateKey(AES, false, ["encrypt", "decrypt"])));

// The number is sealed with the name, so that nobody's is put to another number.
const how = (iv, n) => ({ name: AES.name, iv, additionalData: words.encode(String(n)) });

export async function seal(db, n, text) {
  if (text === "") return "";
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
  return { iv, sealed: await crypto.subtle.encrypt(how(iv, n), await ownKey(db), words.encode(text)) };
}

export async function unseal(db, n, who) {
  if (!who?.sealed) return who ?? "";
  return new TextDecoder().decode(await crypto.subtle.decrypt(how(who.iv, n), await key(db), who.sealed));
}
