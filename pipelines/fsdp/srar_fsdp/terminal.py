"""What is said on standard error, fit for a terminal whatever it quotes; as Sources/Diagnostics/TerminalText.swift has it."""

import sys
import unicodedata
from contextlib import suppress

# By Unicode's general category: control, format, line and paragraph separators, private, surrogate and unassigned characters.
HIDDEN_CATEGORIES = {"Cc", "Cf", "Zl", "Zp", "Co", "Cs", "Cn"}
# Fillers, joiners and variation selectors that are letters or marks by category.
HIDDEN_CHARACTERS = set("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0") | {
    chr(code) for code in (*range(0xFE00, 0xFE0E), *range(0xE0100, 0xE01F0))
}
ESCAPES = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}
# Combining marks that may stand on each other.
MOST_MARKS = 3


def terminal_text(text: str) -> str:
    """The text on one line, with control, bidi and invisible characters as escapes such as `\\u{202e}`; nothing is left out."""
    result, marks = [], 0
    for character in text:
        category = unicodedata.category(character)
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if category in HIDDEN_CATEGORIES or character in HIDDEN_CHARACTERS or marks > MOST_MARKS:
            result.append(ESCAPES.get(character, f"\\u{{{ord(character):x}}}"))
        else:
            result.append(character)
    return "".join(result)


def is_watched() -> bool:
    """Whether standard error is a terminal."""
    return sys.stderr is not None and sys.stderr.isatty()


def say(text: str, tool: str = "srar-fsdp") -> None:
    """Writes one message as one line; where standard error is full, closed or broken, it is dropped."""
    # A closed standard error is None, which `print` would take for standard output.
    if sys.stderr is None:
        return
    with suppress(OSError, ValueError):
        print(f"{tool}: {terminal_text(text)}", file=sys.stderr, flush=True)
