// The gate: a keyboard-wedge scanner always finds its field; in and stop sound and feel different.
import { feel } from "./gate/feel.js";

export function start(element) {
  feel(element.dataset.gate);
  const field = document.querySelector("input[data-scan]");
  if (!field) return;
  field.focus({ preventScroll: true });
  // What a scanner types while nothing has the focus belongs to the field.
  document.addEventListener("keydown", (event) => {
    if (isTyping(event) || event.key.length !== 1 || event.ctrlKey || event.metaKey || event.altKey) return;
    field.focus();
  });
}

function isTyping(event) {
  return event.target.closest("input, textarea, select") !== null;
}
