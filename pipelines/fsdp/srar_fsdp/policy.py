"""A policy in training: a transformers model, its parameters sharded over all processes."""

import json
import os
import re
from collections.abc import Iterator
from contextlib import ExitStack

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor, nn
from torch.distributed.algorithms._checkpoint.checkpoint_wrapper import checkpoint_wrapper
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import FSDPModule, MixedPrecisionPolicy, fully_shard
from torch.utils.checkpoint import checkpoint
from transformers import AutoConfig, AutoModelForCausalLM, PreTrainedConfig

from .attention import PACKED_ATTENTION
from .batches import Pack
from .errors import BadData, NoInput
from .processes import Processes

ARCHITECTURES = ("llama", "qwen2", "qwen3")
HEAD_TOKENS = 1024
# The values of `--compute`.
COMPUTE_DTYPES = {"f32": torch.float32, "bf16": torch.bfloat16}
"""Tokens whose logits are held at a time."""


def read_config(folder: str) -> PreTrainedConfig:
    """The configuration of a policy folder, where the whole of the network is computed here."""
    path = os.path.join(folder, "config.json")
    if not os.path.exists(folder):
        raise NoInput(f"{folder}: no such policy folder")
    if not os.path.isdir(folder):
        raise NoInput(f"{folder}: is a file, but a policy is a folder")
    if not os.path.exists(path):
        raise BadData(f"{path}: missing from the policy folder")
    try:
        with open(path, encoding="utf-8") as file:
            fields = json.load(file)
    except ValueError as error:
        raise BadData(f"{path}: not JSON: {error}") from None
    if fields.get("model_type") not in ARCHITECTURES:
        found = fields.get("model_type")
        raise BadData(f'{path}: "model_type" is "{found}", which is not supported; supported: {", ".join(ARCHITECTURES)}')
    unsupported = [name for name in ("quantization_config", "use_sliding_window") if fields.get(name)]
    if any(kind != "full_attention" for kind in fields.get("layer_types") or []):
        unsupported.append("layer_types")
    if unsupported:
        raise BadData(f'{path}: "{unsupported[0]}" is set, which is not supported; supported: full attention, plain weights')
    return AutoConfig.from_pretrained(folder)


def ends_of_sequence(folder: str, config: PreTrainedConfig) -> list[int]:
    """Tokens at which sampling stops: those of `config.json`, then those that `generation_config.json` adds."""
    given = [config.eos_token_id]
    path = os.path.join(folder, "generation_config.json")
    if os.path.exists(path):
        try:
            with open(path, encoding="utf-8") as file:
                given.append(json.load(file).get("eos_token_id"))
        except ValueError as error:
            raise BadData(f"{path}: not JSON: {error}") from None
    tokens = []
    for one in given:
        tokens += one if isinstance(one, list) else [] if one is None else [one]
    return list(dict.fromkeys(tokens))


class WeightFiles:
    """The safetensors files of a policy folder, one or many, opened together."""

    def __init__(self, folder: str):
        self.folder = folder
        self._files: dict[str, str] = {}
        """The file of each tensor."""
        index = os.path.join(folder, "model.safetensors.index.json")
        self._open: dict[str, safe_open] = {}
        self._stack = ExitStack()
        if os.path.exists(index):
            with open(index, encoding="utf-8") as file:
                self._files = json.load(file)["weight_map"]
            names = sorted(set(self._files.values()))
        else:
            names = ["model.safetensors"]
        for name in names:
            path = os.path.join(folder, name)
            if os.path.basename(name) != name or not os.path.exists(path):
                raise BadData(f"{path}: missing from the policy folder")
            try:
                self._open[name] = self._stack.enter_context(safe_open(path, framework="pt"))
            except SafetensorError as error:
                raise BadData(f"{path}: not a valid safetensors file: {error}") from None
        if not self._files:
            self._files = dict.fromkeys(self._open["model.safetensors"].keys(), "model.safetensors")

    def __enter__(self) -> "WeightFiles":
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @property
    def shards(self) -> dict[str, str]:
        """The file that holds each tensor."""
        return self._files

    def read(self, name: str, shape: torch.Size) -> Tensor:
        """A tensor as float32."""
        file = self._files.get(name)
        path = os.path.join(self.folder, file or "model.safetensors")
        if file is None or name not in self._open[file].keys():  # noqa: SIM118 (no mapping)
            raise BadData(f'{path}: has no tensor "{name}", expected with shape {list(shape)}')
        tensor = self._open[file].get_tensor(name)
        if tensor.shape != shape:
            raise BadData(f'{path}: tensor "{name}" has shape {list(tensor.shape)}, but {list(shape)} was expected')
        if tensor.dtype not in (torch.float32, torch.bfloat16, torch.float16):
            raise BadData(f'{path}: tensor "{name}" has elements of type {tensor.dtype}; supported: F32, BF16, F16')
        if not torch.isfinite(tensor).all():
            raise BadData(f'{path}: tensor "{name}" holds a number that is not finite; the policy is damaged or diverged')
        return tensor.float()


