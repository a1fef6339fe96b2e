"""Stories about TensorBoard event files, written by TensorBoard's own package."""

import struct
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.compat.proto.tensor_pb2 import TensorProto
from tensorboard.plugins.histogram.summary_v2 import histogram_pb
from tensorboard.plugins.scalar.summary_v2 import scalar_pb
from tensorboard.summary.writer.event_file_writer import EventFileWriter

from tests.unit.workers.bench import metric
from workers.contract import FailureReason, MetricSource, SourceKind, Take
from workers.metrics.collect import Collector, Measurement, Surroundings
from workers.metrics.events import Frames, Scalar, masked_crc, scalars

NAME = "events.out.tfevents.{made}.host.1.{counter}"


def simple(tag: str, value: float) -> Summary:
    return Summary(value=[Summary.Value(tag=tag, simple_value=value)])


class Board:
    """A folder that TensorBoard's writer fills."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._made = 1000

    def write(self, run: str, summaries: Iterable[Summary], first: int = 0) -> Path:
        """One event file of one run; its name says that it is the newest so far."""
        place = self.folder / run
        before = set(place.glob("*")) if place.exists() else set()
        writer = EventFileWriter(str(place))
        for step, summary in enumerate(summaries, first):
            writer.add_event(Event(wall_time=1.5, step=step, summary=summary))
        writer.close()
        (path,) = set(place.glob("*")) - before
        self._made += 1
        return path.rename(place / NAME.format(made=self._made, counter=self._made))


@pytest.fixture
def around(tmp_path: Path) -> Surroundings:
    around = Surroundings(tmp_path / "out", tmp_path / "tree", tmp_path / "x" / "y")
    for folder in (around.output, around.tree, around.reported.parent):
        folder.mkdir()
    return around


@pytest.fixture
def board(around: Surroundings) -> Board:
    return Board(around.output / "logs")


def source(key: str = "loss", *, take: Take = Take.LAST) -> MetricSource:
    return metric(SourceKind.TENSORBOARD, "logs", key=key, take=take)


def measured(around: Surroundings, *metrics: MetricSource) -> Measurement:
    return Collector(metrics or (source(),), around).finish(1, 1)


def steps(found: Measurement) -> list[tuple[float, float]]:
    return [(point.step, point.value) for point in found.series["loss"]]


@pytest.mark.parametrize("write", [simple, scalar_pb])
def test_scalars_of_every_form_are_read(
    around: Surroundings, board: Board, write: Callable[[str, float], Summary]
) -> None:
    board.write("", [write("loss", 0.5), write("lr", 7), write("loss", 0.25)], 10)
    assert steps(measured(around)) == [(10.0, 0.5), (12.0, 0.25)]


def event(tensor: TensorProto, step: int = 3) -> bytes:
    summary = Summary(value=[Summary.Value(tag="loss", tensor=tensor)])
    return Event(step=step, summary=summary).SerializeToString()


@pytest.mark.parametrize(
    ("tensor", "value"),
    [
        (TensorProto(dtype=1, float_val=[0.5]), 0.5),
        (TensorProto(dtype=2, double_val=[0.1]), 0.1),
        (TensorProto(dtype=3, int_val=[-4]), -4.0),
        (TensorProto(dtype=9, int64_val=[-5]), -5.0),
        (TensorProto(dtype=19, half_val=[0x3800]), 0.5),
        (TensorProto(dtype=1, tensor_content=struct.pack("<f", 0.5)), 0.5),
        (TensorProto(dtype=9, tensor_content=struct.pack("<q", -6)), -6.0),
        (TensorProto(dtype=1, float_val=[1, 2]), None),
        (TensorProto(dtype=3, int_val=[1, 2]), None),
        (TensorProto(dtype=1, tensor_content=b"12345678"), None),
        (TensorProto(dtype=7, string_val=[b"text"]), None),
        (TensorProto(dtype=1), None),
    ],
    ids=lambda value: str(value).replace("\n", " "),
)
def test_tensors_of_one_number_are_scalars(
    tensor: TensorProto, value: float | None
) -> None:
    expected = [] if value is None else [Scalar("loss", 3, value)]
    assert list(scalars(event(tensor))) == expected


def test_a_negative_step_is_kept() -> None:
    tensor = TensorProto(dtype=1, float_val=[1])
    assert [found.step for found in scalars(event(tensor, -2))] == [-2]


def test_values_in_one_by_one_form_are_read() -> None:
    tensor = b"\x08\x01\x2d" + struct.pack("<f", 0.5)  # not packed, as old writers do
    value = b"\x0a\x04loss\x42" + bytes([len(tensor)]) + tensor
    summary = b"\x0a" + bytes([len(value)]) + value
    assert list(scalars(b"\x2a" + bytes([len(summary)]) + summary)) == [
        Scalar("loss", 0, 0.5)
    ]


def test_what_is_no_scalar_is_passed_over(around: Surroundings, board: Board) -> None:
    histogram = histogram_pb("loss", [1.0, 2.0])
    board.write("", [histogram, simple("loss", 2)])
    assert measured(around).values == {"loss": 2.0}


def test_an_event_file_may_be_named_itself(around: Surroundings, board: Board) -> None:
    path = board.write("", [simple("loss", 2)])
    named = metric(SourceKind.TENSORBOARD, str(path))
    assert measured(around, named).values == {"loss": 2.0}


def test_a_growing_file_is_followed_and_a_cut_record_waits(
    around: Surroundings, board: Board
) -> None:
    path = board.write("", [simple("loss", n) for n in range(40)])
    whole = path.read_bytes()
    collector = Collector((source(),), around)
    for end in range(0, len(whole) - 5, 97):
        path.write_bytes(whole[:end])
        collector.poll()
    assert 0 < collector.latest()["loss"].value < 39
    path.write_bytes(whole)
    assert steps(collector.finish(1, 1)) == [(float(n), float(n)) for n in range(40)]


def test_a_restarted_run_goes_on_in_a_second_file(
    around: Surroundings, board: Board
) -> None:
    collector = Collector((source(),), around)
    board.write("", [simple("loss", 4), simple("loss", 3)])
    collector.poll()
    board.write("", [simple("loss", 2)], 2)
    found = collector.finish(1, 1)
    assert steps(found) == [(0.0, 4.0), (1.0, 3.0), (2.0, 2.0)]
    assert found.notes == ()


def test_of_several_runs_the_one_made_last_is_read_and_told(
    around: Surroundings, board: Board
) -> None:
    board.write("train", [simple("loss", 1)])
    board.write("a/eval", [simple("loss", 2)])
    found = measured(around)
    assert found.values == {"loss": 2.0}
    assert found.notes == (
        'The tag \'loss\' is in 2 runs ("train", "a/eval"); the last was read.',
    )
    assert measured(around, source("train/loss")).values == {"loss": 1.0}


def test_nan_and_infinity_are_seen(around: Surroundings, board: Board) -> None:
    board.write("", [simple("loss", float("nan"))])
    assert measured(around).failure.reason is FailureReason.NAN_METRIC
    board.write("", [simple("loss", float("inf"))])
    assert measured(around).failure.reason is FailureReason.INFINITE_METRIC


def test_a_missing_tag_names_those_that_are_there(
    around: Surroundings, board: Board
) -> None:
    assert "No event file was written at logs." in measured(around).failure.detail
    board.write("", [simple("acc", 1), simple("lr", 1)])
    assert measured(around).failure.detail.endswith(
        'No event has the tag \'loss\'. The tags are: "acc", "lr".'
    )


def test_event_files_in_the_tree_are_not_the_trials(around: Surroundings) -> None:
    board = Board(around.tree / "logs")
    board.write("", [simple("loss", 0.001)])
    collector = Collector((source(),), around)
    assert collector.finish(1, 1).failure.reason is FailureReason.MISSING_METRIC
    board.write("", [simple("loss", 5)])
    assert collector.finish(1, 1).values == {"loss": 5.0}


@pytest.mark.parametrize("damage", [3, 9, 14, 40])
def test_a_damaged_file_is_told_and_its_value_not_trusted(
    around: Surroundings, board: Board, damage: int
) -> None:
    path = board.write("", [simple("loss", 1), simple("loss", 2)])
    content = bytearray(path.read_bytes())
    content[damage] ^= 1
    path.write_bytes(content)
    failed = measured(around).failure
    assert failed.reason is FailureReason.MISSING_METRIC
    assert "is damaged: a checksum does not match." in failed.detail


@pytest.mark.parametrize("junk", [b"\x2a\x7fx", b"\x2a", b"\x0b", b"\xff" * 12])
def test_a_record_that_is_no_event_is_damage(
    around: Surroundings, board: Board, junk: bytes
) -> None:
    size = struct.pack("<Q", len(junk))
    crcs = [struct.pack("<I", masked_crc(part)) for part in (size, junk)]
    path = board.write("", [])
    path.write_bytes(size + crcs[0] + junk + crcs[1])
    assert "is damaged" in measured(around).failure.detail


def test_event_files_behind_links_are_not_read(
    around: Surroundings, board: Board, tmp_path: Path
) -> None:
    foreign = Board(tmp_path / "foreign").write("", [simple("loss", 1)])
    board.folder.mkdir()
    (board.folder / "run").symlink_to(foreign.parent)
    assert measured(around).failure.reason is FailureReason.MISSING_METRIC
    (board.folder / foreign.name).symlink_to(foreign)
    assert measured(around).failure.reason is FailureReason.UNSAFE_FILE


def test_deep_folders_are_not_searched_for_ever(
    around: Surroundings, board: Board
) -> None:
    board.write("/".join("abcdefgh"), [simple("loss", 1)])
    assert measured(around).values == {"loss": 1.0}
    board.write("/".join("abcdefghijkl"), [simple("loss", 2)])
    assert measured(around).values == {"loss": 1.0}


def test_the_checksum_is_crc_32c() -> None:
    crc = (masked_crc(b"123456789") - 0xA282EAD8) & 0xFFFFFFFF
    assert ((crc >> 17) | (crc << 15)) & 0xFFFFFFFF == 0xE3069283


def test_a_large_record_is_passed_on_unchecked() -> None:
    data = bytes(10_000)
    size = struct.pack("<Q", len(data))
    frame = size + struct.pack("<I", masked_crc(size)) + data + b"????"
    assert list(Frames().feed(frame)) == [data]
