"""What the tests share: a small policy that srar-update made, random rollouts, and runs of both tools."""

import io
import json
import os
import random
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from srar_fsdp.__main__ import main

REPOSITORY = Path(__file__).parents[3]
TOOLS = Path(os.environ.get("SRAR_BIN", REPOSITORY / ".build/release")).absolute()
# The processes that tests start find the package where it lies.
os.environ["PYTHONPATH"] = os.pathsep.join([str(Path(__file__).parents[1]), *filter(None, [os.environ.get("PYTHONPATH")])])
VOCABULARY, PROMPTS, ROLLOUTS = 300, 3, 4


@pytest.fixture(scope="session")
def work(tmp_path_factory) -> Path:
    """Where all is made. A machine without srar-update, such as a lent GPU's, is handed what it made elsewhere as SRAR_CASES."""
    return Path(os.environ["SRAR_CASES"]) if "SRAR_CASES" in os.environ else tmp_path_factory.mktemp("fsdp")


def srar_update(*arguments: object) -> subprocess.CompletedProcess:
    return subprocess.run([TOOLS / "srar-update", *map(str, arguments)], check=True, capture_output=True, text=True)


def srar_fsdp(*arguments: object, processes: int = 1, check: bool = True, **options) -> subprocess.CompletedProcess:
    """Runs an update: several processes under torchrun, one of them within this one, which saves the imports."""
    words = [*map(str, arguments)]
    if processes > 1:
        environment = os.environ | {"NPROC": str(processes), "OMP_NUM_THREADS": "1"}
        command = [sys.executable, "-m", "srar_fsdp.launch", *words]
        result = subprocess.run(command, capture_output=True, text=True, env=environment, **options)
    else:
        output, errors = io.StringIO(), io.StringIO()
        with redirect_stdout(output), redirect_stderr(errors), pytest.raises(SystemExit) as end:
            main(words)
        result = subprocess.CompletedProcess(words, end.value.code or 0, output.getvalue(), errors.getvalue())
    assert not check or result.returncode == 0, result.stderr
    return result


@pytest.fixture(scope="session")
def problems(work) -> Path:
    path = work / "problems.jsonl"
    command = [TOOLS / "srar-prep", "synth", "-q", "--count", "60", "--seed", "5", "--plain", "--output", path]
    if not path.exists():
        subprocess.run(command, check=True)
    return path


def _policy(work: Path, problems: Path, name: str, seed: int) -> Path:
    size = ["--layers", 2, "--hidden", 32, "--heads", 4, "--vocabulary", VOCABULARY, "--positions", 256]
    if not (work / name).exists():
        srar_update("init", "--text", problems, "--output", work / name, "-q", "--seed", seed, *size)
    return work / name


@pytest.fixture(scope="session")
def policy(work, problems) -> Path:
    return _policy(work, problems, "policy", 1)


@pytest.fixture(scope="session")
def reference(work, problems) -> Path:
    return _policy(work, problems, "reference", 2)


def random_records(seed: int) -> list[dict]:
    """Rollouts with random tokens, advantages and log-probabilities; some tokens, and one whole rollout, have advantage 0."""
    draw = random.Random(seed)
    records = []
    for problem in range(PROMPTS):
        prompt = [draw.randrange(VOCABULARY) for _ in range(draw.randrange(4, 12))]
        for index in range(ROLLOUTS):
            length = draw.randrange(6, 30)
            cut = length // 2
            outcome = 0.0 if index == 1 else draw.gauss(0, 1)
            offsets = [] if (problem, index) == (0, 1) else [{"step": 1, "tokens": [1, cut], "value": draw.gauss(0, 1)}]
            records.append(
                {
                    "id": f"problem-{problem}",
                    "rollout": {
                        "index": index,
                        "response": "",
                        "prompt_tokens": prompt,
                        "tokens": [draw.randrange(VOCABULARY) for _ in range(length)],
                        # Around a uniform policy's, so that ratios lie on both sides of the clip bounds.
                        "logprobs": [-5.7 + draw.gauss(0, 0.3) for _ in range(length)],
                        "sampling": {"temperature": 0.9, "top_p": 1, "top_k": 0},
                        "steps": [],
                    },
                    "advantage": {"estimator": "srar", "outcome": outcome, "offsets": offsets},
                }
            )
    return records


@pytest.fixture(scope="session")
def rollouts(work) -> Path:
    path = work / "advantages.jsonl"
    path.write_text("".join(json.dumps(record) + "\n" for record in random_records(7)))
    return path


def weights(folder: Path) -> dict[str, torch.Tensor]:
    return load_file(folder / "model.safetensors")


def last_metrics(path: Path) -> dict:
    return json.loads(path.read_text().splitlines()[-1])


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
