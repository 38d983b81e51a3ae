"""Makes a report's page of records, some of them hostile, and uses it in a headless Chromium as a reader would."""

import argparse
import json
import pathlib
import random
import subprocess
import tempfile
import time
import urllib.parse

from devtools import Browser, dark_pixels
from report_formulas import AS_SOURCE, DIFFERENT, IN_TEXT, PROSE

HOSTILE = (
    "### Step 1: <script>window.hacked = 1</script>\n<img src=x onerror=\"window.hacked = 2\"> </script><script>window.hacked = 3</script> <!-- -->\n"
    "### Step 2: <style>body{display:none}</style>\n\u202egnp.exe\u202c \u2066x\u2069 \u001b[31mred\u001b[0m e" + "\u0301" * 300 + " \u2028 ${alert(1)} {{DATA}}\n"
    "### Step 3: javascript:alert(1)\n\\frac{" * 60 + " \\boxed{<b>7</b>}\u0000end"
)
LATEX = "### Step 1: halve\nWe have $\\frac{1}{2} \\times x^{2} \\le \\sqrt{3}$ for $5.\n### Step 2: answer\nSo \\boxed{\\frac{1}{2}}"


def steps_of(response):
    starts = [index for index in range(len(response)) if response.startswith("### Step", index)]
    encoded = [len(response[:start].encode()) for start in starts] + [len(response.encode())]
    return [{"number": number + 1, "label": str(number + 1), "bytes": [encoded[number], encoded[number + 1]]} for number in range(len(starts))]


def record(identity, index, response, correct, looping=False, failed=False, step_right=True, problem="What is half of $x^2$?"):
    steps = steps_of(response)
    checks = [{"number": step["number"], "correct": step_right or step["number"] > 1, "equations": int(step["number"] == 1)} for step in steps]
    scores = [{"step": step["number"], "delta": 0.4 * (step["number"] % 2), "judged": 1, "satisfied": step["number"] % 2} for step in steps]
    judge = {"status": "failed", "verdicts": [], "model": "m", "attempts": 3, "error": "no <b>reply</b>"} if failed else {
        "status": "ok", "model": "m", "attempts": 1, "verdicts": [{"id": 1, "satisfied": correct, "step": 1}, {"id": 2, "satisfied": False, "step": 2}]}
    reward = {"answer": "\\frac{1}{2}", "correct": correct, "format": True, "base": 1.0 if correct else 0.1, "looping": looping}
    if not failed:
        reward |= {"rubric": 0.4, "suggest": 0.4, "pitfall": 0.0, "bonus": 0.0, "steps": scores}
    return {"id": identity, "problem": problem, "ground_truth": "2^{-1}",
            "rubric": [{"id": 1, "type": "SUGGEST", "text": "Halves $x^2$."}, {"id": 2, "type": "PITFALL", "text": "Doubles it. </script>"}],
            "rollout": {"index": index, "response": response, "steps": steps, "finish_reason": "stop"}, "judge": judge,
            "step_check": {"judge": "equations", "steps": checks}, "reward": reward,
            "advantage": {"estimator": "srar", "outcome": 0.7 if correct else -0.7,
                          "offsets": [{"step": step["number"], "bytes": step["bytes"], "value": 0.9 - 0.6 * step["number"]} for step in steps]}}


def write_run(folder, seed):
    draw = random.Random(seed)
    for step in range(1, 13):
        at = folder / f"step-{step:04}"
        at.mkdir(parents=True)
        lines = []
        for problem in range(6):
            for index in range(4):
                correct = draw.random() < 0.3 + 0.04 * step
                lines.append(record(f"problem/{problem}?#", index, LATEX.replace("halve", f"halve {problem}"), correct, looping=draw.random() < 0.1,
                                    failed=draw.random() < 0.05, step_right=draw.random() < 0.8))
        lines.append(record("hostile</script>", 0, HOSTILE, False, problem="<script>window.hacked = 4</script>" + "\u202e" + "needle"))
        (at / "advantages.jsonl").write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines))
        (at / "metrics.jsonl").write_text("".join(json.dumps(line) + "\n" for line in [
            {"tool": "srar-rollout", "seconds": 4.5}, {"tool": "srar-judge", "seconds": 0.5},
            {"tool": "srar-update", "seconds": 12, "entropy": 1 / step, "gradient_norm": draw.random(), "clip_fraction": 0.01}]))
    for name, share in (("before", 0.4), ("after", 0.8)):
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(record(f"test{n}", 0, LATEX, draw.random() < share)) + "\n" for n in range(50)))


