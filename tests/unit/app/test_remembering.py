"""One evaluation learns from those before it, and from nothing that came after."""

import dataclasses
import json
from collections.abc import Iterator

import pytest

from bot.app.engine import Evaluated, evaluate
from bot.app.informing import Subject, foreseen, informed
from bot.app.knowledge_text import dump_knowledge, load_knowledge
from bot.app.remembering import remember
from bot.domain.arms import Baseline, Branch, label
from bot.domain.changes import Change, PlannedChange
from bot.domain.errors import MachineryFault, UserFault
from bot.domain.history import (
    Knowledge,
    MetricHistory,
    MetricKey,
    Pilot,
    Summary,
)
from bot.domain.past import Scene, keys
from bot.domain.plan import Pinned, Plan
from bot.domain.policy import (
    AbsoluteTolerance,
    AutoTolerance,
    BaselineRule,
    Decision,
    SmallTolerance,
)
from bot.domain.verdict import MetricVerdict, ModeVerdict, Reason, Ruling, Verdict
from tests.fakes.clock import ScriptedPulse
from tests.fakes.policies import LOSS, mode, plan, policy
from tests.fakes.store import MemoryStore
from tests.unit.app.test_engine import Laptop, losing
from workers.contract import Ok, TrialResult, TrialSpec

PLACE = ("mlp", "loss")
NOW = 1_000.0
IDEA = Subject("/repo/.git", "main", "idea", "head-commit")


def store() -> MemoryStore:
    return MemoryStore(ScriptedPulse(lambda: None).now)


def run(laptop: Laptop, here: Plan, subject: Subject = IDEA) -> Evaluated:
    known = informed(laptop.store, here, subject, {}, laptop.pulse.now())
    done = evaluate(known, laptop.store, laptop.pulse, laptop.ticks.append)
    remember(laptop.store, known, subject, done)
    laptop.pulse.wait()
    return done


def branch(number: int) -> Plan:
    trees = dataclasses.replace(plan().trees, merged_tree=f"tree {number}")
    return plan(trees=trees)


def test_the_first_evaluation_knows_nothing() -> None:
    found = informed(store(), plan(), IDEA, {}, NOW)
    nothing = Knowledge(attempt=1, begun_at=NOW)
    assert dataclasses.replace(found, notes=()) == plan(knowledge=nothing)


def test_later_evaluations_know_what_earlier_ones_showed() -> None:
    laptop = Laptop(losing(0.0))
    done = run(laptop, branch(1))
    other = dataclasses.replace(IDEA, head="another")
    known = informed(laptop.store, branch(2), other, {}, NOW).knowledge
    past = known.history[PLACE]
    seeds = done.verdict.modes[0].look
    assert past.pairs >= seeds
    assert past.trials == past.values >= seeds
    assert past.sd == pytest.approx(0.02, rel=0.8)
    assert past.correlation is not None
    assert informed(laptop.store, branch(3), IDEA, {}, NOW).knowledge.attempt == 2


def test_a_resumed_evaluation_is_judged_by_what_was_known_when_it_began() -> None:
    laptop = Laptop(losing(0.0))
    first = informed(laptop.store, branch(1), IDEA, {}, NOW)
    run(laptop, branch(2))
    assert informed(laptop.store, branch(1), IDEA, {PLACE: 3.0}, 2 * NOW) == first
    assert first.knowledge == Knowledge(attempt=1, begun_at=NOW)


def test_an_evaluation_that_is_run_again_is_remembered_and_counted_once() -> None:
    laptop = Laptop(losing(0.0))
    for _ in range(3):
        run(laptop, branch(1))
    known = informed(laptop.store, branch(2), IDEA, {}, NOW).knowledge
    assert known.attempt == 2
    key = keys(Scene("/repo/.git", policy(), plan().stage, plan().machine), [mode()])[0]
    assert len(laptop.store.past(key)) == 1


def test_branches_are_counted_apart_and_repositories_do_not_mix() -> None:
    laptop = Laptop(losing(0.0))
    run(laptop, branch(1))
    other = dataclasses.replace(IDEA, head="another")
    assert informed(laptop.store, branch(2), other, {}, NOW).knowledge.attempt == 1
    clone = dataclasses.replace(IDEA, repository="/clone/.git")
    known = informed(laptop.store, branch(3), clone, {}, NOW).knowledge
    assert known == Knowledge(attempt=1, begun_at=NOW)


