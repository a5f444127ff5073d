// A code as a picture: black on white with its quiet zone, whatever the theme.
import { qrcode } from "../../vendor/qrcode-generator-2.0.4.js";

const SVG = "http://www.w3.org/2000/svg";
const QUIET = 4;

export function draw(place, text) {
  const symbol = qrcode(0, "M");
  symbol.addData(text, "Alphanumeric");
  symbol.make();
  const size = symbol.getModuleCount() + 2 * QUIET;
  const picture = element("svg", { viewBox: `0 0 ${size} ${size}`, class: "q-qr", "aria-hidden": "true" });
  picture.append(element("path", { fill: "#fff", d: `M0 0h${size}v${size}H0z` }), element("path", { fill: "#000", d: dark(symbol) }));
  place.replaceChildren(picture);
}

// Every row's dark runs as rectangles of height 1.
function dark(symbol) {
  const count = symbol.getModuleCount();
  let path = "";
  for (let row = 0; row < count; row++) {
    for (let column = 0; column < count; column++) {
      const from = column;
      while (column < count && symbol.isDark(row, column)) column++;
      if (column > from) path += `M${from + QUIET} ${row + QUIET}h${column - from}v1h-${column - from}z`;
    }
  }
  return path;
}

function element(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}
