"""Faults of slices, bounds and anchors, each told at its place with a mend."""

import pytest

from bot.domain.policy import Role
from tests.adapters.policy_file.texts import (
    load,
    metric,
    said,
    with_lines,
    with_metric,
)

PRIMARY = ("direction: minimize", "tolerance: 0.01")
AT = "9:9 modes.mlp.metrics.loss.slices"
REPORT = (
    "Report slices through the file $SEEDGATE_METRICS, or by jsonl, csv, tensorboard "
    "or trainer_state."
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            with_metric(*PRIMARY, "slices: [night, rain, night]"),
            [
                "9:31 modes.mlp.metrics.loss.slices[2]: The slice `night` is written "
                "twice. Keep one of them.",
            ],
            id="a slice written twice",
        ),
        pytest.param(
            with_metric(*PRIMARY, "slices: [loss]"),
            [
                "9:18 modes.mlp.metrics.loss.slices[0]: The slice `loss` has the name "
                "of a metric of this mode. Give one of the two another name.",
            ],
            id="a slice named like a metric",
        ),
        pytest.param(
            with_metric(*PRIMARY, "slices: [a]", "source: {stdout: '(?P<value>x)'}"),
            [
                f"{AT}: A pattern on stdout reads one number, and no slices of it. "
                f"{REPORT}",
            ],
            id="slices of a pattern",
        ),
        pytest.param(
            with_metric(*PRIMARY, "slices: [a]", "source: peak_memory"),
            [
                f"{AT}: peak_memory is measured of a whole trial, and has no slices. "
                "Remove them.",
            ],
            id="slices of what the node measures",
        ),
        pytest.param(
            with_metric("role: target", "direction: minimize", "target: 1").replace(
                "target: 1\n", "target: 1\n        slices: [a]\n"
            ),
            [
                "10:9 modes.mlp.metrics.loss.slices: Slices of a target metric cannot "
                "be judged: a slice is compared with the baseline. Remove them, or "
                "make it primary or guardrail or improve.",
            ],
            id="slices of a target",
        ),
        pytest.param(
            with_metric("role: limit", "max: 1", "slices: [[a], {b: c}]"),
            [
                "9:9 modes.mlp.metrics.loss.slices: Slices of a limit metric cannot "
                "be judged: a slice is compared with the baseline. Remove them, or "
                "make it primary or guardrail or improve.",
                "9:18 modes.mlp.metrics.loss.slices[0]: A list is not a text. Write "
                "one value.",
                "9:23 modes.mlp.metrics.loss.slices[1]: A mapping is not a text. "
                "Write one value.",
            ],
            id="slices that are no names, of a limit",
        ),
        pytest.param(
            with_metric("role: report", "bounds: [0, 1]"),
            [
                "8:9 modes.mlp.metrics.loss.bounds: `bounds` has no meaning for the "
                "role report. Remove it; it belongs to the role primary or guardrail "
                "or target or improve.",
            ],
            id="bounds of what is only shown",
        ),
        pytest.param(
            with_metric(*PRIMARY, "bounds: [1, 0]"),
            [
                "9:17 modes.mlp.metrics.loss.bounds: The first end is not below the "
                "second. Write two numbers, the smaller first: [0, 10], or [0, null] "
                "for no end.",
            ],
            id="bounds upside down",
        ),
        pytest.param(
            with_lines("tolerance_budget: 2"),
            [
                "11:1 tolerance_budget: `tolerance_budget` needs `anchor`: losses are "
                "summed up since it. Name the release to hold them against, such as "
                "`anchor: v1.0`.",
            ],
            id="a budget since nothing",
        ),
        pytest.param(
            with_lines("anchor: v1", "tolerance_budget: 0"),
            ["12:19 tolerance_budget: `0` is not above 0. Write a number above 0."],
            id="a budget of nothing",
        ),
    ],
)
def test_it_is_told_where_it_stands(text: str, expected: list[str]) -> None:
    assert said(text) == expected


@pytest.mark.parametrize(
    "rules",
    [
        ("direction: minimize", "tolerance: 0.1"),
        ("role: guardrail", "direction: minimize"),
        ("role: improve", "direction: minimize", "margin: 0"),
    ],
)
@pytest.mark.parametrize(
    "source", ["jsonl: a", "csv: a", "tensorboard: a", "trainer_state: a"]
)
def test_every_compared_metric_may_have_slices(
    rules: tuple[str, ...], source: str
) -> None:
    found = metric(
        load(with_metric(*rules, "slices: [2019, night]", f"source: {{{source}}}"))
    )
    assert found.slices == ("2019", "night")
    assert found.role is not Role.TARGET


def test_an_empty_list_of_slices_is_no_slice() -> None:
    assert metric(load(with_metric(*PRIMARY, "slices: []"))).slices == ()


@pytest.mark.parametrize(
    ("written", "bounds"),
    [
        ("bounds: [0, 1]", (0.0, 1.0)),
        ("bounds: [0, null]", (0.0, None)),
        ("bounds: [null, 100]", (None, 100.0)),
        ("take_none: x", (None, None)),
    ],
)
def test_bounds_say_which_values_a_metric_can_take(
    written: str, bounds: tuple[float | None, float | None]
) -> None:
    lines = (*PRIMARY,) if written.startswith("take") else (*PRIMARY, written)
    assert metric(load(with_metric(*lines))).bounds == bounds


def test_an_anchor_alone_leaves_the_budget_to_its_default() -> None:
    policy = load(with_lines("anchor: v1.0"))
    assert (policy.anchor, policy.tolerance_budget) == ("v1.0", None)
