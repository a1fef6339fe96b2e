"""Pretended arms are judged as real ones would be, thousands at a time."""

import dataclasses

import numpy as np
import pytest

from bot.domain.policy import AbsoluteTolerance, RelativeTolerance, Spending
from bot.domain.stats.boundaries import levels
from bot.domain.stats.choice import Choice, Test
from bot.domain.stats.comparison import Rule, Sample, compare
from bot.domain.stats.failures import fisher_more_failures
from bot.domain.stats.splits import Bench, Contest, Rates, pretend, split

LOOKS = (4, 6, 8, 10)
LEVELS = levels(LOOKS, 0.05, Spending())
WELCH = Choice(Test.WELCH)


def runs(seed: int, n: int = 20, *failed: int) -> tuple[float | None, ...]:
    drawn = np.random.default_rng(seed).normal(1.0, 0.1, n)
    return tuple(None if i in failed else float(x) for i, x in enumerate(drawn))


def whole(values: tuple[float | None, ...]) -> tuple[float, ...]:
    return tuple(round(9 * one) for one in values if one)


def primary(
    values: tuple[float | None, ...], tolerance: object, orientation: int = -1
) -> Contest:
    rule = Rule(orientation, tolerance, WELCH)
    return Contest(values, rule, LEVELS, LEVELS)


def guardrail(values: tuple[float | None, ...], tolerance: float) -> Contest:
    rule = Rule(-1, AbsoluteTolerance(tolerance), WELCH)
    return Contest(values, rule, (), LEVELS)


def bench(*contests: Contest) -> Bench:
    failed = tuple(one is None for one in contests[0].runs)
    return Bench(failed, contests, LEVELS)


def by_hand(contest: Contest, old: list[int], new: list[int]) -> str:
    """One split of one primary metric, judged look by look with `compare`."""
    for n, level in zip(LOOKS, LEVELS, strict=True):
        arms = [[contest.runs[place] for place in arm[:n]] for arm in (old, new)]
        values = [tuple(one for one in arm if one is not None) for arm in arms]
        failed = [n - len(arm) for arm in values]
        found = compare(Sample(*values, paired=False), contest.rule, level)
        if found.p_ni <= level:
            if failed[1] <= failed[0]:
                return "passed"
        elif found.p_harm <= level:
            return "blocked"
    return "undecided"


@pytest.mark.parametrize(
    "contest",
    [
        primary(runs(1), AbsoluteTolerance(0.15)),
        primary(runs(2), RelativeTolerance(0.1)),
        primary(tuple(-one for one in runs(2) if one), RelativeTolerance(0.1), 1),
        primary(runs(3, 20, 2, 11), AbsoluteTolerance(0.15), 1),
        primary(tuple(1e12 * one for one in runs(4) if one), AbsoluteTolerance(2e11)),
        primary(tuple(1e-12 * one for one in runs(4) if one), AbsoluteTolerance(1e-13)),
        primary(whole(runs(5)), RelativeTolerance(0.2)),
        primary((1.0,) * 20, AbsoluteTolerance(0.1)),
        primary((1.0,) * 20, AbsoluteTolerance(0.0)),
        primary((0.0,) * 20, RelativeTolerance(0.1)),
        primary((1.0,) * 10 + (2.0,) * 10, AbsoluteTolerance(0.1)),
        primary((1.0,) * 19 + (2.0,), AbsoluteTolerance(0.3)),
        primary((None,) * 14 + (1.0, 2.0, 3.0, 4.0, 5.0, 6.0), AbsoluteTolerance(1.0)),
    ],
)  # fmt: skip
def test_every_split_gets_the_answer_that_compare_gives(contest: Contest) -> None:
    splits = split(20, LOOKS, 60, seed=7)
    told = [
        by_hand(contest, old.tolist(), new.tolist())
        for old, new in zip(splits.old, splits.new, strict=True)
    ]
    found = pretend([bench(contest)], splits).contests[0][0]
    for state in ("passed", "blocked", "undecided"):
        assert getattr(found, state) == pytest.approx(told.count(state) / 60)


def test_a_guardrail_blocks_where_harm_beyond_its_tolerance_is_shown() -> None:
    contest = guardrail(runs(6), 0.0)
    splits = split(20, LOOKS, 100, seed=7)
    blocked = 0
    for old, new in zip(splits.old.tolist(), splits.new.tolist(), strict=True):
        for n, level in zip(LOOKS, LEVELS, strict=True):
            arms = [
                tuple(contest.runs[i] or 0.0 for i in arm[:n]) for arm in (old, new)
            ]
            found = compare(Sample(*arms, paired=False), contest.rule, level)
            if found.p_beyond <= level:
                blocked += 1
                break
    rates = pretend([bench(contest)], splits).contests[0][0]
    assert rates.blocked == pytest.approx(blocked / 100)
    assert (rates.passed, rates.undecided) == (1.0 - rates.blocked, 0.0)


