"""The single changes of a branch, as one unit or another counts them."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.adapters.repository.command import GitCommand, readable
from bot.adapters.repository.differences import (
    Difference,
    Weight,
    differences,
    weights,
)
from bot.adapters.repository.history import History
from bot.adapters.repository.surgery import (
    CommitSurgery,
    Ends,
    FileSurgery,
    Line,
    Surgery,
)
from bot.domain.arms import LONGEST_CHANGE
from bot.domain.changes import Change, Gathered, Ids, Step, gather, text_ids


@dataclass(frozen=True, slots=True)
class Found:
    """The changes of a branch before they are grouped, and what can be done with them.

    `order` are its commits, oldest first; `spell` is how groups are named.
    """

    changes: tuple[Change, ...]
    surgery: Surgery
    spell: Ids
    order: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def found_commits(
    git: GitCommand, ends: Ends, history: History, *, by_trailer: bool
) -> Found:
    """Changes that are commits: each one, or all of one trailer."""
    spell = Ids(LONGEST_CHANGE)
    gathered = gather(history.commits, by_trailer=by_trailer)
    names = [one.name or history.ids[one.commits[0].name] for one in gathered]
    by_id = dict(zip(text_ids(names, spell), gathered, strict=True))
    steps = tuple(history.steps[one.name] for one in history.commits)
    done = _done(git, steps, ends)
    homes = {one.name: name for name, each in by_id.items() for one in each.commits}
    return Found(
        changes=tuple(_change(name, one, done) for name, one in by_id.items()),
        surgery=CommitSurgery(git, ends, Line(steps, homes, _shared(done))),
        spell=spell,
        order=tuple(one.name for one in history.commits),
        notes=(*history.notes, *(_ambiguous(history) if by_trailer else ())),
    )


def found_files(git: GitCommand, ends: Ends) -> Found:
    """Changes that are files in which the two ends differ."""
    spell = Ids(LONGEST_CHANGE, tail=True)
    rows = differences(git, ends.base, ends.merged)
    ids = text_ids([readable(row.path) for row in rows], spell)
    files = dict(zip(ids, rows, strict=True))
    changes = tuple(_file(name, row) for name, row in files.items())
    return Found(changes, FileSurgery(git, ends, files), spell)


@dataclass(frozen=True, slots=True)
class _Done:
    """How much each commit changed, and the files that the base changed itself."""

    commits: Mapping[str, Weight]
    moved: frozenset[str]


def _done(git: GitCommand, steps: tuple[Step, ...], ends: Ends) -> _Done:
    pairs = {step.commit: (step.before or step.after, step.after) for step in steps}
    start = (steps[0].before or ends.base, ends.base) if steps else (ends.base,) * 2
    found = weights(git, [start, *pairs.values()])
    commits = {name: found[pair] for name, pair in pairs.items()}
    return _Done(commits, frozenset(found[start].files))


def _shared(done: _Done) -> frozenset[str]:
    rows = done.commits.items()
    return frozenset(name for name, one in rows if done.moved & {*one.files})


def _change(name: str, one: Gathered, done: _Done) -> Change:
    weights_ = [done.commits[commit.name] for commit in one.commits]
    return Change(
        id=name,
        title=one.title,
        commits=tuple(commit.name for commit in one.commits),
        files=tuple(sorted({path for each in weights_ for path in each.files})),
        insertions=sum(each.insertions for each in weights_),
        deletions=sum(each.deletions for each in weights_),
    )


def _file(name: str, row: Difference) -> Change:
    path = readable(row.path)
    return Change(
        id=name,
        title="" if name == path else path,
        files=(path,),
        insertions=row.insertions or 0,
        deletions=row.deletions or 0,
    )


def _ambiguous(history: History) -> tuple[str, ...]:
    many = (one for one in history.commits if len({*one.named}) > 1)
    return tuple(
        f"Commit {history.ids[one.name]} names several changes "
        f"({', '.join(one.named)}): it counts to the first."
        for one in many
    )
