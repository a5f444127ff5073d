// A `<dialog>` that stands open in the page without JavaScript becomes a sheet.
export function start(dialog) {
  dialog.close();
  dialog.classList.add("is-enhanced");
  document.addEventListener("click", (event) => {
    const opener = event.target.closest(`[data-sheet="${dialog.id}"]`);
    if (!opener) return;
    event.preventDefault();
    dialog.showModal();
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
}
