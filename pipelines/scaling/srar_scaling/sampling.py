"""When the rollouts of a step leave the sampler."""

import heapq
import math
from dataclasses import dataclass
from random import Random


@dataclass(frozen=True)
class Sampling:
    """A step's rollouts and the engines that sample them; the problems and the limit are the paper's."""

    problems: int = 128
    group_size: int = 8
    # Log-normal lengths, cut at the limit: the median, and the deviation of the logarithm.
    median_tokens: float = 2000
    spread: float = 0.6
    most_tokens: int = 8192
    # Responses under way at once over all engines, and how fast each of them grows.
    slots: int = 512
    tokens_per_second: float = 40

    def lengths(self, random: Random) -> list[float]:
        """Tokens of each response, group after group."""
        count = self.problems * self.group_size
        return [min(self.most_tokens, random.lognormvariate(math.log(self.median_tokens), self.spread)) for _ in range(count)]


def sampled_at(sampling: Sampling, lengths: list[float]) -> list[float]:
    """When each response is whole, in seconds: a free slot takes the next one."""
    free = [0.0] * min(sampling.slots, len(lengths))
    ends = []
    for length in lengths:
        end = heapq.heappop(free) + length / sampling.tokens_per_second
        heapq.heappush(free, end)
        ends.append(end)
    return ends


def in_order(times: list[float]) -> list[float]:
    """When each leaves where none overtakes another, as srar-rollout and srar-judge write their records."""
    latest, left = 0.0, []
    for time in times:
        latest = max(latest, time)
        left.append(latest)
    return left


def of_mixed_groups(left: list[float], group_size: int, share: float, random: Random) -> list[float]:
    """When the rollouts of mixed groups (right and wrong answers) can be judged: known whole; `share` of all are mixed."""
    groups = [left[first : first + group_size] for first in range(0, len(left), group_size)]
    mixed = set(random.sample(range(len(groups)), round(share * len(groups))))
    return [max(group) for index, group in enumerate(groups) if index in mixed for _ in group]