class Policy(nn.Module):
    """A causal language model that says of packs what its targets' log-probabilities and entropies are.

    Parameters are float32, their gradients too; with `compute` bf16 the products are made of copies in half precision
    (FSDP2's mixed precision), log-probabilities in float32 all the same.
    """

    def __init__(self, folder: str, processes: Processes, compute: str, recompute: bool):
        super().__init__()
        self.config = read_config(folder)
        with torch.device("meta"):
            self.network = AutoModelForCausalLM.from_config(self.config, attn_implementation=PACKED_ATTENTION, dtype=torch.float32)
        self.network.config.use_cache = False
        mesh = init_device_mesh(processes.device.type, (processes.world_size,))
        precision = MixedPrecisionPolicy(param_dtype=COMPUTE_DTYPES[compute], reduce_dtype=torch.float32)
        body = self.network.model
        with WeightFiles(folder) as files:
            self.shards = files.shards
            # Layer by layer, so that no process ever holds more of the whole than one of them.
            for number, layer in enumerate(body.layers):
                self._read(layer, f"model.layers.{number}.", files, processes.device)
                wrapped = checkpoint_wrapper(layer) if recompute else layer
                body.layers[number] = fully_shard(wrapped, mesh=mesh, mp_policy=precision)
            self._read(body.embed_tokens, "model.embed_tokens.", files, processes.device)
            self._read(body.norm, "model.norm.", files, processes.device)
            if self.config.tie_word_embeddings:
                self.network.lm_head.weight = body.embed_tokens.weight
            else:
                self._read(self.network.lm_head, "lm_head.", files, processes.device)
        # transformers gives the padding token's embedding no gradient; nothing is padded here, so where it stands, it is meant.
        body.embed_tokens.padding_idx = None
        # Its frequencies are no parameters, and were made without values.
        body.rotary_emb = type(body.rotary_emb)(config=self.config).to(processes.device)
        fully_shard(self, mesh=mesh, mp_policy=precision)
        for module in self.modules():
            if isinstance(module, FSDPModule):
                # Gradients are summed over processes: the loss is divided by what the whole mini-batch holds.
                module.set_gradient_divide_factor(1.0)
                module.set_force_sum_reduction_for_comms(True)
        self.train()

    @staticmethod
    def _read(module: nn.Module, prefix: str, files: WeightFiles, device: torch.device) -> None:
        module.to_empty(device=device)
        with torch.no_grad():
            for name, parameter in module.named_parameters():
                parameter.copy_(files.read(prefix + name, parameter.shape))

    def named_weights(self) -> Iterator[tuple[str, nn.Parameter]]:
        """Parameters by the names that they have in files, each once."""
        for name, parameter in self.named_parameters():
            yield re.sub(r"^network\.|_checkpoint_wrapped_module\.", "", name), parameter

    def forward(self, pack: Pack, temperature: float, keeps_entropy_gradient: bool) -> tuple[Tensor, Tensor]:
        """Log-probabilities and entropies of a pack's targets, float32."""
        states = self.network.model(
            input_ids=pack.tokens[None],
            position_ids=pack.positions[None],
            boundaries=pack.boundaries,
            edges=pack.boundaries.tolist(),
            longest=pack.longest,
        ).last_hidden_state[0]
        logprobs, entropies = [], []
        for rows, targets in zip(pack.target_rows.split(HEAD_TOKENS), pack.target_tokens.split(HEAD_TOKENS), strict=True):
            arguments = (states[rows], targets, temperature, keeps_entropy_gradient)
            # Logits are made anew for the gradient: they are what takes most memory.
            chosen, entropy = checkpoint(self._head, *arguments, use_reentrant=False)
            logprobs.append(chosen)
            entropies.append(entropy)
        return torch.cat(logprobs), torch.cat(entropies)

    def _head(self, states: Tensor, targets: Tensor, temperature: float, keeps_gradient: bool) -> tuple[Tensor, Tensor]:
        logits = self.network.lm_head(states).float() / temperature
        log_p = torch.log_softmax(logits, dim=-1)
        chosen = log_p.gather(1, targets[:, None])[:, 0]
        with torch.set_grad_enabled(keeps_gradient and torch.is_grad_enabled()):
            entropy = -(log_p.exp() * log_p).sum(-1)
        return chosen, entropy
