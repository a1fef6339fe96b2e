"""Every slice is a number that each trial must show, by a name of its own."""

import dataclasses

import pytest

from bot.domain.arms import Branch
from bot.domain.plan import Slot, spec_of
from tests.fakes import policies
from workers.contract import MetricSource, SourceKind, Take


def sources(kind: SourceKind, locator: str, key: str) -> tuple[MetricSource, ...]:
    whole = MetricSource("loss", kind, locator, key, Take.MIN)
    sliced = dataclasses.replace(policies.LOSS, source=whole, slices=("night", "rain"))
    mode = policies.mode("mlp", sliced, policies.shown("time"))
    plan = policies.plan(policies.policy(mode))
    return spec_of(plan, Slot("mlp", Branch(), 0)).metrics


@pytest.mark.parametrize(
    "kind",
    [
        SourceKind.JSONL,
        SourceKind.CSV,
        SourceKind.TENSORBOARD,
        SourceKind.TRAINER_STATE,
    ],
)
def test_a_slice_is_read_beside_its_metric_under_its_key(kind: SourceKind) -> None:
    assert sources(kind, "log", "val/loss") == (
        MetricSource("loss", kind, "log", "val/loss", Take.MIN),
        MetricSource("loss/night", kind, "log", "val/loss/night", Take.MIN),
        MetricSource("loss/rain", kind, "log", "val/loss/rain", Take.MIN),
        MetricSource("time", SourceKind.REPORTED),
    )


def test_a_slice_that_is_reported_is_known_by_its_name() -> None:
    found = sources(SourceKind.REPORTED, "", "")
    assert [(one.name, one.key) for one in found] == [
        ("loss", ""),
        ("loss/night", ""),
        ("loss/rain", ""),
        ("time", ""),
    ]
