// LaTeX as plain Unicode text. What it does not know stays as it was written.

const symbols = {
  times: "×", cdot: "·", div: "÷", pm: "±", mp: "∓", le: "≤", leq: "≤", leqslant: "≤", ge: "≥", geq: "≥", geqslant: "≥",
  ne: "≠", neq: "≠", approx: "≈", equiv: "≡", cong: "≅", sim: "∼", propto: "∝", ll: "≪", gg: "≫", infty: "∞",
  alpha: "α", beta: "β", gamma: "γ", delta: "δ", epsilon: "ε", varepsilon: "ε", zeta: "ζ", eta: "η", theta: "θ", iota: "ι",
  kappa: "κ", lambda: "λ", mu: "μ", nu: "ν", xi: "ξ", pi: "π", rho: "ρ", sigma: "σ", tau: "τ", upsilon: "υ", phi: "φ",
  varphi: "φ", chi: "χ", psi: "ψ", omega: "ω", Gamma: "Γ", Delta: "Δ", Theta: "Θ", Lambda: "Λ", Xi: "Ξ", Pi: "Π", Sigma: "Σ",
  Phi: "Φ", Psi: "Ψ", Omega: "Ω", sum: "∑", prod: "∏", int: "∫", partial: "∂", nabla: "∇", to: "→", rightarrow: "→",
  longrightarrow: "⟶", leftarrow: "←", Rightarrow: "⇒", Longrightarrow: "⟹", implies: "⟹", Leftarrow: "⇐",
  iff: "⟺", Leftrightarrow: "⇔", leftrightarrow: "↔", mapsto: "↦", in: "∈", notin: "∉", ni: "∋", subset: "⊂",
  subseteq: "⊆", supset: "⊃", cup: "∪", cap: "∩", setminus: "∖", emptyset: "∅", varnothing: "∅", forall: "∀",
  exists: "∃", neg: "¬", land: "∧", wedge: "∧", lor: "∨", vee: "∨", oplus: "⊕", otimes: "⊗", ldots: "…", dots: "…", cdots: "⋯",
  vdots: "⋮", ddots: "⋱", circ: "°", degree: "°", angle: "∠", triangle: "△", perp: "⊥", parallel: "∥", mid: "∣", nmid: "∤",
  lfloor: "⌊", rfloor: "⌋", lceil: "⌈", rceil: "⌉", langle: "⟨", rangle: "⟩", therefore: "∴", because: "∵", star: "⋆",
  ast: "∗", prime: "′", ell: "ℓ", hbar: "ℏ", Re: "ℜ", Im: "ℑ", aleph: "ℵ", checkmark: "✓", square: "□", Box: "□", blacksquare: "■",
  quad: "  ", qquad: "   ", lbrace: "{", rbrace: "}", vert: "|", lvert: "|", rvert: "|", Vert: "‖", lVert: "‖", rVert: "‖",
  backslash: "\\", dagger: "†", bullet: "•", colon: ":", cdotp: "·", bmod: " mod ", mod: " mod ", gets: "←", N: "ℕ", colonequals: "≔",
};
const functions = new Set(["sin", "cos", "tan", "cot", "sec", "csc", "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh", "log", "ln",
  "lg", "exp", "lim", "max", "min", "sup", "inf", "gcd", "lcm", "det", "dim", "ker", "deg", "arg", "Pr"]);
const wrappers = new Set(["text", "textbf", "textit", "textrm", "mathrm", "mathbf", "mathit", "mathsf", "mathcal", "mathbb", "mathfrak",
  "operatorname", "boldsymbol", "bm", "emph", "mbox", "hbox", "overline", "underline", "vec", "hat", "bar", "tilde", "widehat",
  "overrightarrow", "underbrace", "overbrace", "cancel", "textstyle", "displaystyle", "mathop", "pmb"]);
const ignored = new Set(["left", "right", "big", "Big", "bigg", "Bigg", "bigl", "bigr", "Bigl", "Bigr", "biggl", "biggr", "displaystyle",
  "textstyle", "limits", "nolimits", "nonumber", "notag", "hfill", "hline", "middle", "scriptstyle", "tag"]);
