"""Results and reports that are old enough go; what they were, and led to, stays."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from bot.adapters.store import SqlPulls, SqlStore
from bot.adapters.store.trials import pruning
from bot.domain.history import Charge, MetricKey, Pilot
from tests.adapters.store.pull_samples import OTHER, Clock, standing
from workers.contract import Attempt, Ok, TrialResult, TrialSpec, TrialState

DAY = 86_400.0
OLD, LATE = 1_000.0, 1_000.0 + 200 * DAY
KEY = MetricKey("/repo", "mlp", "fast", "loss", "v1", "cpu")


@pytest.fixture
def store(new_url: str, time: Clock) -> Iterator[SqlStore]:
    opened = SqlStore(new_url, time)
    yield opened
    opened.close()


def spec(key: str) -> TrialSpec:
    return TrialSpec(key, "", "", "", "", "", 1, (), ())


def ran(store: SqlStore, evaluation: str, *keys: str) -> None:
    """An evaluation that pinned what it knew, ran these trials, and was reported."""
    store.pin(evaluation, "known")
    store.want(evaluation, [spec(key) for key in keys])
    for claim in store.claim(99):
        store.finish(claim.attempt, TrialResult(Ok(), {"loss": 0.5}))
    store.save_evaluation(evaluation, "{}")


def prune(store: SqlStore) -> int:
    return store.prune(LATE - 180 * DAY)


def test_an_old_trial_loses_its_result_and_is_trained_again_if_it_is_wanted(
    store: SqlStore, time: Clock
) -> None:
    ran(store, "one", "a", "b")
    time.seconds = LATE
    assert prune(store) == 2 + 1
    kept = store.find(["a"])["a"]
    assert (kept.state, kept.result) == (TrialState.SUPERSEDED, None)
    assert kept.spec == spec("a")
    assert prune(store) == 0
    store.want("two", [spec("a")])
    (claim,) = store.claim(9)
    assert claim.attempt == Attempt("a", 2)
    store.finish(claim.attempt, TrialResult(Ok(), {"loss": 0.4}))
    assert store.find(["a"])["a"].state is TrialState.OK


def test_what_an_evaluation_of_late_uses_is_kept_however_old(
    store: SqlStore, time: Clock
) -> None:
    ran(store, "one", "a", "b")
    time.seconds = LATE
    store.pin("two", "known")
    store.want("two", [spec("a")])
    assert prune(store) == 1 + 1
    assert store.find(["a"])["a"].result is not None
    assert store.find(["b"])["b"].result is None


def test_so_is_what_it_used_though_it_wants_nothing_more(
    store: SqlStore, time: Clock
) -> None:
    ran(store, "one", "a", "b")
    time.seconds = LATE
    store.pin("two", "known")
    store.want("two", [spec("a"), spec("c")])
    store.withdraw("two")
    assert store.find(["c"])["c"].state is TrialState.CANCELLED
    assert prune(store) == 1 + 1
    assert store.find(["a"])["a"].result is not None


def test_what_is_reported_anew_is_of_late_again(store: SqlStore, time: Clock) -> None:
    ran(store, "one", "a")
    time.seconds = LATE
    store.save_evaluation("one", '{"again": 1}')
    assert prune(store) == 0
    assert store.load_evaluation("one") == '{"again": 1}'


def test_what_is_wanted_or_runs_is_left_alone(store: SqlStore, time: Clock) -> None:
    store.want("one", [spec("queued"), spec("runs")])
    store.cancel("one", ["queued"])
    (claim,) = store.claim(1)
    time.seconds = LATE
    store.want("two", [spec("queued")])
    assert prune(store) == 0
    states = {key: one.state for key, one in store.find(["queued", "runs"]).items()}
    assert states == {"queued": TrialState.QUEUED, "runs": TrialState.RESERVED}
    assert store.finish(claim.attempt, TrialResult(Ok(), {}))


def test_reports_go_and_what_is_known_of_metrics_stays(
    store: SqlStore, time: Clock
) -> None:
    ran(store, "one", "a")
    store.attempt("one", "/repo", "main", "idea")
    store.keep_pilot(KEY, Pilot(20, 1.0, 0.1, 0))
    store.charge("one", "/repo", [Charge(("mlp", "loss"), "c", "t", 0.4)])
    time.seconds = LATE
    ran(store, "late", "b")
    prune(store)
    assert store.load_evaluation("one") is None
    assert store.load_evaluation("late") == "{}"
    assert store.pinned("one") == "known"
    assert store.attempt("two", "/repo", "main", "idea") == 2
    assert store.pilot(KEY) is not None
    assert len(store.charges("/repo")) == 1


def test_the_report_that_an_open_pull_request_shows_is_kept_until_it_is_closed(
    store: SqlStore, new_url: str, time: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pruning, "MOST", 1)
    for name in ("open", "closed", "of nobody"):
        store.save_evaluation(name, "{}")
    pulls = SqlPulls(new_url, time)
    shown = replace(standing(), evaluation="open")
    pulls.say(shown, [])
    pulls.say(replace(standing(OTHER), evaluation="closed", open=False), [])
    time.seconds = LATE
    assert [prune(store) for _ in range(3)] == [1, 1, 0]
    names = ("open", "closed", "of nobody")
    assert [store.load_evaluation(one) for one in names] == ["{}", None, None]
    pulls.say(replace(shown, open=False), [])
    assert prune(store) == 1
    assert store.load_evaluation("open") is None
    pulls.close()


def test_a_great_many_go_in_portions(
    store: SqlStore, time: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pruning, "MOST", 2)
    ran(store, "one", "a", "b", "c")
    time.seconds = LATE
    assert [prune(store) for _ in range(3)] == [2 + 1, 1, 0]
