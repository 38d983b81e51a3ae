// Where formulas stand in a text. Nothing here changes a text: what is no formula stays as it was written.

const longestFormula = 2000;
const environments = /^\\begin\{((?:align|alignat|gather|equation|multline)\*?|aligned|alignedat|gathered|split|cases|dcases|rcases|array|(?:small|p|b|B|v|V)?matrix)\}/;

/**
 * The formulas of a text, in order: `{ start, end, content, isDisplay, isBare }`.
 *
 * Between delimiters (`\(…\)`, `\[…\]`, `$$…$$`, and `$…$` where the dollar signs are no prices), and bare: `\boxed{…}` and the environments
 * of displayed formulas.
 */
function formulasIn(text) {
  const formulas = [];
  const closings = new Map();
  /** The next place of a closing delimiter; each is searched for once, so that a text of opening ones takes no longer. */
  function next(closing, from) {
    let at = closings.get(closing) ?? -1;
    if (at < from) {
      at = text.indexOf(closing, from);
      closings.set(closing, at < 0 ? Infinity : at);
    }
    return at < 0 ? Infinity : at;
  }
  const marks = /[\\$]/g;
  for (let mark = marks.exec(text); mark; mark = marks.exec(text)) {
    const formula = formulaAt(text, mark.index, next);
    if (formula && formula.content.trim() && formula.content.length <= longestFormula) {
      formulas.push(formula);
      marks.lastIndex = formula.end;
    } else if (mark[0] === "\\") {
      // An escaped sign opens nothing.
      marks.lastIndex = mark.index + 2;
    }
  }
  return formulas;
}

function formulaAt(text, start, next) {
  const two = text.slice(start, start + 2);
  if (two === "$$") return delimited(text, start, 2, next("$$", start + 2), true);
  if (two[0] === "$") return betweenDollars(text, start);
  if (two === "\\(") return delimited(text, start, 2, next("\\)", start + 2), false);
  if (two === "\\[") return delimited(text, start, 2, next("\\]", start + 2), true);
  if (text.startsWith("\\boxed{", start)) {
    const end = groupEnd(text, start + 6);
    return end && { start, end, content: text.slice(start, end), isDisplay: false, isBare: true };
  }
  const environment = environments.exec(text.slice(start, start + 24));
  if (!environment) return null;
  const closing = `\\end{${environment[1]}}`;
  const end = next(closing, start) + closing.length;
  return end - start > longestFormula ? null : { start, end, content: text.slice(start, end), isDisplay: true, isBare: true };
}

function delimited(text, start, length, closing, isDisplay) {
  if (closing - start > longestFormula) return null;
  const content = text.slice(start + length, closing);
  // A delimiter that opens twice was not closed the first time.
  return content.includes(text.slice(start, start + length)) ? null
    : { start, end: closing + length, content, isDisplay, isBare: false };
}

/** Pandoc's rule: no blank inside of either dollar sign, no digit behind the second, no empty line between them; and no price in prose. */
function betweenDollars(text, start) {
  if (/^\$(?:\s|$)/.test(text.slice(start, start + 2))) return null;
  const limit = Math.min(text.length, start + longestFormula);
  let end = start + 1;
  while (end < limit && text[end] !== "$") end += text[end] === "\\" ? 2 : 1;
  if (end >= limit || end === start + 1) return null;
  const content = text.slice(start + 1, end);
  if (/\s$/.test(content) || /^\d/.test(text.slice(end + 1, end + 2)) || /\n\s*\n/.test(content) || isProse(content)) return null;
  return { start, end: end + 1, content, isDisplay: false, isBare: false };
}

/** Whether a text is words rather than a formula: "40 or 50", "the number of cakes". */
function isProse(content) {
  const bare = content.replace(/\\(?:text|textbf|textit|textrm|mathrm|mbox|operatorname)\*?\s*\{[^{}]*\}/g, " ").replace(/\\[A-Za-z]+/g, " ; ");
  return /(?:^|\s)[A-Za-z]{2,}\s+[A-Za-z]{2,}(?![A-Za-z])/.test(bare) || (/^\s*\d/.test(bare) && /\s[A-Za-z]{2,}(?:[\s.,;:?!]|$)/.test(bare));
}

/** Where the group ends that an opening brace begins, behind its closing brace; nothing where it does not end. */
function groupEnd(text, opening) {
  const limit = Math.min(text.length, opening + longestFormula);
  let depth = 0;
  for (let at = opening; at < limit; at += 1) {
    if (text[at] === "\\") at += 1;
    else if (text[at] === "{") depth += 1;
    else if (text[at] === "}") {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return undefined;
}
