// The words of the program in the language that stands, and the switch between the two.
// Each in its own words: who cannot read the one finds the other.
const NAMES = { "zh-hans": "中文", en: "English" };
let texts;
let language = "zh-hans";

export function learn(all, chosen) {
  texts = all;
  if (chosen in texts) language = chosen;
  show();
}

export function swap() {
  language = Object.keys(texts).find((code) => code !== language);
  show();
  return language;
}

export function say(name, facts = {}) {
  const text = texts[language][name] ?? "";
  return text.replace(/\{(\w+)\}/g, (_, fact) => facts[fact] ?? "");
}

// Words that come from the site in all languages.
export function chosen(words) {
  return words?.[language] ?? words?.["zh-hans"] ?? words?.en ?? "";
}

export function time(ms, zone) {
  return new Intl.DateTimeFormat(language === "en" ? "en-GB" : "zh-CN", { hour: "2-digit", minute: "2-digit", day: "numeric", month: "numeric", timeZone: zone }).format(ms);
}

// The time of day alone.
export function hour(ms, zone) {
  return new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: zone }).format(ms);
}

function show() {
  document.documentElement.lang = language === "en" ? "en" : "zh-Hans";
  document.querySelector("[data-language]").textContent = NAMES[language === "en" ? "zh-hans" : "en"];
  for (const element of document.querySelectorAll("[data-text]")) element.textContent = say(element.dataset.text);
  for (const element of document.querySelectorAll("[data-label]")) element.setAttribute("aria-label", say(element.dataset.label));
}
