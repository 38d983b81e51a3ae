"""Attention of packed sequences: causal within each, nothing across."""

import inspect
from itertools import pairwise

import torch
from torch import Tensor
from torch.nn.attention.varlen import varlen_attn
from torch.nn.functional import scaled_dot_product_attention
from transformers import AttentionInterface
from transformers.masking_utils import AttentionMaskInterface

PACKED_ATTENTION = "srar_packed"
ASKS_FOR_GROUPS = "enable_gqa" in inspect.signature(varlen_attn).parameters
"""Before 2.13, PyTorch's flash attention took fewer keys than queries without being told."""


def packed_attention(
    module: torch.nn.Module,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    scaling: float | None = None,
    boundaries: Tensor | None = None,
    edges: list[int] | None = None,
    longest: int = 0,
    **_: object,
) -> tuple[Tensor, None]:
    """Attention of one pack, as transformers' attention layers call it.

    Query, key and value are [1, heads, tokens, width]; the result is [1, tokens, heads, width]. `boundaries` and `edges` hold the
    same numbers, on the device and on the host. On a GPU in half precision it is one call of PyTorch's varlen flash
    attention; elsewhere one call of scaled dot-product attention per sequence, which needs no mask.
    """
    if query.is_cuda and query.dtype in (torch.bfloat16, torch.float16):
        q, k, v = (states[0].transpose(0, 1).contiguous() for states in (query, key, value))
        causal = (-1, 0)
        groups = {"enable_gqa": query.shape[1] != key.shape[1]} if ASKS_FOR_GROUPS else {}
        output = varlen_attn(q, k, v, boundaries, boundaries, longest, longest, scale=scaling, window_size=causal, **groups)
        return output[None], None
    outputs = [
        scaled_dot_product_attention(
            query[:, :, start:end],
            key[:, :, start:end],
            value[:, :, start:end],
            is_causal=True,
            scale=scaling,
            enable_gqa=query.shape[1] != key.shape[1],
        )
        for start, end in pairwise(edges or [])
    ]
    return torch.cat(outputs, dim=2).transpose(1, 2), None


AttentionInterface.register(PACKED_ATTENTION, packed_attention)
AttentionMaskInterface.register(PACKED_ATTENTION, lambda *_, **__: None)
