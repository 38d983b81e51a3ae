"""Writes the policy folders of this folder's `folders`; see RECIPE.md."""
import json
import os
import shutil
import sys

import safetensors.torch
import torch
import transformers

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "folders")
SHAPE = dict(hidden_size=16, intermediate_size=24, num_attention_heads=2, num_key_value_heads=1, head_dim=8)
# Heads that are wider than hidden size over heads.
WIDE_HEADS = dict(hidden_size=16, intermediate_size=20, num_attention_heads=4, num_key_value_heads=2, head_dim=6)
LLAMA3 = dict(rope_type="llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0,
              original_max_position_embeddings=64, rope_theta=500.0)
YARN = dict(rope_type="yarn", factor=4.0, original_max_position_embeddings=32, rope_theta=100.0, beta_fast=8.0)
# name: family, shape, tied, rope, dtype, bytes of a file, whether config.json has the older names
CASES = {
    "llama-linear": ("Llama", SHAPE, True, dict(rope_type="linear", factor=2.5, rope_theta=1000.0), "float32", None, True),
    "llama-llama3": ("Llama", WIDE_HEADS, False, LLAMA3, "bfloat16", 6_000, False),
    "llama-yarn": ("Llama", SHAPE, False, dict(YARN, mscale=1.3, mscale_all_dim=0.7, truncate=False), "float32", None, False),
    "qwen2-yarn": ("Qwen2", SHAPE, True, YARN, "float16", None, True),
    "qwen2-default": ("Qwen2", SHAPE, False, dict(rope_type="default", rope_theta=1000.0), "float32", 9_000, False),
    "qwen3-yarn": ("Qwen3", WIDE_HEADS, True, dict(YARN, attention_factor=1.4), "bfloat16", None, False),
    "qwen3-llama3": ("Qwen3", SHAPE, False, LLAMA3, "float16", 4_000, True),
    "llama-bias": ("Llama", dict(SHAPE, attention_bias=True), True, dict(rope_type="default", rope_theta=500.0), "float32", None, False),
    "qwen3-bias": ("Qwen3", dict(WIDE_HEADS, attention_bias=True), False, dict(rope_type="default", rope_theta=500.0), "bfloat16", None, False),
}
VOCABULARY, PROMPTS, PROMPT_TOKENS, GREEDY_TOKENS = 40, 20, 6, 64


def write(name, family, shape, tied, rope, dtype, shard_bytes, older):
    torch.manual_seed(sum(map(ord, name)))
    config = getattr(transformers, family + "Config")(
        vocab_size=VOCABULARY, num_hidden_layers=2, max_position_embeddings=128, rms_norm_eps=1e-6,
        tie_word_embeddings=tied, rope_parameters=rope, attn_implementation="eager", bos_token_id=None, eos_token_id=None,
        pad_token_id=None, **shape)
    model = getattr(transformers, family + "ForCausalLM")(config).float().eval()
    with torch.no_grad():
        for key, p in model.named_parameters():
            noise = torch.randn(p.shape)
            p.copy_(1 + 0.2 * noise if key.endswith("norm.weight") else 0.3 * noise)
    folder = os.path.join(HERE, name)
    shutil.rmtree(folder, ignore_errors=True)
    options = {} if shard_bytes is None else {"max_shard_size": shard_bytes}
    model.to(getattr(torch, dtype)).save_pretrained(folder, **options)
    if older:
        path = os.path.join(folder, "config.json")
        values = json.load(open(path))
        parameters = values.pop("rope_parameters")
        values["rope_theta"] = parameters.pop("rope_theta")
        parameters["type"] = parameters.pop("rope_type")
        values["rope_scaling"] = None if parameters["type"] == "default" else parameters
        values["torch_dtype"] = values.pop("dtype")
        json.dump(values, open(path, "w"), indent=2)
    os.remove(os.path.join(folder, "generation_config.json"))
    # What transformers computes in float32 from the stored weights.
    model = transformers.AutoModelForCausalLM.from_pretrained(
        folder, dtype=torch.float32, attn_implementation="eager").eval()
    reference = {"versions": {"torch": torch.__version__, "transformers": transformers.__version__}}
    tokens = torch.randint(0, VOCABULARY, (100,))
    logits = model(tokens[None]).logits[0]
    chosen = torch.log_softmax(logits[:-1], -1).gather(1, tokens[1:, None])[:, 0][PROMPT_TOKENS - 1:]
    # GRPO's clipped objective on one response, the old policy a little off.
    old = (chosen + 0.3 * torch.randn(len(chosen))).detach()
    advantages = torch.randn(len(chosen))
    ratio = (chosen - old).exp()
    loss = -torch.minimum(ratio * advantages, ratio.clamp(0.8, 1.28) * advantages).mean()
    loss.backward()
    weights = torch.autograd.grad(-torch.minimum(
        (c := chosen.detach().requires_grad_()).sub(old).exp() * advantages,
        c.sub(old).exp().clamp(0.8, 1.28) * advantages).mean(), c)[0]
    reference |= {
        "tokens": tokens.tolist(), "prompt_tokens": PROMPT_TOKENS, "last_logits": logits[-1].tolist(),
        "log_probabilities": chosen.tolist(), "log_probability_gradients": weights.tolist(), "loss": float(loss)}
    prompts = torch.randint(0, VOCABULARY, (PROMPTS, PROMPT_TOKENS))
    text = prompts
    with torch.no_grad():
        for _ in range(GREEDY_TOKENS):
            text = torch.cat([text, model(text).logits[:, -1].argmax(-1, keepdim=True)], 1)
    reference |= {"prompts": prompts.tolist(), "greedy": text[:, PROMPT_TOKENS:].tolist()}
    with open(os.path.join(folder, "reference.jsonl"), "w") as file:
        file.write(json.dumps(reference) + "\n")
    safetensors.torch.save_file(
        {key: p.grad.contiguous() for key, p in model.named_parameters()},
        os.path.join(folder, "gradients.safetensors"))


for name in sys.argv[1:] or CASES:
    write(name, *CASES[name])
