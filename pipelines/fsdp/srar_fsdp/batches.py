"""Mini-batches of rollouts, and the packs of tokens that are computed together."""

from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor

from .random_stream import RandomStream
from .rollouts import Sample


def mini_batches(samples: list[Sample], size: int | None, seed: int, step_count: int, epoch: int) -> list[list[int]]:
    """Indices of each mini-batch: in their order where there is one, else shuffled prompt by prompt.

    The same order as `srar-update`'s for the same seed, so that both make the same steps.
    """
    if size is None or size >= len(samples):
        return [list(range(len(samples)))] if samples else []
    groups: dict[tuple[int, ...], list[int]] = {}
    for index, sample in enumerate(samples):
        groups.setdefault(tuple(sample.prompt), []).append(index)
    shuffled = RandomStream(seed, "mini-batches", step_count, epoch).shuffled(list(groups.values()))
    order = [index for group in shuffled for index in group]
    return [order[start : start + size] for start in range(0, len(order), size)]


class TrainedSample:
    """The part of a sample that a loss depends on: tokens up to the last trained one, values of the trained ones."""

    def __init__(self, sample: Sample, trains_every_token: bool):
        is_trained = torch.ones_like(sample.advantages, dtype=torch.bool)
        if not trains_every_token:
            is_trained = sample.advantages != 0
        self.targets = is_trained.nonzero()[:, 0]
        """Indices of the trained tokens within the response."""
        length = int(self.targets[-1]) + 1 if len(self.targets) else 0
        self.prompt = sample.prompt
        self.response = sample.response[:length]
        self.response_token_count = len(sample.response)
        """Of the whole response, trained or not: what the loss is divided by."""
        self.advantages = sample.advantages[is_trained]
        logprobs = sample.rollout_logprobs
        self.rollout = None if logprobs is None else logprobs[is_trained]
        self.old: Tensor | None = None
        self.reference: Tensor | None = None

    @property
    def is_trained(self) -> bool:
        """Whether the loss depends on it at all."""
        return len(self.targets) > 0

    @property
    def computed_token_count(self) -> int:
        """Tokens that go through the policy; the last one is only predicted."""
        return len(self.prompt) + len(self.response) - 1


def balanced_packs(lengths: list[int], max_tokens: int, multiple_of: int = 1) -> list[list[int]]:
    """Parts sequences into packs of at most `max_tokens`, as equal in tokens as greedy filling makes them.

    A sequence that is longer gets a pack of its own. The number of packs is a multiple of the number of processes, each of
    which computes as many; where there are fewer sequences than that, the last packs are empty.
    """
    if not lengths:
        return []
    order = sorted(range(len(lengths)), key=lambda index: (-lengths[index], index))

    def next_multiple(count: int) -> int:
        return -(-count // multiple_of) * multiple_of

    count = next_multiple(min(-(-sum(lengths) // max_tokens), len(lengths)))
    while True:
        packs: list[list[int]] = [[] for _ in range(count)]
        loads = [0] * count
        for index in order:
            lightest = loads.index(min(loads))
            packs[lightest].append(index)
            loads[lightest] += lengths[index]
        is_full = any(len(pack) > 1 and load > max_tokens for pack, load in zip(packs, loads, strict=True))
        if not is_full or count >= len(lengths):
            return [sorted(pack) for pack in packs]
        count = next_multiple(count + 1)


@dataclass
class Pack:
    """Sequences one behind the other, without padding, each with positions from 0."""

    members: list[int]
    """Indices of its samples in the batch."""
    tokens: Tensor
    positions: Tensor
    boundaries: Tensor
    """int32, the start of each sequence and the end of the last one."""
    longest: int
    target_rows: Tensor
    """Rows of the pack whose next token is trained."""
    target_tokens: Tensor
    """These next tokens."""

    def to(self, device: torch.device) -> "Pack":
        """The pack with its tensors on a device."""
        moved = (t.to(device) for t in (self.tokens, self.positions, self.boundaries))
        tokens, positions, boundaries = moved
        rows, targets = self.target_rows.to(device), self.target_tokens.to(device)
        return Pack(self.members, tokens, positions, boundaries, self.longest, rows, targets)


def pack(batch: list[TrainedSample], members: list[int]) -> Pack:
    """Packs samples. A pack of none is one token that predicts itself, so that its process takes part in the others' work."""
    tokens, positions, boundaries, rows, targets = [], [], [0], [], []
    for index in members:
        sample = batch[index]
        start = len(tokens)
        tokens += (sample.prompt + sample.response)[:-1]
        positions += range(len(tokens) - start)
        boundaries.append(len(tokens))
        rows.append(start + len(sample.prompt) - 1 + sample.targets)
        targets.append(torch.tensor(sample.response)[sample.targets])
    if not members:
        tokens, positions, boundaries = [0], [0], [0, 1]
        rows, targets = [torch.tensor([0])], [torch.tensor([0])]
    longest = max(end - start for start, end in pairwise(boundaries))
    return Pack(
        members,
        torch.tensor(tokens),
        torch.tensor(positions),
        torch.tensor(boundaries, dtype=torch.int32),
        longest,
        torch.cat(rows),
        torch.cat(targets),
    )


def packs_of(batch: list[TrainedSample], max_tokens: int, rank: int, world_size: int) -> tuple[list[Pack], int]:
    """This process's packs of a batch, as many as every other's, and the tokens of all of them."""
    trained = [index for index, sample in enumerate(batch) if sample.is_trained]
    lengths = [batch[index].computed_token_count for index in trained]
    packs = balanced_packs(lengths, max_tokens, multiple_of=world_size)
    own = [pack(batch, [trained[number] for number in numbers]) for numbers in packs[rank::world_size]]
    return own, sum(lengths)
