"""The advantage estimator `srar`: a batch's records go through `srar-advantage`, and verl gets one advantage a token."""

import json
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import torch
from verl.trainer.ppo.core_algos import register_adv_est

from .carriage import RECORD, laid_out
from .errors import AnswerMismatch, BatchMismatch, OptionError, RecordsMissing
from .filters import filtered
from .options import Options

# Rewards travel through verl in single precision.
REWARD_TOLERANCE = 1e-4


class _Row(NamedTuple):
    """A row of the batch with its record."""

    number: int
    group: str
    record: dict

    @property
    def place(self) -> tuple:
        """Its place in its group, wherever verl has put the row: sums then come out the same to the last bit."""
        return self.record["rollout"]["index"], self.record["rollout"]["tokens"]


@register_adv_est("srar")
def srar_advantages(
    token_level_rewards: torch.Tensor,
    response_mask: torch.Tensor,
    index: Sequence[str] | None = None,
    config: Mapping | None = None,
    non_tensor_batch: Mapping | None = None,
    **_,
) -> tuple[torch.Tensor, torch.Tensor]:
    """The advantages that `srar-advantage --dense` gives a batch's records, with the options in `algorithm.srar.advantage`.

    Arguments:
        token_level_rewards: [rows, response width]; only compared with the records' rewards.
        response_mask: [rows, response width].
        index: the prompt of each row; the rows of a prompt are a group, wherever they stand.
        config: verl's `algorithm`.
        non_tensor_batch: the batch's other columns, from callers who hand them over; else `carriage.carrying` lays out the records.

    Returns: advantages and returns, the same [rows, response width]; 0 where the mask is 0. Throws RecordsMissing, BatchMismatch,
    and what goes wrong with the tool.
    """
    options = Options.of(config)
    if config is not None and config.get("use_kl_in_reward"):
        raise OptionError(
            "advantage", "the records know no KL penalty; give 'actor.use_kl_loss=True' in place of 'use_kl_in_reward'"
        )
    rows = _rows(_records(non_tensor_batch), index, response_mask)
    for row in rows:
        _check(row, token_level_rewards[row.number], response_mask[row.number])
    advantages = torch.zeros(response_mask.shape, dtype=torch.float64)
    command = options.command("srar-advantage", f"--dense --plain --allow-no-effect {options.advantage}")
    for row, line in zip(rows, filtered(command, [_line(row) for row in rows]), strict=True):
        answer = json.loads(line)
        if answer["id"] != row.group:
            raise AnswerMismatch("srar-advantage", f"gave back group {answer['id']} where {row.group} was due")
        values = torch.tensor(answer["advantage"]["tokens"], dtype=torch.float64)
        advantages[row.number, : len(values)] = values
    advantages = advantages.to(token_level_rewards) * response_mask
    return advantages, advantages


def _records(non_tensor_batch: Mapping | None) -> Sequence[str | None]:
    records = non_tensor_batch.get(RECORD) if non_tensor_batch is not None else laid_out()
    if records is None:
        raise RecordsMissing(
            "the batch has no records; set 'reward.reward_manager.name=srar' and 'trainer.v1.trainer_mode=srar_sync', or, with"
            " 'trainer.use_v1=False', VERL_USE_EXTERNAL_MODULES=srar_verl.register_older"
        )
    return records


def _rows(records: Sequence[str | None], index: Sequence[str] | None, response_mask: torch.Tensor) -> list[_Row]:
    """The rows that are no padding, those of a group one after the other."""
    if index is None or len(records) != len(index) or len(index) != len(response_mask):
        count = "no" if index is None else len(index)
        raise RecordsMissing(f"{len(response_mask)} rows have {len(records)} records and {count} uids")
    groups: dict[str, list[_Row]] = {}
    for number, (line, group) in enumerate(zip(records, map(str, index), strict=True)):
        if line is not None:
            groups.setdefault(group, []).append(_Row(number, group, json.loads(str(line))))
        elif response_mask[number].any():
            raise BatchMismatch(number, "-", "a row without a record has tokens that count")
    return [row for group in groups.values() for row in sorted(group, key=lambda row: row.place)]


def _check(row: _Row, rewards: torch.Tensor, mask: torch.Tensor) -> None:
    """A record must be that of its row: as many tokens, the same reward."""
    count, base = len(row.record["rollout"]["tokens"]), row.record["reward"]["base"]
    if count > len(mask) or mask[count:].any():
        raise BatchMismatch(row.number, row.record["id"], f"the record has {count} tokens, the row others")
    if not np.isclose(float(rewards.sum()), base, rtol=0, atol=REWARD_TOLERANCE):
        raise BatchMismatch(row.number, row.record["id"], f"the row's reward is {float(rewards.sum()):g}, the record's {base:g}")


def _line(row: _Row) -> bytes:
    # verl may draw a problem twice in a batch: what its rollouts share is the row's uid, not the problem's id.
    # Not every trainer of verl's names the rollouts of a prompt, which a group must tell apart.
    rollout = row.record["rollout"] | {"index": row.number}
    record = {"id": row.group, "rollout": rollout, "reward": row.record["reward"]}
    return json.dumps(record, ensure_ascii=False).encode()
