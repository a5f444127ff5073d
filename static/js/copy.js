// A button that copies the text of the field `data-copies` and says so; without JavaScript it stays hidden.
export function start(button) {
  if (!navigator.clipboard) return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const field = document.getElementById(button.dataset.copies);
    const label = button.querySelector("span");
    label.setAttribute("aria-live", "polite");
    try {
      await navigator.clipboard.writeText(field.value);
      label.textContent = button.dataset.said;
    } catch {
      field.select();
    }
  });
}
