// The site's time as far as the device knows it. What the device's clock says is corrected by what it
// was off when the site was last heard; and it is not trusted once it has jumped since.
const JUMP_MS = 3_000;
const KEPT_MS = 12 * 3_600_000;

export class Clock {
  // `kept`: what was kept by an earlier start: {skew, seen} or nothing.
  constructor(kept) {
    this.skew = kept?.skew ?? 0;
    this.kept = kept ?? null;
    this.anchor = null;
    this.start = { wall: Date.now(), steady: performance.now() };
  }

  // The site has said its time; `asked` is when (performance.now()) it was asked.
  heard(serverMs, asked) {
    const steady = performance.now();
    const wall = Date.now();
    this.skew = Math.round(wall - (serverMs + (steady - asked) / 2));
    this.anchor = { wall, steady };
    this.kept = { skew: this.skew, seen: wall };
    return this.kept;
  }

  now() {
    return Date.now() - this.skew;
  }

  // Whether rotating codes may be judged by it.
  isSure() {
    if (!hasRun(this.anchor ?? this.start)) return false;
    if (this.anchor) return true;
    const since = this.start.wall - (this.kept?.seen ?? Infinity);
    return since >= -JUMP_MS && since <= KEPT_MS;
  }
}

// Whether the wall's clock has gone as far as the steady one since.
function hasRun({ wall, steady }) {
  return Math.abs(Date.now() - wall - (performance.now() - steady)) <= JUMP_MS;
}
