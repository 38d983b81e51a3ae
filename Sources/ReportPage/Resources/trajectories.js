// The trajectory browser: a list to filter, sort and search, and one trajectory at a time.

const filters = [
  ["all", "All", () => true],
  ["correct", "Right answer", (one) => one.correct === true],
  ["wrong", "Wrong answer", (one) => one.correct === false],
  ["misaligned", "Misaligned", (one) => one.misaligned === true],
  ["looping", "Looping", (one) => one.looping],
  ["failed", "Judge failed", (one) => one.judge?.status === "failed"],
];

const orders = [
  ["run", "by training step", (one) => one.position],
  ["outcome", "outcome advantage, highest first", (one) => -(one.outcome ?? -Infinity)],
  ["outcome-up", "outcome advantage, lowest first", (one) => one.outcome ?? Infinity],
  ["offset", "largest step offset", (one) => -Math.max(0, ...one.parts.map((part) => Math.abs(part.offset ?? 0)))],
  ["rubric", "rubric score, highest first", (one) => -(one.rubric ?? -Infinity)],
  ["steps", "most steps", (one) => -one.parts.length],
  ["long", "longest", (one) => -(one.tokens ?? one.length)],
];

/** The name of a trajectory in the page's address. */
function trajectoryAddress(one) {
  return "trajectory=" + [one.run, one.place, one.problemID, one.index].map((part) => encodeURIComponent(part)).join("/");
}

/** What the list and the address need to know of every trajectory. */
function prepared(data) {
  return data.trajectories.map((one, position) => {
    const place = one.evaluation === undefined ? String(one.step ?? "") : one.evaluation + (one.step === undefined ? "" : "@" + one.step);
    const problem = data.problems[one.problem];
    return { ...one, position, place, problemID: problem.id, problem, problemIndex: one.problem,
      length: one.preamble.length + one.parts.reduce((sum, part) => sum + part.text.length, 0) };
  });
}

function placeText(one) {
  if (one.evaluation !== undefined) return harmless(one.evaluation) + (one.step === undefined ? "" : ` after step ${one.step}`);
  return one.step === undefined ? "stream" : `step ${one.step}`;
}

