"""AdamW on sharded parameters, its schedule, and its state as a distributed checkpoint."""

import os
from dataclasses import dataclass

import torch
import torch.distributed.checkpoint as dcp
from safetensors import safe_open
from torch.distributed.checkpoint.metadata import StorageMeta
from torch.distributed.tensor import DTensor, distribute_tensor

from .errors import BadData
from .policy import Policy
from .processes import Processes

STATE_FOLDER = "optimizer"
"""The distributed checkpoint beside the weights."""
SINGLE_FILE = "state.safetensors"
"""The state as `srar-update` leaves it, in the same folder."""
STEP_COUNT, FIRST_MOMENT, SECOND_MOMENT = "step_count", "first_moment.", "second_moment."


@dataclass(frozen=True)
class OptimizerOptions:
    """AdamW's constants, the learning rate and its warm-up, and the limit on the gradient's norm."""

    learning_rate: float
    warm_up_steps: int
    betas: tuple[float, float] = (0.9, 0.999)
    epsilon: float = 1e-8
    weight_decay: float = 0.1
    max_gradient_norm: float | None = 1.0

    def rate(self, step: int) -> float:
        """The rate of the n-th optimizer step, counted from 1 over the whole run: linear warm-up, then constant."""
        return self.learning_rate * (step / self.warm_up_steps if step < self.warm_up_steps else 1)


@dataclass(frozen=True)
class Step:
    """What one step of the optimizer was."""

    number: int
    gradient_norm: float
    """Before it was cut."""
    learning_rate: float


class Optimizer:
    """Moves a policy's parameters; every one of them decays, as PyTorch's AdamW and verl do."""

    def __init__(self, policy: Policy, options: OptimizerOptions, processes: Processes):
        self.options = options
        self.processes = processes
        self.step_count = 0
        self.weights = dict(policy.named_weights())
        self.adamw = torch.optim.AdamW(
            self.weights.values(),
            lr=options.learning_rate,
            betas=options.betas,
            eps=options.epsilon,
            weight_decay=options.weight_decay,
        )

    def step(self) -> Step:
        """Moves the parameters against the gathered gradient, and forgets it; a gradient that is not finite is an error."""
        number = self.step_count + 1
        norm = self._gradient_norm()
        if not torch.isfinite(norm):
            raise BadData(f"optimizer step {number}: the gradient is not finite; lower the learning rate")
        if self.options.max_gradient_norm is not None:
            factor = min(1.0, self.options.max_gradient_norm / (norm.item() + 1e-6))
            for gradient in self._local_gradients():
                gradient.mul_(factor)
        rate = self.options.rate(number)
        # What AdamW multiplies by must be a float32 number.
        if rate / (1 - self.options.betas[0] ** number) > torch.finfo(torch.float32).max:
            raise BadData(f"optimizer step {number}: not written, because the training diverged: lower the learning rate {rate:g}")
        self.adamw.param_groups[0]["lr"] = rate
        self.adamw.step()
        self.adamw.zero_grad()
        self.step_count = number
        return Step(number, norm.item(), rate)

    def _local_gradients(self) -> list[torch.Tensor]:
        # A parameter that no pack reached still decays.
        for weight in self.weights.values():
            if weight.grad is None:
                weight.grad = torch.zeros_like(weight)
        return [weight.grad.to_local() for weight in self.weights.values()]

    def _gradient_norm(self) -> torch.Tensor:
        squares = [gradient.double().square().sum() for gradient in self._local_gradients()]
        return self.processes.sum(torch.stack(squares).sum().cpu().reshape(1))[0].sqrt()

    # MARK: its state

    def _state(self) -> dict[str, torch.Tensor]:
        state = {STEP_COUNT: torch.tensor([self.step_count])}
        for name, weight in self.weights.items():
            moments = self.adamw.state[weight]
            if not moments:
                moments["step"] = torch.tensor(0.0)
                moments["exp_avg"], moments["exp_avg_sq"] = torch.zeros_like(weight), torch.zeros_like(weight)
            state[FIRST_MOMENT + name], state[SECOND_MOMENT + name] = moments["exp_avg"], moments["exp_avg_sq"]
        return state

    def save(self, folder: str) -> None:
        """Writes the state as a distributed checkpoint, every process its part; a moment that is not finite is an error."""
        for name, value in self._state().items():
            local = value.to_local() if isinstance(value, DTensor) else value
            if self.processes.sum((~torch.isfinite(local)).sum().cpu().double().reshape(1))[0] > 0:
                raise BadData(f'not written, because the training diverged: "{name}" is not finite; lower the learning rate')
        dcp.save(self._state(), storage_writer=_Writer(os.path.join(folder, STATE_FOLDER)))

    def restore(self, folder: str) -> None:
        """Goes on with the state that an update left in a policy folder, of any number of processes; begins afresh without one."""
        checkpoint = os.path.join(folder, STATE_FOLDER)
        single = os.path.join(checkpoint, SINGLE_FILE)
        state = self._state()
        if os.path.exists(single):
            steps = self._read_single(single, state)
        elif os.path.isdir(checkpoint):
            try:
                dcp.load(state, storage_reader=dcp.FileSystemReader(checkpoint))
            except (dcp.api.CheckpointException, RuntimeError, ValueError, KeyError) as error:
                first_line = str(error).strip().splitlines()[-1]
                raise BadData(f"{checkpoint}: not the state of this policy's optimizer: {first_line}") from None
            steps = int(state[STEP_COUNT].item())
        else:
            return
        self._check_moments(checkpoint, state)
        self.step_count = steps
        for weight in self.weights.values():
            self.adamw.state[weight]["step"] = torch.tensor(float(steps))

    def _check_moments(self, path: str, state: dict[str, torch.Tensor]) -> None:
        """Makes sure that moments are what an optimizer can have: finite, and means of squares from 0."""
        for name, value in state.items():
            local = value.to_local() if isinstance(value, DTensor) else value
            wrong = ~torch.isfinite(local)
            if name.startswith(SECOND_MOMENT):
                wrong |= local < 0
            if self.processes.sum(wrong.sum().cpu().double().reshape(1))[0] > 0:
                raise BadData(f'{path}: "{name}" holds a number that no optimizer can have; begin with a fresh optimizer')

    @staticmethod
    def _read_single(path: str, state: dict[str, torch.Tensor]) -> int:
        with safe_open(path, framework="pt") as file:
            names = set(file.keys())
            for name, tensor in state.items():
                if name not in names:
                    raise BadData(f'{path}: has no tensor "{name}"')
                if not isinstance(tensor, DTensor):
                    continue
                whole = file.get_tensor(name)
                if whole.shape != tensor.shape:
                    raise BadData(f'{path}: tensor "{name}" has shape {list(whole.shape)}, but {list(tensor.shape)} was expected')
                tensor.copy_(distribute_tensor(whole.to(tensor.device), tensor.device_mesh, tensor.placements, src_data_rank=None))
            steps = file.get_tensor(STEP_COUNT).item()
        if steps < 0 or steps != int(steps):
            raise BadData(f"{path}: the optimizer's step count is {steps}, but must be a whole number from 0")
        return int(steps)


class _Writer(dcp.FileSystemWriter):
    """Writes the same bytes each time: without the identity that PyTorch gives to every checkpoint."""

    def storage_meta(self) -> StorageMeta:
        return StorageMeta(checkpoint_id=None, save_id=None)
