"""Writing a policy folder: weights, configuration, the tokenizer's files, and the optimizer's state beside them."""

import json
import os
import re
import shutil
from pathlib import Path

import torch

from .errors import BadData
from .folders import FolderReplacement
from .optimizer import Optimizer
from .places import check_place, copied_files
from .policy import Policy
from .processes import Processes

DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}
SAFETENSORS_NAMES = {torch.float32: "F32", torch.bfloat16: "BF16", torch.float16: "F16"}


def write_policy(
    path: str, policy: Policy, optimizer: Optimizer, source: str, dtype_name: str | None, processes: Processes
) -> None:
    """Writes the next policy, which appears under its name only when it is whole.

    The first process writes the weights, gathered tensor by tensor; each writes its part of the optimizer's state. Everything but
    the weights stays in the form that it has in the folder `source`.
    """
    # Again: what stands there now may have come since the update began.
    processes.from_first(lambda: check_place(path, {file.name for file in copied_files(source)}))
    replacement = FolderReplacement(path)
    folder = processes.from_first(replacement.begin)
    try:
        optimizer.save(str(folder))
        _write_weights(folder, policy, DTYPES[dtype_name or "float32"], processes)
        processes.from_first(lambda: _copy_files(source, folder, policy, dtype_name))
        processes.from_first(replacement.commit)
    except BaseException:
        if processes.is_first:
            replacement.abandon()
        raise


def _copy_files(source: str, folder: Path, policy: Policy, dtype_name: str | None) -> None:
    configuration = (Path(source) / "config.json").read_text(encoding="utf-8")
    if dtype_name is not None:
        configuration = re.sub(r'("(?:torch_)?dtype"\s*:\s*)"[^"]*"', rf'\1"{dtype_name}"', configuration)
    (folder / "config.json").write_text(configuration, encoding="utf-8")
    for file in copied_files(source):
        shutil.copyfile(file, folder / file.name)
    generation = folder / "generation_config.json"
    if not generation.exists():
        config = policy.config
        end = config.eos_token_id
        fields = {
            "bos_token_id": config.bos_token_id,
            "do_sample": True,
            "eos_token_id": [end] if isinstance(end, int) else end,
            "pad_token_id": config.pad_token_id,
            "temperature": 1.0,
            "top_k": 0,
            "top_p": 1.0,
        }
        generation.write_text(json.dumps(fields, indent=2) + "\n", encoding="utf-8")


def _write_weights(folder: Path, policy: Policy, dtype: torch.dtype, processes: Processes) -> None:
    """Parts the tensors over files as they were parted before."""
    first_file = min(policy.shards.values())
    files: dict[str, list[str]] = {}
    weights = dict(policy.named_weights())
    for name in weights:
        files.setdefault(policy.shards.get(name, first_file), []).append(name)
    size_of_element = torch.tensor([], dtype=dtype).element_size()
    for file, names in sorted(files.items()):
        header, end = {}, 0
        for name in names:
            begin, end = end, end + weights[name].numel() * size_of_element
            entry = {
                "dtype": SAFETENSORS_NAMES[dtype],
                "shape": list(weights[name].shape),
                "data_offsets": [begin, end],
            }
            header[name] = entry
        text = json.dumps(header, separators=(",", ":")).encode()
        text += b" " * (-len(text) % 8)
        stream = open(folder / file, "wb") if processes.is_first else open(os.devnull, "wb")
        with stream:
            stream.write(len(text).to_bytes(8, "little") + text)
            for name in names:
                whole = weights[name].detach().full_tensor()
                if processes.is_first:
                    stream.write(_bytes(name, whole, dtype))
    if processes.is_first and (len(files) > 1 or first_file != "model.safetensors"):
        total = sum(weight.numel() for weight in weights.values()) * size_of_element
        weight_map = {name: file for file, names in files.items() for name in names}
        index = {"metadata": {"total_size": total}, "weight_map": dict(sorted(weight_map.items()))}
        (folder / "model.safetensors.index.json").write_text(json.dumps(index, indent=2) + "\n", encoding="utf-8")


def _bytes(name: str, tensor: torch.Tensor, dtype: torch.dtype) -> memoryview:
    stored = tensor.to(dtype).cpu().contiguous()
    if not torch.isfinite(stored).all():
        if torch.isfinite(tensor).all():
            raise BadData(
                f'not written: tensor "{name}" holds a number that {str(dtype).removeprefix("torch.")} cannot; write float32'
            )
        raise BadData(f'not written, because the training diverged: tensor "{name}" is not finite; lower the learning rate')
    return memoryview(stored.reshape(-1).view(torch.uint8).numpy())
