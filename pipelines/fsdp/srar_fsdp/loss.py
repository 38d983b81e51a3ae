"""The loss of a policy update: clipped objective, KL penalty, entropy bonus, rollout correction and reduction.

The equations are those of docs/algorithms.md; names and constants are those of Sources/PolicyGradient.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, fields

import torch
from torch import Tensor

COUNT_EPSILON = 1e-8
"""Added to counts before they divide (verl)."""
LOG_RATIO_LIMIT = 20.0
"""verl's clamp, so that exp never overflows."""
REDUCTIONS = ("token-mean", "seq-mean-token-sum", "seq-mean-token-mean", "seq-mean-token-sum-norm")
KL_SYNONYMS = {"kl": "k1", "mse": "k2", "low_var_kl": "k3"}
KL_ESTIMATORS = ("k1", "k2", "k3", "abs")


@dataclass(frozen=True)
class LossOptions:
    """What the loss is made of."""

    clip_ratio_low: float = 0.2
    clip_ratio_high: float = 0.28
    dual_clip: float | None = 10.0
    """None sets no floor for negative advantages."""
    reduction: str = "token-mean"
    length_scale: float = 1.0
    kl_coefficient: float = 0.0
    kl_estimator: str = "k3"
    """A trailing + takes the gradient of k2."""
    entropy_coefficient: float = 0.0
    importance_cap: float | None = None
    masks_above_cap: bool = False

    @property
    def trains_every_token(self) -> bool:
        """Whether tokens without an advantage matter all the same."""
        return self.kl_coefficient != 0 or self.entropy_coefficient != 0


@dataclass
class Tokens:
    """The trained tokens of one response, all of one length, in double precision; only `current` and `entropy` have gradients."""

    current: Tensor
    advantages: Tensor
    old: Tensor | None = None
    """None: the policy as it stands; the ratio is 1, its gradient is not 0."""
    rollout: Tensor | None = None
    reference: Tensor | None = None
    entropy: Tensor | None = None


@dataclass
class LossSums:
    """Sums over trained tokens, of which parts of a mini-batch add up to the whole."""

    loss: float = 0.0
    policy_loss: float = 0.0
    kl_loss: float = 0.0
    token_count: float = 0.0
    negative_log_ratio: float = 0.0
    importance_ratio: float = 0.0
    entropy: float = 0.0
    rollout_weight: float = 0.0
    sampler_difference: float = 0.0
    sampler_kl: float = 0.0
    sampler_token_count: float = 0.0
    clipped_count: float = 0.0
    dual_clipped_count: float = 0.0

    def add(self, values: "LossSums | list[float]") -> None:
        """Adds another part's sums."""
        numbers = values if isinstance(values, list) else values.values()
        for one, value in zip(fields(self), numbers, strict=True):
            setattr(self, one.name, getattr(self, one.name) + value)

    def values(self) -> list[float]:
        """All sums, in the order of their declaration."""
        return [getattr(self, one.name) for one in fields(self)]

    def mean(self, name: str) -> float:
        """A sum over the trained tokens' number."""
        return getattr(self, name) / (self.token_count + COUNT_EPSILON)

    def sampler_mean(self, name: str) -> float:
        """A sum over the number of the trained tokens whose log-probabilities the sampler recorded."""
        return getattr(self, name) / self.sampler_token_count


@dataclass(frozen=True)
class BatchExtent:
    """What a mini-batch holds in all, by which its losses are divided; every response token counts, trained or not."""

    token_count: int
    sequence_count: int
    length_scale: float

    @classmethod
    def of(cls, token_counts: list[int], length_scale: float) -> "BatchExtent":
        """The extent of responses of these lengths."""
        return cls(sum(token_counts), sum(count > 0 for count in token_counts), length_scale)

    def token_weight(self, reduction: str, token_count: int) -> float:
        """The weight of each token of a response of so many."""
        if min(token_count, self.token_count, self.sequence_count) <= 0:
            return 0.0
        weights: dict[str, Callable[[], float]] = {
            "token-mean": lambda: 1 / self.token_count,
            "seq-mean-token-sum": lambda: 1 / self.sequence_count,
            "seq-mean-token-mean": lambda: 1 / (self.sequence_count * (token_count + COUNT_EPSILON)),
            "seq-mean-token-sum-norm": lambda: 1 / (self.sequence_count * self.length_scale),
        }
        return weights[reduction]()


@dataclass
class ObjectiveTerms:
    """The clipped objective of tokens, and what is reported of it."""

    loss: Tensor
    log_ratio: Tensor
    ratio: Tensor
    is_clipped: Tensor
    is_dual_clipped: Tensor = field(repr=False)


