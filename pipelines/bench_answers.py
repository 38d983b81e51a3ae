"""What math-verify makes of the labelled pairs of `srar-bench answers`: python bench_answers.py PAIRS.jsonl.

LaTeX without delimiters is put between dollar signs for it, which it asks for.
"""

import json
import logging
import sys
import time

import math_verify

logging.disable(logging.CRITICAL)


def wrapped(text):
    is_bare = not any(mark in text for mark in ("$", "\\(", "\\[", "boxed")) and len(text) < 200
    return f"${text}$" if is_bare else text


pairs = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
untagged = 0
right = 0
slowest = 0.0
start = time.process_time()
for pair in pairs:
    before = time.process_time()
    try:
        found = bool(math_verify.verify(math_verify.parse(wrapped(pair["gold"])), math_verify.parse(wrapped(pair["pred"]))))
    except Exception:
        found = False
    slowest = max(slowest, time.process_time() - before)
    if not {"config", "convention", "disputed"} & set(pair.get("tags", [])):
        untagged += 1
        right += found == pair["equal"]
seconds = time.process_time() - start
print(f"  math-verify: {len(pairs)} pairs, {len(pairs) / seconds:.0f} a second, slowest {slowest:.3f} seconds")
print(f"  math-verify: {right} of {untagged} untagged pairs as labelled")
