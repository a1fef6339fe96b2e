"""A look at one pull request: gather, decide, say it or have it judged.

Everything is worked out from GitHub, git and the store each time, so a look may come
late, twice, or after a crash: the end is the same.
"""

from dataclasses import replace
from typing import assert_never

from bot.app.mirroring import (
    Mirror,
    MirrorError,
    Wanted,
    WantedBranch,
    WantedCommit,
    WantedPull,
)
from bot.app.pulls.evaluations import Absent, Busy, Done
from bot.app.pulls.looking.doubting import Doubts
from bot.app.pulls.looking.insiders import insider
from bot.app.pulls.looking.outside import Outside
from bot.app.pulls.looking.scene import Scene, Seen
from bot.app.pulls.looking.speaking import Speaker
from bot.app.pulls.looking.tasks import task_of
from bot.app.pulls.looking.telling import Answer, overridden
from bot.app.pulls.looking.troubles import HeadUnseenError, Troubles
from bot.app.pulls.looking.unfetched import NothingHeld
from bot.app.pulls.ports import Due
from bot.domain.conclusions import (
    Impossible,
    NotGated,
    Open,
    Outcome,
    Running,
    Waiting,
)
from bot.domain.errors import GitFault, UserFault
from bot.domain.github import GitHubError, Place, Pull, Repository
from bot.domain.pulls.acts import PullKey
from bot.domain.pulls.base_moved import Stands
from bot.domain.pulls.deciding import Judge, Say, Silent, next_move
from bot.domain.pulls.standing import Standing
from bot.domain.verdict import Report
from bot.presentation.github import Progress, Started

CARRIED_S = 120.0
"""After which it is asked what became of an evaluation that was taken up again."""
SERVED_S = 600.0
"""After which it is asked what became of what was ordered beside a verdict: it is begun
anew where its answer could not be kept."""


