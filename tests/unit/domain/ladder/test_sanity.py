"""What the probe saw of a network, held against the same on the base."""

import dataclasses
from collections.abc import Sequence

from bot.domain.ladder import Climbed, SanityRun, asks_seed_again, judge_sanity
from bot.domain.policy import Mode, Seeding
from bot.domain.verdict import Finding, Reason, Ruling
from tests.fakes.policies import mode
from workers.contract import (
    Check,
    CheckSeen,
    CheckState,
    Failed,
    FailureReason,
    Infra,
    InfraReason,
    Ok,
    Outcome,
    Probed,
    ProbeEnd,
    StepSeen,
    TrialResult,
)

MLP = mode()
UNSEEDED = mode(seeding=Seeding.NONE)
HOLDS = CheckSeen(Check.GRADIENTS, CheckState.PASSED, "12 of 12")
FAILS = CheckSeen(Check.GRADIENTS, CheckState.FAILED, "11 of 12")
FALLS = CheckSeen(Check.LOSS_FALLS, CheckState.PASSED, "2.3 to 0.4")
RISES = CheckSeen(Check.LOSS_FALLS, CheckState.FAILED, "2.3 to 2.4")
BLIND = CheckSeen(Check.OVERFITS, CheckState.UNSEEN, "no batch can be repeated")


def steps(name: str) -> tuple[StepSeen, ...]:
    return tuple(StepSeen(at, loss=f"{name}{at}", parameters=name) for at in range(3))


def run(
    *checks: CheckSeen,
    seed: int = 7,
    name: str | None = None,
    outcome: Outcome | None = None,
    faults: tuple[str, ...] = (),
) -> SanityRun:
    seen = steps(name or f"seed {seed} ")
    probed = Probed(ProbeEnd.STEPS, steps=seen, checks=checks, faults=faults)
    return SanityRun(seed, TrialResult(outcome or Ok(), probed=probed))


def judged(
    branch: Sequence[SanityRun], baseline: Sequence[SanityRun], one: Mode = MLP
) -> Climbed:
    return judge_sanity("sanity", [one], {"mlp": branch}, {"mlp": baseline})


def of(done: Climbed, check: Check | str) -> Finding:
    (found,) = [one for one in done.findings if one.evidence["check"] == check]
    return found


def test_each_check_that_holds_says_what_it_saw() -> None:
    done = judged([run(HOLDS, FALLS), run(HOLDS, FALLS, seed=8)], [run(HOLDS)])
    assert [one.evidence["check"] for one in done.findings] == [
        "loss_falls",
        "gradients",
        "seed_matters",
    ]
    assert {one.reason for one in done.findings} == {Reason.SANITY_PASSED}
    assert (done.rung.state, done.rung.kind) == (Ruling.PASS, "sanity")
    assert of(done, Check.GRADIENTS).evidence["saw"] == "12 of 12"


def test_a_check_that_fails_on_the_branch_alone_blocks() -> None:
    done = judged([run(FAILS), run(HOLDS, seed=8)], [run(HOLDS)])
    found = of(done, Check.GRADIENTS)
    assert (done.rung.state, found.reason) == (Ruling.BLOCK, Reason.SANITY_FAILED)
    assert (found.evidence["saw"], found.evidence["baseline_saw"]) == (
        "11 of 12",
        "12 of 12",
    )
    assert (found.mode, found.evidence["seed"]) == ("mlp", 7)


def test_a_check_that_fails_on_the_base_too_is_told_and_stops_nobody() -> None:
    done = judged([run(FAILS), run(FAILS, seed=8)], [run(FAILS)])
    assert of(done, Check.GRADIENTS).reason is Reason.SANITY_AS_BEFORE
    assert done.rung.state is Ruling.PASS  # the seed has an effect


def test_a_check_that_a_single_seed_can_fail_by_chance_fails_only_on_both() -> None:
    lucky = judged([run(RISES), run(FALLS, seed=8)], [run(FALLS)])
    assert of(lucky, Check.LOSS_FALLS).reason is Reason.SANITY_PASSED
    never = judged([run(RISES), run(RISES, seed=8)], [run(FALLS)])
    assert of(never, Check.LOSS_FALLS).reason is Reason.SANITY_FAILED


