import random
from itertools import pairwise

import pytest
import torch

from srar_fsdp.batches import TrainedSample, balanced_packs, mini_batches, pack
from srar_fsdp.rollouts import Sample


def sample(prompt, response, advantages):
    return Sample("a sample", prompt, response, torch.tensor(advantages, dtype=torch.float64))


@pytest.mark.parametrize("seed", range(100))
def test_packs_hold_every_sequence_once_and_keep_the_limit(seed):
    draw = random.Random(seed)
    lengths = [draw.randrange(1, 50) for _ in range(draw.randrange(1, 30))]
    processes = draw.randrange(1, 5)
    packs = balanced_packs(lengths, 64, multiple_of=processes)
    assert sorted(index for one in packs for index in one) == list(range(len(lengths)))
    assert len(packs) % processes == 0
    assert all(sum(lengths[index] for index in one) <= 64 for one in packs if len(one) > 1)


@pytest.mark.parametrize("size", [1, 3, 7, 12])
def test_mini_batches_hold_every_sample_once_and_keep_prompts_together(size):
    samples = [sample([index // 4], [1], [1.0]) for index in range(12)]
    batches = mini_batches(samples, size, seed=2, step_count=0, epoch=0)
    assert sorted(index for batch in batches for index in batch) == list(range(12))
    order = [index // 4 for batch in batches for index in batch]
    assert sum(one != other for one, other in pairwise(order)) == 2


def test_a_trained_sample_ends_with_its_last_trained_token():
    trained = TrainedSample(sample([5, 6], [7, 8, 9, 10], [0.0, 1.0, -1.0, 0.0]), trains_every_token=False)
    assert trained.response == [7, 8, 9]
    assert trained.targets.tolist() == [1, 2]
    assert trained.response_token_count == 4
    whole = TrainedSample(sample([5, 6], [7, 8, 9, 10], [0.0, 1.0, -1.0, 0.0]), trains_every_token=True)
    assert whole.targets.tolist() == [0, 1, 2, 3]


def test_a_pack_has_no_padding_and_every_sequence_begins_at_position_0():
    batch = [
        TrainedSample(sample([5, 6], [7, 8], [0.0, 1.0]), trains_every_token=False),
        TrainedSample(sample([1], [2, 3, 4], [1.0, 1.0, 0.0]), trains_every_token=False),
    ]
    packed = pack(batch, [0, 1])
    assert packed.tokens.tolist() == [5, 6, 7, 1, 2]
    assert packed.positions.tolist() == [0, 1, 2, 0, 1]
    assert packed.boundaries.tolist() == [0, 3, 5]
    assert packed.target_rows.tolist() == [2, 3, 4]
    assert packed.target_tokens.tolist() == [8, 2, 3]
    assert packed.longest == 3