def test_normal_runs_are_blocked_no_more_often_than_promised() -> None:
    sd = 0.1
    found = [
        pretend([bench(primary(runs(seed), AbsoluteTolerance(1.5 * sd)))], every).total
        for seed in range(40)
        for every in [split(20, LOOKS, 200, seed=seed)]
    ]
    assert 0.01 < np.mean([one.blocked for one in found]) <= 0.05
    assert np.mean([one.passed for one in found]) > 0.75


def test_an_arm_is_never_longer_than_the_last_look_and_no_run_is_in_both() -> None:
    splits = split(21, LOOKS, 50, seed=1)
    for old, new in zip(splits.old.tolist(), splits.new.tolist(), strict=True):
        assert len(old) == len(new) == 10
        assert len({*old, *new}) == 20


def test_the_same_seed_splits_alike() -> None:
    first, again = (split(20, LOOKS, 10, seed=3) for _ in range(2))
    assert (first.old == again.old).all()
    assert not (first.old == split(20, LOOKS, 10, seed=4).old).all()


def test_all_modes_together_pass_only_where_each_does_and_block_where_any_does() -> (
    None
):
    splits = split(20, LOOKS, 400, seed=5)
    one, two = (bench(primary(runs(s), AbsoluteTolerance(0.12))) for s in (8, 9))
    alone = [pretend([each], splits).total for each in (one, two)]
    both = pretend([one, two], splits).total
    assert both.passed <= min(each.passed for each in alone)
    assert max(each.blocked for each in alone) <= both.blocked
    assert both.blocked <= sum(each.blocked for each in alone)
    assert both.passed + both.blocked + both.undecided == pytest.approx(1.0)


def test_two_primary_metrics_that_are_one_number_are_judged_as_one() -> None:
    splits = split(20, LOOKS, 200, seed=5)
    contest = primary(runs(8), AbsoluteTolerance(0.12))
    alone = pretend([bench(contest)], splits).total
    assert pretend([bench(contest, contest)], splits).total == alone


def test_a_guardrail_is_not_looked_at_once_its_primary_is_done() -> None:
    splits = split(20, LOOKS, 400, seed=5)
    quick = primary(runs(8), AbsoluteTolerance(10.0))  # passes at the first look
    rail = guardrail(runs(9), 0.0)
    together = pretend([bench(quick, rail)], splits)
    assert together.contests[0][0] == Rates(1.0, 0.0, 0.0)
    assert together.total.blocked < together.contests[0][1].blocked
    first = dataclasses.replace(rail, blocks=(LEVELS[0], 0.0, 0.0, 0.0))
    at_first = pretend([bench(first)], splits).total
    assert together.total.blocked == at_first.blocked


def test_a_mode_of_guardrails_alone_is_watched_to_the_last_look() -> None:
    splits = split(20, LOOKS, 400, seed=5)
    found = pretend([bench(guardrail(runs(9), 0.0))], splits)
    assert found.total == found.contests[0][0]


def test_failures_by_themselves_block_as_often_as_fisher_says() -> None:
    values = runs(1, 20, *range(6))
    easy = primary(values, AbsoluteTolerance(1e9))
    splits = split(20, LOOKS, 300, seed=2)
    failed = np.array([one is None for one in values])
    expected = 0
    for old, new in zip(splits.old, splits.new, strict=True):
        for n, level in zip(LOOKS, LEVELS, strict=True):
            a, b = int(failed[old[:n]].sum()), int(failed[new[:n]].sum())
            if fisher_more_failures(b, n, a, n) <= level:
                expected += 1
                break
            if 2 * a >= n or (n - max(a, b) >= 4 and b <= a):
                break  # the baseline is broken, or the branch passes
    total = pretend([bench(easy)], splits).total
    assert total.blocked == pytest.approx(expected / 300)
    assert total.undecided > 0.0


def test_a_baseline_that_always_fails_is_undecided_and_nothing_is_divided() -> None:
    nothing = primary((None,) * 20, AbsoluteTolerance(0.1))
    total = pretend([bench(nothing)], split(20, LOOKS, 30, seed=2)).total
    assert total == Rates(0.0, 0.0, 1.0)