def test_another_machine_knows_nothing_of_this_one() -> None:
    laptop = Laptop(losing(0.0))
    run(laptop, branch(1))
    elsewhere = dataclasses.replace(branch(2), machine="a GPU/an environment")
    assert informed(laptop.store, elsewhere, IDEA, {}, NOW).knowledge.history == {}


AUTO = policy(
    mode("mlp", dataclasses.replace(LOSS, tolerance=AutoTolerance())),
    looks=tuple(range(4, 21)),
)


def calibrated(memory: MemoryStore, sd: float) -> None:
    (key,) = keys(Scene("/repo/.git", AUTO, AUTO.stages[0], plan().machine), AUTO.modes)
    memory.keep_pilot(key, Pilot(20, 1.0, sd))


def test_auto_becomes_an_amount_once_a_calibration_is_known() -> None:
    memory = store()
    calibrated(memory, sd=0.02)
    found = informed(memory, plan(AUTO), IDEA, {}, NOW)
    tolerance = found.modes[0].metrics[0].tolerance
    assert tolerance == AbsoluteTolerance(pytest.approx(0.03))
    assert found.policy == AUTO
    assert found.knowledge.pilots == {PLACE: Pilot(20, 1.0, 0.02)}


def test_auto_without_a_calibration_is_refused_and_not_counted() -> None:
    memory = store()
    with pytest.raises(UserFault, match="no calibration"):
        informed(memory, plan(AUTO), IDEA, {}, NOW)
    calibrated(memory, sd=0.02)
    assert informed(memory, plan(AUTO), IDEA, {}, NOW).knowledge.attempt == 1


def tight(**decision: object) -> Plan:
    return plan(policy(AUTO.modes[0], decision=Decision(**decision)))


def test_a_tolerance_that_the_seeds_cannot_police_is_refused_before_it_begins() -> None:
    memory = store()
    calibrated(memory, sd=0.2)
    with pytest.raises(UserFault, match="too small for 8 seeds"):
        informed(memory, plan(), IDEA, {}, NOW)
    assert memory.pinned(plan().evaluation) is None
    allowed = tight(tolerance_too_small=SmallTolerance.ALLOW)
    assert informed(memory, allowed, IDEA, {}, NOW).knowledge.attempt == 1


def test_a_loss_that_is_shown_is_charged_to_the_branch_that_may_land() -> None:
    """One that blocks lands where somebody accepts it."""
    verdict = Verdict(
        Ruling.PASS,
        (),
        (
            ModeVerdict(
                "mlp",
                Ruling.PASS,
                targeted=True,
                metrics=(
                    metric("loss", Reason.TOLERATED_LOSS, -0.04),
                    metric("error", Reason.NOT_WORSE, -0.04),
                    metric("speed", Reason.TOLERATED_LOSS, None),
                    metric("rank", Reason.HARM_SHOWN, -0.15),
                    undecided("size", Reason.NOT_SHOWN, -0.15),
                ),
                findings=(),
            ),
        ),
    )
    done = dataclasses.replace(run(Laptop(losing(0.0)), plan()), verdict=verdict)
    memory = store()
    remember(memory, plan(), IDEA, done)
    passed, charge, blocked, untold = memory.charges("/repo/.git")
    assert blocked.place == ("mlp", "rank")
    assert blocked.tolerances == pytest.approx(1.5)
    assert (charge.place, charge.tolerances) == (PLACE, pytest.approx(0.4))
    assert (charge.head_commit, charge.merged_tree) == ("head-commit", "merged-tree")
    assert charge.base_commit == plan().trees.base_commit != ""
    assert (passed.place, passed.tolerances) == (("mlp", "error"), 0.0)
    assert (untold.place, untold.tolerances) == (("mlp", "speed"), 0.0)
    remember(
        memory,
        plan(),
        IDEA,
        dataclasses.replace(done, verdict=Verdict(Ruling.PASS, ())),
    )
    assert memory.charges("/repo/.git") == []


def metric(name: str, reason: Reason, d: float | None) -> MetricVerdict:
    shown = MetricVerdict(
        name, LOSS.role, LOSS.direction, LOSS.source.kind, Ruling.PASS
    )
    return dataclasses.replace(shown, reason=reason, d=d, tolerance=0.1)


def undecided(name: str, reason: Reason, d: float) -> MetricVerdict:
    return dataclasses.replace(metric(name, reason, d), state=Ruling.UNDECIDED)


