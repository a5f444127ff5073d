// `data-shown-by="id" data-shown-value="v"`: what belongs to one answer shows only with that answer.
// Hidden fields are disabled, so that an empty required one does not stop the form.
export function showByAnswer() {
  const parts = [...document.querySelectorAll("[data-shown-by]")];
  const show = () => parts.forEach(update);
  document.addEventListener("change", show);
  window.addEventListener("pageshow", show);
  show();
}

function update(part) {
  const asked = document.getElementById(part.dataset.shownBy);
  if (!asked) return;
  const fits = answer(asked) === part.dataset.shownValue;
  part.hidden = !fits;
  for (const field of part.querySelectorAll("input, select, textarea")) field.disabled = !fits;
}

function answer(asked) {
  if ("value" in asked && asked.type !== "checkbox") return asked.value;
  const ticked = asked.matches("input") ? [asked].find((box) => box.checked) : asked.querySelector("input:checked");
  return ticked?.value ?? "";
}
