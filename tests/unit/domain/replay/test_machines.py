"""Arms that mix machines or settings are noticed, and never averaged."""

import dataclasses
from collections.abc import Sequence

import pytest

from bot.domain.policy import Role
from bot.domain.replay import Comparisons, Run
from bot.domain.verdict import Reason, Ruling
from tests.unit.domain.replay.past import (
    LOSS,
    TIME,
    found,
    metric,
    numbered,
    once,
    rules,
    runs,
)
from workers.contract import MetricSource, SourceKind


def told(many: Sequence[Run], **values: object) -> tuple[Run, ...]:
    return tuple(
        dataclasses.replace(one, values={**one.values, **values}) for one in many
    )


def on(many: Sequence[Run], *nodes: str) -> tuple[Run, ...]:
    return tuple(
        dataclasses.replace(one, node=nodes[at % len(nodes)])
        for at, one in enumerate(many)
    )


SLOW = runs(time=830.0)
MIXED = (*runs(5, time=99.0), *SLOW[:3])


def test_a_branch_that_ran_on_two_machines_is_not_judged_on_its_mean_time() -> None:
    one = once(rules(), MIXED, runs())
    (mix,) = one.mixed
    assert (mix.reason, mix.state) == (Reason.MIXED_MACHINES, Ruling.UNDECIDED)
    assert (mix.evidence["arm"], mix.evidence["what"]) == ("branch", "time_s")
    assert (mix.evidence["n"], mix.evidence["n_high"]) == (8, 3)
    assert mix.metric == "time_s"
    assert one.left_out == ("time_s",)
    assert one.state is Ruling.UNDECIDED
    assert not one.decided
    assert (one.saved, one.agrees, one.at_once) == (0, None, None)


def test_what_does_not_measure_the_machine_is_still_shown() -> None:
    one = once(rules(), MIXED, runs())
    assert found(one, "loss").reason is Reason.TARGET_SHOWN


def test_what_does_not_measure_the_machine_can_still_block() -> None:
    worse = (*runs(5, loss=3.3, time=99.0), *runs(3, loss=3.3, time=830.0))
    assert once(rules(), worse, runs()).state is Ruling.BLOCK


def test_a_baseline_that_ran_on_two_machines_is_noticed_too() -> None:
    (mix,) = once(rules(), runs(), MIXED).mixed
    assert mix.evidence["arm"] == "baseline"


def test_both_arms_are_named_where_both_are_mixed() -> None:
    arms = [mix.evidence["arm"] for mix in once(rules(), MIXED, MIXED).mixed]
    assert arms == ["baseline", "branch"]


def test_arms_of_different_machines_are_not_compared() -> None:
    one = once(rules(), runs(time=79.0), runs(time=594.0))
    (mix,) = one.mixed
    assert mix.evidence["arm"] == "baseline and branch"
    assert mix.evidence["low"] == pytest.approx(79.0, abs=0.1)
    assert mix.evidence["n_high"] == 8
    assert one.state is Ruling.UNDECIDED


def test_where_nothing_fair_is_left_nothing_is_judged() -> None:
    one = once(rules(TIME), MIXED, runs())
    assert one.verdict is None
    assert (one.state, one.used, one.given) == (Ruling.UNDECIDED, 0, 16)


def test_time_that_no_metric_judges_is_noticed_all_the_same() -> None:
    one = once(rules(LOSS), MIXED)
    (mix,) = one.mixed
    assert (mix.metric, mix.evidence["what"]) == (None, "time_s")
    assert found(one, "loss").reason is Reason.TARGET_SHOWN
    assert one.state is Ruling.UNDECIDED


def test_a_limit_needs_no_mean_and_is_judged_on_mixed_runs() -> None:
    limit = dataclasses.replace(metric("time_s", Role.LIMIT), maximum=600.0)
    one = once(rules(LOSS, limit), MIXED[::-1])
    assert (one.state, len(one.mixed)) == (Ruling.BLOCK, 1)


