"""The processes of a run, as torchrun starts them; without torchrun there is one."""

import os
from collections.abc import Callable
from contextlib import contextmanager
from datetime import timedelta
from typing import TypeVar

import torch
import torch.distributed as dist

from .errors import ToolError

T = TypeVar("T")
TIME_LIMIT = timedelta(hours=1)


class Processes:
    """This process's place among all, and its device."""

    def __init__(self, device: torch.device):
        self.device = device
        self.rank = dist.get_rank()
        self.world_size = dist.get_world_size()
        self.is_first = self.rank == 0

    def from_first(self, work: Callable[[], T]) -> T:
        """What `work` makes in the first process, given to all; an error of it is raised in all."""
        result: list = [None, None]
        if self.is_first:
            try:
                result = [work(), None]
            except (ToolError, OSError) as error:
                result = [None, error]
        if self.world_size > 1:
            dist.broadcast_object_list(result, src=0, device=torch.device("cpu"))
        if result[1] is not None:
            raise result[1]
        return result[0]

    def sum(self, values: torch.Tensor) -> torch.Tensor:
        """The sum over all processes, in place."""
        on_device = values.to(self.device)
        dist.all_reduce(on_device)
        return values.copy_(on_device)

    def wait(self) -> None:
        """Returns when all have come here."""
        self.sum(torch.zeros(1))


@contextmanager
def processes(device_name: str | None):
    """Joins the other processes for as long as the block runs; `device_name` is cpu, cuda or None for what there is.

    Within another such block they stay joined.
    """
    name = device_name or ("cuda" if torch.cuda.is_available() else "cpu")
    local_rank = int(os.environ.get("LOCAL_RANK", "0"))
    device = torch.device("cuda", local_rank) if name == "cuda" else torch.device("cpu")
    if device.type == "cuda":
        torch.cuda.set_device(device)
        torch.use_deterministic_algorithms(True, warn_only=True)
        # Nothing here reads memory before it is written.
        torch.utils.deterministic.fill_uninitialized_memory = False
    if dist.is_initialized():
        yield Processes(device)
        return
    backend = "cpu:gloo,cuda:nccl" if device.type == "cuda" else "gloo"
    if "RANK" in os.environ:
        dist.init_process_group(backend, timeout=TIME_LIMIT)
    else:
        dist.init_process_group(backend, store=dist.HashStore(), rank=0, world_size=1, timeout=TIME_LIMIT)
    try:
        yield Processes(device)
    finally:
        dist.destroy_process_group()
