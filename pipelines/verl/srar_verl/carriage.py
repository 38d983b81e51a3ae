"""How a batch's records come from the reward manager to the estimator.

verl hands an estimator the rewards and the mask, not what the reward manager said beside them. That travels with the rows, in
`reward_extra_info`; whoever computes advantages takes it from there and lays it out for the time of the call.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

# The member of `reward_extra_info` that is the record: one line of a stream.
RECORD = "srar_record"

_laid_out: ContextVar[Sequence[str | None] | None] = ContextVar("srar_records", default=None)


@contextmanager
def carrying(records: Sequence[str | None]) -> Iterator[None]:
    """Lays out the records of a batch, one a row, for the estimator that is called inside; None for a row that is padding."""
    token = _laid_out.set(records)
    try:
        yield
    finally:
        _laid_out.reset(token)


def laid_out() -> Sequence[str | None] | None:
    """The records of the batch whose advantages are being computed; None where nobody laid them out."""
    return _laid_out.get()
