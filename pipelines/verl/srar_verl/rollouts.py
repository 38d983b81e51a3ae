"""From a sample of verl's to the rollout of a record: text, tokens and exact step spans."""

from typing import NamedTuple

import torch

from .errors import BadSample
from .steps import steps_of
from .token_text import TokenText


class SampleTokens(NamedTuple):
    """The tokens of one sample, without padding."""

    prompt: list[int]
    response: list[int]


def rollout_of(sample, decoding: TokenText) -> dict:
    """The rollout of one sample.

    Arguments:
        sample: an item of a DataProto, with `prompts` [prompt width], `responses` [response width] and `attention_mask` [both].
        decoding: of the policy's tokenizer.

    Returns: `index`, `response`, `prompt_tokens`, `tokens` (the end of the sequence included), `step_style` and `steps`.
    """
    tokens = sample_tokens(sample)
    decoded = decoding.decode(tokens.response)
    return {
        # Only verl's own trainer names the rollouts of a prompt.
        "index": int(sample.non_tensor_batch.get("session_id", 0)),
        "response": decoded.text,
        "prompt_tokens": tokens.prompt,
        "tokens": tokens.response,
        "step_style": "headers",
        "steps": steps_of(decoded.text, decoded.byte_ranges),
    }


def sample_tokens(sample) -> SampleTokens:
    """The tokens that count: prompts are padded on either side, responses on the right.

    Throws BadSample where padding stands before a response's last token.
    """
    prompts, responses, mask = sample.batch["prompts"], sample.batch["responses"], sample.batch["attention_mask"].bool()
    lengths = sample.non_tensor_batch
    if "prompt_len" in lengths and "response_len" in lengths:
        # Prompt and response were padded each, but their mask as one.
        prompt = prompts[: int(lengths["prompt_len"])]
        response = responses[: int(lengths["response_len"])]
    else:
        width = prompts.shape[-1]
        prompt, response = prompts[mask[:width]], responses[: int(mask[width:].sum())]
        if not torch.equal(response, responses[mask[width:]]):
            raise BadSample("attention_mask", "a response has padding before its last token")
    return SampleTokens(prompt.tolist(), response.tolist())
