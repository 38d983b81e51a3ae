"""Where the steps of a response begin and end, in bytes and tokens: what `srar-rollout` writes as `rollout.steps`."""

import re

# As srar's own: white space is Unicode's, line breaks included; digits are the decimal digits of any script; a header may stand
# anywhere in a line.
HEADER = re.compile(r"###\s*Step\s*(\d+)\s*:")


def steps_of(response: str, token_bytes: list[tuple[int, int]]) -> list[dict]:
    """The steps of a response, each from its header to the next one or the end; text before the first is in no step.

    Arguments:
        response: the text.
        token_bytes: the UTF-8 bytes of it that each token wrote, half-open; empty for a token that stands for no bytes.

    Returns: `number` from 1 in order of appearance, `label` as the header says, `bytes` and `tokens`, half-open. A token belongs to
    the step that holds its first byte; one without bytes, such as the end of the sequence, belongs to none.
    """
    headers = list(HEADER.finditer(response))
    starts, position, count = [], 0, 0
    for header in headers:
        count += len(response[position : header.start()].encode())
        position = header.start()
        starts.append(count)
    ends = [*starts[1:], count + len(response[position:].encode())]
    spans = _token_spans(list(zip(starts, ends, strict=True)), token_bytes) if headers else []
    return [
        {"number": index + 1, "label": header[1], "bytes": [starts[index], ends[index]], "tokens": spans[index]}
        for index, header in enumerate(headers)
    ]


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
