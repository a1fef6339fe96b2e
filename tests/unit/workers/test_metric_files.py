"""Stories about metrics in files that a trial writes, fair and foul."""

import json
import os
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.unit.workers.bench import Bench, metric, printed
from workers.contract import (
    Failed,
    FailureReason,
    MetricSource,
    Point,
    SourceKind,
    Take,
)
from workers.metrics.collect import Collector, Measurement, Surroundings
from workers.metrics.files import MAX_FILE

CSV, JSONL = SourceKind.CSV, SourceKind.JSONL
REPORTED, TRAINER = SourceKind.REPORTED, SourceKind.TRAINER_STATE
BOARD = SourceKind.TENSORBOARD


MIB = 1024 * 1024
ROWS = 5_000


def blank(length: int) -> str:
    """So many characters that are no row, in lines of 1 KiB."""
    lines, rest = divmod(length, 1024)
    return (" " * 1023 + "\n") * lines + "\n" * rest


def large_rows() -> Iterator[str]:
    """Rows of more than 4 MiB in all, whose losses grow."""
    for one in range(ROWS):
        yield json.dumps({"epoch": one, "note": "x" * 1024, "loss": one})


@dataclass
class Desk:
    """A trial's folders without a trial."""

    around: Surroundings

    def collector(self, *metrics: MetricSource) -> Collector:
        return Collector(metrics, self.around)

    def measured(self, *metrics: MetricSource) -> Measurement:
        return self.collector(*metrics).finish(1.5, 1000)

    def write(self, text: str, name: str = "log") -> None:
        (self.around.output / name).write_text(text)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    around = Surroundings(
        tmp_path / "output", tmp_path / "tree", tmp_path / "reported" / "metrics.jsonl"
    )
    for folder in (around.output, around.tree, around.reported.parent):
        folder.mkdir()
    return Desk(around)


def failure(measured: Measurement) -> Failed:
    assert measured.failure is not None
    return measured.failure


def steps(measured: Measurement, name: str = "loss") -> list[tuple[float, float]]:
    return [(point.step, point.value) for point in measured.series[name]]


def test_jsonl_is_read_as_it_grows(desk: Desk) -> None:
    collector = desk.collector(metric(JSONL, "log"))
    collector.poll()
    with (desk.around.output / "log").open("w") as log:
        for text in ('{"step": 1, "loss": 3}\n{"step": 2,', ' "loss": 2}\n{"loss'):
            log.write(text)
            log.flush()
            collector.poll()
    assert collector.latest() == {"loss": Point(2.0, 2.0)}
    assert steps(collector.finish(1, 1)) == [(1.0, 3.0), (2.0, 2.0)]


def test_a_last_line_without_an_end_counts_at_the_end(desk: Desk) -> None:
    desk.write('{"loss": 3}\n{"loss": 2}')
    assert desk.measured(metric(JSONL, "log")).values == {"loss": 2.0}


def test_lines_that_are_no_objects_are_passed_over(desk: Desk) -> None:
    deep = '{"a":' * 100_000
    desk.write(f'# start\n[1]\n{{"loss": 2}}\n{deep}\n{{bad}}\n\n')
    measured = desk.measured(metric(JSONL, "log"), metric(JSONL, "log", name="x"))
    assert measured.values == {"loss": 2.0}
    assert failure(measured).detail == (
        "x was never seen. No row of log has 'x'. Its keys are: \"loss\"."
        " 4 lines were no JSON objects."
    )


EPOCHS = [{"epoch": 1, "loss": 3, "by": {"x": 1}}, {"epoch": 2, "loss": 2}]


@pytest.mark.parametrize("before", ["", "\ufeff", "\n\n  "])
def test_one_object_over_several_lines_is_one_row(desk: Desk, before: str) -> None:
    desk.write(before + json.dumps({"step": 7, "loss": 0.25, "x": [1, 2]}, indent=2))
    measured = desk.measured(metric(JSONL, "log"))
    assert (measured.values, measured.failure) == ({"loss": 0.25}, None)
    assert steps(measured) == [(7.0, 0.25)]


