// Drawings over training steps. Every value that they show can be had by pointer, by keyboard and by touch.

const chartWidth = 340;
const chartHeight = 168;
const inset = { left: 44, right: 10, top: 10, bottom: 22 };

/** Round numbers, two to five, that span a range. */
function ticks(low, high) {
  const span = high - low || Math.abs(high) || 1;
  const rough = span / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((size) => size >= rough);
  const result = [];
  for (let value = Math.ceil(low / step - 1e-9) * step; value <= high + step * 1e-6; value += step) result.push(value);
  return result;
}

/** Means over a window of steps around each; gaps stay gaps. */
function smoothed(values, window) {
  if (window < 2) return values;
  return values.map((value, index) => {
    if (value === null) return null;
    const near = values.slice(Math.max(0, index - window), index + window + 1).filter((other) => other !== null);
    return near.reduce((sum, other) => sum + other, 0) / near.length;
  });
}

/** A path through points; a gap begins anew. */
function pathThrough(points) {
  let isDrawing = false;
  return points.map((point) => {
    if (point === null) {
      isDrawing = false;
      return "";
    }
    const part = `${isDrawing ? "L" : "M"}${point[0].toFixed(1)} ${point[1].toFixed(1)}`;
    isDrawing = true;
    return part;
  }).join("");
}

/** A tick's number, short. */
function tickText(value, unit) {
  if (unit === "share") return Number((value * 100).toFixed(2)) + "%";
  if (value !== 0 && Math.abs(value) < 0.001) return Number(value.toPrecision(2)).toExponential().replaceAll("-", minus);
  return String(Number(value.toPrecision(4))).replace("-", minus);
}

/**
 * A measure over training steps, a line for each run.
 *
 * @param series `{ label, color, steps, values, marks: [{ step, value, label }] }`; marks are streams beside the steps.
 */
