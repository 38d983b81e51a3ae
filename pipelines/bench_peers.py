"""What PyTorch and transformers make of the works of `srar-bench engine`: python bench_peers.py WORK [options]."""

import argparse
import resource
import time

import torch
import transformers
from bench_shapes import SHAPES

parser = argparse.ArgumentParser()
parser.add_argument("work", choices=["update", "decode", "products"])
parser.add_argument("--shape", choices=SHAPES, default="small")
parser.add_argument("--rollouts", type=int, default=8)
parser.add_argument("--prompt", type=int, default=1)
parser.add_argument("--response", type=int, default=255)
parser.add_argument("--repeats", type=int, default=1)
parser.add_argument("--bf16", action="store_true")
options = parser.parse_args()

torch.manual_seed(1)
if options.work == "products":
    torch.set_num_threads(1)
    rows, inner, columns, turns = 512, 576, 1536, 40
    kind = torch.bfloat16 if options.bf16 else torch.float32
    x, weight = torch.randn(rows, inner).to(kind), torch.randn(columns, inner).to(kind)
    result = torch.empty(rows, columns, dtype=kind)
    torch.mm(x, weight.T, out=result)
    used = time.process_time()
    for _ in range(turns * options.repeats):
        torch.mm(x, weight.T, out=result)
    rate = 2 * rows * inner * columns * turns * options.repeats / (time.process_time() - used)
    print(f"{rate / 1e9:8.1f} GFLOP/s·core")
    raise SystemExit

torch.set_num_threads(len(__import__("os").sched_getaffinity(0)))
config = transformers.LlamaConfig(**SHAPES[options.shape], max_position_embeddings=8192, tie_word_embeddings=True)
model = transformers.LlamaForCausalLM(config)
vocabulary = config.vocab_size
prompts = torch.randint(0, vocabulary, (options.rollouts, options.prompt))
count = options.rollouts * options.response


def precision():
    return torch.autocast("cpu", dtype=torch.bfloat16, enabled=options.bf16)


def timed(body):
    """Seconds and processor seconds, the mean of the repeats, after once that does not count."""
    body()
    seconds, used = time.perf_counter(), time.process_time()
    for _ in range(options.repeats):
        body()
    return [(time.perf_counter() - seconds) / options.repeats, (time.process_time() - used) / options.repeats]


if options.work == "update":
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-6, weight_decay=0.1)
    tokens = torch.cat([prompts, torch.randint(0, vocabulary, (options.rollouts, options.response))], dim=1)
    advantages = torch.tensor([1.0 if i % 2 == 0 else -1.0 for i in range(options.rollouts)])[:, None]

    def step():
        optimizer.zero_grad()
        with precision():
            logits = model(tokens, logits_to_keep=options.response + 1).logits[:, :-1]
        log_p = torch.log_softmax(logits.float(), dim=-1)
        chosen = log_p.gather(2, tokens[:, options.prompt:, None])[:, :, 0]
        ratio = (chosen - chosen.detach()).exp()
        loss = torch.maximum(-advantages * ratio, -advantages * ratio.clamp(0.8, 1.28)).mean()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()

    seconds, used = timed(step)
    # As the engine counts: response tokens where a prompt is shared, else all.
    count = options.rollouts * (options.response + (options.prompt if options.prompt == 1 else 0))
else:
    model.eval()
    if options.bf16:
        model = model.bfloat16()

    def generate(length):
        return timed(lambda: model.generate(
            prompts, attention_mask=torch.ones_like(prompts), max_new_tokens=length, min_new_tokens=length, do_sample=True,
            top_k=0, pad_token_id=0))

    with torch.no_grad():
        first, whole = generate(1), generate(options.response)
    seconds, used = whole[0] - first[0], whole[1] - first[1]
    count = options.rollouts * (options.response - 1)

peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9
print(f"{count / seconds:8.0f} tokens/s {count / used:8.0f} tokens/cpu-s  {'':26}{peak:.2f} GB")
