"""verl's trainer with the records at hand: rollouts through a TransferQueue, padded and reordered as verl does it."""

import asyncio
import json
import subprocess

import numpy as np
import pytest
import torch
import transfer_queue as tq
from conftest import TOOLS, agent_sample, columns_of
from verl.experimental.agent_loop.agent_loop import AgentLoopMetrics, AgentLoopOutput
from verl.experimental.reward_loop.reward_loop import RewardLoopWorker
from verl.trainer.ppo.padding_utils import upsample_batch_to_divisible_size
from verl.trainer.ppo.v1 import PPOTrainerSync, get_trainer_cls
from verl.utils.tensordict_utils import list_of_dict_to_tensordict

from srar_verl.errors import RecordsMissing
from srar_verl.trainer import SrarTrainerSync, batch_records, missing_rollouts, record_metrics

PROBLEMS = {
    "Halve 48 and add.": (
        "72",
        "<SUGGEST> Computes 48 / 2 = 24.\n<SUGGEST> Computes 48 + 24 = 72.\n<PITFALL> Computes 48 + 24 = 62.",
    ),
    "Double 5, take 3.": ("7", "<SUGGEST> Computes 5 * 2 = 10.\n<SUGGEST> Computes 10 - 3 = 7."),
}
RESPONSES = {
    "Halve 48 and add.": [
        "### Step 1: halve\n48 / 2 = 24\n### Step 2: add\n48 + 24 = 72\n\\boxed{72}",
        "### Step 1: halve\n48 / 2 = 24\n### Step 2: add\n48 + 24 = 62\n\\boxed{62}",
        "### Step 1: halve\n48 / 2 = 26\n### Step 2: add\n48 + 24 = 72\n\\boxed{72}",
    ],
    "Double 5, take 3.": [
        "### Step 1: double\n5 * 2 = 10\n### Step 2: take\n10 - 3 = 7\n\\boxed{7}",
        "First.\n### Step 1: double\n5 * 2 = 12\n### Step 2: take\n12 - 3 = 9\n\\boxed{9}",
        "I do not know.",
    ],
}
GROUP_SIZE = 3


@pytest.fixture
def queue(ray_node):
    """A TransferQueue with one unit of storage."""

    def start(config):
        config.transfer_queue.enable = True
        config.transfer_queue.backend.SimpleStorage.num_data_storage_units = 1
        tq.init(config.transfer_queue)

    yield start
    tq.close()


def agent_output(tokens: list[int], result: dict) -> dict:
    """What verl's agent loop puts into the queue."""
    output = AgentLoopOutput(prompt_ids=[1, 2, 3], response_ids=tokens, response_mask=[1] * len(tokens), metrics=AgentLoopMetrics())
    output.response_logprobs = [0.0] * len(tokens)
    output.reward_score = result["reward_score"]
    output.extra_fields["reward_extra_info"] = result["reward_extra_info"]
    prompt = torch.tensor([1, 2, 3])
    whole = torch.cat([prompt, torch.tensor(tokens)])
    fields = output.as_dict() | {"input_ids": whole, "position_ids": torch.arange(len(whole)), "loss_mask": torch.ones(len(tokens))}
    return fields | {"multi_modal_inputs": {}}


def advantages_of_the_tools(records: list[dict]) -> list[list[float]]:
    """The same rollouts, as a stream through the tools."""
    pipe = " | ".join(f"{TOOLS}/{tool} --plain" for tool in ("srar-judge", "srar-reward", "srar-advantage --dense"))
    stream = "".join(
        json.dumps({key: record[key] for key in record if key not in ("judge", "reward")}) + "\n" for record in records
    )
    result = subprocess.run(["bash", "-euo", "pipefail", "-c", pipe], input=stream, capture_output=True, text=True, check=True)
    return [json.loads(line)["advantage"]["tokens"] for line in result.stdout.splitlines()]


