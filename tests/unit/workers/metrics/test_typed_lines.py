"""Stories about typed lines: what people look at, read with bounds and never a fault.

A trial writes them freely, so that nothing in them may fail it, fill the store or be
taken for a metric.
"""

import json
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.workers.bench import Bench
from workers.contract import (
    DataSummary,
    Histogram,
    MetricSource,
    Observed,
    Ok,
    Prediction,
    Sample,
    SourceKind,
)
from workers.metrics.observe import (
    MOST_FAULTS,
    MOST_HASHES,
    MOST_NAMES,
    MOST_SCORES,
    Observer,
)
from workers.metrics.typed import BadLine, read_typed

HISTOGRAM = {
    "kind": "histogram",
    "name": "w",
    "edges": [0, 1, 2, 3],
    "counts": [0, 4, 0],
}


def observer(tmp_path: Path, samples: str | None = None) -> Observer:
    (tmp_path / "output").mkdir(exist_ok=True)
    return Observer(tmp_path / "metrics.jsonl", tmp_path / "output", samples)


def observed(tmp_path: Path, rows: Iterable[object]) -> Observed:
    lines = [one if isinstance(one, str) else json.dumps(one) for one in rows]
    (tmp_path / "metrics.jsonl").write_text("\n".join(lines) + "\n")
    made = observer(tmp_path).finish()
    assert made is not None
    return made


def test_each_kind_of_line_is_read(tmp_path: Path) -> None:
    found = observed(
        tmp_path,
        [
            {**HISTOGRAM, "step": 7},
            {"kind": "sample", "name": "prompt-1", "text": "hello"},
            {
                "kind": "data",
                "split": "train",
                "classes": {"b": 2, "a": 1},
                "mean": 0.5,
            },
            {"kind": "prediction", "id": 17, "scores": [0.1, 0.9], "label": 1},
            {"kind": "prediction", "id": "x", "scores": 0.25},
            {"step": 3, "loss": 0.5},
            {"kind": "something else", "loss": 1},
        ],
    )
    assert found == Observed(
        (Histogram("w", 7.0, (0.0, 1.0, 2.0, 3.0), (0.0, 4.0, 0.0), 1.0, 2.0),),
        (Sample("prompt-1", 0.0, "hello"),),
        (DataSummary("train", 3, (("a", 1), ("b", 2)), 0.5),),
        (Prediction("17", (0.1, 0.9), 1), Prediction("x", (0.25,))),
    )


def test_a_trial_without_typed_lines_has_shown_nothing(tmp_path: Path) -> None:
    assert observer(tmp_path).finish() is None
    (tmp_path / "metrics.jsonl").write_text('{"loss": 1}\nno json\n\n')
    assert observer(tmp_path).finish() is None


def test_the_last_of_each_name_is_kept_with_the_range_of_all(tmp_path: Path) -> None:
    later = {**HISTOGRAM, "edges": [0, 1], "counts": [1], "low": 0.25, "high": 0.75}
    found = observed(tmp_path, [HISTOGRAM, later])
    assert found.histograms == (
        Histogram("w", 0.0, (0.0, 1.0), (1.0,), low=0.25, high=2.0),
    )


def test_hashes_of_a_split_may_come_in_several_lines(tmp_path: Path) -> None:
    first = {"kind": "data", "split": "test", "examples": 3, "mean": 1, "hashes": ["a"]}
    second = {"kind": "data", "split": "test", "scale": 2, "hashes": ["b", "a", "c"]}
    (split,) = observed(tmp_path, [first, second]).data
    assert (split.examples, split.mean, split.scale) == (3, 1.0, 2.0)
    assert len(split.hashes) == 3
    (again,) = observed(tmp_path, [second, first]).data
    assert again.hashes == split.hashes


def test_of_too_many_hashes_two_splits_keep_the_same_part(tmp_path: Path) -> None:
    names = [f"example {at}" for at in range(MOST_HASHES + 3000)]
    pieces = [names[at : at + 1000] for at in range(0, len(names), 1000)]
    rows = [
        {"kind": "data", "split": split, "examples": len(names), "hashes": piece}
        for split in ("train", "test")
        for piece in pieces
    ]
    train, test = observed(tmp_path, rows).data
    assert len(train.hashes) == MOST_HASHES
    assert train.hashes == test.hashes


