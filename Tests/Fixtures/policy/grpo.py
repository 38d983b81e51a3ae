"""Writes grpo.json and grpo.f32: policy updates of a tiny model by PyTorch's autograd. See RECIPE.md."""

import json
import pathlib

import numpy
import torch
import transformers

HERE = pathlib.Path(__file__).parent
EPOCHS = 3
CASES = {
    "token-mean": {
        "old": "rollout", "temperature": 0.9, "kl": "k3", "kl_coefficient": 0.05, "entropy_coefficient": 0.01,
        "rollout_cap": None,
    },
    "seq-mean-token-mean": {
        "old": "recomputed", "temperature": 1.0, "kl": "k2", "kl_coefficient": 0.1, "entropy_coefficient": 0.0,
        "rollout_cap": 1.1,
    },
    # Neither KL nor entropy: tokens whose advantage is 0 need not be computed.
    "seq-mean-token-sum-norm": {
        "old": "rollout", "temperature": 1.0, "kl": "k3", "kl_coefficient": 0.0, "entropy_coefficient": 0.0,
        "rollout_cap": None,
    },
}
LENGTH_SCALE = 16
CLIP_LOW, CLIP_HIGH, DUAL_CLIP = 0.2, 0.28, 2.0
RATE, WARM_UP, DECAY, EPSILON, MAX_NORM = 1e-2, 2, 0.1, 1e-3, 1.0


def names_in_order(model):
    """The order of the engine's flat buffer."""
    names = ["model.embed_tokens.weight"]
    for layer in range(model.config.num_hidden_layers):
        names += [
            f"model.layers.{layer}.{part}.weight"
            for part in [
                "input_layernorm", "self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj",
                "post_attention_layernorm", "mlp.gate_proj", "mlp.up_proj", "mlp.down_proj",
            ]
        ]
    names.append("model.norm.weight")
    assert sorted(names) == sorted(dict(model.named_parameters()))
    return names


def statistics(model, sample, temperature):
    """Log-probabilities and entropies of the response's tokens."""
    tokens = torch.tensor(sample["prompt"] + sample["response"])
    log_p = torch.log_softmax(model(tokens[None]).logits[0, :-1] / temperature, dim=-1)
    start = len(sample["prompt"]) - 1
    chosen = log_p.gather(1, tokens[1:, None])[start:, 0]
    return chosen, -(log_p.exp() * log_p).sum(-1)[start:]


def loss_of(model, samples, olds, reduction, options):
    rows, kls, clipped = [], [], []
    for sample, old in zip(samples, olds):
        current, entropy = statistics(model, sample, options["temperature"])
        advantage = torch.tensor(sample["advantages"], dtype=torch.float64)
        ratio = (current - old).exp()
        plain, bounded = -advantage * ratio, -advantage * ratio.clamp(1 - CLIP_LOW, 1 + CLIP_HIGH)
        loss = torch.maximum(plain, bounded)
        loss = torch.where(advantage < 0, torch.minimum(loss, -advantage * DUAL_CLIP), loss)
        if options["rollout_cap"]:
            rollout = torch.tensor(sample["rollout"], dtype=torch.float64)
            loss = loss * (old - rollout).exp().clamp(max=options["rollout_cap"])
        d = current - torch.tensor(sample["reference"], dtype=torch.float64)
        kl = d**2 / 2 if options["kl"] == "k2" else (-d).exp() + d - 1
        rows.append(loss + options["kl_coefficient"] * kl - options["entropy_coefficient"] * entropy)
        # What is reported is of the tokens that have to be computed.
        trained = (advantage != 0) | (options["kl_coefficient"] != 0)
        kls.append((old - current).detach()[trained])
        clipped.append((bounded > plain).double()[trained])
    if reduction == "token-mean":
        total = torch.cat(rows).mean()
    elif reduction == "seq-mean-token-mean":
        total = torch.stack([row.mean() for row in rows]).mean()
    else:
        total = torch.stack([row.sum() for row in rows]).mean() / LENGTH_SCALE
    return total, float(torch.cat(kls).mean()), float(torch.cat(clipped).mean())