const doubleStruck = { N: "ℕ", Z: "ℤ", Q: "ℚ", R: "ℝ", C: "ℂ", P: "ℙ", E: "𝔼", F: "𝔽" };
const accents = { overline: "\u0305", vec: "\u20D7", hat: "\u0302", bar: "\u0304", tilde: "\u0303" };
const superscripts = { 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹", "+": "⁺", "-": "⁻", "−": "⁻",
  "=": "⁼", "(": "⁽", ")": "⁾", n: "ⁿ", i: "ⁱ", k: "ᵏ", m: "ᵐ", x: "ˣ", y: "ʸ", a: "ᵃ", b: "ᵇ", c: "ᶜ", d: "ᵈ", t: "ᵗ", p: "ᵖ", r: "ʳ",
  j: "ʲ", "°": "°", "′": "′", T: "ᵀ" };
const subscripts = { 0: "₀", 1: "₁", 2: "₂", 3: "₃", 4: "₄", 5: "₅", 6: "₆", 7: "₇", 8: "₈", 9: "₉", "+": "₊", "-": "₋", "−": "₋", "=": "₌",
  "(": "₍", ")": "₎", n: "ₙ", i: "ᵢ", j: "ⱼ", k: "ₖ", m: "ₘ", a: "ₐ", e: "ₑ", o: "ₒ", x: "ₓ", p: "ₚ", r: "ᵣ", s: "ₛ", t: "ₜ" };
const fractions = new Set(["frac", "dfrac", "tfrac", "cfrac"]);
const deepest = 40;

/**
 * A text with its LaTeX as Unicode, in pieces: strings, and `{ boxed: text }` for the answer's box.
 */
