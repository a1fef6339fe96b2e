"""The dispatcher's rounds, on a queue in memory and a cluster on paper."""

import math
from collections.abc import Callable, Collection, Sequence

import pytest

from tests.fakes.cluster import Clock, FakeCluster
from tests.fakes.store import MemoryStore
from workers.contract import (
    Attempt,
    Claim,
    Infra,
    InfraReason,
    Ok,
    Point,
    Progress,
    QueueError,
    Resources,
    TrialResult,
    TrialSpec,
    TrialState,
)
from workers.dispatcher import Dispatcher
from workers.dispatcher.loop import Tempo

GOOD = TrialResult(Ok(), {"loss": 0.5})
LOST = TrialResult(Infra(InfraReason.NODE_LOST, "The node died."))


class Queue(MemoryStore):
    """A store in memory that can break, and that refuses what is not finite."""

    broken = False
    answers_get_lost = False

    def _check(self) -> None:
        if self.broken:
            raise QueueError("The disk is full.")

    def recover(self, mine: Collection[Attempt] = ()) -> Collection[Attempt]:
        self._check()
        return super().recover(mine)

    def claim(self, limit: int, machines: Collection[str] = ()) -> Sequence[Claim]:
        self._check()
        claims = super().claim(limit, machines)
        if claims and self.answers_get_lost:
            self.broken = True
            self._check()
        return claims

    def progress(self, attempt: Attempt, progress: Progress) -> None:
        if any(not math.isfinite(point.value) for point in progress.values.values()):
            raise ValueError("not finite")
        self.progresses.append(progress.wall_s)
        super().progress(attempt, progress)

    def finish(self, attempt: Attempt, result: TrialResult) -> bool:
        self._check()
        if any(not math.isfinite(value) for value in result.metrics.values()):
            raise ValueError("loss is not finite")
        return super().finish(attempt, result)

    def __init__(self, now: Callable[[], float]) -> None:
        super().__init__(now)
        self.progresses: list[float] = []


class Scene:
    """One queue, one cluster, one dispatcher, and what a test says about them."""

    def __init__(self, tempo: Tempo | None = None) -> None:
        self.clock = Clock()
        self.queue = Queue(self.clock)
        self.cluster = FakeCluster(self.clock)
        self.dispatcher = Dispatcher(
            self.queue, self.cluster, self.clock, tempo or Tempo(poll_s=0.05)
        )

    def want(self, *keys: str, cpus: float = 1.0, gpus: float = 0.0) -> None:
        resources = Resources(cpus=cpus, gpus=gpus)
        specs = [
            TrialSpec(key, "", "", "", "", "", 1, (), (), resources) for key in keys
        ]
        self.queue.want("one", specs)

    def rounds(self, count: int = 1) -> None:
        for _ in range(count):
            self.dispatcher.step()

    def serve(self, rounds: int) -> None:
        left = iter(range(rounds))
        self.dispatcher.run(lambda: next(left, None) is None)

    @property
    def running(self) -> list[str]:
        return [attempt.key for attempt in self.cluster.running]

    def state(self, key: str) -> TrialState:
        return self.queue.find([key])[key].state


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_wanted_trials_start_in_order_and_only_as_many_as_fit(scene: Scene) -> None:
    scene.want("a", "b", "c")
    scene.rounds()
    assert scene.running == ["a", "b"]
    scene.cluster.end(Attempt("a", 1), GOOD)
    scene.rounds()
    assert scene.running == ["b", "c"]
    assert scene.state("a") is TrialState.OK


def test_a_large_trial_is_not_overtaken_for_ever_by_small_ones(scene: Scene) -> None:
    scene.want("a")
    scene.want("large", cpus=2.0)
    scene.want("b")
    scene.rounds(3)
    assert scene.running == ["a"]
    scene.cluster.end(Attempt("a", 1), GOOD)
    scene.rounds()
    assert scene.running == ["large"]


def test_a_trial_that_no_node_can_run_is_answered_at_once(scene: Scene) -> None:
    scene.want("huge", gpus=2.0)
    scene.want("b")
    scene.rounds(2)
    found = scene.queue.find(["huge"])["huge"]
    assert found.state is TrialState.INFRA
    assert found.result is not None
    assert found.result.outcome == Infra(
        InfraReason.PLACEMENT,
        "It asks for 2 GPUs (the largest node has 0). Lower `resources` in the policy, "
        "or add such a node.",
    )
    assert scene.running == ["b"]


def test_the_nodes_are_registered_again_and_again(scene: Scene) -> None:
    scene.rounds()
    assert [node.name for node in scene.queue.nodes()] == ["n1"]
    scene.clock.seconds += 60.0
    scene.rounds()
    assert scene.queue.nodes(scene.clock.seconds - 1.0)


