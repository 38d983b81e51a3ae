"""The policy update of one RL step: epochs over mini-batches of rollouts, one optimizer step each."""

from collections.abc import Callable
from dataclasses import dataclass

import torch

from .batches import Pack, TrainedSample, mini_batches, packs_of
from .errors import BadData
from .loss import BatchExtent, LossOptions, LossSums, Tokens, response_loss
from .optimizer import Optimizer, Step
from .policy import Policy
from .processes import Processes
from .rollouts import Sample

CHECKED_TOKENS = 16


@dataclass(frozen=True)
class UpdateOptions:
    """How a batch of rollouts becomes the next policy."""

    loss: LossOptions
    epochs: int
    mini_batch_size: int | None
    micro_batch_tokens: int
    takes_rollout_logprobs: bool
    """Whether the old log-probabilities are the sampler's; else they are the policy's before its first step."""
    temperature: float
    seed: int


@dataclass
class Report:
    """What one mini-batch did, over all processes."""

    sums: LossSums
    step: Step | None
    """None where no token had anything to teach, so that none was made."""
    trained_rollouts: int
    response_tokens: int
    computed_tokens: int


def check_samples(samples: list[Sample], vocabulary_size: int, position_count: int) -> None:
    """Checks tokens against a policy's shape."""
    for sample in samples:
        tokens = sample.prompt + sample.response
        if len(tokens) > position_count:
            raise BadData(f"{sample.name}: has {len(tokens)} tokens, but the policy's limit is {position_count}")
        if tokens and max(tokens) >= vocabulary_size:
            raise BadData(
                f"{sample.name}: has token {max(tokens)}, but the policy's vocabulary has {vocabulary_size} entries; "
                "use rollouts of this policy"
            )


class PolicyUpdate:
    """Trains a policy on the rollouts of a step.

    A mini-batch is one gradient, whatever its packs and the number of processes. Tokens without an advantage are not computed where
    no other term needs them, unless a later trained token attends to them; they count in the loss's divisor all the same.
    """

    def __init__(self, policy: Policy, optimizer: Optimizer, options: UpdateOptions, processes: Processes):
        self.policy = policy
        self.optimizer = optimizer
        self.options = options
        self.processes = processes

    def run(self, samples: list[Sample], reference: Callable[[], Policy] | None, progress: Callable[[int], None]) -> list[Report]:
        """Trains on all samples; `reference` opens the frozen policy, which is let go before the first step."""
        options = self.options
        start = self.optimizer.step_count
        is_one_step = len(mini_batches(samples, options.mini_batch_size, options.seed, start, 0)) * options.epochs <= 1
        prepared = self._prepare(samples, reference, old_is_current=is_one_step)
        reports: list[Report] = []
        for epoch in range(options.epochs):
            count = self.optimizer.step_count
            for indices in mini_batches(samples, options.mini_batch_size, options.seed, count, epoch):
                report = self.accumulate_gradient([prepared[index] for index in indices])
                if report.trained_rollouts > 0:
                    report.step = self.optimizer.step()
                reports.append(report)
                progress(self.optimizer.step_count - start)
        return reports

    def accumulate_gradient(self, batch: list[TrainedSample]) -> Report:
        """Adds the gradient of a mini-batch, and makes no step."""
        loss_options = self.options.loss
        extent = BatchExtent.of([sample.response_token_count for sample in batch], loss_options.length_scale)
        packs, computed = self._packs(batch)
        sums = LossSums()
        for pack in packs:
            logprobs, entropies = self.policy(
                pack.to(self.processes.device), self.options.temperature, loss_options.entropy_coefficient != 0
            )
            logprobs, entropies = logprobs.cpu().double(), entropies.cpu().double()
            # A pack of nothing takes part with a gradient of 0.
            loss = 0 * logprobs.sum()
            begin = 0
            for index in pack.members:
                sample = batch[index]
                end = begin + len(sample.targets)
                tokens = Tokens(
                    logprobs[begin:end],
                    sample.advantages,
                    sample.old,
                    sample.rollout,
                    sample.reference,
                    entropies[begin:end],
                )
                weight = extent.token_weight(loss_options.reduction, sample.response_token_count)
                loss = loss + response_loss(tokens, weight, loss_options, sums)
                begin = end
            loss.backward()
        totals = self.processes.sum(torch.tensor(sums.values(), dtype=torch.float64))
        return Report(LossSums(*totals.tolist()), None, sum(s.is_trained for s in batch), extent.token_count, computed)

    def _packs(self, batch: list[TrainedSample]) -> tuple[list[Pack], int]:
        return packs_of(batch, self.options.micro_batch_tokens, self.processes.rank, self.processes.world_size)

    @torch.no_grad()
    def check_predictions(self, samples: list[Sample], path: str) -> None:
        """Makes sure that the policy's predictions over the beginning of a rollout are finite, or raises `BadData`."""
        if not samples:
            return
        tokens = (samples[0].prompt + samples[0].response)[:CHECKED_TOKENS]
        if len(tokens) < 2:
            return
        checked = TrainedSample(Sample(samples[0].name, tokens[:1], tokens[1:], torch.ones(len(tokens) - 1).double()), True)
        packs = packs_of([checked], len(tokens), self.processes.rank, self.processes.world_size)[0]
        unknown = torch.zeros(1, dtype=torch.float64)
        for pack in packs:
            logprobs, entropies = self.policy(pack.to(self.processes.device), 1.0, False)
            unknown += (~torch.isfinite(logprobs)).sum().cpu() + (~torch.isfinite(entropies)).sum().cpu()
        # Without a backward pass the parameters would stay gathered.
        self.policy.reshard()
        if self.processes.sum(unknown)[0] > 0:
            raise BadData(
                f"{path}: not written, because the training diverged: the policy's predictions for {samples[0].name} "
                "are not finite; lower the learning rate, or begin with a fresh optimizer or another policy"
            )

    def _prepare(self, samples: list[Sample], reference: Callable[[], Policy] | None, old_is_current: bool) -> list[TrainedSample]:
        """Keeps what the loss depends on, and computes the log-probabilities that stay constant."""
        prepared = [TrainedSample(sample, self.options.loss.trains_every_token) for sample in samples]
        if reference is not None and any(sample.is_trained for sample in prepared):
            for sample, values in zip(prepared, self._logprobs(prepared, reference()), strict=True):
                sample.reference = values
        if self.options.takes_rollout_logprobs:
            for sample, source in zip(prepared, samples, strict=True):
                if sample.is_trained and (sample.rollout is None or bool(sample.rollout.isnan().any())):
                    raise BadData(f"{source.name}: lacks log-probabilities of its sampler; recompute them with the policy")
                sample.old = sample.rollout
        elif not old_is_current:
            for sample, values in zip(prepared, self._logprobs(prepared, self.policy), strict=True):
                sample.old = values
        return prepared

    @torch.no_grad()
    def _logprobs(self, batch: list[TrainedSample], policy: Policy) -> list[torch.Tensor]:
        """Log-probabilities of the trained tokens of every sample, in every process."""
        counts = [len(sample.targets) for sample in batch]
        starts = [sum(counts[:index]) for index in range(len(batch))]
        values = torch.zeros(sum(counts), dtype=torch.float64)
        for pack in self._packs(batch)[0]:
            logprobs = policy(pack.to(self.processes.device), self.options.temperature, False)[0].cpu().double()
            for index in pack.members:
                own, logprobs = logprobs[: counts[index]], logprobs[counts[index] :]
                values[starts[index] : starts[index] + counts[index]] = own
        # Every target is in one process's packs, and 0 elsewhere.
        return list(self.processes.sum(values).split(counts))