def test_an_object_on_a_line_too_long_for_a_row_is_read_whole(desk: Desk) -> None:
    desk.write(json.dumps({"predictions": [0.5] * 50_000, "loss": 2}))
    measured = desk.measured(metric(JSONL, "log"))
    assert (measured.values, measured.notes) == ({"loss": 2.0}, ())


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(EPOCHS),
        json.dumps(EPOCHS, indent=4),
        "[\n" + ",\n".join(map(json.dumps, EPOCHS)) + "\n]\n",
    ],
)
def test_an_array_of_objects_is_its_rows(desk: Desk, text: str) -> None:
    """In the third text the last row alone is a line that could be one of JSONL."""
    desk.write(text)
    measured = desk.measured(metric(JSONL, "log", take=Take.MAX))
    assert measured.values == {"loss": 3.0}
    assert steps(measured) == [(1.0, 3.0), (2.0, 2.0)]


def test_what_lies_deeper_in_an_object_is_no_key_of_it(desk: Desk) -> None:
    desk.write(json.dumps({"test": {"loss": 2}, "acc": 1}, indent=2))
    deep = metric(JSONL, "log", name="test")
    failed = failure(desk.measured(metric(JSONL, "log")))
    assert failed.detail.endswith(
        'No row of log has \'loss\'. Its keys are: "test", "acc".'
    )
    assert failure(desk.measured(deep)).reason is FailureReason.UNPARSABLE_METRIC


def test_lines_with_an_object_over_several_lines_among_them_stay_lines(
    desk: Desk,
) -> None:
    desk.write('{"loss": 3}\n' + json.dumps({"loss": 1}, indent=2) + '\n{"loss": 2}\n')
    measured = desk.measured(metric(JSONL, "log"))
    assert steps(measured) == [(0.0, 3.0), (1.0, 2.0)]


PRETTY = json.dumps({"loss": 1, "acc": 2}, indent=2)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (PRETTY[:-2], 3),
        (f"{PRETTY}\n{PRETTY}", 8),
        (f"done:\n{PRETTY}", 5),
        ("[\n" * 100_000, 100_000),
        ('[\n{"loss":\n1}, 2]', 3),
        ("3\n", 1),
    ],
)
def test_a_file_that_is_neither_lines_nor_one_document_is_told(
    desk: Desk, text: str, lines: int
) -> None:
    desk.write(text)
    failed = failure(desk.measured(metric(JSONL, "log")))
    assert failed.reason is FailureReason.MISSING_METRIC
    assert failed.detail == (
        f"loss was never seen. No row of log has 'loss'. {lines} lines were no JSON "
        "objects, and the file as a whole is neither one nor an array of them."
    )


@pytest.mark.parametrize(("spare", "is_read"), [(0, True), (1, False)])
def test_a_document_of_over_4_mib_is_not_read_at_once(
    desk: Desk, spare: int, is_read: bool
) -> None:
    desk.write(PRETTY + blank(4 * MIB - len(PRETTY) + spare))
    measured = desk.measured(metric(JSONL, "log"))
    assert measured.values == ({"loss": 1.0} if is_read else {})
    told = "4 lines were no JSON objects, and a file over 4 MiB is not read as one"
    assert is_read or told in failure(measured).detail


@pytest.mark.parametrize("take", list(Take))
def test_an_array_that_is_too_large_shows_nothing(desk: Desk, take: Take) -> None:
    """Of its lines the last one alone is an object: that would be any value."""
    rows = list(large_rows())
    desk.write("[\n" + ",\n".join(rows) + "\n]\n")
    failed = failure(desk.measured(metric(JSONL, "log", take=take)))
    assert failed.reason is FailureReason.MISSING_METRIC
    assert failed.detail == (
        "loss is not known: log is a document over 4 MiB: write one object a line."
    )


