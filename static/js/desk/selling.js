// The desk under the hands: the sum follows what is typed or scanned, the keys lead to every field.
const WAIT_MS = 200;

export function start(form) {
  const state = { round: 0, timer: 0, fen: null };
  const choose = document.querySelector("[data-desk-choose] select");
  choose?.addEventListener("change", () => choose.form.submit());
  form.addEventListener("input", (event) => {
    if (event.target.name === "given") return showChange(form, state);
    form.elements.shown_total_fen.value = "";
    clearTimeout(state.timer);
    state.timer = setTimeout(() => price(form, state), WAIT_MS);
  });
  document.addEventListener("keydown", (event) => lead(event, form, choose));
  form.elements.people.focus();
  if (hasPeople(form)) price(form, state);
}

const hasPeople = (form) =>
  form.elements.people.value.trim() !== "" ||
  [...form.querySelectorAll("[data-class]")].some((field) => Number(field.value) > 0);

async function price(form, state) {
  const round = ++state.round;
  if (!hasPeople(form)) return show(form, state, null);
  try {
    const reply = await fetch(form.dataset.price, { method: "POST", body: new FormData(form) });
    const said = await reply.json();
    if (round === state.round) show(form, state, said);
  } catch {
    // No network: offline.js says so, and the reserved numbers can be sold.
  }
}

function show(form, state, said) {
  const isPriced = said !== null && said.total_fen !== undefined;
  state.fen = isPriced ? said.total_fen : null;
  form.elements.shown_total_fen.value = isPriced ? said.total_fen : "";
  form.querySelector("[data-total]").textContent = isPriced ? said.total : "–";
  form.querySelector("[data-reason]").textContent = said?.reason ?? "";
  form.querySelector("[data-parts]").replaceChildren(...(isPriced ? said.parts.map(line) : []));
  const button = form.querySelector("[data-sell]");
  if (isPriced) button.firstChild.textContent = `${button.dataset.label} `;
  showChange(form, state);
}

function line(part) {
  const item = document.createElement("li");
  item.textContent = `${part.title} ${part.price}`;
  return item;
}

function showChange(form, state) {
  const given = Math.round(Number(form.elements.given.value.replace(",", ".")) * 100);
  const back = state.fen === null ? -1 : given - state.fen;
  form.querySelector("[data-change-line]").hidden = !(back >= 0 && form.elements.given.value.trim());
  form.querySelector("[data-change]").textContent = `¥${(back / 100).toFixed(2)}`;
}

function lead(event, form, choose) {
  const targets = { F1: choose, F2: form.elements.people, F4: form.elements.given };
  if (targets[event.key]) {
    event.preventDefault();
    targets[event.key].focus();
  } else if (event.key === "F9") {
    event.preventDefault();
    form.requestSubmit();
  } else if (event.altKey && /^[1-9]$/.test(event.key)) {
    const field = form.querySelectorAll("[data-class]")[Number(event.key) - 1];
    if (!field) return;
    event.preventDefault();
    field.value = String(Number(field.value || 0) + 1);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
}