class Checks:
    def __init__(self):
        self.failures = 0
        self.count = 0

    def that(self, holds, claim, detail=""):
        self.count += 1
        if not holds:
            self.failures += 1
            print(f"FAILED: {claim} {detail}")


def shown(browser):
    return browser.run("document.querySelectorAll('.list [role=option]').length")


def current(browser):
    return browser.run("document.querySelector('.list [aria-selected=true]')?.id")


def use(browser, check, page, shots):
    browser.size(1400, 1000)
    browser.media()
    browser.open(page)
    check.that(not browser.complaints(), "the page opens without a complaint", browser.complaints())
    check.that(browser.requested() == [page], "the page asks for nothing but itself", browser.requested())
    check.that(browser.run("document.querySelectorAll('main > section').length") == 6, "all sections are there")
    check.that(browser.run("document.querySelectorAll('figure.card svg').length") > 15, "curves are drawn")
    everything = shown(browser)
    check.that(everything > 100, "the list is filled", everything)

    # Filters show what they say.
    for name, mark in (("correct", ".verdict.right"), ("wrong", ".verdict.wrong"), ("misaligned", ".flag"), ("looping", ".flag"), ("failed", ".flag")):
        browser.run(f"document.querySelector('[data-filter={name}]').click()")
        count, marked = shown(browser), browser.run(f"[...document.querySelectorAll('.list [role=option]')].filter((row) => row.querySelector('{mark}')).length")
        number = browser.run(f"Number(document.querySelector('[data-filter={name}] .chip-count').textContent.replace(/\\D/g, ''))")
        check.that(0 < count < everything and count == marked == number, f"the filter {name} holds", (count, marked, number))
    browser.run("document.querySelector('[data-filter=all]').click()")

    # Keys.
    browser.run("document.activeElement.blur()")
    browser.key("4", "4")
    check.that(browser.run("document.querySelector('[data-filter=misaligned]').getAttribute('aria-pressed')") == "true", "a digit chooses a filter")
    browser.key("1", "1")
    first = current(browser)
    browser.key("j", "j")
    second = current(browser)
    check.that(second and second != first, "j goes on", (first, second))
    browser.key("k", "k")
    check.that(current(browser) == first, "k goes back")
    browser.run("document.querySelector('.list').focus()")
    browser.key("End")
    check.that(current(browser) == browser.run("[...document.querySelectorAll('.list [role=option]')].pop().id"), "End goes to the last one")
    browser.run("document.activeElement.blur()")
    browser.key("/", "/")
    browser.type("needle")
    check.that(0 < shown(browser) <= 13, "the search finds", shown(browser))
    browser.key("Escape")
    check.that(shown(browser) == everything, "Escape ends the search", shown(browser))
    chart = "document.querySelector('figure.card svg')"
    browser.run(f"{chart}.focus()")
    browser.key("ArrowRight")
    check.that("step" in browser.run(f"{chart}.parentElement.querySelector('.reading').textContent"), "arrows read a curve")
    browser.run("document.activeElement.blur()")
    theme = "document.documentElement.dataset.theme"
    browser.key("t", "t")
    check.that(browser.run(theme) == "dark", "t turns the light off")
    browser.key("t", "t")
    check.that(browser.run(theme) == "light", "t turns it on")

    # Sorting.
    browser.run("{const order = document.querySelector('select[aria-label=Order]'); order.value = 'outcome'; order.dispatchEvent(new Event('change'))}")
    numbers = browser.run("[...document.querySelectorAll('.row-number')].map((one) => one.textContent.replace('\\u2212', '-')).filter(Boolean).map(Number)")
    check.that(numbers == sorted(numbers, reverse=True) and len(set(numbers)) > 1, "the list is sorted by outcome")

    # A link to a single trajectory.
    address = "#trajectory=" + "/".join(urllib.parse.quote(part, safe="") for part in ("0", "3", "problem/2?#", "1"))
    in_sample = browser.run("[...document.querySelectorAll('.list [role=option]')].length") and browser.run(
        "JSON.parse(document.getElementById('data').textContent).trajectories.some((one) => one.step === 3 && one.index === 1 && one.problem === 2)")
    browser.open(page + address)
    title = browser.run("document.querySelector('.detail h3').textContent")
    check.that(in_sample and title == "problem/2?#" and "step 3 · rollout 1" in browser.run("document.querySelector('.overline').textContent"),
               "a link opens its trajectory", title)
    check.that(browser.run("document.getElementById('permalink').hash") == address, "the trajectory names its own link")
    check.that(browser.run("document.querySelector('.siblings [aria-pressed=true]').textContent.trim()").endswith("1"), "its place in the group is marked")
    browser.run("location.hash = '#trajectory=0/3/absent/1'")
    browser.wait("document.querySelector('.detail .notice') !== null")

    # Formulas stand everywhere, and their source is a key away.
    browser.open(page + address)
    has_katex = browser.run("typeof katex === 'object'")
    for place, count in ((".problem", 1), (".facts", 2), (".rubric", 1), (".response", 2)):
        found = browser.run(f"document.querySelectorAll('{place} math').length")
        check.that(found == (count if has_katex else 0), f"{place} has its formulas", found)
    if has_katex:
        check.that(browser.run("document.querySelector('.response math .drawn-box')?.textContent") == "12", "the answer stands in a box")
    browser.key("m", "m")
    check.that("\\frac{1}{2}" in browser.run("document.querySelector('.response').textContent"), "m shows the source")
    check.that(browser.run("document.querySelectorAll('math').length") == 0, "the source has no formulas")

    # A step that could not be checked has no tick.
    marks = browser.run("[...document.querySelectorAll('.step-check')].map((one) => one.textContent)")
    check.that(marks[1:] == ["not checked"] and marks[0] in "✓✗", "a step without an equation is not checked", marks)

    # An arrow stands between two policies of the run, with their names.
    tile = browser.run("document.querySelector('.tile-value').textContent")
    check.that(tile.count("→") == 2 and "before → after" in tile, "the tile names both policies", tile)

    # A hostile response does nothing.
    for source in (False, True):
        browser.open(page + "#trajectory=" + "/".join(urllib.parse.quote(part, safe="") for part in ("0", "5", "hostile</script>", "0")))
        if source:
            browser.key("m", "m")
        check.that(browser.run("document.querySelector('.detail h3').textContent") == "hostile</script>", "the hostile response is shown")
        response = browser.run("document.querySelector('.response').textContent")
        check.that("<script>window.hacked = 1</script>" in response and "{{DATA}}" in response, "its text is shown as text")
        check.that(not any(mark in response for mark in "\u202e\u2066\u001b\u0000\u2028") and "U+202E" in response, "controls are named")
        check.that("\u0301" * 4 not in response, "marks do not pile up")
        check.that(browser.run("typeof window.hacked") == "undefined", "nothing in it runs")
        check.that(browser.run("document.querySelectorAll('.detail img, .detail script, .detail style, .detail b:not(.outcome b)').length") == 0,
                   "no element comes of it")
        check.that(browser.run("getComputedStyle(document.body).display") != "none", "it restyles nothing")
        check.that(not browser.complaints(), "there is no complaint", browser.complaints())
    check.that(browser.run("new Promise((done) => {const image = new Image(); image.onload = () => done('loaded'); image.onerror = () => done('blocked');"
                           " image.src = 'data:image/gif;base64,R0lGODlhAQABAAAAACw='})") == "blocked", "the policy forbids to load")
    check.that(browser.run("(() => {const script = document.createElement('script'); script.textContent = 'window.hacked = 5';"
                           " document.body.append(script); return typeof window.hacked})()") == "undefined", "the policy forbids other scripts")

    # Wide, narrow, dark and on paper; nothing is wider than the screen.
    for name, width, height, scheme in (("wide", 1400, 1000, "light"), ("narrow", 390, 844, "light"), ("dark", 1400, 1000, "dark"), ("narrow-dark", 390, 844, "dark")):
        browser.size(width, height, is_mobile=width < 500)
        browser.media(scheme=scheme)
        browser.open(page)
        check.that(browser.run("document.documentElement.scrollWidth") <= width, f"{name}: nothing is wider than the screen",
                   browser.run("document.documentElement.scrollWidth"))
        browser.screenshot(shots / f"{name}.png")
        browser.run("document.getElementById('trajectories').scrollIntoView()")
        check.that(browser.run("[...document.querySelectorAll('.list li')].every((row) => row.querySelector('.row-text').getBoundingClientRect().right"
                               " <= row.querySelector('.row-number').getBoundingClientRect().left && [...row.querySelector('.row-text').children].every("
                               "(one) => one.getBoundingClientRect().right <= row.querySelector('.row-number').getBoundingClientRect().left))"),
                   f"{name}: a row's parts stand beside each other")
        browser.screenshot(shots / f"{name}-trajectories.png")
    browser.media()
    browser.size(1400, 1000)
    browser.open(page)
    browser.pdf(shots / "print.pdf")
    check.that((shots / "print.pdf").stat().st_size > 20_000, "the page prints")


