"""Too many changes: groups of neighbours, each of which can be halved."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from bot.domain.changes.names import Ids, group_ids
from bot.domain.changes.values import Change

Span = tuple[int, int]
"""Neighbours: the place of the first, and the place after the last."""


@dataclass(frozen=True, slots=True)
class Groups:
    """Every change and group by its id.

    `top` are those that are judged first, in the branch's order. `parts` maps each id
    to the single changes in it, `halves` each group to the two that it falls into.
    """

    top: tuple[str, ...] = ()
    parts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    halves: Mapping[str, tuple[str, str]] = field(default_factory=dict)


def grouped(ids: Sequence[str], most: int, spell: Ids) -> Groups:
    """Groups of neighbours, at most `most` (at least 1); their sizes differ by one.

    `spell` names them: see `bot.domain.changes.names`.
    """
    top = evenly((0, len(ids)), most)
    spans = list(dict.fromkeys(one for each in top for one in _below(each)))
    names = dict(zip(spans, group_ids(ids, spans, spell), strict=True))
    halves = {
        names[span]: _pair(names, span) for span in spans if span[1] - span[0] > 1
    }
    return Groups(
        top=tuple(names[span] for span in top),
        parts={names[span]: tuple(ids[span[0] : span[1]]) for span in spans},
        halves=halves,
    )


def evenly(span: Span, most: int) -> tuple[Span, ...]:
    """The span cut into at most `most` spans, none empty, the longer ones first."""
    first, end = span
    count = min(most, end - first)
    if count == 0:
        return ()
    size, longer = divmod(end - first, count)
    cuts = [first + place * size + min(place, longer) for place in range(count + 1)]
    return tuple(pairwise(cuts))


def _below(span: Span) -> Iterator[Span]:
    """A span, its halves, theirs, and so on down to single places."""
    yield span
    if span[1] - span[0] > 1:
        for half in evenly(span, 2):
            yield from _below(half)


def _pair(names: Mapping[Span, str], span: Span) -> tuple[str, str]:
    first, second = evenly(span, 2)
    return names[first], names[second]


def united(name: str, changes: Sequence[Change], order: Sequence[str]) -> Change:
    """A group as one change; `order` are the commits of the branch, oldest first."""
    if len(changes) == 1:
        return changes[0]
    commits = {commit for one in changes for commit in one.commits}
    return Change(
        id=name,
        title=f"{len(changes)} changes",
        commits=tuple(commit for commit in order if commit in commits),
        files=tuple(sorted({path for one in changes for path in one.files})),
        insertions=sum(one.insertions for one in changes),
        deletions=sum(one.deletions for one in changes),
        parts=tuple(one.id for one in changes),
    )
