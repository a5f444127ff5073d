// Asks `data-url` for a small JSON every few seconds and writes its texts into `data-poll` elements.
// With `data-next` it goes there once the JSON's `state` is another than `data-state`.
// An unchanged answer (ETag, 304) costs nothing; a hidden page asks nothing.
export function start(element) {
  const seconds = Number(element.dataset.seconds ?? 5);
  const state = { etag: null };
  const round = async () => {
    if (!document.hidden) await ask(element, state);
    if (element.isConnected) setTimeout(round, seconds * 1000);
  };
  setTimeout(round, seconds * 1000);
}

async function ask(element, state) {
  const headers = { Accept: "application/json" };
  if (state.etag) headers["If-None-Match"] = state.etag;
  try {
    const response = await fetch(element.dataset.url, { headers, cache: "no-store" });
    if (response.status !== 200) return;
    state.etag = response.headers.get("ETag");
    const texts = await response.json();
    const { next, state: shown } = element.dataset;
    if (next && texts.state !== shown) location.assign(next);
    write(element, texts);
  } catch {
    // No network: the page keeps what it shows; offline.js says so.
  }
}

function write(element, texts) {
  for (const target of element.querySelectorAll("[data-poll]")) {
    const text = texts[target.dataset.poll];
    if (text === undefined) continue;
    if (target instanceof HTMLMeterElement) target.value = Number(text);
    else if (target.textContent !== String(text)) target.textContent = text;
  }
}
