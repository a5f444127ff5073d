// Fetches `data-url` every `data-seconds` and puts what it gets in place of what stands in the element.
// A hidden page asks nothing; nothing is replaced under somebody's focus.
export function start(element) {
  const seconds = Number(element.dataset.seconds ?? 5);
  const round = async () => {
    if (!document.hidden && !element.contains(document.activeElement)) await renew(element);
    if (element.isConnected) setTimeout(round, seconds * 1000);
  };
  setTimeout(round, seconds * 1000);
}

async function renew(element) {
  try {
    const response = await fetch(element.dataset.url, { cache: "no-store", redirect: "error" });
    if (response.ok) element.innerHTML = await response.text();
  } catch {
    // No network: the page keeps what it shows; offline.js says so.
  }
}