BAD = {
    "is no JSON object": '{"kind": "sample", "name"',
    "needs a text of 1 to 100 characters under 'name'": {"kind": "sample", "text": ""},
    "needs a text under 'text'": {"kind": "sample", "name": "a", "text": 3},
    "needs one more edge": {**HISTOGRAM, "edges": [0, 1]},
    "needs a list of numbers under 'edges'": {**HISTOGRAM, "edges": None},
    "has edges that do not grow": {**HISTOGRAM, "edges": [0, 2, 1, 3]},
    "needs counts of 0 or more": {**HISTOGRAM, "counts": [0, 0, 0]},
    "has more than 512 counts": {**HISTOGRAM, "counts": [1] * 513},
    "has a number under 'edges' that is not finite": {
        **HISTOGRAM,
        "edges": [0, 1, 2, float("inf")],
    },
    "has a number under 'low' that is not finite": {**HISTOGRAM, "low": float("nan")},
    "needs numbers under 'counts', not": {**HISTOGRAM, "counts": [1, 2, "3"]},
    "needs numbers under 'mean', not": {"kind": "data", "split": "a", "mean": True},
    "needs an object under 'classes'": {"kind": "data", "split": "a", "classes": [1]},
    "has more than 1000 classes": {
        "kind": "data",
        "split": "a",
        "classes": {str(at): 1 for at in range(1001)},
    },
    "needs whole numbers of 0 or more under 'examples'": {
        "kind": "data",
        "split": "a",
        "examples": 1.5,
    },
    "needs a list of texts under 'hashes'": {"kind": "data", "split": "a", "hashes": 1},
    "needs 1 to 1000 scores": {"kind": "prediction", "id": "a", "scores": []},
    "needs numbers under 'scores'": {"kind": "prediction", "id": "a"},
    "needs whole numbers of 0 or more under 'label'": {
        "kind": "prediction",
        "id": "a",
        "scores": [1],
        "label": -1,
    },
    "needs a text of 1 to 100 characters under 'id'": {
        "kind": "prediction",
        "id": True,
        "scores": [1],
    },
}


@pytest.mark.parametrize("what", BAD)
def test_a_bad_line_is_told_with_its_number(tmp_path: Path, what: str) -> None:
    found = observed(tmp_path, [{"loss": 1}, BAD[what]])
    (fault,) = found.faults
    assert fault.startswith(f"Line 2 of typed lines {what}")
    assert fault.endswith(".")


@pytest.mark.parametrize(
    "line",
    [
        '{"kind": "histogram", "name": "a", "edges": [0, 1e400], "counts": [1]}',
        '{"kind": "data", "split": "a", "examples": 1' + "0" * 5000 + "}",
        '{"kind": "data", "split": "a", "examples": 1' + "0" * 400 + "}",
        '{"kind": ' + "[" * 60_000,
        '{"kind": "prediction", "id": "a", "scores": [NaN]}',
    ],
)
def test_numbers_and_nesting_beyond_all_bounds_are_bad_lines(line: str) -> None:
    with pytest.raises(BadLine):
        read_typed(line)


@given(st.text(max_size=60), st.sampled_from(["histogram", "sample", "data", "x"]))
def test_any_line_is_read_or_refused(text: str, kind: str) -> None:
    for line in (text, f'{{"kind": "{kind}", {text}', json.dumps({"kind": kind})):
        with suppress(BadLine):
            read_typed(line)


def test_a_line_over_64_kib_is_a_fault_and_the_next_one_is_read(tmp_path: Path) -> None:
    long = {"kind": "sample", "name": "a", "text": "x" * 70_000}
    found = observed(tmp_path, [long, {**long, "text": "y"}])
    assert found.faults == ("Line 1 of typed lines is no JSON object.",)
    assert [one.text for one in found.samples] == ["y"]


def test_long_texts_are_cut_and_control_characters_left_out(tmp_path: Path) -> None:
    bad = "\x1b[31mred\x00 \ud800"
    rows = [
        {"kind": "sample", "name": "long", "text": "x" * 9000},
        {"kind": "sample", "name": f"odd{bad}", "text": bad},
    ]
    long, odd = observed(tmp_path, rows).samples
    assert long.text.endswith("[cut after 4000 characters]")
    assert len(long.text) < 4100
    assert (odd.name, odd.text) == ("oddred ?", "red ?")


