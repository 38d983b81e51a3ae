"""Steps begin at headers at the beginning of a line, outside of thoughts, as in srar."""

import pytest

from srar_verl.steps import steps_of
from srar_verl.thoughts import thoughts


def texts(response: str) -> list[str]:
    content = response.encode()
    return [content[begin:end].decode() for begin, end in (step["bytes"] for step in steps_of(response, []))]


@pytest.mark.parametrize(
    ("response", "steps"),
    [
        ("As said in ### Step 1: above\n### Step 1: b", ["### Step 1: b"]),
        ("#### Step 1: é\r  ### Step 2: x", ["#### Step 1: é\r  ", "### Step 2: x"]),
        ("**### Step 1:** a", []),
        ("<think>\n### Step 1: a\n</think>\n### Step 1: b", ["### Step 1: b"]),
        ("### Step 1: a\n<think>b</think>\n### Step 2: c<think>d", ["### Step 1: a\n", "### Step 2: c"]),
        ("### Step 1: a<think>b</think>c", ["### Step 1: a<think>b</think>c"]),
        ("[THINK]### Step 1: a[/THINK]### Step 1: b", ["### Step 1: b"]),
        ("<|channel|>analysis<|message|>### Step 1: a<|channel|>final<|message|>### Step 1: b", ["### Step 1: b"]),
        ("<think>\n### Step 1: a", []),
    ],
)
def test_steps(response, steps):
    assert texts(response) == steps


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("a</think>b</think>c", [(0, 18)]),
        ("<THINK>a</Think>b", [(0, 16)]),
        ("<think>a<think>b</think>c</think>d", [(0, 33)]),
        ("analysisdraft assistantfinalanswer", [(0, 28)]),
        ("I <thinker> so <|end|>", []),
    ],
)
def test_thoughts(text, spans):
    assert thoughts(text) == spans
