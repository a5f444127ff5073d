// The two signatures of a code, checked strictly, in the browser's own cryptography. Where that has
// no Ed25519 yet, a vendored library checks it. Parsed keys are kept.
import { bytesOf, hex, POINT } from "./format.js";

const P = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn;
const B = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn;
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const ECDSA = { name: "ECDSA", hash: "SHA-256" };
const CURVE = { name: "ECDSA", namedCurve: "P-256" };
const MOST_KEPT = 4096;
const issuers = new Map();
const phones = new Map();
let vendored;

export async function isOfIssuer(publicHex, message, signature) {
  const check = issuers.get(publicHex) ?? keep(issuers, publicHex, issuer(bytesOf(publicHex)));
  return (await check)(message, signature);
}

// A P-256 key as a compressed point, its signature as r and the low s, 32 bytes each.
export async function isOfPhone(point, message, signature) {
  const [r, s] = [signature.subarray(0, 32), signature.subarray(32)].map((half) => BigInt(`0x${hex(half)}`));
  if (!r || r >= ORDER || !s || s > ORDER / 2n) return false;
  const name = hex(point);
  const key = await (phones.get(name) ?? keep(phones, name, phone(point)));
  return key !== null && crypto.subtle.verify(ECDSA, key, signature, message);
}

// Of the two ECDSA signatures that are good for a message the one with the low s.
export function lowered(signature) {
  const s = BigInt(`0x${hex(signature.subarray(32))}`);
  if (s <= ORDER / 2n) return signature;
  const made = signature.slice();
  made.set(bytesOf((ORDER - s).toString(16).padStart(64, "0")), 32);
  return made;
}

function keep(kept, name, made) {
  if (kept.size >= MOST_KEPT) kept.delete(kept.keys().next().value);
  kept.set(name, made);
  return made;
}

async function issuer(raw) {
  try {
    const key = await crypto.subtle.importKey("raw", raw, { name: "Ed25519" }, false, ["verify"]);
    return (message, signature) => crypto.subtle.verify({ name: "Ed25519" }, key, signature, message);
  } catch {
    vendored ??= await import("../../vendor/noble-ed25519-3.2.0.js");
    return (message, signature) => vendored.verifyAsync(signature, message, raw, { zip215: false }).catch(() => false);
  }
}

async function phone(point) {
  const whole = decompressed(point);
  if (!whole) return null;
  return crypto.subtle.importKey("raw", whole, CURVE, false, ["verify"]).catch(() => null);
}

// Browsers read uncompressed points only: y is a square root of x³ - 3x + b, and p is 3 mod 4.
function decompressed(point) {
  const sign = point[0];
  const x = BigInt(`0x${hex(point.subarray(1))}`);
  if (point.length !== POINT || (sign !== 2 && sign !== 3) || x >= P) return null;
  const square = (((x * x - 3n) * x + B) % P + P) % P;
  const root = power(square, (P + 1n) / 4n);
  if ((root * root) % P !== square) return null;
  const y = Number(root & 1n) === (sign & 1) ? root : P - root;
  return bytesOf(`04${hex(point.subarray(1))}${y.toString(16).padStart(64, "0")}`);
}

function power(base, exponent) {
  let result = 1n;
  for (; exponent; exponent >>= 1n) {
    if (exponent & 1n) result = (result * base) % P;
    base = (base * base) % P;
  }
  return result;
}
