"""Writes what the models of make_fixtures.py give where the operands of matrix products are rounded; see RECIPE.md."""
import json
import os

import numpy
import torch
import transformers
from make_fixtures import CASES, HERE, layout


def rounded(x):
    """The nearest bfloat16 numbers, as float32."""
    return x.to(torch.bfloat16).to(torch.float32)


class RoundedLinear(torch.autograd.Function):
    """x · wᵀ and its gradients, each of rounded operands, summed in float32."""

    @staticmethod
    def forward(context, x, weight):
        context.save_for_backward(x, weight)
        return rounded(x) @ rounded(weight).T

    @staticmethod
    def backward(context, dy):
        x, weight = context.saved_tensors
        dx = rounded(dy) @ rounded(weight)
        return dx, rounded(dy).reshape(-1, dy.shape[-1]).T @ rounded(x).reshape(-1, x.shape[-1])


class RoundedAttention(torch.autograd.Function):
    """softmax(q · kᵀ · scale) · v and its gradients, each product of rounded operands, summed in float32.

    Probabilities are rounded before they are divided by their sum, and again, after it, for their values' gradient.
    """

    @staticmethod
    def forward(context, q, k, v, scale):
        q, k, v = rounded(q), rounded(k), rounded(v)
        n = q.shape[-2]
        unseen = torch.ones(n, n, dtype=torch.bool).triu(1)
        scores = (q @ k.mT * scale).masked_fill(unseen, -torch.inf)
        e = (scores - scores.amax(-1, keepdim=True)).exp()
        out = rounded(e) @ v / e.sum(-1, keepdim=True)
        context.save_for_backward(q, k, v, scores.softmax(-1), out)
        context.scale = scale
        return out

    @staticmethod
    def backward(context, d_out):
        q, k, v, p, out = context.saved_tensors
        d_out = rounded(d_out)
        d_scores = p * (d_out @ v.mT - (d_out * out).sum(-1, keepdim=True)) * context.scale
        return rounded(d_scores) @ k, rounded(d_scores).mT @ q, rounded(p).mT @ d_out, None


def attention(module, q, k, v, mask, scaling, **_):
    """For transformers: [batch, heads, tokens, d], with fewer heads of keys and values, to [batch, tokens, heads, d]."""
    k, v = (x.repeat_interleave(module.num_key_value_groups, dim=1) for x in (k, v))
    return RoundedAttention.apply(q, k, v, scaling).transpose(1, 2), None


def forward(self, x):
    y = RoundedLinear.apply(x, self.weight)
    return y if self.bias is None else y + self.bias


def write(name):
    description = json.load(open(os.path.join(HERE, name + ".json")))
    family, shape, ties = CASES[name]
    config = getattr(transformers, family + "Config")(
        vocab_size=40, num_hidden_layers=2, max_position_embeddings=128, rms_norm_eps=1e-6,
        rope_parameters={"rope_type": "default", "rope_theta": 5000.0}, attn_implementation="rounded", **shape, **ties)
    model = getattr(transformers, family + "ForCausalLM")(config).float().eval()
    for module in model.modules():
        if isinstance(module, torch.nn.Linear):
            module.forward = forward.__get__(module)
    names, parameters = layout(model), dict(model.named_parameters())
    numbers = torch.from_numpy(numpy.fromfile(os.path.join(HERE, name + ".f32"), "<f4"))
    position = 0
    with torch.no_grad():
        for n in names:
            p = parameters[n]
            p.copy_(numbers[position:position + p.numel()].reshape(p.shape))
            position += p.numel()
    assert 2 * position == len(numbers)
    weights = torch.tensor(description["log_probability_weights"])
    entropy_weights = torch.tensor(description["entropy_weights"])
    loss, chosens, entropies, start = 0, [], [], 0
    first = description["prompt_tokens"] - 1
    for tokens in map(torch.tensor, description["sequences"]):
        logits = model(tokens[None]).logits[0]
        log_p = torch.log_softmax(logits[:-1] / description["temperature"], dim=-1)[first:]
        chosen = log_p.gather(1, tokens[1 + first:, None])[:, 0]
        entropy = -(log_p.exp() * log_p).sum(-1)
        end = start + len(chosen)
        loss = loss + (weights[start:end] * chosen + entropy_weights[start:end] * entropy).sum()
        start = end
        chosens.append(chosen.detach())
        entropies.append(entropy.detach())
    loss.backward()
    gradients = torch.cat([parameters[n].grad.ravel() for n in names])
    # Log-probabilities, entropies, the logits after the last sequence, and the gradients.
    flat = torch.cat(chosens + entropies + [logits[-1].detach(), gradients])
    flat.numpy().astype("<f4").tofile(os.path.join(HERE, name + ".bf16.f32"))


if __name__ == "__main__":
    transformers.AttentionInterface.register("rounded", attention)
    for name in CASES:
        write(name)
