"""Writes the fixtures of this folder; see RECIPE.md."""
import json
import os

import numpy
import torch
import transformers

HERE = os.path.dirname(os.path.abspath(__file__))
WIDE = dict(hidden_size=32, intermediate_size=40, num_attention_heads=4, num_key_value_heads=2, head_dim=8)
NARROW = dict(hidden_size=16, intermediate_size=24, num_attention_heads=2, num_key_value_heads=1, head_dim=8)
CASES = {
    "llama-tied": ("Llama", WIDE, dict(tie_word_embeddings=True)),
    "llama-untied": ("Llama", WIDE, dict(tie_word_embeddings=False)),
    "qwen2": ("Qwen2", NARROW, dict(tie_word_embeddings=True)),
    "qwen3": ("Qwen3", NARROW, dict(tie_word_embeddings=False)),
}
LENGTHS = [11, 70]  # the second is longer than one block of queries
TEMPERATURE = 0.8


def layout(model):
    """Names in the order of the files."""
    names = ["model.embed_tokens.weight"]
    present = dict(model.named_parameters())
    for layer in range(model.config.num_hidden_layers):
        for name in ["input_layernorm.weight", "self_attn.q_proj.weight", "self_attn.k_proj.weight",
                     "self_attn.v_proj.weight", "self_attn.q_proj.bias", "self_attn.k_proj.bias",
                     "self_attn.v_proj.bias", "self_attn.q_norm.weight", "self_attn.k_norm.weight",
                     "self_attn.o_proj.weight", "post_attention_layernorm.weight",
                     "mlp.gate_proj.weight", "mlp.up_proj.weight", "mlp.down_proj.weight"]:
            name = f"model.layers.{layer}.{name}"
            if name in present:
                names.append(name)
    names.append("model.norm.weight")
    if "lm_head.weight" in present:
        names.append("lm_head.weight")
    assert sorted(names) == sorted(present), set(names) ^ set(present)
    return names


def write(name, case):
    family, shape, ties = case
    torch.manual_seed(7)
    config = getattr(transformers, family + "Config")(
        vocab_size=40, num_hidden_layers=2, max_position_embeddings=128, rms_norm_eps=1e-6,
        rope_parameters={"rope_type": "default", "rope_theta": 5000.0}, attn_implementation="eager", **shape, **ties)
    model = getattr(transformers, family + "ForCausalLM")(config).float().eval()
    names = layout(model)
    parameters = dict(model.named_parameters())
    with torch.no_grad():
        for n in names:
            p = parameters[n]
            noise = torch.randn(p.shape)
            p.copy_(1 + 0.2 * noise if n.endswith("norm.weight") else 0.25 * noise)
    sequences = [torch.randint(0, 40, (length,)) for length in LENGTHS]
    loss, logits, log_probabilities, entropies, weights, entropy_weights = 0, [], [], [], [], []
    for tokens in sequences:
        out = model(tokens[None]).logits[0]
        log_p = torch.log_softmax(out[:-1] / TEMPERATURE, dim=-1)
        chosen = log_p.gather(1, tokens[1:, None])[:, 0]
        entropy = -(log_p.exp() * log_p).sum(-1)
        # The first three tokens are a prompt; a policy-gradient-like loss weights every other one.
        w, v = torch.randn(len(chosen)), 0.1 * torch.randn(len(chosen))
        w[:2], v[:2] = 0, 0
        loss = loss + (w * chosen + v * entropy).sum()
        logits.append(out)
        log_probabilities.append(chosen[2:])
        entropies.append(entropy[2:])
        weights.append(w[2:])
        entropy_weights.append(v[2:])
    loss.backward()
    numbers = lambda parts: [float(x) for part in parts for x in part.detach()]
    # Greedy continuation of the first five tokens, without a cache.
    greedy = sequences[0][:5].tolist()
    with torch.no_grad():
        while len(greedy) < 25:
            greedy.append(int(model(torch.tensor([greedy])).logits[0, -1].argmax()))
    description = {
        "architecture": family.lower(), "versions": {"torch": torch.__version__, "transformers": transformers.__version__},
        "vocab_size": 40, "num_hidden_layers": 2, "max_position_embeddings": 128, "rms_norm_eps": 1e-6,
        "rope_theta": 5000.0, **shape, **ties, "temperature": TEMPERATURE, "prompt_tokens": 3,
        "sequences": [s.tolist() for s in sequences], "log_probabilities": numbers(log_probabilities),
        "entropies": numbers(entropies), "log_probability_weights": numbers(weights),
        "entropy_weights": numbers(entropy_weights), "greedy": greedy,
        "last_logits": [float(x) for x in logits[1][-1].detach()],
        "tensors": [[n, list(parameters[n].shape)] for n in names],
    }
    with open(os.path.join(HERE, name + ".json"), "w") as file:
        json.dump(description, file)
        file.write("\n")
    flat = [parameters[n].detach().numpy().ravel() for n in names] + [parameters[n].grad.numpy().ravel() for n in names]
    numpy.concatenate(flat).astype("<f4").tofile(os.path.join(HERE, name + ".f32"))


if __name__ == "__main__":
    for name, case in CASES.items():
        write(name, case)