def test_only_trials_made_for_this_kind_of_machine_are_run(scene: Scene) -> None:
    for machine in ("cpu/env", "cpu/other"):
        spec = TrialSpec(machine, "", "", "", "", "", 1, (), (), machine=machine)
        scene.queue.want("one", [spec])
    scene.rounds(2)
    assert scene.running == ["cpu/env"]


def test_states_and_progress_are_stored_as_they_change(scene: Scene) -> None:
    scene.want("a")
    scene.rounds()
    attempt = Attempt("a", 1)
    scene.cluster.see(attempt, TrialState.PREPARING)
    scene.rounds()
    assert scene.state("a") is TrialState.PREPARING
    progress = Progress(3.0, {"loss": Point(1, 0.5)})
    scene.cluster.see(attempt, TrialState.RUNNING, progress)
    scene.rounds()
    found = scene.queue.find(["a"])["a"]
    assert (found.state, found.progress) == (TrialState.RUNNING, progress)


def test_progress_is_stored_twice_a_second_at_most(scene: Scene) -> None:
    scene.want("a")
    scene.rounds()
    for tenth in range(20):
        scene.cluster.see(Attempt("a", 1), TrialState.RUNNING, Progress(tenth / 10))
        scene.clock.seconds += 0.05
        scene.rounds()
    scene.rounds(10)
    assert len(scene.queue.progresses) == 5
    assert scene.queue.progresses[-1] == 1.9


def test_progress_that_cannot_be_stored_does_no_harm(scene: Scene) -> None:
    scene.want("a")
    scene.rounds()
    nan = Progress(1.0, {"loss": Point(1, math.nan)})
    scene.cluster.see(Attempt("a", 1), TrialState.RUNNING, nan)
    scene.rounds()
    assert scene.state("a") is TrialState.RUNNING


def test_a_result_that_cannot_be_stored_is_the_agents_fault(scene: Scene) -> None:
    scene.want("a")
    scene.rounds()
    scene.cluster.end(Attempt("a", 1), TrialResult(Ok(), {"loss": math.inf}))
    scene.rounds()
    assert scene.state("a") is TrialState.QUEUED
    scene.clock.seconds += 5.0
    scene.rounds()
    assert list(scene.cluster.running) == [Attempt("a", 2)]


def test_a_lost_trial_is_run_again_after_a_pause(scene: Scene) -> None:
    scene.want("a")
    scene.rounds()
    scene.cluster.end(Attempt("a", 1), LOST)
    scene.rounds(2)
    assert scene.running == []
    scene.clock.seconds += 5.0
    scene.rounds()
    assert list(scene.cluster.running) == [Attempt("a", 2)]


def test_a_trial_that_is_silent_for_two_minutes_is_lost(scene: Scene) -> None:
    scene.want("a", "b")
    scene.rounds()
    for _ in range(13):
        scene.cluster.see(Attempt("b", 1), TrialState.RUNNING)
        scene.clock.seconds += 10.0
        scene.rounds()
    assert scene.cluster.cancels == [Attempt("a", 1)]
    assert scene.state("a") is TrialState.QUEUED
    assert scene.state("b") is TrialState.RUNNING


def test_a_late_answer_of_a_lost_trial_is_dropped(scene: Scene) -> None:
    scene.cluster.when_cancelled = None
    scene.want("a")
    scene.rounds()
    scene.clock.seconds += 130.0
    scene.rounds(2)
    scene.cluster.end(Attempt("a", 1), GOOD)
    scene.cluster.see(Attempt("a", 1), TrialState.RUNNING)
    scene.rounds()
    assert scene.state("a") is TrialState.QUEUED


def test_a_cancelled_trial_is_ended_and_its_room_used(scene: Scene) -> None:
    scene.want("a", "b", "c")
    scene.rounds()
    scene.queue.cancel("one", ["a"])
    scene.rounds(2)
    assert scene.cluster.cancels == [Attempt("a", 1)]
    assert scene.running == ["b", "c"]
    assert scene.state("a") is TrialState.CANCELLED
    assert list(scene.queue.cancelled()) == []


def test_a_stubborn_trial_is_asked_to_end_every_second(scene: Scene) -> None:
    scene.cluster.when_cancelled = None
    scene.want("a")
    scene.rounds()
    scene.queue.cancel("one", ["a"])
    scene.rounds(60)
    assert len(scene.cluster.cancels) == 3


def test_a_trial_that_is_cancelled_before_it_starts_never_starts(scene: Scene) -> None:
    scene.want("a")
    scene.want("large", cpus=2.0)
    scene.rounds()
    assert scene.state("large") is TrialState.RESERVED
    scene.queue.cancel("one", ["large"])
    scene.cluster.end(Attempt("a", 1), GOOD)
    scene.rounds()
    assert scene.running == []
    assert list(scene.queue.cancelled()) == []


