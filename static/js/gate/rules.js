// May this right pass here now? The same rules as bookings/vouchers/rules.py; both are held to
// tests/data/passage_rules.json. Pure: instants are milliseconds since 1970.
export const NOBODY = { entries: 0, isInside: false, enteredAt: null };

// The standing after one passage more.
export function after(standing, direction, at) {
  if (direction === "OUT") return { ...standing, isInside: false };
  const enteredAt = Math.min(standing.enteredAt ?? at, at);
  return { entries: standing.entries + 1, isInside: true, enteredAt };
}

// What the door says to one more passage. `door` null: the place tells its doors not apart.
export function decide(right, standing, { direction, door, at }) {
  if (right.isVoid) return "VOIDED";
  if (direction === "OUT") {
    if (!standing.isInside) return "NOT_INSIDE";
    return opens(right.doorsOut, door) ? "OPEN" : "NOT_THIS_DOOR";
  }
  return wayIn(right, standing, door, at);
}

// From when on nobody comes in by it any more.
export function endsAt(right, standing) {
  if (!byDays(right) || standing.enteredAt === null) return right.validUntil;
  return midnightAfter(standing.enteredAt, right.reentryDays, right.venue);
}

function wayIn(right, standing, door, at) {
  if (right.rule === "COUNTED" && standing.entries >= right.entries) return "ALREADY_USED";
  if (at < right.validFrom) return "TOO_EARLY";
  if (at >= endsAt(right, standing)) return byDays(right) && standing.entries > 0 ? "REENTRY_OVER" : "TOO_LATE";
  if (!opens(right.doorsIn, door)) return "NOT_THIS_DOOR";
  if (right.rule === "AFTER_EXIT" && standing.isInside) return "INSIDE_ALREADY";
  return "OPEN";
}

function byDays(right) {
  return right.reentryDays > 0 && right.rule !== "COUNTED";
}

function opens(doors, door) {
  return !doors.length || door === null || doors.includes(door);
}

// The midnight on the clock of a place, so many days after the day of a moment.
function midnightAfter(moment, days, venue) {
  const [year, month, day] = dayAt(moment, venue).split("-").map(Number);
  const guess = Date.UTC(year, month - 1, day + days);
  return guess - offsetAt(guess - offsetAt(guess, venue), venue);
}

export function dayAt(moment, venue) {
  return new Date(moment + offsetAt(moment, venue)).toISOString().slice(0, 10);
}

function offsetAt(moment, venue) {
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone: venue, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric",
    hour: "numeric", minute: "numeric", second: "numeric",
  }).formatToParts(moment);
  const [year, month, day, hour, minute, second] = ["year", "month", "day", "hour", "minute", "second"]
    .map((name) => Number(parts.find((part) => part.type === name).value));
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(moment / 1000) * 1000;
}
