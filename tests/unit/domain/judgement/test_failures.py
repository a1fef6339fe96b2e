"""Failed trials are outcomes: stories of crashes in either arm."""

from collections.abc import Callable

import pytest

from bot.domain.judgement import Given, judge_given
from bot.domain.policy import Decision
from bot.domain.trials import Crashed, Measured, Observation
from bot.domain.verdict import Reason, Ruling
from bot.domain.verdict.findings import finding
from tests.fakes.looks import crash, judge, noise, of, reasons, trials
from tests.fakes.policies import LOSS, limit, mode, shown


def test_a_branch_that_always_fails_is_blocked_at_the_first_look() -> None:
    verdict = judge(trials(noise(1)), [crash(i) for i in range(20)])
    assert (verdict.state, verdict.look) == (Ruling.BLOCK, 4)
    found = of(verdict, Reason.MORE_FAILURES)
    assert found.evidence["failed_branch"] == 4
    assert "RuntimeError: it broke" in found.evidence["first"]


def test_a_branch_with_one_diverged_seed_is_never_passed() -> None:
    for position in range(20):
        branch = trials(noise(2))
        branch[position] = crash(position, "nan_metric")
        verdict = judge(trials(noise(1)), branch, looks=(position + 1, 20))
        assert verdict.state is Ruling.UNDECIDED
        assert Reason.FAILURES_LEFT in reasons(verdict)


def test_failures_no_more_than_the_baselines_own_do_not_stop_a_pass() -> None:
    baseline, branch = trials(noise(1)), trials(noise(2))
    baseline[0], branch[2] = crash(0), crash(2)
    verdict = judge(baseline, branch, looks=(8, 20))
    assert verdict.state is Ruling.PASS
    assert verdict.metrics[0].failed_baseline == 1
    assert of(verdict, Reason.FAILURES_SEEN).state is Ruling.INFO


def test_a_baseline_that_fails_half_the_time_cannot_be_compared_with() -> None:
    baseline = [crash(i) if i % 2 else one for i, one in enumerate(trials(noise(1)))]
    verdict = judge(baseline, trials(noise(2)))
    assert (verdict.state, verdict.look) == (Ruling.UNDECIDED, 4)
    assert Reason.BASELINE_BROKEN in reasons(verdict)


def lacking(position: int) -> Crashed:
    """A trial in an environment without the packages that training needs."""
    said = "It ended with exit status 1. ModuleNotFoundError: No module named 'torch'"
    return Crashed(1000 + position, "exception", said)


def unseen(position: int) -> Crashed:
    """A trial whose metric no line of it shows."""
    said = "loss was never seen. No line of stdout matched 'loss'."
    return Crashed(1000 + position, "missing_metric", said, "loss")


@pytest.mark.parametrize(
    ("failed", "broken_by"),
    [
        ((lacking, lacking, lacking, crash), "missing_module"),
        ((crash, unseen, unseen, lacking), "missing_metric"),
        ((crash, lacking, lacking, crash), "exception"),  # as many: the first
    ],
)
def test_a_broken_baseline_tells_what_most_of_its_trials_failed_for(
    failed: tuple[Callable[[int], Crashed], ...], broken_by: str
) -> None:
    baseline = [one(i) for i, one in enumerate(failed)]
    branch = [crash(i, "timeout") for i in range(4)]
    found = of(judge(baseline, branch, looks=(4,)), Reason.BASELINE_BROKEN)
    assert found.evidence["broken_by"] == broken_by


def test_an_earlier_version_has_called_a_broken_baseline_by_the_same_id() -> None:
    """It did not tell by what; what a maintainer has accepted stays accepted."""
    crashed = [unseen(i) for i in range(4)]
    found = of(judge(crashed, crashed, looks=(4,)), Reason.BASELINE_BROKEN)
    facts = {name: one for name, one in found.evidence.items() if name != "broken_by"}
    before = finding(found.reason, found.state, facts, mode=found.mode)
    assert (before.id, before.digest) == (found.id, found.digest)


def test_a_branch_that_fails_does_not_tell_by_what_its_baseline_is_broken() -> None:
    branch = [unseen(i) for i in range(20)]
    told = of(judge(trials(noise(1)), branch), Reason.MORE_FAILURES)
    assert "broken_by" not in told.evidence


def test_a_broken_baseline_proves_no_harm_but_a_limit_still_counts() -> None:
    seconds = limit("seconds", maximum=10)
    both = {"loss": 1.0, "seconds": 5.0}
    baseline = [
        crash(i) if i % 2 else Measured(i, {**both, "loss": v})
        for i, v in enumerate(noise(1))
    ]
    worse = [Measured(i, {**both, "loss": v + 0.5}) for i, v in enumerate(noise(2))]
    runs = mode("mlp", LOSS, seconds)
    verdict = judge(baseline, worse, runs, looks=(8, 20))
    assert verdict.state is Ruling.UNDECIDED
    assert Reason.BASELINE_BROKEN in reasons(verdict)
    slow = [Measured(one.seed, {**one.metrics, "seconds": 11.0}) for one in worse]
    assert judge(baseline, slow, runs, looks=(8, 20)).state is Ruling.BLOCK


def test_a_crash_keeps_even_a_mode_that_judges_nothing_from_passing() -> None:
    branch = [*trials([1.0] * 7), crash(7)]
    baseline, runs = trials([1.0] * 8), mode("mlp", shown("loss"))
    last = judge(baseline, branch, runs, looks=(8,))
    assert (last.state, last.decided) == (Ruling.UNDECIDED, True)
    first = judge(baseline, branch, runs, looks=(8, 9))
    assert (first.state, first.decided) == (Ruling.UNDECIDED, False)


def test_a_branch_that_fails_a_larger_share_of_fewer_trials_is_never_passed() -> None:
    """Three of ten are no fewer failures than five of forty."""
    baseline = [crash(i) for i in range(5)] + trials(noise(1, 40))[5:]
    branch = [crash(i) for i in range(3)] + trials(noise(2, 10))[3:]
    given = Given(tuple(baseline), tuple(branch))
    verdict = judge_given(mode(), Decision(), (4, 8, 20), given)
    assert verdict.state is Ruling.UNDECIDED


def failing(failed: int, n: int, seed: int) -> tuple[Observation, ...]:
    """An arm of its own seeds, of which the first have failed."""
    return *(crash(100 * seed + i) for i in range(failed)), *(
        Measured(2000 * seed + i, {"loss": value})
        for i, value in enumerate(noise(seed, n - failed))
    )


@pytest.mark.parametrize(
    ("branch", "baseline", "state"),
    [
        ((5, 10), (5, 40), Ruling.UNDECIDED),  # as many, of a quarter of the trials
        ((2, 10), (5, 40), Ruling.UNDECIDED),  # fewer, and a larger share
        ((5, 40), (4, 20), Ruling.UNDECIDED),  # more, and a smaller share
        ((1, 10), (5, 40), Ruling.PASS),
        ((2, 40), (2, 20), Ruling.PASS),
        ((3, 20), (3, 20), Ruling.PASS),
    ],
)
def test_neither_more_failures_nor_a_larger_share_of_them_may_pass(
    branch: tuple[int, int], baseline: tuple[int, int], state: Ruling
) -> None:
    given = Given(failing(*baseline, 1), failing(*branch, 2))
    decision = Decision(alpha=0.01)
    verdict = judge_given(mode(), decision, (4, 40), given)
    assert verdict.state is state