def test_a_new_leader_takes_over_what_the_dead_one_held(scene: Scene) -> None:
    scene.want("a", "b")
    scene.queue.claim(1)
    scene.serve(1)
    assert scene.queue.find(["a"])["a"].attempt == 3  # taken over, and given back


def test_on_a_stop_every_trial_is_ended_and_given_back(scene: Scene) -> None:
    scene.want("a", "b", "c")
    scene.serve(1)
    assert scene.running == []
    found = scene.queue.find(["a", "b", "c"])
    assert {one.state for one in found.values()} == {TrialState.QUEUED}
    assert [one.attempt for one in found.values()] == [2, 2, 2]


def test_being_stopped_is_not_charged_as_a_try(scene: Scene) -> None:
    scene.want("a")
    for _ in range(4):
        scene.serve(1)
    scene.serve(1)
    assert scene.state("a") is TrialState.QUEUED


def test_what_ended_before_a_stop_is_stored(scene: Scene) -> None:
    scene.want("a", "b")
    scene.rounds()
    scene.cluster.end(Attempt("a", 1), GOOD)
    scene.dispatcher._say_farewell()
    assert scene.state("a") is TrialState.OK
    assert scene.state("b") is TrialState.QUEUED


def test_what_ends_well_during_a_stop_is_stored(scene: Scene) -> None:
    scene.cluster.when_cancelled = GOOD
    scene.want("a")
    scene.rounds()
    scene.dispatcher._say_farewell()
    assert scene.state("a") is TrialState.OK


def test_a_stop_does_not_wait_for_ever(scene: Scene) -> None:
    scene.cluster.when_cancelled = None
    scene.want("a")
    scene.serve(1)
    assert scene.clock.seconds < 1_015.0
    assert scene.state("a") is TrialState.QUEUED


def test_a_queue_that_fails_for_a_while_loses_nothing(scene: Scene) -> None:
    scene.want("a", "b")
    scene.rounds()
    scene.queue.broken = True
    scene.cluster.end(Attempt("a", 1), GOOD)
    scene.rounds(100)
    assert scene.running == ["b"]
    scene.queue.broken = False
    scene.rounds(100)
    assert scene.state("a") is TrialState.OK


def test_a_claim_whose_answer_got_lost_is_given_back(scene: Scene) -> None:
    scene.want("a", "b")
    scene.queue.answers_get_lost = True
    scene.rounds(5)
    assert scene.state("a") is TrialState.RESERVED
    assert scene.running == []
    scene.queue.answers_get_lost = scene.queue.broken = False
    scene.rounds(100)
    assert set(scene.cluster.running) == {Attempt("a", 2), Attempt("b", 1)}


def test_after_a_failure_it_keeps_what_it_holds(scene: Scene) -> None:
    scene.want("a", "large", cpus=2.0)
    scene.rounds()
    assert scene.state("large") is TrialState.RESERVED  # claimed, and waits for room
    scene.queue.broken = True
    scene.rounds(50)
    scene.queue.broken = False
    scene.rounds(100)
    assert scene.running == ["a"]
    found = scene.queue.find(["a", "large"])
    assert [one.attempt for one in found.values()] == [1, 1]


def test_what_another_leader_took_meanwhile_is_ended_here(scene: Scene) -> None:
    scene.cluster.when_cancelled = None
    scene.want("a", "b")
    scene.rounds()
    scene.queue.broken = True
    scene.cluster.end(Attempt("b", 1), GOOD)
    scene.rounds()
    MemoryStore.recover(scene.queue)
    MemoryStore.claim(scene.queue, 2)
    scene.queue.broken = False
    scene.rounds(100)
    assert len(scene.cluster.cancels) > 1  # it is asked until it has ended
    assert set(scene.cluster.cancels) == {Attempt("a", 1)}
    scene.cluster.end(Attempt("a", 1), GOOD)
    scene.rounds(2)
    scene.cluster.cancels.clear()
    scene.rounds(50)
    assert scene.cluster.cancels == []
    assert scene.state("a") is TrialState.RESERVED
    assert scene.queue.find(["b"])["b"].result is None


def test_a_queue_that_fails_at_the_start_is_waited_for(scene: Scene) -> None:
    scene.want("a")
    scene.queue.broken = True
    scene.rounds(50)
    scene.queue.broken = False
    scene.rounds(100)
    assert scene.running == ["a"]


def test_a_queue_that_keeps_failing_ends_the_dispatcher(scene: Scene) -> None:
    scene.want("a")
    scene.queue.broken = True
    with pytest.raises(QueueError, match="The disk is full"):
        scene.rounds(1_000)
    assert scene.clock.seconds >= 1_030.0
