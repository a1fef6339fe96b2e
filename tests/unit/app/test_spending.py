"""What an evaluation has cost, however often it was judged."""

from dataclasses import replace

import pytest

from bot.app.engine import Evaluated
from bot.app.spending import so_far
from bot.domain.plan import Plan
from bot.domain.verdict import Cost
from tests.fakes.policies import plan
from tests.unit.app.test_engine import Laptop, losing


def judged(laptop: Laptop, here: Plan) -> Evaluated:
    done = laptop.evaluate(here)
    laptop.pulse.wait()
    return done


def test_the_first_time_it_is_what_that_cost() -> None:
    first = judged(Laptop(losing(0.0)), plan())
    assert first.cost.trials_run > 0
    assert so_far(first.trials, first.cost, Cost()) == first.cost


def test_judged_again_from_what_is_stored_it_costs_only_the_time() -> None:
    laptop = Laptop(losing(0.0))
    before = judged(laptop, plan()).cost
    again = judged(laptop, plan())
    assert (again.cost.trials_run, again.cost.cpu_hours) == (0, 0.0)
    whole = so_far(again.trials, replace(again.cost, elapsed_s=2.5), before)
    assert whole == replace(before, elapsed_s=before.elapsed_s + 2.5)


def test_what_ran_before_a_stop_is_paid_although_no_report_told_of_it() -> None:
    laptop = Laptop(losing(0.0))
    whole = judged(laptop, plan()).cost
    again = judged(laptop, plan())
    told = so_far(again.trials, again.cost, Cost())
    assert told.trials_run == whole.trials_run
    assert told.cpu_hours == pytest.approx(whole.cpu_hours)


def test_what_another_evaluation_asked_for_first_is_not_paid_twice() -> None:
    laptop = Laptop(losing(0.0))
    first = judged(laptop, plan())
    again = judged(laptop, plan(targeted=frozenset({"mlp"})))
    told = so_far(again.trials, again.cost, Cost())
    assert (told.trials_run, told.cpu_hours) == (0, 0.0)
    assert told.trials_reused == first.cost.trials_run


def test_what_was_cancelled_adds_up_and_a_trial_of_two_arms_counts_once() -> None:
    laptop = Laptop(losing(0.0))
    first = judged(laptop, plan())
    now, before = replace(first.cost, trials_cancelled=1), Cost(trials_cancelled=2)
    told = so_far((*first.trials, *first.trials), now, before)
    assert told.trials_cancelled == 3
    assert told.trials_run == first.cost.trials_run
