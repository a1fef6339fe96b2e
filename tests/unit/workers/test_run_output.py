"""Stories about logs of bounded size and the last lines of a trial."""

import errno
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given
from hypothesis import strategies as st

from workers.launch.output import CappedLog, LastLines, Outputs, Stream


def log_of(folder: Path, pieces: list[bytes], limit: int) -> bytes:
    log = CappedLog(folder / "log", limit)
    for piece in pieces:
        log.write(piece)
    log.close()
    assert log.fault is None
    return (folder / "log").read_bytes()


def test_a_short_stream_is_kept_whole(tmp_path: Path) -> None:
    assert log_of(tmp_path, [b"abc", b"", b"defg"], 4) == b"abcdefg"
    assert log_of(tmp_path, [b"abcdefgh"], 4) == b"abcdefgh"


@given(st.lists(st.binary(max_size=20), max_size=20), st.integers(1, 12))
def test_a_long_stream_keeps_its_head_and_its_end(
    pieces: list[bytes], limit: int
) -> None:
    whole = b"".join(pieces)
    with TemporaryDirectory() as place:
        got = log_of(Path(place), pieces, limit)
    if len(whole) <= 2 * limit:
        assert got == whole
    else:
        left_out = len(whole) - 2 * limit
        mark = b"\n[seedgate left out %d bytes here]\n" % left_out
        assert got == whole[:limit] + mark + whole[-limit:]


def test_a_full_disk_stops_the_log_and_not_the_stream() -> None:
    log = CappedLog(Path("/dev/full"))
    seen: list[bytes] = []
    stream = Stream(log, seen.append)
    stream.feed(b"one\n")
    stream.feed(b"two")
    stream.finish()
    log.close()
    assert seen == [b"one\n", b"two\n"]
    assert log.fault is not None
    assert log.fault.errno == errno.ENOSPC


def test_the_last_lines_are_clean_and_short() -> None:
    last = LastLines()
    last.take(b"old\n" * 50 + b"\x1b[1mbold\x1b[0m\x07\n\n" + b"y" * 5000 + b"\n")
    lines = last.text().splitlines()
    assert len(lines) == 20
    assert lines[-2] == "bold"
    assert lines[-1] == "y" * 400


def test_the_last_words_are_those_on_stderr_if_there_are_any(tmp_path: Path) -> None:
    with Outputs(tmp_path, lambda _: None, 100) as outputs:
        outputs.stdout.feed(b"printed\n")
        assert outputs.last_words() == "printed"
        outputs.stderr.feed(b"complained\n")
        outputs.stdout.feed(b"printed again\n")
        assert outputs.last_words() == "complained"
        assert outputs.tail.text() == "printed\ncomplained\nprinted again"
        assert outputs.fault is None