def test_there_is_room_for_so_much_and_the_rest_is_told(tmp_path: Path) -> None:
    rows: list[object] = [
        {"kind": kind, "name": f"n{at}", "text": "t", "edges": [0, 1], "counts": [1]}
        for at in range(MOST_NAMES + 2)
        for kind in ("sample", "histogram")
    ]
    rows += [{"kind": "data", "split": f"s{at}"} for at in range(18)]
    many = [0.5] * 1000
    count = MOST_SCORES // 1000 + 2
    rows += [{"kind": "prediction", "id": at, "scores": many} for at in range(count)]
    rows += [{"kind": "prediction", "id": 0, "scores": [0.5]}]
    found = observed(tmp_path, rows)
    assert len(found.samples) == len(found.histograms) == MOST_NAMES
    assert len(found.data) == 16
    assert sum(len(one.scores) for one in found.predictions) == MOST_SCORES - 999
    assert set(found.faults) == {
        f"Only the first {MOST_NAMES} samples are kept.",
        f"Only the first {MOST_NAMES} histograms are kept.",
        "Only the first 16 splits of the data are kept.",
        f"Only the first {MOST_SCORES} scores are kept.",
    }


def test_many_faults_are_counted(tmp_path: Path) -> None:
    found = observed(tmp_path, [{"kind": "sample"}] * (MOST_FAULTS + 5))
    assert len(found.faults) == MOST_FAULTS + 1
    assert found.faults[-1] == "5 more typed lines were not read."


def test_scores_keep_six_digits(tmp_path: Path) -> None:
    row = {"kind": "prediction", "id": "a", "scores": [0.123456789, -1e-9, 12345678]}
    (one,) = observed(tmp_path, [row]).predictions
    assert one.scores == (0.123457, -1e-9, 12345700.0)


def test_lines_are_read_as_they_grow_and_anew_when_replaced(tmp_path: Path) -> None:
    reader, file = observer(tmp_path), tmp_path / "metrics.jsonl"
    line = {"kind": "sample", "name": "a", "text": "one"}
    file.write_text(json.dumps(line)[:9])
    reader.poll()
    file.write_text(json.dumps(line) + "\n")
    reader.poll()
    (tmp_path / "new").write_text(json.dumps({**line, "name": "b"}))
    (tmp_path / "new").replace(file)
    found = reader.finish()
    assert found is not None
    assert [one.name for one in found.samples] == ["b"]


def test_a_poll_reads_so_much_and_the_end_reads_the_rest(tmp_path: Path) -> None:
    row = json.dumps({"kind": "sample", "name": "a", "text": "x" * 4000}) + "\n"
    (tmp_path / "metrics.jsonl").write_text(row * 1200)
    reader = observer(tmp_path)
    reader.poll()
    assert reader.finish() is not None


def test_a_fifo_in_the_place_of_the_file_is_told(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "metrics.jsonl")
    found = observer(tmp_path).finish()
    assert found is not None
    assert "is a FIFO, not a regular file." in found.faults[0]


def test_a_file_that_grows_without_end_is_not_read_further(tmp_path: Path) -> None:
    with (tmp_path / "metrics.jsonl").open("w") as out:
        out.truncate(65 * 1024 * 1024)
    found = observer(tmp_path).finish()
    assert found is not None
    assert found.faults == ("metrics.jsonl grew over 64 MB and was read no further.",)


REPORT = """
import json, os
with open(os.environ["SEEDGATE_METRICS"], "w") as out:
    for row in {rows!r}:
        out.write(json.dumps(row) + "\\n")
"""


def test_typed_lines_never_fail_a_trial_and_metrics_are_as_before(bench: Bench) -> None:
    rows = [
        {"step": 1, "loss": 2.0},
        {"kind": "prediction", "id": "a", "scores": [1], "loss": 99},
        {"kind": "histogram", "loss": 98},
        {"step": 2, "loss": 1.5},
    ]
    metric = MetricSource("loss", SourceKind.REPORTED)
    result = bench.python(REPORT.format(rows=rows), metric)
    assert result.outcome == Ok()
    assert result.metrics == {"loss": 1.5}
    assert result.observed is not None
    assert len(result.observed.predictions) == len(result.observed.faults) == 1
