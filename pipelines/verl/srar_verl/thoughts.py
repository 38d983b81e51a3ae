"""Which parts of a response are thoughts, as srar's library `Thoughts` finds them; its tests hold for both."""

import re

TAGS = (
    "think thinking thought thoughts reasoning reflection scratchpad analysis seed:think longcat_think mm:think inner_thoughts"
    " inner_monologue"
).split()
WORDS = (
    ("[THINK]", "[/THINK]"),
    ("◁think▷", "◁/think▷"),
    ("<|begin_of_thought|>", "<|end_of_thought|>"),
    ("<|START_THINKING|>", "<|END_THINKING|>"),
    ("<|think|>", "<|/think|>"),
    ("<|inner_prefix|>", "<|inner_suffix|>"),
)
MARK = re.compile(
    "|".join(
        [f"(?P<open{n}>{re.escape(begin)})|(?P<close{n}>{re.escape(end)})" for n, (begin, end) in enumerate(WORDS)]
        + [r"(?P<final><\|channel\|>final<\|message\|>)", r"(?P<channel><\|channel\|>(?=analysis|commentary))", r"(?P<end><\|end\|>)"]
        + [rf"<(?P<slash>/?)(?P<tag>{'|'.join(map(re.escape, TAGS))})(?: [^>]{{0,62}})?>"]
    ),
    re.IGNORECASE | re.ASCII,
)
PLAIN_HARMONY = re.compile(r"analysis.*?assistantfinal", re.IGNORECASE | re.DOTALL | re.ASCII)


def thoughts(text: str) -> list[tuple[int, int]]:
    """The thoughts of a text, half-open and in order, their marks included; one that never closes reaches to the end."""
    spans: list[tuple[int, int]] = []
    opened: tuple[int, str] | None = None
    plain = PLAIN_HARMONY.match(text)
    if plain:
        spans.append((0, plain.end()))
    for mark in MARK.finditer(text, plain.end() if plain else 0):
        family, closes, may_lack_opening = _meaning(mark)
        if not closes:
            opened = opened or (mark.start(), family)
        elif opened is not None and opened[1] == family:
            spans.append((opened[0], mark.end()))
            opened = None
        elif opened is None and may_lack_opening:
            # The prompt may have opened the thought.
            spans = [(0, mark.end())]
    if opened is not None:
        spans.append((opened[0], len(text)))
    return spans


def _meaning(mark: re.Match) -> tuple[str, bool, bool]:
    """The family of a mark, whether it closes a thought, and whether it also closes one that the text did not open."""
    if mark["tag"]:
        return mark["tag"].lower(), bool(mark["slash"]), True
    kind = mark.lastgroup or ""
    if kind in ("final", "channel", "end"):
        return "harmony", kind != "channel", kind == "final"
    return kind.removeprefix("open").removeprefix("close"), kind.startswith("close"), True
