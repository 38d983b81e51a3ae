"""verl's trainers with the records at hand: `srar_sync`, `srar_colocate_async` and `srar_separate_async` as `trainer_mode`.

A trainer of verl's fetches a fixed list of columns before it computes advantages. These fetch `extra_fields` too, where the reward
manager's records lie, and lay them out for the estimator; all else is the trainer's whose name they bear.
"""

import json
import logging
from collections import Counter
from statistics import fmean

import transfer_queue as tq
from verl.trainer.ppo.v1 import PPOTrainerColocateAsync, PPOTrainerSeparateAsync, PPOTrainerSync, register_trainer

from .carriage import RECORD, carrying
from .errors import RecordsMissing
from .options import Options

logger = logging.getLogger(__name__)
PREFIX = "srar_"


class RecordsAtHand:
    """What is added to a trainer of verl's."""

    def __init__(self, config):
        """Goes on as the trainer behind the name, whose mode decides how verl samples."""
        config.trainer.v1.trainer_mode = config.trainer.v1.trainer_mode.removeprefix(PREFIX)
        super().__init__(config)

    def _step_once(self, metrics: dict, timing_raw: dict, sample_batch_size: int):
        # How many prompts the step is of: one whose rollouts are all lost is not in its batch.
        self._prompt_count = sample_batch_size
        return super()._step_once(metrics, timing_raw, sample_batch_size)

    def _compute_advantage(self, batch, metrics: dict):
        data = tq.kv_batch_get(keys=batch.keys, partition_id=batch.partition_id, select_fields=["extra_fields"])
        records = batch_records(batch.keys, batch.tags, data.pop("extra_fields").tolist())
        metrics.update(record_metrics([json.loads(record) for record in records if record is not None]))
        rollouts = [key for key, record in zip(batch.keys, records, strict=True) if record is not None]
        group_size, options = self.config.actor_rollout_ref.rollout.n, Options.of(self.config.algorithm)
        metrics["srar/missing_rollouts"] = missing_rollouts(rollouts, self._prompt_count, group_size, options.max_missing)
        with carrying(records):
            return super()._compute_advantage(batch, metrics)


@register_trainer(PREFIX + "sync")
class SrarTrainerSync(RecordsAtHand, PPOTrainerSync):
    """Sampling and updates in turns."""


@register_trainer(PREFIX + "colocate_async")
class SrarTrainerColocateAsync(RecordsAtHand, PPOTrainerColocateAsync):
    """Sampling ahead, on the GPUs that update."""


@register_trainer(PREFIX + "separate_async")
class SrarTrainerSeparateAsync(RecordsAtHand, PPOTrainerSeparateAsync):
    """Sampling ahead, on GPUs of its own."""


def batch_records(keys: list[str], tags: list[dict], extra_fields: list[dict]) -> list[str | None]:
    """The records of a batch's rows, None for the rows that verl adds as padding, which are copies of a real one.

    Throws RecordsMissing where a row has none, and where a rollout is several rows.
    """
    sessions = Counter(key.rpartition("_")[0] for key in keys)
    records: list[str | None] = []
    for key, tag, fields in zip(keys, tags, extra_fields, strict=True):
        if tag.get("is_padding", False):
            records.append(None)
            continue
        if sessions[key.rpartition("_")[0]] > 1:
            raise RecordsMissing(f"rollout {key} has several outputs; only agent loops with one output a rollout are known")
        record = (fields.get("reward_extra_info") or {}).get(RECORD)
        if record is None:
            raise RecordsMissing(f"rollout {key} has no record; set 'reward.reward_manager.name=srar'")
        records.append(record)
    return records


def missing_rollouts(keys: list[str], prompt_count: int, group_size: int, max_missing: float) -> int:
    """How many rollouts of a step never came, because sampling or a tool failed; the groups that are short of some are named.

    Arguments:
        keys: `PROMPT_ROLLOUT_OUTPUT`, of the rollouts that came.
        prompt_count: of the step.
        group_size: the rollouts that a prompt should have.

    Throws RecordsMissing where they are more than the share `max_missing`.
    """
    sizes = Counter(key.rsplit("_", 2)[0] for key in keys)
    wanted = prompt_count * group_size
    missing = wanted - len(keys)
    if missing > max_missing * wanted:
        raise RecordsMissing(
            f"{missing} of {wanted} rollouts are missing; the workers' log says why, 'algorithm.srar.max_missing' how many may be"
        )
    if missing > 0:
        short = sorted(group for group, size in sizes.items() if size < group_size)
        logger.warning("srar: %d of %d rollouts are missing, of the prompts %s", missing, wanted, ", ".join(short))
        if len(sizes) < prompt_count:
            logger.warning("srar: %d of %d prompts are missing whole", prompt_count - len(sizes), prompt_count)
    return missing


def record_metrics(records: list[dict]) -> dict[str, float]:
    """What a step's records say, for verl's log: means over the rollouts, of the rubric's score over the judged ones."""
    if not records:
        return {}
    rewards = [record["reward"] for record in records]
    scores = [reward["rubric"] for reward in rewards if reward.get("rubric") is not None]
    failed = sum(record.get("judge", {}).get("status") == "failed" for record in records)
    return {
        "srar/accuracy/mean": fmean(reward["correct"] for reward in rewards),
        "srar/format/mean": fmean(reward["format"] for reward in rewards),
        "srar/judge_failures": failed,
    } | ({"srar/rubric/mean": fmean(scores)} if scores else {})
