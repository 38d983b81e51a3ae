// Formulas as KaTeX's MathML. What KaTeX cannot read, or what a browser could show as another formula, stays as its source.

const hasMathematics = typeof katex !== "undefined" && typeof MathMLElement !== "undefined";
const mathML = "http://www.w3.org/1998/Math/MathML";
const deepestElement = 60;

/** What KaTeX would drop or hide without a word: comments, definitions, choices, messages, and what writes styles. */
const hiding = new RegExp(String.raw`(?<!\\)(?:\\\\)*%|\\[A-Za-z]*@|\\(?:g|e|x)?def(?![A-Za-z])|\\(?:let|futurelet|global|long|newcommand|renewcommand|`
  + String.raw`providecommand|mathchoice|TextOrMath|message|errmessage|show|pmb|fcolorbox|colorbox)(?![A-Za-z])`);

/** A formula that cannot be shown as it was written. */
class Unshown extends Error {}

/** A formula as an element; null where its source must be shown. */
function formulaElement(formula, source, isDisplay) {
  const content = formula.replace(/\r\n?/g, "\n");
  if (!hasMathematics || content.length > longestFormula || hiding.test(content) || harmless(content) !== content) return null;
  try {
    let math = rendered(content, isDisplay);
    // A line break outside of a table is nothing to browsers.
    if (math.querySelector("mspace[linebreak]")) math = rendered(`\\begin{gathered}${content}\\end{gathered}`, isDisplay);
    return element("span", { class: isDisplay ? "formula displayed" : "formula", title: source }, copied(math, 0));
  } catch {
    // KaTeX's parse error, a nesting too deep for the stack, or Unshown: in every case the reader sees the source.
    return null;
  }
}

function rendered(content, isDisplay) {
  const frame = document.createElement("span");
  katex.render(content, frame, { displayMode: isDisplay, output: "mathml", throwOnError: true, strict: "ignore", trust: false, maxExpand: 1000,
    maxSize: 10, macros: {} });
  return frame.querySelector("math");
}

const truth = /^(?:true|false)$/;
const size = /^\d*\.?\d+(?:em|px|pt)$/;
/** The elements that are copied, with the attributes that they may have. Whatever else KaTeX writes may look like something it is not. */
const known = {
  math: { display: /^block$/, xmlns: /./ }, mrow: {}, mi: { mathvariant: /./ }, mn: { mathvariant: /./ }, mtext: { mathvariant: /./ },
  mo: { mathvariant: /./, fence: truth, stretchy: truth, separator: truth, largeop: truth, lspace: size, rspace: size, minsize: size, maxsize: size },
  mspace: { width: size }, mstyle: { displaystyle: truth, scriptlevel: /^[012]$/, mathsize: /^(?:0\.[789]|[12])\d*\.?\d*em$/ },
  mfrac: { linethickness: size }, msqrt: {}, mroot: {}, msub: {}, msup: {}, msubsup: {},
  munder: { accentunder: truth }, mover: { accent: truth }, munderover: {},
  mtable: { columnalign: /./, columnlines: /./, rowlines: /./, columnspacing: /./, rowspacing: /./, width: /./ }, mtr: {},
  mtd: { width: /./, class: /^(?:mtr-glue|mml-eqn-num)$/ },
  // KaTeX mixes up the lines beside a table and those above and below it.
  menclose: { notation: /^(?:box|updiagonalstrike|downdiagonalstrike|updiagonalstrike downdiagonalstrike|horizontalstrike)$/ },
  // The label of a long arrow; any other padding moves or hides what it holds.
  mpadded: { width: /^\+0\.6em$/, lspace: /^0\.3em$/ },
};
/** Attributes that stay as they are; the others become classes, as browsers have left them out of MathML. */
const kept = new Set(["display", "fence", "stretchy", "separator", "largeop", "lspace", "rspace", "minsize", "maxsize", "displaystyle", "scriptlevel",
  "mathsize", "linethickness", "accent", "accentunder"]);

