"""What people ordered of a pull request, and what follows from all of it.

Acts are only ever added. Everything that somebody asked of a commit (runs, targets,
trust, acceptances) is worked out of them anew, so nothing that was said is lost.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from typing_extensions import override

from bot.domain.commands import (
    Ablate,
    Accept,
    Baseline,
    Cancel,
    Command,
    More,
    Ok,
    Retry,
    Run,
    Scan,
    Split,
    Target,
    Unaccept,
)

_GROUP_DIGITS = 12

Moment = tuple[float, int]
"""When something was said: GitHub's time, and its number within that second."""


@dataclass(frozen=True, slots=True, order=True)
class PullKey:
    """A pull request, for ever: the repository's number on GitHub, and its own."""

    repository: int
    number: int

    @override
    def __str__(self) -> str:
        """`7:12`, for keys and logs."""
        return f"{self.repository}:{self.number}"

    @property
    def is_group(self) -> bool:
        """Whether it is a merge group: no pull request has a number below 0."""
        return self.number < 0


def group_key(repository: int, sha: str) -> PullKey:
    """A merge group, by its commit in full: kept like a pull request of its own."""
    return PullKey(repository, -int(sha[:_GROUP_DIGITS], 16))


@dataclass(frozen=True, slots=True)
class Act:
    """An order that was allowed. `source` is unique: the same order counts once.

    `sha` is the head that it is about, in full. `by` is the person's number, `login`
    what they were called. `at` is when it was allowed, in Unix seconds. `said_at` is
    when it was said, by GitHub's clock, and `remark` the number of the comment or
    review; 0 for a press. One of which nobody kept when it was said has 0.0.
    """

    source: str
    pull: PullKey
    sha: str
    command: Command
    by: int
    login: str
    at: float
    said_at: float = 0.0
    remark: int = 0

    @property
    def moment(self) -> Moment:
        """When it was said."""
        return self.said_at, self.remark


def as_said(acts: Iterable[Act]) -> list[Act]:
    """In the order in which people said them, however late each of them was handled.

    `acts` are in the order in which they were kept, which counts within one remark. Of
    two remarks of one second GitHub's numbers tell which was the first.
    """
    return sorted(acts, key=lambda one: one.moment)


@dataclass(frozen=True, slots=True)
class Orders:
    """What is ordered of one head by now.

    `stage` and `modes` narrow the run, where the latest `/gate run` did. `attempt`
    counts what began it anew; `cancelled_by` is a login, empty where nobody stopped it.
    `apart` asks for changes on their own, all of them where `changes` is empty.
    """

    trusted: bool = False
    asked: bool = False
    cancelled_by: str = ""
    stage: str | None = None
    modes: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    more: int = 0
    apart: bool = False
    changes: tuple[str, ...] = ()
    attempt: int = 0


def orders_of(acts: Sequence[Act], head: str) -> Orders:
    """What the acts on this head come to; those on other commits do not count.

    As they were said: the last word counts.
    """
    mine = [one for one in acts if one.sha == head]
    told = [one.command for one in mine]
    runs = [one for one in told if isinstance(one, Run)]
    ablations = [one for one in told if isinstance(one, Ablate)]
    begun = [one for one in told if isinstance(one, Run | Retry)]
    return Orders(
        trusted=any(isinstance(one, Ok) for one in told),
        asked=any(_sets_going(one) for one in told),
        cancelled_by=_cancelled_by(mine),
        stage=runs[-1].stage if runs else None,
        modes=runs[-1].modes if runs else (),
        targets=_once(name for one in told for name in _targets(one)),
        more=sum(one.seeds for one in told if isinstance(one, More)),
        apart=bool(ablations),
        changes=_apart(ablations),
        attempt=len(begun),
    )


def _sets_going(command: Command) -> bool:
    return isinstance(command, Run | Retry | More | Ablate)


def _cancelled_by(acts: Sequence[Act]) -> str:
    """Who stopped it last, unless somebody set it going since."""
    for one in reversed(acts):
        if isinstance(one.command, Cancel) and not one.command.errands:
            return one.login
        if _sets_going(one.command):
            return ""
    return ""


def _targets(command: Command) -> tuple[str, ...]:
    return command.modes if isinstance(command, Target) else ()


def _apart(ablations: Sequence[Ablate]) -> tuple[str, ...]:
    """The changes that were named; none where somebody asked for all of them."""
    if any(not one.changes for one in ablations):
        return ()
    return _once(name for one in ablations for name in one.changes)


def _once(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


def is_errand(command: Command) -> bool:
    """Whether its answer is work of its own, beside what is judged."""
    match command:
        case Split() | Scan() | Baseline(refresh=True):
            return True
        case _:
            return False


def is_beside(command: Command) -> bool:
    """Whether what is judged does not hang on it."""
    match command:
        case Cancel(errands=errands):
            return errands
        case _:
            return is_errand(command)


def ordered_of(acts: Iterable[Act], head: str) -> int:
    """How many orders there are that may have trials run for a head; it only grows.

    What is accepted is told by its digests, whatever was said how often.
    """
    mine = (one.command for one in acts if one.sha == head)
    others = Cancel | Accept | Unaccept
    return sum(not (is_errand(one) or isinstance(one, others)) for one in mine)


def unstopped(acts: Sequence[Act], head: str) -> tuple[Act, ...]:
    """The errands of a head that nobody stopped since, answered or not."""
    mine = [one for one in acts if one.sha == head]
    stops = [at for at, one in enumerate(mine) if isinstance(one.command, Cancel)]
    after = mine[stops[-1] + 1 :] if stops else mine
    return tuple(one for one in after if is_errand(one.command))


def answer_note(errand: Act) -> str:
    """The name of the note that an errand was answered, told from all repositories."""
    return f"errand:{errand.pull.repository}:{errand.source}"


def ledger(acts: Sequence[Act]) -> tuple[Act, ...]:
    """Acceptances and what took them back, in order."""
    return tuple(one for one in acts if isinstance(one.command, Accept | Unaccept))
