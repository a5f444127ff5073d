// The back office's boxes that look things up are named by their fields' labels, for who listens.
const NAMED = "data-named";

function labelOf(box) {
  const select = box.closest(".select2")?.previousElementSibling;
  const label = select?.labels?.[0];
  if (label) label.id ||= `label-of-${select.id}`;
  return label;
}

function nameBoxes() {
  for (const box of document.querySelectorAll(`.select2-selection:not([${NAMED}])`)) {
    const label = labelOf(box);
    if (!label) continue;
    const chosen = box.querySelector(".select2-selection__rendered");
    box.setAttribute("aria-labelledby", chosen?.id ? `${label.id} ${chosen.id}` : label.id);
    chosen?.setAttribute("aria-labelledby", label.id);
    box.setAttribute(NAMED, "");
  }
  const search = document.querySelector(".select2-container--open .select2-search__field");
  const open = document.querySelector(".select2-container--open .select2-selection");
  const label = search && open && labelOf(open);
  if (!label) return;
  search.setAttribute("aria-labelledby", label.id);
  if (open.hasAttribute("aria-owns")) open.setAttribute("aria-controls", open.getAttribute("aria-owns"));
}

document.addEventListener("DOMContentLoaded", () => {
  nameBoxes();
  new MutationObserver(nameBoxes).observe(document.body, { childList: true, subtree: true });
});
