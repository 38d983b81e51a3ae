#!/usr/bin/env python3
"""Hands a run's measures, as `srar-report --json` prints them, to Weights & Biases or to trackio.

    srar-report runs/demo --json | python3 pipelines/track.py --to wandb --project srar
    srar-report runs/demo --json | python3 pipelines/track.py --to trackio --project srar

Measures are called train/NAME and eval/NAME, as in TensorBoard's event files. Weights & Biases is asked offline unless WANDB_MODE says
otherwise; `wandb sync` sends what it kept. trackio keeps its data on this machine.
"""

import argparse
import json
import os
import sys


def series(report):
    """The measures of each step, evaluations at the step that they were taken after; by rising step."""
    steps = [point["step"] for point in report.get("steps", [])]
    points = {}

    def note(step, group, values):
        numbers = {f"{group}/{name}": value for name, value in values.items()
                   if name not in ("step", "label") and isinstance(value, (int, float)) and not isinstance(value, bool)}
        points.setdefault(step, {}).update(numbers)

    for point in report.get("steps", []):
        note(point["step"], "train", point)
    for evaluation in report.get("evaluations", []):
        at = {"before": steps[0] - 1 if steps else 0, "after": steps[-1] if steps else 0}.get(evaluation["label"], evaluation.get("step"))
        if at is not None:
            note(at, "eval", evaluation)
    if not points:
        note(0, "train", report)
    return sorted(points.items())


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--to", required=True, choices=["wandb", "trackio"])
    options.add_argument("--project", required=True)
    given = options.parse_args()
    reports = json.load(sys.stdin)
    if given.to == "wandb":
        os.environ.setdefault("WANDB_MODE", "offline")
        import wandb as tracker
    else:
        import trackio as tracker
    for report in reports:
        run = tracker.init(project=given.project, name=report["label"])
        for step, values in series(report):
            (tracker if given.to == "trackio" else run).log(values, step=step)
        (tracker if given.to == "trackio" else run).finish()
        print(f"track: {report['label']}: {len(series(report))} steps to {given.to}", file=sys.stderr)


if __name__ == "__main__":
    main()