/** KaTeX's element, copied into what browsers show alike. */
function copied(node, depth) {
  const tag = node.localName;
  if (tag === "semantics") return copied(node.firstElementChild, depth);
  if (depth > deepestElement || !Object.hasOwn(known, tag)) throw new Unshown(tag);
  const attributes = {};
  for (const { name, value } of node.attributes) {
    if (!known[tag][name]?.test(value)) throw new Unshown(`${tag} ${name}`);
    if (kept.has(name) || (tag === "mspace" && name === "width")) attributes[name] = value;
  }
  if (["mi", "mn", "mo", "mtext"].includes(tag) && !node.firstElementChild) return token(tag, node, attributes);
  if (tag === "mtable") return tableElement(node, depth);
  const children = childrenOf(node, depth);
  // A sign that is built of others, as in \stackrel.
  if (tag === "mpadded" || tag === "mo" || tag === "mi") return mathElement("mrow", {}, children);
  if (tag === "menclose") return mathElement("mrow", { class: node.getAttribute("notation").trim().split(/\s+/).map((one) => "drawn-" + one).join(" ") }, children);
  if ((tag === "mover" || tag === "munder") && node.lastElementChild.textContent === "\u203E") {
    return mathElement("mrow", { class: tag === "mover" ? "drawn-top" : "drawn-bottom" }, children[0]);
  }
  if (/^msu(?:p|bsup)$/.test(tag) && /^\u2032+$/.test(node.lastElementChild.textContent)) {
    // Primes have their height themselves; raised and made small, two look like one.
    const primed = mathElement("mrow", {}, children[0], mathElement("mtext", { class: "upright" }, node.lastElementChild.textContent));
    return tag === "msup" ? primed : mathElement("msub", {}, primed, children[1]);
  }
  if (/^m(?:under|over|underover)$/.test(tag)) {
    // Few fonts can widen a sign, and browsers do not tell whether one did: settle does it, for signs that no font widens.
    for (const sign of children.filter((child) => child.getAttribute("stretchy") === "true")) {
      sign.setAttribute("stretchy", "false");
      sign.setAttribute("class", "spanning");
    }
  }
  return mathElement(tag, attributes, children);
}

function mathElement(tag, attributes, ...children) {
  return filled(document.createElementNS(mathML, tag), attributes, children);
}

function childrenOf(node, depth) {
  return Array.from(node.childNodes, (child) => child.nodeType === Node.TEXT_NODE ? space(child.data) : copied(child, depth + 1));
}

const spaces = { "\u00A0": 0.25, "\u2002": 0.5, "\u2003": 1, "\u2004": 0.3333, "\u2005": 0.2778, "\u2006": 0.1667, "\u2009": 0.1667, "\u200A": 0.0556,
  "\u205F": 0.2222 };

/** KaTeX's spaces, which are characters, as spaces of a width. One that ends in U+2063 is negative, and nothing here. */
function space(text) {
  const width = /\u2063$/.test(text) ? 0 : Array.from(text).reduce((sum, one) => sum + spaces[one], 0);
  if (Number.isNaN(width)) throw new Unshown("text outside of an element");
  return mathElement("mspace", { width: width.toFixed(4) + "em" });
}

