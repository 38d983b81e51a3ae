"""From a record with advantages to the tokens and numbers that an update learns from."""

import json
import math
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from .errors import BadData, UsageError
from .prompts import PromptTokenizer, UnusableMessages
from .shard import Shard
from .streams import Line

TOKEN_LIMIT = 2**31
ROUNDING_OF_ZERO = 1e-4
"""What rounding may add to a log-probability of 0."""


@dataclass
class Sample:
    """One rollout: tokens, and one number of each kind per response token."""

    name: str
    prompt: list[int]
    response: list[int]
    advantages: Tensor
    """float64, rounded to float32 as `srar-update` holds them."""
    rollout_logprobs: Tensor | None = None
    """As the sampler recorded them, natural, NaN for a token of which it does not know it; None where it gave none."""


@dataclass
class Samples:
    """The rollouts of an update, and what is known of how they were sampled."""

    shard: Shard
    """The part that is read; records of other parts are passed over."""
    samples: list[Sample] = field(default_factory=list)
    tokenized_count: int = 0
    temperatures: set[float] = field(default_factory=set)
    """What the rollouts' log-probabilities are taken at: 1 of greedy sampling."""
    rejected_count: int = 0
    ended_otherwise: set[str] = field(default_factory=set)
    """The words for what ended the responses that neither the policy nor the limit ended."""
    ended_otherwise_count: int = 0
    """How many these are; nothing is learned from them."""
    unknown_logprob_count: int = 0
    """Response tokens whose log-probability the rollout does not know, of rollouts that know others."""
    places: dict[tuple[str, int, str], str] = field(default_factory=dict)
    """Where each rollout stands; the same index with another response comes of sampling a problem twice."""

    def common_temperature(self) -> float:
        """The temperature that all log-probabilities are taken at; 1 where nothing says."""
        if len(self.temperatures) > 1:
            raise UsageError("the rollouts were sampled at different temperatures; give '--temperature'")
        return next(iter(self.temperatures), 1.0)

    def are_taken_at(self, temperature: float) -> bool:
        """Whether no rollout says that its log-probabilities are taken at another temperature."""
        return self.temperatures <= {temperature}

    def add(self, line: Line, tokenizer: PromptTokenizer) -> None:
        """Takes a record; raises `BadData` with its place where it cannot be used."""
        try:
            record = _Record(line)
        except BadData:
            if self.shard.has(None):
                raise
            return
        if not self.shard.has(record.id):
            return
        rollout = record.object("rollout", "srar-rollout")
        advantage = record.object("advantage", "srar-advantage")
        reason = rollout.get("finish_reason")
        if reason not in (None, "stop", "length"):
            self.ended_otherwise.add(str(reason))
            self.ended_otherwise_count += 1
            return
        index = record.typed(rollout, "rollout.index", int)
        identity = (record.id, index, record.typed(rollout, "rollout.response", str))
        if identity in self.places:
            record.fail(
                f"has rollout {index} twice, first in {self.places[identity]}; give each file once, "
                'and each rollout of a problem an "index" of its own'
            )
        self.places[identity] = line.place
        name = f"{record.id}, rollout {index}"
        if rollout.get("tokens") is not None and rollout.get("prompt_tokens") is not None:
            sample = self._tokens(record, rollout, advantage, name)
        else:
            sample = self._text(record, rollout, advantage, name, tokenizer)
        if not sample.prompt:
            raise BadData(f"{line.place}: {name}: has no prompt tokens; give at least one")
        self.samples.append(sample)
        if sample.rollout_logprobs is not None:
            self.unknown_logprob_count += int(sample.rollout_logprobs.isnan().sum())

    def _tokens(self, record: "_Record", rollout: dict, advantage: dict, name: str) -> Sample:
        response = record.tokens(rollout, "tokens")
        logprobs = record.numbers(rollout, "logprobs", len(response))
        sample = Sample(
            name,
            record.tokens(rollout, "prompt_tokens"),
            response,
            record.token_advantages(advantage, len(response), "tokens", None),
            logprobs,
        )
        sampling = rollout.get("sampling")
        if sampling is not None:
            self.temperatures.add(float(record.typed(sampling, "rollout.sampling.temperature", float)) or 1.0)
        return sample

    def _text(self, record: "_Record", rollout: dict, advantage: dict, name: str, tokenizer: PromptTokenizer) -> Sample:
        text = record.typed(rollout, "rollout.response", str)
        messages = record.fields.get("messages")
        if not messages:
            record.fail('has no "messages"; run srar-prep first')
        response, starts = tokenizer.response(text, ends=rollout.get("finish_reason") != "length")
        advantages = record.token_advantages(advantage, len(response), "bytes", starts)
        try:
            prompt = tokenizer.prompt(messages)
        except UnusableMessages as error:
            record.fail(str(error))
        sample = Sample(name, prompt, response, advantages)
        self.tokenized_count += 1
        return sample


