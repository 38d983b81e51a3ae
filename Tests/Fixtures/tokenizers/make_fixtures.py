#!/usr/bin/env python3
"""Makes the tokenizer fixtures; see RECIPE.md.

    make_fixtures.py corpus     writes corpus.txt
    make_fixtures.py trained    writes trained.json, learned by Hugging Face's tokenizers from corpus.txt
    make_fixtures.py cases      writes cases.jsonl: texts and their tokens by learned.json and trained.json
"""

import json
import random
import sys
from pathlib import Path

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

HERE = Path(__file__).parent

TEXTS = [
    "",
    " ",
    "a",
    "It's 3.14 — isn't it? They'll've we're I'd you'm 'tis 's 'S I'M",
    "### Step 1: Ana has 48 apples. 48 / 2 = 24.\n### Step 2: 24 + 7 = 31.\n\\boxed{31}",
    "  leading and trailing   ",
    "tabs\t\tand\r\nlines\n\n\n  mixed \t \n end\n",
    "a  1", "a 1", "1  a", "  12  34  ", "x1y22z333", "1,234,567.89", "- 5 -5", "50% of $20",
    "\u00a0no\u00a0break \u2003em\u2003 \u3000ideographic\u3000\u3000x", "\u0085next line\u0085\u0085a",
    "\u2028line\u2029paragraph", "zero\u200bwidth\u200djoin\ufeffbom",
    "Ünïcödé naïve café cafe\u0301 Å A\u030a ﬁ ǅ ʰ ª º",
    "Ελληνικά Русский עברית العربية हिन्दी ไทย 한국어 日本語 中文",
    "क्षि नि ก็ ที่", "٣٤٥ ४५६ ５６７ Ⅷ ½ ² ₃ ① 𝟘 𝟙 ㊿ 〇",
    "a½b²c①d", "x² + y₂ = Ⅷ", "x = −5 × 3 ÷ 2 ≠ 7 ≤ 8 ∑∏√∞ ∀x∈ℝ",
    "😀 👩‍👩‍👧‍👦 🇩🇪 👍🏽 ☃️ ✈ 💯💯", "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 𐍈 𠜎", "\u0000\u0001\u001f\u007f\u0080\u00ad\u009f",
    "''''ll '''re x'' '", "''s 't't", "!!!???...---___***", " !? !?  !?", "a!b.c,d;e:f",
    "<|im_start|>user\nhi<|im_end|>\n", "<|endoftext|", "<|im_end|><|im_end|>",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "the the the them then there", "and\n and\n\nand \nand", " \n", "\n ", "\n \n", "a \n", "a\n b",
    "\u1680ogham\u180emongolian\u202fnarrow\u205fmath", "e\u0301\u0301\u0301 \u0301x", "\uffff\ue000\U0010ffff",
    "{\"key\": [1, 2.5e-3, \"v\\n\"]}", "\\frac{1}{2} \\cdot \\sqrt{16} = 2",
    "line one\r\nline two\r\rline three\n\r", "word" * 40, "1" * 50, " " * 50, "\n" * 30 + "x",
]

NAMES = ["Ana", "Ben", "Chloé", "Dmitri", "Eve", "Faruk", "Grace", "Hiro"]
THINGS = ["apples", "books", "coins", "marbles", "pencils", "stickers", "tickets", "eggs"]
SENTENCES = [
    "{n} has {a} {t} and buys {b} more, so now there are {c} {t}.",
    "### Step {k}: {a} + {b} = {c}.",
    "How many {t} does {n} have left after giving {b} of {c} away?",
    "{n} sells each of the {t} for ${b}, which makes ${c} in all; that's {a} less than before.",
    "It's {a} minutes before {n}'s train leaves, and they'll wait.",
    "The answer is \\boxed{{{c}}}.",
]


def corpus():
    """Sentences of word problems, of our own making."""
    draw = random.Random(20240517)
    lines = []
    for _ in range(600):
        a, b = draw.randint(2, 60), draw.randint(2, 60)
        lines.append(draw.choice(SENTENCES).format(
            n=draw.choice(NAMES), t=draw.choice(THINGS), a=a, b=b, c=a + b, k=draw.randint(1, 5)))
    (HERE / "corpus.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def trained():
    """A vocabulary in the numbering and layout that Hugging Face's own trainer gives, without digits apart."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train([str(HERE / "corpus.txt")], trainers.BpeTrainer(
        vocab_size=400, special_tokens=["<|endoftext|>", "<|im_start|>", "<|im_end|>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
    tokenizer.save(str(HERE / "trained.json"))


def random_texts(count):
    """Characters of every plane and class, with spaces, digits and apostrophes strewn in."""
    draw = random.Random(7)
    ranges = [(0x20, 0x7F), (0, 0x100), (0x300, 0x370), (0x600, 0x700), (0x2000, 0x2300),
              (0x3000, 0x3100), (0x4E00, 0x4F00), (0x1D400, 0x1D800), (0x1F600, 0x1F650)]
    for _ in range(count):
        yield "".join(
            draw.choice(" \n\t'1 5a") if draw.random() < 0.4 else chr(draw.randrange(*draw.choice(ranges)))
            for _ in range(draw.randint(1, 40)))


def cases():
    tokenizers = {name: Tokenizer.from_file(str(HERE / f"{name}.json")) for name in ("learned", "trained")}
    with open(HERE / "cases.jsonl", "w", encoding="ascii") as out:
        for text in TEXTS + list(random_texts(200)):
            case = {"text": text}
            for name, tokenizer in tokenizers.items():
                case[name] = tokenizer.encode(text, add_special_tokens=False).ids
            out.write(json.dumps(case) + "\n")


if __name__ == "__main__":
    {"corpus": corpus, "trained": trained, "cases": cases}[sys.argv[1]]()
