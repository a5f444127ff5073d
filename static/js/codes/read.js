// Reads a code in the browser, as bookings/codes/wire.py does on the server.
import { isOfIssuer, isOfPhone } from "./curves.js";
import { bytesOf, dayNumber, Forged, parse, STEP_MS } from "./format.js";

// `keys`: the issuer's public keys as hex by kid as hex; `skewMs`: by how much the clocks of phone
// and reader may differ beyond one step. Which sequence is good, the caller knows.
// Answers {ok, reason, facts}: reason "" or "forged", "expired", "stale"; facts once it is genuine.
export async function readCode(text, { keys, nowMs, skewMs = 0 }) {
  let parsed;
  try {
    parsed = parse(text);
  } catch (refused) {
    if (refused instanceof Forged) return answer("forged", null);
    throw refused;
  }
  if (!(await isGenuine(parsed, keys))) return answer("forged", null);
  const today = dayNumber(nowMs);
  if (today < parsed.days[0] || today > parsed.days[1]) return answer("expired", parsed.facts);
  if (parsed.facts.step !== null && !isFresh(parsed.facts.step, nowMs, skewMs)) return answer("stale", parsed.facts);
  return answer("", parsed.facts);
}

function answer(reason, facts) {
  return { ok: reason === "", reason, facts };
}

async function isGenuine({ facts, kid, issued, issuerSignature, shown, phoneSignature }, keys) {
  const key = Object.hasOwn(keys, kid) ? keys[kid] : undefined;
  if (!key || !(await isOfIssuer(key, issued, issuerSignature))) return false;
  return facts.isStatic || isOfPhone(bytesOf(facts.phone), shown, phoneSignature);
}

function isFresh(step, nowMs, skewMs) {
  const since = nowMs - step * STEP_MS;
  return -STEP_MS - skewMs <= since && since < 2 * STEP_MS + skewMs;
}
