"""`srar-fsdp`: one process of an update. `srar_fsdp.launch` starts them all."""

import argparse
import os
import signal
import sys
import time
import traceback
from typing import NoReturn

# Deterministic matrix products on a GPU; to be set before CUDA begins.
os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")

import torch

from . import __version__, terminal
from .errors import ExitStatus, NoInput, ToolError, UsageError, said_of
from .memory import TrainingMemory, tokens_within
from .metrics import append_metrics, update_metrics
from .optimizer import Optimizer
from .options import loss_options, optimizer_options, parsed
from .places import check_files, check_output
from .policy import COMPUTE_DTYPES, Policy, ends_of_sequence, read_config
from .policy_folder import write_policy
from .processes import Processes, processes
from .prompts import PromptTokenizer
from .rollouts import Samples
from .streams import Rejects, read_lines
from .update import PolicyUpdate, UpdateOptions, check_samples

TOOL = "srar-fsdp"
DEFAULT_MICRO_BATCH_TOKENS = 2048


def main(arguments: list[str] | None = None) -> NoReturn:
    """Runs the command with the arguments, by default those of the process; every failure ends in one line and an exit status."""
    is_first = os.environ.get("RANK", "0") == "0"
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupted)
    try:
        run(sys.argv[1:] if arguments is None else arguments)
        status = ExitStatus.SUCCESS
    except ToolError as error:
        # All processes meet the same error; one says it, before torchrun ends it for another's end.
        if is_first:
            terminal.say(str(error))
        else:
            time.sleep(1)
        status = error.status
    except OSError as error:
        terminal.say(said_of(error, "use"))
        status = ExitStatus.INPUT_OUTPUT
    except Exception:
        for line in ["internal error:", *traceback.format_exc().splitlines()]:
            terminal.say(line)
        status = ExitStatus.INTERNAL_ERROR
    if "RANK" in os.environ:
        # A process of torchrun's ends here: unwinding, PyTorch's threads now and then abort what is done.
        sys.stdout.flush()
        os._exit(status)
    sys.exit(status)


def _interrupted(number: int, _: object) -> NoReturn:
    """Lets temporary files be removed, then ends as a signal ends a process."""
    raise SystemExit(128 + number)


def run(arguments: list[str]) -> None:
    """One update, from options to the next policy's folder."""
    began = time.monotonic()
    options = parsed(arguments)
    torch.set_num_threads(options.threads)
    with processes(options.device) as group:
        group.from_first(lambda: check_files(options))
        config = group.from_first(lambda: read_config(options.policy))
        group.from_first(lambda: check_output(options))
        samples = group.from_first(lambda: _read_samples(options, config))
        compute = _compute(options, group)

        def opened(folder: str, recompute: bool) -> Policy:
            return Policy(folder, group, compute, recompute)

        policy = opened(options.policy, options.recompute)
        optimizer = Optimizer(policy, optimizer_options(options), group)
        optimizer.restore(options.policy)
        update = PolicyUpdate(policy, optimizer, _update_options(options, samples, config, group), group)
        reference = None if options.reference is None else (lambda: opened(options.reference, recompute=False))
        say = _say(options, group)
        reports = update.run(samples.samples, reference, lambda count: say(f"{count} optimizer steps", passing=True))
        update.check_predictions(samples.samples, options.output)
        write_policy(options.output, policy, optimizer, options.policy, options.dtype, group)
        if not group.is_first:
            return
        metrics = update_metrics(samples, reports)
        say(
            f"{options.output}: {metrics['optimizer_steps']} optimizer steps on {metrics['rollouts']} rollouts, "
            f"gradient norm {metrics['gradient_norm']:.3f}, entropy {metrics['entropy']:.3f}, "
            f"clipped {100 * metrics['clip_fraction']:.3f} %"
        )
        if options.metrics is not None:
            about = {"tool": TOOL, "version": __version__, "arguments": arguments}
            about |= {
                "processes": group.world_size,
                "device": _device_name(group),
                "compute": compute,
            }
            if group.device.type == "cuda":
                about["peak_memory_bytes"] = torch.cuda.max_memory_allocated()
            append_metrics(options.metrics, about | metrics | {"seconds": time.monotonic() - began})


