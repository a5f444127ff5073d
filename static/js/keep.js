// `<form data-keep="name">`: what was typed survives a reload in this tab until the form is sent.
// Nothing sensitive is kept: no documents, phones, codes, passwords, hidden fields.
const SAFE = new Set(["number", "radio", "checkbox", "date", "time", "search", "select-one"]);

export function keepForms() {
  for (const form of document.querySelectorAll("form[data-keep]")) {
    const key = `keep:${location.pathname}:${form.dataset.keep}`;
    if (!form.querySelector("[aria-invalid=true]")) restore(form, key);
    form.addEventListener("change", () => store(key, JSON.stringify(answers(form))));
    form.addEventListener("submit", () => sessionStorage.removeItem(key));
  }
}

function harmless(form) {
  return [...form.elements].filter(
    (field) =>
      field.name &&
      (SAFE.has(field.type) || field.tagName === "TEXTAREA") &&
      field.autocomplete !== "off" &&
      field.dataset.private === undefined,
  );
}

function isTicked(field) {
  return field.type === "radio" || field.type === "checkbox";
}

function answers(form) {
  return harmless(form).map((field) => [
    field.name,
    field.value,
    isTicked(field) ? field.checked : null,
  ]);
}

function store(key, text) {
  try {
    sessionStorage.setItem(key, text);
  } catch {
    // A full or forbidden storage costs comfort only.
  }
}

function restore(form, key) {
  let kept;
  try {
    kept = JSON.parse(sessionStorage.getItem(key) ?? "[]");
  } catch {
    return;
  }
  for (const [name, value, ticked] of kept) {
    for (const field of harmless(form).filter((one) => one.name === name)) {
      if (field.disabled) continue;
      if (!isTicked(field)) field.value = value;
      else if (field.value === value) field.checked = ticked;
    }
  }
}