@pytest.mark.parametrize("take", list(Take))
@pytest.mark.parametrize("padding", [0, 5 * MIB])
def test_a_line_within_a_document_is_no_row_of_it(
    desk: Desk, take: Take, padding: int
) -> None:
    """The last of the elements has no comma after it, and is not the least."""
    rows = '[\n{"loss": 0.1},\n{"loss": 0.9},\n{"loss": 0.5}\n]'
    desk.write('{"model": "mlp",\n"log": ' + rows + blank(padding) + "}\n")
    failed = failure(desk.measured(metric(JSONL, "log", take=take)))
    assert failed.reason is FailureReason.MISSING_METRIC
    assert ("a document over 4 MiB" in failed.detail) == bool(padding)
    assert ('Its keys are: "model", "log".' in failed.detail) == (not padding)


@pytest.mark.parametrize("first", ["[INFO] start", "[12:00:01] start", "[]", '{"a":'])
def test_a_large_log_of_objects_is_read_whatever_its_first_line_is(
    desk: Desk, first: str
) -> None:
    desk.write("\n".join([first, *large_rows(), ""]))
    assert desk.measured(metric(JSONL, "log")).values == {"loss": ROWS - 1.0}


def test_a_document_is_read_when_it_is_whole(desk: Desk) -> None:
    """What a trial has written of it so far, or writes anew, is no value yet."""
    collector = desk.collector(metric(JSONL, "log"))
    path = desk.around.output / "log"
    for length in (0, 5, len(PRETTY) - 1, len(PRETTY)):
        path.write_text(PRETTY[:length])
        collector.poll()
        assert collector.latest() == {}
    path.write_text(PRETTY.replace("1", "5"))
    assert collector.finish(1, 1).values == {"loss": 5.0}


def test_a_document_that_was_exchanged_for_a_link_is_not_followed(desk: Desk) -> None:
    collector = desk.collector(metric(JSONL, "log"))
    desk.write(PRETTY)
    collector.poll()
    (desk.around.output / "log").unlink()
    link(desk.around.output / "log")
    assert failure(collector.finish(1, 1)).reason is FailureReason.UNSAFE_FILE


def test_a_table_is_never_a_document(desk: Desk) -> None:
    desk.write(PRETTY)
    failed = failure(desk.measured(metric(CSV, "log")))
    assert "Its columns are" in failed.detail


def test_reported_metrics_may_be_one_document_without_its_typed_rows(
    desk: Desk,
) -> None:
    rows = [{"loss": 3}, {"kind": "histogram", "loss": 99}]
    desk.around.reported.write_text(json.dumps(rows, indent=1))
    assert desk.measured(metric(REPORTED)).values == {"loss": 3.0}


@pytest.mark.parametrize("form", ['{"loss": %}\n', '{\n  "loss": %\n}\n'])
@pytest.mark.parametrize(
    ("value", "reason", "quoted"),
    [
        ("NaN", FailureReason.NAN_METRIC, '"NaN"'),
        ("-Infinity", FailureReason.INFINITE_METRIC, '"-Infinity"'),
        ("1e400", FailureReason.INFINITE_METRIC, '"1e400"'),
        ('"high"', FailureReason.UNPARSABLE_METRIC, '"high"'),
        ("null", FailureReason.UNPARSABLE_METRIC, '"null"'),
        ("true", FailureReason.UNPARSABLE_METRIC, '"true"'),
        ("[1]", FailureReason.UNPARSABLE_METRIC, '["1"]'),
    ],
)
def test_json_values_that_are_no_finite_numbers_fail_by_name(
    desk: Desk, value: str, reason: FailureReason, quoted: str, form: str
) -> None:
    desk.write(form.replace("%", value))
    failed = failure(desk.measured(metric(JSONL, "log")))
    assert failed.reason is reason
    assert failed.metric == "loss"
    assert quoted in failed.detail


def test_a_huge_integer_is_a_number_like_any_other(desk: Desk) -> None:
    desk.write('{"loss": ' + "9" * 5000 + "}\n")
    assert failure(desk.measured(metric(JSONL, "log"))).reason is (
        FailureReason.INFINITE_METRIC
    )


