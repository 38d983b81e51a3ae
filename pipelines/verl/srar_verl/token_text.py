"""From a response's tokens to its text, with the bytes that each token wrote."""

import json
from functools import cached_property
from typing import NamedTuple

from .errors import UnsupportedTokenizer

REPLACEMENT = "\N{REPLACEMENT CHARACTER}".encode()


class DecodedText(NamedTuple):
    """The text of a sequence of tokens, and where each of them stands in it."""

    text: str
    byte_ranges: list[tuple[int, int]]
    """The UTF-8 bytes of `text` that each token wrote, half-open, one range a token, without gap or overlap; those of special
    tokens, such as the end of the sequence, are empty."""


class TokenText:
    """The decoding of one Hugging Face tokenizer: byte-level BPE, as GPT-2's, Llama 3's and Qwen's."""

    def __init__(self, tokenizer):
        """Looks at the tokenizer's decoder; throws UnsupportedTokenizer where it is another than ByteLevel."""
        self._tokenizer = tokenizer
        self._bytes: dict[int, bytes] = {}
        name = getattr(tokenizer, "name_or_path", "") or type(tokenizer).__name__
        backend = getattr(tokenizer, "backend_tokenizer", None)
        if backend is None:
            raise UnsupportedTokenizer(name, "this tokenizer has no tokenizer.json")
        decoder = json.loads(backend.to_str())["decoder"] or {}
        kinds = {part["type"] for part in decoder.get("decoders", [decoder]) if part}
        if kinds != {"ByteLevel"}:
            raise UnsupportedTokenizer(name, f"its decoder is {' and '.join(sorted(kinds)) or 'missing'}")

    def decode(self, tokens: list[int]) -> DecodedText:
        """Joins the tokens' bytes. What is not UTF-8 becomes U+FFFD, which belongs to the token of its first byte."""
        pieces = [self._bytes_of(token) for token in tokens]
        joined = b"".join(pieces)
        try:
            text, places = joined.decode(), range(len(joined) + 1)
        except UnicodeDecodeError:
            text, places = _repaired(joined)
        ranges, end = [], 0
        for piece in pieces:
            start, end = end, end + len(piece)
            ranges.append((places[start], places[end]))
        return DecodedText(text, ranges)

    def _bytes_of(self, token: int) -> bytes:
        """The bytes that a token adds to a text; none for a special token, or a number that no token has."""
        if token not in self._bytes:
            added = self._tokenizer.added_tokens_decoder.get(token)
            if added is not None:
                self._bytes[token] = b"" if added.special else added.content.encode()
            else:
                written = self._tokenizer.convert_ids_to_tokens(token)
                self._bytes[token] = bytes(self._byte_of[character] for character in written or "")
        return self._bytes[token]

    @cached_property
    def _byte_of(self) -> dict[str, int]:
        """The byte that each character of `tokenizer.json` stands for: printable ones of Latin-1 for themselves, the others, in
        their order, as U+0100 and up (Radford et al., "Language Models are Unsupervised Multitask Learners", 2019)."""
        printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
        others = [byte for byte in range(256) if byte not in set(printable)]
        return {chr(byte): byte for byte in printable} | {chr(0x100 + place): byte for place, byte in enumerate(others)}


def _repaired(data: bytes) -> tuple[str, list[int]]:
    """Valid text, and for each boundary between the given bytes the byte of the text where it lies."""
    result, places, start = bytearray(), [], 0
    while start < len(data):
        try:
            data[start:].decode()
            valid, bad = len(data), len(data)
        except UnicodeDecodeError as error:
            valid, bad = start + error.start, start + error.end
        places += range(len(result), len(result) + valid - start)
        result += data[start:valid]
        if bad > valid:
            places.append(len(result))
            result += REPLACEMENT
            places += [len(result)] * (bad - valid - 1)
        start = bad
    return result.decode(), [*places, len(result)]