function browserSection(data) {
  const all = prepared(data);
  if (!all.length) return null;
  const byAddress = new Map(all.map((one) => [trajectoryAddress(one), one]));
  const siblings = new Map();
  for (const one of all) {
    const key = [one.run, one.place, one.problemIndex].join("/");
    one.group = siblings.get(key) ?? [];
    one.group.push(one);
    siblings.set(key, one.group);
  }
  const state = { filter: "all", run: "", place: "", order: "run", search: "", source: false, current: null, shown: [] };

  const list = element("ul", { class: "list", role: "listbox", tabindex: 0, "aria-label": "Trajectories" });
  const detail = element("article", { class: "detail", tabindex: -1, "aria-live": "off" });
  const count = element("p", { class: "count", role: "status" });
  const chips = element("div", { class: "chips", role: "group", "aria-label": "Filter" }, filters.map(([name, title, holds]) => {
    const number = all.filter(holds).length;
    return element("button", { type: "button", "data-filter": name, "aria-pressed": name === "all", disabled: number === 0,
      onclick: () => {
        state.filter = name;
        refresh();
      } }, title, element("span", { class: "chip-count" }, counted(number)));
  }));
  const search = element("input", { type: "search", placeholder: "Search problems and responses  /", "aria-label": "Search", id: "search",
    oninput: () => {
      state.search = search.value.trim().toLowerCase();
      refresh();
    } });
  const choice = (label, options, change) => element("select", { "aria-label": label, onchange: (event) => {
    change(event.target.value);
    refresh();
  } }, options.map(([value, text]) => element("option", { value }, text)));
  const places = [...new Map(all.map((one) => [one.place, placeText(one)]))];
  const controlsRow = element("div", { class: "controls" }, search,
    data.runs.length > 1 && choice("Run", [["", "all runs"], ...data.runs.map((run, index) => [String(index), harmless(run.label)])],
      (value) => { state.run = value; }),
    places.length > 1 && choice("Step", [["", "all steps"], ...places], (value) => { state.place = value; }),
    choice("Order", orders.map(([name, title]) => [name, title]), (value) => { state.order = value; }));

  function matches(one) {
    if (state.run !== "" && one.run !== Number(state.run)) return false;
    if (state.place !== "" && one.place !== state.place) return false;
    if (!filters.find(([name]) => name === state.filter)[2](one)) return false;
    if (!state.search) return true;
    // Made once for each trajectory, when somebody searches.
    one.searchable ??= [one.problemID, one.problem.problem, one.preamble, ...one.parts.map((part) => part.text)].join("\n").toLowerCase();
    return one.searchable.includes(state.search);
  }

  function refresh() {
    const key = orders.find(([name]) => name === state.order)[2];
    state.shown = all.filter(matches).sort((one, other) => key(one) - key(other) || one.position - other.position);
    for (const chip of chips.children) chip.setAttribute("aria-pressed", chip.dataset.filter === state.filter);
    list.replaceChildren(...state.shown.map(row));
    count.textContent = state.shown.length === all.length ? `${counted(all.length)} trajectories`
      : `${counted(state.shown.length)} of ${counted(all.length)} trajectories`;
    if (!state.shown.length) list.append(element("li", { class: "nothing" }, "Nothing matches."));
    mark();
  }

  function row(one) {
    const item = element("li", { role: "option", id: "row-" + one.position, "aria-selected": false, onclick: () => open(one, true) },
      element("span", { class: "verdict " + verdictClass(one.correct), title: verdictText(one.correct) }, verdictMark(one.correct)),
      element("span", { class: "row-text" },
        element("span", { class: "row-title" }, shortened(one.problem.problem.slice(0, 400) || one.problemID, 90)),
        element("span", { class: "row-place" }, data.runs.length > 1 && [runName(data.runs[one.run], one.run), " · "], placeText(one),
          ` · rollout ${one.index}`,
          one.misaligned && element("span", { class: "flag" }, "misaligned"), one.looping && element("span", { class: "flag" }, "looping"),
          one.judge?.status === "failed" && element("span", { class: "flag" }, "judge failed")),
        element("span", { class: "barcode", "aria-hidden": "true" }, one.parts.slice(0, 40).map((part) => tinted(element("i", {}), part.offset ?? part.score)))),
      element("span", { class: "row-number", title: "outcome advantage" }, one.outcome === undefined ? "" : signed(one.outcome)));
    return item;
  }

  function mark() {
    for (const item of list.querySelectorAll("[aria-selected=true]")) item.setAttribute("aria-selected", "false");
    const item = state.current && document.getElementById("row-" + state.current.position);
    if (!item) {
      list.removeAttribute("aria-activedescendant");
      return;
    }
    item.setAttribute("aria-selected", "true");
    list.setAttribute("aria-activedescendant", item.id);
    const [frame, box] = [list.getBoundingClientRect(), item.getBoundingClientRect()];
    if (box.top < frame.top) list.scrollTop -= frame.top - box.top;
    if (box.bottom > frame.bottom) list.scrollTop += box.bottom - frame.bottom;
  }

  /** Shows a trajectory; `isChosen` where the reader asked for it, so that the address names it and a small screen scrolls to it. */
  function open(one, isChosen) {
    state.current = one;
    detail.replaceChildren(...trajectoryView(data, one, state, { open: (other) => open(other, true), redraw: () => open(one, false) }));
    settle(detail);
    mark();
    if (!isChosen) return;
    const address = "#" + trajectoryAddress(one);
    if (location.hash !== address) history.replaceState(null, "", address);
    if (detail.getBoundingClientRect().top > window.innerHeight * 0.6) detail.scrollIntoView({ block: "start" });
  }

  function move(distance) {
    if (!state.shown.length) return;
    const at = state.shown.indexOf(state.current);
    const next = at < 0 ? (distance > 0 ? 0 : state.shown.length - 1) : Math.max(0, Math.min(state.shown.length - 1, at + distance));
    open(state.shown[next], true);
  }

  function moveInGroup(distance) {
    const group = state.current?.group ?? [];
    const next = group[group.indexOf(state.current) + distance];
    if (next) open(next, true);
  }

  list.addEventListener("keydown", (event) => {
    const distance = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -Infinity, End: Infinity }[event.key];
    if (distance === undefined) return;
    event.preventDefault();
    move(Math.max(-1e9, Math.min(1e9, distance)));
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape" && document.activeElement === search) {
      search.value = state.search = "";
      search.blur();
      refresh();
    }
    if (/^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement?.tagName ?? "")) return;
    const actions = { j: () => move(1), k: () => move(-1), "]": () => moveInGroup(1), "[": () => moveInGroup(-1),
      m: () => {
        state.source = !state.source;
        if (state.current) open(state.current, false);
      },
      "/": () => search.focus() };
    const digit = Number(event.key);
    if (digit >= 1 && digit <= filters.length) actions[event.key] = () => {
      if (chips.children[digit - 1].disabled) return;
      state.filter = filters[digit - 1][0];
      refresh();
    };
    if (!actions[event.key]) return;
    event.preventDefault();
    actions[event.key]();
  });

  function follow() {
    if (!location.hash.startsWith("#trajectory=")) return false;
    const one = byAddress.get(location.hash.slice(1));
    if (!one) {
      detail.replaceChildren(element("p", { class: "notice" }, "This page holds no trajectory of that address: it may be left out of the sample."));
      return true;
    }
    if (!state.shown.includes(one)) {
      Object.assign(state, { filter: "all", run: "", place: "", search: "" });
      search.value = "";
      for (const select of controlsRow.querySelectorAll("select")) if (select.getAttribute("aria-label") !== "Order") select.value = "";
      refresh();
    }
    open(one, false);
    detail.scrollIntoView({ block: "start" });
    return true;
  }

  refresh();
  // The first one that shows what there is to see: with its whole group, and steps that differ.
  open(all.find((one) => one.group.length > 2 && new Set(one.parts.map((part) => part.offset)).size > 1) ?? all[0], false);
  window.addEventListener("hashchange", follow);
  // The section must stand in the document before anything in it can be measured or scrolled to.
  queueMicrotask(() => {
    settle(detail);
    follow();
  });
  return section("trajectories", "Trajectories", sampleText(data), chips, controlsRow,
    element("div", { class: "browser" }, element("div", { class: "list-frame" }, count, list), detail),
    element("p", { class: "keys" }, [["j", "k"], "next and previous", ["[", "]"], "within the problem's rollouts", ["/"], "search", ["1", "…", "6"],
      "filters", ["m"], "source", ["t"], "light or dark"].map((part) =>
      Array.isArray(part) ? part.map((key) => key === "…" ? "…" : element("kbd", {}, key)) : element("span", {}, part))));
}