def test_reported_metrics_need_no_path_and_keep_slices(desk: Desk) -> None:
    lines = [
        {"step": 1, "loss": 3, "loss/night": 5},
        {"kind": "histogram", "loss": 99},
        {"kind": "scalar", "step": 2, "loss": 2, "other": 1},
    ]
    desk.around.reported.write_text("\n".join(map(json.dumps, lines)))
    measured = desk.measured(metric(REPORTED), metric(REPORTED, name="loss/night"))
    assert measured.values == {"loss": 2.0, "loss/night": 5.0}
    assert sorted(measured.series) == ["loss", "loss/night"]


def test_a_key_names_the_field(desk: Desk) -> None:
    desk.write('{"eval/acc": 0.5, "loss": 1}\n')
    assert desk.measured(metric(JSONL, "log", key="eval/acc")).values == {"loss": 0.5}


@pytest.mark.parametrize(
    "text",
    [
        "step,loss\n1,3\n2,2\n",
        "\ufeffstep;loss\n1;3\n2;2",
        "step\tloss\r\n1\t3\r\n2\t2\r\n",
        'epoch,"loss" ,lr\n1,3,0.1\n1.5,,0.1\n2, 2,\n',
        "step,loss\n1,3\nstep,loss\n2,2\n",
    ],
)
def test_csv_columns_are_found_by_their_header(desk: Desk, text: str) -> None:
    desk.write(text)
    assert steps(desk.measured(metric(CSV, "log"))) == [(1.0, 3.0), (2.0, 2.0)]


def test_a_csv_that_is_written_anew_is_read_anew(desk: Desk) -> None:
    collector = desk.collector(metric(CSV, "log"))
    desk.write("step,loss\n1,9\n")
    collector.poll()
    desk.write("step,lr,loss\n1,0.1,3\n2,0.1,2\n")  # as loggers do for a new column
    measured = collector.finish(1, 1)
    assert steps(measured) == [(1.0, 3.0), (2.0, 2.0)]


def test_a_file_that_was_replaced_or_cut_is_read_anew(desk: Desk) -> None:
    collector = desk.collector(metric(CSV, "log"))
    desk.write("loss\n9\n8\n")
    collector.poll()
    (desk.around.output / "log").unlink()
    collector.poll()
    desk.write("loss\n7\n")
    collector.poll()
    assert collector.latest()["loss"].value == 7.0
    desk.write("loss\n")
    collector.poll()
    assert collector.latest() == {}


def test_a_missing_column_or_file_is_told_apart(desk: Desk) -> None:
    missing = failure(desk.measured(metric(CSV, "log")))
    assert missing.reason is FailureReason.MISSING_METRIC
    assert missing.detail == "loss was never seen. No file was written at log."
    desk.write("step,acc\n1,2\n")
    missing = failure(desk.measured(metric(CSV, "log")))
    assert 'Its columns are: "step", "acc".' in missing.detail


def test_a_path_is_looked_for_in_output_then_in_the_tree(desk: Desk) -> None:
    (desk.around.output / "a").write_text("loss\n1\n")
    collector = desk.collector(
        metric(CSV, "{output_dir}/a"),
        metric(CSV, "logs/b", name="b", key="loss"),
        metric(CSV, str(desk.around.tree / "logs" / "c"), name="c", key="loss"),
        metric(CSV, str(desk.around.tree.parent / "d"), name="d", key="loss"),
    )
    (desk.around.tree / "logs").mkdir()
    (desk.around.tree / "logs" / "b").write_text("loss\n2\n")
    (desk.around.tree / "logs" / "c").write_text("loss\n3\n")
    (desk.around.tree.parent / "d").write_text("loss\n4\n")
    measured = collector.finish(1, 1)
    assert measured.values == {"loss": 1.0, "b": 2.0, "c": 3.0, "d": 4.0}


def test_a_metric_file_in_the_tree_is_not_the_trials_until_it_writes(
    desk: Desk,
) -> None:
    committed = desk.around.tree / "log"
    committed.write_text("loss\n0.001\n")
    source = metric(CSV, "log")
    assert failure(desk.measured(source)).reason is FailureReason.MISSING_METRIC
    collector = desk.collector(source)
    with committed.open("a") as log:
        log.write("5\n")
    assert collector.finish(1, 1).values == {"loss": 5.0}