torch.manual_seed(5)
shape = {
    "vocab_size": 24, "hidden_size": 16, "intermediate_size": 24, "num_hidden_layers": 2, "num_attention_heads": 2,
    "num_key_value_heads": 1, "head_dim": 8, "max_position_embeddings": 64, "rms_norm_eps": 1e-6,
}
config = transformers.LlamaConfig(
    **shape, tie_word_embeddings=True, attn_implementation="eager",
    rope_parameters={"rope_type": "default", "rope_theta": 10000.0})
model = transformers.LlamaForCausalLM(config).eval()
names = names_in_order(model)
with torch.no_grad():
    for name in names:
        p = dict(model.named_parameters())[name]
        noise = torch.randn(p.shape)
        p.copy_(1 + 0.2 * noise if "norm" in name else 0.25 * noise)
initial = {name: p.detach().clone() for name, p in model.named_parameters()}
model = model.double()
flat = [initial[name].numpy().flatten() for name in names]


def random_tokens(count):
    return torch.randint(0, shape["vocab_size"], (count,)).tolist()


def rounded(values):
    """As float32 holds them: what both sides start from."""
    return [float(numpy.float32(value)) for value in values]


samples = []
for prompt, response in [(3, 9), (5, 1), (2, 14), (4, 6), (3, 7)]:
    samples.append({"prompt": random_tokens(prompt), "response": random_tokens(response)})
for index, sample in enumerate(samples):
    count = len(sample["response"])
    with torch.no_grad():
        current, _ = statistics(model, sample, CASES["token-mean"]["temperature"])
    sample["advantages"] = rounded(torch.randn(count))
    if index == 3:
        sample["advantages"] = [0.0] * count
    if index == 2:
        sample["advantages"] = [0.0, 0.0] + sample["advantages"][2:5] + [0.0] + sample["advantages"][6:-4] + [0.0] * 4
    sample["rollout"] = rounded(current + 0.25 * torch.randn(count))
    sample["reference"] = rounded(current + 0.2 * torch.randn(count))

cases = []
for reduction, options in CASES.items():
    with torch.no_grad():
        for name, p in model.named_parameters():
            p.copy_(initial[name].double())
        recomputed = [statistics(model, sample, options["temperature"])[0] for sample in samples]
    given = [torch.tensor(sample["rollout"], dtype=torch.float64) for sample in samples]
    olds = given if options["old"] == "rollout" else recomputed
    optimizer = torch.optim.AdamW(model.parameters(), lr=1.0, eps=EPSILON, weight_decay=DECAY)
    steps = []
    for epoch in range(1, EPOCHS + 1):
        optimizer.zero_grad()
        loss, kl, clipped = loss_of(model, samples, olds, reduction, options)
        loss.backward()
        if epoch == 1:
            flat += [dict(model.named_parameters())[name].grad.numpy().flatten() for name in names]
        for group in optimizer.param_groups:
            group["lr"] = RATE * min(1, epoch / WARM_UP)
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), MAX_NORM)
        optimizer.step()
        steps.append({"loss": loss.item(), "approximate_kl": kl, "clip_fraction": clipped, "norm": float(norm)})
    flat += [dict(model.named_parameters())[name].detach().numpy().flatten() for name in names]
    cases.append({"reduction": reduction, **options, "steps": steps})

description = {
    "versions": {"torch": torch.__version__, "transformers": transformers.__version__},
    "shape": shape, "rope_theta": 10000.0, "samples": samples, "cases": cases,
    "clip_low": CLIP_LOW, "clip_high": CLIP_HIGH, "dual_clip": DUAL_CLIP, "rate": RATE, "warm_up": WARM_UP,
    "weight_decay": DECAY, "epsilon": EPSILON, "max_norm": MAX_NORM, "length_scale": LENGTH_SCALE,
}
(HERE / "grpo.json").write_text(json.dumps(description) + "\n")
numpy.concatenate(flat).astype("<f4").tofile(HERE / "grpo.f32")
