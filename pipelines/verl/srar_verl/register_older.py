"""The same for verl's older trainers: VERL_USE_EXTERNAL_MODULES=srar_verl.register_older, with `trainer.use_v1=False`.

Their batch has the records among its columns, but `compute_advantage` does not hand columns on, nor can a configuration name
another trainer. So this module, and only this one, puts a function around verl's that lays them out first.
"""

import functools

from verl.trainer.ppo import ray_trainer

from . import advantage, reward_manager
from .carriage import RECORD, carrying

__all__ = ["advantage", "reward_manager"]

_compute_advantage = ray_trainer.compute_advantage


@functools.wraps(_compute_advantage)
def _with_records(data, *arguments, **options):
    if RECORD not in data.non_tensor_batch:
        return _compute_advantage(data, *arguments, **options)
    with carrying(data.non_tensor_batch[RECORD]):
        return _compute_advantage(data, *arguments, **options)


ray_trainer.compute_advantage = _with_records