/** What the page holds of all that there is. */
function sampleText(data) {
  const { kept, total, seed } = data.sample;
  if (kept === total) return `All ${counted(total)} trajectories.`;
  const seen = data.runs.map((run) => run.seen).reduce((sum, one) => ({ misaligned: sum.misaligned + one.misaligned,
    looping: sum.looping + one.looping, judge_failed: sum.judge_failed + one.judge_failed }));
  return `A sample of ${counted(kept)} of ${counted(total)} trajectories, drawn by seed ${seed}: whole groups of rollouts, evenly over the steps, and more of what `
    + `is rare. In all, ${counted(seen.misaligned)} are misaligned, ${counted(seen.looping)} loop, and the judge failed on ${counted(seen.judge_failed)}. `
    + "Counts below are of the sample; curves and tables above are of all.";
}

function verdictClass(correct) {
  return correct === true ? "right" : correct === false ? "wrong" : "unknown";
}

function verdictMark(correct) {
  return correct === true ? "✓" : correct === false ? "✗" : "·";
}

function verdictText(correct) {
  return correct === true ? "right answer" : correct === false ? "wrong answer" : "not rewarded";
}

/** The text of a step; its header is set as one, without the marks, where not the source is asked for. */
function stepProse(text, isSource) {
  const header = isSource ? null : /^#{1,6}\s*(Step\s*\d+\s*:[^\n]*)\n?/.exec(text);
  if (!header) return prose(text, isSource);
  return [element("span", { class: "step-title" }, prose(header[1].trim(), false)), prose(text.slice(header[0].length), false)];
}

/** One trajectory. */
function trajectoryView(data, one, state, actions) {
  const hasOffsets = one.outcome !== undefined;
  const whole = one.whole ?? 0;
  return [
    element("header", { class: "detail-head" },
      element("div", {},
        element("p", { class: "overline" }, data.runs.length > 1 && [runName(data.runs[one.run], one.run), " · "], placeText(one), ` · rollout ${one.index}`),
        element("h3", {}, shortened(one.problemID, 80))),
      element("div", { class: "detail-actions" },
        element("button", { type: "button", class: "quiet-button", "aria-pressed": state.source, onclick: () => {
          state.source = !state.source;
          actions.redraw();
        } }, "Source"),
        element("a", { class: "quiet-button", href: "#" + trajectoryAddress(one), id: "permalink" }, "Link"))),
    one.group.length > 1 && element("div", { class: "siblings", role: "group", "aria-label": "Rollouts of this problem" },
      element("span", {}, "Rollouts of this problem"),
      one.group.map((other) => element("button", { type: "button", class: verdictClass(other.correct), "aria-pressed": other === one,
        title: `rollout ${other.index}: ${verdictText(other.correct)}`, onclick: () => actions.open(other) }, verdictMark(other.correct), " ", String(other.index)))),
    element("div", { class: "problem" }, prose(one.problem.problem, state.source)),
    facts(one, state),
    rubricView(one, state),
    element("div", { class: "response-head" }, element("h4", {}, "Response"),
      element("span", { class: "scale", "aria-hidden": "true" }, `${minus}2`, element("i", { class: "scale-bar" }), "+2",
        element("span", { class: "scale-name" }, hasOffsets ? "step offset" : "step score"))),
    element("div", { class: "response" },
      hasOffsets && tinted(element("div", { class: "outcome", title: "the outcome advantage, which every token of the response gets" },
        element("span", {}, "outcome ", element("b", {}, signed(one.outcome + whole)))), one.outcome + whole),
      element("div", { class: "steps" },
        one.preamble.trim() && element("div", { class: "preamble" }, prose(one.preamble, state.source)),
        one.parts.map((part, index) => stepView(one, part, index, state)),
        one.finish === "length" && element("p", { class: "cut" }, "cut off at the greatest number of tokens"))),
  ].filter(Boolean);
}

