"""Whole trials beside which the probe watched: what acts after its first steps."""

import dataclasses
from collections.abc import Sequence

import pytest

from bot.domain.arms import Arm, Baseline, Branch, Without
from bot.domain.invasiveness import (
    confirmed,
    late,
    late_culprits,
    to_repeat,
    with_late,
)
from bot.domain.trials import Trial
from bot.domain.verdict import Behaviour, Fingerprint
from tests.unit.domain.invasiveness.runs import (
    crashed,
    lost,
    probed,
    ran,
    result,
    step,
    steps,
)
from workers.contract import Probed, ProbeEnd, StepSeen, TrialResult, TrialState

SAME = Behaviour(Fingerprint.IDENTICAL, steps=20)
ROUNDED = Behaviour(Fingerprint.NUMERIC, steps=20)


def watched(since: int = 9999, last: int = 500, **changes: object) -> Probed:
    """A trial of 500 steps, noted at every tenth."""
    records = [
        step(n, **(changes if n >= since else {})) for n in range(10, last + 1, 10)
    ]
    return probed(records, end=ProbeEnd.EXIT)


WHOLE = watched()
DROPPED = watched(100, rates=(0.00005,))


def test_trials_that_agree_to_their_ends_leave_everything_as_it_was() -> None:
    assert late(SAME, [WHOLE] * 4, [WHOLE] * 4) is SAME
    assert late(SAME, [], []) is SAME


def test_a_trial_in_which_the_probe_was_disturbed_proves_nothing() -> None:
    odd = watched(100, rates=(0.00005,))
    odd = dataclasses.replace(odd, faults=("A signal came.",))
    assert late(SAME, [WHOLE] * 4, [odd] * 4) is SAME


def test_a_learning_rate_that_drops_late_makes_an_identical_mode_changed() -> None:
    seen = late(SAME, [WHOLE] * 4, [DROPPED] * 4)
    assert (seen.fingerprint, seen.late) == (Fingerprint.CHANGED, True)
    assert (seen.step, seen.quantity) == (100, "learning rates")
    assert (seen.before, seen.after, seen.steps) == ("0.0005", "5e-05", 20)


def test_parameters_that_freeze_late_are_named() -> None:
    frozen = watched(200, parameters="x", tensors=("weight-200", "frozen"))
    seen = late(SAME, [WHOLE] * 2, [frozen] * 2)
    assert (seen.step, seen.quantity, seen.tensor) == (200, "parameters", "fc.bias")


def test_the_earliest_step_of_all_seeds_is_told() -> None:
    later = watched(300, rates=(0.00005,))
    assert late(SAME, [WHOLE] * 3, [later, DROPPED, later]).step == 100


def test_one_odd_trial_of_several_blames_nobody() -> None:
    assert late(SAME, [WHOLE] * 4, [DROPPED, WHOLE, WHOLE, DROPPED]) is SAME
    most = [DROPPED, WHOLE, DROPPED, DROPPED]
    assert late(SAME, [WHOLE] * 4, most).late


def test_trials_that_failed_or_were_not_seen_are_left_out() -> None:
    bare = probed(())
    assert late(SAME, [WHOLE, None, WHOLE, WHOLE], [DROPPED, DROPPED, None, bare]).late
    assert late(SAME, [None, bare], [DROPPED, DROPPED]) is SAME


@pytest.mark.parametrize("known", [Fingerprint.CHANGED, Fingerprint.UNKNOWN])
def test_a_mode_that_changed_before_or_is_not_repeatable_stays(
    known: Fingerprint,
) -> None:
    behaviour = Behaviour(known)
    assert late(behaviour, [WHOLE], [DROPPED]) is behaviour


def test_of_a_mode_that_differs_by_rounding_only_the_rates_count() -> None:
    rounded = watched(10, loss=(2.20001).hex(), parameters="x", batch="y")
    assert late(ROUNDED, [WHOLE], [rounded]) is ROUNDED
    near = watched(100, rates=(0.0005 * (1 + 4e-16),), loss="0x0p+0")
    assert late(ROUNDED, [WHOLE], [near]) is ROUNDED
    seen = late(ROUNDED, [WHOLE], [DROPPED])
    assert (seen.late, seen.quantity, seen.step) == (True, "learning rates", 100)
    groups = watched(100, rates=(0.0005, 0.1))
    assert late(ROUNDED, [WHOLE], [groups]).late


def test_fewer_steps_for_every_seed_are_a_late_change() -> None:
    seen = late(SAME, [WHOLE] * 3, [watched(last=400)] * 3)
    assert (seen.late, seen.quantity, seen.step) == (True, "number of steps", 400)
    assert (seen.before, seen.after) == ("500", "400")


def test_ends_that_vary_from_seed_to_seed_say_nothing() -> None:
    assert late(SAME, [WHOLE] * 2, [WHOLE, watched(last=400)]) is SAME
    assert late(SAME, [WHOLE, watched(last=400)], [watched(last=300)] * 2) is SAME


