// Plus and minus beside a number field.
export function start(box) {
  const input = box.querySelector("input");
  const buttons = [...box.querySelectorAll("[data-step]")];
  const show = () => {
    for (const button of buttons) {
      const wanted = input.valueAsNumber + Number(button.dataset.step);
      // Not `disabled`: the button that was just pressed would lose the focus.
      button.setAttribute("aria-disabled", wanted < Number(input.min) || wanted > Number(input.max));
    }
  };
  for (const button of buttons) {
    button.addEventListener("click", () => {
      const now = Number.isNaN(input.valueAsNumber) ? Number(input.min) : input.valueAsNumber;
      const wanted = now + Number(button.dataset.step);
      input.value = Math.min(Number(input.max), Math.max(Number(input.min), wanted));
      input.dispatchEvent(new Event("input", { bubbles: true }));
      input.dispatchEvent(new Event("change", { bubbles: true }));
    });
  }
  input.addEventListener("input", show);
  box.classList.add("is-enhanced");
  show();
}
