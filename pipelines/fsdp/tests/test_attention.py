"""Attention in packs is each sequence's own, values and gradients; on a GPU in half precision too."""

from itertools import pairwise

import pytest
import torch
from torch.nn.functional import scaled_dot_product_attention

from srar_fsdp.attention import packed_attention

PLACES = [("cpu", torch.float32, 1e-5)]
if torch.cuda.is_available():
    PLACES += [("cuda", torch.float32, 1e-5), ("cuda", torch.bfloat16, 1e-2)]


@pytest.mark.parametrize("key_heads", [8, 2])
@pytest.mark.parametrize(("device", "dtype", "tolerance"), PLACES)
def test_packed_attention_and_its_gradient(device, dtype, tolerance, key_heads):
    generator = torch.Generator(device).manual_seed(3)
    edges = [0, 5, 300, 301, 900]

    def states(heads: int) -> torch.Tensor:
        return torch.randn(1, heads, edges[-1], 64, device=device, dtype=dtype, generator=generator).requires_grad_()

    inputs = states(8), states(key_heads), states(key_heads)
    direction = torch.randn(1, edges[-1], 8, 64, device=device, generator=generator)
    boundaries = torch.tensor(edges, device=device, dtype=torch.int32)
    found, _ = packed_attention(torch.nn.Identity(), *inputs, None, boundaries=boundaries, edges=edges, longest=599)
    exact = [tensor.detach().double().requires_grad_() for tensor in inputs]
    parts = [
        scaled_dot_product_attention(*(tensor[:, :, start:end] for tensor in exact), is_causal=True, enable_gqa=True)
        for start, end in pairwise(edges)
    ]
    expected = torch.cat(parts, dim=2).transpose(1, 2)
    pairs = [(found, expected)]
    gradients = torch.autograd.grad((found.float() * direction).sum(), inputs)
    pairs += zip(gradients, torch.autograd.grad((expected * direction).sum(), exact), strict=True)
    for values, reference in pairs:
        assert (values.double() - reference).norm() < tolerance * reference.norm()
