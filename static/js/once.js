// `<form data-once>`: the second press of a button sends nothing. The server refuses replays anyway;
// this spares the person the question whether the first one worked.
export function guardForms() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("form[data-once]") || event.defaultPrevented) return;
    if (form.dataset.sent !== undefined) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "";
    for (const button of sendersOf(form)) button.setAttribute("aria-busy", "true");
  });
  // Back from the next page: the form may be sent again.
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) {
      delete form.dataset.sent;
      for (const button of sendersOf(form)) button.removeAttribute("aria-busy");
    }
  });
}

function sendersOf(form) {
  return [...form.elements].filter((element) => element.type === "submit");
}
