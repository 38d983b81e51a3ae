"""What an update reports: `srar-update`'s names, the means weighted by trained tokens."""

import json
import os

from .loss import LossSums
from .rollouts import Samples
from .update import Report


def update_metrics(samples: Samples, reports: list[Report]) -> dict[str, object]:
    """The metrics of all mini-batches."""
    sums = LossSums()
    for report in reports:
        sums.add(report.sums)
    batches = max(len(reports), 1)
    steps = [report.step for report in reports if report.step is not None]
    metrics: dict[str, object] = {
        "rejected": samples.rejected_count,
        "rollouts": len(samples.samples),
        "ended_otherwise": samples.ended_otherwise_count,
        "unknown_logprobs": samples.unknown_logprob_count,
        "trained_rollouts": sum(report.trained_rollouts for report in reports),
        "response_tokens": sum(report.response_tokens for report in reports),
        "trained_tokens": int(sums.token_count),
        "computed_tokens": sum(report.computed_tokens for report in reports),
        "optimizer_steps": len(steps),
    }
    if steps:
        metrics |= {"optimizer_step": steps[-1].number, "learning_rate": steps[-1].learning_rate}
    if reports and reports[0].sums.sampler_token_count > 0:
        # Later mini-batches are of a policy that has moved.
        first = reports[0].sums
        metrics |= {"sampler_difference": first.sampler_mean("sampler_difference"), "sampler_kl": first.sampler_mean("sampler_kl")}
    return metrics | {
        "loss": sums.loss / batches,
        "policy_loss": sums.policy_loss / batches,
        "kl_loss": sums.kl_loss / batches,
        "entropy": sums.mean("entropy"),
        "clip_fraction": sums.mean("clipped_count"),
        "lower_clip_fraction": sums.mean("dual_clipped_count"),
        "approximate_kl": sums.mean("negative_log_ratio"),
        "importance_ratio": sums.mean("importance_ratio"),
        "rollout_weight": sums.mean("rollout_weight"),
        "gradient_norm": sum(step.gradient_norm for step in steps) / max(len(steps), 1),
    }


def append_metrics(path: str, metrics: dict[str, object]) -> None:
    """Appends one line, in one write, so that tools of one pipe can share the file."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
    try:
        os.write(descriptor, (json.dumps(metrics, ensure_ascii=False) + "\n").encode())
    finally:
        os.close(descriptor)
