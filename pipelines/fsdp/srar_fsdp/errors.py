"""How the tool says that something went wrong: what, where, and an exit status."""

from enum import IntEnum


class ExitStatus(IntEnum):
    """The exit statuses that all of srar's tools share."""

    SUCCESS = 0
    USAGE = 64
    BAD_DATA = 65
    NO_INPUT = 66
    INTERNAL_ERROR = 70
    INPUT_OUTPUT = 74


class ToolError(Exception):
    """An error that a user may meet: one line, `place: what is wrong; what to do`."""

    status = ExitStatus.INTERNAL_ERROR


class UsageError(ToolError):
    """Options that are wrong or exclude each other."""

    status = ExitStatus.USAGE


class BadData(ToolError):
    """Input or a policy that cannot be used."""

    status = ExitStatus.BAD_DATA


class NoInput(ToolError):
    """A file or folder that is not there."""

    status = ExitStatus.NO_INPUT


def said_of(error: OSError, action: str) -> str:
    """The words for a failed system call: the path, what was attempted, the system's reason."""
    return f"{error.filename or '<stream>'}: cannot {action}: {error.strerror or error}"
