"""What the App asks of the mirrors it keeps of GitHub's repositories.

A mirror holds branches, heads of pull requests, tags and single commits as they were
when it was last refreshed. Whatever a refresh finds, and whatever is kept by name,
stays readable for as long as `Mirrors.prune` lets it, however often branches are
rewritten.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.app.ports import SourceRepository
from bot.domain.github import Place, Secret


@dataclass(frozen=True, slots=True)
class WantedBranch:
    """The tip of a branch, by its short name; a hostile name is one that is not there.

    The queue's branches are among them (`gh-readonly-queue/main/pr-1-...`).
    """

    name: str


@dataclass(frozen=True, slots=True)
class WantedPull:
    """The head of a pull request, which outlives branch and fork that it came from."""

    number: int


@dataclass(frozen=True, slots=True)
class WantedTag:
    """The commit of a tag, by its short name; hostile names are as those of branches.

    Of all tags none else is fetched: some repositories have a hundred thousand.
    """

    name: str


@dataclass(frozen=True, slots=True)
class WantedCommit:
    """One commit by its full SHA, whatever still leads to it."""

    sha: str


Wanted = WantedBranch | WantedPull | WantedTag | WantedCommit


@dataclass(frozen=True, slots=True)
class Gone:
    """Not under this name: deleted, renamed or hidden. Ask for it by number."""

    said: str


@dataclass(frozen=True, slots=True)
class Denied:
    """The token is not believed, or no longer; mint another and try once more."""

    said: str


@dataclass(frozen=True, slots=True)
class Unreachable:
    """The network's fault, the server's, or too slow; try again later."""

    said: str


@dataclass(frozen=True, slots=True)
class Unfit:
    """What was sent holds what no tree may hold; it will not be better later."""

    said: str


@dataclass(frozen=True, slots=True)
class TooLarge:
    """More came at once than this process is set to take."""

    said: str


MirrorFailure = Gone | Denied | Unreachable | Unfit | TooLarge


class MirrorError(Exception):
    """A refresh that failed: the mirror is as it was. Holds no secret."""

    def __init__(self, failure: MirrorFailure) -> None:
        """Keep the failure; `str()` is its sentence."""
        super().__init__(failure.said)
        self.failure = failure


class Mirror(Protocol):
    """A repository as it was when it was last refreshed."""

    @property
    def repository(self) -> SourceRepository:
        """All that is held, by commit; remembered under `github:NUMBER`."""
        ...

    def branch(self, name: str) -> str | None:
        """The tip of a branch; None if it was not there, or never wanted."""
        ...

    def pull_head(self, number: int) -> str | None:
        """The head of a pull request; None if it was not there, or never wanted."""
        ...

    def tag(self, name: str) -> str | None:
        """The commit of a tag; None if it was not there, names none, or unwanted."""
        ...

    def has(self, sha: str) -> bool:
        """Whether a commit is held, by its full SHA."""
        ...

    def keep(self, sha: str) -> bool:
        """Let a commit stay from now on as if it had just been found; False if absent.

        Raises `MirrorError` as `Mirrors.refresh` does.
        """
        ...


class Mirrors(Protocol):
    """One mirror for each repository, by its number.

    Several threads and processes may ask at once: one works on a mirror at a time, the
    others wait. Each method may raise `MachineryFault`, as when the disk is full.
    """

    def refresh(
        self, place: Place, full_name: str, token: Secret, wanted: Sequence[Wanted]
    ) -> Mirror:
        """Bring a mirror up to date with what is wanted, and no more than that.

        `full_name` is the `owner/name` of now. What is wanted and not there is no
        failure. Raises `MirrorError`; one `Unfit` head spoils all that is asked for
        with it.
        """
        ...

    def listed(
        self, place: Place, full_name: str, token: Secret, folder: str
    ) -> Mapping[str, str]:
        """Where the branches of a folder (`gh-readonly-queue/`) are, by short name.

        Nothing of them is fetched. Raises `MirrorError` as `refresh` does.
        """
        ...

    def known(self, place: Place) -> Mirror | None:
        """The mirror as it is, without asking anybody; None if there is none."""
        ...

    def prune(self, place: Place, unused_s: float) -> int:
        """Let go of what no refresh found, and nobody kept, for so long (seconds).

        How many names were dropped; a call drops a bounded number. Whatever anybody
        reads must have been found or kept since.
        """
        ...

    def held(self) -> Collection[int]:
        """The repositories of which anything lies on this disk, by their numbers.

        Also what is left where somebody died while it was removed.
        """
        ...

    def forget(self, place: Place) -> None:
        """Remove a mirror, as when the App was taken away; none is no error."""
        ...
