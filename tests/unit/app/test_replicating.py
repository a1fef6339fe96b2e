"""Further runs of a baseline, ahead of the branches that will need them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import pytest

from bot.app.informing import Subject, scene_of
from bot.app.replicating import Base, first_places, refresh, refreshing, warm
from bot.domain.errors import MachineryFault
from bot.domain.history import Summary
from bot.domain.past import keys
from bot.domain.plan import Plan
from bot.domain.policy import BaselineRule
from tests.fakes.policies import mode, plan, policy
from tests.unit.app.test_engine import Laptop, losing
from workers.contract import Infra, InfraReason, TrialResult, TrialSpec

SUBJECT = Subject("github:7", "main", "", "")


@dataclass
class Holder:
    held: list[str] = field(default_factory=list)

    @contextmanager
    def hold(self, name: str) -> Iterator[None]:
        self.held.append(name)
        yield


def base(laptop: Laptop, here: Plan | None = None) -> Base:
    return Base(here or plan(), SUBJECT, laptop.store, laptop.pulse, Holder().hold)


def test_half_of_the_first_look_is_run_ahead_on_the_shared_seeds() -> None:
    laptop = Laptop(losing(0.0))
    assert warm(base(laptop), lambda: True)
    assert first_places(plan()) == (1, 3)
    assert {one.arm for one in laptop.ran} == {"baseline"}
    assert len(laptop.ran) == 2
    assert warm(base(laptop), lambda: False)
    assert len(laptop.ran) == 2


def test_nothing_is_run_ahead_while_somebody_waits() -> None:
    laptop = Laptop(losing(0.0))
    assert not warm(base(laptop), lambda: False)
    assert laptop.ran == []


def test_what_runs_since_before_a_restart_is_gone_on_with_though_somebody_waits() -> (
    None
):
    before, laptop, holder = Laptop(losing(0.0)), Laptop(losing(0.0)), Holder()
    warm(replace(base(before), hold=holder.hold), lambda: True)
    (name,) = holder.held
    laptop.store.want(name, before.ran[:1])
    assert not warm(base(laptop), lambda: False)
    assert laptop.ran == before.ran[:1]


def test_a_refresh_that_runs_since_before_a_restart_is_known() -> None:
    before, laptop, holder = Laptop(losing(0.0)), Laptop(losing(0.0)), Holder()
    refresh(replace(base(before), hold=holder.hold), "first")
    (name,) = holder.held
    laptop.store.want(name, before.ran[:1])
    assert refreshing(base(laptop), "first")
    assert not refreshing(base(laptop), "second")
    refresh(base(laptop), "first")
    assert not refreshing(base(laptop), "first")


def test_a_refresh_adds_runs_of_other_seeds_and_repeats_none() -> None:
    laptop = Laptop(losing(0.0))
    warm(base(laptop), lambda: True)
    first = refresh(base(laptop), "first")
    assert (first.runs, len(laptop.ran)) == (2, 4)
    assert refresh(base(laptop), "first") == first
    assert len(laptop.ran) == 4
    assert refresh(base(laptop), "second").runs == 2
    assert len({one.seed for one in laptop.ran}) == 6
    (loss,) = first.added
    assert (len(loss.before), len(loss.after)) == (2, 2)


def test_runs_that_are_too_old_get_a_replicate_on_their_own_seed() -> None:
    laptop = Laptop(losing(0.0))
    warm(base(laptop), lambda: True)
    aged = plan(policy(baseline=BaselineRule(max_age_s=-1.0)))
    refresh(base(laptop, aged), "later")
    before, after = laptop.ran[:2], laptop.ran[2:]
    assert [one.seed for one in before] == [one.seed for one in after]
    assert {one.replicate for one in after} == {1}


def test_a_refresh_counts_no_seed_again_that_gives_the_value_it_had() -> None:
    laptop = Laptop(losing(0.0))
    warm(base(laptop), lambda: True)
    aged = plan(policy(baseline=BaselineRule(max_age_s=-1.0)))
    (told,) = refresh(base(laptop, aged), "later").added
    assert len(told.after) == 2
    (key,) = keys(scene_of(plan(), SUBJECT), plan().modes)
    first, second = (one.baseline for one in laptop.store.past(key))
    assert (first.trials, first.n) == (2, 2)
    assert (second.trials, second.n) == (2, 0)


def test_what_was_run_ahead_is_known_to_later_evaluations() -> None:
    laptop = Laptop(losing(0.0))
    warm(base(laptop), lambda: True)
    refresh(base(laptop), "first")
    (key,) = keys(scene_of(plan(), SUBJECT), plan().modes)
    first, second = laptop.store.past(key)
    assert (first.baseline.trials, second.baseline.trials) == (2, 2)
    assert first.residual is None
    assert second.residual is not None
    assert second.base_tree == "base-tree"


def test_a_baseline_that_moved_is_told_of() -> None:
    laptop = Laptop(losing(0.0))
    (key,) = keys(scene_of(plan(), SUBJECT), plan().modes)
    for number in range(4):
        far = Summary(residual=4.0, base_tree=f"tree {number}")
        laptop.store.record(f"evaluation {number}", {key: far})
    (moved,) = refresh(base(laptop), "first").moved
    assert moved.place == key.place
    assert moved.cusum > moved.threshold


def far_off(spec: TrialSpec) -> TrialResult:
    return replace(losing(0.0)(spec), metrics={"loss": 9.0})


def test_each_refresh_is_held_against_all_before_it_until_the_baseline_moves() -> None:
    laptop = Laptop(losing(0.0))
    for number in range(6):
        assert refresh(base(laptop), f"{number}").moved == ()
    laptop.script = far_off
    found = refresh(base(laptop), "after a change of the driver")
    assert [one.place for one in found.moved] == [("mlp", "loss")]
    assert len(found.added[0].before) == 12


def test_runs_from_before_the_baseline_was_counted_anew_serve_no_more() -> None:
    laptop = Laptop(losing(0.0))
    refresh(base(laptop), "before")
    (key,) = keys(scene_of(plan(), SUBJECT), plan().modes)
    anew = Summary(base_tree="base-tree", restarted_at=laptop.pulse.now() + 1.0)
    laptop.store.record("an evaluation that found it", {key: anew})
    (loss,) = refresh(base(laptop), "after").added
    assert (loss.before, len(loss.after)) == ((), 2)
    assert {one.replicate for one in laptop.ran[2:]} == {1}
    assert laptop.store.past(key)[-1].baseline.n == 2  # what it had counts no more


def test_a_policy_that_shares_nothing_gets_nothing_added() -> None:
    laptop = Laptop(losing(0.0))
    own = plan(policy(baseline=BaselineRule(cached_share=0.0)))
    assert warm(base(laptop, own), lambda: True)
    assert refresh(base(laptop, own), "first").runs == 0
    assert laptop.ran == []


def test_a_run_that_a_machine_lost_is_no_answer() -> None:
    honest = losing(0.0)

    def lost(spec: TrialSpec) -> TrialResult:
        gone = Infra(InfraReason.NODE_LOST, "the node went away")
        return replace(honest(spec), outcome=gone)

    with pytest.raises(MachineryFault, match="the node went away"):
        refresh(base(Laptop(lost)), "first")


def test_modes_without_a_baseline_are_left_out() -> None:
    laptop = Laptop(losing(0.0))
    here = plan(policy(mode("mlp")))
    bare = replace(here, modes=())
    assert refresh(base(laptop, bare), "first").runs == 0
