"""What every store promises: the database one and the one in memory alike."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from bot.adapters.store import SqlStore, postgres_url, sqlite_url
from bot.app.ports import LATEST
from bot.domain.history import (
    ArmSums,
    Charge,
    MetricKey,
    Pilot,
    StagePair,
    Summary,
)
from bot.domain.verdict import Forecast
from tests.fakes.store import MemoryStore
from workers.contract import (
    Attempt,
    Failed,
    FailureReason,
    Infra,
    InfraReason,
    Node,
    Ok,
    Outcome,
    Point,
    Progress,
    TrialResult,
    TrialSpec,
    TrialState,
)

AnyStore = SqlStore | MemoryStore


@dataclass
class Clock:
    """Time that moves only when a test says so."""

    seconds: float = field(default=1_000.0)

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["sqlite", "postgresql", "memory"])
def store(
    request: pytest.FixtureRequest, tmp_path: Path, clock: Clock
) -> Iterator[AnyStore]:
    if request.param == "memory":
        yield MemoryStore(clock)
        return
    url = sqlite_url(tmp_path / "store.sqlite")
    if request.param == "postgresql":
        url = postgres_url(request.getfixturevalue("database_url"))
    opened = SqlStore(url, clock)
    yield opened
    opened.close()


def spec(key: str, machine: str = "") -> TrialSpec:
    return TrialSpec(
        key=key,
        objects="/repo/.git",
        tree="4b825dc642cb6eb9a060e54bf8d69288fbee4904",
        arm="baseline",
        mode="mlp",
        stage="fast",
        seed=7,
        argv=("python", "train.py"),
        metrics=(),
        machine=machine,
    )


def specs(keys: str) -> list[TrialSpec]:
    return [spec(key) for key in keys]


def result(outcome: Outcome | None = None) -> TrialResult:
    return TrialResult(outcome or Ok(), {"loss": 0.25})


LOST = result(Infra(InfraReason.NODE_LOST, "The node died."))
CRASHED = result(Failed(FailureReason.EXCEPTION, "It ended with status 1."))


def claimed(store: AnyStore, limit: int = 100) -> list[Attempt]:
    return [claim.attempt for claim in store.claim(limit)]


def state(store: AnyStore, key: str) -> TrialState:
    return store.find([key])[key].state


def test_a_wanted_trial_is_queued_for_its_first_attempt(store: AnyStore) -> None:
    store.want("one", specs("a"))
    found = store.find(["a", "unknown"])
    assert list(found) == ["a"]
    assert found["a"].spec == spec("a")
    assert found["a"].state is TrialState.QUEUED
    assert (found["a"].attempt, found["a"].evaluation) == (1, "one")
    assert found["a"].result is None


def test_trials_are_claimed_in_the_order_wanted(store: AnyStore) -> None:
    store.want("one", specs("zay"))
    store.want("two", specs("bx"))
    assert [claim.spec.key for claim in store.claim(4)] == list("zayb")
    assert [claim.spec.key for claim in store.claim(4)] == ["x"]
    assert list(store.claim(4)) == []


def test_wanting_twice_changes_nothing(store: AnyStore) -> None:
    store.want("one", specs("aab"))
    first = store.claim(1)[0].attempt
    store.want("one", specs("ab"))
    assert state(store, "a") is TrialState.RESERVED
    assert claimed(store) == [Attempt("b", 1)]
    assert store.finish(first, result())
    store.want("one", specs("a"))
    assert state(store, "a") is TrialState.OK


def test_two_evaluations_share_one_trial(store: AnyStore) -> None:
    store.want("one", specs("a"))
    store.want("two", specs("a"))
    assert claimed(store) == [Attempt("a", 1)]
    assert store.find(["a"])["a"].evaluation == "one"
    store.cancel("one", ["a"])
    assert state(store, "a") is TrialState.RESERVED
    assert list(store.cancelled()) == []
    store.cancel("two", ["a"])
    assert state(store, "a") is TrialState.CANCELLED


def test_a_result_is_stored_once_and_for_good(store: AnyStore, clock: Clock) -> None:
    store.want("one", specs("a"))
    (attempt,) = claimed(store)
    clock.seconds = 1_050.0
    assert store.finish(attempt, result())
    assert not store.finish(attempt, CRASHED)
    store.cancel("one", ["a"])
    found = store.find(["a"])["a"]
    assert (found.state, found.finished_at) == (TrialState.OK, 1_050.0)
    assert found.result == result()


def test_a_failure_is_a_result_and_is_not_tried_again(store: AnyStore) -> None:
    store.want("one", specs("a"))
    store.finish(claimed(store)[0], CRASHED)
    store.want("two", specs("a"))
    assert state(store, "a") is TrialState.FAILED
    assert claimed(store) == []


def test_a_claimed_trial_moves_on_and_never_back(store: AnyStore) -> None:
    store.want("one", specs("a"))
    (attempt,) = claimed(store)
    assert store.advance(attempt, TrialState.RUNNING)
    assert store.advance(attempt, TrialState.PREPARING)
    assert state(store, "a") is TrialState.RUNNING
    assert store.advance(attempt, TrialState.COLLECTING)
    assert state(store, "a") is TrialState.COLLECTING


@pytest.mark.parametrize("wrong", [TrialState.QUEUED, TrialState.OK])
def test_an_attempt_can_only_advance_to_states_of_running(
    store: AnyStore, wrong: TrialState
) -> None:
    store.want("one", specs("a"))
    with pytest.raises(ValueError, match=wrong):
        store.advance(claimed(store)[0], wrong)


def test_an_old_attempt_has_no_say(store: AnyStore) -> None:
    store.want("one", specs("a"))
    (old,) = claimed(store)
    store.recover()
    (new,) = claimed(store)
    store.progress(old, Progress(9.0))
    assert not store.advance(old, TrialState.RUNNING)
    assert not store.finish(old, result())
    found = store.find(["a"])["a"]
    assert (found.state, found.attempt) == (TrialState.RESERVED, new.number)
    assert (found.result, found.progress) == (None, None)


def test_an_attempt_that_was_never_claimed_has_no_say(store: AnyStore) -> None:
    store.want("one", specs("a"))
    assert not store.finish(Attempt("a", 1), result())
    assert not store.advance(Attempt("nowhere", 1), TrialState.RUNNING)
    assert state(store, "a") is TrialState.QUEUED


def test_the_latest_progress_is_kept(store: AnyStore) -> None:
    store.want("one", specs("a"))
    (attempt,) = claimed(store)
    store.progress(attempt, Progress(1.0, {"loss": Point(1, 0.5)}))
    store.progress(attempt, Progress(2.0, {"loss": Point(2, 0.1)}))
    seen = store.find(["a"])["a"].progress
    assert seen == Progress(2.0, {"loss": Point(2, 0.1)})


def test_a_lost_trial_is_tried_three_times_with_growing_pauses(
    store: AnyStore, clock: Clock
) -> None:
    store.want("one", specs("ab"))
    store.finish(store.claim(1)[0].attempt, LOST)
    assert claimed(store) == [Attempt("b", 1)]
    assert state(store, "a") is TrialState.QUEUED
    clock.seconds += 2.0
    (second,) = claimed(store)
    assert second == Attempt("a", 2)
    store.finish(second, LOST)
    clock.seconds += 7.9
    assert claimed(store) == []
    clock.seconds += 0.2
    (third,) = claimed(store)
    assert store.finish(third, LOST)
    found = store.find(["a"])["a"]
    assert (found.state, found.attempt) == (TrialState.INFRA, 3)
    assert found.result == LOST


def test_what_no_node_can_ever_run_is_not_tried_again(store: AnyStore) -> None:
    store.want("one", specs("a"))
    sentence = "It asks for 2 GPUs, the cluster has 0."
    never = result(Infra(InfraReason.PLACEMENT, sentence))
    assert store.finish(claimed(store)[0], never)
    assert state(store, "a") is TrialState.INFRA


def test_a_lost_trial_that_is_wanted_again_has_three_new_tries(
    store: AnyStore, clock: Clock
) -> None:
    store.want("one", specs("a"))
    for _ in range(3):
        store.finish(claimed(store)[0], LOST)
        clock.seconds += 10.0
    store.want("two", specs("a"))
    found = store.find(["a"])["a"]
    assert (found.state, found.attempt) == (TrialState.QUEUED, 4)
    assert (found.result, found.evaluation) == (None, "two")
    assert found.finished_at is None
    store.finish(claimed(store)[0], LOST)
    assert state(store, "a") is TrialState.QUEUED


def test_what_a_dead_dispatcher_held_is_not_charged(store: AnyStore) -> None:
    store.want("one", specs("ab"))
    store.finish(store.claim(1)[0].attempt, result())
    for number in range(1, 6):
        assert claimed(store) == [Attempt("b", number)]
        store.recover()
    found = store.find(["a", "b"])
    assert found["a"].state is TrialState.OK
    assert (found["b"].state, found["b"].attempt) == (TrialState.QUEUED, 6)


def test_what_a_living_dispatcher_holds_is_not_taken_from_it(store: AnyStore) -> None:
    store.want("one", specs("abcd"))
    mine, orphan, cancelled, ended = claimed(store)
    store.cancel("one", ["c"])
    store.finish(ended, result())
    assert list(store.recover([mine, cancelled, ended])) == [ended]
    assert claimed(store) == [Attempt("b", 2)]
    assert list(store.cancelled()) == [cancelled]
    assert not store.finish(orphan, result())
    assert store.finish(mine, result())
    assert state(store, "a") is TrialState.OK


def test_what_another_dispatcher_took_is_named(store: AnyStore) -> None:
    store.want("one", specs("a"))
    (mine,) = claimed(store)
    store.recover()
    (theirs,) = claimed(store)
    assert list(store.recover([mine, theirs])) == [mine]
    assert state(store, "a") is TrialState.RESERVED


def test_a_queue_can_be_led_and_led_again(store: AnyStore) -> None:
    assert store.lead()
    assert store.lead()
    store.want("one", specs("a"))
    assert claimed(store) == [Attempt("a", 1)]


def test_what_a_trial_said_may_be_no_text_at_all(store: AnyStore) -> None:
    store.want("one", specs("a"))
    strange = "It said \0 and \udcff."
    ended = result(Failed(FailureReason.EXCEPTION, strange))
    assert store.finish(claimed(store)[0], ended)
    assert store.find(["a"])["a"].result == ended


def test_nothing_is_called_by_what_is_no_text(store: AnyStore) -> None:
    assert list(store.begins("a\0")) == []
    assert store.load_evaluation("a\0") is None


def test_a_trial_that_was_given_back_keeps_its_place(store: AnyStore) -> None:
    store.want("one", specs("ab"))
    store.claim(1)
    store.recover()
    assert claimed(store) == [Attempt("a", 2), Attempt("b", 1)]


def test_cancelling_takes_a_trial_out_of_the_queue(store: AnyStore) -> None:
    store.want("one", specs("ab"))
    store.cancel("one", ["a", "unknown"])
    store.cancel("one", [])
    assert state(store, "a") is TrialState.CANCELLED
    assert list(store.cancelled()) == []
    assert claimed(store) == [Attempt("b", 1)]


def test_wishes_of_an_evaluation_that_nobody_carries_on_can_be_withdrawn(
    store: AnyStore,
) -> None:
    store.want("dead", specs("ab"))
    store.want("alive", specs("b"))
    assert list(store.wishing()) == ["alive", "dead"]
    store.withdraw("dead")
    assert list(store.wishing()) == ["alive"]
    assert state(store, "a") is TrialState.CANCELLED
    assert state(store, "b") is TrialState.QUEUED


def test_wishes_of_what_waits_can_be_withdrawn_alone(store: AnyStore) -> None:
    store.want("one", specs("abc"))
    (done, _runs) = claimed(store, 2)
    store.finish(done, result())
    store.withdraw("one", begun=False)
    found = [state(store, key) for key in "abc"]
    assert found == [TrialState.OK, TrialState.RESERVED, TrialState.CANCELLED]
    assert list(store.wishing()) == ["one"]


def test_a_trial_that_was_lost_is_not_run_again_for_an_evaluation_that_is_over(
    store: AnyStore,
) -> None:
    never = result(Infra(InfraReason.PLACEMENT, "No machine has so much memory."))
    store.want("over", specs("a"))
    assert store.finish(claimed(store)[0], never)
    store.withdraw("over")
    store.want("next", specs("a"))
    assert state(store, "a") is TrialState.QUEUED
    store.withdraw("next")
    assert state(store, "a") is TrialState.CANCELLED
    assert list(store.wishing()) == []


def test_an_evaluation_whose_trials_have_ended_wishes_nothing(store: AnyStore) -> None:
    store.want("one", specs("a"))
    (attempt,) = claimed(store)
    store.finish(attempt, result())
    assert list(store.wishing()) == []


def test_a_queue_says_whether_a_trial_waits_for_a_machine(store: AnyStore) -> None:
    assert not store.waiting()
    store.want("one", [spec("a", "fast/env")])
    assert store.waiting(["fast/env"])
    assert not store.waiting(["slow/env"])
    store.claim(1)
    assert not store.waiting()


def test_a_running_trial_that_is_cancelled_is_named_until_it_ended(
    store: AnyStore,
) -> None:
    store.want("one", specs("a"))
    (attempt,) = claimed(store)
    store.advance(attempt, TrialState.RUNNING)
    store.cancel("one", ["a"])
    assert list(store.cancelled()) == [attempt]
    assert not store.advance(attempt, TrialState.COLLECTING)
    assert not store.finish(attempt, LOST)
    assert list(store.cancelled()) == []
    assert state(store, "a") is TrialState.CANCELLED


def test_a_result_that_was_faster_than_the_cancelling_is_kept(store: AnyStore) -> None:
    store.want("one", specs("a"))
    (attempt,) = claimed(store)
    store.cancel("one", ["a"])
    assert store.finish(attempt, result())
    assert list(store.cancelled()) == []
    assert state(store, "a") is TrialState.OK
    store.want("two", specs("a"))
    assert claimed(store) == []
    assert not store.finish(attempt, result())


def test_a_cancelled_trial_runs_again_only_after_its_old_attempt_ended(
    store: AnyStore,
) -> None:
    store.want("one", specs("a"))
    (old,) = claimed(store)
    store.cancel("one", ["a"])
    store.want("two", specs("a"))
    assert list(store.cancelled()) == [old]
    assert claimed(store) == []
    assert not store.finish(old, LOST)
    assert claimed(store) == [Attempt("a", 2)]


def test_a_trial_that_was_cancelled_and_is_wanted_again_is_not_run_twice(
    store: AnyStore,
) -> None:
    store.want("one", specs("ab"))
    old, other = claimed(store)
    store.cancel("one", ["a", "b"])
    store.want("two", specs("ab"))
    assert store.finish(old, result())
    found = store.find(["a"])["a"]
    assert (found.state, found.attempt) == (TrialState.OK, 1)
    assert not store.finish(other, LOST)
    assert claimed(store) == [Attempt("b", 2)]


def test_only_a_machine_of_the_right_kind_gets_a_trial(store: AnyStore) -> None:
    store.want("one", [spec("a", "h200/e1"), spec("b", "cpu/e1"), spec("c")])
    assert [one.spec.key for one in store.claim(9, {"cpu/e1"})] == ["b", "c"]
    assert list(store.claim(9, ["cpu/e2"])) == []
    assert [one.spec.key for one in store.claim(9, ["cpu/e2", "h200/e1"])] == ["a"]


def test_nodes_are_listed_latest_first(
    store: AnyStore, clock: Clock, node: Callable[[str], Node]
) -> None:
    for name in ("old", "middle", "old"):
        store.register(node(name))
        clock.seconds += 10.0
    assert [one.name for one in store.nodes()] == ["old", "middle"]
    assert [one.name for one in store.nodes(1_015.0)] == ["old"]
    assert store.nodes()[0] == node("old")


@pytest.fixture
def node() -> Callable[[str], Node]:
    def build(name: str) -> Node:
        return Node(name, "cpu-x86", "e1", 2.0, 0.0, 8_000_000_000, None, "python")

    return build


def test_the_latest_report_is_kept_and_found_by_a_unique_prefix(
    store: AnyStore,
) -> None:
    store.save_evaluation("abc1", '{"n": 1}')
    store.save_evaluation("abc1", '{"n": 2}')
    store.save_evaluation("abd", "{}")
    store.save_evaluation("abc12", '{"n": 3}')
    assert store.load_evaluation("abc1") == '{"n": 2}'
    assert store.load_evaluation("abd") == "{}"
    assert store.load_evaluation("abc12"[:5]) == '{"n": 3}'
    assert store.load_evaluation("ab") is None
    assert store.load_evaluation("zz") is None
    assert store.load_evaluation("a%") is None


def test_many_trials_are_wanted_found_and_cancelled_at_once(store: AnyStore) -> None:
    keys = [f"{number:04d}" for number in range(1_200)]
    store.want("one", [spec(key) for key in keys])
    assert list(store.find(keys)) == keys
    store.cancel("one", keys)
    assert claimed(store) == []


KEY = MetricKey("/repo/.git", "mlp", "fast", "loss", "v1", "cpu/env")
OTHERS = [
    replace(KEY, repository="/other/.git"),
    replace(KEY, mode="conv"),
    replace(KEY, stage="full"),
    replace(KEY, metric="loss/night"),
    replace(KEY, version="v2"),
    replace(KEY, machine="h200/env"),
]


def shown(mean: float, n: int = 4) -> Summary:
    return Summary(baseline=ArmSums(trials=n, n=n, mean=mean))


def test_the_first_document_of_an_evaluation_is_the_one_that_is_kept(
    store: AnyStore,
) -> None:
    assert store.pinned("one") is None
    assert store.pin("one", "first") == "first"
    assert store.pin("one", "second") == "first"
    assert store.pin("two", "second") == "second"
    assert (store.pinned("one"), store.pinned("two")) == ("first", "second")


def test_evaluations_of_a_branch_are_counted_and_a_resumed_one_is_counted_once(
    store: AnyStore,
) -> None:
    assert store.attempt("one", "/repo", "main", "idea") == 1
    assert store.attempt("two", "/repo", "main", "idea") == 2
    assert store.attempt("one", "/repo", "main", "idea") == 2
    assert store.attempt("three", "/repo", "main", "other") == 1
    assert store.attempt("three", "/repo", "release", "idea") == 1
    assert store.attempt("three", "/clone", "main", "idea") == 1


def test_what_looks_again_at_a_comparison_is_noted_and_never_counted(
    store: AnyStore, clock: Clock
) -> None:
    assert store.attempt("one", "/repo", "main", "idea") == 1
    assert store.attempt("again", "/repo", "main", "idea", again=True) == 1
    assert store.attempt("again", "/repo", "main", "idea") == 1
    assert store.attempt("one", "/repo", "main", "idea", again=True) == 1
    assert store.attempt("two", "/repo", "main", "idea") == 2
    for name in ("one", "again"):
        store.keep_forecasts(name, "/repo", [FORECAST])
        clock.seconds += 10.0
    assert list(store.forecasts("/repo")) == [FORECAST]


def test_the_past_of_a_metric_is_told_in_order_of_time(
    store: AnyStore, clock: Clock
) -> None:
    for name, mean in (("b", 1.0), ("a", 2.0), ("c", 3.0)):
        store.record(name, {KEY: shown(mean)})
        clock.seconds += 10.0
    assert list(store.past(KEY)) == [shown(1.0), shown(2.0), shown(3.0)]
    means = [(one.evaluation, one.mean, one.at) for one in store.baseline_means(KEY)]
    assert means == [("b", 1.0, 1000.0), ("a", 2.0, 1010.0), ("c", 3.0, 1020.0)]


def test_an_evaluation_that_is_run_again_replaces_its_row_where_it_stands(
    store: AnyStore, clock: Clock
) -> None:
    store.record("one", {KEY: shown(1.0)})
    clock.seconds += 10.0
    store.record("two", {KEY: shown(2.0)})
    clock.seconds += 10.0
    store.record("one", {KEY: shown(1.5, n=6)})
    assert list(store.past(KEY)) == [shown(1.5, n=6), shown(2.0)]
    assert store.baseline_means(KEY)[0].at == 1000.0


@pytest.mark.parametrize("other", OTHERS)
def test_only_what_is_comparable_is_pooled(store: AnyStore, other: MetricKey) -> None:
    store.record("one", {KEY: shown(1.0)})
    store.record("two", {other: shown(2.0)})
    assert list(store.past(KEY)) == [shown(1.0)]
    assert list(store.past(other)) == [shown(2.0)]


def test_metrics_of_one_evaluation_are_kept_side_by_side(store: AnyStore) -> None:
    night = replace(KEY, metric="loss/night")
    store.record("one", {KEY: shown(1.0), night: shown(2.0)})
    store.record("one", {})
    assert (store.past(KEY), store.past(night)) == ([shown(1.0)], [shown(2.0)])


def test_an_evaluation_without_baseline_runs_of_its_own_has_no_mean(
    store: AnyStore,
) -> None:
    store.record("one", {KEY: Summary(branch=ArmSums(trials=4, n=4, mean=1.0))})
    assert list(store.baseline_means(KEY)) == []
    assert len(store.past(KEY)) == 1


def test_only_the_latest_past_is_told(store: AnyStore, clock: Clock) -> None:
    for number in range(LATEST + 3):
        store.record(f"{number:04d}", {KEY: shown(float(number))})
        clock.seconds += 1.0
    told = store.past(KEY)
    assert len(told) == LATEST
    assert (told[0], told[-1]) == (shown(3.0), shown(LATEST + 2.0))


def test_a_pilot_is_frozen_until_it_is_renewed(store: AnyStore) -> None:
    first, second = Pilot(20, 1.0, 0.1), Pilot(40, 1.0, 0.2, failed=3)
    assert store.pilot(KEY) is None
    assert store.keep_pilot(KEY, first) == first
    assert store.keep_pilot(KEY, second) == first
    assert store.pilot(KEY) == first
    assert store.keep_pilot(KEY, second, renew=True) == second
    assert store.pilot(KEY) == second


@pytest.mark.parametrize("other", OTHERS)
def test_a_pilot_serves_only_what_it_was_made_for(
    store: AnyStore, other: MetricKey
) -> None:
    store.keep_pilot(KEY, Pilot(20, 1.0, 0.1))
    assert store.pilot(other) is None


def test_charges_of_an_evaluation_replace_what_it_had(store: AnyStore) -> None:
    loss, error = ("mlp", "loss"), ("mlp", "error")
    first = [Charge(loss, "c1", "t1", 0.4, "b1"), Charge(error, "c1", "t1", 0.0)]
    store.charge("one", "/repo", first)
    store.charge("two", "/repo", [Charge(loss, "c2", "t2", 0.25)])
    store.charge("three", "/other", [Charge(loss, "c2", "t2", 0.3)])
    assert list(store.charges("/repo")) == [
        Charge(error, "c1", "t1", 0.0),
        Charge(loss, "c1", "t1", 0.4, "b1"),
        Charge(loss, "c2", "t2", 0.25),
    ]
    store.charge("one", "/repo", [])
    assert [one.tolerances for one in store.charges("/repo")] == [0.25]
    assert list(store.charges("/nowhere")) == []


PAIR = StagePair("mlp", "loss", "fast", "full", 0.1 + 0.2, -0.4, 2.5, 25.0)
FORECAST = Forecast(
    "loss", -0.02, 0.6, "2h", "mlp", 0.021, 0.011, 0.031, "met", relative=True
)


def stored_pairs(store: AnyStore, repository: str = "/repo") -> list[StagePair]:
    return list(store.fidelity(repository, "mlp", "loss", "fast", "full"))


def test_pairs_of_stages_are_told_in_order_of_time(
    store: AnyStore, clock: Clock
) -> None:
    for name, d in (("b", 1.0), ("a", 2.0)):
        store.keep_fidelity(name, "/repo", [replace(PAIR, d=d)])
        clock.seconds += 10.0
    store.keep_fidelity("b", "/repo", [replace(PAIR, d=3.0)])
    assert [one.d for one in stored_pairs(store)] == [3.0, 2.0]


@pytest.mark.parametrize("other", ["mode", "metric", "stage", "later"])
def test_only_pairs_of_these_stages_are_told(store: AnyStore, other: str) -> None:
    strange = replace(PAIR, **{other: "other"})
    store.keep_fidelity("one", "/repo", [PAIR, strange])
    store.keep_fidelity("two", "/elsewhere", [PAIR, PAIR][:1])
    assert stored_pairs(store) == [PAIR]
    assert stored_pairs(store, "/nowhere") == []


def test_forecasts_of_an_evaluation_replace_what_it_had(
    store: AnyStore, clock: Clock
) -> None:
    bare = Forecast("error", 0.5)
    store.keep_forecasts("one", "/repo", [replace(FORECAST, outcome="open"), bare])
    clock.seconds += 10.0
    store.keep_forecasts("two", "/repo", [bare])
    store.keep_forecasts("three", "/elsewhere", [bare])
    store.keep_forecasts("one", "/repo", [FORECAST])
    assert list(store.forecasts("/repo")) == [FORECAST, bare]
    store.keep_forecasts("one", "/repo", [])
    assert list(store.forecasts("/repo")) == [bare]
    assert list(store.forecasts("/nowhere")) == []


def test_only_the_latest_forecasts_are_told(store: AnyStore, clock: Clock) -> None:
    for number in range(LATEST + 2):
        made = [replace(FORECAST, expected=float(number)), FORECAST]
        store.keep_forecasts(f"{number:04d}", "/repo", made)
        clock.seconds += 1.0
    told = store.forecasts("/repo")
    assert len(told) == 2 * LATEST
    assert told[0].expected == 2.0


def test_what_a_branch_foretells_again_is_told_once(
    store: AnyStore, clock: Clock
) -> None:
    again = replace(FORECAST, outcome="missed")
    for name, head, made in (("b", "idea", FORECAST), ("a", "idea", again)):
        store.attempt(name, "/repo", "main", head)
        store.keep_forecasts(name, "/repo", [made])
        clock.seconds += 10.0
    assert list(store.forecasts("/repo")) == [again]
    store.attempt("c", "/repo", "main", "other")
    store.keep_forecasts("c", "/repo", [FORECAST])
    store.attempt("a", "/elsewhere", "main", "idea")
    assert list(store.forecasts("/repo")) == [again, FORECAST]


def test_trials_are_found_by_the_beginning_of_their_key(store: AnyStore) -> None:
    names = ["ab%1", "ab_2", "abc3", "b4", *(f"c{number:02d}" for number in range(12))]
    store.want("one", [spec(name) for name in names])
    assert [one.key for one in store.begins("ab")] == ["ab%1", "ab_2", "abc3"]
    assert [one.key for one in store.begins("ab_")] == ["ab_2"]
    assert len(store.begins("c")) == 10
    assert list(store.begins("zz")) == []


def test_trials_of_one_tree_are_found_together(store: AnyStore) -> None:
    trees = {"b": "f00d", "a": "f00d", "c": "f00dcafe", "d": "beef"}
    store.want("one", [replace(spec(key), tree=one) for key, one in trees.items()])
    assert [one.key for one in store.trained("f00d")] == ["a", "b"]
    assert list(store.trained("0000")) == []
