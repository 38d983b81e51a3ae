"""Writes groups/CASE.json and groups/CASE.f32 from the models of make_fixtures.py; see RECIPE.md."""
import json
import os

import numpy
import torch
import transformers

HERE = os.path.dirname(os.path.abspath(__file__))
CASES = ["llama-tied", "llama-untied", "qwen2", "qwen3"]
# Prompts and the lengths of their continuations: longer than a block of queries, of one token, without company.
GROUPS = [(67, [9, 1, 58]), (1, [5, 6]), (4, [3])]


def write(name):
    with open(os.path.join(HERE, name + ".json")) as file:
        description = json.load(file)
    shape = {key: description[key] for key in [
        "vocab_size", "hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads",
        "num_key_value_heads", "head_dim", "max_position_embeddings", "rms_norm_eps", "tie_word_embeddings"]}
    family = description["architecture"].capitalize()
    config = getattr(transformers, family + "Config")(
        **shape, rope_parameters={"rope_type": "default", "rope_theta": description["rope_theta"]},
        attn_implementation="eager")
    model = getattr(transformers, family + "ForCausalLM")(config).eval()
    numbers = torch.from_numpy(numpy.fromfile(os.path.join(HERE, name + ".f32"), dtype="<f4"))
    parameters, start = dict(model.named_parameters()), 0
    with torch.no_grad():
        for tensor, dimensions in description["tensors"]:
            parameter = parameters[tensor]
            assert list(parameter.shape) == dimensions
            parameter.copy_(numbers[start:start + parameter.numel()].view(parameter.shape))
            start += parameter.numel()
    model = model.double()
    torch.manual_seed(19)
    loss, groups = 0, []
    for prompt_length, lengths in GROUPS:
        prompt = torch.randint(0, shape["vocab_size"], (prompt_length,))
        continuations = []
        for length in lengths:
            tokens = torch.randint(0, shape["vocab_size"], (length,))
            out = model(torch.cat([prompt, tokens])[None]).logits[0, prompt_length - 1:-1]
            log_p = torch.log_softmax(out / description["temperature"], dim=-1)
            chosen = log_p.gather(1, tokens[:, None])[:, 0]
            entropy = -(log_p.exp() * log_p).sum(-1)
            # Some tokens are no targets, the last ones among them.
            is_target = torch.rand(length) < 0.7
            is_target[0] = True
            w, v = torch.randn(length).float(), (0.1 * torch.randn(length)).float()
            loss = loss + ((w.double() * chosen + v.double() * entropy) * is_target).sum()
            values = lambda tensor: [float(x) for x in tensor.detach()[is_target].float()]
            continuations.append({
                "tokens": tokens.tolist(), "is_target": is_target.tolist(), "log_probabilities": values(chosen),
                "entropies": values(entropy), "log_probability_weights": values(w), "entropy_weights": values(v)})
        groups.append({"prompt": prompt.tolist(), "continuations": continuations})
    loss.backward()
    result = {"versions": {"torch": torch.__version__, "transformers": transformers.__version__}, "groups": groups}
    os.makedirs(os.path.join(HERE, "groups"), exist_ok=True)
    with open(os.path.join(HERE, "groups", name + ".json"), "w") as file:
        json.dump(result, file)
        file.write("\n")
    flat = [parameters[tensor].grad.numpy().ravel() for tensor, _ in description["tensors"]]
    numpy.concatenate(flat).astype("<f4").tofile(os.path.join(HERE, "groups", name + ".f32"))


for case in CASES:
    write(case)
