"""One of several parts of a stream, by the problems' identities: groups stay whole, and the parts together are the stream."""

import re
from typing import NamedTuple

from .random_stream import RandomStream


class Shard(NamedTuple):
    """A part as Sources/Records/Shard.swift has it, so that the same part is the same problems for every tool."""

    number: int
    """From 1 to `count`."""
    count: int

    @classmethod
    def named(cls, text: str) -> "Shard":
        """The part that an option names, such as `2/8`; raises `ValueError` where there is none."""
        match = re.fullmatch(r"(\d+)/(\d+)", text)
        shard = cls(*map(int, match.groups())) if match else None
        if shard is None or not 1 <= shard.number <= shard.count:
            raise ValueError(text)
        return shard

    def has(self, identity: str | None) -> bool:
        """Whether a problem belongs to the part. A line that cannot be read belongs to the first, so that it is told once."""
        if identity is None:
            return self.number == 1
        return RandomStream(0, "shard", identity).below(self.count) == self.number - 1
