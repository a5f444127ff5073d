// Ticks down to `data-until`; says 5 minutes and 1 minute once, politely.
const MARKS = [5, 1, 0];

export function start(element) {
  const until = Date.parse(element.dataset.until);
  // The server's clock counts: what it showed at first is where this device starts.
  const shown = parse(element.querySelector("[data-countdown-left]").textContent);
  const end = Math.abs(until - Date.now() - shown * 1000) > 5000 ? Date.now() + shown * 1000 : until;
  const state = { end, said: MARKS.filter((mark) => shown <= mark * 60 && mark > 0) };
  tick(element, state);
  const timer = setInterval(() => {
    if (tick(element, state) > 0) return;
    clearInterval(timer);
    if (element.dataset.reload !== undefined) setTimeout(() => location.reload(), 1500);
  }, 1000);
}

function tick(element, state) {
  const seconds = Math.max(0, Math.round((state.end - Date.now()) / 1000));
  element.querySelector("[data-countdown-left]").textContent = write(seconds);
  const bar = element.querySelector("[data-countdown-bar]");
  if (bar) bar.value = seconds;
  element.classList.toggle("is-late", seconds > 0 && seconds <= 60);
  element.classList.toggle("is-over", seconds === 0);
  const mark = MARKS.find((minutes) => seconds <= minutes * 60 && !state.said.includes(minutes) && seconds > (minutes - 1) * 60);
  if (mark !== undefined) say(element, state, mark);
  return seconds;
}

function say(element, state, mark) {
  state.said.push(mark);
  element.querySelector("[data-countdown-say]").textContent = element.getAttribute(`data-say-${mark}`);
}

function parse(text) {
  return text.trim().split(":").reduce((whole, part) => whole * 60 + Number(part), 0);
}

function write(seconds) {
  const two = (number) => String(number).padStart(2, "0");
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${two(minutes)}:${two(seconds % 60)}`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`;
}
