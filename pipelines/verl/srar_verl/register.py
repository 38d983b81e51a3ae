"""Makes `srar` known to verl, as a reward manager, an estimator and trainer modes: VERL_USE_EXTERNAL_MODULES=srar_verl.register."""

from . import advantage, reward_manager, trainer

__all__ = ["advantage", "reward_manager", "trainer"]
