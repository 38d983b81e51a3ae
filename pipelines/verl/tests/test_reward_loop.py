"""Rewards of a whole batch by verl's reward loop: workers are actors of Ray's, each with a judge of its own."""

import json

import numpy as np
import pytest
import torch
from conftest import agent_sample, columns_of, padded_sample
from verl import DataProto
from verl.experimental.reward_loop.reward_loop import RewardLoopManager, RewardLoopWorker
from verl.trainer.ppo.metric_utils import process_validation_metrics
from verl.trainer.ppo.reward import extract_reward

from srar_verl.errors import ToolFailed

RUBRIC = "<SUGGEST> Computes 48 / 2 = 24.\n<SUGGEST> Computes 48 + 24 = 72."
RESPONSES = ["### Step 1: halve\n48 / 2 = 24\n\\boxed{72}", "### Step 1: halve\n48 / 2 = 26\n\\boxed{62}", "\\boxed{72}"]


def test_a_batch_comes_back_with_rewards_and_records(configuration, tokenizer, ray_node, tmp_path):
    config = configuration("reward.num_workers=2")
    tokens = [tokenizer(response, add_special_tokens=False)["input_ids"] for response in RESPONSES]
    width = max(map(len, tokens)) + 4
    samples = [
        padded_sample(
            ids, width=width, **columns_of("Halve 48 and add.", "72", RUBRIC if number < 2 else None, id=f"problem {number}")
        )
        for number, ids in enumerate(tokens)
    ]
    data = DataProto.concat(samples)
    data = data.union(RewardLoopManager(config).compute_rm_score(data))
    rewards, infos = extract_reward(data)

    assert rewards.shape == (3, width)
    assert [row.nonzero().flatten().tolist() for row in rewards] == [[len(ids) - 1] for ids in tokens[:2]] + [[len(tokens[2]) - 1]]
    torch.testing.assert_close(rewards.sum(1), torch.tensor([1.0, 0.1, 0.9]))
    assert infos["acc"].tolist() == [1, 0, 1]
    assert infos["coverage"].tolist() == [1, 1, None]
    records = [json.loads(line) for line in infos["srar_record"]]
    assert [record["id"] for record in records] == ["problem 0", "problem 1", "problem 2"]
    assert [record["rollout"]["tokens"] for record in records] == tokens
    assert len(list(tmp_path.glob("judge-*.log.jsonl"))) == 1, "the workers of a machine share a log"

    means = process_validation_metrics(["math"] * 3, ["a", "b", "c"], {name: list(values) for name, values in infos.items()})[
        "math"
    ]
    assert means["acc"]["mean@1"] == np.mean([1, 0, 1])
    assert means["coverage"]["mean@1"] == 1
    assert "srar_record" not in means


def test_what_a_tool_said_comes_back_from_the_worker(configuration, tokenizer, ray_node):
    config = configuration("reward.num_workers=1", "+algorithm.srar.reward='--format-weight much'")
    sample = padded_sample(tokenizer("no", add_special_tokens=False)["input_ids"], **columns_of("p", "72", None, id="p"))
    with pytest.raises(ToolFailed, match=r"srar-reward: ended with status 64: .*'much'"):
        RewardLoopManager(config).compute_rm_score(sample)


def test_what_verl_hands_over_is_not_changed(configuration, tokenizer):
    worker = RewardLoopWorker(configuration())
    sample = agent_sample(tokenizer(RESPONSES[0], add_special_tokens=False)["input_ids"], **columns_of("p", "72", RUBRIC, id="a"))
    before = json.dumps(sample.non_tensor_batch["extra_info"][0]), sample.batch["responses"].clone()
    worker.reward_manager.loop.run_until_complete(worker.compute_score(sample))
    worker.reward_manager.close()
    assert json.dumps(sample.non_tensor_batch["extra_info"][0]) == before[0]
    assert torch.equal(sample.batch["responses"], before[1])
