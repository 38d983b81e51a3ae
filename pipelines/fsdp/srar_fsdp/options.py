"""The options of the command: those of `srar-update update`, by the same names and with the same defaults."""

import argparse
import math
import os
from typing import NoReturn

from . import __version__
from .errors import UsageError
from .loss import KL_ESTIMATORS, KL_SYNONYMS, REDUCTIONS, LossOptions
from .memory import parsed_size
from .optimizer import OptimizerOptions
from .policy_folder import DTYPES
from .prompts import CHAT_FORMATS
from .shard import Shard

EXAMPLES = """\
examples:
  srar-fsdp advantages.jsonl.zst --policy runs/mine/step-0001/policy --output next
  NPROC=8 srar-fsdp advantages.jsonl.zst --policy next --output after-next \\
    --reference base --kl-coefficient 0.001 --recompute
"""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}; see '--help'")


def parser() -> argparse.ArgumentParser:
    """The parser of the command line; defaults live only here."""
    parser = _Parser(
        prog="srar-fsdp",
        description="Update a policy from rollouts with advantages, on PyTorch with sharded parameters.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"srar-fsdp {__version__}")
    add = parser.add_argument_group("input").add_argument
    add("files", nargs="*", help="the streams to read, zstd or plain JSON Lines; '-' or none is standard input")
    add("--shard", default="1/1", metavar="I/N", help="read the problems of this part only, by their ids, such as 2/8")
    add("--rejects", metavar="FILE", help="put lines that cannot be used into this file, and go on")
    add("--allow-empty", action="store_true", help="take an input of zero bytes for a stream without records")
    add("--max-line-bytes", type=int, default=64 << 20, metavar="BYTES", help="a longer line is an error")

    add = parser.add_argument_group("policy").add_argument
    add("--policy", required=True, metavar="FOLDER", help="the policy to update")
    add("-o", "--output", required=True, metavar="FOLDER", help="the next policy's folder")
    add("--dtype", choices=DTYPES, help="what the weights are stored as; by default float32")
    add("--chat-format", choices=CHAT_FORMATS, help="the chat format of prompts; by default the policy's own template")
    add("--learning-rate", type=float, default=1e-6, metavar="RATE", help="the highest learning rate")
    add(
        "--warm-up-steps",
        type=int,
        default=10,
        metavar="STEPS",
        help="the rate rises over the run's first so many steps",
    )
    add("--epochs", type=int, default=1, metavar="COUNT", help="how often every rollout is used")
    add("--mini-batch-size", type=int, metavar="ROLLOUTS", help="rollouts per optimizer step; by default all in one")
    old = "'rollout', 'recomputed' before the first step, or 'auto': recomputed, since another engine sampled"
    add("--old-log-probabilities", choices=("auto", "rollout", "recomputed"), default="auto", help=old)
    add("--temperature", type=float, metavar="T", help="of the log-probabilities; by default the rollouts' own")
    add("--seed", type=int, default=1, help="another seed shuffles the mini-batches another way")

    add = parser.add_argument_group("loss").add_argument
    add("--clip-ratio-low", type=float, default=0.2, metavar="R", help="how far below 1 the ratio may fall")
    add("--clip-ratio-high", type=float, default=0.28, metavar="R", help="how far above 1 it may rise")
    add("--dual-clip", type=float, default=10.0, metavar="C", help="bound for negative advantages; 0 turns it off")
    add("--loss-reduction", choices=REDUCTIONS, default="token-mean", help="how token losses become one number")
    add("--length-scale", type=float, metavar="TOKENS", help="what 'seq-mean-token-sum-norm' divides by")
    add("--kl-coefficient", type=float, default=0.0, metavar="B", help="weight of the KL penalty; 0 turns it off")
    add("--kl-estimator", default="k3", metavar="NAME", help="k1, k2, k3 or abs; a '+' behind it takes k2's gradient")
    add("--reference", metavar="FOLDER", help="the frozen policy that the penalty is measured from")
    add("--entropy-coefficient", type=float, default=0.0, metavar="C", help="weight of the entropy bonus")
    add("--importance-cap", type=float, metavar="CAP", help="weigh tokens by min(old / sampler, cap)")
    add("--mask-above-cap", action="store_true", help="leave tokens above the cap out, instead of capping them")

    add = parser.add_argument_group("optimizer").add_argument
    add("--adam-beta1", type=float, default=0.9, metavar="B", help="the memory of the gradient")
    add("--adam-beta2", type=float, default=0.999, metavar="B", help="the memory of its square")
    add("--adam-epsilon", type=float, default=1e-8, metavar="E", help="added to the root of the second moment")
    add("--weight-decay", type=float, default=0.1, metavar="D", help="what a parameter loses per unit of learning rate")
    add("--max-gradient-norm", type=float, default=1.0, metavar="N", help="gradients are cut to it; 0 leaves them")
    add("--micro-batch-tokens", type=int, metavar="TOKENS", help="tokens that a process computes at a time: 2048")
    add(
        "--memory",
        metavar="SIZE",
        help="as many tokens at a time as fit into so much of a process's memory, such as 60G",
    )
    add("--recompute", action="store_true", help="keep only each layer's input for the gradient")
    add("--compute", choices=("f32", "bf16"), help="what is multiplied in products; by default bf16 on cuda, else f32")
    threads = max(1, (os.cpu_count() or 1) // int(os.environ.get("LOCAL_WORLD_SIZE", "1")))
    add("--threads", type=int, default=threads, metavar="COUNT", help="threads of each process on a CPU")

    add = parser.add_argument_group("device (srar-update has none of these)").add_argument
    add("--device", choices=("cpu", "cuda"), help="by default cuda where there is one")

    add = parser.add_argument_group("report").add_argument
    add("--metrics", metavar="FILE", help="append one JSON object with counts and timings to this file")
    add("-q", "--quiet", action="store_true", help="say nothing but errors")
    return parser


def parsed(arguments: list[str]) -> argparse.Namespace:
    """The options, checked for all that needs no input; wrong ones are a `UsageError`."""
    # `srar-update update …` may be written in full.
    options = parser().parse_args(arguments[1:] if arguments[:1] == ["update"] else arguments)
    _check(options)
    return options


def _check(o: argparse.Namespace) -> None:
    def require(name: str, holds: bool, requirement: str) -> None:
        if not holds:
            value = getattr(o, name.removeprefix("--").replace("-", "_"))
            raise UsageError(f"'{name}' must be {requirement}, but is {value}")

    require("--learning-rate", 0 <= o.learning_rate < math.inf, "at least 0")
    require("--warm-up-steps", o.warm_up_steps >= 0, "at least 0")
    for name in ("--epochs", "--mini-batch-size", "--micro-batch-tokens", "--threads", "--max-line-bytes"):
        value = getattr(o, name[2:].replace("-", "_"))
        require(name, value is None or value >= 1, "at least 1")
    for name in ("--temperature", "--length-scale", "--importance-cap", "--adam-epsilon"):
        value = getattr(o, name[2:].replace("-", "_"))
        require(name, value is None or value > 0, "positive")
    for name in ("--clip-ratio-low", "--adam-beta1", "--adam-beta2"):
        require(name, 0 <= getattr(o, name[2:].replace("-", "_")) < 1, "in 0 ..< 1")
    require("--clip-ratio-high", o.clip_ratio_high >= 0, "at least 0")
    require("--dual-clip", o.dual_clip == 0 or o.dual_clip > 1, "0 or above 1")
    require("--weight-decay", 0 <= o.weight_decay < math.inf, "at least 0")
    require("--max-gradient-norm", 0 <= o.max_gradient_norm < math.inf, "at least 0")
    require("--seed", 0 <= o.seed < 2**64, "in 0 ..< 2⁶⁴")
    try:
        o.shard = Shard.named(o.shard)
    except ValueError:
        raise UsageError(f"'--shard' must be a part such as 2/8, but is '{o.shard}'") from None
    base = o.kl_estimator.removesuffix("+")
    o.kl_estimator = KL_SYNONYMS.get(base, base) + o.kl_estimator[len(base) :]
    require("--kl-estimator", o.kl_estimator.removesuffix("+") in KL_ESTIMATORS, "k1, k2, k3 or abs, with or without a '+'")
    if o.loss_reduction == "seq-mean-token-sum-norm" and o.length_scale is None:
        raise UsageError("'--loss-reduction seq-mean-token-sum-norm' needs '--length-scale'")
    if o.kl_coefficient != 0 and o.reference is None:
        raise UsageError("'--kl-coefficient' needs '--reference'")
    if o.mask_above_cap and o.importance_cap is None:
        raise UsageError("'--mask-above-cap' needs '--importance-cap'")
    if o.memory is not None and o.micro_batch_tokens is not None:
        raise UsageError("give '--memory' or '--micro-batch-tokens', not both")
    if o.memory is not None:
        try:
            parsed_size(o.memory)
        except ValueError:
            raise UsageError(f"'--memory' must be a size such as 500M or 60G, but is {o.memory}") from None


def loss_options(o: argparse.Namespace) -> LossOptions:
    """What the loss is made of."""
    return LossOptions(
        clip_ratio_low=o.clip_ratio_low,
        clip_ratio_high=o.clip_ratio_high,
        dual_clip=o.dual_clip or None,
        reduction=o.loss_reduction,
        length_scale=o.length_scale or 1.0,
        kl_coefficient=o.kl_coefficient,
        kl_estimator=o.kl_estimator,
        entropy_coefficient=o.entropy_coefficient,
        importance_cap=o.importance_cap,
        masks_above_cap=o.mask_above_cap,
    )


def optimizer_options(o: argparse.Namespace) -> OptimizerOptions:
    """AdamW's constants and its schedule."""
    return OptimizerOptions(
        learning_rate=o.learning_rate,
        warm_up_steps=o.warm_up_steps,
        betas=(o.adam_beta1, o.adam_beta2),
        epsilon=o.adam_epsilon,
        weight_decay=o.weight_decay,
        max_gradient_norm=o.max_gradient_norm or None,
    )
