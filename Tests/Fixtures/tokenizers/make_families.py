#!/usr/bin/env python3
"""Makes the tokenizers of the families and their cases; see RECIPE.md.

    make_families.py            writes families/NAME.json and families/cases.jsonl
    make_families.py data DIR   writes families/data.jsonl: a digest of the tokens of every text of DIR
"""

import hashlib
import json
import random
import struct
import subprocess
import sys
from pathlib import Path

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

from make_fixtures import HERE, TEXTS, random_texts

FOLDER = HERE / "families"
REST = r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
BEGINNING = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|"
byte_level = lambda use_regex: pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=use_regex)
split = lambda pattern: pre_tokenizers.Sequence(
    [pre_tokenizers.Split(Regex(pattern), "isolated"), byte_level(False)])
# name: pre-tokenizer, normalizer, ignore_merges, post-processor, special tokens, other added tokens
FAMILIES = {
    "gpt2": (byte_level(True), None, False, processors.ByteLevel(trim_offsets=False), ["<|endoftext|>"], [
        AddedToken("[MASK]", lstrip=True, normalized=False), AddedToken("[LEFT]", rstrip=True, normalized=False),
        AddedToken("cat", single_word=True, normalized=False)]),
    "llama3": (split(BEGINNING + r"\p{N}{1,3}" + REST), None, True, processors.Sequence([
        processors.ByteLevel(trim_offsets=False),
        processors.TemplateProcessing("<|begin_of_text|> $A", special_tokens=[("<|begin_of_text|>", 0)])]),
        ["<|begin_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"], []),
    "qwen2": (split(BEGINNING + r"\p{N}" + REST), normalizers.NFC(), False, processors.ByteLevel(trim_offsets=False),
              ["<|endoftext|>", "<|im_start|>", "<|im_end|>"], [
                  AddedToken("<think>", normalized=False), AddedToken("caf\u0065\u0301", normalized=True)]),
    "smollm": (pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), byte_level(True)]), None, False,
               None, ["<|endoftext|>", "<|im_start|>", "<|im_end|>"], []),
}
MORE = [
    "It'S 'LL 'Re 'vE '\u017f '\u017fo I'\u017f x''S", "12 123 1234 12345 \u0663\u0664\u0665\u0666 \u00bd\u00bd\u00bd\u00bd \u2167\u2167", "a\r\nb\r\n\r\n  c \n\t\n d\n",
    "=\n\n x;\r\n\r\n{\n", "\u00a0word \u3000\u6587 \tx \u2028y\u2028\u2028z", "(x) -y $z _w .v\n.u", " \r \n \r\n ", "\v\f\x1c\x85 \x1d",
    "e\u0301 caf\u00e9 cafe\u0301 \u212b \ufb01 \u1e9b\u0323 \u0344 \uac00\u11a8 \u1112\u1161\u11ab o\u0302\u0323", "[MASK] x  [MASK]  y [LEFT]  z [LEFT]", "cat cats concat cat_ (cat) cat",
    "<think>\n\n</think>\n\n x", "the<|im_end|>the", "\u0958 \u2adc \u0387 \u037e \u1fef \u2000\u2001", "a\u0301\u0327 a\u0327\u0301 \u0061\u0328\u0302",
]


def letters(count):
    """A character of every plane, between letters, digits and spaces."""
    draw = random.Random(11)
    ranges = [(0x21, 0x250), (0x250, 0x530), (0x900, 0xE80), (0x1100, 0x1200), (0x1E00, 0x2C00), (0xAC00, 0xAD00)]
    for _ in range(count):
        yield "".join(
            draw.choice(["ab", "1", "23", " ", "  ", "\n", "'S", "\u0301", "."]) + chr(draw.randrange(*draw.choice(ranges)))
            for _ in range(12))


def write():
    FOLDER.mkdir(exist_ok=True)
    made = {}
    for name, (pre, normalizer, ignore_merges, post, special, added) in FAMILIES.items():
        tokenizer = Tokenizer(models.BPE(ignore_merges=ignore_merges))
        tokenizer.pre_tokenizer = pre
        if normalizer is not None:
            tokenizer.normalizer = normalizer
        tokenizer.decoder = decoders.ByteLevel()
        tokenizer.train([str(HERE / "corpus.txt")], trainers.BpeTrainer(
            vocab_size=420, special_tokens=special, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
        if post is not None:
            tokenizer.post_processor = post
        tokenizer.add_tokens(added)
        path = FOLDER / f"{name}.json"
        tokenizer.save(str(path), pretty=False)
        if ignore_merges:
            # A word that its merges do not make.
            value = json.loads(path.read_text(encoding="utf-8"))
            value["model"]["vocab"]["\u0120zzz"] = len(value["model"]["vocab"])
            path.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
        made[name] = Tokenizer.from_file(str(path))
    with open(FOLDER / "cases.jsonl", "w", encoding="ascii") as out:
        for text in TEXTS + MORE + ["a zzz b zzz"] + list(random_texts(60)) + list(letters(60)):
            case = {"text": text}
            for name, tokenizer in made.items():
                case[name] = tokenizer.encode(text, add_special_tokens=False).ids
            out.write(json.dumps(case) + "\n")


def texts(path):
    """Every string of a JSON Lines file, in order."""
    def strings(value):
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            for key in sorted(value):
                yield from strings(value[key])
        elif isinstance(value, list):
            for item in value:
                yield from strings(item)
    for line in subprocess.run(["zstdcat", str(path)], capture_output=True, check=True).stdout.splitlines():
        yield from strings(json.loads(line))


def data(folder):
    with open(FOLDER / "data.jsonl", "w", encoding="ascii") as out:
        for path in sorted(Path(folder).rglob("*.jsonl.zst")):
            relative = str(path.relative_to(folder))
            if "gsm8k" not in relative.lower() and "math_cot" not in relative.lower():
                continue
            found = list(texts(path))
            digests = {}
            for name in FAMILIES:
                tokenizer = Tokenizer.from_file(str(FOLDER / f"{name}.json"))
                digest = hashlib.sha256()
                for one in tokenizer.encode_batch(found, add_special_tokens=False):
                    digest.update(struct.pack(f"<{len(one.ids) + 1}i", *one.ids, -1))
                digests[name] = digest.hexdigest()
            out.write(json.dumps({"file": relative, "texts": len(found), **digests}) + "\n")


if __name__ == "__main__":
    data(sys.argv[2]) if sys.argv[1:2] == ["data"] else write()