def _read_samples(options: argparse.Namespace, config) -> Samples:
    """All rollouts of the input; records that cannot be used stop the tool or go to the rejects."""
    if not options.files and sys.stdin.isatty():
        raise NoInput("nothing to read: name a file, pipe a stream in, or see '--help'")
    say = _say(options, None)
    tokenizer = PromptTokenizer(options.policy, options.chat_format, ends_of_sequence(options.policy, config))
    rejects = Rejects(options.rejects) if options.rejects else None
    samples = Samples(options.shard)
    try:
        for line in read_lines(options.files, options.max_line_bytes, options.allow_empty):
            try:
                samples.add(line, tokenizer)
            except ToolError as error:
                if rejects is None or not str(error).startswith(line.place):
                    raise
                rejects.add(line, error)
        if rejects is not None:
            rejects.commit()
            samples.rejected_count = rejects.count
    except BaseException:
        if rejects is not None:
            rejects.abandon()
        raise
    check_samples(samples.samples, config.vocab_size, config.max_position_embeddings)
    if samples.rejected_count:
        say(f"{samples.rejected_count} lines could not be used and are in {options.rejects}")
    if not samples.samples:
        say("no rollouts: the next policy is a copy of this one")
    if samples.tokenized_count:
        say(f"{samples.tokenized_count} rollouts came without tokens and were tokenized here")
    for note in tokenizer.notes:
        say(note)
    if samples.ended_otherwise_count:
        words = ", ".join(sorted(samples.ended_otherwise))
        say(f"{samples.ended_otherwise_count} rollouts ended neither by the policy nor at the limit ({words}): left out")
    if samples.unknown_logprob_count:
        say(f"the rollouts do not know the log-probability of {samples.unknown_logprob_count} tokens")
    return samples


def _update_options(options: argparse.Namespace, samples: Samples, config, group: Processes) -> UpdateOptions:
    tokens = options.micro_batch_tokens or DEFAULT_MICRO_BATCH_TOKENS
    if options.memory is not None:
        longest = max((len(one.prompt) + len(one.response) for one in samples.samples), default=1)
        compute_bytes = COMPUTE_DTYPES[_compute(options, group)].itemsize
        has_reference = options.reference is not None

        def needed(recomputes: bool) -> TrainingMemory:
            return TrainingMemory(config, group.world_size, compute_bytes, recomputes, has_reference)

        less = needed(recomputes=True).megabytes(longest)
        remedy = "" if options.recompute else f", or give '--recompute', with which it is {less}M"
        tokens = tokens_within(options.memory, needed(options.recompute), longest, remedy)
    takes_rollout = options.old_log_probabilities == "rollout"
    temperature = options.temperature or samples.common_temperature()
    if takes_rollout and not samples.are_taken_at(temperature):
        raise UsageError(
            "'--old-log-probabilities rollout' would compare log-probabilities at other temperatures with this policy's "
            f"at {temperature}; give 'recomputed', or no '--temperature'"
        )
    return UpdateOptions(
        loss=loss_options(options),
        epochs=options.epochs,
        mini_batch_size=options.mini_batch_size,
        micro_batch_tokens=tokens,
        takes_rollout_logprobs=takes_rollout,
        temperature=temperature,
        seed=options.seed,
    )


def _compute(options: argparse.Namespace, group: Processes) -> str:
    return options.compute or ("bf16" if group.device.type == "cuda" else "f32")


def _device_name(group: Processes) -> str:
    return torch.cuda.get_device_name(group.device) if group.device.type == "cuda" else "cpu"


def _say(options: argparse.Namespace, group: Processes | None):
    """What writes a note on standard error, in the first process alone; passing ones only on a terminal."""

    def say(text: str, passing: bool = False) -> None:
        if options.quiet or (group is not None and not group.is_first) or (passing and not terminal.is_watched()):
            return
        terminal.say(text)

    return say


if __name__ == "__main__":
    main()
