"""A pull request whose commits git could not bring here, now or ever."""

from bot.app.mirroring import (
    Denied,
    Gone,
    Mirror,
    MirrorError,
    MirrorFailure,
    Mirrors,
    TooLarge,
    Unfit,
    Unreachable,
    WantedBranch,
)
from bot.app.ports import SourceRepository
from bot.domain.conclusions import Impossible
from bot.domain.errors import UserFault
from bot.domain.github import Place, Pull, Repository, Secret
from bot.presentation.words import fetching


class NothingHeld:
    """The `Mirror` of a repository of which nothing could be fetched."""

    @property
    def repository(self) -> SourceRepository:
        """There is none: raises `UserFault`."""
        raise UserFault(fetching.NOTHING_HELD, fetching.READ_LOG)

    def branch(self, _name: str) -> str | None:
        """Nobody knows whether it is there: raises `UserFault`."""
        raise UserFault(fetching.NOTHING_HELD, fetching.READ_LOG)

    def pull_head(self, _number: int) -> str | None:
        """None, as for any that was never seen."""
        return None

    def tag(self, _name: str) -> str | None:
        """None, as for any that was never seen."""
        return None

    def has(self, _sha: str) -> bool:
        """Whether a commit is held: none is."""
        return False

    def keep(self, _sha: str) -> bool:
        """Whether a commit can be kept: none can."""
        return False


def without_head(
    mirrors: Mirrors, seen: tuple[Place, Repository, Pull], token: Secret
) -> Mirror:
    """A mirror with the base branches alone, as new as they can be had."""
    place, repository, pull = seen
    branches = dict.fromkeys([pull.base.ref, repository.default_branch])
    wanted = [WantedBranch(one) for one in branches]
    try:
        return mirrors.refresh(place, repository.full_name, token, wanted)
    except MirrorError:
        known = mirrors.known(place)
    if known is None or known.branch(repository.default_branch) is None:
        return NothingHeld()
    return known


def hopeless(failure: MirrorFailure) -> Impossible | None:
    """What is to be said where trying again helps nothing; None where it may."""
    match failure:
        case TooLarge(said=said):
            return Impossible(said, fetching.MAKE_SMALLER)
        case Unfit(said=said):
            return Impossible(said, fetching.MAKE_FIT)
        case Gone() | Denied() | Unreachable():
            return None
