"""Advantages through verl's own compute_advantage: the golden vectors, in any order of the rows, and what must not pass."""

import json
import re
import subprocess
import sys

import numpy as np
import pytest
import torch
from conftest import REPOSITORY, TOOLS
from golden_groups import golden_batches
from omegaconf import OmegaConf
from verl import DataProto
from verl.trainer.ppo.core_algos import get_adv_estimator_fn
from verl.trainer.ppo.ray_trainer import compute_advantage

from srar_verl.advantage import srar_advantages
from srar_verl.carriage import carrying
from srar_verl.errors import BatchMismatch, OptionError, RecordsMissing, ToolFailed, ToolMissing

BATCHES = golden_batches()


def algorithm(advantage: str = "", **options):
    return OmegaConf.create({"use_kl_in_reward": False, "srar": {"bin": str(TOOLS), "advantage": advantage} | options})


def advantages_of(data: DataProto, config=None, records=None) -> torch.Tensor:
    """As verl's trainers compute them, with the batch's records laid out."""
    data = DataProto(data.batch.clone(), dict(data.non_tensor_batch))
    records = data.non_tensor_batch.pop("srar_record") if records is None else records
    with carrying(records):
        data = compute_advantage(data, adv_estimator="srar", config=config or algorithm())
    assert data.batch["returns"] is data.batch["advantages"] or torch.equal(data.batch["returns"], data.batch["advantages"])
    return data.batch["advantages"]


@pytest.fixture
def two_groups():
    """The largest batch of the paper's estimator with several groups, which have step offsets."""
    several = [batch for batch in BATCHES if len(set(batch.data.non_tensor_batch["uid"])) > 1]
    largest = max(
        (batch for batch in several if "--preset paper --estimator srar " in batch.options), key=lambda batch: len(batch.data)
    )
    return largest._replace(data=DataProto(largest.data.batch.clone(), dict(largest.data.non_tensor_batch)))


def test_verl_finds_the_estimator_by_its_name():
    assert get_adv_estimator_fn("srar") is srar_advantages


def test_the_vectors_are_all_there():
    assert len(BATCHES) > 105
    assert {re.search(r"--estimator (\S+)", batch.options)[1] for batch in BATCHES} == {
        "grpo", "dr-grpo", "rar", "srar", "srar-unnormalized", "srar-merged",
    }  # fmt: skip


@pytest.mark.parametrize("batch", BATCHES, ids=lambda batch: batch.name)
def test_advantages_are_the_golden_ones(batch):
    found = advantages_of(batch.data, algorithm(batch.options))
    assert found.dtype == torch.float32
    assert found.shape == batch.advantages.shape
    error = (found.double() - batch.advantages).abs() / batch.advantages.abs().clamp(min=1)
    # The paper's values are computed in double precision and rounded once, for verl.
    assert error.max() <= (1e-4 if "authors" in batch.options else 1e-6), (
        f"row, token {divmod(int(error.argmax()), found.shape[1])}"
    )


def test_the_rows_may_stand_in_any_order(two_groups):
    # In double precision, where another order of a sum would show.
    two_groups.data.batch["token_level_rewards"] = two_groups.data.batch["token_level_rewards"].double()
    straight = advantages_of(two_groups.data, algorithm(two_groups.options))
    assert straight.dtype == torch.float64
    for seed in range(20):
        order = np.random.default_rng(seed).permutation(len(two_groups.data))
        shuffled = two_groups.data.select_idxs(order)
        assert torch.equal(advantages_of(shuffled, algorithm(two_groups.options)), straight[order]), f"seed {seed}"


def test_the_same_batch_gives_the_same_bytes(two_groups):
    first, second = (advantages_of(two_groups.data, algorithm(two_groups.options)) for _ in range(2))
    assert torch.equal(first, second)


def test_wider_padding_changes_nothing(two_groups):
    data = two_groups.data
    padded = DataProto(data.batch.clone(), dict(data.non_tensor_batch))
    for key in ("token_level_rewards", "response_mask"):
        del padded.batch[key]
        padded.batch[key] = torch.nn.functional.pad(data.batch[key], (0, 5))
    found = advantages_of(padded, algorithm(two_groups.options))
    width = data.batch["response_mask"].shape[1]
    assert torch.equal(found[:, :width], advantages_of(data, algorithm(two_groups.options)))
    assert not found[:, width:].any()


def test_masked_tokens_have_no_advantage(two_groups):
    whole = advantages_of(two_groups.data, algorithm(two_groups.options))
    row, token = next((row, token) for row, token in whole.nonzero().tolist())
    masked = DataProto(two_groups.data.batch.clone(), dict(two_groups.data.non_tensor_batch))
    masked.batch["response_mask"][row, token] = 0
    found = advantages_of(masked, algorithm(two_groups.options))
    assert found[row, token] == 0
    whole[row, token] = 0
    assert torch.equal(found, whole)


def test_padding_rows_get_nothing_and_change_nothing(two_groups):
    data = two_groups.data
    padded = DataProto.concat([data, data.select_idxs([0])])
    padded.batch["response_mask"][-1] = padded.batch["token_level_rewards"][-1] = 0
    padded.non_tensor_batch["uid"][-1] = "pad"
    records = [*data.non_tensor_batch["srar_record"], None]
    padded.non_tensor_batch.pop("srar_record")
    found = advantages_of(padded, algorithm(two_groups.options), records)
    assert torch.equal(found[:-1], advantages_of(data, algorithm(two_groups.options)))
    assert not found[-1].any()


