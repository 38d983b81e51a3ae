"""The Python side of test-vllm.sh: random policies of each family, and srar's rollouts beside vLLM's.

vllm_policies.py random POLICY FOLDER        policies llama, qwen2 and qwen3 in FOLDER, with POLICY's tokenizer
vllm_policies.py opened POLICY ROLLOUTS      vLLM opens POLICY and takes the greedy tokens of ROLLOUTS
vllm_policies.py same ROLLOUTS OTHERS NAME   the same tokens and log-probabilities
vllm_policies.py moved ROLLOUTS OTHERS       not the same log-probabilities
vllm_policies.py close METRICS               an update found sampler and trainer close
"""

import json
import shutil
import sys
from pathlib import Path

LARGEST_DIFFERENCE = 1e-4
"""Between log-probabilities of two engines, both in float32."""


def random(policy: Path, folder: Path) -> None:
    """What the tied Llama of `srar-update init` leaves out: untied heads, biases, norms of queries and keys, scaled rotations."""
    import torch
    import transformers

    shape = {"num_hidden_layers": 2, "hidden_size": 128, "intermediate_size": 256, "num_attention_heads": 4}
    shape |= {"num_key_value_heads": 2, "head_dim": 32, "max_position_embeddings": 512, "initializer_range": 0.1}
    vocabulary = json.loads((policy / "config.json").read_text())
    shape |= {key: vocabulary[key] for key in ("vocab_size", "bos_token_id", "eos_token_id", "pad_token_id") if key in vocabulary}
    llama3 = {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0}
    llama3 |= {"original_max_position_embeddings": 64, "rope_theta": 500.0}
    yarn = {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 128, "rope_theta": 10_000.0}
    plain = {"rope_type": "default", "rope_theta": 10_000.0}
    for family, tied, rope in [("Llama", False, llama3), ("Qwen2", True, plain), ("Qwen3", False, yarn)]:
        torch.manual_seed(1)
        config = getattr(transformers, family + "Config")(tie_word_embeddings=tied, rope_parameters=rope, **shape)
        model = getattr(transformers, family + "ForCausalLM")(config)
        with torch.no_grad():
            for name, parameter in model.named_parameters():
                if name.endswith("bias"):
                    parameter.normal_(std=0.1)
        model.save_pretrained(folder / family.lower())
        for file in ["tokenizer.json", "tokenizer_config.json", "generation_config.json"]:
            shutil.copy(policy / file, folder / family.lower() / file)


def rollouts(path: Path) -> list[dict]:
    """The rollouts of a stream of plain JSON Lines."""
    found = [json.loads(line)["rollout"] for line in path.read_text().splitlines()]
    assert found, f"{path} holds no rollouts"
    return found


def opened(policy: Path, path: Path) -> None:
    """vLLM's engine in this process; a prompt is its tokens."""
    import vllm

    expected = rollouts(path)
    engine = vllm.LLM(str(policy), dtype="float32", max_model_len=512, max_num_seqs=16, enforce_eager=True, disable_log_stats=True)
    options = vllm.SamplingParams(temperature=0, max_tokens=64, logprobs=0)
    prompts = [{"prompt_token_ids": rollout["prompt_tokens"]} for rollout in expected]
    found = []
    for output in engine.generate(prompts, options, use_tqdm=False):
        tokens = list(output.outputs[0].token_ids)
        values = [place[token].logprob for token, place in zip(tokens, output.outputs[0].logprobs)]
        found.append({"tokens": tokens, "logprobs": values})
    same(expected, found, f"{policy.name} opened by vLLM {vllm.__version__}")


def differences(expected: list[dict], found: list[dict]) -> list[float]:
    """Between the log-probabilities of tokens that are the same up to there."""
    assert len(expected) == len(found), f"{len(found)} rollouts instead of {len(expected)}"
    every = []
    for one, other in zip(expected, found):
        for token, other_token, value, other_value in zip(one["tokens"], other["tokens"], one["logprobs"], other["logprobs"]):
            if token != other_token:
                break
            every.append(abs(value - other_value))
    assert every, "no token is the same"
    return every


def same(expected: list[dict], found: list[dict], name: str) -> None:
    """Every token is the same, and as likely."""
    for index, (one, other) in enumerate(zip(expected, found)):
        assert one["tokens"] == other["tokens"], f"{name}: response {index} has other tokens"
    largest = max(differences(expected, found))
    assert largest < LARGEST_DIFFERENCE, f"{name}: log-probabilities are {largest} apart"
    count = sum(len(rollout["tokens"]) for rollout in expected)
    print(f"test-vllm: {name}: {count} tokens the same, log-probabilities at most {largest:.1e} apart", flush=True)


def moved(expected: list[dict], found: list[dict]) -> None:
    """Without this a server that loads nothing would pass."""
    largest = max(differences(expected, found))
    assert largest > 100 * LARGEST_DIFFERENCE, f"the update has moved the policy by {largest} only: nothing is tested"


def close(metrics: Path) -> None:
    """The update's own measure of the distance of vLLM's log-probabilities from its own."""
    difference = json.loads(metrics.read_text().splitlines()[-1])["sampler_difference"]
    assert difference < LARGEST_DIFFERENCE, f"sampler and trainer are {difference} apart"
    print(f"test-vllm: an update from its samples: sampler and trainer {difference:.1e} apart", flush=True)


def main() -> None:
    """Does what the first argument says."""
    action, *arguments = sys.argv[1:]
    paths = [Path(argument) for argument in arguments]
    if action == "random":
        random(paths[0], paths[1])
    elif action == "opened":
        opened(paths[0], paths[1])
    elif action == "same":
        same(rollouts(paths[0]), rollouts(paths[1]), arguments[2])
    elif action == "moved":
        moved(rollouts(paths[0]), rollouts(paths[1]))
    elif action == "close":
        close(paths[0])
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()
