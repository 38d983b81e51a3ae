"""Writing a folder so that it is there whole or not at all, as Sources/Checkpoints/FolderReplacement.swift does."""

import ctypes
import errno
import os
import re
import secrets
import shutil
from contextlib import suppress
from pathlib import Path

AT_CURRENT_FOLDER = -100
EXCHANGE = 2


class FolderReplacement:
    """A folder that is filled under a temporary name beside the final one, and then takes it."""

    def __init__(self, path: str):
        final = Path(os.path.abspath(path))
        if os.path.lexists(final) and (final.is_symlink() or not final.is_dir()):
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), path)
        self.final = final
        unique = unique_part()
        self.temporary = final.with_name(f".{final.name}.tmp-{unique}")
        self.aside = final.with_name(f".{final.name}.old-{unique}")

    def begin(self) -> Path:
        """Makes the temporary folder, after removing what processes left that no longer run."""
        self._clean_up()
        self.temporary.mkdir()
        return self.temporary

    def commit(self) -> None:
        """Gives the folder its name; where another has it, the two change names in one step, or nearly so."""
        for folder, _, files in os.walk(self.temporary):
            for path in [folder, *(os.path.join(folder, file) for file in files)]:
                _flush(path)
        if not self.final.exists():
            self.temporary.rename(self.final)
        elif _exchanged(self.temporary, self.final):
            shutil.rmtree(self.temporary, ignore_errors=True)
        else:
            self.final.rename(self.aside)
            try:
                self.temporary.rename(self.final)
            except OSError:
                self.aside.rename(self.final)
                raise
            shutil.rmtree(self.aside, ignore_errors=True)
        _flush(self.final.parent)

    def abandon(self) -> None:
        """Removes what was written."""
        shutil.rmtree(self.temporary, ignore_errors=True)

    def _clean_up(self) -> None:
        for sibling in sorted(self.final.parent.iterdir()):
            for kind in ("old", "tmp"):
                prefix = f".{self.final.name}.{kind}-"
                if not sibling.name.startswith(prefix) or _runs(sibling.name.removeprefix(prefix)):
                    continue
                if kind == "old" and not self.final.exists():
                    sibling.rename(self.final)
                else:
                    shutil.rmtree(sibling, ignore_errors=True)


def unique_part() -> str:
    """A part of a temporary name that nobody can foresee, and that says whose it is: PID-RANDOM."""
    return f"{os.getpid()}-{secrets.token_hex(8)}"


def _runs(unique: str) -> bool:
    """Whether another process of that number runs; true for what `unique_part` has not made, which is not ours to remove.

    Older names are a number alone.
    """
    parts = re.fullmatch(r"([0-9]+)(-[0-9a-f]{16})?", unique)
    if parts is None:
        return True
    process = parts[1]
    if int(process) == os.getpid():
        return False
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _exchanged(one: Path, other: Path) -> bool:
    """Exchanges two names in one step; false where the system cannot."""
    with suppress(AttributeError, OSError):
        rename = ctypes.CDLL(None, use_errno=True).renameat2
        return rename(AT_CURRENT_FOLDER, bytes(one), AT_CURRENT_FOLDER, bytes(other), EXCHANGE) == 0
    return False


def _flush(path: str | Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        # A file system that cannot, and is left to its own promises.
        if error.errno != errno.EINVAL:
            raise
    finally:
        os.close(descriptor)
