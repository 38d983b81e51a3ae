"""A response's text, and where each of its tokens stands in it."""

import json

import pytest
from conftest import FIXTURES, tokenizer_of
from tokenizers import Tokenizer, decoders, models
from transformers import PreTrainedTokenizerFast

from srar_verl.errors import UnsupportedTokenizer
from srar_verl.token_text import TokenText

CASES = [json.loads(line) for line in (FIXTURES / "tokenizers/families/cases.jsonl").read_text().split("\n") if line]


@pytest.mark.parametrize("family", ["gpt2", "llama3", "qwen2", "smollm"])
def test_text_is_the_tokenizers_and_the_ranges_cover_it(family):
    tokenizer = tokenizer_of(family)
    decoding = TokenText(tokenizer)
    for case in CASES:
        tokens = case[family]
        decoded = decoding.decode(tokens)
        assert decoded.text == tokenizer.decode(tokens, skip_special_tokens=True), case["text"]
        assert [start for start, _ in decoded.byte_ranges] == [0, *(end for _, end in decoded.byte_ranges)][: len(tokens)]
        assert not tokens or decoded.byte_ranges[-1][1] == len(decoded.text.encode())


def test_a_character_over_several_tokens_is_parted_by_its_bytes(tokenizer):
    tokens = tokenizer("24 € 😀 x", add_special_tokens=False)["input_ids"]
    decoded = TokenText(tokenizer).decode(tokens)
    pieces = [decoded.text.encode()[start:end] for start, end in decoded.byte_ranges]
    assert b"".join(pieces).decode() == "24 € 😀 x"
    assert "😀".encode() not in pieces, "the case is about characters that no single token holds"


def test_what_is_no_text_belongs_to_the_token_of_its_first_byte(tokenizer):
    euro = tokenizer("€", add_special_tokens=False)["input_ids"]
    assert len(euro) == 3
    letter = tokenizer("a", add_special_tokens=False)["input_ids"]
    decoded = TokenText(tokenizer).decode([*letter, *euro[:2], *letter, euro[2]])
    assert decoded.text == "a\ufffda\ufffd"
    assert decoded.byte_ranges == [(0, 1), (1, 4), (4, 4), (4, 5), (5, 8)]


def test_special_tokens_and_unknown_numbers_write_nothing():
    tokenizer = tokenizer_of("qwen2")
    special = next(number for number, token in tokenizer.added_tokens_decoder.items() if token.special)
    letter = tokenizer("a", add_special_tokens=False)["input_ids"]
    decoded = TokenText(tokenizer).decode([*letter, special, 10**6])
    assert decoded == ("a", [(0, 1), (1, 1), (1, 1)])


def test_other_decoders_are_refused_by_name():
    backend = Tokenizer(models.BPE({"a": 0}, []))
    backend.decoder = decoders.Metaspace()
    with pytest.raises(UnsupportedTokenizer, match="its decoder is Metaspace; steps need the exact bytes"):
        TokenText(PreTrainedTokenizerFast(tokenizer_object=backend))
