"""Stories about metrics in what a trial prints."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.workers.bench import metric
from workers.contract import Point, SourceKind
from workers.metrics.lines import LineCutter
from workers.metrics.patterns import Pattern


def values(pattern: str, text: bytes) -> list[tuple[float, float]]:
    found = Pattern(metric(SourceKind.STDOUT, pattern))
    found.feed(text)
    return [(point.step, point.value) for point in found.record.curve.points()]


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        (r"loss: (?P<value>\S+)", b"loss: 1\nno\nloss: 2\n", [(0, 1), (1, 2)]),
        (r"(?P<step>\d+) (?P<value>\S+)", b"10 1\n20 2\n", [(10, 1), (20, 2)]),
        (r"^loss (?P<value>\S+)$", b"x loss 1\nloss 2\nloss 3 x\n", [(0, 2)]),
        (r"\Aloss (?P<value>\S+)\z", b"x loss 1\nloss 2\n\n", [(0, 2)]),
        (r"(?i)LOSS (?P<value>\S+)", b"loss 1\nLoss 2\n", [(0, 1), (1, 2)]),
        (r"(?i-m)LOSS (?P<value>\S+)$", b"loss 1\nLoss 2\n", [(0, 1), (1, 2)]),
        (r"loss\s+(?P<value>\d+)", b"loss\n5\nloss 6\n", [(0, 6)]),
        (r"loss[^x]+(?P<value>\d)", b"loss\n5\nloss 6\n", [(0, 6)]),
        (r"loss (?P<value>\d)", b"loss 1 loss 2\nloss 3\n", [(0, 1), (1, 3)]),
        (r"(?P<value>\d*)$", b"1\n2\n", [(0, 1), (1, 2)]),
        (r"verlust é (?P<value>\d)", "verlust é 4\n".encode(), [(0, 4)]),
        (r"(?:loss (?P<value>\d)|end)", b"end\nloss 1\n", [(0, 1)]),
        (r"(?:(?P<step>\d)/)?L(?P<value>\d)", b"L7\n3/L8\n", [(0, 7), (3, 8)]),
    ],
)
def test_a_pattern_finds_the_first_match_of_each_line(
    pattern: str, text: bytes, expected: list[tuple[float, float]]
) -> None:
    assert values(pattern, text) == expected


@given(st.text("01 L\n", max_size=60), st.sampled_from(["", r"\A|"]))
def test_searching_blocks_finds_what_searching_lines_finds(text: str, by: str) -> None:
    pattern = r"(?P<value>\d+)\s*L|^L (?P<step>\d)"
    whole = values(pattern, f"{text}\n".encode())
    lines = Pattern(metric(SourceKind.STDOUT, pattern))
    for line in text.split("\n"):
        lines.feed(f"{line}\n".encode())
    assert whole == [(x.step, x.value) for x in lines.record.curve.points()]


@pytest.mark.parametrize(
    ("pattern", "told"),
    [("loss (?P<value>", "no RE2 pattern"), (r"loss (\d+)", "no group named value")],
)
def test_a_pattern_that_cannot_work_is_refused(pattern: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        Pattern(metric(SourceKind.STDOUT, pattern))


def test_the_step_of_a_value_is_kept() -> None:
    found = Pattern(metric(SourceKind.STDOUT, r"(?P<step>\S+) (?P<value>\d)"))
    found.feed(b"x 5\n")
    assert found.record.curve.last == Point(0.0, 5.0)


@given(st.binary(max_size=300), st.lists(st.integers(1, 40), max_size=30))
def test_lines_do_not_depend_on_how_the_stream_was_cut(
    text: bytes, sizes: list[int]
) -> None:
    cutter, place, blocks = LineCutter(), 0, []
    for size in [*sizes, len(text)]:
        if place < len(text):
            blocks.append(cutter.feed(text[place : place + size]))
        place += size
    got = b"".join([*blocks, cutter.finish()])
    whole = text.replace(b"\r", b"\n")
    assert got == whole + (b"" if whole.endswith(b"\n") or not whole else b"\n")


def test_a_line_over_64_kib_is_cut_and_counted() -> None:
    cutter = LineCutter()
    assert all(cutter.feed(b"x" * 65536) == b"" for _ in range(5))
    assert cutter.feed(b"y\nnext\n") == b"x" * 65536 + b"\nnext\n"
    assert cutter.cut == 1
    assert cutter.feed(b"more\n") == b"more\n"


def test_each_redraw_of_a_progress_bar_is_a_line() -> None:
    cutter = LineCutter()
    assert cutter.feed(b"10% loss 3\r20% loss 2\r") == b"10% loss 3\n20% loss 2\n"
    assert cutter.feed(b"100% loss 1") == b""
    assert cutter.finish() == b"100% loss 1\n"
