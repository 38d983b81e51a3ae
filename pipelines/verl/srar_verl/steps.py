"""Where the steps of a response begin and end, in bytes and tokens: what `srar-rollout` writes as `rollout.steps`."""

import re

from .thoughts import thoughts

# The same rules as srar's own. White space is Unicode's, line breaks included, and digits are the decimal digits of any script.
# A header begins a line, behind blanks and tabs at most, or follows a thought. It begins at the first of its hashes, three or more.
HEADER = re.compile(r"(?P<header>(?<!#)#*###\s*Step\s*(?P<label>\d+)\s*:)")


def steps_of(response: str, token_bytes: list[tuple[int, int]]) -> list[dict]:
    """The steps of a response.

    A step reaches from its header to the next header, to the end, or to thoughts that only white space follows. Text before the first
    header is in no step.

    Arguments:
        response: the text.
        token_bytes: the UTF-8 bytes of it that each token wrote, half-open; empty for a token that stands for no bytes.

    Returns: `number` from 1 in order of appearance, `label` as the header says, `bytes` and `tokens`, half-open. A token belongs to
    the step that holds its first byte; one without bytes, such as the end of the sequence, belongs to none.
    """
    inside = thoughts(response)
    headers = [header for header in HEADER.finditer(response) if _begins_line(header.start("header"), response, inside)]
    starts = [header.start("header") for header in headers]
    ends = [_end_of_answer(*step, response, inside) for step in zip(starts, [*starts[1:], len(response)], strict=False)]
    starts, ends = _in_bytes(starts, response), _in_bytes(ends, response)
    spans = _token_spans(list(zip(starts, ends, strict=True)), token_bytes) if headers else []
    return [
        {"number": index + 1, "label": header["label"], "bytes": [starts[index], ends[index]], "tokens": spans[index]}
        for index, header in enumerate(headers)
    ]


def _begins_line(place: int, text: str, inside: list[tuple[int, int]]) -> bool:
    if any(begin <= place < end for begin, end in inside):
        return False
    start = len(text[:place].rstrip(" \t"))
    return start == 0 or text[start - 1] in "\r\n" or any(begin < start <= end for begin, end in inside)


def _end_of_answer(start: int, end: int, text: str, inside: list[tuple[int, int]]) -> int:
    for thought in reversed([span for span in inside if start <= span[0] and span[1] <= end]):
        if text[thought[1] : end].strip(" \t\n\v\f\r"):
            break
        end = thought[0]
    return end


def _in_bytes(places: list[int], text: str) -> list[int]:
    """Places in bytes of UTF-8; those that are given rise."""
    found, position, count = [], 0, 0
    for place in places:
        count += len(text[position:place].encode())
        position = place
        found.append(count)
    return found


def _token_spans(steps: list[tuple[int, int]], token_bytes: list[tuple[int, int]]) -> list[list[int]]:
    # Offsets never fall, so one walk over the tokens serves all steps.
    spans, token = [], 0
    for start, end in steps:
        while token < len(token_bytes) and (token_bytes[token][0] < start or _is_empty(token_bytes[token])):
            token += 1
        first = last = token
        while token < len(token_bytes) and token_bytes[token][0] < end:
            token += 1
            if not _is_empty(token_bytes[token - 1]):
                last = token
        spans.append([first, last])
    return spans


def _is_empty(span: tuple[int, int]) -> bool:
    return span[0] == span[1]
