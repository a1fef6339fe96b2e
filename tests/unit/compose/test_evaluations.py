"""Evaluations of many pull requests share their threads."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from types import SimpleNamespace
from typing import cast

import pytest

from bot.adapters.store import SqlStore
from bot.app.pulls.evaluations import Absent, Busy, Done, Task
from bot.compose.serving import evaluations
from bot.compose.serving.dispatcher import LACKING_S, NODE_S, node_for
from bot.compose.serving.evaluations import EvaluationThreads, Show
from bot.compose.serving.heartbeat import Followed, Heartbeat
from bot.compose.serving.line import Line
from bot.compose.serving.succession import Left
from bot.domain.conclusions import Impossible, OwnFault
from bot.domain.errors import MachineryFault
from bot.domain.pulls.acts import PullKey
from bot.presentation.github import Queued
from tests.waiting import until

END = Done(Impossible("No.", ""))


def task(repository: int, number: int = 1, digest: str = "a") -> Task:
    pull = PullKey(repository, number)
    return cast(Task, SimpleNamespace(pull=pull, digest=digest, installation=1))


def at_once(_task: Task, _pulse: Heartbeat, _show: Show) -> Done:
    return END


def for_ever(task: Task, pulse: Heartbeat, _show: Show) -> Done:
    """Repository 1 waits until it is stopped; others end at once."""
    while task.pull.repository == 1:
        pulse.wait()
    return END


def carried(task: Task, pulse: Heartbeat, show: Show) -> Done:
    """As `for_ever`, with an evaluation that is carried on."""
    with pulse.succession.carries("one"):
        return for_ever(task, pulse, show)


@contextmanager
def threads(
    work: Callable[[Task, Heartbeat, Show], Done], most: int = 8
) -> Iterator[EvaluationThreads]:
    made = EvaluationThreads(work, lambda _pull, _installation: None, most)
    try:
        yield made
    finally:
        made.close()


def test_one_that_ends_before_it_is_well_begun_hangs_nobody() -> None:
    with threads(at_once, 1) as made:
        submit = made._pool.submit

        def slow(*given: object) -> object:
            future = submit(*given)  # type: ignore[arg-type]
            threading.Event().wait(0.05)
            return future

        made._pool.submit = slow  # type: ignore[method-assign, assignment]
        begun = threading.Thread(target=made.begin, args=[task(1)], daemon=True)
        begun.start()
        begun.join(20.0)
        assert not begun.is_alive()
        until(lambda: made.busy() == 0, "the end")


def test_a_repository_that_holds_all_it_may_leaves_others_their_turn() -> None:
    with threads(for_ever) as made:
        for number in range(20):
            made.begin(task(1, number))
        made.begin(task(2))
        until(lambda: made.state(PullKey(2, 1), "a") == END, "the other repository")
        until(lambda: made.busy() == 20, "the end of it")


def test_what_nobody_foresaw_ends_as_our_own_failure_and_wakes_the_pull_request() -> (
    None
):
    def breaks(_task: Task, _pulse: Heartbeat, _show: Show) -> Done:
        raise ZeroDivisionError

    woken = list[PullKey]()
    made = EvaluationThreads(breaks, lambda pull, _installation: woken.append(pull), 1)
    made.begin(task(3))
    until(lambda: woken == [PullKey(3, 1)], "somebody is told")
    ended = made.state(PullKey(3, 1), "a")
    made.close()
    assert isinstance(ended, Done)
    assert isinstance(ended.outcome, OwnFault)
    assert "ZeroDivisionError" in ended.outcome.problem


def test_the_place_in_the_line_is_told_until_it_is_carried_on() -> None:
    with threads(carried, 2) as made:
        for number in range(3):
            made.begin(task(1, number))
        assert made.state(PullKey(1, 0), "a") == Busy()
        assert made.progress(PullKey(1, 2)) == Queued(2)
        waiting = {PullKey(1, 1), PullKey(1, 2)}
        until(lambda: made.waiting() == waiting, "the first to be carried on")
        made.stop(PullKey(1, 0))
        until(lambda: made.progress(PullKey(1, 1)) is None, "its turn")
        assert made.busy() == 2


def test_whoever_carries_nothing_on_by_now_waits_though_it_has_begun() -> None:
    """It fetches a release, or rests: its trials may run since before a restart."""
    begun = threading.Event()

    def rests(_task: Task, pulse: Heartbeat, _show: Show) -> Done:
        begun.set()
        while True:
            pulse.wait()

    with threads(rests) as made:
        made.begin(task(1))
        assert begun.wait(30.0)
        assert made.waiting() == {PullKey(1, 1)}
        made.stop(PullKey(1, 1))
        assert made.waiting() == frozenset()


def test_the_next_one_of_a_pull_request_waits_for_the_last_that_had_begun() -> None:
    inside, most = list[str](), list[int]()

    def work(task: Task, pulse: Heartbeat, _show: Show) -> Done:
        inside.append(task.digest)
        most.append(len(inside))
        try:
            while task.digest != "c":
                pulse.wait()
        finally:
            inside.remove(task.digest)
        return END

    with threads(work, 4) as made:
        made.begin(task(1, digest="a"))
        until(lambda: inside == ["a"], "the first")
        made.begin(task(1, digest="b"))
        made.begin(task(1, digest="c"))
        until(lambda: made.state(PullKey(1, 1), "c") == END, "the last")
        assert made.state(PullKey(1, 1), "b") == Absent()
        until(lambda: made.busy() == 0, "the end")
    assert set(most) == {1}


class Trained:
    """Work of which each task carries an evaluation of its own; `ends` say which end.

    `begun`, `left` and `withdrawn` are the evaluations, by the digests of their tasks.
    """

    def __init__(self, ends: str = "") -> None:
        self.ends, self.begun = ends, ""
        self.left, self.withdrawn = "", ""
        self.may_leave = threading.Event()
        self.may_leave.set()

    def __call__(self, task: Task, pulse: Heartbeat, _show: Show) -> Done:
        try:
            with pulse.succession.carries(task.digest):
                self.begun += task.digest
                while task.digest not in self.ends:
                    pulse.wait()
        except Followed:
            self.left += task.digest
            assert self.may_leave.wait(20.0)
            withdraw = partial(self.withdraw, task.digest)
            pulse.succession.leave(task.digest, Left(lambda: None, withdraw))
            raise
        return END

    def withdraw(self, digest: str) -> None:
        self.withdrawn += digest


def follows(made: EvaluationThreads, work: Trained, digest: str) -> None:
    """One that is carried on is followed by another one."""
    made.begin(task(1, digest=digest))
    until(lambda: work.begun[-1:] == digest, "its turn")


def test_what_a_task_trained_is_withdrawn_once_the_next_one_waits() -> None:
    work = Trained()
    with threads(work) as made:
        for digest, gone in (("a", ""), ("b", "a"), ("c", "ab")):
            follows(made, work, digest)
            until(lambda gone=gone: work.withdrawn == gone, "those before")  # type: ignore[misc]
    assert work.withdrawn == "ab"  # with the process the last one is let go


def test_what_a_task_trained_is_withdrawn_where_the_next_one_ends_without_a_wait() -> (
    None
):
    work = Trained(ends="b")
    with threads(work) as made:
        follows(made, work, "a")
        follows(made, work, "b")
        until(lambda: made.busy() == 0, "the end")
        assert work.withdrawn == "a"


def test_what_was_stopped_wakes_nobody_any_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Who looks then is told by GitHub that the App is not let in, say."""
    monkeypatch.setattr(evaluations, "SHOWN_AT_S", (0.0,) * 4)
    going, stopped = threading.Event(), threading.Event()
    woken: list[int] = []

    def work(_task: Task, _pulse: Heartbeat, show: Show) -> Done:
        show(Queued(1))
        going.set()
        stopped.wait(20.0)
        show(Queued(2))
        return END

    made = EvaluationThreads(work, lambda pull, _by: woken.append(pull.number))
    try:
        made.begin(task(1))
        assert going.wait(20.0)
        made.stop(PullKey(1, 1))
        stopped.set()
        until(lambda: made.busy() == 0, "the end")
        assert woken == [1]
    finally:
        made.close()


