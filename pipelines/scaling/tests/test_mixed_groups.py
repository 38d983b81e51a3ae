"""Judging only groups with right and wrong answers, by the filters that docs/scaling.md names."""

import json
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

BIN = Path(os.environ.get("SRAR_BIN", Path(__file__).parents[3] / ".build/release")).absolute()
FILTER = """
set -euo pipefail
srar-reward --quiet --answers-only --plain rollouts.jsonl \
  | srar-advantage --quiet --estimator grpo --drop-uniform-groups --plain \
  | srar-judge --quiet --judge equations --log judge.log --plain \
  | srar-reward --quiet --plain | srar-advantage --quiet --plain > advantages.jsonl
"""


class MixedGroupTests(unittest.TestCase):
    def test_only_mixed_groups_are_judged_and_get_the_same_advantages(self):
        with tempfile.TemporaryDirectory() as folder:
            environment = os.environ | {"PATH": f"{BIN}:{os.environ['PATH']}"}

            def run(script: str) -> None:
                subprocess.run(["bash", "-euo", "pipefail", "-c", script], cwd=folder, env=environment, check=True)

            def read(name: str) -> list[dict]:
                return [json.loads(line) for line in (Path(folder) / name).read_text().splitlines()]

            run("srar-prep synth --quiet --count 6 --seed 5 --plain --output problems.jsonl")
            problems = read("problems.jsonl")
            # Two groups all right, two all wrong, two mixed.
            responses = []
            for number, problem in enumerate(problems):
                for index in range(4):
                    is_right = number < 2 or (number >= 4 and index % 2 == 0)
                    response = problem["solution"] if is_right else problem["solution"] + "\n\\boxed{-999}"
                    responses.append({"id": problem["id"], "response": response})
            (Path(folder) / "responses.jsonl").write_text("".join(json.dumps(line) + "\n" for line in responses))
            run("srar-rollout --quiet --responses responses.jsonl --plain problems.jsonl --output rollouts.jsonl")
            run(FILTER)
            run("srar-judge -q --plain rollouts.jsonl | srar-reward -q --plain | srar-advantage -q --plain > all.jsonl")
            mixed = {problem["id"] for problem in problems[4:]}
            kept = read("advantages.jsonl")
            self.assertEqual({record["id"] for record in kept}, mixed)
            self.assertEqual({entry["record"].split("#")[0] for entry in read("judge.log")}, mixed)
            self.assertEqual(
                [record["advantage"] for record in kept],
                [record["advantage"] for record in read("all.jsonl") if record["id"] in mixed],
            )


if __name__ == "__main__":
    unittest.main()
