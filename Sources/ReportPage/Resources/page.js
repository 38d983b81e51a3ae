// The page: its data, its sections, and light or dark.

const data = JSON.parse(document.getElementById("data").textContent);

function lead() {
  const runs = data.runs.filter((run) => run.steps.some((step) => step !== null));
  const rollouts = counted(data.sample.total) + " rollouts";
  if (!runs.length) return `${rollouts} in ${data.runs.length === 1 ? "one stream" : data.runs.length + " streams"}`;
  const steps = runs.map((run) => run.steps.length);
  const length = Math.min(...steps) === Math.max(...steps) ? `${steps[0]} steps` : `${Math.min(...steps)} to ${Math.max(...steps)} steps`;
  return `${runs.length === 1 ? "A run" : runs.length + " runs"} of ${length}, ${rollouts}`;
}

function build() {
  const main = document.getElementById("main");
  const sections = [resultsSection, curvesSection, signalsSection, browserSection, judgesSection, costSection]
    .map((make) => make(data)).filter(Boolean);
  document.getElementById("lead").textContent = lead();
  document.getElementById("title").textContent = harmless(data.title);
  document.title = harmless(data.title);
  main.replaceChildren(...sections);
  document.getElementById("contents").replaceChildren(...sections.map((one) =>
    element("a", { href: "#" + one.id }, one.querySelector("h2").textContent)));
  document.getElementById("footer").replaceChildren(
    element("p", {}, "Made by srar-report. This page is one file; it loads nothing and sends nothing. ",
      data.katex === undefined ? "Formulas are shown as they were written." : `Formulas are set by KaTeX ${data.katex}; the key m shows how they were written.`));
}

function toggleTheme() {
  const isDark = (document.documentElement.dataset.theme
    ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
  document.documentElement.dataset.theme = isDark ? "light" : "dark";
}

build();
document.getElementById("theme").addEventListener("click", toggleTheme);
document.addEventListener("keydown", (event) => {
  const isTyping = /^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement?.tagName ?? "");
  if (event.key === "t" && !isTyping && !event.ctrlKey && !event.metaKey && !event.altKey) toggleTheme();
});
document.documentElement.dataset.ready = "yes";
