"""Equivalence of a mode that changed, by the trials that were run anyway."""

import dataclasses
from collections.abc import Sequence

import numpy as np
import pytest

from bot.domain.invasiveness import Design, equivalences, shown_equivalent
from bot.domain.policy import (
    AbsoluteTolerance,
    AutoTolerance,
    Decision,
    Direction,
    Metric,
    Mode,
    RelativeTolerance,
    Role,
    Seeding,
)
from bot.domain.stats.choice import Choice
from bot.domain.stats.method import Method
from bot.domain.verdict import MetricVerdict, ModeVerdict, Ruling
from tests.fakes.policies import LOSS, guardrail, mode, primary

LOOKS = (4, 8, 12)
DESIGN = Design(LOOKS, Decision(), lambda name: Choice())
Row = tuple[int | None, float | None, float | None]


def rows(effect: float, n: int = 12, spread: float = 0.02, seed: int = 1) -> list[Row]:
    noise = np.random.default_rng(seed).normal(0.0, spread, (n, 2))
    return [
        (i, 1.0 + float(a), 1.0 + effect + float(b)) for i, (a, b) in enumerate(noise)
    ]


def verdict(
    name: str, seen: Sequence[Row], look: int = 12, method: Method = Method.PAIRED_T
) -> MetricVerdict:
    return MetricVerdict(
        name=name,
        role=Role.PRIMARY,
        direction=Direction.MINIMIZE,
        source=LOSS.source.kind,
        state=Ruling.PASS,
        method=method,
        look=look,
        per_seed=tuple(seen),
    )


def judged(*metrics: MetricVerdict) -> ModeVerdict:
    return ModeVerdict("mlp", Ruling.PASS, False, metrics, (), LOOKS, 12, True)


def test_arms_that_are_alike_are_shown_to_be() -> None:
    found = equivalences(mode(), judged(verdict("loss", rows(0.0))), DESIGN)
    assert found is not None
    assert shown_equivalent(found)
    (one,) = found
    assert -0.1 < one.low < one.d < one.high < 0.1
    assert (one.metric, one.margin, one.look, one.p <= one.level) == (
        "loss",
        0.1,
        12,
        True,
    )


@pytest.mark.parametrize("effect", [-0.1, 0.1])
def test_arms_that_differ_by_the_tolerance_are_not(effect: float) -> None:
    found = equivalences(mode(), judged(verdict("loss", rows(effect))), DESIGN)
    assert not shown_equivalent(found)


def test_a_better_branch_is_not_equivalent_either() -> None:
    found = equivalences(mode(), judged(verdict("loss", rows(-0.5))), DESIGN)
    assert not shown_equivalent(found)


def test_every_primary_metric_counts_and_others_do_not() -> None:
    two = mode("mlp", primary("loss"), primary("error"), guardrail("time"))
    alike, other = verdict("loss", rows(0.0)), verdict("error", rows(0.3))
    found = equivalences(two, judged(alike, other), DESIGN)
    assert found is not None
    assert [one.shown for one in found] == [True, False]
    assert equivalences(two, judged(alike), DESIGN) is None


def test_a_mode_without_primary_metrics_is_never_shown_equivalent() -> None:
    only = mode("mlp", guardrail("time"))
    assert equivalences(only, judged(), DESIGN) is None
    assert not shown_equivalent(None)


@pytest.mark.parametrize("look", [0, 13])
def test_nothing_is_tested_before_the_first_or_past_the_last_look(look: int) -> None:
    seen = judged(verdict("loss", rows(0.0), look))
    assert equivalences(mode(), seen, DESIGN) is None


@pytest.mark.parametrize("tolerance", [None, AutoTolerance()])
def test_without_a_tolerance_in_numbers_nothing_is_tested(
    tolerance: AutoTolerance | None,
) -> None:
    metric = dataclasses.replace(LOSS, tolerance=tolerance)
    seen = judged(verdict("loss", rows(0.0)))
    assert equivalences(mode("mlp", metric), seen, DESIGN) is None


def relative(metric: Metric = LOSS) -> Mode:
    return mode("mlp", dataclasses.replace(metric, tolerance=RelativeTolerance(0.1)))


def test_a_relative_tolerance_is_one_of_the_baselines_mean() -> None:
    found = equivalences(relative(), judged(verdict("loss", rows(0.0))), DESIGN)
    assert found is not None
    assert found[0].margin == pytest.approx(0.1, rel=0.05)


def test_a_relative_tolerance_of_values_that_change_sign_has_no_meaning() -> None:
    seen: list[Row] = [(i, (-1.0) ** i, (-1.0) ** i) for i in range(12)]
    assert equivalences(relative(), judged(verdict("loss", seen)), DESIGN) is None


def test_failed_trials_leave_their_pair_out_and_too_few_pairs_test_nothing() -> None:
    gaps: list[Row] = [(i, 1.0, None) for i in range(9)]
    full = [*rows(0.0, 6), *gaps]
    found = equivalences(mode(), judged(verdict("loss", full)), DESIGN)
    assert found is not None
    few = [*rows(0.0, 3), *gaps]
    assert equivalences(mode(), judged(verdict("loss", few)), DESIGN) is None
    assert equivalences(mode(), judged(verdict("loss", [])), DESIGN) is None


def test_without_seeds_arms_are_compared_as_a_whole() -> None:
    free = mode("mlp", LOSS, seeding=Seeding.NONE)
    seen: list[Row] = [*rows(0.0, 10), (10, 1.0, None), (11, None, 1.01)]
    found = equivalences(free, judged(verdict("loss", seen)), DESIGN)
    assert found is not None
    assert found[0].shown


def test_bit_identical_trials_are_proof_of_equivalence() -> None:
    seen: list[Row] = [(i, 1.0 + i, 1.0 + i) for i in range(12)]
    same = verdict("loss", seen, method=Method.BIT_IDENTICAL)
    found = equivalences(mode(), judged(same), DESIGN)
    assert found is not None
    assert (found[0].shown, found[0].p) == (True, 0.0)


def test_a_metric_nobody_gave_a_direction_is_tested_all_the_same() -> None:
    metric = Metric("loss", LOSS.source, tolerance=AbsoluteTolerance(0.1))
    found = equivalences(
        mode("mlp", metric), judged(verdict("loss", rows(0.0))), DESIGN
    )
    assert shown_equivalent(found)


def test_false_equivalence_at_the_tolerance_is_as_rare_as_promised() -> None:
    wrong = 0
    for seed in range(400):
        for look in LOOKS:  # a mode may stop at any look: the first one shown counts
            seen = rows(0.1, look, 0.05, seed)
            found = equivalences(mode(), judged(verdict("loss", seen, look)), DESIGN)
            if shown_equivalent(found):
                wrong += 1
                break
    assert wrong / 400 <= 0.05 + 2 * (0.05 * 0.95 / 400) ** 0.5
