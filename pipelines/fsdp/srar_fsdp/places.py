"""What an update may write over: the rules of Sources/Checkpoints/PolicyPlace.swift and Sources/Filters/NamedFile.swift."""

import argparse
import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from .errors import UsageError
from .optimizer import SINGLE_FILE, STATE_FOLDER

POLICY_NAMES = {
    "config.json",
    "generation_config.json",
    "model.safetensors",
    "model.safetensors.index.json",
    STATE_FOLDER,
    "tokenizer.json",
    "tokenizer_config.json",
    "tokenizer.model",
    "special_tokens_map.json",
    "added_tokens.json",
    "vocab.json",
    "vocab.txt",
    "merges.txt",
    "chat_template.jinja",
    "chat_template.json",
    "training.json",
    "trainer_state.json",
    ".DS_Store",
}
"""What policies of engines and trainers hold, a checkpoint's progress, and what a Mac adds when it shows a folder."""
OPTIMIZER_NAMES = {SINGLE_FILE, ".metadata", ".DS_Store"}
COPIED_SUFFIXES = {".jinja", ".json", ".md", ".model", ".txt"}
MADE_ANEW = {"config.json", "model.safetensors.index.json", "trainer_state.json"}
COMPRESSED = (b"\x28\xb5\x2f\xfd", *(bytes([0x50 + n, 0x2A, 0x4D, 0x18]) for n in range(16)), b"\x1f\x8b", b"\xfd7zXZ")
DESCRIPTORS = ("/dev/stdout", "/dev/stderr", "/dev/fd/", "/proc/")


def copied_files(source: str) -> list[Path]:
    """The files that go from a policy's folder into the next one's, sorted."""
    return [
        file
        for file in sorted(Path(source).iterdir())
        if (file.suffix in COPIED_SUFFIXES or file.name == "LICENSE")
        and file.is_file()
        and file.name not in MADE_ANEW
        and not file.name.startswith(".")
    ]


# MARK: the files


class _File(NamedTuple):
    name: str
    path: str
    is_read: bool


def check_files(options: argparse.Namespace) -> None:
    """Makes sure that no file which is written is one that is read or written as another; raises `UsageError` with both names."""
    files = [_File("the input", path, True) for path in options.files or ["-"]]
    files += [
        _File(name, path, False) for name, path in (("'--rejects'", options.rejects), ("'--metrics'", options.metrics)) if path
    ]
    seen: list[tuple[_File, object]] = []
    for file in files:
        if not file.is_read and file.path == "-":
            raise UsageError(f"{file.name} must name a file, but is '-'")
        identity = _identity(file.path)
        for other, its_identity in seen:
            if identity is not None and identity == its_identity and not (file.is_read and other.is_read):
                raise UsageError(_clash(other, file))
        seen.append((file, identity))
    for file in files:
        if not file.is_read:
            _check_content(file)


def _identity(path: str) -> object:
    """What two names of one file have in common: device and inode, else the path; None of devices and pipes."""
    try:
        status = os.fstat(sys.stdin.fileno()) if path == "-" else os.stat(path)
    except (OSError, ValueError):
        return None if path == "-" else os.path.realpath(path)
    return (status.st_dev, status.st_ino) if stat.S_ISREG(status.st_mode) else None


def _clash(first: _File, second: _File) -> str:
    names = f"{first.name} and {second.name} must be two files"
    paths = [path for path in (first.path, second.path) if path != "-"]
    if len(set(paths)) == 2:
        return f"{names}, but '{paths[0]}' and '{paths[1]}' are one"
    return f"{names}, but both are '{paths[0]}'"


def _check_content(file: _File) -> None:
    """Refuses to append to, or to replace, a file that is none of its kind."""
    try:
        is_regular = stat.S_ISREG(os.stat(file.path).st_mode)
    except OSError:
        return
    if not is_regular:
        return
    with open(file.path, "rb") as stream:
        beginning = stream.read(6)
    if file.name == "'--metrics'":
        if beginning.startswith(COMPRESSED):
            raise UsageError(f"{file.name} appends plain text, but '{file.path}' is compressed; name another file")
        return
    if beginning and not beginning.startswith(b"# "):
        raise UsageError(f"{file.name} would replace '{file.path}', which holds no rejected lines; name another file")
    if file.path.startswith(DESCRIPTORS):
        raise UsageError(f"{file.name} replaces a file, and '{file.path}' leads to one; name that file itself")


# MARK: the policy's folder


def check_output(options: argparse.Namespace) -> None:
    """Makes sure, before any work, that the next policy deletes nothing but an older policy."""
    place = os.path.realpath(options.output)

    def holds(path: str) -> bool:
        inside = os.path.realpath(path)
        return inside == place or inside.startswith(place.rstrip("/") + "/")

    policies = [(name, path) for name, path in (("'--policy'", options.policy), ("'--reference'", options.reference)) if path]
    for name, policy in policies:
        if os.path.realpath(policy) == place:
            raise UsageError(f"'--output' is the folder of {name}, which would be lost; name another")
    if holds("."):
        raise UsageError(f"'--output' '{options.output}' is the working folder or one around it, which would be lost; name another")
    read = [*policies, *(("the input", path) for path in options.files if path != "-")]
    read += [(name, path) for name, path in (("'--rejects'", options.rejects), ("'--metrics'", options.metrics)) if path]
    for name, path in read:
        if holds(path):
            raise UsageError(f"'--output' '{options.output}' holds '{path}' of {name}, which would be lost; name another")
    check_place(options.output, {file.name for file in copied_files(options.policy)})


def check_place(path: str, names: set[str]) -> None:
    """Makes sure that there is nothing at a path, an empty folder, or one that holds only what a policy of this kind has.

    `names` are entries of the next policy beside those that every policy may have.
    """
    plain = path.rstrip("/") or path
    if os.path.islink(plain):
        raise UsageError(f"{path}: is a link, which a policy folder does not replace; name the folder itself")
    if not os.path.lexists(plain):
        return
    if not os.path.isdir(plain):
        raise UsageError(f"{path}: is a file, and a policy is a folder; name another")
    entries = sorted(os.listdir(plain))
    if not entries:
        return
    if "config.json" not in entries:
        raise UsageError(f'{path}: is no policy\'s folder, and replacing it would delete "{entries[0]}"; name another')
    for name in _foreign(plain, entries, names):
        raise UsageError(
            f'{path}: holds "{name}", which is no part of a policy and would be deleted; move it away, or name another folder'
        )


def _foreign(path: str, entries: list[str], names: set[str]) -> Iterator[str]:
    for name in entries:
        is_shard = name.startswith("model-") and name.endswith(".safetensors")
        if name not in names and name not in POLICY_NAMES and not is_shard:
            yield name
    if STATE_FOLDER in entries:
        for name in sorted(os.listdir(os.path.join(path, STATE_FOLDER))):
            if name not in OPTIMIZER_NAMES and not name.endswith(".distcp"):
                yield f"{STATE_FOLDER}/{name}"
