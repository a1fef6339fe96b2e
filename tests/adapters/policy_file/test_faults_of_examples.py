"""The size of a test set: read where it has a meaning, refused where it has none."""

import pytest

from tests.adapters.policy_file.texts import SOUND, load, metric, said, with_metric

PRIMARY = ("direction: maximize", "tolerance: 0.01")
AT = "modes.mlp.metrics.loss.examples"
ROLES = "it belongs to the role primary or guardrail or target or improve."


@pytest.mark.parametrize(
    "rules",
    [
        PRIMARY,
        ("role: guardrail", "direction: maximize"),
        ("role: target", "direction: maximize", "target: 0.9"),
        ("role: improve", "direction: maximize", "margin: 0"),
    ],
)
def test_a_mean_over_examples_may_say_how_many_and_between_which_ends(
    rules: tuple[str, ...],
) -> None:
    found = metric(load(with_metric(*rules, "examples: 2_000", "bounds: [0, 100]")))
    assert (found.examples, found.bounds) == (2000, (0.0, 100.0))


def test_nobody_has_to_know_the_size_of_the_test_set() -> None:
    assert metric(load(SOUND)).examples is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            with_metric(*PRIMARY, "examples: 0"),
            [f"9:19 {AT}: `0` is below 1. Write a number of 1 or more."],
            id="no example at all",
        ),
        pytest.param(
            with_metric(*PRIMARY, f"examples: {10**13}"),
            [
                f"9:19 {AT}: `10000000000000` is above 1e+12. Write a number of "
                "1e+12 or less.",
            ],
            id="more examples than anybody has",
        ),
        pytest.param(
            with_metric(*PRIMARY, f"examples: {10**400}"),
            [
                f"9:19 {AT}: `1000000000000000000000000000000000000000...` is above "
                "1e+12. Write a number of 1e+12 or less.",
            ],
            id="more examples than a number can say",
        ),
        pytest.param(
            with_metric(*PRIMARY, "examples: 2.5"),
            [f"9:19 {AT}: `2.5` is not a whole number. Write one, such as 4."],
            id="half an example",
        ),
        pytest.param(
            with_metric(*PRIMARY, "examples: '100'"),
            [f"9:19 {AT}: `100` is not a whole number. Remove the quotes."],
            id="a number in quotes",
        ),
        pytest.param(
            with_metric("role: limit", "max: 1", "examples: 9"),
            [
                f"9:9 {AT}: `examples` has no meaning for the role limit. "
                f"Remove it; {ROLES}"
            ],
            id="examples of a limit",
        ),
        pytest.param(
            with_metric("role: report", "examples: 9"),
            [
                f"8:9 {AT}: `examples` has no meaning for the role report. "
                f"Remove it; {ROLES}"
            ],
            id="examples of what is only shown",
        ),
        pytest.param(
            with_metric(*PRIMARY, "examples: 9", "bounds: [0, null]"),
            [
                f"9:9 {AT}: `examples` of right answers are a share, and `bounds` "
                "have one end. Write both ends, such as `bounds: [0, 1]`, or remove "
                "`examples`.",
            ],
            id="a share without an end",
        ),
        pytest.param(
            with_metric(*PRIMARY, "examples: 9", "bounds: 1"),
            [
                "10:17 modes.mlp.metrics.loss.bounds: `1` is no range. Write two "
                "numbers, the smaller first: [0, 10], or [0, null] for no end.",
            ],
            id="bounds that are no range are told once",
        ),
    ],
)
def test_it_is_told_where_it_stands(text: str, expected: list[str]) -> None:
    assert said(text) == expected