def test_a_rollout_without_verdicts_has_its_outcome_advantage_alone(two_groups):
    records = [json.loads(record) for record in two_groups.data.non_tensor_batch["srar_record"]]
    for name in ("rubric", "suggest", "pitfall", "bonus", "steps"):
        del records[0]["reward"][name]
    found = advantages_of(two_groups.data, algorithm(two_groups.options), [json.dumps(record) for record in records])
    plain = advantages_of(two_groups.data, algorithm(two_groups.options.replace("--estimator srar ", "--estimator grpo ")))
    assert torch.equal(found[0], plain[0])
    assert not torch.equal(found[1:], plain[1:])


def test_callers_that_hand_columns_over_need_no_laying_out(two_groups):
    data, columns = two_groups.data, two_groups.data.non_tensor_batch
    found, _ = srar_advantages(
        data.batch["token_level_rewards"], data.batch["response_mask"], columns["uid"], algorithm(two_groups.options), columns
    )
    assert torch.equal(found, advantages_of(data, algorithm(two_groups.options)))


def test_without_records_nothing_is_made_up(two_groups):
    with pytest.raises(RecordsMissing, match=r"srar: the batch has no records; set 'reward.reward_manager.name=srar'"):
        compute_advantage(
            DataProto(two_groups.data.batch.clone(), {"uid": two_groups.data.non_tensor_batch["uid"]}), "srar", config=algorithm()
        )


def test_fewer_records_than_rows_are_an_error(two_groups):
    with pytest.raises(RecordsMissing, match=r"rows have 1 records"):
        advantages_of(two_groups.data, records=[two_groups.data.non_tensor_batch["srar_record"][0]])


def test_a_record_on_another_row_is_found_out(two_groups):
    records = [json.loads(record) for record in two_groups.data.non_tensor_batch["srar_record"]]
    records[0]["reward"]["base"] += 0.5
    with pytest.raises(BatchMismatch, match=r"row 0 of the batch, record one problem for all: the row's reward is"):
        advantages_of(two_groups.data, records=[json.dumps(record) for record in records])


def test_a_record_of_another_length_is_found_out(two_groups):
    records = [json.loads(record) for record in two_groups.data.non_tensor_batch["srar_record"]]
    records[1]["rollout"]["tokens"].pop()
    with pytest.raises(BatchMismatch, match=r"row 1 of the batch, .* tokens, the row others"):
        advantages_of(two_groups.data, records=[json.dumps(record) for record in records])


def test_a_penalty_that_the_records_do_not_know_is_refused(two_groups):
    config = algorithm()
    config.use_kl_in_reward = True
    with pytest.raises(OptionError, match="the records know no KL penalty"):
        advantages_of(two_groups.data, config)


def test_dropping_groups_is_refused(two_groups):
    with pytest.raises(OptionError, match=r"'--drop-uniform-groups' cannot be given: .*'algorithm.filter_groups'"):
        advantages_of(two_groups.data, algorithm("--drop-uniform-groups"))


def test_a_failing_tool_says_what_happened(two_groups):
    with pytest.raises(ToolFailed, match=r"srar-advantage: ended with status 64: .*estimator"):
        advantages_of(two_groups.data, algorithm("--estimator best"))


def test_a_killed_tool_says_by_what(two_groups, tmp_path):
    tool = tmp_path / "srar-advantage"
    tool.write_text("#!/bin/sh\nkill -9 $$\n")
    tool.chmod(0o755)
    with pytest.raises(ToolFailed, match="srar-advantage: was killed by signal 9: it said nothing"):
        advantages_of(two_groups.data, algorithm(bin=str(tmp_path)))


def test_a_missing_tool_is_named(two_groups, tmp_path):
    with pytest.raises(ToolMissing, match=f"srar-advantage: no such program in {tmp_path}"):
        advantages_of(two_groups.data, algorithm(bin=str(tmp_path)))


OLDER = """
import json, sys
sys.path.insert(0, "tests")
from golden_groups import golden_batches
from omegaconf import OmegaConf
from verl.trainer.ppo import ray_trainer
batch = golden_batches()[0]
config = OmegaConf.create({"use_kl_in_reward": False, "srar": {"bin": sys.argv[1], "advantage": batch.options}})
ours = ray_trainer.compute_advantage(batch.data, adv_estimator="srar", config=config).batch["advantages"].tolist()
data = batch.data.select(non_tensor_batch_keys=["uid"])
verls = ray_trainer.compute_advantage(data, adv_estimator="grpo", config=config).batch["advantages"].shape
print(json.dumps([ours, verls]))
"""


def test_verls_older_trainers_find_the_records_among_their_columns(monkeypatch):
    monkeypatch.setenv("VERL_USE_EXTERNAL_MODULES", "srar_verl.register_older")
    command = [sys.executable, "-c", OLDER, str(TOOLS)]
    result = subprocess.run(command, capture_output=True, text=True, cwd=REPOSITORY / "pipelines/verl")
    assert result.returncode == 0, result.stderr
    advantages, shape = json.loads(result.stdout.splitlines()[-1])
    torch.testing.assert_close(torch.tensor(advantages).double(), BATCHES[0].advantages, rtol=0, atol=1e-4)
    assert shape == list(BATCHES[0].advantages.shape)