def clipped_objective(current: Tensor, old: Tensor, advantages: Tensor, options: LossOptions) -> ObjectiveTerms:
    """PPO (arXiv 1707.06347, eq. 7) with decoupled bounds (arXiv 2503.14476) and dual clip (arXiv 1912.09729).

    ρ = exp(clamp(logp − logp_old)); max(−A·ρ, −A·clip(ρ)), and where A < 0 at most −A·dual_clip.
    """
    difference = current - old
    log_ratio = difference.clamp(-LOG_RATIO_LIMIT, LOG_RATIO_LIMIT)
    ratio = log_ratio.exp()
    unclipped = -advantages * ratio
    clipped = -advantages * ratio.clamp(1 - options.clip_ratio_low, 1 + options.clip_ratio_high)
    is_clipped = clipped > unclipped
    loss = torch.where(is_clipped, clipped.detach(), unclipped)
    is_dual_clipped = torch.zeros_like(is_clipped)
    if options.dual_clip is not None:
        floor = -advantages * options.dual_clip
        is_dual_clipped = (advantages < 0) & (loss > floor)
        loss = torch.where(is_dual_clipped, floor, loss)
    return ObjectiveTerms(loss, log_ratio, ratio, is_clipped, is_dual_clipped)


def kl_penalty(current: Tensor, reference: Tensor, estimator: str) -> Tensor:
    """The KL penalty of tokens, d = logp − logp_ref (Schulman, 2020, with verl's clamps)."""
    base = estimator.removesuffix("+")
    d = current - reference
    if base == "k1":
        value = d
    elif base == "abs":
        value = d.abs()
    elif base == "k2":
        value = d.square() / 2
    else:
        u = (-d).clamp(-20, 20)
        value = (u.exp() - u - 1).clamp(-10, 10)
    if estimator.endswith("+"):
        gradient_of_k2 = d.square() / 2
        value = gradient_of_k2 - gradient_of_k2.detach() + value.detach()
    return value


def rollout_weights(old: Tensor, rollout: Tensor | None, options: LossOptions) -> Tensor:
    """The constant weights of token losses for the mismatch of sampler and trainer, w = exp(logp_old − logp_rollout).

    1 where the sampler does not know a token's log-probability (NaN).
    """
    if rollout is None or options.importance_cap is None:
        return torch.ones_like(old)
    rollout = torch.where(rollout.isnan(), old, rollout)
    weights = (old - rollout).clamp(-LOG_RATIO_LIMIT, LOG_RATIO_LIMIT).exp()
    if options.masks_above_cap:
        return torch.where(weights <= options.importance_cap, weights, 0.0)
    return weights.clamp(max=options.importance_cap)


def sampler_sums(tokens: Tokens) -> list[Tensor]:
    """Of the policy in training and the sampler: |Δ log p|, KL by the estimator k3, and over how many tokens."""
    current = tokens.current.detach()
    if tokens.rollout is None:
        return [torch.zeros_like(current).sum()] * 3
    is_known = ~tokens.rollout.isnan()
    current, rollout = current[is_known], tokens.rollout[is_known]
    return [(current - rollout).abs().sum(), kl_penalty(rollout, current, "k3").sum(), torch.ones_like(current).sum()]


def response_loss(tokens: Tokens, weight: float, options: LossOptions, sums: LossSums) -> Tensor:
    """One response's part of the mini-batch's loss; its sums are added to `sums`.

    Σ_t weight · (w_t · objective_t + β · KL_t − c · entropy_t)
    """
    old = tokens.current.detach() if tokens.old is None else tokens.old
    objective = clipped_objective(tokens.current, old, tokens.advantages, options)
    correction = rollout_weights(old, tokens.rollout, options)
    policy_loss = (correction * objective.loss).sum() * weight
    loss = policy_loss
    kl_loss = torch.zeros_like(loss)
    if tokens.reference is not None:
        kl_loss = kl_penalty(tokens.current, tokens.reference, options.kl_estimator).sum() * weight
        loss = loss + options.kl_coefficient * kl_loss
    entropy = torch.zeros_like(loss)
    if tokens.entropy is not None:
        entropy = tokens.entropy.sum()
        if options.entropy_coefficient != 0:
            loss = loss - options.entropy_coefficient * weight * entropy
    parts = [loss, policy_loss, kl_loss, torch.ones_like(old).sum(), -objective.log_ratio.sum()]
    parts += [objective.ratio.sum(), entropy, correction.sum(), *sampler_sums(tokens)]
    parts += [objective.is_clipped.double().sum(), objective.is_dual_clipped.double().sum()]
    sums.add(torch.stack([part.detach() for part in parts]).tolist())
    return loss
