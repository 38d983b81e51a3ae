"""A step: sampling, judging meanwhile, and the update, which waits for the last verdict."""

from dataclasses import dataclass
from random import Random

from .judging import Judging, judged_at
from .sampling import Sampling, in_order, of_mixed_groups, sampled_at


@dataclass(frozen=True)
class Step:
    """How long a step's parts take, in seconds."""

    sampled: float
    judged: float
    update: float
    requests: int

    @property
    def waited(self) -> float:
        """How long the update waits for verdicts after the last rollout."""
        return max(0.0, self.judged - self.sampled)

    @property
    def waiting_share(self) -> float:
        """That, as a share of the whole step."""
        return self.waited / (self.sampled + self.waited + self.update)


def simulate(
    sampling: Sampling,
    judging: Judging,
    update_seconds: float,
    seed: int,
    mixed_share: float | None = None,
    as_they_finish: bool = False,
) -> Step:
    """One step.

    With `mixed_share` only the groups with right and wrong answers are judged, and these are so many of all. Rollouts leave the
    sampler in the order of the problems, as srar-rollout writes them, or `as_they_finish`.
    """
    random = Random(seed)
    ends = sampled_at(sampling, sampling.lengths(random))
    left = ends if as_they_finish else in_order(ends)
    asked = left if mixed_share is None else of_mixed_groups(left, sampling.group_size, mixed_share, random)
    return Step(max(ends), max(judged_at(sorted(asked), judging), default=0.0), update_seconds, len(asked))
