"""Everything that is open, compared with what stands here: `Reconciler`.

Webhooks are hints, and some never come. So every few minutes all is gone through anew,
for a few calls a repository, and what differs is looked at.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields

from bot.app.mirroring import MirrorError
from bot.app.pulls import forgetting, remembered
from bot.app.pulls.ports import Remark
from bot.app.pulls.reach import Reach
from bot.app.pulls.sweeping import queues, redelivering
from bot.app.pulls.sweeping.bases import Bases
from bot.app.pulls.sweeping.listening import Listener
from bot.app.pulls.sweeping.resting import Tries
from bot.app.pulls.sweeping.verifying import Turn, verify
from bot.domain.errors import GitFault, MachineryFault, UserFault
from bot.domain.github import (
    GitHubError,
    Installation,
    Place,
    Pull,
    RateLimited,
    Repository,
)
from bot.domain.hooks import GroupAsked
from bot.domain.pulls.acts import PullKey
from bot.domain.pulls.posts import Post, key_of
from bot.domain.pulls.standing import Outline
from bot.presentation.github.installed import hint
from bot.presentation.words.troubles import unlisted


@dataclass(frozen=True, slots=True)
class SweepReport:
    """What a sweep came by, as counts.

    `verified` are heads whose check run was compared with GitHub's, `mended` what stood
    there wrong, `left` pull requests that cannot be reached any more, `troubled` the
    places of which a part has to wait for the next sweep. `faults` are for the log:
    installations that are not listed, repositories that failed in a way that nobody
    foresaw.
    """

    repositories: int = 0
    pulls: int = 0
    woken: int = 0
    remarks: int = 0
    verified: int = 0
    mended: int = 0
    redelivered: int = 0
    left: int = 0
    troubled: int = 0
    faults: tuple[str, ...] = ()

    def __add__(self, other: "SweepReport") -> "SweepReport":
        """Both together."""
        names = [one.name for one in fields(self)]
        return SweepReport(*(getattr(self, one) + getattr(other, one) for one in names))


_TROUBLED = SweepReport(troubled=1)


@dataclass(frozen=True, slots=True)
class _Listed:
    """What GitHub listed in one sweep: repositories, and through whom.

    `reached` are those that are not archived. `unknown` are the installations of which
    it did not tell what they reach. `tries` are git's for what was listed.
    """

    tries: Tries
    there: dict[int, int] = field(default_factory=dict)
    reached: dict[int, int] = field(default_factory=dict)
    unknown: set[int] = field(default_factory=set)

    def still(self, before: Mapping[int, int]) -> dict[int, int]:
        """Of what was reached before: what may be, for all that GitHub told."""
        return {one: by for one, by in before.items() if by in self.unknown}


class Reconciler:
    """Goes through everything. One at a time; `app` is our App's number."""

    def __init__(
        self,
        reach: Reach,
        bases: Bases,
        remarked: Callable[[Remark], Sequence[Post] | None],
        asked: Callable[[GroupAsked], None],
        app: int,
    ) -> None:
        """`remarked` is what a fresh remark is answered at once.

        `asked` is told of merge groups of which no webhook told.
        """
        self._reach, self._bases, self._app = reach, bases, app
        self._asked = asked
        self._listener = Listener(reach, remarked, app)

    def sweep(self) -> SweepReport:
        """Go through everything once; what GitHub refuses waits for the next time.

        Raises `MachineryFault`.
        """
        began = self._reach.now()
        try:
            every = self._reach.github.installations()
        except GitHubError as fault:
            said = unlisted(fault.failure)
            return SweepReport(troubled=1, faults=(said,) if said else ())
        listed = _Listed(Tries(self._reach))
        report = SweepReport()
        for one in every:
            if not one.suspended:
                report += self._installation(one.id, listed)
        report += self._unreached(listed, every)
        asked, troubled = redelivering.redeliver(self._reach)
        troubled += forgetting.forget(self._reach, listed.there, began)
        return report + SweepReport(redelivered=asked, troubled=troubled)

    def redeliver(self) -> int:
        """Between sweeps: ask for deliveries that wait; how many those were."""
        return redelivering.go_on(self._reach)

    def sweep_installation(self, installation: int) -> SweepReport:
        """Go through one installation, as when it is new."""
        listed = _Listed(Tries(self._reach))
        report = self._installation(installation, listed)
        before = remembered.reached(self._reach.store)
        remembered.keep_reached(self._reach.store, {**before, **listed.reached})
        return report

    def _installation(self, installation: int, listed: _Listed) -> SweepReport:
        try:
            found = self._reach.github.repositories(installation)
        except GitHubError:
            listed.unknown.add(installation)
            return _TROUBLED
        listed.there.update({one.id: installation for one in found})
        active = [one for one in found if not one.archived]
        listed.reached.update({one.id: installation for one in active})
        return self._repositories(installation, active, listed.tries)

    def _repositories(
        self, installation: int, active: Iterable[Repository], tries: Tries
    ) -> SweepReport:
        report = SweepReport()
        spoken = list[Turn]()
        for one in active:
            place = Place(installation, one.id)
            self._reach.known.told(place, one)
            try:
                report += self._repository(place, one, spoken, tries)
            except GitHubError as fault:
                report += _TROUBLED
                if isinstance(fault.failure, RateLimited):
                    return report
            except MachineryFault:
                raise
            except Exception as fault:  # noqa: BLE001 - the others are swept
                said = f"{one.full_name}: {type(fault).__name__}: {fault}"
                report += SweepReport(troubled=1, faults=(said,))
        try:
            verified, mended = verify(self._reach, self._app, installation, spoken)
        except GitHubError:
            return report + _TROUBLED
        return report + SweepReport(verified=verified, mended=mended)

    def _repository(
        self, place: Place, repository: Repository, spoken: list[Turn], tries: Tries
    ) -> SweepReport:
        pulls = self._reach.github.open_pulls(place)
        known = {
            one.pull.number: one for one in self._reach.store.outlines(place.repository)
        }
        later = tries.are_over(place)
        ruled = None if later else self._ruled(place, pulls, known, tries)
        new = ruled is not False and not later
        woken = self._woken(place, pulls, known, ruled=new)
        spoken.extend(
            Turn(one.pull, one.head) for one in known.values() if _verified(one)
        )
        remarks = self._listener.comments(place, {one.number for one in pulls})
        reviews = self._listener.reviews(place, pulls)
        if ruled is not None:
            self._hint(place, ruled=ruled)
        groups = self._groups(place, repository) if pulls and ruled else 0
        report = SweepReport(1, len(pulls), woken, remarks + reviews.noted)
        report += SweepReport(woken=groups or 0)
        whole = ruled is not None and groups is not None and not reviews.unread
        return report if whole else report + _TROUBLED

    def _ruled(
        self,
        place: Place,
        pulls: Collection[Pull],
        known: Collection[int],
        tries: Tries,
    ) -> bool | None:
        """Whether there is a policy; None where that cannot be read now.

        Where nothing asks for it none is looked for: that would bring all of it here.
        """
        store, one = self._reach.store, place.repository
        begun = remembered.tips(store, one) or remembered.hint_wanted(store, one)
        if not (pulls or known or begun):
            return False
        branches = list(dict.fromkeys(one.base.ref for one in pulls))
        newest = max((one.number for one in pulls), default=0)
        try:
            with tries.trying(place, newest):
                return self._bases.look_at_all(place, branches).ruled
        except (MirrorError, GitFault, UserFault):
            return None  # its pull requests are gone through anyway

    def _groups(self, place: Place, repository: Repository) -> int | None:
        """How many merge groups were found; None where git does not tell now."""
        try:
            found = list(queues.unheard(self._reach, place, repository))
        except (MirrorError, GitFault):
            return None
        for one in found:
            self._asked(one)
        return len(found)

    def _woken(
        self,
        place: Place,
        pulls: Iterable[Pull],
        known: dict[int, Outline],
        *,
        ruled: bool,
    ) -> int:
        """Wake those that differ from what stands here, and those that are gone."""
        listed = {one.number: one for one in pulls}
        numbers = [
            number
            for number, one in listed.items()
            if _differs(place, one, known.get(number), ruled=ruled)
        ]
        gone = [one for number, one in known.items() if number not in listed]
        numbers += [one.pull.number for one in gone if _unended(one)]
        now = self._reach.now()
        for number in numbers:
            key = PullKey(place.repository, number)
            self._reach.store.wake(key, place.installation, now)
        return len(numbers)

    def _hint(self, place: Place, *, ruled: bool) -> None:
        """Say once that the App is there, where no policy tells it what to do."""
        store = self._reach.store
        if not remembered.hint_wanted(store, place.repository):
            return
        post = hint(place)
        if not ruled and store.remote(key_of(post)) is None:
            store.put([post])
        remembered.hinted(store, place.repository)

    def _unreached(self, listed: _Listed, every: Iterable[Installation]) -> SweepReport:
        """Leave what was reached before and is not any more, as far as that is known.

        What else went wrong in a sweep does not matter here: only what was listed does.
        """
        store = self._reach.store
        before = remembered.reached(store)
        reached = {**listed.still(before), **listed.reached}
        lost = [Place(by, one) for one, by in before.items() if one not in reached]
        left = 0
        for one in lost:
            left += len(self._reach.leave(one.installation, one.repository))
            remembered.keep_tips(store, one.repository, {})
            remembered.keep_rest(store, one.repository, None)
        silent = {*listed.unknown, *(one.id for one in every if one.suspended)}
        if listed.unknown:
            silent.add(forgetting.ANYBODY)
        anybody = {**before, **reached}
        forgetting.note_unlisted(self._reach, anybody, listed.there, silent)
        self._bases.keep_only(reached)
        if before != reached:
            remembered.keep_reached(store, reached)
        return SweepReport(left=left)


def _differs(place: Place, pull: Pull, old: Outline | None, *, ruled: bool) -> bool:
    """Whether a look may find anything; a new one without a policy is left alone."""
    if old is None:
        return ruled
    known = (old.head, old.base_ref, old.draft, sorted(old.labels), old.installation)
    labels = sorted(pull.labels)
    now = (pull.head.sha, pull.base.ref, pull.draft, labels, place.installation)
    return old.waits or known != now


def _unended(gone: Outline) -> bool:
    """Of what is not listed: a pull request was closed, a merge group may go on."""
    return gone.waits or not gone.pull.is_group


def _verified(one: Outline) -> bool:
    return one.speaks and not one.pull.is_group
