"""Writes `policy.gguf`, a random llama policy as llama.cpp's converter would store it, and what transformers computes: see RECIPE.md."""
import json

import gguf
import numpy as np
import torch
import transformers

torch.manual_seed(17)
Q = gguf.GGMLQuantizationType
TOKENS = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
alphabet = [c for b, c in sorted(
    (b, chr(b) if b in [*range(33, 127), *range(161, 173), *range(174, 256)] else None) for b in range(256)) if c]
# Bytes that print not: U+0100 and up, in their order.
others = [b for b in range(256) if b not in [*range(33, 127), *range(161, 173), *range(174, 256)]]
alphabet = {**{ord(c): c for c in alphabet}, **{b: chr(256 + i) for i, b in enumerate(others)}}
TOKENS += [alphabet[b] for b in range(256)] + ["on", "one", "Ġt", "Ġtw"]
MERGES = ["o n", "on e", "Ġ t", "Ġt w"]
TEMPLATE = ("{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}"
            "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}")
config = transformers.LlamaConfig(
    vocab_size=len(TOKENS), hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4,
    num_key_value_heads=2, head_dim=8, max_position_embeddings=256, rms_norm_eps=1e-5, tie_word_embeddings=True,
    rope_theta=5000.0, attention_bias=True, attn_implementation="eager", bos_token_id=1, eos_token_id=2, pad_token_id=2)
model = transformers.LlamaForCausalLM(config).float().eval()
NAMES = {"model.embed_tokens": "token_embd", "model.norm": "output_norm"}
LAYER = {"input_layernorm": "attn_norm", "post_attention_layernorm": "ffn_norm", "self_attn.q_proj": "attn_q",
         "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v", "self_attn.o_proj": "attn_output",
         "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down"}
TYPES = {"token_embd": Q.Q8_0, "attn_q": Q.Q5_1, "attn_k": Q.Q4_1, "attn_v": Q.F16, "attn_output": Q.Q5_0, "ffn_gate": Q.Q4_0,
         "ffn_up": Q.BF16, "ffn_down": Q.Q8_0}


def turned(values, heads):
    """Rows of a head as llama.cpp has them: (0, d/2, 1, d/2 + 1, …)."""
    return values.reshape(heads, 2, -1, *values.shape[1:]).swapaxes(1, 2).reshape(values.shape)


def turned_back(values, heads):
    return values.reshape(heads, -1, 2, *values.shape[1:]).swapaxes(1, 2).reshape(values.shape)


writer = gguf.GGUFWriter("policy.gguf", "llama")
writer.add_context_length(256)
writer.add_embedding_length(32)
writer.add_block_count(2)
writer.add_feed_forward_length(64)
writer.add_head_count(4)
writer.add_head_count_kv(2)
writer.add_layer_norm_rms_eps(1e-5)
writer.add_rope_freq_base(5000.0)
writer.add_rope_dimension_count(8)
writer.add_tokenizer_model("gpt2")
writer.add_tokenizer_pre("smollm")
writer.add_token_list(TOKENS)
writer.add_token_types([3] * 3 + [1] * (len(TOKENS) - 3))
writer.add_token_merges(MERGES)
writer.add_bos_token_id(1)
writer.add_eos_token_id(2)
writer.add_pad_token_id(2)
writer.add_chat_template(TEMPLATE)
with torch.no_grad():
    for name, p in model.named_parameters():
        p.copy_(1 + 0.2 * torch.randn(p.shape) if "norm" in name else 0.3 * torch.randn(p.shape))
        stem, kind = name.rsplit(".", 1)
        parts = stem.split(".")
        short = NAMES.get(stem) or LAYER[".".join(parts[3:])]
        heads = {"attn_q": 4, "attn_k": 2}.get(short)
        values = p.numpy().copy()
        values = turned(values, heads) if heads else values
        quantised = TYPES.get(short, Q.F32) if kind == "weight" else Q.F32
        data = gguf.quants.quantize(values, quantised)
        full = f"{short}.{kind}" if stem in NAMES else f"blk.{parts[2]}.{short}.{kind}"
        writer.add_tensor(full, data, raw_dtype=quantised)
        # What the model now holds is what the file says.
        stored = gguf.quants.dequantize(data, quantised).reshape(values.shape)
        p.copy_(torch.from_numpy((turned_back(stored, heads) if heads else stored).astype(np.float32).copy()))
writer.write_header_to_file()
writer.write_kv_data_to_file()
writer.write_tensors_to_file()
writer.close()

ids = {token: i for i, token in enumerate(TOKENS)}
prompt = [1] + [ids[alphabet[b]] for b in b"user\n"]
# "one" and " tw" are merged, digits stand alone.
prompt += [ids["one"], ids["Ġtw"], ids["o"], ids["Ġ"], ids["1"], ids["2"], 2, ids[alphabet[10]], 1]
prompt += [ids[c] for c in "assistant"] + [ids[alphabet[10]]]
with torch.no_grad():
    text, greedy = torch.tensor([prompt]), []
    for _ in range(40):
        logits = model(text).logits[0, -1]
        if not greedy:
            first = logits
        greedy.append(int(logits.argmax()))
        text = torch.cat([text, torch.tensor([[greedy[-1]]])], 1)
        if greedy[-1] == 2:
            break
json.dump({"content": "one two 12", "prompt": prompt, "greedy": greedy, "logits": first.tolist()}, open("policy.json", "w"))