def test_what_could_not_be_checked_is_said_and_stops_nobody() -> None:
    done = judged([run(BLIND, HOLDS), run(BLIND, seed=8)], [run(HOLDS)])
    found = of(done, Check.OVERFITS)
    assert (found.reason, found.state) == (Reason.SANITY_UNSEEN, Ruling.INFO)
    assert found.evidence["saw"] == "no batch can be repeated"
    assert done.rung.state is Ruling.PASS


def test_two_seeds_that_differ_say_from_which_step_on() -> None:
    done = judged([run(), run(seed=8)], [run()])
    found = of(done, Check.SEED_MATTERS)
    assert found.reason is Reason.SANITY_PASSED
    assert (found.evidence["step"], found.evidence["other_seed"]) == (0, 8)


def test_a_seed_without_effect_is_asked_for_on_the_base_as_well() -> None:
    dead = [run(name="x"), run(seed=8, name="x")]
    assert asks_seed_again(MLP, dead)
    assert not asks_seed_again(MLP, [run(), run(seed=8)])
    assert not asks_seed_again(UNSEEDED, dead)
    assert of(judged(dead, [run()]), Check.SEED_MATTERS).state is Ruling.BLOCK
    alive = judged(dead, [run(), run(seed=8)])
    assert of(alive, Check.SEED_MATTERS).state is Ruling.BLOCK
    before = judged(dead, dead)
    assert of(before, Check.SEED_MATTERS).reason is Reason.SANITY_AS_BEFORE
    assert of(before, Check.SEED_MATTERS).evidence["step"] is None


def test_a_mode_whose_seed_cannot_be_set_is_not_asked_for_it() -> None:
    claimed = CheckSeen(Check.SEED_MATTERS, CheckState.UNSEEN, "one run")
    done = judged([run(HOLDS, claimed), run(seed=8)], [run(HOLDS)], UNSEEDED)
    assert [one.evidence["check"] for one in done.findings] == ["gradients"]


def test_runs_without_digests_do_not_tell_whether_the_seed_matters() -> None:
    bare = Probed(ProbeEnd.STEPS, steps=(StepSeen(0),), checks=(HOLDS,))
    silent = [SanityRun(seed, TrialResult(Ok(), probed=bare)) for seed in (7, 8)]
    done = judged(silent, [run(HOLDS)])
    assert of(done, Check.SEED_MATTERS).reason is Reason.SANITY_UNSEEN


def test_where_the_probe_saw_nothing_that_is_said_once_with_the_reason() -> None:
    nothing = Probed(ProbeEnd.NO_TORCH)
    blind = dataclasses.replace(nothing, end=ProbeEnd.BLIND, faults=("It is deaf.",))
    crash = Failed(FailureReason.EXCEPTION, "It ended with exit status 1.")
    told = {
        "no_torch": TrialResult(Ok(), probed=nothing),
        "It is deaf.": TrialResult(Ok(), probed=blind),
        "exception: It ended with exit status 1.": TrialResult(crash),
        "": TrialResult(Ok()),
    }
    for why, result in told.items():
        done = judged([SanityRun(7, result), SanityRun(8, result)], [run(HOLDS)])
        (found,) = done.findings
        assert (found.reason, found.evidence["check"]) == (Reason.SANITY_UNSEEN, "all")
        assert found.evidence["saw"] == why
        assert done.rung.state is Ruling.INFO


def test_a_lost_run_leaves_the_mode_undecided() -> None:
    gone = SanityRun(7, TrialResult(Infra(InfraReason.NODE_LOST, "It went away.")))
    done = judged([run(HOLDS), run(HOLDS, seed=8)], [gone])
    (found,) = done.findings
    assert (done.rung.state, found.reason) == (Ruling.UNDECIDED, Reason.TRIALS_LOST)
    assert found.mode == "mlp"
