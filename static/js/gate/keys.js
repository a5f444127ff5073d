// The device's own key and the key of the day's tags. Both are CryptoKeys that cannot be read out.
import { bytesOf, hex, join } from "../codes/format.js";

const CURVE = { name: "ECDSA", namedCurve: "P-256" };
const HMAC = { name: "HMAC", hash: "SHA-256" };
const words = new TextEncoder();
const SERIAL = words.encode("quanyu gate serial\0");

export function makePair() {
  return crypto.subtle.generateKey(CURVE, false, ["sign", "verify"]);
}

export async function publicKey(pair) {
  return base64url(new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey)));
}

export async function signature(pair, text) {
  const made = await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, pair.privateKey, words.encode(text));
  return base64url(new Uint8Array(made));
}

export function tagKey(base64) {
  const raw = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  return crypto.subtle.importKey("raw", raw, HMAC, false, ["sign"]);
}

export async function sha256(bytes) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

// What stands for a pass in the list, as hex.
export async function serialHash(serialHex) {
  return hex((await sha256(join(SERIAL, bytesOf(serialHex)))).subarray(0, 8));
}

// The tag of a typed code, as hex.
export async function typedTag(key, code) {
  return hex((await tagged(key, `typed\0${code}`)).subarray(0, 5));
}

// The tag of a document's number.
export async function documentTag(key, number, bits) {
  const plain = number.toUpperCase().replace(/[^\p{L}\p{N}]/gu, "");
  const made = await tagged(key, `document\0${plain}`);
  return (new DataView(made.buffer).getUint32(0) >>> (32 - bits)) + 1;
}

// The tag of the last four characters of a document or phone, on the list of one post.
export async function endingTag(key, zone, ending) {
  return (await tagged(key, `ending\0${zone}\0${ending}`))[0];
}

async function tagged(key, text) {
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, words.encode(text)));
}

function base64url(bytes) {
  const text = btoa(String.fromCharCode(...bytes));
  return text.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}
