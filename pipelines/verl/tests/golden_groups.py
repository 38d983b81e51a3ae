"""The golden vectors of advantages as batches of verl's: rows with their rewards, masks, uids and records."""

import json
from typing import NamedTuple

import numpy as np
import torch
from conftest import golden
from tensordict import TensorDict
from verl import DataProto

# The vectors' names of estimators, where ours are others.
ESTIMATORS = {"srar-nostepnorm": "srar-unnormalized"}


class GoldenBatch(NamedTuple):
    """One case of `golden/advantage.jsonl`."""

    name: str
    options: str
    """What `algorithm.srar.advantage` says."""
    data: DataProto
    advantages: torch.Tensor


def golden_batches() -> list[GoldenBatch]:
    """All cases that a record can express, and whose values do not hang on the order of a sum."""
    cases = [case for case in golden("advantage") if "error" not in case["expected"] and "INFORMATIVE" not in case["notes"]]
    return [_batch(case) for case in cases]


def _batch(case: dict) -> GoldenBatch:
    given, is_paper = case["input"], case["variant"] == "paper"
    estimator = ESTIMATORS.get(given["estimator"], given["estimator"])
    preset = "paper" if is_paper else "authors"
    # The authors' code computes in single precision, and so does its preset.
    advantages = case["expected"]["advantages" if is_paper else "advantages_f32"]
    rows, width = given["rollouts"], given["seq_len"]
    mask, rewards = torch.zeros(len(rows), width), torch.zeros(len(rows), width)
    for number, rollout in enumerate(rows):
        mask[number, : rollout["length"]] = 1
        rewards[number, rollout["length"] - 1] = rollout["r_base"]
    records = [record(number, rollout, is_paper) for number, rollout in enumerate(rows)]
    tensors = TensorDict({"token_level_rewards": rewards, "response_mask": mask}, batch_size=len(rows))
    columns = {
        "uid": np.array([f"uid-{rollout['group']}" for rollout in rows], dtype=object),
        "srar_record": np.array([json.dumps(record) for record in records]),
    }
    options = f"--preset {preset} --estimator {estimator} --epsilon {given['epsilon']}"
    return GoldenBatch(case["name"], options, DataProto(tensors, columns), torch.tensor(advantages, dtype=torch.float64))


def record(number: int, rollout: dict, is_paper: bool) -> dict:
    """A rollout of the vectors as a rewarded record; the paper's G_k counts verdicts, the authors' satisfied ones."""
    deltas = _deltas(rollout)
    named = rollout["attributed"] if is_paper else [int(step) for step in deltas if step.lstrip("-").isdecimal()]
    steps = [
        {"step": step, "delta": deltas.get(str(step), 0), "judged": 1, "satisfied": int(str(step) in deltas)}
        for step in sorted(named)
    ]
    spans = [{"number": index + 1, "label": "", "bytes": [0, 0], "tokens": span} for index, span in enumerate(rollout["spans"])]
    base = {"answer": None, "correct": rollout["r_base"] > 0.5, "format": True, "base": rollout["r_base"], "looping": False}
    return {
        "id": "one problem for all",
        "rollout": {"index": number, "response": "", "tokens": [0] * rollout["length"], "steps": spans},
        "reward": base | {"rubric": sum(deltas.values()), "suggest": 0, "pitfall": 0, "bonus": 0, "steps": steps},
    }


def _deltas(rollout: dict) -> dict[str, float]:
    """The step scores as the authors' code reads them: text that is not a JSON object counts as none."""
    if "deltas_json" not in rollout:
        return rollout["deltas"]
    try:
        parsed = json.loads(rollout["deltas_json"])
    except (ValueError, TypeError):
        return {}
    return parsed if isinstance(parsed, dict) else {}
