// Says by itself that a message was read: sends the form once it has been seen, and hides it.
export function start(form) {
  fetch(form.action, { method: "POST", body: new FormData(form), redirect: "manual" })
    .then(() => (form.hidden = true))
    .catch(() => {}); // no network: the button stays
}
