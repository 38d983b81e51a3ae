// What a reader looks at first: results of policies, curves, signals, judges, cost.

/** A section of the page, which the contents list. */
function section(id, title, lead, ...content) {
  return element("section", { id, "aria-labelledby": id + "-title" },
    element("h2", { id: id + "-title" }, title), lead && element("p", { class: "section-lead" }, lead), ...content);
}

/** A table that scrolls on its own where it is too wide. */
function table(caption, head, rows, attributes = {}) {
  return element("div", { class: "table-frame", tabindex: 0, role: "region", "aria-label": caption },
    element("table", attributes, element("caption", {}, caption),
      element("thead", {}, element("tr", {}, head.map((cell, index) => element("th", { scope: "col", class: index ? "number" : null }, cell)))),
      element("tbody", {}, rows.map((row) => element("tr", {}, row.map((cell, index) =>
        index ? element("td", { class: "number" }, cell) : element("th", { scope: "row" }, cell)))))));
}

/** Streams and evaluations, a column each. */
function resultsSection(data) {
  const columns = [];
  data.runs.forEach((run, index) => {
    const title = (label) => data.runs.length > 1 && label !== run.label
      ? [runName(run, index), " ", harmless(label)] : [harmless(label)];
    for (const evaluation of run.evaluations) {
      columns.push({ title: title(evaluation.label), value: (name) => evaluation[name], rollouts: evaluation.rollouts,
        sampled: evaluation.sampled });
    }
    if (run.steps.length === 1 && run.steps[0] === null) {
      columns.push({ title: title(run.label), value: (name) => run.curves[name]?.[0], rollouts: run.rollouts, sampled: run.sampled });
    }
  });
  if (!columns.length) return null;
  const rows = [["rollouts", ...columns.map((column) => counted(column.rollouts))]];
  if (columns.some((column) => column.sampled)) rows.push(["sampled with", ...columns.map((column) => harmless(column.sampled ?? "–"))]);
  for (const measure of data.measures) {
    const values = columns.map((column) => column.value(measure.name));
    if (values.every((value) => value === null || value === undefined)) continue;
    rows.push([measure.title, ...values.map((value) => measured(value, measure.unit))]);
  }
  const evaluations = data.runs.flatMap((run) => run.evaluations);
  const hasTiles = evaluations.length > 0;
  const isHeldOut = hasTiles && evaluations.every((evaluation) => evaluation.held_out);
  const lead = [isHeldOut ? "The policies on problems that no training step of their run has." : null,
    sampledDifferently(columns) ? "These streams were sampled differently, so that a difference may be of the sampling, not of the policies." : null];
  const all = table("Measures of each stream", ["", ...columns.map((column) => column.title)], rows);
  return section("results", isHeldOut ? "Held out" : "Streams", lead.filter(Boolean).join(" ") || null,
    hasTiles && tiles(data), hasTiles ? element("details", { class: "all-measures" }, element("summary", {}, "All measures"), all) : all);
}

/** Whether streams were sampled with different settings, as far as they say. */
function sampledDifferently(streams) {
  return new Set(streams.map((stream) => stream.sampled).filter(Boolean)).size > 1;
}

/**
 * The measures that a reader asks for first: of every run, beside its training steps. An arrow leads from an earlier policy of a run to a later one on the
 * same problems; every other evaluation stands for itself, with its name.
 */
function tiles(data) {
  const runs = data.runs.map((run, index) => ({ run, index })).filter(({ run }) => run.evaluations.length);
  const names = ["accuracy", "faithful", "misaligned", "step_accuracy"];
  const shown = names.map((name) => data.measures.find((measure) => measure.name === name)).filter(Boolean);
  return element("div", { class: "tiles" }, shown.map((measure) => element("div", { class: "tile" },
    element("p", { class: "tile-name" }, measure.title),
    runs.map(({ run, index }) => tileLines(run).map(({ first, last, name }) => element("p", { class: "tile-value" },
      first && element("span", { class: "tile-first" }, measured(first[measure.name], measure.unit), " → "),
      element("b", {}, measured(last[measure.name], measure.unit)),
      element("span", { class: "tile-names" }, runs.length > 1 && [runName(run, index), " "], harmless(name))))))));
}

/** A run's evaluations for a tile: first the two policies that may be compared, then what was measured on other problems or at no known step. */
function tileLines(run) {
  const isMixed = sampledDifferently(run.evaluations);
  const name = (evaluation) => evaluation.label + (isMixed && evaluation.sampled ? ` (${evaluation.sampled})` : "");
  const single = (evaluation) => ({ last: evaluation, name: name(evaluation) });
  if (!run.progress) return run.evaluations.map(single);
  const [first, last] = run.progress.map((index) => run.evaluations[index]);
  const others = run.evaluations.filter((evaluation) => evaluation.set !== last.set || !evaluation.ordered);
  return [{ first, last, name: `${name(first)} → ${name(last)}` }, ...others.map(single)];
}

function runName(run, index) {
  return keyed(runColor(index), harmless(run.label));
}

