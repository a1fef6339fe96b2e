"""Where a running evaluation stands, worked out from its trials alone."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from bot.domain.arms import Arm, Baseline, Branch, Only, Without
from bot.domain.trials import Trial
from bot.domain.verdict import ModeVerdict, Ruling, Rung
from bot.presentation.github.situation import Started
from bot.presentation.github.standing import standing
from bot.presentation.progress import (
    ONE_RUNG,
    Ladder,
    Snapshot,
    climbing_line,
    estimate,
    line,
    on_rung,
    rung_line,
    snapshot,
    spent,
)
from tests.fakes import reports
from workers.contract import (
    Infra,
    InfraReason,
    Ok,
    Point,
    Progress,
    Resources,
    TrialState,
)


def ended(arm: Arm, position: int, wall_s: float = 10.0) -> Trial:
    made = reports.trial(arm, "mlp", position, Ok(), wall_s=wall_s)
    return replace(made, cached=False)


def running(arm: Arm, position: int, wall_s: float, loss: float = 2.5) -> Trial:
    values = {"loss": Point(400, loss)}
    return replace(
        ended(arm, position),
        state=TrialState.RUNNING,
        result=None,
        progress=Progress(wall_s, values),
    )


def queued(arm: Arm, position: int) -> Trial:
    return replace(ended(arm, position), state=TrialState.QUEUED, result=None)


def open_mode(look: int = 0, looks: tuple[int, ...] = (2, 4)) -> ModeVerdict:
    return reports.mode(
        "mlp", Ruling.UNDECIDED, (), look=look, looks=looks, decided=False
    )


def seen(
    trials: Sequence[Trial], mode: ModeVerdict | None = None, slots: int = 2
) -> Snapshot:
    return snapshot(trials, (mode or open_mode(),), slots, 30.0)


def test_a_seed_counts_when_it_has_ended_in_every_arm() -> None:
    trials = [
        ended(Baseline(), 0),
        ended(Branch(), 0),
        ended(Baseline(), 1),
        running(Branch(), 1, 3.0),
    ]
    (mode,) = seen(trials).modes
    assert (mode.seeds, mode.running, mode.next_look, mode.last_look) == (1, 1, 2, 4)


def test_time_left_is_not_known_before_a_trial_has_ended() -> None:
    now = seen([running(Baseline(), 0, 3.0), queued(Branch(), 0)])
    assert now.next_look_s is now.worst_s is None
    assert estimate(now) == "time left not known before a trial has ended"


def test_time_left_follows_the_median_pace_and_the_slots() -> None:
    trials = [
        ended(Baseline(), 0, 8.0),
        ended(Branch(), 0, 12.0),
        running(Baseline(), 1, 4.0),
        queued(Branch(), 1),
    ]
    now = seen(trials)
    assert now.next_look_s == pytest.approx(10.0)  # one full trial is the longest
    assert now.worst_s == pytest.approx((6 + 10 + 4 * 10) / 2)
    assert estimate(now) == ("next look in about 10 s, last look in at most about 28 s")


def test_a_trial_that_outlives_the_median_is_not_counted_below_zero() -> None:
    trials = [ended(Baseline(), 0), ended(Branch(), 0), running(Branch(), 1, 99.0)]
    now = seen([*trials, ended(Baseline(), 1)])
    assert now.next_look_s == 0.0


def test_before_any_trial_is_stored_both_arms_are_expected() -> None:
    other = replace(ended(Branch(), 0), mode="conv")
    now = seen([other], slots=1)
    assert now.next_look_s == pytest.approx(4 * 10.0)


def test_a_decided_mode_has_no_time_left_and_says_its_answer() -> None:
    done = reports.mode("mlp", Ruling.PASS, (), look=4, looks=(4, 6))
    now = seen([], done)
    assert now.next_look_s == 0.0
    assert estimate(now) == ""
    assert line(now.modes[0]) == "mlp: pass after 4 seeds"


def test_after_the_last_look_the_last_one_stays_in_view() -> None:
    (mode,) = seen([], open_mode(look=4)).modes
    assert mode.next_look == mode.last_look == 4
    (bare,) = seen([], open_mode(looks=())).modes
    assert bare.next_look == bare.last_look == 0


def test_one_line_tells_seeds_look_running_failed_and_lost() -> None:
    failed = reports.trial(Branch(), "mlp", 1, reports.CRASH)
    lost = reports.trial(Branch(), "mlp", 2, Infra(InfraReason.NODE_LOST, "gone"))
    (mode,) = seen([failed, lost, running(Baseline(), 1, 1.0)]).modes
    assert line(mode) == (
        "mlp: 0 of at most 4 seeds, next look at 2, 1 running, 1 failed, 1 lost"
    )


def test_an_idle_mode_does_not_claim_to_run() -> None:
    (mode,) = seen([queued(Branch(), 0)]).modes
    assert line(mode) == "mlp: 0 of at most 4 seeds, next look at 2"


PASSED = reports.mode("mlp", Ruling.PASS, (), look=2, looks=(2, 4))


def compared() -> list[Trial]:
    return [ended(arm, at) for at in (0, 1) for arm in (Baseline(), Branch())]


def apart(arm: Without | Only, *trials: Trial) -> list[Trial]:
    """The trials as those of an arm of the ablation, with trees of their own."""
    return [replace(one, key=f"{arm} {at}", arm=arm) for at, one in enumerate(trials)]


def test_while_changes_are_judged_apart_the_line_of_their_mode_goes_on() -> None:
    first = apart(Without("4c0ffee"), ended(Branch(), 0), running(Branch(), 1, 3.0))
    second = apart(Without("9e8d7c6"), ended(Branch(), 0), queued(Branch(), 1))
    now = seen([*compared(), *first, *second], PASSED)
    told = "mlp: pass after 2 seeds; changes: 2 of 4 trials ended"
    assert line(now.modes[0]) == told
    said = "\n\n".join(standing(Started(now, Ladder((), "fast"))))
    assert f"- fast, {told}\n" in said
    (value,) = now.modes[0].values
    assert value.startswith("without:4c0ffee seed ")


def test_trials_of_changes_that_failed_or_were_lost_are_told_as_theirs() -> None:
    failed = reports.trial(Branch(), "mlp", 0, reports.CRASH)
    lost = reports.trial(Branch(), "mlp", 1, Infra(InfraReason.NODE_LOST, "gone"))
    withdrawn = replace(queued(Branch(), 2), state=TrialState.CANCELLED)
    parts = apart(Without("4c0ffee"), failed, lost, withdrawn)
    (mode,) = seen([*compared(), *parts], PASSED).modes
    assert (mode.failed, mode.lost) == (0, 0)
    assert line(mode).endswith("; changes: 1 of 2 trials ended, 1 failed, 1 lost")


def test_a_trial_that_serves_several_arms_is_one_trial() -> None:
    (left_out,) = apart(Without("4c0ffee"), ended(Branch(), 0))
    alone = replace(left_out, arm=Only("9e8d7c6"))
    as_branch = replace(compared()[1], arm=Without("9e8d7c6"))
    now = seen([*compared(), left_out, alone, as_branch], PASSED)
    assert now.modes[0].apart.total == 1
    assert now.finished == 5
    assert now.cpu_s == pytest.approx(50.0)


def test_stored_trials_of_changes_say_nothing_of_a_mode_that_is_open() -> None:
    parts = apart(Without("4c0ffee"), running(Branch(), 0, 1.0))
    now = seen([*compared(), *parts], open_mode(look=2))
    alone = seen(compared(), open_mode(look=2))
    assert line(now.modes[0]) == line(alone.modes[0])
    assert (now.next_look_s, now.worst_s) == (alone.next_look_s, alone.worst_s)


def test_running_trials_show_their_last_values() -> None:
    made = running(Branch(), 0, 1.0)
    silent = replace(running(Branch(), 1, 1.0), progress=None)
    empty = replace(silent, key="empty", progress=Progress(1.0))
    unseeded = replace(made, key="unseeded", seed=None)
    (mode,) = seen([made, silent, empty, unseeded]).modes
    assert mode.values == (
        f"branch seed {made.seed}: loss 2.5 at step 400",
        "branch: loss 2.5 at step 400",
    )


def test_the_cost_counts_what_ran_here_and_not_what_was_reused() -> None:
    made = ended(Baseline(), 0, 3600.0)
    assert made.spec is not None
    two_gpus = replace(made.spec, resources=Resources(cpus=4, gpus=2))
    trials = [
        replace(made, spec=two_gpus),
        replace(made, key="stored", cached=True),
        replace(running(Branch(), 0, 1800.0), spec=None),
    ]
    now = seen(trials)
    assert now.cpu_s == pytest.approx(4 * 3600 + 1800)
    assert now.gpu_s == pytest.approx(7200)
    assert spent(now) == "2 trials ended (1 reused), 4.5 CPU hours, 2 GPU hours"


def test_a_cost_without_gpus_or_reuse_is_said_shortly() -> None:
    assert spent(seen([ended(Branch(), 0, 36.0)])) == "1 trial ended, 0.01 CPU hours"


def test_a_rung_that_ended_is_one_line_and_one_that_checked_nothing_says_so() -> None:
    assert rung_line(Rung("tests", "tests", Ruling.PASS)) == "tests: pass"
    blank = Rung("sanity", "sanity", Ruling.INFO)
    assert rung_line(blank) == "sanity: nothing to judge"


def test_a_rung_that_does_not_train_counts_its_runs() -> None:
    assert climbing_line(Ladder((), "sanity", 2, 6)) == "sanity: 2 of 6 runs ended"


def test_the_stage_is_named_where_there_are_several_rungs() -> None:
    assert on_rung(Ladder((), "full"), "mlp: pass") == "full, mlp: pass"
    assert on_rung(ONE_RUNG, "mlp: pass") == "mlp: pass"