def test_losses_since_the_release_are_pinned_too() -> None:
    memory = store()
    assert informed(memory, plan(), IDEA, {PLACE: 0.7}, NOW).knowledge.lost == {
        PLACE: 0.7
    }
    assert informed(memory, plan(), IDEA, {}, NOW).knowledge.lost == {PLACE: 0.7}


def test_knowledge_survives_as_text_bit_for_bit() -> None:
    third = 1.0 / 3.0
    known = Knowledge(
        history={PLACE: MetricHistory(7, -third, 9, 1e300, 5e-324, None, third, 1)},
        pilots={("mlp", "loss/night"): Pilot(20, third, 0.1 + 0.2, 3)},
        attempt=4,
        lost={PLACE: third},
        baselines={PLACE: Pilot(5, third, third)},
        drift={PLACE: 5.0 + third},
        fresh_from={"mlp": third},
        begun_at=1e9 + third,
    )
    assert load_knowledge(dump_knowledge(known)) == known


def test_knowledge_that_was_kept_without_its_time_is_read() -> None:
    kept = json.loads(dump_knowledge(Knowledge(attempt=2, begun_at=NOW)))
    del kept["begun_at"]
    assert load_knowledge(json.dumps(kept)) == Knowledge(attempt=2)


@pytest.mark.parametrize("text", ["", "[]", '{"v":2}', '{"v":1}', "nonsense"])
def test_knowledge_of_another_version_is_our_own_fault(text: str) -> None:
    with pytest.raises(MachineryFault, match="cannot be read"):
        load_knowledge(text)


def moved(laptop: Laptop, residual: float) -> None:
    """Eight bases whose canaries came out `residual` SDs too high."""
    key = the_key()
    for number in range(8):
        shown = Summary(residual=residual, base_tree=f"base {number}")
        laptop.store.record(f"evaluation {number}", {key: shown})
        laptop.pulse.wait()


def test_canaries_of_an_evaluation_are_kept_for_the_chart_of_drift() -> None:
    laptop = Laptop(losing(0.0))
    run(laptop, branch(1))
    run(laptop, branch(2))
    first, second = laptop.store.past(the_key())
    assert first.residual is None  # nothing was stored to hold it against
    assert second.residual is not None
    assert abs(second.residual) < 4.0
    assert first.base_tree == second.base_tree == "base-tree"


def test_canaries_outside_are_kept_too_although_the_stored_runs_are_gone() -> None:
    laptop = Laptop(losing(0.0))
    run(laptop, branch(1))
    laptop.script = far_off
    run(laptop, branch(2))
    assert (laptop.store.past(the_key())[-1].residual or 0.0) > 2.0


def far_off(spec: TrialSpec) -> TrialResult:
    return TrialResult(Ok(), {"loss": losing(0.0)(spec).metrics["loss"] + 3.0})


def test_a_baseline_that_moved_over_time_is_run_anew_and_that_is_said() -> None:
    laptop = Laptop(losing(0.0))
    run(laptop, branch(1))
    moved(laptop, 1.5)
    done = run(laptop, branch(2))
    assert not [one for one in done.trials if one.cached]
    (said,) = [one for one in done.verdict.findings if one.reason is Reason.DRIFT]
    assert (said.mode, said.metric) == PLACE
    assert said.evidence["threshold"] == 5.0
    after = run(laptop, branch(3))
    assert [one for one in after.trials if one.cached]
    assert Reason.DRIFT not in [one.reason for one in after.verdict.findings]


def test_canaries_that_only_scatter_are_no_drift() -> None:
    laptop = Laptop(losing(0.0))
    moved(laptop, 0.3)
    known = informed(laptop.store, branch(2), IDEA, {}, NOW).knowledge
    assert (known.drift, known.fresh_from) == ({}, {})


def test_branches_on_one_base_count_once_for_drift() -> None:
    laptop = Laptop(losing(0.0))
    for number in range(20):
        shown = Summary(residual=1.5, base_tree="the same", merged_tree=f"{number}")
        laptop.store.record(f"evaluation {number}", {the_key(): shown})
    assert informed(laptop.store, branch(2), IDEA, {}, NOW).knowledge.drift == {}


