// Keeps the pages of orders, and what they are made of, for when there is no network: the newest
// answer first, what was kept where none comes.
const CACHE = "orders-1";
const MOST = 100;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const isOurs = new URL(request.url).origin === self.location.origin;
  if (request.method !== "GET" || !isOurs || !(request.mode === "navigate" || isPiece(request))) return;
  event.respondWith(newest(request, event));
});

function isPiece(request) {
  return ["style", "script", "image", "font"].includes(request.destination);
}

async function newest(request, event) {
  const cache = await caches.open(CACHE);
  try {
    const answer = await fetch(request);
    if (answer.status === 200 && !answer.redirected && isWanted(request)) event.waitUntil(put(cache, request, answer.clone()));
    return answer;
  } catch (failure) {
    const kept = await cache.match(request);
    if (kept) return kept;
    throw failure;
  }
}

// Of pages only those of orders and of codes that were given, without what stands below them.
function isWanted(request) {
  return request.mode !== "navigate" || /\/[op]\/[^/]+\/$/.test(new URL(request.url).pathname);
}

async function put(cache, request, answer) {
  await cache.put(request, answer);
  const kept = await cache.keys();
  await Promise.all(kept.slice(0, Math.max(0, kept.length - MOST)).map((old) => cache.delete(old)));
}
