"""Tokens of rollouts that came as text alone."""

import datetime
import os
from functools import cached_property
from typing import NamedTuple

from jinja2 import TemplateError

from .errors import BadData


class UnusableMessages(BadData):
    """Messages of a record that cannot become a prompt; its words go on after the record's name."""


class Piece(NamedTuple):
    """A part of a prompt: text, or the spelling of one special token."""

    text: str
    is_special: bool = False


CHATML_SYSTEMS = {
    "chatml": None,
    "smollm": "You are a helpful AI assistant named SmolLM, trained by Hugging Face",
    "qwen2": "You are a helpful assistant.",
    "qwen2.5": "You are Qwen, created by Alibaba Cloud. You are a helpful assistant.",
    "qwen3": None,
}
CHAT_FORMATS = (*CHATML_SYSTEMS, "llama3", "llama3.1")
# The date is the template's own default, not the clock's.
TEMPLATE_DAY = datetime.datetime(2024, 7, 26)
"""What templates are told that ask for the day, as `srar-rollout` tells them."""
LLAMA31_DATES = "Cutting Knowledge Date: December 2023\nToday Date: 26 Jul 2024\n\n"


def rendered(chat_format: str, messages: list[dict]) -> list[Piece]:
    """A prompt in a named format; contents are text whatever they look like."""
    messages = [(message["role"], message["content"]) for message in messages]
    if chat_format in CHATML_SYSTEMS:
        system = CHATML_SYSTEMS[chat_format]
        if system is not None and messages[0][0] != "system":
            messages.insert(0, ("system", system))
        pieces = []
        for role, content in messages:
            pieces += [Piece("<|im_start|>", True), Piece(f"{role}\n{content}"), Piece("<|im_end|>", True), Piece("\n")]
        pieces += [Piece("<|im_start|>", True), Piece("assistant\n")]
        if chat_format == "qwen3":
            pieces += [Piece("<think>", True), Piece("\n\n"), Piece("</think>", True), Piece("\n\n")]
        return pieces
    pieces = [Piece("<|begin_of_text|>", True)]
    if chat_format == "llama3.1":
        system = messages.pop(0)[1].strip() if messages[0][0] == "system" else ""
        pieces += [*_llama_header("system"), Piece(f"\n\n{LLAMA31_DATES}{system}"), Piece("<|eot_id|>", True)]
    for role, content in messages:
        pieces += [*_llama_header(role), Piece(f"\n\n{content.strip()}"), Piece("<|eot_id|>", True)]
    return [*pieces, *_llama_header("assistant"), Piece("\n\n")]


def _llama_header(role: str) -> list[Piece]:
    return [Piece("<|start_header_id|>", True), Piece(role), Piece("<|end_header_id|>", True)]


class PromptTokenizer:
    """The tokenizer of a policy folder, opened when the first text comes."""

    def __init__(self, folder: str, chat_format: str | None, ends: list[int]):
        self.folder = folder
        self.chat_format = chat_format
        self.ends = ends
        """Tokens at which sampling stops."""

    @cached_property
    def _tokenizer(self):
        from transformers import PreTrainedTokenizerFast

        if not os.path.exists(os.path.join(self.folder, "tokenizer.json")):
            raise BadData(f"{self.folder}/tokenizer.json: missing from the policy folder")
        return PreTrainedTokenizerFast.from_pretrained(self.folder)

    def prompt(self, messages: list[dict]) -> list[int]:
        """Tokens of a conversation, up to where the answer begins."""
        if self.chat_format is None:
            if self._tokenizer.chat_template is None:
                raise BadData(f"{self.folder}/tokenizer_config.json: has no chat template; give '--chat-format'")
            self._check_contents(messages)
            try:
                text = self._rendered(messages, add_generation_prompt=True)
            except TemplateError as error:
                raise UnusableMessages(f'"messages" are refused by the chat template: {error}') from None
            return self._tokenizer(text, add_special_tokens=False)["input_ids"]
        tokens = []
        for piece in rendered(self.chat_format, messages):
            if piece.is_special:
                token = self._tokenizer.get_vocab().get(piece.text)
                if token is None:
                    raise BadData(f"{self.folder}/tokenizer.json: has no token {piece.text}; use another '--chat-format'")
                tokens.append(token)
            else:
                tokens += self._text_tokens(piece.text)[0]
        return tokens

    def _rendered(self, messages: list[dict], add_generation_prompt: bool) -> str:
        # Models that can think are asked not to, as `srar-rollout` does.
        return self._tokenizer.apply_chat_template(
            messages,
            add_generation_prompt=add_generation_prompt,
            tokenize=False,
            enable_thinking=False,
            strftime_now=TEMPLATE_DAY.strftime,
        )

    def _check_contents(self, messages: list[dict]) -> None:
        """Refuses messages that spell added tokens: in the rendered text they would be those tokens, and to srar they are text."""
        for message in messages:
            for marker in self._tokenizer.get_added_vocab():
                if marker in message["content"]:
                    raise UnusableMessages(
                        f'"messages" spell the token {marker}, which only the chat template may write; sample with tokens'
                    )

    @property
    def notes(self) -> list[str]:
        """What a user should know of the prompts that were made here."""
        if "_tokenizer" not in self.__dict__ or self.chat_format is not None:
            return []
        template = self._tokenizer.chat_template or ""
        notes = []
        if "enable_thinking" in template:
            notes.append("the policy can think or not: prompts are rendered without thinking (enable_thinking=false)")
        if "strftime_now" in template:
            notes.append(f"the chat template asks for the day: it is told {TEMPLATE_DAY:%Y-%m-%d}, whatever the clock says")
        return notes

    def response(self, text: str, ends: bool) -> tuple[list[int], list[int]]:
        """Tokens of a response and the first byte of each; with its end-of-sequence token where it ended by itself."""
        tokens, starts = self._text_tokens(text)
        if ends and self._end is not None:
            tokens.append(self._end)
            starts.append(len(text.encode()))
        return tokens, starts

    @cached_property
    def _end(self) -> int | None:
        """The token by which the chat template ends a turn, where sampling stops at it; else the first at which it does."""
        end = self._turn_end()
        return end if end in self.ends else next(iter(self.ends), None)

    def _turn_end(self) -> int | None:
        if self.chat_format is not None:
            marker = "<|im_end|>" if self.chat_format in CHATML_SYSTEMS else "<|eot_id|>"
            return self._tokenizer.get_vocab().get(marker)
        if self._tokenizer.chat_template is None:
            return None
        content = "srar"
        messages = [{"role": "user", "content": content}, {"role": "assistant", "content": content}]
        try:
            text = self._rendered(messages, add_generation_prompt=False)
        except TemplateError:
            return None
        rest = self._tokenizer(text[text.rfind(content) + len(content) :], add_special_tokens=False)["input_ids"]
        added = set(self._tokenizer.get_added_vocab().values())
        return next((token for token in rest if token in added), None)

    def _text_tokens(self, text: str) -> tuple[list[int], list[int]]:
        encoded = self._tokenizer(text, add_special_tokens=False, return_offsets_mapping=True, split_special_tokens=True)
        # Offsets are characters; tokens that share a character share its first byte.
        bytes_before, total = [], 0
        for character in text:
            bytes_before.append(total)
            total += len(character.encode())
        starts = [bytes_before[begin] for begin, _ in encoded["offset_mapping"]]
        return list(encoded["input_ids"]), starts
