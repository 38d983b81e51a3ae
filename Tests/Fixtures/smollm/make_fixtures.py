"""What transformers computes for SmolLM2-135M-Instruct, from the GGUF file itself: see RECIPE.md.

    make_fixtures.py FILE.gguf POLICY

POLICY is what `srar-update import` made of the file; only its tokenizer.json is used, and its tokens are checked against
llama.cpp's by tokens.py. The weights come through transformers' own GGUF reader, which owes nothing to the import.
"""
import json
import os
import sys

import tokenizers
import torch
import transformers

path, policy = sys.argv[1:]
torch.manual_seed(0)
torch.set_num_threads(2)
SYSTEM = "You are a helpful AI assistant named SmolLM, trained by Hugging Face"
QUESTIONS = [
    "Mia has 14 marbles and wins 9 more. How many has she now?", "Name three rivers of Europe.",
    "Why is the sky blue?", "Write a haiku about winter.", "What is 17 * 23? Explain each step.",
    "Translate 'good morning' into French.", "A train covers 120 km in 1.5 hours. How fast is it?",
    "Give me a recipe for pancakes.", "Sum the numbers from 1 to 10.", "Who wrote Hamlet?",
    "How do plants make food?", "Tom reads 12 pages a day. How many days for a book of 180 pages?",
    "Write a Python function that reverses a list.", "What does 'bona fide' mean?",
    "List the planets in order.", "If x + 7 = 12, what is x?", "Tell a story of two sentences.",
    "What is the capital of Kenya?", "Is 91 a prime number?", "Halve 256 four times. What is left?",
]
tokenizer = tokenizers.Tokenizer.from_file(os.path.join(policy, "tokenizer.json"))
model = transformers.AutoModelForCausalLM.from_pretrained(
    os.path.dirname(path), gguf_file=os.path.basename(path), dtype=torch.float32).eval()
stride = 331  # a prime: every 331st logit, 149 of 49,152
with open("reference.jsonl", "w") as out:
    for question in QUESTIONS:
        text = (f"<|im_start|>system\n{SYSTEM}<|im_end|>\n<|im_start|>user\n{question}<|im_end|>\n"
                "<|im_start|>assistant\n")
        ids = tokenizer.encode(text, add_special_tokens=False).ids
        with torch.no_grad():
            made = model.generate(torch.tensor([ids]), attention_mask=torch.ones(1, len(ids)), max_new_tokens=64,
                                  min_new_tokens=64, do_sample=False, eos_token_id=None, pad_token_id=2)[0, len(ids):].tolist()
            logits = model(torch.tensor([ids + made])).logits[0]
        top = logits[len(ids) - 1:-1].topk(2, -1).values
        out.write(json.dumps({
            "question": question, "prompt": ids, "greedy": made,
            "least_margin": round(float((top[:, 0] - top[:, 1]).min()), 6),
            "logits": [{"after": n, "largest": float(logits[n - 1].abs().max()),
                        "values": [round(float(v), 6) for v in logits[n - 1, ::stride]]}
                       for n in (len(ids), len(ids) + 64)]}) + "\n")
        print(question, made[:8], flush=True)