def bare_page(tool, folder, problems, *options):
    """The page of problems that nobody has answered, in their order."""
    lines = [{"id": f"f{number}", "problem": problem, "rollout": {"index": 0, "response": "", "steps": []}} for number, problem in enumerate(problems)]
    (folder / "bare.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    subprocess.run([tool, "-q", str(folder / "bare.jsonl"), "--html", str(folder / "bare.html"), *options], check=True, stdout=subprocess.DEVNULL)
    return (folder / "bare.html").as_uri()


def show(browser, number):
    """Opens the problem of a number in the open page."""
    browser.run(f"location.hash = '#trajectory=0//f{number}/0'")
    browser.wait(f"document.querySelector('.detail h3')?.textContent === 'f{number}'")


def problem_text(browser):
    return browser.run("document.querySelector('.problem').textContent")


def written(source):
    """A text as the page shows it without changing it: only control characters are named, and lines end as on Unix."""
    return "".join(f"⟦U+{ord(one):04X}⟧" if 0x202A <= ord(one) <= 0x202E else one for one in source.replace("\r\n", "\n"))


def formulas(browser, check, tool, folder, shots):
    """Different formulas never look alike; what cannot be shown as it was written is shown as its source."""
    problems = [f"\\({formula}\\)" for formula in DIFFERENT + AS_SOURCE] + PROSE + [text for text, _, _ in IN_TEXT]
    browser.size(1400, 1000)
    browser.media()
    page = bare_page(tool, folder, problems)
    browser.open(page)
    check.that(browser.requested() == [page], "formulas load nothing", browser.requested())
    looks = []
    for number, formula in enumerate(DIFFERENT):
        show(browser, number)
        check.that(browser.run("document.querySelectorAll('.problem math').length") == 1, "a formula is shown", formula)
        picture = browser.picture(".problem")
        looks.append(dark_pixels(picture))
        check.that(any(row.bit_count() > 1 for row in looks[-1]), "a formula is seen", formula)
    for one, own in enumerate(looks):
        for other in range(one):
            rows = max(len(own), len(looks[other]))
            # The first bit of each row marks its width; all have the same.
            apart = sum(((own[row] if row < len(own) else 0) ^ (looks[other][row] if row < len(looks[other]) else 0)).bit_count() for row in range(rows))
            check.that(apart >= 12, "different formulas look different", f"{DIFFERENT[one]} and {DIFFERENT[other]}: {apart} pixels")
    for number, formula in enumerate(AS_SOURCE, len(DIFFERENT)):
        show(browser, number)
        check.that(browser.run("document.querySelectorAll('.problem math').length") == 0 and problem_text(browser) == written(f"\\({formula}\\)"),
                   "what cannot be shown is shown as its source", (formula[:60], problem_text(browser)[:60]))
    for number, text in enumerate(PROSE, len(DIFFERENT + AS_SOURCE)):
        show(browser, number)
        check.that(browser.run("document.querySelectorAll('.problem math').length") == 0 and problem_text(browser) == text,
                   "prose stays as it was written", (text, problem_text(browser)))
    for number, (text, count, start) in enumerate(IN_TEXT, len(DIFFERENT + AS_SOURCE + PROSE)):
        show(browser, number)
        check.that(browser.run("document.querySelectorAll('.problem math').length") == count and problem_text(browser).startswith(start),
                   "formulas are found in text", (text, problem_text(browser)))
    check.that(not browser.complaints(), "formulas raise no complaint", browser.complaints())
    check.that(browser.run("typeof window.hacked") == "undefined", "no formula runs")

    # However long and nested, a text of formulas is shown in bounded time.
    floods = ["\\(" * 60_000, "$" * 100_001, "\\boxed{" * 25_000, "\\(x^{" * 20_000, "$x$ " * 40_000, "\\begin{cases}" * 12_000,
              "$" + "\\sqrt{" * 45 + "x" + "}" * 45 + "$ ", "$\\overrightarrow{AB}$ " * 3000, ("$" + "\\frac{1}{" * 40 + "x" + "}" * 40 + "$ ") * 300, "$\\overline{" + "ab" * 900 + "}$"]
    browser.open(bare_page(tool, folder, floods))
    for number in range(len(floods)):
        started = time.monotonic()
        show(browser, number)
        check.that(time.monotonic() - started < 10, "a flood of formulas ends", (floods[number][:30], time.monotonic() - started))

    # Without KaTeX every text is as it was written.
    browser.open(bare_page(tool, folder, problems, "--katex", "none"))
    for number, problem in enumerate(problems):
        show(browser, number)
        check.that(problem_text(browser) == written(problem), "without KaTeX, the source is shown", problem[:60])


def other_sets(browser, check, tool, folder):
    """Two evaluations of different problems stand side by side, without an arrow."""
    run = folder / "apart"
    run.mkdir()
    for name in ("before", "after"):
        (run / f"{name}.jsonl").write_text(json.dumps(record("test1", 0, LATEX, True, problem=f"The problem of {name}")) + "\n")
    subprocess.run([tool, "-q", str(run), "--html", str(folder / "apart.html")], check=True, stdout=subprocess.DEVNULL)
    browser.open((folder / "apart.html").as_uri())
    tiles = browser.run("[...document.querySelectorAll('.tile')].map((one) => one.textContent)")
    check.that(tiles and all("→" not in tile and "before" in tile and "after" in tile for tile in tiles), "no arrow between different problems", tiles)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--browser", required=True)
    options.add_argument("--tool", required=True)
    options.add_argument("--shots", required=True, type=pathlib.Path)
    given = options.parse_args()
    given.shots.mkdir(exist_ok=True)
    check = Checks()
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        write_run(work / "run", 1)
        # A judge that turns every third verdict around.
        stream = (work / "run/step-0001/advantages.jsonl").read_text().rstrip("\n").split("\n")
        other = [json.loads(line) for line in stream]
        for number, line in enumerate(other):
            for verdict in line["judge"]["verdicts"]:
                verdict["satisfied"] ^= number % 3 == 0
        (work / "other.jsonl").write_text("".join(json.dumps(line) + "\n" for line in other))
        page = work / "page.html"
        subprocess.run([given.tool, "-q", str(work / "run"), "--html", str(page), "--title", "A run <b>", "--first-judge",
                        str(work / "run/step-0001/advantages.jsonl"), "--second-judge", str(work / "other.jsonl")], check=True, stdout=subprocess.DEVNULL)
        browser = Browser(given.browser)
        try:
            use(browser, check, page.as_uri(), given.shots)
            other_sets(browser, check, given.tool, work)
            if browser.run("typeof katex === 'object'"):
                formulas(browser, check, given.tool, work, given.shots)
            else:
                print("test-report: KaTeX is not installed (Debian's libjs-katex); its formulas are not tested")
        finally:
            browser.close()
    print(f"test-report: {check.count - check.failures} of {check.count} checks hold; pictures are in {given.shots}/")
    raise SystemExit(1 if check.failures or not check.count else 0)


if __name__ == "__main__":
    main()
