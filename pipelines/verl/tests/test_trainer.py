"""What verl's trainers with the records at hand take, leave out and refuse of a batch."""

import pytest
from verl.trainer.ppo.v1 import PPOTrainerSync, get_trainer_cls

from srar_verl.errors import RecordsMissing
from srar_verl.trainer import batch_records, missing_rollouts, record_metrics


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
    keys = [f"a_{session}_0" for session in range(8)] + [f"b_{session}_0" for session in range(7)]
    assert missing_rollouts(keys, prompt_count=2, group_size=8, max_missing=0.1) == 1
    assert "1 of 16 rollouts are missing, of the prompts b" in caplog.text
    with pytest.raises(RecordsMissing, match=r"1 of 16 rollouts are missing; .*'algorithm.srar.max_missing'"):
        missing_rollouts(keys, prompt_count=2, group_size=8, max_missing=0.05)


def test_prompts_that_are_lost_whole_count_too(caplog):
    keys = [f"a_{session}_0" for session in range(8)]
    assert missing_rollouts(keys, prompt_count=2, group_size=8, max_missing=0.5) == 8
    assert "1 of 2 prompts are missing whole" in caplog.text


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