def test_each_refresh_of_a_base_counts_in_place_of_branches_on_it() -> None:
    laptop = Laptop(losing(0.0))
    judged = Summary(residual=9.0, base_tree="the same", merged_tree="a branch")
    unknown = Summary(base_tree="the same")
    for number, shown in enumerate([judged, unknown, judged]):
        laptop.store.record(f"other {number}", {the_key(): shown})
    for number in range(20):
        shown = Summary(residual=0.8, base_tree="the same")
        laptop.store.record(f"refresh {number}", {the_key(): shown})
    drift = informed(laptop.store, branch(2), IDEA, {}, NOW).knowledge.drift
    assert drift == {PLACE: pytest.approx(17 * 0.3)}


def test_a_branch_does_not_choose_its_own_test() -> None:
    laptop = Laptop(losing(0.0))
    run(laptop, branch(1))
    again = dataclasses.replace(branch(1), targeted=frozenset({"mlp"}))
    pushed, renamed = branch(2), dataclasses.replace(IDEA, head="another name")
    known = [
        informed(laptop.store, here, who, {}, NOW).knowledge.history
        for here, who in ((again, IDEA), (pushed, IDEA), (again, renamed))
    ]
    assert known == [{}, {}, {}]
    other = dataclasses.replace(IDEA, head="another")
    assert PLACE in informed(laptop.store, branch(3), other, {}, NOW).knowledge.history


def part(number: int, **left: object) -> Plan:
    """A part of the plan, which can never pass."""
    return dataclasses.replace(branch(number), narrowed=("some of it",), **left)


def parts(number: int) -> Iterator[tuple[Plan, Subject]]:
    """The whole of a plan of two modes and two stages, and what may be run of it."""
    stages = (policy().stages[0], dataclasses.replace(policy().stages[0], name="full"))
    rule = policy(mode("mlp"), mode("cnn"), stages=stages)
    fast = dataclasses.replace(branch(number), policy=rule, modes=rule.modes)
    whose = dataclasses.replace(IDEA, begins=stages[0])
    for less in ({}, {"narrowed": ("the other stage",)}, {"max_seeds": 4}):
        for stage in stages:
            for modes in (rule.modes, rule.modes[:1], rule.modes[1:]):
                some = dataclasses.replace(fast, stage=stage, modes=modes, **less)
                yield some, whose


def test_all_parts_of_a_plan_and_the_whole_of_it_are_one_attempt() -> None:
    for order in (1, -1):
        memory = store()
        for number in (1, 2):
            for some, whose in list(parts(number))[::order]:
                known = informed(memory, some, whose, {}, NOW).knowledge
                assert known.attempt == number
        for some, whose in parts(1):
            assert informed(memory, some, whose, {}, NOW).knowledge.attempt == 1


def test_a_part_that_is_run_after_another_head_belongs_to_its_own_attempt() -> None:
    memory = store()
    informed(memory, part(1, max_seeds=4), IDEA, {}, NOW)
    informed(memory, branch(2), IDEA, {}, NOW)
    assert informed(memory, branch(1), IDEA, {}, NOW).knowledge.attempt == 1
    assert informed(memory, branch(3), IDEA, {}, NOW).knowledge.attempt == 3


def test_a_peek_at_a_part_of_each_head_gives_none_of_them_a_free_chance() -> None:
    once = policy(decision=Decision(attempts=1))
    laptop = Laptop(losing(0.0))
    for number in (1, 2):
        peek = dataclasses.replace(part(number), policy=once)
        for here in (peek, dataclasses.replace(peek, narrowed=())):
            done = run(laptop, here)
            told = [one.reason for one in done.verdict.findings]
            assert (Reason.ATTEMPTS_SPENT in told) == (number == 2)
            seen = [one for one in done.trials if one.arm == Branch()]
            assert bool(seen) == (number == 1)


def test_a_whole_finds_what_its_part_has_run_and_is_judged_by_what_was_known() -> None:
    laptop = Laptop(losing(0.0))
    seen = run(laptop, part(1))
    run(laptop, branch(2), dataclasses.replace(IDEA, head="another"))
    whole = run(laptop, branch(1))
    assert compared(whole) == compared(seen)
    known = informed(laptop.store, branch(1), IDEA, {}, NOW).knowledge
    assert known.history == {}


def targeting(number: int) -> Plan:
    """The branch with `/gate target mode=mlp`: another evaluation of the same."""
    return dataclasses.replace(branch(number), targeted=frozenset({"mlp"}))