function lineChart({ name, title, unit, series, window }) {
  const present = series.filter((one) => one.values.some((value) => value !== null) || one.marks.length);
  const all = present.flatMap((one) => [...one.values, ...one.marks.map((mark) => mark.value)]).filter((value) => value !== null);
  const steps = present.flatMap((one) => [...one.steps, ...one.marks.map((mark) => mark.step)]);
  let [low, high] = [Math.min(...all), Math.max(...all)];
  if (low === high) {
    const margin = unit === "share" ? 0.05 : Math.abs(low) * 0.1 || 1;
    [low, high] = [unit === "share" ? Math.max(0, low - margin) : low - margin, high + margin];
  }
  const margin = (high - low) * 0.06;
  const bottom = low >= 0 && low - margin < 0 ? 0 : low - margin;
  const top = unit === "share" && high <= 1 ? Math.min(1, high + margin) : high + margin;
  const [first, last] = [Math.min(...steps), Math.max(...steps)];
  const x = (step) => inset.left + (last === first ? 0.5 : (step - first) / (last - first)) * (chartWidth - inset.left - inset.right);
  const y = (value) => chartHeight - inset.bottom - ((value - bottom) / (top - bottom || 1)) * (chartHeight - inset.top - inset.bottom);

  const picture = drawing("svg", { viewBox: `0 0 ${chartWidth} ${chartHeight}`, class: "chart", role: "img", tabindex: 0,
    "aria-label": spoken(title, unit, present) });
  for (const value of ticks(bottom, top)) {
    picture.append(
      drawing("line", { class: "grid", x1: inset.left, x2: chartWidth - inset.right, y1: y(value), y2: y(value) }),
      drawing("text", { class: "tick", x: inset.left - 6, y: y(value) + 3.5, "text-anchor": "end" }, tickText(value, unit)));
  }
  for (const step of first === last ? [first] : [first, last]) {
    picture.append(drawing("text", { class: "tick", x: x(step), y: chartHeight - 6,
      "text-anchor": step === first && first !== last ? "start" : first === last ? "middle" : "end" }, `step ${step}`));
  }
  for (const one of present) {
    const points = (values) => values.map((value, index) => value === null ? null : [x(one.steps[index]), y(value)]);
    if (window > 1) {
      picture.append(styled(drawing("path", { class: "line raw", d: pathThrough(points(one.values)) }), { "--color": one.color }));
    }
    const line = smoothed(one.values, window);
    picture.append(styled(drawing("path", { class: "line", d: pathThrough(points(line)) }), { "--color": one.color }));
    if (line.filter((value) => value !== null).length === 1) {
      const index = line.findIndex((value) => value !== null);
      picture.append(styled(drawing("circle", { class: "dot", cx: x(one.steps[index]), cy: y(line[index]), r: 3.5 }), { "--color": one.color }));
    }
    for (const mark of one.marks) {
      picture.append(styled(drawing("circle", { class: "mark", cx: x(mark.step), cy: y(mark.value), r: 4 }), { "--color": one.color }));
    }
  }
  const cursor = drawing("g", { class: "cursor" });
  picture.append(cursor);
  const reading = element("p", { class: "reading", "aria-live": "polite" });
  const stepsWithValues = [...new Set(steps)].sort((one, other) => one - other);
  let position = null;

  function show(index) {
    position = Math.max(0, Math.min(stepsWithValues.length - 1, index));
    const step = stepsWithValues[position];
    cursor.replaceChildren(drawing("line", { x1: x(step), x2: x(step), y1: inset.top, y2: chartHeight - inset.bottom }));
    const parts = [];
    for (const one of present) {
      const at = one.steps.indexOf(step);
      const value = at < 0 ? null : one.values[at];
      if (value !== null && value !== undefined) {
        cursor.append(styled(drawing("circle", { class: "dot", cx: x(step), cy: y(value), r: 3.2 }), { "--color": one.color }));
        parts.push(keyed(one.color, measured(value, unit)));
      }
      for (const mark of one.marks.filter((mark) => mark.step === step)) {
        parts.push(keyed(one.color, `${measured(mark.value, unit)} ${harmless(mark.label)}`));
      }
    }
    reading.replaceChildren(element("span", { class: "at" }, `step ${step}`), ...parts);
  }
  function rest() {
    position = null;
    cursor.replaceChildren();
    reading.replaceChildren(...present.map((one) => keyed(one.color, span(one, unit))));
  }
  picture.addEventListener("pointermove", (event) => {
    const box = picture.getBoundingClientRect();
    const step = first + (((event.clientX - box.left) / box.width * chartWidth - inset.left)
      / (chartWidth - inset.left - inset.right)) * (last - first);
    let nearest = 0;
    stepsWithValues.forEach((other, index) => {
      if (Math.abs(other - step) < Math.abs(stepsWithValues[nearest] - step)) nearest = index;
    });
    show(nearest);
  });
  picture.addEventListener("pointerleave", rest);
  picture.addEventListener("blur", rest);
  picture.addEventListener("keydown", (event) => {
    const move = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!move) return;
    event.preventDefault();
    show(position === null ? (move > 0 ? 0 : stepsWithValues.length - 1) : position + move);
  });
  rest();
  return element("figure", { class: "card", "data-measure": name },
    element("figcaption", {}, element("span", { class: "measure" }, title), reading), picture);
}

/** A value with the colour of its run. */
function keyed(color, text) {
  return element("span", { class: "keyed" }, styled(element("i", { class: "key" }), { "--color": color }), text);
}

/** The first and the last value of a run, with their steps: each step has problems of its own, so that no arrow leads from one to the other. */
function span(one, unit) {
  const points = one.values.map((value, index) => ({ value, step: one.steps[index] })).filter(({ value }) => value !== null);
  if (!points.length) return harmless(one.marks.map((mark) => `${measured(mark.value, unit)} ${mark.label}`).join(", "));
  const ends = points.length === 1 ? points : [points[0], points[points.length - 1]];
  return ends.map(({ value, step }) => `${measured(value, unit)} at step ${step}`).join(", ");
}

function spoken(title, unit, series) {
  return `${title} by training step. ` + series.map((one) => `${harmless(one.label)}: ${span(one, unit)}`).join("; ")
    + ". Arrow keys read single steps.";
}