def test_the_change_without_which_trials_are_as_before_is_the_culprit() -> None:
    without = {"warm": [DROPPED] * 2, "drop": [WHOLE] * 2, "unseen": [None, None]}
    assert late_culprits([WHOLE] * 2, without) == ("drop",)


def trials(arm: Arm, seen: Sequence[Probed | None]) -> list[Trial]:
    return [
        Trial(
            key=f"{arm}-{place}",
            arm=arm,
            mode="gru",
            stage="fast",
            seed=place,
            position=place,
            state=TrialState.OK,
            result=None if one is None else result(one),
        )
        for place, one in enumerate(seen)
    ]


def test_trials_of_a_stage_are_paired_by_their_places() -> None:
    both = [
        *trials(Branch(), [DROPPED, DROPPED, DROPPED])[::-1],
        *trials(Baseline(), [WHOLE, None, WHOLE]),
    ]
    found = with_late({"gru": SAME, "rnn": SAME}, both, ["only"])
    assert (found["gru"].late, found["gru"].changed_by) == (True, ("only",))
    assert found["rnn"] is SAME


def test_failed_trials_are_no_evidence_of_a_late_change() -> None:
    records: list[StepSeen] = list(steps(5))
    failed = Trial(
        "key",
        Branch(),
        "gru",
        "fast",
        0,
        0,
        TrialState.FAILED,
        result=ran(records, end=ProbeEnd.EXIT),
    )
    found = with_late({"gru": SAME}, [failed, *trials(Baseline(), [WHOLE])])
    assert found["gru"] is SAME


def test_of_several_changes_the_ablation_names_the_late_one() -> None:
    everything = [
        *trials(Baseline(), [WHOLE] * 2),
        *trials(Branch(), [DROPPED] * 2),
        *trials(Without("warm"), [DROPPED] * 2),
        *trials(Without("drop"), [WHOLE] * 2),
    ]
    found = with_late({"gru": SAME}, everything, ["warm", "drop", "third"])
    assert found["gru"].changed_by == ("drop",)
    assert with_late({"gru": ROUNDED}, everything, ["warm", "drop"])[
        "gru"
    ].changed_by == ("drop",)


# Who did it, where nobody can be named


LATE = [*trials(Baseline(), [WHOLE] * 2), *trials(Branch(), [DROPPED] * 2)]


@pytest.mark.parametrize(
    ("tried", "why"),
    [
        ({}, "only whole trials show it, and none was run without single changes"),
        ({"warm": DROPPED}, "only whole trials show it, and none was run without drop"),
        (
            {"warm": DROPPED, "drop": DROPPED},
            "no single change did it: leaving out any one of them mends nothing",
        ),
    ],
)
def test_where_trials_name_nobody_the_reason_is_told(
    tried: dict[str, Probed], why: str
) -> None:
    more = [
        one for name, seen in tried.items() for one in trials(Without(name), [seen] * 2)
    ]
    found = with_late({"gru": SAME}, [*LATE, *more], ["warm", "drop"])["gru"]
    assert (found.changed_by, found.why) == ((), why)


def test_a_branch_that_was_not_cut_has_nobody_to_name() -> None:
    found = with_late({"gru": SAME}, LATE)["gru"]
    assert found.why == "the branch was not cut into changes"


# Whether the base repeats itself at all


def held(again: TrialResult | None, early: Behaviour = SAME) -> Behaviour:
    before = {"gru": early, "rnn": SAME}
    found = with_late(before, LATE, ["only"])
    assert to_repeat(found, LATE) == {"gru": 0}
    return confirmed(before, found, LATE, {"gru": again})["gru"]


def test_a_late_change_stands_where_a_trial_of_the_base_repeats_itself() -> None:
    assert held(result(WHOLE)).late
    assert held(result(watched(300, rates=(0.1,)))).late
    assert held(result(watched(50, parameters="x")), ROUNDED).late


def test_it_is_none_where_that_trial_differs_from_itself_as_early() -> None:
    found = held(result(watched(50, parameters="x")))
    assert found.fingerprint is Fingerprint.IDENTICAL
    assert found.notes == (
        "Whole trials differ from step 100 on, and so does a trial of the base that is"
        " run twice: what acts late is not seen.",
    )


@pytest.mark.parametrize("again", [None, lost(), crashed(WHOLE), result(probed(()))])
def test_it_is_none_where_the_repetition_was_lost(again: TrialResult | None) -> None:
    found = held(again)
    assert found.fingerprint is Fingerprint.IDENTICAL
    assert "was lost: what acts late is not seen" in found.notes[0]


def test_a_trial_that_was_not_seen_whole_is_not_the_one_that_is_repeated() -> None:
    odd = dataclasses.replace(WHOLE, faults=("A signal came.",))
    both = [
        *trials(Baseline(), [odd, probed(()), WHOLE]),
        *trials(Branch(), [DROPPED] * 3),
    ]
    found = with_late({"gru": SAME}, both, ["only"])
    assert to_repeat(found, both) == {"gru": 2}