def test_advantages_in_verls_trainer_are_those_of_the_tools(configuration, tokenizer, queue):
    # Old log-probabilities come from the rollout: there is no policy here that could compute them.
    config = configuration(f"actor_rollout_ref.rollout.n={GROUP_SIZE}", "algorithm.rollout_correction.bypass_mode=true")
    queue(config)
    trainer = get_trainer_cls(config.trainer.v1.trainer_mode)(config=config)
    assert isinstance(trainer, SrarTrainerSync)
    assert trainer.trainer_mode == "sync", "verl samples by the mode that stands behind ours"

    worker, names, samples, tokens = RewardLoopWorker(config), [], [], []
    for uid, (problem, (truth, rubric)) in zip(("uid-a", "uid-b"), PROBLEMS.items(), strict=True):
        for session, response in enumerate(RESPONSES[problem]):
            tokens.append(tokenizer(response, add_special_tokens=False)["input_ids"])
            columns = columns_of(problem, truth, rubric, id=problem) | {"uid": uid, "session_id": session}
            samples.append(agent_sample(tokens[-1], **columns))
            names.append(f"{uid}_{session}_0")
    results = asyncio.run(rewarded(worker, samples))
    worker.reward_manager.close()

    fields = [
        agent_output(sampled, result) | {"uid": name.split("_")[0], "session_id": int(name.split("_")[1])}
        for name, sampled, result in zip(names, tokens, results, strict=True)
    ]
    lengths = [{"status": "success", "prompt_len": 3, "response_len": len(ids), "seq_len": 3 + len(ids)} for ids in tokens]
    tq.kv_batch_put(keys=names, partition_id="train", fields=list_of_dict_to_tensordict(fields), tags=lengths)
    batch = tq.KVBatchMeta(keys=names, tags=lengths, partition_id="train")
    batch = upsample_batch_to_divisible_size(batch, 8, eos_token_id=0)
    batch.reorder(np.random.default_rng(3).permutation(len(batch)).tolist())
    metrics: dict = {}
    trainer._compute_advantage(trainer._compute_old_log_prob(batch, metrics), metrics)

    found = tq.kv_batch_get(keys=batch.keys, partition_id="train", select_fields=["advantages", "returns"])
    found = dict(zip(batch.keys, zip(found["advantages"], found["returns"], strict=True), strict=True))
    wanted = advantages_of_the_tools([json.loads(result["reward_extra_info"]["srar_record"]) for result in results])
    for name, values in zip(names, wanted, strict=True):
        advantages, returns = found.pop(name)
        torch.testing.assert_close(advantages, torch.tensor(values), rtol=0, atol=1e-6)
        assert torch.equal(advantages, returns)
    assert len({value for values in wanted[:2] for value in values}) > 2, "the case is about steps that differ"
    assert len(found) == 2, "eight rows are six rollouts and two of padding"
    assert all(not advantages.any() for advantages, _ in found.values())
    assert metrics["srar/accuracy/mean"] == pytest.approx(3 / 6)
    assert (metrics["srar/missing_rollouts"], metrics["srar/judge_failures"]) == (0, 0)


async def rewarded(worker, samples):
    return await asyncio.gather(*(worker.compute_score(sample) for sample in samples))


def test_every_mode_of_verls_has_one_with_records():
    for mode in ("sync", "colocate_async", "separate_async"):
        assert issubclass(get_trainer_cls(f"srar_{mode}"), get_trainer_cls(mode))
    assert get_trainer_cls("sync") is PPOTrainerSync


def fields_of(*records: str | None) -> list[dict]:
    return [{"reward_extra_info": {} if record is None else {"srar_record": record}} for record in records]


def test_copies_that_pad_a_batch_have_no_record():
    assert batch_records(["a_0_0", "a_1_0", "pad_0_0"], [{}, {}, {"is_padding": True}], fields_of("x", "y", "x")) == [
        "x",
        "y",
        None,
    ]


def test_a_rollout_without_a_record_is_named():
    with pytest.raises(RecordsMissing, match=r"srar: rollout a_1_0 has no record; set 'reward.reward_manager.name=srar'"):
        batch_records(["a_0_0", "a_1_0"], [{}, {}], fields_of("x", None))


def test_rollouts_of_several_outputs_are_refused():
    with pytest.raises(RecordsMissing, match=r"rollout a_0_0 has several outputs"):
        batch_records(["a_0_0", "a_0_1"], [{}, {}], fields_of("x", "x"))


def test_groups_that_lost_rollouts_are_named_until_they_are_too_many(caplog):
    keys = [f"a_{session}_0" for session in range(8)] + [f"b_{session}_0" for session in range(7)] + ["pad_0_0"]
    tags = [{}] * 15 + [{"is_padding": True}]
    assert missing_rollouts(keys, tags, 8, max_missing=0.1) == 1
    assert "1 of 16 rollouts are missing, of the prompts b" in caplog.text
    with pytest.raises(RecordsMissing, match=r"1 of 16 rollouts are missing; .*'algorithm.srar.max_missing'"):
        missing_rollouts(keys, tags, 8, max_missing=0.05)


def test_metrics_leave_out_what_was_not_judged():
    good = {"judge": {"status": "ok"}, "reward": {"correct": True, "format": True, "rubric": 0.5}}
    failed = {"judge": {"status": "failed"}, "reward": {"correct": False, "format": True}}
    assert record_metrics([good, failed]) == {
        "srar/accuracy/mean": 0.5,
        "srar/format/mean": 1,
        "srar/judge_failures": 1,
        "srar/rubric/mean": 0.5,
    }
    assert record_metrics([]) == {}
