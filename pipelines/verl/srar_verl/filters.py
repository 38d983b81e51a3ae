"""Running a tool over lines of records, from the first to the last."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from .errors import AnswerMismatch, ToolFailed, ToolMissing

# How many of a tool's last lines an error repeats.
LAST_WORDS = 5


def filtered(command: Sequence[str], lines: Sequence[bytes]) -> list[bytes]:
    """What a tool makes of some lines, one a line, in their order; what it says is shown on standard error.

    Throws ToolFailed where it ends with another status than 0, AnswerMismatch where it gives back more or fewer lines.
    """
    tool = Path(command[0]).name
    if not lines:
        return []
    try:
        result = subprocess.run(command, input=b"".join(line + b"\n" for line in lines), capture_output=True)
    except FileNotFoundError:
        raise ToolMissing(tool, f"at {command[0]}") from None
    said = result.stderr.decode(errors="replace")
    sys.stderr.write(said)
    if result.returncode != 0:
        raise ToolFailed(tool, result.returncode, last_words(said.splitlines()))
    answers = result.stdout.split(b"\n")[:-1]
    if len(answers) != len(lines):
        raise AnswerMismatch(tool, f"was given {len(lines)} records and gave back {len(answers)}")
    return answers


def last_words(lines: Sequence[str]) -> str:
    """The end of what a tool said, as one line."""
    return "; ".join(line.strip() for line in lines[-LAST_WORDS:] if line.strip())