def telling_apart(number: int, *names: str) -> Plan:
    """The branch with `/gate ablate`, of some changes by name or of all."""
    changes = tuple(
        PlannedChange(Change(one, one, (one,), (one,)), f"not {one}", f"only {one}")
        for one in ("first", "second")
    )
    return dataclasses.replace(branch(number), changes=changes, apart=names)


def test_orders_about_the_same_head_and_base_are_counted_once() -> None:
    memory = store()
    orders = [
        telling_apart(1, "first"),
        branch(1),
        telling_apart(1),
        targeting(1),
        dataclasses.replace(telling_apart(1), targeted=frozenset({"mlp"})),
    ]
    assert len({one.evaluation for one in orders}) == len(orders)
    counts = [informed(memory, one, IDEA, {}, NOW).knowledge.attempt for one in orders]
    assert counts == [1] * len(orders)
    assert informed(memory, targeting(2), IDEA, {}, NOW).knowledge.attempt == 2
    assert informed(memory, branch(2), IDEA, {}, NOW).knowledge.attempt == 2
    assert informed(memory, telling_apart(1), IDEA, {}, NOW).knowledge.attempt == 1


def chances() -> Iterator[tuple[str, Plan]]:
    """What makes other trials of the same branch, or another test of them."""
    first = branch(1)
    rebased = dataclasses.replace(first.trees, base_commit="a later commit")
    other_base = dataclasses.replace(first.trees, base_tree="another tree")
    other_rule = dataclasses.replace(policy(), sha256="another text")
    yield "another head", branch(2)
    yield "the base has moved", dataclasses.replace(first, trees=rebased)
    yield "another tree of the base", dataclasses.replace(first, trees=other_base)
    yield "another policy", dataclasses.replace(first, policy=other_rule)
    yield "another machine", dataclasses.replace(first, machine="a GPU")
    yield "other seeds", dataclasses.replace(first, pool="another branch")
    yield "other seeds by secret", dataclasses.replace(first, secret="another")
    later = dataclasses.replace(first.stage, name="full")
    yield "another stage", dataclasses.replace(first, stage=later)
    release = Pinned("v2", "tree of v2")
    yield "another release", dataclasses.replace(telling_apart(1), anchor=release)


@pytest.mark.parametrize(
    "again", [pytest.param(one, id=name) for name, one in chances()]
)
def test_whatever_makes_other_trials_or_another_test_counts(again: Plan) -> None:
    memory = store()
    informed(memory, branch(1), IDEA, {}, NOW)
    informed(memory, targeting(1), IDEA, {}, NOW)
    assert informed(memory, again, IDEA, {}, NOW).knowledge.attempt == 2


def test_what_looks_again_is_judged_by_what_was_known_the_first_time() -> None:
    laptop = Laptop(losing(0.0))
    first = informed(laptop.store, branch(1), IDEA, {PLACE: 0.5}, NOW)
    run(laptop, branch(2), dataclasses.replace(IDEA, head="another"))
    for look in (foreseen, informed, foreseen):
        later = look(laptop.store, targeting(1), IDEA, {PLACE: 3.0}, 2 * NOW)
        assert later.knowledge == first.knowledge
    fresh = informed(laptop.store, branch(3), IDEA, {}, NOW).knowledge
    assert fresh.attempt == 2
    assert PLACE in fresh.history


def test_branches_with_one_comparison_are_counted_apart() -> None:
    memory = store()
    other = dataclasses.replace(IDEA, head="another")
    informed(memory, branch(1), IDEA, {}, NOW)
    informed(memory, branch(2), other, {}, NOW)
    assert informed(memory, targeting(1), other, {}, NOW).knowledge.attempt == 2


def test_a_part_of_the_plan_spares_nobody_the_count_of_the_whole() -> None:
    memory = store()
    informed(memory, branch(1), IDEA, {}, NOW)
    assert informed(memory, part(2), IDEA, {}, NOW).knowledge.attempt == 2
    assert informed(memory, telling_apart(2), IDEA, {}, NOW).knowledge.attempt == 2


def pinned_of_old(memory: MemoryStore, here: Plan) -> Knowledge:
    """Begun by a version that pinned the evaluation alone, and counted it by its id."""
    at = memory.attempt(here.evaluation, IDEA.repository, IDEA.base, IDEA.head)
    known = Knowledge(attempt=at, lost={PLACE: 0.5})
    memory.pin(here.evaluation, dump_knowledge(known))
    return known


