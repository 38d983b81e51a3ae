// Elements, numbers and texts. Text reaches the document as text nodes alone.

/** An element: `element("p", { class: "lead", onclick: f }, "text", child)`. Nothing and false among the children are passed over. */
function element(tag, attributes, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

/** An element of a drawing. */
function drawing(tag, attributes, ...children) {
  return filled(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

function filled(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === undefined || value === null || (value === false && !name.startsWith("aria-"))) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true && !name.startsWith("aria-") ? "" : String(value));
  }
  for (const child of children.flat(Infinity)) {
    if (child === undefined || child === null || child === false) continue;
    node.append(child instanceof Node ? child : String(child));
  }
  return node;
}

/** Sets custom properties of an element; a style attribute would be against the page's policy. */
function styled(node, properties) {
  for (const [name, value] of Object.entries(properties)) node.style.setProperty(name, value);
  return node;
}

const minus = "\u2212";

/** A number with its sign: +0.71, −0.20, 0.00. */
function signed(value, digits = 2) {
  const text = Math.abs(value).toFixed(digits);
  if (Number(text) === 0) return text;
  return (value > 0 ? "+" : minus) + text;
}

/** A number of a measure's unit; nothing to measure is a dash. */
function measured(value, unit) {
  if (value === null || value === undefined) return "–";
  if (unit === "share") return (value * 100).toFixed(1) + "\u2009%";
  if (unit === "seconds") return duration(value);
  const size = Math.abs(value);
  const text = size !== 0 && (size < 0.001 || size >= 1e6) ? value.toExponential(1)
    : size >= 1000 ? Math.round(value).toLocaleString("en")
    : size >= 100 ? value.toFixed(1) : value.toFixed(3);
  return text.replaceAll("-", minus);
}

function duration(seconds) {
  if (seconds < 1) return Math.round(seconds * 1000) + "\u2009ms";
  if (seconds < 120) return seconds.toFixed(1) + "\u2009s";
  if (seconds < 7200) return (seconds / 60).toFixed(1) + "\u2009min";
  return (seconds / 3600).toFixed(1) + "\u2009h";
}

function counted(number) {
  return number.toLocaleString("en").replace(/,/g, "\u202F");
}

const controls = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u00AD\u061C\u200B\u200E\u200F\u2028-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB]|[\u{E0000}-\u{E0FFF}]/gu;
const floods = /(\p{M}{3})\p{M}+/gu;

/**
 * Text of unknown origin made fit to be shown: control characters and those that turn the direction of writing are named,
 * and of combining marks that stand on each other three are kept.
 */
function harmless(text) {
  return text
    .replace(/\r\n?/g, "\n")
    .replace(controls, (mark) => "⟦U+" + mark.codePointAt(0).toString(16).toUpperCase().padStart(4, "0") + "⟧")
    .replace(floods, "$1");
}

/** The part of a text that fits a line. */
function shortened(text, length) {
  const line = harmless(text).replace(/\s+/g, " ").trim();
  const characters = Array.from(line.slice(0, length * 2));
  return characters.length > length ? characters.slice(0, length - 1).join("") + "…" : line;
}

/** The colours of runs, by their position; they differ in lightness as well as in hue. */
function runColor(index) {
  return `var(--run-${index % 7})`;
}

/** How strongly and in which direction a step is tinted: −1 … 1, full at two deviations. */
function tint(value) {
  return Math.max(-1, Math.min(1, value / 2));
}

/** Puts a signal's colour on an element: blue for reward, orange for punishment, stronger for more. */
function tinted(node, value) {
  if (value === undefined || value === null) return node;
  const strength = tint(value);
  node.classList.add(strength > 0 ? "rewarded" : strength < 0 ? "punished" : "neutral");
  return styled(node, { "--strength": (Math.abs(strength) * 100).toFixed(0) + "%" });
}