function plainMathematics(source) {
  const pieces = [];
  let text = "";
  let position = 0;

  /** The group or the single character that stands next, converted. */
  function argument(depth) {
    while (source[position] === " ") position += 1;
    if (source[position] !== "{") {
      if (source[position] === "\\") return command(depth + 1, true);
      const character = String.fromCodePoint(source.codePointAt(position) ?? 32);
      position += character.length;
      return character;
    }
    position += 1;
    return until("}", depth + 1);
  }

  /** Everything to the closing brace or bracket of the group that has just begun. */
  function until(closing, depth) {
    let result = "";
    while (position < source.length && source[position] !== closing) {
      result += depth > deepest ? source[position++] : unit(depth, true);
    }
    position += 1;
    return result;
  }

  /** The next character, script, group or command. */
  function unit(depth, inMathematics) {
    const character = source[position];
    if (character === "\\") return command(depth, inMathematics);
    if (character === "{" && inMathematics) {
      position += 1;
      return until("}", depth + 1);
    }
    if (character === "^" || character === "_") return script(character, depth, inMathematics);
    if (character === "&" && inMathematics) {
      position += 1;
      return " ";
    }
    position += 1;
    return character;
  }

  function script(mark, depth, inMathematics) {
    const next = source[position + 1];
    const attached = position > 0 && /[\p{L}\p{N})\]}]/u.test(source[position - 1]);
    const isScript = next === "{" || (attached && (mark === "^" ? /[0-9nkmixyt\\+-]/ : /[0-9nkij]/).test(next ?? ""));
    if (!isScript || (!inMathematics && mark === "_" && next !== "{")) {
      position += 1;
      return mark;
    }
    position += 1;
    // x^12 outside of braces raises only the 1 in LaTeX, but people mean 12.
    let content;
    const digits = /^-?[0-9]+/.exec(source.slice(position, position + 20));
    if (next !== "{" && digits && !inMathematics) {
      content = digits[0];
      position += content.length;
    } else {
      content = argument(depth);
    }
    const table = mark === "^" ? superscripts : subscripts;
    const raised = Array.from(content, (character) => table[character]);
    if (raised.every((character) => character !== undefined)) return raised.join("");
    return Array.from(content).length === 1 ? mark + content : `${mark}(${content})`;
  }

  function command(depth, inMathematics) {
    const start = position;
    const name = /^\\([A-Za-z]+)\*?/.exec(source.slice(position, position + 40));
    if (!name) {
      const next = source[position + 1];
      position += 2;
      if (next === undefined) return "\\";
      if ("{}$%#_&".includes(next)) return next;
      if (",;: >".includes(next)) return " ";
      if (next === "!") return "";
      if (next === "\\") return inMathematics ? "\n" : "\\\\";
      if ("()[]".includes(next)) return "";
      return "\\" + next;
    }
    position += name[0].length;
    const word = name[1];
    if (depth > deepest) return name[0];
    if (fractions.has(word)) {
      const above = argument(depth);
      return `${operand(above)}/${operand(argument(depth))}`;
    }
    if (word === "binom") {
      const above = argument(depth);
      return `C(${above}, ${argument(depth)})`;
    }
    if (word === "sqrt") return root(depth);
    if (word === "boxed" || word === "fbox") {
      if (source[position] !== "{" || depth > 0) return argument(depth);
      flush();
      const content = argument(depth);
      pieces.push({ boxed: content });
      return "";
    }
    if (word === "begin" || word === "end") {
      if (source[position] === "{") {
        const kind = argument(depth);
        const array = kind === "array" && source[position] === "{" ? argument(depth) : "";
        return /matrix|cases/.test(kind) ? (word === "begin" ? "[" : "]") : array.slice(0, 0);
      }
      return name[0];
    }
    if (wrappers.has(word) && source[position] === "{") {
      const content = argument(depth);
      if (word === "mathbb") return doubleStruck[content] ?? content;
      return Array.from(content).length === 1 && accents[word] ? content + accents[word] : content;
    }
    if (ignored.has(word)) {
      // `\left.` is a delimiter that is not there.
      if ((word === "left" || word === "right") && source[position] === ".") position += 1;
      return "";
    }
    if (word === "pmod") return ` (mod ${argument(depth)})`;
    if (functions.has(word)) return spaced(word);
    if (Object.hasOwn(symbols, word)) {
      if (source[position] === " " && /^[\p{L}°]/u.test(symbols[word])) position += 1;
      return symbols[word];
    }
    return source.slice(start, position);
  }

  function spaced(word) {
    if (source[position] === " ") position += 1;
    return /[({^_\\]/.test(source[position] ?? "(") ? word : word + " ";
  }

  function root(depth) {
    let degree = "";
    if (source[position] === "[") {
      position += 1;
      degree = until("]", depth + 1);
    }
    const content = argument(depth);
    const sign = { 3: "∛", 4: "∜" }[degree] ??
      Array.from(degree, (character) => superscripts[character] ?? character).join("") + "√";
    return sign + operand(content);
  }

  function flush() {
    if (text) pieces.push(text);
    text = "";
  }

  const formulas = mathematicsSpans(source);
  let formula = 0;
  while (position < source.length) {
    while (formula < formulas.length && position >= formulas[formula].end) formula += 1;
    const { start, end, delimiter } = formulas[formula] ?? { start: Infinity };
    if (position === start || position === end - delimiter) {
      position += delimiter;
    } else {
      // In two steps: a box flushes the text before it.
      const converted = unit(0, position > start);
      text += converted;
    }
  }
  flush();
  return pieces;
}

/** Parentheses around what would fall apart beside a fraction's stroke or under a root. */
function operand(text) {
  const bare = text.trim();
  return /^[\p{L}\p{N}.,°′²³√πθ]*$/u.test(bare) ? bare : `(${bare})`;
}

/**
 * Where formulas stand between delimiters: `\(…\)`, `\[…\]`, `$$…$$`, and `$…$` by Pandoc's rule, so that prices stay prices: no blank inside
 * of either dollar sign, and no digit behind the second.
 */
function mathematicsSpans(source) {
  const spans = [];
  const longest = 4000;
  for (let start = 0; start < source.length; start += 1) {
    const two = source.slice(start, start + 2);
    const closing = { "\\(": "\\)", "\\[": "\\]", $$: "$$" }[two];
    if (closing) {
      const end = source.slice(start + 2, start + longest).indexOf(closing);
      if (end < 0) {
        start += 1;
        continue;
      }
      spans.push({ start, end: start + 4 + end, delimiter: 2 });
      start += 3 + end;
    } else if (two[0] === "\\") {
      start += 1;
    } else if (two[0] === "$" && /^\$\S/.test(two)) {
      const match = /^\$(?:[^$\n\\]|\\[^\n]|\n(?!\n))*?[^\s\\]\$(?!\d)/.exec(source.slice(start, start + longest));
      if (!match) continue;
      spans.push({ start, end: start + match[0].length, delimiter: 1 });
      start += match[0].length - 1;
    }
  }
  return spans;
}
