"""What llama.cpp makes of the decoding of `srar-bench engine`: python bench_llama.py --type F32|BF16|Q4_1 [options].

A policy with random weights of the same shape is written as GGUF and read back. Tokens are taken at random, not drawn from the
logits, which are computed: sampling itself is not part of the time.
"""

import argparse
import ctypes
import os
import random
import resource
import tempfile
import time

import gguf
import llama_cpp
import numpy
from bench_shapes import SHAPES

FILE_TYPES = {"BF16": llama_cpp.LLAMA_FTYPE_MOSTLY_BF16, "Q4_1": llama_cpp.LLAMA_FTYPE_MOSTLY_Q4_1}


def write_policy(path, shape):
    """A llama-architecture policy of float32 weights, without a tokenizer."""
    generator = numpy.random.default_rng(1)
    writer = gguf.GGUFWriter(path, "llama")
    hidden, inner, head = shape["hidden_size"], shape["intermediate_size"], shape["head_dim"]
    query, key = shape["num_attention_heads"] * head, shape["num_key_value_heads"] * head
    writer.add_context_length(8192)
    writer.add_embedding_length(hidden)
    writer.add_block_count(shape["num_hidden_layers"])
    writer.add_feed_forward_length(inner)
    writer.add_head_count(shape["num_attention_heads"])
    writer.add_head_count_kv(shape["num_key_value_heads"])
    writer.add_key_length(head)
    writer.add_value_length(head)
    writer.add_rope_dimension_count(head)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(shape["vocab_size"])
    writer.add_tokenizer_model("none")

    def add(name, *size):
        numbers = generator.standard_normal(size, dtype=numpy.float32) * 0.02 if len(size) > 1 else numpy.ones(size, "f4")
        writer.add_tensor(name, numbers)

    add("token_embd.weight", shape["vocab_size"], hidden)
    for layer in range(shape["num_hidden_layers"]):
        for name, *size in [
            ("attn_norm", hidden), ("attn_q", query, hidden), ("attn_k", key, hidden), ("attn_v", key, hidden),
            ("attn_output", hidden, query), ("ffn_norm", hidden), ("ffn_gate", inner, hidden), ("ffn_up", inner, hidden),
            ("ffn_down", hidden, inner),
        ]:
            add(f"blk.{layer}.{name}.weight", *size)
    add("output_norm.weight", hidden)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def quantized(path, kind):
    """The policy in another type of numbers."""
    if kind == "F32":
        return path
    parameters = llama_cpp.llama_model_quantize_default_params()
    parameters.ftype = FILE_TYPES[kind]
    result = f"{path}.{kind}"
    if llama_cpp.llama_model_quantize(path.encode(), result.encode(), ctypes.byref(parameters)) != 0:
        raise SystemExit(f"bench_llama: cannot make {kind} of the policy")
    return result


def decode(context, batch, tokens):
    """One call for (token, position, sequence) triples; logits for the last of each sequence."""
    batch.n_tokens = len(tokens)
    for index, (token, position, sequence, wants_logits) in enumerate(tokens):
        batch.token[index] = token
        batch.pos[index] = position
        batch.n_seq_id[index] = 1
        batch.seq_id[index][0] = sequence
        batch.logits[index] = wants_logits
    if llama_cpp.llama_decode(context, batch) != 0:
        raise SystemExit("bench_llama: llama_decode failed")


def run(options):
    shape = SHAPES[options.shape]
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "policy.gguf")
        write_policy(path, shape)
        parameters = llama_cpp.llama_model_default_params()
        parameters.n_gpu_layers = 0
        model = llama_cpp.llama_model_load_from_file(quantized(path, options.type).encode(), parameters)
    if not model:
        raise SystemExit("bench_llama: cannot read the policy")
    settings = llama_cpp.llama_context_default_params()
    count, threads = options.rollouts, len(os.sched_getaffinity(0))
    settings.n_seq_max = count
    settings.n_ctx = count * -(-(options.prompt + options.response) // 256) * 256
    settings.n_batch = settings.n_ubatch = max(512, count)
    settings.n_threads = settings.n_threads_batch = threads
    context = llama_cpp.llama_init_from_model(model, settings)
    batch = llama_cpp.llama_batch_init(settings.n_batch, 0, 1)
    pick = random.Random(1)
    token = lambda: pick.randrange(shape["vocab_size"])
    for sequence in range(count):
        prompt = [(token(), position, sequence, position == options.prompt - 1) for position in range(options.prompt)]
        decode(context, batch, prompt)
    seconds, used = time.perf_counter(), time.process_time()
    for position in range(options.prompt, options.prompt + options.response - 1):
        decode(context, batch, [(token(), position, sequence, True) for sequence in range(count)])
    return time.perf_counter() - seconds, time.process_time() - used


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--type", choices=["F32", *FILE_TYPES], default="F32")
    parser.add_argument("--shape", choices=SHAPES, default="small")
    parser.add_argument("--rollouts", type=int, default=8)
    parser.add_argument("--prompt", type=int, default=1)
    parser.add_argument("--response", type=int, default=255)
    options = parser.parse_args()
    silent = llama_cpp.llama_log_callback(lambda *_: None)
    llama_cpp.llama_log_set(silent, None)
    llama_cpp.llama_backend_init()
    seconds, used = run(options)
    tokens = options.rollouts * (options.response - 1)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9
    print(f"{tokens / seconds:8.0f} tokens/s {tokens / used:8.0f} tokens/cpu-s  {'':26}{peak:.2f} GB")
