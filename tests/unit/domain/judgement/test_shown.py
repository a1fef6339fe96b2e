"""What is shown and decides nothing."""

import dataclasses
import math

import pytest

from bot.domain.policy import (
    Direction,
)
from bot.domain.trials import Measured
from bot.domain.verdict import Ruling
from tests.fakes.looks import (
    columns,
    crash,
    judge,
    metric,
    noise,
    trials,
)
from tests.fakes.policies import (
    LOSS,
    mode,
    shown,
)


def test_a_metric_that_is_only_shown_never_decides() -> None:
    both = [Measured(i, {"loss": v, "gap": v}) for i, v in enumerate(noise(1))]
    worse = [Measured(i, {"loss": v, "gap": 9.0}) for i, v in enumerate(noise(2))]
    gap = dataclasses.replace(shown("gap"), direction=Direction.MINIMIZE)
    verdict = judge(both, worse, mode("mlp", LOSS, gap))
    assert verdict.state is Ruling.PASS
    assert verdict.metrics[1].branch_mean == 9.0
    assert verdict.metrics[1].d == pytest.approx(-8.0, abs=0.1)


def test_without_a_direction_no_effect_is_called_better_or_worse() -> None:
    both = trials(noise(1), "gap")
    verdict = judge(both, both, mode("mlp", shown("gap")))
    assert verdict.metrics[0].branch_mean is not None
    assert verdict.metrics[0].d is None


def test_a_mode_with_nothing_but_shown_metrics_passes() -> None:
    verdict = judge(trials([1.0] * 4), trials([9.0] * 4), mode("mlp", shown("loss")))
    assert verdict.state is Ruling.PASS
    empty = [crash(i) for i in range(4)]
    assert judge(empty, empty, mode("mlp", shown("loss"))).state is Ruling.UNDECIDED


def test_an_infinite_value_that_nobody_judges_is_left_out_of_what_is_shown() -> None:
    base = columns(loss=noise(1), gap=noise(2))
    branch = columns(loss=noise(3), gap=[math.inf, math.nan, *noise(4)[2:]])
    verdict = judge(base, branch, mode("mlp", LOSS, shown("gap")))
    assert verdict.state is Ruling.PASS
    gap = metric(verdict, "gap")
    assert gap.branch_mean == pytest.approx(1.0, abs=0.1)
    assert [new for _, _, new in gap.per_seed[:2]] == [None, None]