/** A letter, number, sign or text. Letters are italic or upright by the style sheet, so that it needs no font of mathematics. */
function token(tag, node, attributes) {
  const variant = node.getAttribute("mathvariant");
  const text = node.textContent;
  // Function application is a thin space, but for a parenthesis.
  if (text === "\u2061") return mathElement("mspace", { width: /^[^(]/.test(node.nextSibling?.textContent ?? "(") ? "0.1667em" : "0em" });
  if (tag === "mtext" && text && Array.from(text).every((one) => one in spaces || one === "\u2063")) return space(text);
  const characters = Array.from(text);
  if (harmless(text) !== text) throw new Unshown("a control character");
  const shown = variant in alphabets ? characters.map((one) => inAlphabet(one, variant)) : characters;
  if (shown.some((one) => rarelyDrawn.test(one) && !isDrawn(one))) throw new Unshown("a character that no font has");
  if (variant in alphabets) return mathElement(tag, { ...attributes, class: "upright" }, shown.join(""));
  const isItalic = tag === "mi" && variant === null && characters.length === 1;
  const style = tag === "mo" ? (text === "\u2032" ? "prime" : null) : isItalic ? "italic" : variant === null || variant === "normal" ? "upright" : "variant-" + variant;
  if (style?.startsWith("variant-") && !styledVariants.has(variant)) throw new Unshown(variant);
  return mathElement(tag, { ...attributes, class: style }, text);
}

const styledVariants = new Set(["bold", "italic", "bold-italic", "sans-serif", "bold-sans-serif", "sans-serif-italic", "sans-serif-bold-italic", "monospace"]);
/** Where Unicode has the capitals, small letters and digits of an alphabet, and the letters that it has elsewhere. */
const alphabets = {
  "double-struck": { A: 0x1D538, a: 0x1D552, 0: 0x1D7D8, others: { C: "ℂ", H: "ℍ", N: "ℕ", P: "ℙ", Q: "ℚ", R: "ℝ", Z: "ℤ" } },
  script: { A: 0x1D49C, a: 0x1D4B6, others: { B: "ℬ", E: "ℰ", F: "ℱ", H: "ℋ", I: "ℐ", L: "ℒ", M: "ℳ", R: "ℛ", e: "ℯ", g: "ℊ", o: "ℴ" } },
  fraktur: { A: 0x1D504, a: 0x1D51E, others: { C: "ℭ", H: "ℌ", I: "ℑ", R: "ℜ", Z: "ℨ" } },
  "bold-script": { A: 0x1D4D0, a: 0x1D4EA, others: {} },
  "bold-fraktur": { A: 0x1D56C, a: 0x1D586, others: {} },
};

function inAlphabet(character, variant) {
  const alphabet = alphabets[variant];
  if (alphabet.others[character]) return alphabet.others[character];
  const first = /[A-Z]/.test(character) ? "A" : /[a-z]/.test(character) ? "a" : /[0-9]/.test(character) ? "0" : null;
  if (first === null || alphabet[first] === undefined) throw new Unshown(`${variant} ${character}`);
  return String.fromCodePoint(alphabet[first] + character.charCodeAt(0) - first.charCodeAt(0));
}

/** Signs and letters of mathematics, which not every computer has in a font. */
const rarelyDrawn = /[\u2000-\u2BFF]|[\u{1D400}-\u{1D7FF}]/u;
const drawings = new Map();

/** Whether the reader's fonts have a character: a missing one looks like every other missing one. */
function isDrawn(character) {
  return drawingOf(character) !== drawingOf("\u{1D49D}") || drawingOf(character) === null;
}

/** A picture of a character, as text; that of U+1D49D, which no font has as it is no character, is the picture of what is missing. */
function drawingOf(character) {
  if (!drawings.has(character)) {
    const canvas = element("canvas", { width: 40, height: 40 });
    const context = canvas.getContext("2d");
    if (context) {
      context.font = "28px serif";
      context.fillText(character, 4, 32);
    }
    drawings.set(character, context && canvas.toDataURL());
  }
  return drawings.get(character);
}

/** A table, with what attributes say of its columns and lines as classes of its cells. */
function tableElement(table, depth) {
  const list = (name) => (table.getAttribute(name) ?? "").split(/\s+/).filter(Boolean);
  const [aligns, columnLines, rowLines] = [list("columnalign"), list("columnlines"), list("rowlines")];
  const at = (values, index) => values[Math.min(index, values.length - 1)];
  const rows = Array.from(table.children);
  // Empty cells push numbers of equations to the margin; they are not among the columns.
  const cells = (row) => Array.from(row.children).filter((cell) => cell.childNodes.length > 0 || !(cell.hasAttribute("class") || cell.hasAttribute("width")));
  return mathElement("mtable", {}, rows.map((row, y) => mathElement("mtr", {}, cells(row).map((cell, x) => {
    const classes = [at(aligns, x) ?? "center"];
    // The two sides of an aligned equation.
    if (table.getAttribute("columnspacing") === "0em") classes.push("tight");
    const isLined = (lines, index, count) => index < count - 1 && lines.length > 0 && at(lines, index) !== "none";
    if (isLined(columnLines, x, cells(row).length)) classes.push("drawn-right", at(columnLines, x));
    if (isLined(rowLines, y, rows.length)) classes.push("drawn-bottom", at(rowLines, y));
    return mathElement("mtd", { class: classes.join(" ") }, childrenOf(cell, depth + 2));
  }))));
}

/** Does what browsers leave out of MathML and what must be measured. To be called once the formulas are in the document. */
function settle(root) {
  // Everything is measured before anything is changed, so that the page is laid out anew once and not for each sign.
  const changes = [...cellShifts(root), ...signScales(root)];
  for (const change of changes) change();
  for (const sign of root.querySelectorAll(".spanning")) {
    if (widthOf(sign) < widthOf(spannedBy(sign)) * 0.8) sign.closest(".formula")?.replaceWith(sourceView(sign.closest(".formula").title));
  }
}

function widthOf(node) {
  return node.getBoundingClientRect().width;
}

function spannedBy(sign) {
  return Array.from(sign.parentElement.children).find((child) => child !== sign) ?? sign;
}

/** Widens arrows, hats and braces to what they stand over: else an arrow over AB would look like one over a single letter. */
function signScales(root) {
  return Array.from(root.querySelectorAll(".spanning"), (sign) => {
    const scale = widthOf(spannedBy(sign)) / widthOf(sign);
    return () => scale > 1.1 && Number.isFinite(scale) && sign.style.setProperty("transform", `scaleX(${scale.toFixed(3)})`);
  });
}

/** Moves what a cell holds to the middle or to the right, where its column is aligned so. */
function cellShifts(root) {
  return Array.from(root.querySelectorAll("mtd:is(.right, .center)"), (cell) => {
    const [box, style] = [cell.getBoundingClientRect(), getComputedStyle(cell)];
    const [left, right, size] = [style.paddingLeft, style.paddingRight, style.fontSize].map(parseFloat);
    const before = (cell.firstElementChild?.getBoundingClientRect().left ?? box.left) - box.left - left;
    const behind = box.right - right - (cell.lastElementChild?.getBoundingClientRect().right ?? box.right);
    const shift = cell.classList.contains("right") ? behind : (behind - before) / 2;
    return () => shift > 0.5 && cell.style.setProperty("padding-left", `${((left + shift) / size).toFixed(3)}em`);
  });
}
