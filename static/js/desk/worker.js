// Keeps the page that sells reserved numbers, and shows it where the desk's own page cannot be fetched.
const STORE = "quanyu-desk-1";

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(STORE).then((store) => store.addAll(KEPT)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  const path = new URL(request.url).pathname;
  if (KEPT.includes(path)) event.respondWith(fresh(request, path));
  else if (request.mode === "navigate") event.respondWith(fetch(request).catch(() => caches.match(OFFLINE)));
});

// The network's while there is one, so that a new version is seen; what was kept where there is none.
async function fresh(request, path) {
  try {
    const reply = await fetch(request);
    if (reply.ok && !reply.redirected) (await caches.open(STORE)).put(path, reply.clone());
    return reply;
  } catch {
    return caches.match(path);
  }
}
