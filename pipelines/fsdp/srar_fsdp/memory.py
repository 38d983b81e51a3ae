"""How many tokens at a time fit into a given memory: an estimate, from the network's shape."""

import re

from transformers import PreTrainedConfig

from .errors import UsageError
from .policy import HEAD_TOKENS

UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}
PROGRAM_BYTES = 1 << 30
"""PyTorch itself, its communication buffers and what its allocator cannot use."""
FLOAT_BYTES = 4


def parsed_size(text: str) -> int:
    """Bytes of a size such as 500M or 3G."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)([KMGT]?)B?", text.upper())
    if match is None or (size := int(float(match[1]) * UNITS[match[2]])) == 0:
        raise ValueError(text)
    return size


class TrainingMemory:
    """What one process of a run takes, parameters sharded over `world_size` of them."""

    def __init__(self, config: PreTrainedConfig, world_size: int, compute_bytes: int, recomputes: bool, has_reference: bool):
        hidden, inner, layers = config.hidden_size, config.intermediate_size, config.num_hidden_layers
        width = getattr(config, "head_dim", None) or hidden // config.num_attention_heads
        query, key = config.num_attention_heads * width, config.num_key_value_heads * width
        layer = hidden * (2 * query + 2 * key + 3 * inner)
        head = config.vocab_size * hidden * (1 if config.tie_word_embeddings else 2)
        # Parameters, gradients and two moments; a layer and the head whole, with their gradients.
        shard = FLOAT_BYTES * (5 if has_reference else 4) * (layers * layer + head) // world_size
        gathered = (compute_bytes + FLOAT_BYTES) * (layer + head)
        logits = 3 * FLOAT_BYTES * HEAD_TOKENS * config.vocab_size
        self.fixed_bytes = PROGRAM_BYTES + shard + gathered + logits
        # What the gradient needs of a layer: norms in float32 and their outputs, projections, rotated ones, the gate's parts.
        kept = compute_bytes * (4 * hidden + 3 * (query + 2 * key) + 4 * inner) + 2 * FLOAT_BYTES * hidden
        inputs = compute_bytes * hidden
        self.bytes_per_token = (layers * inputs + kept) if recomputes else layers * kept

    def pack_tokens(self, available: int) -> int:
        """The most tokens of a pack within so many bytes; below 1 where there is no room."""
        return (available - self.fixed_bytes) // self.bytes_per_token

    def megabytes(self, tokens: int) -> int:
        """What a pack of so many tokens takes."""
        return (self.fixed_bytes + tokens * self.bytes_per_token) // (1 << 20) + 1


def tokens_within(size: str, memory: TrainingMemory, longest: int, remedy: str) -> int:
    """Tokens at a time within a size such as 40G; the longest rollout is never parted, and must fit."""
    tokens = memory.pack_tokens(parsed_size(size))
    if tokens < longest:
        raise UsageError(
            f"'--memory' is {size}, but {memory.megabytes(longest)}M are needed for this policy and {longest} tokens in a row; "
            f"allow more{remedy}"
        )
    return tokens
