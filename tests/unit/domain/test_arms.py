"""Arms and their names."""

import pytest

from bot.domain.arms import (
    Anchor,
    Arm,
    Baseline,
    Branch,
    Only,
    Original,
    Reference,
    Without,
    label,
    parse,
)


@pytest.mark.parametrize(
    ("arm", "name"),
    [
        (Baseline(), "baseline"),
        (Branch(), "branch"),
        (Anchor(), "anchor"),
        (Without("abc1234"), "without:abc1234"),
        (Only("abc1234"), "only:abc1234"),
        (Original(), "original"),
        (Reference("linear"), "reference:linear"),
    ],
)
def test_an_arm_is_read_back_from_its_name(arm: Arm, name: str) -> None:
    assert label(arm) == name
    assert parse(name) == arm


@pytest.mark.parametrize(
    "name",
    [
        *(
            "",
            "main",
            "without:",
            "only",
            "reference:",
            "baseline:1",
            "baseline:",
            "branch:",
        ),
        *(
            "without: a",
            "only:a\n",
            "without:\x1b[2J",
            "only:\ud800",
            "only:" + "a" * 65,
        ),
    ],
)
def test_anything_else_is_no_arm(name: str) -> None:
    assert parse(name) is None
