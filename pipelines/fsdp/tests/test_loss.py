"""The loss against the golden vectors of the reference implementation."""

import json

import pytest
import torch
from conftest import REPOSITORY

from srar_fsdp.loss import BatchExtent, LossOptions, LossSums, Tokens, kl_penalty, response_loss

VECTORS = REPOSITORY / "Tests/Fixtures/golden/policy_loss.jsonl"
CASES = [json.loads(line) for line in VECTORS.read_text(encoding="utf-8").splitlines()]


def cases(kind: str) -> list:
    # Scales of a distributed batch are the caller's; the mean of nothing is undefined.
    own = [case for case in CASES if case["input"]["kind"] == kind and "batch_info" not in case["input"]]
    own = [case for case in own if case["expected"].get("loss", 0) is not None]
    return [pytest.param(case, id=case["name"]) for case in own]


def tensor(values) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.float64)


@pytest.mark.parametrize("case", cases("policy_loss"))
def test_policy_loss(case):
    given, expected = case["input"], case["expected"]
    masks = tensor(given["mask"]).bool()
    # The reference divides by the padded width where it is given no length.
    options = LossOptions(given["clip_low"], given["clip_high"], given["clip_c"], given["agg"], importance_cap=1e30)
    extent = BatchExtent.of([int(mask.sum()) for mask in masks], masks.shape[1])
    sums, total, gradients = LossSums(), 0.0, []
    for row, mask in enumerate(masks):
        logprobs = tensor(given["log_prob"][row]).requires_grad_()
        old = tensor(given["old_log_prob"][row])
        weights = given.get("rollout_is_weights")
        rollout = None if weights is None else (old - tensor(weights[row]).log())[mask]
        tokens = Tokens(logprobs[mask], tensor(given["advantages"][row])[mask], old[mask], rollout)
        loss = response_loss(tokens, extent.token_weight(options.reduction, int(mask.sum())), options, sums)
        gradients.append(torch.autograd.grad(loss, logprobs)[0].tolist())
        total += loss.item()
    assert total == pytest.approx(expected["loss"], rel=1e-9, abs=1e-12)
    torch.testing.assert_close(tensor(gradients), tensor(expected["dloss_dlogprob"]), rtol=1e-9, atol=1e-11)
    assert sums.mean("clipped_count") == pytest.approx(expected["pg_clipfrac"], rel=1e-9)
    assert sums.mean("dual_clipped_count") == pytest.approx(expected["pg_clipfrac_lower"], rel=1e-9)
    assert sums.mean("negative_log_ratio") == pytest.approx(expected["ppo_kl"], rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("case", cases("kl_penalty"))
def test_kl_penalty(case):
    given, expected = case["input"], case["expected"]
    names = {"kl": "k1", "mse": "k2", "low_var_kl": "k3"}
    kind = given["penalty"]
    base = kind.removesuffix("+")
    logprobs = tensor(given["log_prob"]).requires_grad_()
    value = kl_penalty(logprobs, tensor(given["ref_log_prob"]), names.get(base, base) + kind[len(base) :])
    torch.testing.assert_close(value.detach(), tensor(expected["kl"]), rtol=1e-9, atol=1e-12)
    gradient = torch.autograd.grad(value.sum(), logprobs)[0]
    torch.testing.assert_close(gradient, tensor(expected["dkl_dlogprob"]), rtol=1e-9, atol=1e-12)
