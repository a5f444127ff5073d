// `data-shown-by="id" data-shown-value="v w"`: what belongs to some answers shows only with them.
// Hidden fields are disabled, so that an empty required one does not stop the form.
export function showByAnswer() {
  const parts = [...document.querySelectorAll("[data-shown-by]")];
  const show = () => {
    for (const part of parts) part.hidden = !fits(part);
    for (const part of parts) for (const field of fieldsOf(part)) field.disabled = isHidden(field);
  };
  document.addEventListener("change", show);
  window.addEventListener("pageshow", show);
  show();
}

function fits(part) {
  const asked = document.getElementById(part.dataset.shownBy);
  return asked === null || part.dataset.shownValue.split(" ").includes(answer(asked));
}

function fieldsOf(part) {
  return part.querySelectorAll("input, select, textarea");
}

// One part may stand within another: the outer one hides both.
function isHidden(field) {
  return field.closest("[data-shown-by][hidden]") !== null;
}

function answer(asked) {
  if ("value" in asked && asked.type !== "checkbox") return asked.value;
  const ticked = asked.matches("input") ? [asked].find((box) => box.checked) : asked.querySelector("input:checked");
  return ticked?.value ?? "";
}
