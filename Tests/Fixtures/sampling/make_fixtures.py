"""Sampling distributions as transformers' logits processors make them: see RECIPE.md."""
import json

import torch
from transformers.generation import logits_process as p

torch.manual_seed(3)
VOCABULARY = 48
OPTIONS = [
    {}, {"temperature": 0.7}, {"top_k": 5}, {"top_p": 0.6}, {"min_p": 0.1}, {"repetition_penalty": 1.3},
    {"repetition_penalty": 0.8}, {"presence_penalty": 1.5}, {"frequency_penalty": 0.4}, {"frequency_penalty": -0.5},
    {"temperature": 0.5, "top_k": 9, "top_p": 0.8}, {"temperature": 1.7, "top_p": 0.9, "min_p": 0.3},
    {"temperature": 1.2, "top_k": 12, "min_p": 0.05}, {"temperature": 0.9, "top_k": 20, "top_p": 0.5, "min_p": 0.2},
    {"temperature": 0.7, "top_p": 0.8, "presence_penalty": 1.5},
    {"temperature": 0.8, "repetition_penalty": 1.2, "frequency_penalty": 0.3, "presence_penalty": 0.6, "top_k": 15},
    {"temperature": 2.5, "top_p": 0.999}, {"top_k": 1}, {"top_p": 0.01}, {"min_p": 1.0},
]
with open("distributions.jsonl", "w") as out:
    for options in OPTIONS:
        for spread in (1.0, 4.0):
            logits = torch.randn(1, VOCABULARY) * spread
            prompt = torch.randint(0, VOCABULARY, (10,)).tolist()
            response = torch.randint(0, VOCABULARY, (6,)).tolist() * 2 + prompt[:2]
            ids = torch.tensor([prompt + response])
            scores = logits.clone()
            if "repetition_penalty" in options:
                scores = p.RepetitionPenaltyLogitsProcessor(options["repetition_penalty"])(ids, scores)
            # OpenAI's API documentation: mu[j] - c[j] * frequency - (c[j] > 0) * presence, c counted in the response.
            counts = torch.bincount(torch.tensor(response), minlength=VOCABULARY).float()
            scores = scores - counts * options.get("frequency_penalty", 0) - (counts > 0) * options.get("presence_penalty", 0)
            for name, warper in [("temperature", p.TemperatureLogitsWarper), ("top_k", p.TopKLogitsWarper),
                                 ("top_p", p.TopPLogitsWarper), ("min_p", p.MinPLogitsWarper)]:
                if name in options:
                    scores = warper(options[name])(ids, scores)
            logprobs = torch.log_softmax(scores, -1)[0].tolist()
            out.write(json.dumps({
                **options, "logits": logits[0].tolist(), "prompt": prompt, "response": response,
                "raw_logprobs": torch.log_softmax(logits, -1)[0].tolist(),
                "logprobs": [None if v == float("-inf") else v for v in logprobs]}) + "\n")