def test_what_an_earlier_version_began_is_gone_on_with_and_counted_once() -> None:
    memory = store()
    known = pinned_of_old(memory, branch(1))
    for here in (branch(1), targeting(1), telling_apart(1)):
        assert informed(memory, here, IDEA, {}, NOW).knowledge == known
    few = part(1, max_seeds=4)
    assert informed(memory, few, IDEA, {}, NOW).knowledge.attempt == 1
    assert informed(memory, branch(2), IDEA, {}, NOW).knowledge.attempt == 2


def compared(done: Evaluated) -> dict[tuple[str, int], str]:
    """Which trial of base and branch stood in which place."""
    return {(label(one.arm), one.position): one.key for one in done.trials}


def test_however_late_what_looks_again_finds_the_trials_that_were_judged() -> None:
    rules = policy(baseline=BaselineRule(max_age_s=500.0))

    def aged(number: int, **changes: object) -> Plan:
        return dataclasses.replace(branch(number), policy=rules, **changes)

    laptop = Laptop(losing(0.0))
    run(laptop, aged(1), dataclasses.replace(IDEA, head="another"))
    first = run(laptop, aged(2))
    assert [one for one in first.trials if one.cached]
    for _ in range(1_000):
        laptop.pulse.wait()
    again = run(laptop, aged(2, targeted=frozenset({"mlp"})))
    assert compared(again) == compared(first)
    assert all(one.cached for one in again.trials)
    resumed = run(laptop, aged(2))
    assert compared(resumed) == compared(first)
    assert not [one for one in run(laptop, aged(3)).trials if one.cached]


def test_stored_runs_that_were_set_aside_serve_none_that_looks_again() -> None:
    laptop = Laptop(losing(0.0))
    run(laptop, branch(1), dataclasses.replace(IDEA, head="another"))
    laptop.script = far_off
    first = run(laptop, branch(2))
    assert [
        one for one in first.verdict.findings if one.reason is Reason.CANARY_OUTSIDE
    ]
    again = run(laptop, targeting(2))
    assert compared(again) == compared(first)
    assert again.verdict.modes[0].metrics == first.verdict.modes[0].metrics


def test_all_earlier_runs_of_this_baseline_are_known() -> None:
    laptop = Laptop(losing(0.0))
    done = run(laptop, branch(1))
    known = informed(laptop.store, branch(2), IDEA, {}, NOW).knowledge
    assert known.baselines[PLACE].n == len([t for t in done.trials if t.finished]) / 2
    elsewhere = dataclasses.replace(branch(2).trees, base_tree="another tree")
    moved_on = dataclasses.replace(branch(2), trees=elsewhere)
    assert informed(laptop.store, moved_on, IDEA, {}, NOW).knowledge.baselines == {}


def test_runs_that_were_dropped_and_gave_the_same_again_are_counted_once() -> None:
    laptop = Laptop(losing(0.0))
    run(laptop, branch(1), dataclasses.replace(IDEA, head="another"))

    def far_off_at_first(spec: TrialSpec) -> TrialResult:
        return (losing(0.0) if spec.replicate else far_off)(spec)

    laptop.script = far_off_at_first
    run(laptop, branch(2))
    again = {
        one.seed for one in laptop.ran if one.replicate and one.arm == label(Baseline())
    }
    assert again
    known = informed(laptop.store, branch(3), IDEA, {}, NOW).knowledge
    seeds = {one.seed for one in laptop.ran if one.arm == label(Baseline())}
    assert known.baselines[PLACE].n == len(seeds)


def test_a_dropped_seed_that_gave_another_value_is_counted_again() -> None:
    laptop = Laptop(losing(0.0))
    run(laptop, branch(1), dataclasses.replace(IDEA, head="another"))
    laptop.script = far_off
    run(laptop, branch(2))
    known = informed(laptop.store, branch(3), IDEA, {}, NOW).knowledge
    runs = [one for one in laptop.ran if one.arm == label(Baseline())]
    assert known.baselines[PLACE].n == len(runs) > len({one.seed for one in runs})


def test_the_plan_says_how_often_a_clean_branch_is_stopped() -> None:
    notes = informed(store(), plan(), IDEA, {}, NOW).notes
    assert [one.reason for one in notes] == [Reason.CHANCE_OF_STOP]
    assert 0.0 < notes[0].evidence["chance"] < 0.5


def the_key() -> MetricKey:
    return keys(Scene("/repo/.git", policy(), plan().stage, plan().machine), [mode()])[
        0
    ]