const chartGroups = [
  ["Outcome", ["accuracy", "faithful", "misaligned", "step_accuracy", "steps_not_checked", "base", "reward"]],
  ["Rubric scores by type", ["rubric", "suggest", "pitfall", "bonus", "absolute_offset"]],
  ["Responses", ["response_tokens", "response_steps", "looping", "cut_off", "format", "judge_failed"]],
  ["Signals", ["wrong_steps_in_correct", "correct_steps_in_incorrect", "wrong_rewarded_grpo", "right_punished_grpo", "wrong_rewarded_rar",
    "right_punished_rar", "wrong_rewarded_srar", "right_punished_srar"]],
  ["Policy update", ["entropy", "clip_fraction", "gradient_norm", "approximate_kl", "sampler_difference", "policy_loss", "groups_kept", "learning_rate"]],
];

/** Every measure over training steps. */
function curvesSection(data) {
  const runs = data.runs.map((run, index) => ({ run, index })).filter(({ run }) => run.steps.some((step) => step !== null));
  if (!runs.length) return null;
  const known = new Set(chartGroups.flatMap(([, names]) => names));
  const others = data.measures.map((measure) => measure.name).filter((name) => !known.has(name));
  const groups = [...chartGroups, ["Seconds of each stage", others.filter((name) => name.startsWith("seconds_"))],
    ["Other", others.filter((name) => !name.startsWith("seconds_"))]];
  const frame = element("div", {});
  const longest = Math.max(...runs.map(({ run }) => run.steps.length));
  let window = longest > 30 ? Math.round(longest / 30) : 0;

  // On a small screen only the first groups are unfolded.
  const opened = new Map(matchMedia("(max-width: 40rem)").matches ? groups.slice(2).map(([title]) => [title, false]) : []);
  const isOpen = (title) => opened.get(title) ?? true;
  function series(name) {
    return runs.filter(({ run }) => run.curves[name]).map(({ run, index }) => ({
      label: run.label, color: runColor(index), steps: run.steps, values: run.curves[name], marks: marks(run, name) }));
  }
  function draw() {
    frame.replaceChildren(...groups.map(([title, names]) => {
      const charts = names.map((name) => data.measures.find((measure) => measure.name === name)).filter(Boolean)
        .map((measure) => ({ ...measure, series: series(measure.name), window })).filter((chart) => chart.series.length);
      if (!charts.length) return "";
      // What never changes is told in a line.
      const [still, moving] = [charts.filter(isStill), charts.filter((chart) => !isStill(chart))];
      return element("details", { class: "chart-group", open: isOpen(title), ontoggle: (event) => opened.set(title, event.target.open) },
        element("summary", {}, element("h3", {}, title)), element("div", { class: "cards" }, moving.map(lineChart)),
        still.length > 0 && element("p", { class: "still" }, "Throughout: ", still.map((chart, index) =>
          [index ? ", " : "", `${chart.title} ${measured(stillValue(chart), chart.unit)}`]), "."));
    }));
  }
  draw();
  const smoothing = element("input", { type: "range", min: 0, max: Math.max(1, Math.round(longest / 4)), value: window, id: "smoothing",
    oninput: (event) => {
      window = Number(event.target.value);
      draw();
    } });
  return section("curves", "Curves",
    "Over training steps, from the rollouts of each batch. Rings are the streams beside the steps, such as those before and after.",
    element("div", { class: "legend" }, runs.map(({ run, index }) => runName(run, index)),
      longest > 4 && element("label", { class: "smoothing" }, "Smoothing ", smoothing)), frame);
}

/** Whether a measure has one value in all steps of all runs, and in the streams beside them. */
function isStill(chart) {
  return new Set(chart.series.flatMap((one) => [...one.values, ...one.marks.map((mark) => mark.value)])).size === 1;
}

function stillValue(chart) {
  return chart.series[0].values[0] ?? chart.series[0].marks[0]?.value;
}

/** The results of a measure in the streams beside the steps, placed at the training step that they were taken after. */
function marks(run, name) {
  const steps = run.steps.filter((step) => step !== null);
  return run.evaluations.flatMap((evaluation) => {
    const step = evaluation.step ?? { before: steps[0] - 1, after: steps[steps.length - 1] }[evaluation.label];
    const value = evaluation[name];
    return step === undefined || value === null || value === undefined ? [] : [{ step, value, label: (evaluation.held_out ? "held out, " : "") + evaluation.label }];
  });
}

const estimatorNames = { grpo: "Outcome alone (GRPO)", rar: "RaR, one scalar", srar: "SRaR, a signal per step" };

