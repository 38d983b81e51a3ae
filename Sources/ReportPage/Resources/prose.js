// Texts with formulas in them, and answers, which are formulas or texts.

/** The formulas of one text that are set; those behind them stay as their source, so that no text takes long. */
const mostFormulas = 1000;

/** A text in pieces: prose as it was written, formulas as formulas. */
function prose(text, isSource) {
  if (isSource || !hasMathematics || text.length > 200000) return [harmless(text)];
  const pieces = [];
  let position = 0;
  for (const formula of formulasIn(text).slice(0, mostFormulas)) {
    pieces.push(harmless(text.slice(position, formula.start)), formulaView(text, formula));
    position = formula.end;
    // A displayed formula has a line of its own already.
    if (formula.isDisplay && text[position] === "\n") position += 1;
  }
  return [...pieces, harmless(text.slice(position))];
}

function formulaView(text, { start, end, content, isDisplay, isBare }) {
  const source = text.slice(start, end);
  const inner = isBare && content.startsWith("\\boxed{") ? content.slice(7, -1) : null;
  if (inner !== null && !inner.includes("\n")) {
    if (isPlain(inner)) return element("span", { class: "boxed", title: source }, harmless(inner));
    if (isProse(inner)) return sourceView(source);
  }
  return formulaElement(content, source, isDisplay) ?? sourceView(source);
}

function sourceView(source) {
  return element("span", { class: "formula-source" }, harmless(source));
}

/** Whether a text means the same as a formula and as it stands. */
function isPlain(text) {
  return !/[\\^_{}$&~%#]/.test(text);
}

/** An answer or a reference: a formula without delimiters, or text with formulas in it. */
function valueView(text, isSource) {
  if (isSource || !hasMathematics || isPlain(text)) return [harmless(text)];
  if (formulasIn(text).length) return prose(text, false);
  return [isProse(text) || text.includes("$") ? harmless(text) : formulaElement(text, text, false) ?? sourceView(text)];
}
