"""Seconds per stage of a run's steps, from their metrics: `python -m srar_scaling.costs RUN`."""

import json
import statistics
import sys
from pathlib import Path


def seconds_by_stage(run: Path) -> dict[str, list[float]]:
    """The seconds of every stage, one a step, in the order of the first step; of a stage made again the last time counts."""
    stages: dict[str, list[float]] = {}
    for metrics in sorted(run.glob("step-*/metrics.jsonl")):
        lines = map(json.loads, metrics.read_text(encoding="utf-8").splitlines())
        for stage, seconds in {line["tool"]: line["seconds"] for line in lines}.items():
            stages.setdefault(stage, []).append(seconds)
    return stages


def costs(run: Path) -> str:
    """A table of the stages' medians and shares."""
    medians = {stage: statistics.median(seconds) for stage, seconds in seconds_by_stage(run).items()}
    if not medians:
        sys.exit(f"costs: {run}: there is no step with metrics")
    whole = sum(medians.values())
    rows = [f"| {stage} | {seconds:.2f} s | {seconds / whole:.1%} |".replace("%", " %") for stage, seconds in medians.items()]
    return "\n".join(["| stage | median | of the step |", "|---|---|---|", *rows])


if __name__ == "__main__":
    print(costs(Path(sys.argv[1])))
