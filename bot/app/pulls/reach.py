"""What the App's work beside looks at single pull requests needs of the outside."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from bot.app.github import GitHub
from bot.app.local import ParsePolicy
from bot.app.mirroring import Denied, Gone, Mirror, MirrorError, Mirrors, Wanted
from bot.app.pulls.evaluations import Evaluations
from bot.app.pulls.known import Known
from bot.app.pulls.ports import PullStore
from bot.domain.github import Place, Secret
from bot.domain.pulls.acts import PullKey


@dataclass(frozen=True, slots=True)
class Reach:
    """Times are Unix seconds by `now`.

    `speaking` is the one that looks have: whoever holds it speaks alone. Whoever holds
    `redelivering` asks alone for what was lost. `drop_errands` stops the errands of a
    pull request.
    """

    github: GitHub
    known: Known
    mirrors: Mirrors
    store: PullStore
    evaluations: Evaluations
    parse: ParsePolicy
    now: Callable[[], float]
    speaking: AbstractContextManager[object]
    redelivering: AbstractContextManager[object]
    drop_errands: Callable[[PullKey], None]

    def mirror(self, place: Place, wanted: Sequence[Wanted]) -> Mirror:
        """The mirror of a repository, brought up to date.

        Raises `MirrorError` and `GitHubError`. A name, or a token, that is not good any
        more is asked for again the next time.
        """
        with self._granted(place) as (name, token):
            return self.mirrors.refresh(place, name, token, wanted)

    def listed(self, place: Place, folder: str) -> Mapping[str, str]:
        """Where the branches of a folder are now, by name; raises as `mirror` does."""
        with self._granted(place) as (name, token):
            return self.mirrors.listed(place, name, token, folder)

    @contextmanager
    def _granted(self, place: Place) -> Iterator[tuple[str, Secret]]:
        """The name of a repository, and a token with which it is read."""
        name = self.known.repository(place).full_name
        token = self.github.git_token(place)
        try:
            yield name, token
        except MirrorError as fault:
            if isinstance(fault.failure, Gone):
                self.known.drop(place.repository)
            elif isinstance(fault.failure, Denied):
                self.github.git_refused(place)
            raise

    def wake(self, pull: PullKey, installation: int, at: float) -> None:
        """Wake a pull request of our own accord: that is no news of GitHub's.

        Where it is not known whether it was woken, GitHub is asked once more.
        """
        self.known.woke(pull)
        try:
            self.store.wake(pull, installation, at)
        except BaseException:
            self.known.doubt(pull)
            raise

    def leave(
        self, installation: int, repository: int | None = None
    ) -> Sequence[PullKey]:
        """Do nothing of an installation, or one repository, any more; GitHub unasked.

        Its evaluations and errands stop, its standings are closed. Which pull requests
        were open. A look on its way undoes itself: see `Alarms.rest`.
        """
        left = self.store.leave(installation, repository)
        for pull in left:
            self.evaluations.stop(pull)
            self.drop_errands(pull)
        gone = {pull.repository for pull in left}
        if repository is not None:
            gone.add(repository)
        for one in gone:
            self.known.drop(one)
        return left
