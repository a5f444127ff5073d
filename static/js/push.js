// Switches messages on for this device: asks the browser, then sends the form with what it answers.
const bytes = (text) => {
  const padded = text.replaceAll("-", "+").replaceAll("_", "/") + "=".repeat((4 - (text.length % 4)) % 4);
  return Uint8Array.from(atob(padded), (letter) => letter.charCodeAt(0));
};

export function start(form) {
  const isAble = "serviceWorker" in navigator && "PushManager" in window;
  (isAble ? form : form.nextElementSibling).hidden = false;
  if (!isAble) return;
  form.addEventListener("submit", async (event) => {
    if (form.elements.endpoint.value) return;
    event.preventDefault();
    try {
      if ((await Notification.requestPermission()) === "granted") await subscribe(form);
    } catch {
      // the server says so: the form goes out empty
    }
    HTMLFormElement.prototype.submit.call(form);
  });
}

async function subscribe(form) {
  const worker = await navigator.serviceWorker.register(form.dataset.worker);
  const options = { userVisibleOnly: true, applicationServerKey: bytes(form.dataset.key) };
  const ready = worker.active ? worker : await activated(worker);
  const found = await ready.pushManager.getSubscription();
  const said = (found || (await ready.pushManager.subscribe(options))).toJSON();
  form.elements.endpoint.value = said.endpoint;
  form.elements.p256dh.value = said.keys.p256dh;
  form.elements.auth.value = said.keys.auth;
}

function activated(registration) {
  const worker = registration.installing || registration.waiting;
  return new Promise((resolve) => {
    worker.addEventListener("statechange", () => worker.state === "activated" && resolve(registration));
  });
}