def test_what_the_node_measured_is_watched_whatever_its_name() -> None:
    source = MetricSource("cost", SourceKind.WALL_CLOCK)
    cost = dataclasses.replace(TIME, name="cost", source=source)
    costly = tuple(
        Run({"loss": 3.27, "cost": one.values["time_s"], "steps": 1}) for one in MIXED
    )
    (mix,) = once(rules(LOSS, cost), costly, costly[:5]).mixed
    assert mix.evidence["what"] == "cost"


def test_two_groups_of_losses_are_an_outcome_and_no_mixture() -> None:
    diverged = (*runs(4), *runs(4, loss=9.0))
    assert once(rules(), diverged, runs()).mixed == ()


def test_which_fields_measure_the_machine_can_be_said() -> None:
    nothing = Comparisons((), timed=())
    assert once(rules(), MIXED, runs(), reading=nothing).mixed == ()
    odd = told(runs(4), cost=1.0) + told(runs(4), cost=9.0)
    said = Comparisons((), timed=("cost",))
    (mix,) = once(rules(), odd, runs(), reading=said).mixed
    assert mix.evidence["what"] == "cost"


def test_a_failed_run_has_no_time_that_could_be_mixed() -> None:
    failed = dataclasses.replace(SLOW[0], failed="timeout")
    assert once(rules(), (*runs(7), failed), runs()).mixed == ()


def test_an_arm_of_two_settings_is_no_arm() -> None:
    two = (*runs(4), *told(runs(4), steps=1490))
    one = once(rules(), two, runs())
    (mix,) = one.mixed
    assert (mix.evidence["what"], mix.evidence["values"]) == ("steps", (1480, 1490))
    assert one.left_out == ("loss", "time_s")
    assert one.verdict is None


def test_a_setting_may_differ_between_the_arms() -> None:
    fewer = told(runs(loss=3.27, time=90.0), steps=1400)
    assert once(rules(), fewer, runs()).mixed == ()


def test_one_setting_written_in_two_ways_is_one_setting() -> None:
    same = (*told(runs(4, time=99.0), steps=1480.0), *runs(4, time=99.0))
    assert once(rules(), same, runs()).mixed == ()


def test_which_settings_are_the_same_in_an_arm_can_be_said() -> None:
    two = (*runs(4), *told(runs(4), steps=1490))
    free = Comparisons((), constant=())
    assert once(rules(), two, runs(), reading=free).mixed == ()


def test_nodes_that_differ_inside_an_arm_are_noticed() -> None:
    one = once(rules(), on(runs(time=99.0), "a", "b"), on(runs(), "a"))
    (mix,) = one.mixed
    assert (mix.evidence["arm"], mix.evidence["what"]) == ("branch", "node")
    assert (mix.evidence["values"], mix.evidence["n"]) == (("a", "b"), 8)
    assert one.left_out == ("time_s",)


def test_arms_on_different_nodes_are_noticed() -> None:
    (mix,) = once(rules(), on(runs(), "b"), on(runs(6), "a")).mixed
    assert (mix.evidence["arm"], mix.evidence["n"]) == ("baseline and branch", 14)


def test_arms_on_one_node_or_on_nodes_that_nobody_knows_are_fine() -> None:
    assert once(rules(), on(runs(), "a"), on(runs(), "a")).mixed == ()
    assert once(rules(), on(runs(), "a"), runs()).mixed == ()


def test_seeds_that_ran_both_arms_on_one_node_are_blocks_and_fine() -> None:
    old, new = numbered(runs()), numbered(runs(time=99.0))
    assert once(rules(), on(new, "a", "b"), on(old, "a", "b")).mixed == ()
    crossed = once(rules(), on(new, "a", "b"), on(old, "b", "a"))
    assert [mix.evidence["what"] for mix in crossed.mixed] == ["node", "node"]