class Keeper:
    """Looks at pull requests, one at a time."""

    def __init__(self, outside: Outside) -> None:
        """Nothing is asked before `look`."""
        self._out, self._speaker = outside, Speaker(outside)
        self._doubts = Doubts(outside)
        self._troubles = Troubles(outside, self._speaker, self._moved)

    def look(self, due: Due) -> None:
        """Do what is to be done for a pull request now; it rests until it is woken.

        Raises `MachineryFault`; the alarm then stays as it is.
        """
        out = self._out
        try:
            again_at = out.group(due) if due.pull.is_group else self._look(due)
        except GitHubError as fault:
            again_at = self._troubles.of_github(due, fault)
        except MirrorError as fault:
            again_at = self._troubles.of_mirror(due, fault)
        except HeadUnseenError:
            again_at = self._troubles.of_head(due)
        else:
            self._troubles.over(due)
        if not out.store.rest(due, again_at):
            self._speaker.leave(due.pull)

    def _look(self, due: Due) -> float | None:
        out, place = self._out, Place(due.installation, due.pull.repository)
        old = out.store.standing(due.pull)
        pull = out.known.pull(due)
        out.store.saw_head(due.pull, pull.head.sha, out.github.their_now())
        if not pull.open:
            self._over(due, old, pull)
            return None
        repository = out.known.repository(place)
        if self._doubts.doubts(place, repository, pull, old):
            old = self._reopened(place, repository, pull, old)
        try:
            return self._fetched(place, repository, pull, old)
        except (MirrorError, GitFault):
            if self._doubts.unheard(place, repository, pull):
                self._reopened(place, repository, pull, old)
            raise

    def _fetched(
        self, place: Place, repository: Repository, pull: Pull, old: Standing | None
    ) -> float | None:
        mirror = self._refreshed(place, repository, pull)
        if mirror.pull_head(pull.number) != pull.head.sha:
            raise HeadUnseenError
        trusted = insider(self._out.known, place, pull)
        return self._seen(Seen(place, repository, pull, mirror, trusted), old)

    def _reopened(
        self, place: Place, repository: Repository, pull: Pull, old: Standing | None
    ) -> Standing | None:
        """Take the answer back at once, by what GitHub says: git may be slow."""
        seen = Seen(place, repository, pull, NothingHeld(), insider=False)
        self._speaker.answered(self._out.scenes.bare(seen), Answer(Waiting()), old)
        return self._out.store.standing(PullKey(place.repository, pull.number))

    def _refreshed(self, place: Place, repository: Repository, pull: Pull) -> Mirror:
        out = self._out
        branches = dict.fromkeys([pull.base.ref, repository.default_branch])
        wanted: list[Wanted] = [WantedPull(pull.number), *map(WantedBranch, branches)]
        token, name = out.github.git_token(place), repository.full_name
        mirror = out.mirrors.refresh(place, name, token, wanted)
        key = PullKey(place.repository, pull.number)
        pin = out.store.pinned(key, pull.head.sha, pull.base.ref)
        if pin is None or mirror.has(pin.base):
            return mirror
        # A mirror that was made anew, of a base that was rewritten since.
        wanted.append(WantedCommit(pin.base))
        return out.mirrors.refresh(place, name, token, wanted)

    def _seen(self, seen: Seen, old: Standing | None) -> float | None:
        """Only what the policy asks for in vain ends it; a `GitFault` passes on."""
        try:
            scene = self._out.scenes.scene(seen)
        except UserFault as fault:
            self._out.evaluations.stop(seen.key)
            scene = self._out.scenes.bare(seen)
            self._out.beside.consider(scene)
            return self._speaker.answered(
                scene, Answer(Impossible(fault.problem, fault.mend)), old
            )
        goes_on = self._out.beside.consider(scene)
        again_at = self._decided(scene, old)
        asked = self._out.now() + SERVED_S
        return min(again_at or asked, asked) if goes_on else again_at

    def _decided(self, scene: Scene, old: Standing | None) -> float | None:
        if old is not None and old.inputs == scene.inputs and old.ended:
            self._speaker.confirmed(scene, old)
            return old.again_at
        return self._moved(scene, old)

    def _moved(self, scene: Scene, old: Standing | None) -> float | None:
        move = next_move(replace(scene.facts, judged=_has_verdict(scene, old)))
        match move:
            case Silent():
                return self._silent(scene, old)
            case Say(outcome=outcome):
                self._out.evaluations.stop(scene.seen.key)
                return self._speaker.answered(scene, Answer(outcome), old)
            case Judge():
                return self._judge(scene, old)
            case _:
                assert_never(move)

    def _silent(self, scene: Scene, old: Standing | None) -> float | None:
        """Nothing is said; where something was, it is taken back."""
        self._out.evaluations.stop(scene.seen.key)
        if old is not None and old.voice is not None and old.head == _head(scene):
            return self._speaker.answered(scene, Answer(NotGated()), old)
        self._speaker.hush(scene, old)
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
            return _carried(self._out.now(), old)
        return self._speaker.answered(
            scene, Answer(_open(progress), progress=progress), old
        )

    def _judged(
        self,
        scene: Scene,
        outcome: Outcome,
        report: Report | None,
        old: Standing | None,
    ) -> float | None:
        report = overridden(scene, report) if report else None
        page = self._out.page(scene.seen.place, report) if report else ""
        answer = Answer(outcome, report, None, page, _again_at(scene), scene.task)
        return self._speaker.answered(scene, answer, old)

    def _over(self, due: Due, old: Standing | None, pull: Pull) -> None:
        """Closed: what runs is stopped, and what has not ended is taken back."""
        self._speaker.stop(due.pull)
        if old is None or not old.open:
            return
        try:
            landed = self._out.landed(old.place, pull, old)
        except MirrorError:
            self._out.known.doubt(due.pull)  # what landed may be told too early
            raise
        self._speaker.close(old, landed)


def _head(scene: Scene) -> str:
    return scene.seen.pull.head.sha


def _has_verdict(scene: Scene, old: Standing | None) -> bool:
    """Whether there was a verdict of this head, on the base that counts.

    It holds for a draft too: of what was judged nothing has to run.
    """
    if old is None or scene.pin is None:
        return False
    return (old.head, old.judged_on) == (_head(scene), scene.pin.base)


def _said_more(scene: Scene, old: Standing | None) -> bool:
    """Whether the verdict of this evaluation, or its progress, is said already.

    One that was closed meanwhile is heard no more: beside it others spoke for its head.
    """
    if old is None or old.voice is None or not old.open:
        return False
    return old.task == scene.task if old.ended else old.inputs == scene.inputs


def _carried(now: float, old: Standing | None) -> float:
    """When to ask what became of it: no later than what is said until then may end."""
    ends = old.again_at if old is not None else None
    asks = now + CARRIED_S
    return min(asks, ends) if ends is not None and ends > now else asks


def _open(progress: Progress | None) -> Open:
    return Running() if isinstance(progress, Started) else Waiting()


def _again_at(scene: Scene) -> float | None:
    """When an acceptance ends, or the verdict is too old for where the base is now."""
    ends = [one.ends_at for one in scene.accepted if one.ends_at is not None]
    if isinstance(scene.moved, Stands):
        ends.append(scene.moved.until)
    return min(ends, default=None)
