"""Writes adamw.json: what PyTorch's AdamW makes of random gradients. See RECIPE.md."""

import json
import pathlib

import torch


def floats(tensor):
    """float32 values, each as the shortest decimal that reads back as the same float32 or double."""
    return [float(value) for value in tensor.detach().double()]


torch.manual_seed(11)
options = {"first_decay": 0.9, "second_decay": 0.999, "epsilon": 1e-8, "weight_decay": 0.1, "max_norm": 1.0}
matrix = torch.nn.Parameter(torch.randn(23))
vector = torch.nn.Parameter(torch.randn(10))
optimizer = torch.optim.AdamW(
    [
        {"params": [matrix], "weight_decay": options["weight_decay"]},
        {"params": [vector], "weight_decay": 0.0},
    ],
    lr=1.0,
    betas=(options["first_decay"], options["second_decay"]),
    eps=options["epsilon"],
)
case = {"options": options, "decaying_count": matrix.numel(), "initial": floats(matrix) + floats(vector)}
steps = []
for step in range(1, 21):
    rate = 1e-2 * min(1.0, step / 4)
    for group in optimizer.param_groups:
        group["lr"] = rate
    # Some gradients long enough to be cut, some tiny, some exactly 0.
    scale = 10.0 ** (-(step % 5))
    matrix.grad = torch.randn(23) * scale
    vector.grad = torch.randn(10) * scale
    vector.grad[3] = 0
    gradient = floats(matrix.grad) + floats(vector.grad)
    norm = torch.nn.utils.clip_grad_norm_([matrix, vector], options["max_norm"])
    optimizer.step()
    steps.append(
        {
            "rate": rate,
            "gradient": gradient,
            "norm": float(norm),
            "parameters": floats(matrix) + floats(vector),
        }
    )
case["steps"] = steps
path = pathlib.Path(__file__).with_name("adamw.json")
path.write_text(json.dumps(case) + "\n")
