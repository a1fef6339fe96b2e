"""The `limit` role: every trial keeps within the bound."""

from bot.domain.policy import (
    Metric,
    Role,
)
from bot.domain.trials import Measured
from bot.domain.verdict import Reason, Ruling
from tests.fakes.looks import crash, judge, noise, of, reasons, trials
from tests.fakes.policies import LOSS, limit, mode
from workers.contract import MetricSource, SourceKind


def test_one_value_over_the_limit_blocks() -> None:
    runs = mode("mlp", LOSS, limit("seconds", maximum=10))
    fast = [Measured(i, {"loss": v, "seconds": 5.0}) for i, v in enumerate(noise(1))]
    slow = [Measured(i, {"loss": v, "seconds": 5.0}) for i, v in enumerate(noise(2))]
    slow[3] = Measured(3, {"loss": 1.0, "seconds": 10.5})
    verdict = judge(fast, slow, runs)
    assert verdict.state is Ruling.BLOCK
    found = of(verdict, Reason.LIMIT_BROKEN)
    assert (found.evidence["seed"], found.evidence["value"]) == (3, 10.5)
    assert judge(fast, fast[:20], runs).state is Ruling.PASS


def test_a_lower_limit_is_kept_from_above() -> None:
    source = MetricSource("accuracy", SourceKind.REPORTED)
    least = Metric("accuracy", source, role=Role.LIMIT, minimum=0.9)
    good = trials([0.95] * 4, "accuracy")
    bad = [*good[:3], Measured(3, {"accuracy": 0.85})]
    assert judge([], good, mode("mlp", least), looks=(4,)).state is Ruling.PASS
    verdict = judge([], bad, mode("mlp", least), looks=(4,))
    assert of(verdict, Reason.LIMIT_BROKEN).evidence["side"] == "min"


def test_a_limit_that_a_crashed_trial_never_showed_is_not_kept() -> None:
    runs = mode("mlp", limit("seconds", maximum=10))
    branch = [*trials([5.0] * 3, "seconds"), crash(3)]
    verdict = judge([], branch, runs)
    assert (verdict.state, verdict.decided) == (Ruling.UNDECIDED, True)
    assert Reason.LIMIT_UNSEEN in reasons(verdict)
