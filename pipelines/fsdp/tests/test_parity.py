"""Loss, gradient and weights equal srar-update's, for each option of the loss: over two processes, or on the GPU that is there."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
import torch.distributed.checkpoint as dcp
from conftest import last_metrics, srar_update, weights
from safetensors.torch import load_file

# With AdamW's default ε a step is the gradient's sign, which is noise where the gradient is small.
COMMON = ["--learning-rate", "1e-2", "--warm-up-steps", "2", "--adam-epsilon", "1e-3", "-q"]
CASES = {
    "defaults": [],
    "rollout-old": ["--old-log-probabilities", "rollout"],
    "tight-clips": [
        "--old-log-probabilities",
        "rollout",
        "--clip-ratio-low",
        "0.05",
        "--clip-ratio-high",
        "0.1",
        "--dual-clip",
        "1.2",
    ],
    "seq-mean-token-sum": ["--loss-reduction", "seq-mean-token-sum", "--dual-clip", "0", "--max-gradient-norm", "0"],
    "seq-mean-token-mean": ["--loss-reduction", "seq-mean-token-mean", "--max-gradient-norm", "0.01"],
    "seq-mean-token-sum-norm": ["--loss-reduction", "seq-mean-token-sum-norm", "--length-scale", "16", "--weight-decay", "0.5"],
    "k3": ["--kl-coefficient", "0.1", "--reference", "REFERENCE"],
    "k1": ["--kl-coefficient", "0.1", "--kl-estimator", "k1", "--reference", "REFERENCE"],
    "k2": ["--kl-coefficient", "0.1", "--kl-estimator", "k2", "--reference", "REFERENCE"],
    "abs+": ["--kl-coefficient", "0.1", "--kl-estimator", "abs+", "--reference", "REFERENCE"],
    "entropy": ["--entropy-coefficient", "0.05"],
    "truncated-weights": ["--importance-cap", "1.1"],
    "masked-weights": ["--importance-cap", "1.1", "--mask-above-cap"],
    "mini-batches": ["--mini-batch-size", "5", "--seed", "3"],
    "packs": ["--micro-batch-tokens", "60"],
    "recompute": ["--recompute"],
}
EPOCHS = {"one-step": "1", "three-steps": "3"}


def arguments(work: Path, case: str, steps: str, side: str, places: dict[str, Path]) -> list[str]:
    options = [str(places["reference"]) if option == "REFERENCE" else option for option in CASES[case]]
    # srar-update would take the rollouts' own log-probabilities.
    if "--old-log-probabilities" not in options:
        options += ["--old-log-probabilities", "recomputed"]
    output = work / f"{side}-{case}-{steps}"
    ends = ["--policy", str(places["policy"]), "--output", str(output), "--metrics", f"{output}.metrics"]
    return [str(places["rollouts"]), *ends, "--epochs", EPOCHS[steps], *COMMON, *options]


@pytest.fixture(scope="module")
def runs(work, policy, reference, rollouts) -> Path:
    """All cases, by both tools."""
    places = {"policy": policy, "reference": reference, "rollouts": rollouts}
    listed = [(case, steps) for case in CASES for steps in EPOCHS]
    for case, steps in listed:
        if not (work / f"swift-{case}-{steps}").exists():
            srar_update(*arguments(work, case, steps, "swift", places))
    cases = work / "cases.json"
    float32 = ["--compute", "f32"]
    cases.write_text(json.dumps([arguments(work, case, steps, "torch", places) + float32 for case, steps in listed]))
    count = min(2, torch.cuda.device_count()) or 2
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", str(count)]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    driver = Path(__file__).parent / "run_cases.py"
    result = subprocess.run([*torchrun, driver, cases], env=environment, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    return work


def optimizer_state(folder: Path, like: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    state = {name: torch.empty_like(tensor) for name, tensor in like.items() if name != "step_count"}
    state["step_count"] = torch.tensor([0])
    dcp.load(state, storage_reader=dcp.FileSystemReader(folder / "optimizer"), no_dist=True)
    return state


@pytest.mark.parametrize("case", CASES)
def test_gradient_equals_srar_update(runs, case):
    # After one step the first moment is a tenth of the (cut) gradient.
    expected = load_file(runs / f"swift-{case}-one-step/optimizer/state.safetensors")
    found = optimizer_state(runs / f"torch-{case}-one-step", expected)
    assert found["step_count"].item() == expected["step_count"].item() >= 1
    moments = [name for name in expected if name.startswith("first_moment.")]
    largest = max(expected[name].abs().max().item() for name in moments)
    assert largest > 0
    for name in moments:
        difference = (found[name] - expected[name]).abs().max().item()
        assert difference < 1e-4 * largest, f"{name}: {difference} of {largest}"


@pytest.mark.parametrize("case", CASES)
def test_weights_after_three_steps_equal_srar_update(runs, policy, case):
    expected, found = (weights(runs / f"{side}-{case}-three-steps") for side in ("swift", "torch"))
    assert expected.keys() == found.keys()
    start = weights(policy)
    for name, tensor in expected.items():
        difference, movement = ((tensor - other[name]).abs().max().item() for other in (found, start))
        assert movement > 0, f"{name} has not moved: nothing is compared"
        assert difference < 1e-4, name
        assert difference < 0.02 * movement, name


@pytest.mark.parametrize("steps", EPOCHS)
@pytest.mark.parametrize("case", CASES)
def test_metrics_equal_srar_update(runs, case, steps):
    expected, found = (last_metrics(runs / f"{side}-{case}-{steps}.metrics") for side in ("swift", "torch"))
    # Prompts are not shared between rollouts here, so more tokens are computed.
    apart = {"tool", "version", "arguments", "seconds", "computed_tokens", "compute"}
    assert expected.keys() <= found.keys()
    assert found["compute"] == expected["compute"] == "f32"
    for name in expected.keys() - apart:
        assert found[name] == pytest.approx(expected[name], rel=1e-4, abs=1e-4), name


def test_cases_reach_what_they_name(runs):
    def metric(case: str, name: str) -> float:
        return last_metrics(runs / f"swift-{case}-three-steps.metrics")[name]

    assert metric("tight-clips", "clip_fraction") > 0.1
    assert metric("tight-clips", "lower_clip_fraction") > 0.01
    assert metric("truncated-weights", "rollout_weight") != pytest.approx(1, abs=1e-3)
    assert metric("masked-weights", "rollout_weight") < metric("truncated-weights", "rollout_weight")
    assert metric("mini-batches", "optimizer_steps") == 9
    assert abs(metric("k3", "kl_loss")) > 1e-4
