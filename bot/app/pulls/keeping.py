"""A look at one pull request: gather, decide, say it or have it judged.

Everything is worked out from GitHub, git and the store each time, so a look may come
late, twice, or after a crash: the end is the same.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol, assert_never

from bot.app.github import GitHub
from bot.app.mirroring import (
    Mirror,
    MirrorError,
    Mirrors,
    Wanted,
    WantedBranch,
    WantedPull,
)
from bot.app.pulls.evaluations import Absent, Busy, Done, Evaluations, Task
from bot.app.pulls.insiders import insider
from bot.app.pulls.known import Known
from bot.app.pulls.pausing import Pauses
from bot.app.pulls.ports import Due, PullStore
from bot.app.pulls.saying import Answer, Around, farewell, hushed, say
from bot.app.pulls.scenes import Scene, Scenes, Seen
from bot.app.pulls.unfetched import hopeless, without_head
from bot.domain.conclusions import (
    Impossible,
    NotGated,
    Open,
    Outcome,
    Running,
    Waiting,
)
from bot.domain.errors import UserFault
from bot.domain.github import (
    GitHubError,
    NotFound,
    Place,
    Pull,
    RateLimited,
    Repository,
)
from bot.domain.pulls.acts import PullKey
from bot.domain.pulls.deciding import Judge, Say, Silent, next_move
from bot.domain.pulls.moved import Stands
from bot.domain.pulls.posts import Post
from bot.domain.pulls.standing import Standing
from bot.domain.verdict import Report
from bot.presentation.github import Progress, Started

SOON_S = 2.0
TROUBLED_S = 30.0
HIDDEN_S = 600.0
"""After which a pull request that GitHub does not show is taken for closed."""
CARRIED_S = 120.0
"""After which it is asked what became of an evaluation that was taken up again."""


def _nothing_landed(_place: Place, _pull: Pull, _old: Standing) -> Sequence[Post]:
    return ()


def _no_group(_due: Due) -> float | None:
    return None


class Beside(Protocol):
    """Work beside verdicts; it is told of each look."""

    def consider(self, scene: Scene) -> None:
        """Begin what was ordered, stop what nobody wants."""
        ...

    def leave(self, pull: PullKey) -> None:
        """Carry nothing on for a pull request that is not open."""
        ...


@dataclass(frozen=True, slots=True)
class Outside:
    """All that a look needs of the outside.

    `page` gives the permanent address of a report's page, and keeps the page.
    `speaking` lets one speak at a time: pull requests that share a head speak for it in
    turn, and each hears the others. `landed`
    is what is said of one that was merged (see `Landing`), `group` looks at a merge
    group, and says when next (see `Groups`).
    """

    github: GitHub
    known: Known
    mirrors: Mirrors
    store: PullStore
    evaluations: Evaluations
    beside: Beside
    scenes: Scenes
    page: Callable[[Place, Report], str]
    now: Callable[[], float]
    speaking: AbstractContextManager[object]
    landed: Callable[[Place, Pull, Standing], Sequence[Post]] = _nothing_landed
    group: Callable[[Due], float | None] = _no_group


class Keeper:
    """Looks at pull requests, one at a time."""

    def __init__(self, outside: Outside) -> None:
        """Nothing is asked before `look`."""
        self._out = outside
        self._absent, self._unfetched = Pauses(outside.now), Pauses(outside.now)

    def look(self, due: Due) -> None:
        """Do what is to be done for a pull request now; it rests until it is woken.

        Raises `MachineryFault`; the alarm then stays as it is.
        """
        out = self._out
        try:
            again_at = out.group(due) if due.pull.is_group else self._look(due)
        except GitHubError as fault:
            again_at = self._troubled(due, fault)
        except MirrorError as fault:
            again_at = self._unmirrored(due, fault)
        else:
            self._absent.over(due.pull)
            self._unfetched.over(due.pull)
        out.store.rest(due, again_at)

    def _look(self, due: Due) -> float | None:
        out, place = self._out, Place(due.installation, due.pull.repository)
        old = out.store.standing(due.pull)
        pull = out.known.pull(due)
        out.store.saw_head(due.pull, pull.head.sha, out.github.their_now())
        if not pull.open:
            self._over(due, old, pull)
            return None
        repository = out.known.repository(place)
        mirror = self._refreshed(place, repository, pull)
        if mirror.pull_head(pull.number) != pull.head.sha:
            out.known.doubt(due.pull)
            return out.now() + SOON_S  # one of the two answers is old: look again
        trusted = insider(out.known, place, pull)
        seen = Seen(place, repository, pull, mirror, trusted)
        return self._seen(seen, old)

    def _refreshed(self, place: Place, repository: Repository, pull: Pull) -> Mirror:
        out = self._out
        branches = dict.fromkeys([pull.base.ref, repository.default_branch])
        wanted: list[Wanted] = [WantedPull(pull.number), *map(WantedBranch, branches)]
        token = out.github.git_token(place)
        return out.mirrors.refresh(place, repository.full_name, token, wanted)

    def _seen(self, seen: Seen, old: Standing | None) -> float | None:
        try:
            scene = self._out.scenes.scene(seen)
        except UserFault as fault:
            scene = self._out.scenes.bare(seen)
            self._out.beside.consider(scene)
            return self._answered(
                scene, Answer(Impossible(fault.problem, fault.mend)), old
            )
        self._out.beside.consider(scene)
        if old is not None and old.inputs == scene.inputs and old.ended:
            return old.again_at
        return self._moved(scene, old)

    def _moved(self, scene: Scene, old: Standing | None) -> float | None:
        move = next_move(scene.facts)
        match move:
            case Silent():
                return self._silent(scene, old)
            case Say(outcome=outcome):
                self._out.evaluations.stop(scene.seen.key)
                return self._answered(scene, Answer(outcome), old)
            case Judge():
                return self._judge(scene, old)
            case _:
                assert_never(move)

    def _silent(self, scene: Scene, old: Standing | None) -> float | None:
        """Nothing is said; where something was, it is taken back."""
        self._out.evaluations.stop(scene.seen.key)
        if old is not None and old.voice is not None and old.head == _head(scene):
            return self._answered(scene, Answer(NotGated()), old)
        with self._out.speaking:
            said = hushed(scene, self._around(scene, old))
            self._out.store.say(said.standing, said.posts)
        return None

    def _judge(self, scene: Scene, old: Standing | None) -> float | None:
        task = task_of(scene)
        state = self._out.evaluations.state(task.pull, task.digest)
        match state:
            case Done(outcome=outcome, report=report):
                return self._judged(scene, outcome, report, old)
            case Busy(progress=progress):
                return self._goes_on(scene, progress, old)
            case Absent():
                again_at = self._goes_on(scene, None, old)
                self._out.evaluations.begin(task)
                return again_at
            case _:
                assert_never(state)

    def _goes_on(
        self, scene: Scene, progress: Progress | None, old: Standing | None
    ) -> float | None:
        """Say how far it is, unless more was said of this very evaluation.

        After a restart it climbs over stored trials anew, which takes a moment: neither
        a verdict nor progress is taken back for that.
        """
        if progress is None and _said_more(scene, old):
            return self._out.now() + CARRIED_S
        return self._answered(scene, Answer(_open(progress), progress=progress), old)

    def _judged(
        self,
        scene: Scene,
        outcome: Outcome,
        report: Report | None,
        old: Standing | None,
    ) -> float | None:
        page = self._out.page(scene.seen.place, report) if report else ""
        answer = Answer(outcome, report, None, page, _again_at(scene), scene.task)
        return self._answered(scene, answer, old)

    def _answered(
        self, scene: Scene, answer: Answer, old: Standing | None
    ) -> float | None:
        with self._out.speaking:
            said = say(scene, answer, self._around(scene, old))
            self._out.store.say(said.standing, said.posts)
        return said.standing.again_at

    def _around(self, scene: Scene, old: Standing | None) -> Around:
        key, head = scene.seen.key, _head(scene)
        left = self._others(key, old.head) if old and old.head != head else ()
        return Around(old, self._others(key, head), left)

    def _others(self, key: PullKey, head: str) -> tuple[Standing, ...]:
        """Open pull requests beside this one that have a head in common with it."""
        found = self._out.store.standings(key.repository, head)
        return tuple(one for one in found if one.pull != key and one.open)

    def _over(self, due: Due, old: Standing | None, pull: Pull) -> None:
        """Closed: what runs is stopped, and what has not ended is taken back."""
        self._out.evaluations.stop(due.pull)
        self._out.beside.leave(due.pull)
        if old is None or not old.open:
            return
        landed = self._out.landed(old.place, pull, old)
        with self._out.speaking:
            said = farewell(old, self._others(due.pull, old.head))
            self._out.store.say(said.standing, [*said.posts, *landed])

    def _troubled(self, due: Due, fault: GitHubError) -> float | None:
        """When to look again after GitHub failed; never for what is gone."""
        now = self._out.now()
        match fault.failure:
            case RateLimited(until=until):
                return max(until, now + SOON_S)
            case NotFound():
                return self._gone(due)
            case _:
                return now + TROUBLED_S

    def _gone(self, due: Due) -> float | None:
        """Pull requests are never deleted: only a whole repository can be gone.

        Where it can still be seen, GitHub has not caught up with itself.
        """
        try:
            place = Place(due.installation, due.pull.repository)
            self._out.github.repository(place)
        except GitHubError as fault:
            if not isinstance(fault.failure, NotFound):
                return self._out.now() + TROUBLED_S
            self._out.evaluations.stop(due.pull)
            return None
        return self._hidden(due)

    def _hidden(self, due: Due) -> float | None:
        """GitHub may hide one, as when its author is taken for spam; often for good."""
        pause = self._absent.failed(due.pull)
        end = pause.since + HIDDEN_S
        if self._out.now() < end:
            return min(pause.again_at, end)
        self._absent.over(due.pull)
        if not due.pull.is_group:
            self._close(due, self._out.store.standing(due.pull))
        return None

    def _close(self, due: Due, old: Standing | None) -> None:
        """Carry nothing on, and take back what was said; what landed is not asked."""
        out = self._out
        out.evaluations.stop(due.pull)
        out.beside.leave(due.pull)
        if old is None or not old.open:
            return
        with out.speaking:
            said = farewell(old, self._others(due.pull, old.head))
            out.store.say(said.standing, said.posts)

    def _unmirrored(self, due: Due, fault: MirrorError) -> float | None:
        """When to look again after git failed; where that helps nothing, it is said."""
        said = hopeless(fault.failure)
        if said is None or due.pull.is_group:
            return self._unfetched.failed(due.pull).again_at
        try:
            return self._unfit(due, said)
        except GitHubError as other:
            return self._troubled(due, other)

    def _unfit(self, due: Due, said: Impossible) -> float | None:
        out, place = self._out, Place(due.installation, due.pull.repository)
        old, pull = out.store.standing(due.pull), out.known.pull(due)
        if not pull.open:
            self._close(due, old)
            return None
        repository = out.known.repository(place)
        asked, token = (place, repository, pull), out.github.git_token(place)
        mirror = without_head(out.mirrors, asked, token)
        seen = Seen(place, repository, pull, mirror, insider(out.known, place, pull))
        out.evaluations.stop(due.pull)
        out.beside.leave(due.pull)
        try:
            scene = out.scenes.scene(seen)
        except UserFault:
            scene = out.scenes.bare(seen)  # something rules, and the head is not here
        else:
            if scene.rule is None:
                return self._moved(scene, old)
        return self._answered(scene, Answer(said), old)


def _head(scene: Scene) -> str:
    return scene.seen.pull.head.sha


def _said_more(scene: Scene, old: Standing | None) -> bool:
    """Whether the verdict of this evaluation, or its progress, is said already.

    One that was closed meanwhile is heard no more: beside it others spoke for its head.
    """
    if old is None or old.voice is None or not old.open:
        return False
    return old.task == scene.task if old.ended else old.inputs == scene.inputs


def _open(progress: Progress | None) -> Open:
    return Running() if isinstance(progress, Started) else Waiting()


def _again_at(scene: Scene) -> float | None:
    """When an acceptance ends, or the verdict is too old for where the base is now."""
    ends = [one.ends_at for one in scene.accepted if one.ends_at is not None]
    if isinstance(scene.moved, Stands):
        ends.append(scene.moved.until)
    return min(ends, default=None)


def task_of(scene: Scene) -> Task:
    """What trials are run for; only where a policy rules."""
    seen, rule, pin = scene.seen, scene.rule, scene.pin
    if rule is None or pin is None:  # pragma: no cover - `next_move` sees to it
        raise AssertionError(scene)
    return Task(
        pull=seen.key,
        installation=seen.place.installation,
        digest=scene.task,
        repository=seen.source,
        full_name=seen.repository.full_name,
        base=pin.base,
        head=_head(scene),
        base_ref=seen.pull.base.ref,
        head_ref=seen.pull.head.ref,
        policy=rule.policy,
        policy_text=rule.text,
        policy_source=rule.source,
        orders=scene.orders,
        accepted=frozenset(one.digest for one in scene.accepted),
        labels=seen.pull.labels,
        description=seen.pull.body,
    )
