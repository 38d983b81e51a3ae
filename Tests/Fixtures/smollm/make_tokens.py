"""Tokens as llama.cpp makes them from SmolLM2's GGUF file: see RECIPE.md.

    make_tokens.py FILE.gguf [DATA]

writes `tokens.jsonl`: the texts of ../tokenizers/families/cases.jsonl with their tokens, and, for each file of GSM8K and math_cot in the
folder DATA, the SHA-256 of the tokens of all its strings (keys of an object sorted; little-endian 32-bit numbers, each text ended by −1).
"""
import hashlib
import http.client
import json
import struct
import subprocess
import sys
from pathlib import Path

import xllamacpp

parameters = xllamacpp.CommonParams()
parameters.model.path = sys.argv[1]
parameters.n_ctx, parameters.n_parallel, parameters.warmup, parameters.verbosity = 256, 1, False, 0
server = xllamacpp.Server(parameters)
connection = http.client.HTTPConnection(server.listening_address.removeprefix("http://"))


def tokens(text):
    connection.request("POST", "/tokenize", json.dumps({"content": text, "add_special": False, "parse_special": True}),
                       {"Content-Type": "application/json"})
    return json.load(connection.getresponse())["tokens"]


def strings(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key in sorted(value):
            yield from strings(value[key])
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)


with open("tokens.jsonl", "w", encoding="ascii") as out:
    for line in open("../tokenizers/families/cases.jsonl"):
        text = json.loads(line)["text"]
        out.write(json.dumps({"text": text, "tokens": tokens(text)}) + "\n")
    for path in sorted(Path(sys.argv[2]).rglob("*.jsonl.zst")) if len(sys.argv) > 2 else []:
        relative = str(path.relative_to(sys.argv[2]))
        if "gsm8k" not in relative and "math_cot." not in relative:
            continue
        lines = subprocess.run(["zstdcat", path], capture_output=True, check=True).stdout.splitlines()
        digest, count = hashlib.sha256(), 0
        for text in (text for line in lines for text in strings(json.loads(line))):
            ids = tokens(text)
            digest.update(struct.pack(f"<{len(ids) + 1}i", *ids, -1))
            count += 1
        out.write(json.dumps({"file": relative, "texts": count, "sha256": digest.hexdigest()}) + "\n")
        print(relative, count, flush=True)