def fifo(path: Path) -> None:
    os.mkfifo(path)


def folder(path: Path) -> None:
    path.mkdir()


def link(path: Path) -> None:
    target = path.parent.parent / "secret"
    target.write_text('{"loss": 1}\nloss\n1\n')
    path.symlink_to(target)


def device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def plug(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        here = os.open(path.parent, os.O_RDONLY)
        server.bind(f"/proc/self/fd/{here}/{path.name}")
        os.close(here)


@pytest.mark.parametrize("kind", [CSV, JSONL, TRAINER, BOARD])
@pytest.mark.parametrize(
    ("make", "told"),
    [
        (fifo, "is a FIFO"),
        (link, "is a symbolic link"),
        (device, "is a symbolic link"),
        (plug, "is a socket"),
    ],
)
def test_what_is_no_plain_file_fails_by_name(
    desk: Desk, kind: SourceKind, make: Callable[[Path], None], told: str
) -> None:
    make(desk.around.output / "log")
    failed = failure(desk.measured(metric(kind, "log")))
    assert failed.reason is FailureReason.UNSAFE_FILE
    assert failed.metric == "loss"
    assert str(desk.around.output / "log") in failed.detail
    assert told in failed.detail


@pytest.mark.parametrize("kind", [CSV, JSONL])
def test_a_folder_in_a_files_place_fails_by_name(desk: Desk, kind: SourceKind) -> None:
    folder(desk.around.output / "log")
    assert "is a folder" in failure(desk.measured(metric(kind, "log"))).detail


def test_a_link_on_the_way_to_a_file_is_not_followed(desk: Desk) -> None:
    foreign = desk.around.output.parent / "foreign"
    foreign.mkdir()
    (foreign / "log").write_text("loss\n1\n")
    (desk.around.output / "logs").symlink_to(foreign)
    failed = failure(desk.measured(metric(CSV, "logs/log")))
    assert failed.reason is FailureReason.UNSAFE_FILE
    assert "logs is none" in failed.detail


def test_an_output_folder_that_became_a_link_is_not_followed(desk: Desk) -> None:
    desk.around.output.rmdir()
    desk.around.output.symlink_to(desk.around.tree)
    failed = failure(desk.measured(metric(CSV, "log")))
    assert failed.reason is FailureReason.UNSAFE_FILE


def test_an_output_folder_that_is_gone_holds_nothing(desk: Desk) -> None:
    desk.around.output.rmdir()
    failed = failure(desk.measured(metric(CSV, "log")))
    assert failed.reason is FailureReason.MISSING_METRIC


def test_a_file_that_was_once_unsafe_stays_so(desk: Desk) -> None:
    collector = desk.collector(metric(CSV, "log"))
    fifo(desk.around.output / "log")
    collector.poll()
    (desk.around.output / "log").unlink()
    desk.write("loss\n1\n")
    assert failure(collector.finish(1, 1)).reason is FailureReason.UNSAFE_FILE


@pytest.mark.parametrize("kind", [CSV, JSONL, TRAINER, BOARD])
def test_a_file_over_64_mb_is_no_longer_read(desk: Desk, kind: SourceKind) -> None:
    path = desk.around.output / "log"
    path.touch()
    os.truncate(path, MAX_FILE + 1)
    failed = failure(desk.measured(metric(kind, "log")))
    assert failed.reason is FailureReason.MISSING_METRIC
    assert "grew over 64 MB" in failed.detail


def test_a_first_value_survives_a_file_that_grows_too_large(desk: Desk) -> None:
    collector = desk.collector(metric(CSV, "log", take=Take.FIRST))
    desk.write("loss\n3\n")
    collector.poll()
    os.truncate(desk.around.output / "log", MAX_FILE + 1)
    assert collector.finish(1, 1).values == {"loss": 3.0}


def test_long_lines_are_cut_and_told(desk: Desk) -> None:
    desk.write('{"loss": 2}\n{"x": "' + "y" * 100_000 + '"}\n')
    measured = desk.measured(metric(JSONL, "log"))
    assert measured.values == {"loss": 2.0}
    assert measured.notes == ("Lines over 64 KiB of log were cut.",)


def state(*values: object) -> str:
    history = [{"step": 10 * n, "eval_loss": v} for n, v in enumerate(values)]
    return json.dumps({"log_history": [*history, {"step": 99, "lr": 1}], "epoch": 1})


def test_the_trainers_log_history_is_read_when_it_changes(desk: Desk) -> None:
    collector = desk.collector(metric(TRAINER, "log", key="eval_loss"))
    desk.write(state(3))
    collector.poll()
    assert collector.latest()["loss"] == Point(0.0, 3.0)
    desk.write("{half")
    collector.poll()
    desk.write(state(3, 2))
    measured = collector.finish(1, 1)
    assert steps(measured) == [(0.0, 3.0), (10.0, 2.0)]


def test_a_folder_of_checkpoints_holds_the_trainers_state_too(desk: Desk) -> None:
    source = metric(TRAINER, "{output_dir}", key="eval_loss")
    for number in (500, 1500, 1000):
        place = desk.around.output / f"checkpoint-{number}"
        place.mkdir()
        (place / "trainer_state.json").write_text(state(number))
    assert desk.measured(source).values == {"loss": 1500.0}
    desk.write(state(7), "trainer_state.json")
    assert desk.measured(source).values == {"loss": 7.0}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (None, "No trainer_state.json was written"),
        ("{}", "no JSON with a log_history"),
        ("[]", "no JSON with a log_history"),
        ("{broken", "no JSON with a log_history"),
        (state(), 'Its log has no \'loss\'. Its keys are: "step", "lr".'),
    ],
)
def test_a_trainers_state_without_the_metric_says_why(
    desk: Desk, text: str | None, told: str
) -> None:
    if text is not None:
        desk.write(text)
    assert told in failure(desk.measured(metric(TRAINER, "log"))).detail


