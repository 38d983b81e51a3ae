"""Measures updates of random models of real sizes: `torchrun --nproc-per-node N -m srar_fsdp.bench`.

One line a model: tokens per second, share of the device's peak, memory. Weights are random and no optimizer state is written; the
work is that of an update.
"""

import argparse
import json
import tempfile
import time
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM, Qwen3Config

from .loss import LossOptions
from .optimizer import Optimizer, OptimizerOptions
from .policy import COMPUTE_DTYPES, Policy
from .processes import Processes, processes
from .rollouts import Sample
from .update import PolicyUpdate, UpdateOptions

MODELS = {
    "tiny": {"hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2, "num_attention_heads": 4, "vocab_size": 512},
    "qwen3-0.6b": {"hidden_size": 1024, "intermediate_size": 3072, "num_hidden_layers": 28, "num_attention_heads": 16},
    "qwen3-1.7b": {"hidden_size": 2048, "intermediate_size": 6144, "num_hidden_layers": 28, "num_attention_heads": 16},
}
QWEN3 = {"num_key_value_heads": 8, "head_dim": 128, "vocab_size": 151_936, "rope_theta": 1e6, "max_position_embeddings": 40_960}
TINY = {"num_key_value_heads": 2, "head_dim": 16}
PEAKS = {"H100": 989e12, "H200": 989e12, "A100": 312e12, "L40S": 362e12, "4090": 165e12}
"""Dense bfloat16 products per second, twice counted (multiply and add), by the makers' data sheets."""


def main() -> None:
    """Runs the bench."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--models", nargs="+", choices=MODELS, default=["qwen3-0.6b", "qwen3-1.7b"])
    parser.add_argument("--rollouts", type=int, default=32)
    parser.add_argument("--prompt-tokens", type=int, default=256)
    parser.add_argument("--response-tokens", type=int, default=2048)
    parser.add_argument("--micro-batch-tokens", type=int, default=16_384)
    parser.add_argument("--updates", type=int, default=3, help="measured ones, after one that warms up")
    parser.add_argument("--recompute", action="store_true")
    parser.add_argument("--device", choices=("cpu", "cuda"))
    parser.add_argument("--compute", choices=COMPUTE_DTYPES, default="bf16")
    options = parser.parse_args()
    with processes(options.device) as group:
        for name in options.models:
            result = _measured(name, options, group)
            if group.is_first:
                print(json.dumps(result), flush=True)


def _measured(name: str, options: argparse.Namespace, group: Processes) -> dict:
    config = Qwen3Config(**(TINY if name == "tiny" else QWEN3) | MODELS[name], tie_word_embeddings=True)
    with tempfile.TemporaryDirectory() as own:
        folder = group.from_first(lambda: own)
        group.from_first(lambda: _write_random(config, folder))
        policy = Policy(folder, group, options.compute, options.recompute)
        group.wait()
    optimizer = Optimizer(policy, OptimizerOptions(1e-6, 0), group)
    settings = UpdateOptions(LossOptions(), 1, None, options.micro_batch_tokens, False, 1.0, 1)
    update = PolicyUpdate(policy, optimizer, settings, group)
    generator = torch.Generator().manual_seed(1)

    def tokens(count: int) -> list[int]:
        return torch.randint(config.vocab_size, (count,), generator=generator).tolist()

    samples = []
    for number in range(options.rollouts):
        response = tokens(options.response_tokens)
        advantages = torch.randn(len(response), dtype=torch.float64, generator=generator)
        samples.append(Sample(f"rollout {number}", tokens(options.prompt_tokens), response, advantages))
    update.run(samples, None, lambda _: None)
    _synchronize(group)
    began = time.perf_counter()
    computed = 0
    for _ in range(options.updates):
        computed += sum(report.computed_tokens for report in update.run(samples, None, lambda _: None))
    _synchronize(group)
    rate = computed / (time.perf_counter() - began)
    parameters = sum(weight.numel() for _, weight in policy.named_weights())
    length = options.prompt_tokens + options.response_tokens
    # Forward and backward: 6 a parameter and token; attention's products over half of the length, causal.
    attention = 6 * config.num_hidden_layers * config.num_attention_heads * config.head_dim * length
    flops = rate * (6 * parameters + attention)
    result = {"model": name, "parameters": parameters, "compute": options.compute, "recompute": options.recompute}
    result |= {"processes": group.world_size, "torch": torch.__version__, "tokens_per_second": round(rate)}
    result["tera_flops_per_process"] = round(flops / group.world_size / 1e12, 3)
    if group.device.type == "cuda":
        device = torch.cuda.get_device_name(group.device)
        peak = next((value for key, value in PEAKS.items() if key in device), None)
        result |= {"device": device, "peak_memory_gib": round(torch.cuda.max_memory_allocated() / 2**30, 2)}
        if peak is not None:
            result["share_of_peak"] = round(flops / group.world_size / peak, 3)
        torch.cuda.reset_peak_memory_stats()
    else:
        result["device"] = "cpu"
    return result


def _write_random(config: Qwen3Config, folder: str) -> None:
    config.architectures = ["Qwen3ForCausalLM"]
    config.save_pretrained(folder)
    torch.manual_seed(1)
    model = AutoModelForCausalLM.from_config(config, dtype=torch.bfloat16)
    weights = {name: weight.detach().contiguous() for name, weight in model.named_parameters()}
    save_file(weights, Path(folder) / "model.safetensors")


def _synchronize(group: Processes) -> None:
    if group.device.type == "cuda":
        torch.cuda.synchronize()
    group.wait()


if __name__ == "__main__":
    main()