/** The paper's figure 2b, from the same records under three estimators. */
function signalsSection(data) {
  const runs = data.runs.map((run, index) => ({ run, index }))
    .filter(({ run }) => run.credit.some((credit) => credit.right_steps + credit.wrong_steps > 0));
  if (!runs.length) return null;
  return section("signals", "Misaligned signals",
    "A step is rewarded or punished by the advantage that its tokens get. Shares of all steps of responses with a right answer (left) and with a "
      + "wrong one (right), from the same records under three estimators. In the paper's sample, an outcome reward rewards 18.2 % and punishes 49.9 %.",
    runs.map(({ run, index }) => element("div", { class: "signals" },
      data.runs.length > 1 && element("h3", {}, runName(run, index)),
      element("div", { class: "signal-pair" },
        signalBars("Wrong steps rewarded", "of the steps of responses with a right answer", run.credit,
          (credit) => [credit.wrong_rewarded, credit.steps_in_correct]),
        signalBars("Right steps punished", "of the steps of responses with a wrong answer", run.credit,
          (credit) => [credit.right_punished, credit.steps_in_incorrect])),
      table("Mean signal of a step", ["", "right steps", "wrong steps", "difference"], run.credit.map((credit) => [
        estimatorNames[credit.estimator], signal(credit.mean_right_signal), signal(credit.mean_wrong_signal),
        credit.mean_right_signal === null || credit.mean_wrong_signal === null ? "–"
          : signed(credit.mean_right_signal - credit.mean_wrong_signal)])))));
}

function signal(value) {
  return value === null ? "–" : signed(value);
}

function signalBars(title, unit, credits, count) {
  const shares = credits.map((credit) => {
    const [part, whole] = count(credit);
    return whole ? part / whole : null;
  });
  const widest = Math.max(0.05, ...shares.filter((share) => share !== null));
  return element("figure", { class: "card bars" },
    element("figcaption", {}, element("span", { class: "measure" }, title), element("span", { class: "unit" }, unit)),
    credits.map((credit, index) => element("div", { class: "bar-row" },
      element("span", { class: "bar-name" }, estimatorNames[credit.estimator]),
      element("span", { class: "bar-track" },
        styled(element("span", { class: `bar ${credit.estimator}` }), { "--share": ((shares[index] ?? 0) / widest * 100).toFixed(2) + "%" })),
      element("span", { class: "bar-value" }, shares[index] === null ? "–" : measured(shares[index], "share")),
      element("span", { class: "bar-count" }, `${counted(count(credit)[0])} of ${counted(count(credit)[1])}`))));
}

/** How far two judges agree. */
function judgesSection(data) {
  const agreement = data.agreement;
  if (!agreement) return null;
  const columns = [["all items", agreement], ...Object.entries(agreement.by_type)];
  const row = (title, value) => [title, ...columns.map(([, entry]) => value(entry))];
  return section("judges", "Judge agreement",
    `${harmless(agreement.labels[0])} and ${harmless(agreement.labels[1])}, ${counted(agreement.rollouts)} rollouts judged by both. `
      + "The paper's judge and people: 89.3 %, κ 0.76, steps 80.7 %.",
    table("Agreement by item type", ["", ...columns.map(([name]) => name)], [
      row("items judged by both", (entry) => counted(entry.items)),
      row("both satisfied", (entry) => counted(entry.both_satisfied)),
      row("only the first", (entry) => counted(entry.only_first_satisfied)),
      row("only the second", (entry) => counted(entry.only_second_satisfied)),
      row("neither", (entry) => counted(entry.neither_satisfied)),
      row("agreement on satisfied", (entry) => measured(entry.satisfied_agreement, "share")),
      row("Cohen's κ", (entry) => measured(entry.cohen_kappa, "number")),
      row("agreement on the step", (entry) => measured(entry.step_agreement, "share")),
      row("where both name one", (entry) => counted(entry.both_name_step)),
    ]));
}

const stageNames = { prep_batch: "drawing problems", rollout: "rollouts", judge: "judging", judge_steps: "checking steps", reward: "rewards",
  advantage: "advantages", update: "policy update" };

/** How long each stage took. */
function costSection(data) {
  const runs = data.runs.map((run, index) => ({ run, index })).filter(({ run }) => run.stages.length);
  if (!runs.length) return null;
  return section("cost", "Cost", "Seconds by the clock of each stage's tool, over all steps of the run.",
    runs.map(({ run, index }) => {
      const total = run.stages.reduce((sum, stage) => sum + stage.seconds, 0) || 1;
      const steps = run.steps.length || 1;
      return element("div", { class: "cost" }, data.runs.length > 1 && element("h3", {}, runName(run, index)),
        element("div", { class: "cost-bar", "aria-hidden": "true" }, run.stages.map((stage, position) =>
          styled(element("span", { class: "cost-part", title: stageNames[stage.stage] ?? harmless(stage.stage) }),
            { "--share": (stage.seconds / total * 100).toFixed(2) + "%", "--color": runColor(position) }))),
        table("Seconds of each stage", ["stage", "in all", "a step", "share"], [
          ...run.stages.map((stage, position) => [keyed(runColor(position), stageNames[stage.stage] ?? harmless(stage.stage)),
            duration(stage.seconds), duration(stage.seconds / steps), measured(stage.seconds / total, "share")]),
          ["all stages", duration(total), duration(total / steps), ""]]));
    }));
}
