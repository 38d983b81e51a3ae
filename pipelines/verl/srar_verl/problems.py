"""From a sample of verl's to the record of its problem, by `srar-prep --from trainer`."""

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np

from .errors import AnswerMismatch, BadSample
from .filters import filtered

# The rollouts of a problem, and those of one step, ask for the same few.
REMEMBERED = 4096
COLUMNS = {"prompt": "raw_prompt", "reward_model": "reward_model", "extra_info": "extra_info", "data_source": "data_source"}


class Problems:
    """Makes problems' records; each problem is converted once."""

    def __init__(self, command: Sequence[str]):
        """Takes the command line of srar-prep, which reads one row and writes one plain line."""
        self._command = command
        self._converted = lru_cache(REMEMBERED)(self._convert)

    def record(self, sample: Mapping[str, object]) -> dict:
        """The record of a sample's problem: `id`, `source`, `problem`, `ground_truth`, `rubric`, `messages`.

        Arguments:
            sample: the sample's `non_tensor_batch`. Its `raw_prompt`, `reward_model`, `extra_info` and `data_source` are read.

        Throws BadSample where nothing names the problem, and what srar-prep says where it can make nothing of the row.
        """
        row = {column: plain(sample[key], key) for column, key in COLUMNS.items() if sample.get(key) is not None}
        extra = {key: value for key, value in (row.get("extra_info") or {}).items() if value is not None}
        row["extra_info"] = extra | {"id": _identity(row, extra, sample)}
        # A copy: the caller adds to it.
        return json.loads(self._converted(json.dumps(row, allow_nan=False)))

    def _convert(self, row: str) -> bytes:
        answers = filtered(self._command, [row.encode()])
        if not answers[0].startswith(b"{"):
            raise AnswerMismatch("srar-prep", "gave back no record")
        return answers[0]


def _identity(row: dict, extra: dict, sample: Mapping[str, object]) -> str:
    """What tells problems apart: their id; their number in the data source; verl's own name of the prompt."""
    if "id" in extra:
        return str(extra["id"])
    if "index" in extra:
        return f"{row.get('data_source', 'verl')}/{extra['index']}"
    if sample.get("uid") is None:
        raise BadSample("extra_info", "a sample has no 'id', no 'index' and no 'uid'; give the data set's extra_info an 'id'")
    return str(sample["uid"])


def plain(value: object, place: str) -> object:
    """A value of verl's batch as JSON knows it: arrays of numpy become lists, its numbers numbers."""
    if isinstance(value, np.ndarray | list | tuple):
        return [plain(member, place) for member in value]
    if isinstance(value, Mapping):
        return {str(key): plain(member, f"{place}.{key}") for key, member in value.items()}
    if isinstance(value, np.generic):
        return value.item()
    if value is None or isinstance(value, str | int | float | bool):
        return value
    raise BadSample(place, f"a value of type {type(value).__name__} is not JSON")
