"""One task of the App judged: what `seedgate local` does, for a pull request."""

import logging
import re
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from bot.adapters.store import StoreError
from bot.app.asking import Request
from bot.app.informing import Subject
from bot.app.ladder import Standing
from bot.app.local import Comparison, compare
from bot.app.pulls.evaluations import Done, Task
from bot.compose.judging import Bench, Case, judged
from bot.compose.serving.evaluations import Show
from bot.compose.serving.heartbeat import Heartbeat
from bot.domain.conclusions import Impossible, OwnFault, outcome_of
from bot.domain.errors import GitFault, MachineryFault, UserFault
from bot.domain.policy import Policy
from bot.presentation.github import Price, Started
from bot.presentation.progress import Ladder, snapshot

LOG = logging.getLogger("seedgate")
PAUSES_S = (1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 60.0, 120.0, 120.0)
"""How long a store, or a git, that fails is waited for, each time."""
_PATH = re.compile(r"(?<![\w.])/[^\s/'\"`]+/")

T = TypeVar("T")
SetUp = Callable[[Heartbeat], Bench]
Pinned = Callable[[Task], str | None]
"""What a task's policy pins, as its repository resolves it (`Releases.pinned`)."""


class Judging:
    """Carries tasks out. `secret` is that of the seeds."""

    def __init__(
        self, secret: str, bench: SetUp, jobs: int | None, pinned: Pinned
    ) -> None:
        """`bench` is set up when a task wants its first trial."""
        self._secret, self._bench, self._jobs = secret, bench, jobs
        self._pinned = pinned

    def __call__(self, task: Task, pulse: Heartbeat, show: Show) -> Done:
        """The end of a task; raises `Stopped`.

        A store that is away for a while costs nothing: what it holds is gone on with.
        So it is where a git is killed, as the kernel does where memory is short.
        """

        def work() -> Done:
            return self._ended(task, pulse, show)

        try:
            return patiently(work, pulse, "An evaluation")
        except (StoreError, GitFault) as fault:
            return Done(own_fault(fault))

    def _ended(self, task: Task, pulse: Heartbeat, show: Show) -> Done:
        """The end of a task; raises `StoreError` and `GitFault` where those fail."""
        try:
            return self._judged(task, pulse, show)
        except (StoreError, GitFault):
            raise
        except UserFault as fault:
            return Done(Impossible(fault.problem, fault.mend))
        except MachineryFault as fault:
            return Done(own_fault(fault))

    def _judged(self, task: Task, pulse: Heartbeat, show: Show) -> Done:
        from bot.adapters.policy_file import load_policy

        comparison = compared(task, self._pinned)
        price = price_of(comparison)
        case = Case(
            comparison=comparison,
            repository=task.repository,
            subject=_subject(task),
            secret=self._secret,
            path="",
            jobs=self._jobs,
            accepted=task.accepted,
            description=task.description,
            apart=task.orders.changes if task.orders.apart else (),
        )

        def watch(standing: Standing) -> None:
            show(progress_of(standing, price))

        report = judged(case, load_policy, lambda: self._bench(pulse), watch)
        return Done(outcome_of(report.verdict), report)


def patiently(work: Callable[[], T], pulse: Heartbeat, what: str) -> T:
    """What comes of it, tried again where store or git fail; `what` is for the log.

    Raises `Stopped`, and the fault that is there still after all pauses.
    """
    for pause in PAUSES_S:
        try:
            return work()
        except (StoreError, GitFault) as fault:
            LOG.warning("%s waits: %s", what, fault.problem)
            _rest(pulse, pause)
    return work()


def own_fault(fault: MachineryFault) -> OwnFault:
    """What is said of it; the log alone names places of this machine."""
    LOG.warning("An evaluation failed.", exc_info=fault)
    if _PATH.search(str(fault)):
        return OwnFault()
    return OwnFault(fault.problem, fault.mend)


def _rest(pulse: Heartbeat, pause_s: float) -> None:
    """Raises `Stopped`."""
    until = pulse.now() + pause_s
    while pulse.now() < until:
        pulse.wait()


def compared(task: Task, pinned: Pinned) -> Comparison:
    """What is compared; raises `UserFault` for what the policy cannot be asked."""
    orders, policy = task.orders, ruling(task)
    waited = {one.label for one in policy.stages}
    request = Request(
        base=task.base,
        head=task.head,
        policy_text=task.policy_text,
        policy_source=task.policy_source,
        modes=orders.modes,
        targets=orders.targets,
        stage=orders.stage,
        labels=() if orders.stage else tuple(x for x in task.labels if x in waited),
        more=orders.more,
        on_github=True,
    )
    # A mirror keeps no names: the release is compared by its commit, shown by its name.
    there = replace(policy, anchor=pinned(task))
    found = compare(task.repository, request, lambda _text, _source: there)
    release = found.anchor
    return replace(
        found,
        base=replace(found.base, name=task.base_ref),
        head=replace(found.head, name=task.head_ref),
        policy=replace(found.policy, anchor=policy.anchor),
        anchor=release and replace(release, name=policy.anchor or ""),
        whose=f"{task.pull.repository}#{task.pull.number}@{task.head}",
    )


def ruling(task: Task) -> Policy:
    """The policy, with changes judged apart where somebody ordered that."""
    policy = task.policy
    if not task.orders.apart:
        return policy
    apart = replace(policy.ablation, when="on-pass-or-fail")
    return replace(policy, ablation=apart, given=policy.given | {"ablation"})


def price_of(comparison: Comparison) -> Price:
    """Trials of the first stage that trains: at the first looks, and at the last."""
    arms, looks = 2 * len(comparison.modes), comparison.stage.looks
    return Price((arms * looks[0], arms * looks[-1]))


def progress_of(standing: Standing, price: Price) -> Started:
    """Where a climb stands, as it is shown."""
    tick = standing.tick
    runs = (standing.ended, standing.total)
    ladder = Ladder(standing.done, standing.rung.name, *runs)
    if tick is None:
        return Started(snapshot((), (), 1, standing.elapsed_s), ladder, price)
    shown = snapshot(tick.trials, tick.modes, tick.plan.slots, standing.elapsed_s)
    return Started(shown, ladder, price)


def _subject(task: Task) -> Subject:
    """In the name of the pull request: a fork's branch may be called as another's."""
    return Subject(
        repository=task.repository.identity,
        base=task.base_ref,
        head=f"#{task.pull.number}",
        head_commit=task.head,
    )
