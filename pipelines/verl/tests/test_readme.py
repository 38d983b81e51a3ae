"""The command of the README, held to verl's own configuration."""

import re
import shlex
from pathlib import Path

from hydra import compose, initialize_config_module
from verl.trainer.ppo.core_algos import get_adv_estimator_fn
from verl.trainer.ppo.reward import resolve_reward_manager_cls
from verl.trainer.ppo.utils import need_critic, need_reference_policy
from verl.trainer.ppo.v1 import get_trainer_cls
from verl.utils.config import validate_config

from srar_verl.options import Options
from srar_verl.reward_manager import SrarRewardManager
from srar_verl.trainer import SrarTrainerSync

README = (Path(__file__).parents[1] / "README.md").read_text()


def test_verl_takes_the_command_of_the_readme():
    command = re.search(r"python3 -m verl\.trainer\.main_ppo \\\n(.*?)```", README, re.DOTALL)[1]
    overrides = shlex.split(command.replace("\\\n", " ").replace("$HOME", "/home/me"))
    with initialize_config_module("verl.trainer.config", version_base=None):
        config = compose("ppo_trainer", overrides=overrides)
    validate_config(config, use_reference_policy=need_reference_policy(config), use_critic=need_critic(config))
    assert resolve_reward_manager_cls(config) is SrarRewardManager
    assert get_trainer_cls(config.trainer.v1.trainer_mode) is SrarTrainerSync
    assert get_adv_estimator_fn(config.algorithm.adv_estimator)
    options = Options.of(config.algorithm)
    assert (options.bin, options.judge) == ("/home/me/srar/.build/release", "--judge chat --concurrency 128")
