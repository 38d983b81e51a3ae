"""Prompts as Jinja renders them from the families' own chat templates: see RECIPE.md.

    make_templates.py FOLDER > templates.jsonl

FOLDER holds the templates as `qwen2.jinja`, `qwen2.5.jinja`, `qwen3.jinja`, `llama3.jinja`, `llama3.1.jinja` and `smollm.jinja`,
each from the `tokenizer_config.json` (or GGUF file) of a model of that family.
"""
import json
import os
import sys

import jinja2

CONVERSATIONS = [
    [("user", "Ana has 12 apples.")],
    [("system", "Be brief."), ("user", "Ana has 12 apples.")],
    [("user", " 1 + 1? \n"), ("assistant", "### Step 1: 2\n"), ("user", "And \"2 + 2\"?")],
    [("system", " Count.\n"), ("user", "é\n\n{{ x }}"), ("assistant", "  7"), ("user", "")],
]
# As transformers sets it up.
environment = jinja2.Environment(trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"])
for name in ["llama3", "llama3.1", "qwen2", "qwen2.5", "qwen3", "smollm"]:
    template = environment.from_string(open(os.path.join(sys.argv[1], name + ".jinja")).read())
    for messages in CONVERSATIONS:
        text = template.render(
            messages=[{"role": role, "content": content} for role, content in messages], add_generation_prompt=True,
            enable_thinking=False, bos_token="<|begin_of_text|>", eos_token="<|im_end|>", date_string="26 Jul 2024")
        print(json.dumps({"template": name, "messages": messages, "text": text}))