def test_what_a_machine_measures_is_never_missing(desk: Desk) -> None:
    wall = metric(SourceKind.WALL_CLOCK, name="time")
    memory = metric(SourceKind.PEAK_MEMORY, name="memory")
    measured = desk.measured(wall, memory)
    assert measured.values == {"time": 1.5, "memory": 1000.0}
    assert measured.series == {}


def test_the_stream_digest_does_not_depend_on_when_files_were_read(desk: Desk) -> None:
    sources = printed(), metric(CSV, "log", name="acc")
    digests = []
    for first in (True, False):
        collector = desk.collector(*sources)
        desk.write("acc\n1\n2\n4\n")
        if first:
            collector.poll()
        collector.stdout(b"loss: 3\n")
        digests.append(collector.finish(1, 1).stream_digest)
    assert digests[0] == digests[1] != None  # noqa: E711


def test_fewer_than_three_values_have_no_digest(desk: Desk) -> None:
    desk.write("loss\n1\n2\n")
    assert desk.measured(metric(CSV, "log")).stream_digest is None
    desk.write("loss\n1\n2\n3\n")
    assert desk.measured(metric(CSV, "log")).stream_digest is not None


def test_bytes_that_are_no_text_do_no_harm(desk: Desk) -> None:
    collector = desk.collector(printed())
    collector.stdout(b"\xff\xfe\x00 loss: 4\xff\nloss: 5\n")
    assert collector.finish(1, 1).values == {"loss": 5.0}


def test_a_silent_trial_is_told_that_it_printed_nothing(desk: Desk) -> None:
    assert (
        "The trial printed nothing there." in failure(desk.measured(printed())).detail
    )


def test_files_are_read_while_a_real_trial_writes_them(bench: Bench) -> None:
    code = """
import json, os, time
metrics = open(os.environ["SEEDGATE_METRICS"], "a")
for step in range(5):
    metrics.write(json.dumps({"step": step, "loss": 1 / (1 + step)}) + "\\n")
    metrics.flush()
    time.sleep(0.05)
"""
    result = bench.python(code, metric(REPORTED))
    assert result.metrics == {"loss": 0.2}
    assert len(result.series["loss"]) == 5
    assert result.stream_digest is not None
