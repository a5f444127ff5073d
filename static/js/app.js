// The behaviour of a page: each `data-module="name"` gets its module; every page works without.
import { guardForms } from "./once.js";
import { keepForms } from "./keep.js";
import { watchNetwork } from "./offline.js";
import { showByAnswer } from "./shown.js";

const modules = {
  code: () => import("./codes/phone.js"),
  copy: () => import("./copy.js"),
  countdown: () => import("./countdown.js"),
  desk: () => import("./desk/selling.js"),
  fresh: () => import("./fresh.js"),
  gate: () => import("./gate.js"),
  line: () => import("./line.js"),
  poll: () => import("./poll.js"),
  push: () => import("./push.js"),
  print: () => import("./print.js"),
  reserve: () => import("./desk/reserve.js"),
  read: () => import("./read.js"),
  sheet: () => import("./sheet.js"),
  stepper: () => import("./stepper.js"),
};

async function enhance(element) {
  if (element.dataset.enhanced !== undefined) return;
  element.dataset.enhanced = "";
  for (const name of element.dataset.module.split(" ")) {
    if (modules[name]) (await modules[name]()).start(element);
  }
}

function enhanceAll(root) {
  if (root.matches?.("[data-module]")) enhance(root);
  root.querySelectorAll("[data-module]").forEach(enhance);
}

guardForms();
keepForms();
watchNetwork();
showByAnswer();
enhanceAll(document);
document.addEventListener("htmx:load", (event) => enhanceAll(event.detail.elt));
const first = document.querySelector("[data-focus]");
// A gate's answer must stay in sight while the field below it waits for the next code.
first?.focus({ preventScroll: first.dataset.scan !== undefined });
