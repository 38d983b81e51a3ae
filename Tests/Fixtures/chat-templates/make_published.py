"""Hashes of the prompts that Jinja makes by published chat templates: see RECIPE.md.

    make_published.py FOLDER > published.jsonl

FOLDER holds the templates, verbatim, as NAME.jinja. Only their hashes and those of their prompts are written.
"""
import hashlib
import json
import os
import sys

from jinja2 import TemplateError

import make_fixtures

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "conversations.json")) as file:
    CONVERSATIONS = json.load(file)


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


def outcome(template, source, conversation):
    """The hash of a prompt, or of what a template says to the messages, or that Jinja cannot render them."""
    flags = {"add_generation_prompt": conversation["add_generation_prompt"]}
    if "enable_thinking" in source:
        flags["enable_thinking"] = False
    messages = [{"role": role, "content": content} for role, content in conversation["messages"]]
    try:
        return sha256(template.render(messages=messages, tools=None, documents=None, **make_fixtures.TEXTS, **flags))
    except make_fixtures.Refusal as refusal:
        return "refusal " + sha256(str(refusal))
    except (TemplateError, TypeError, AttributeError):
        return "error"


def main():
    for name in sorted(os.listdir(sys.argv[1])):
        if not name.endswith(".jinja"):
            continue
        with open(os.path.join(sys.argv[1], name), newline="", encoding="utf-8") as file:
            source = file.read()
        try:
            template = make_fixtures.ENVIRONMENT.from_string(source)
        except TemplateError as error:
            print(f"{name}: left out, since jinja2 does not read it: {error}", file=sys.stderr)
            continue
        outcomes = [outcome(template, source, conversation) for conversation in CONVERSATIONS]
        print(json.dumps({"name": name.removesuffix(".jinja"), "sha256": sha256(source), "prompts": outcomes}))


if __name__ == "__main__":
    main()