def test_what_a_task_trained_is_withdrawn_where_the_next_one_is_stopped() -> None:
    work = Trained()
    with threads(work) as made:
        follows(made, work, "a")
        made.begin(task(1, digest="b"))
        made.stop(PullKey(1, 1))
        until(lambda: made.busy() == 0, "the end")
        assert work.withdrawn == "a"


def test_whoever_has_to_wait_in_the_line_takes_no_trials_over() -> None:
    """Else those of a commit that is gone would go on until it is its turn."""
    work = Trained()
    with threads(work, 2) as made:
        follows(made, work, "a")
        for number in (2, 3):
            made.begin(task(1, number, "x"))
        made.begin(task(1, digest="b"))
        until(lambda: work.begun[-1:] == "x", "the turn of another")
        assert work.left == ""


@contextmanager
def overtaken(work: Trained) -> Iterator[EvaluationThreads]:
    """Task `b` of a pull request waits for its turn, and `a` before it ends meanwhile.

    Its repository has had more than its share, so the slot of `a` is kept for others.
    """
    with threads(work, 8) as made:
        follows(made, work, "a")
        for repository, number in ((1, 2), (1, 3), (1, 4), (2, 1), (2, 2), (3, 1)):
            made.begin(task(repository, number, "x"))
        made.begin(task(1, digest="b"))
        assert made.progress(PullKey(1, 1)) == Queued(1)
        until(lambda: work.left == "a", "the end of the first")
        yield made
        until(lambda: work.withdrawn == "a", "that nobody trains for it")
        assert "b" not in work.begun


