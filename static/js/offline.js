// Shows the elements with `data-offline` while there is no network.
export function watchNetwork() {
  const show = () => {
    for (const element of document.querySelectorAll("[data-offline]")) {
      element.hidden = navigator.onLine;
    }
  };
  window.addEventListener("online", show);
  window.addEventListener("offline", show);
  show();
}
