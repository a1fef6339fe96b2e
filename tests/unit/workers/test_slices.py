"""Stories about slices: numbers of their own, and a missing one fails by its name."""

import pytest

from tests.unit.workers.bench import Bench
from workers.contract import Failed, FailureReason, MetricSource, Ok, SourceKind, Take

REPORT = """
import json, os
with open(os.environ["SEEDGATE_METRICS"], "w") as out:
    for row in {rows!r}:
        out.write(json.dumps(row) + "\\n")
"""
WRITE = """
import os
from pathlib import Path
Path(os.environ["SEEDGATE_OUTPUT_DIR"], "log").write_text({text!r})
"""


def sliced(
    kind: SourceKind, locator: str = "", key: str = "", take: Take = Take.LAST
) -> tuple[MetricSource, ...]:
    whole = MetricSource("loss", kind, locator, key, take)
    part = MetricSource(
        "loss/night", kind, locator, f"{key}/night" if key else "", take
    )
    return whole, part


def test_slices_are_reported_beside_their_metric(bench: Bench) -> None:
    rows = [{"step": 1, "loss": 2.0}, {"step": 2, "loss": 1.5, "loss/night": 1.75}]
    result = bench.python(REPORT.format(rows=rows), *sliced(SourceKind.REPORTED))
    assert result.outcome == Ok()
    assert result.metrics == {"loss": 1.5, "loss/night": 1.75}


def test_a_trial_that_lacks_a_slice_fails_by_its_name(bench: Bench) -> None:
    rows = [{"loss": 1.5, "loss/day": 1.75}]
    result = bench.python(REPORT.format(rows=rows), *sliced(SourceKind.REPORTED))
    assert isinstance(result.outcome, Failed)
    assert result.outcome.reason is FailureReason.MISSING_METRIC
    assert result.outcome.metric == "loss/night"
    assert "loss/night was never seen" in result.outcome.detail


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (SourceKind.JSONL, '{"val": 3, "val/night": 4}\n{"val": 2, "val/night": 5}\n'),
        (SourceKind.CSV, "step,val,val/night\n1,3,4\n2,2,5\n"),
        (
            SourceKind.TRAINER_STATE,
            '{"log_history": [{"step": 1, "val": 3, "val/night": 4},'
            ' {"step": 2, "val": 2, "val/night": 5}]}',
        ),
    ],
)
def test_slices_are_read_from_files_and_taken_like_their_metric(
    bench: Bench, kind: SourceKind, text: str
) -> None:
    metrics = sliced(kind, "log", "val", Take.MIN)
    result = bench.python(WRITE.format(text=text), *metrics)
    assert result.outcome == Ok()
    assert result.metrics == {"loss": 2.0, "loss/night": 4.0}
