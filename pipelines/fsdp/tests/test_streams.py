import pytest
import zstandard

from srar_fsdp.errors import BadData, NoInput
from srar_fsdp.streams import Line, Rejects, read_lines

LIMIT = 1000


def lines(path, limit=LIMIT):
    return [(line.place.rpartition(":")[2], line.text) for line in read_lines([str(path)], limit)]


def test_plain_and_several_frames_read_the_same(tmp_path):
    plain, framed = tmp_path / "plain", tmp_path / "framed"
    plain.write_bytes(b"one\n\ntwo\nthree")
    compress = zstandard.ZstdCompressor().compress
    framed.write_bytes(compress(b"one\n\ntw") + compress(b"o\nthree"))
    assert lines(plain) == lines(framed) == [("1", b"one"), ("3", b"two"), ("4", b"three")]


@pytest.mark.parametrize("cut", [1, 3, 5, 20, -1])
def test_a_stream_that_is_cut_off_is_an_error(tmp_path, cut):
    path = tmp_path / "cut"
    path.write_bytes(zstandard.ZstdCompressor(write_checksum=True).compress(b"some line\n" * 50)[:cut])
    with pytest.raises(BadData, match="cut off at byte"):
        lines(path)


def test_zero_bytes_are_no_stream(tmp_path):
    path = tmp_path / "nothing"
    path.touch()
    with pytest.raises(BadData, match="nothing: zero bytes are not an empty stream"):
        lines(path)
    assert list(read_lines([str(path)], LIMIT, allow_empty=True)) == []
    path.write_bytes(zstandard.ZstdCompressor().compress(b""))
    assert lines(path) == []


def test_an_id_forges_no_line_of_a_rejects_file(tmp_path):
    rejects = Rejects(str(tmp_path / "bad"))
    rejects.add(Line("in:1", b"{}"), BadData('in:1: record "a\n# in:2: \u202eb" has no "rollout"'))
    rejects.commit()
    assert (tmp_path / "bad").read_bytes() == b'# in:1: record "a\\n# in:2: \\u{202e}b" has no "rollout"\n{}\n'


def test_a_damaged_stream_is_an_error(tmp_path):
    path = tmp_path / "damaged"
    frame = bytearray(zstandard.ZstdCompressor(write_checksum=True).compress(b"some line\n" * 50))
    frame[-1] ^= 1
    path.write_bytes(frame)
    with pytest.raises(BadData, match="damaged"):
        lines(path)


def test_a_line_beyond_the_limit_is_named(tmp_path):
    path = tmp_path / "long"
    path.write_bytes(b"short\n" + b"x" * 50 + b"\n")
    with pytest.raises(BadData, match=r"long:2: .*--max-line-bytes"):
        lines(path, limit=20)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(NoInput, match="nothing: no such file"):
        lines(tmp_path / "nothing")