def left_already(made: EvaluationThreads) -> None:
    """What `a` did is over: its slot is free."""
    until(lambda: made.busy() == 7, "the end of the first")


def test_what_was_left_is_withdrawn_where_the_next_one_leaves_the_line() -> None:
    with overtaken(Trained()) as made:
        left_already(made)
        made.stop(PullKey(1, 1))


def test_what_is_left_is_withdrawn_where_the_next_one_has_left_the_line() -> None:
    work = Trained()
    work.may_leave.clear()
    with overtaken(work) as made:
        made.stop(PullKey(1, 1))
        work.may_leave.set()


def test_what_was_left_is_withdrawn_where_the_next_one_waits_longer() -> None:
    with overtaken(Trained()) as made:
        left_already(made)
        made.begin(task(1, 5, "x"))
        made.begin(task(1, digest="c"))
        assert made.progress(PullKey(1, 1)) == Queued(2)


def test_whoever_waits_in_the_line_is_let_go_of_at_once() -> None:
    with threads(for_ever, 2) as made:
        for number in range(5):
            made.begin(task(1, number))
        made.let_go()
        until(lambda: made.busy() == 0, "the end")
        made.begin(task(2))
        until(lambda: made.state(PullKey(2, 1), "a") == END, "what comes after")


# The line ----------------------------------------------------------------------------


def test_repositories_take_turns_and_one_slot_is_left_for_a_newcomer() -> None:
    line = Line[str](8)
    for name in ("a1", "a2", "a3", "a4", "a5", "a6"):
        line.add(1, name)
    assert [line.next() for _ in range(5)] == ["a1", "a2", "a3", "a4", None]
    line.add(2, "b1")
    line.add(2, "b2")
    line.add(2, "b3")
    line.add(3, "c1")
    assert (line.place(1), line.place(2), line.place(3)) == (5, 6, 3)
    assert [line.next() for _ in range(4)] == ["b1", "c1", "b2", None]


def test_whoever_left_the_line_has_no_turn() -> None:
    line = Line[str](4)
    line.add(1, "a")
    line.add(1, "b")
    assert line.drop(1, "a")
    assert not line.drop(1, "a")
    assert not line.drop(2, "a")
    assert line.next() == "b"
    assert line.next() is None
    line.ended(1)
    assert line.place(1) == 0


# Machines ----------------------------------------------------------------------------


def node_from(after_s: float) -> tuple[object, object, list[float]]:
    """The node that was found, the one that comes, and when that it lacked was said."""
    said, clock = list[float](), SimpleNamespace(now=0.0)
    node = object()

    class Pulse:
        def now(self) -> float:
            return float(clock.now)

        def wait(self) -> None:
            clock.now += 10.0

        def lacks_machine(self) -> None:
            said.append(clock.now)

    class Store:
        def nodes(self) -> list[object]:
            return [node] if clock.now > after_s else []

    store, pulse = cast(SqlStore, Store()), cast(Heartbeat, Pulse())
    return node_for(None, store, pulse, joined=False), node, said


def test_after_a_while_without_a_machine_that_is_said_once() -> None:
    found, node, said = node_from(2 * LACKING_S)
    assert found is node
    assert said == [LACKING_S]


def test_where_none_comes_the_fault_names_no_line_of_one_channel() -> None:
    """It is told on a pull request, and of a merge group, which no command reaches."""
    with pytest.raises(MachineryFault) as raised:
        node_from(NODE_S)
    assert raised.value.mend.startswith("Look after the dispatcher")
    assert "/gate" not in raised.value.mend