function facts(one, state) {
  const rows = [["answer", one.answer === undefined ? "none found" : [valueView(one.answer, state.source), " ",
    element("span", { class: verdictClass(one.correct) }, verdictMark(one.correct))]],
  ["reference", one.problem.answer === null ? "–" : valueView(one.problem.answer, state.source)]];
  if (one.base !== undefined) rows.push(["r_base", one.base.toFixed(2)]);
  if (one.rubric !== undefined) rows.push(["rubric score", signed(one.rubric)]);
  if (one.estimator) rows.push(["estimator", harmless(one.estimator)]);
  if (one.tokens !== undefined) rows.push(["tokens", counted(one.tokens)]);
  if (one.misaligned) rows.push(["misaligned", one.correct ? "right answer, a step is wrong" : "wrong answer, all steps are right"]);
  if (one.looping) rows.push(["looping", "yes"]);
  if (one.judge?.status === "failed") rows.push(["judge failed", shortened(one.judge.error ?? "", 300)]);
  if (one.check_error !== undefined) rows.push(["check of steps failed", shortened(one.check_error, 300)]);
  return element("dl", { class: "facts" }, rows.map(([name, value]) => element("div", {}, element("dt", {}, name), element("dd", {}, value))));
}

function rubricView(one, state) {
  if (!one.problem.rubric.length) return null;
  const verdicts = new Map();
  for (const verdict of one.judge?.verdicts ?? []) if (!verdicts.has(verdict.id)) verdicts.set(verdict.id, verdict);
  return element("details", { class: "rubric", open: true },
    element("summary", {}, "Rubric", one.judge && element("span", { class: "judge-name" }, `judged by ${shortened(one.judge.model || "a judge", 60)}`)),
    element("ul", {}, one.problem.rubric.map((item) => {
      const verdict = verdicts.get(item.id);
      const good = verdict && (item.type === "PITFALL" ? !verdict.satisfied : verdict.satisfied);
      return element("li", { class: verdict ? (good ? "met" : "missed") : "unjudged" },
        element("span", { class: "type " + item.type.toLowerCase() }, item.type),
        element("span", { class: "item-text" }, prose(item.text, state.source)),
        element("span", { class: "item-verdict" }, verdict ? `${verdict.satisfied ? "satisfied" : "not satisfied"}, ${stepName(verdict.step)}`
          : item.type === "ANSWER" ? "left to the outcome" : "no verdict"));
    })));
}

function stepName(step) {
  return step === 0 ? "whole response" : step < 0 ? "no step" : `step ${step}`;
}

/** What the check of a step says. A step in which nothing could be checked gets no tick. */
const stepChecks = {
  right: { text: "right", mark: "✓", class: "right", title: "checked: right" },
  wrong: { text: "wrong", mark: "✗", class: "wrong", title: "checked: wrong" },
  none: { text: "not checked", mark: "not checked", class: "unknown", title: "states nothing that could be checked, or the check failed" },
};

function stepView(one, part, index, state) {
  const shade = one.outcome === undefined ? part.score : part.offset;
  const numbers = [];
  if (part.offset !== undefined) numbers.push(["offset", signed(part.offset, 3)]);
  if (one.outcome !== undefined) {
    numbers.push(["outcome", signed(one.outcome, 3)], ["signal", signed(one.outcome + (one.whole ?? 0) + (part.offset ?? 0), 3)]);
  }
  if (part.score !== undefined) numbers.push(["step score", signed(part.score, 3)], ["rubric items", `${part.satisfied} of ${part.judged} satisfied`]);
  const check = stepChecks[part.check];
  if (check) numbers.push(["check", check.text]);
  if (!numbers.length) numbers.push(["no verdict", "is about this step"]);
  return tinted(element("section", { class: "step", tabindex: 0, "aria-label": `Step ${index + 1}: ${numbers.map((pair) => pair.join(" ")).join(", ")}` },
    element("div", { class: "gutter" },
      element("span", { class: "step-number" }, String(index + 1)),
      shade !== undefined && element("span", { class: "step-offset" }, signed(shade)),
      check && element("span", { class: "step-check " + check.class, title: check.title }, check.mark)),
    element("div", { class: "step-text" }, stepProse(part.text.trim(), state.source)),
    element("dl", { class: "numbers" }, numbers.map(([name, value]) => element("div", {}, element("dt", {}, name), element("dd", {}, value))))), shade);
}