class _Record:
    """The fields of one line; what is wrong with them is said with the line's place."""

    def __init__(self, line: Line):
        self.place = line.place
        self.id = None
        try:
            fields = json.loads(line.text)
        except ValueError as error:
            raise BadData(f"{line.place}: not JSON: {error}") from None
        if not isinstance(fields, dict):
            raise BadData(f"{line.place}: the record must be an object")
        self.fields: dict[str, Any] = fields
        if "id" not in fields:
            raise BadData(f'{line.place}: the record has no "id"; run srar-prep first')
        self.id = self.typed(fields, "id", str)

    def fail(self, what: str) -> None:
        raise BadData(f'{self.place}: record "{self.id}" {what}')

    def object(self, key: str, written_by: str) -> dict:
        if key not in self.fields:
            self.fail(f'has no "{key}"; run {written_by} first')
        return self.typed(self.fields, key, dict)

    def typed(self, fields: dict, path: str, kind: type) -> Any:
        """A field by its full path, of which the last part is its name in `fields`."""
        value = fields.get(path.rpartition(".")[2])
        kinds = (int, float) if kind is float else kind
        if value is None or not isinstance(value, kinds) or (isinstance(value, bool) and kind is not bool):
            self.fail(f'has no usable "{path}": it must be of type {kind.__name__}')
        return value

    def tokens(self, rollout: dict, key: str) -> list[int]:
        values = self.typed(rollout, f"rollout.{key}", list)
        for value in values:
            if type(value) is not int or not 0 <= value < TOKEN_LIMIT:
                self.fail(f'"rollout.{key}" holds {value}, which is no token')
        return values

    def numbers(self, rollout: dict, key: str, count: int) -> Tensor | None:
        values = rollout.get(key)
        if values is None:
            return None
        if len(values) != count:
            self.fail(f'"rollout.{key}" has {len(values)} values, but "rollout.tokens" has {count}')
        numbers = torch.tensor([math.nan if value is None else value for value in values], dtype=torch.float32).double()
        if torch.isinf(numbers).any():
            self.fail(f'"rollout.{key}" holds a number that is not finite')
        if (numbers > ROUNDING_OF_ZERO).any():
            self.fail(
                f'"rollout.{key}" are natural logarithms of probabilities, at most 0, but one is {numbers.nan_to_num(-1).max():g}'
            )
        return numbers

    def token_advantages(self, advantage: dict, count: int, span: str, starts: list[int] | None) -> Tensor:
        """One advantage per token: the outcome, and the offsets of the steps.

        `starts` are the first bytes of the response's tokens, where spans are bytes.
        """
        outcome = self.typed(advantage, "advantage.outcome", float)
        values = torch.full((count,), float(outcome), dtype=torch.float64)
        for offset in self.typed(advantage, "advantage.offsets", list):
            if offset.get(span) is None:
                continue
            begin, end = offset[span]
            if starts is not None:
                begin, end = (next((i for i, b in enumerate(starts) if b >= edge), len(starts)) for edge in (begin, end))
            if end > count:
                self.fail(f'"advantage.offsets" reach to token {end} of a response of {count} tokens')
            values[begin:end] += self.typed(offset, "advantage.offsets.value", float)
        values = values.float().double()
        if not torch.isfinite(values).all():
            self.fail('"advantage" holds a number that is not finite')
        return values
