"""Reading streams of records: plain or zstd JSON Lines, every line with its place."""

import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, NamedTuple

import zstandard

from .errors import BadData, NoInput, ToolError
from .folders import unique_part
from .terminal import terminal_text

ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
CHUNK_BYTES = 1 << 20


class Line(NamedTuple):
    """One line of a stream, without its line feed."""

    place: str
    """`FILE:LINE`, counted from 1."""
    text: bytes


def read_lines(paths: list[str], max_line_bytes: int, allow_empty: bool = False) -> Iterator[Line]:
    """The lines of all streams, blank ones passed over; `-` or no path at all is standard input.

    A stream of zero bytes, which a stage leaves that failed, is an error, unless `allow_empty` takes it for one without records.
    """
    for path in paths or ["-"]:
        if path == "-":
            yield from _lines(sys.stdin.buffer, "<stdin>", max_line_bytes, allow_empty)
            continue
        try:
            stream = open(path, "rb")
        except FileNotFoundError:
            raise NoInput(f"{path}: no such file") from None
        with stream:
            yield from _lines(stream, path, max_line_bytes, allow_empty)


def _lines(stream: BinaryIO, name: str, max_line_bytes: int, allow_empty: bool) -> Iterator[Line]:
    number, rest = 0, b""
    for chunk in _decoded(stream, name, allow_empty):
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            number += 1
            if line.strip():
                yield Line(f"{name}:{number}", _checked(line, name, number, max_line_bytes))
        _checked(rest, name, number + 1, max_line_bytes)
    if rest.strip():
        yield Line(f"{name}:{number + 1}", rest)


def _checked(line: bytes, name: str, number: int, limit: int) -> bytes:
    if len(line) > limit:
        raise BadData(f"{name}:{number}: the line is longer than {limit} bytes; raise '--max-line-bytes'")
    return line


def _decoded(stream: BinaryIO, name: str, allow_empty: bool) -> Iterator[bytes]:
    """The bytes of a plain stream, or of all zstd frames; a frame that is cut off is an error."""
    chunk = stream.read(CHUNK_BYTES)
    while 0 < len(chunk) < len(ZSTD_MAGIC) and (more := stream.read(CHUNK_BYTES)):
        chunk += more
    if not chunk and not allow_empty:
        raise BadData(
            f"{name}: zero bytes are not an empty stream: the stage before failed or was killed before its first byte, "
            "or the file was never written; look there first, or accept them by '--allow-empty'"
        )
    if 0 < len(chunk) < len(ZSTD_MAGIC) and ZSTD_MAGIC.startswith(chunk):
        raise BadData(f"{name}: cut off at byte {len(chunk)}, within a zstd frame; make the stream again")
    if not chunk.startswith(ZSTD_MAGIC):
        while chunk:
            yield chunk
            chunk = stream.read(CHUNK_BYTES)
        return
    frame = zstandard.ZstdDecompressor().decompressobj()
    byte_count, is_between_frames = 0, True
    while chunk:
        byte_count += len(chunk)
        while chunk:
            try:
                decoded = frame.decompress(chunk)
            except zstandard.ZstdError as error:
                raise BadData(f"{name}: damaged before byte {byte_count}: {error}") from None
            is_between_frames, chunk = frame.eof, frame.unused_data if frame.eof else b""
            if frame.eof:
                frame = zstandard.ZstdDecompressor().decompressobj()
            if decoded:
                yield decoded
        chunk = stream.read(CHUNK_BYTES)
    if not is_between_frames:
        raise BadData(f"{name}: cut off at byte {byte_count}, within a zstd frame; make the stream again")


class Rejects:
    """Lines that could not be used, each after `# place: reason`; the file appears when it is whole."""

    def __init__(self, path: str):
        self.path = Path(path)
        self.temporary = self.path.with_name(f".{self.path.name}.tmp-{unique_part()}")
        self.count = 0
        self._file = open(self.temporary, "xb")

    def add(self, line: Line, reason: ToolError) -> None:
        """Takes a line; the reason begins with its place."""
        self._file.write(f"# {terminal_text(str(reason))}\n".encode() + line.text + b"\n")
        self.count += 1

    def commit(self) -> None:
        """Gives the file its name."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        self.temporary.replace(self.path)

    def abandon(self) -> None:
        """Removes what was written, where it was not committed."""
        self._file.close()
        with suppress(FileNotFoundError):
            self.temporary.unlink()
