// Runs without a page: shows what a push service brings, and opens what it is about.
self.addEventListener("push", (event) => {
  const said = event.data ? event.data.json() : {};
  const options = {
    body: said.body || "",
    tag: said.tag,
    lang: said.lang,
    requireInteraction: Boolean(said.stays),
    data: { url: said.url || "/" },
  };
  event.waitUntil(self.registration.showNotification(said.title || "", options));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const url = new URL(event.notification.data.url, self.location.origin);
  if (url.origin === self.location.origin) event.waitUntil(self.clients.openWindow(url.href));
});
