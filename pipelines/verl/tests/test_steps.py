"""Steps and their spans against the golden vectors."""

import pytest
from conftest import golden

from srar_verl.steps import steps_of


# These have a header in the middle of a line, which is none here (test_step_headers.py).
IN_LINE = {"straddling-token/paper", "rounding-down-49/paper", "hdr-bold/official", "hdr-adjacent/official", "hdr-split-hash/official"}


def cases(*names):
    return [case for case in golden(*names) if case["name"] not in IN_LINE]


def bytes_before(text: str, character: int) -> int:
    return len(text[:character].encode())


@pytest.mark.parametrize("case", cases("spans", "paper"), ids=lambda case: case["name"])
def test_token_spans_are_exact(case):
    response = case["input"]["response"]
    token_bytes = [tuple(bytes_before(response, end) for end in span) for span in case["input"]["token_offsets"]]
    steps = steps_of(response, token_bytes)
    wanted = [[bytes_before(response, end) for end in span] for span in case["expected"]["step_chars"]]
    assert [step["bytes"] for step in steps] == wanted
    spans = [step["tokens"] if step["tokens"][0] < step["tokens"][1] else None for step in steps]
    assert spans == case["expected"]["token_spans"]


@pytest.mark.parametrize("case", cases("reward"), ids=lambda case: case["name"])
def test_headers_and_steps_of_responses(case):
    expected, steps = case["expected"], steps_of(case["input"]["response"], [])
    if "headers" in expected:
        assert [step["label"] for step in steps] == [header["number"] for header in expected["headers"]]
        assert [step["bytes"][0] for step in steps] == [header["bytes"][0] for header in expected["headers"]]
    if case["variant"] == "paper":
        assert [step["bytes"] for step in steps] == [step["bytes"] for step in expected["steps"]]
    assert [step["number"] for step in steps] == list(range(1, len(steps) + 1))
