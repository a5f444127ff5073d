// A button that prints the page; without JavaScript it stays hidden and the browser's menu prints.
export function start(button) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
