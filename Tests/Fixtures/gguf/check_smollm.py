"""Compares a policy folder that `srar-update import` made with transformers: 64 greedy tokens after 20 prompts.

    check_smollm.py POLICY SRAR_ROLLOUT

POLICY is the imported folder, SRAR_ROLLOUT the built executable; both sides compute in float32.
"""
import json
import subprocess
import sys

import torch
import transformers

policy, tool = sys.argv[1:]
problems = [f"What is {17 + 3 * i} + {5 + 7 * i}? Explain each step to a child who has {i} apples." for i in range(20)]
records = "".join(json.dumps(
    {"id": str(i), "problem": text, "messages": [{"role": "user", "content": text}]}) + "\n" for i, text in enumerate(problems))
out = subprocess.run([tool, "--policy", policy, "-n", "1", "--temperature", "0", "--max-response-tokens", "64", "--quiet"],
                     input=records.encode(), capture_output=True, check=True).stdout
if out[:4] == b"\x28\xb5\x2f\xfd":
    out = subprocess.run(["zstdcat"], input=out, capture_output=True, check=True).stdout
rollouts = [json.loads(line)["rollout"] for line in out.splitlines()]
tokenizer = transformers.AutoTokenizer.from_pretrained(policy)
model = transformers.AutoModelForCausalLM.from_pretrained(policy, dtype=torch.float32).eval()
prompts = same = 0
worst = 0.0
for text, rollout in zip(problems, rollouts):
    ids = tokenizer.apply_chat_template([{"role": "user", "content": text}], add_generation_prompt=True, return_dict=True)["input_ids"]
    prompts += ids == rollout["prompt_tokens"]
    with torch.no_grad():
        made = model.generate(torch.tensor([ids]), max_new_tokens=64, do_sample=False)[0, len(ids):].tolist()
        response = rollout["tokens"]
        logits = model(torch.tensor([ids + response])).logits[0, len(ids) - 1:-1]
    same += made == response
    expected = torch.log_softmax(logits, -1).gather(1, torch.tensor(response)[:, None])[:, 0]
    difference = (expected - torch.tensor(rollout["logprobs"])).abs().max()
    worst = max(worst, float(difference / logits.abs().max()))
print(f"{prompts} of 20 prompts and {same} of 20 responses have the same tokens; "
      f"log-probabilities differ by at most {worst:.1e} of the largest logit")
