// The waiting room: asks where we stand as often as the server says. The parts of the page that belong to
// a stage are shown and hidden here; only who is called, or whose line has ended, loads the page anew:
// when a sale opens, everybody's stage changes at once. Words change seldom, see words.py.
const EARLY = 0.8;

export function start(element) {
  wait(element, Number(element.dataset.seconds ?? 10));
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) round(element);
  });
}

function wait(element, seconds) {
  clearTimeout(Number(element.dataset.timer));
  // People who loaded the page at the same moment do not all ask at the same moment again.
  const pause = seconds * (EARLY + (1 - EARLY) * 2 * Math.random()) * 1000;
  element.dataset.timer = setTimeout(() => round(element), pause);
}

async function round(element) {
  if (document.hidden) return wait(element, 60);
  try {
    const response = await fetch(element.dataset.url, { headers: { Accept: "application/json" }, cache: "no-store" });
    if (response.status === 404) return location.reload();
    if (response.ok) return show(element, await response.json());
    return wait(element, Number(response.headers.get("Retry-After")) || 10);
  } catch {
    // No network: the page keeps what it shows; offline.js says so.
    return wait(element, 10);
  }
}

function show(element, standing) {
  const parts = [...element.querySelectorAll("[data-when]")];
  const belongs = (part) => part.dataset.when.split(" ").includes(standing.stage);
  if (!parts.some(belongs)) return location.reload();
  for (const part of parts) part.hidden = !belongs(part);
  for (const target of element.querySelectorAll("[data-line]")) {
    const text = String(standing[target.dataset.line]);
    if (target.textContent !== text) target.textContent = text;
  }
  return wait(element, standing.poll_s);
}
