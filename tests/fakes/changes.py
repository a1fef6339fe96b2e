"""The changes of a branch in memory: what `ChangeSource` promises, file by file."""

import difflib
import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from bot.app.ports import Conflicted, Merged
from bot.domain.arms import LONGEST_CHANGE
from bot.domain.changes import (
    Change,
    ChangedLines,
    Commit,
    Cut,
    Ids,
    PlannedChange,
    Touched,
    commit_ids,
    gather,
    grouped,
    text_ids,
    united,
)
from bot.domain.errors import UserFault
from bot.domain.policy import Ablation

Files = Mapping[str, bytes]


class Told(NamedTuple):
    """One commit of a branch: what it says, and the files before and after it."""

    name: str
    message: str
    before: Files
    after: Files


class FakeChanges:
    """Taken out newest first, or else by putting all others onto the base."""

    def __init__(
        self,
        told: Sequence[Told],
        ends: tuple[Files, Files],
        rule: Ablation,
        add_tree: Callable[[Files], str],
    ) -> None:
        self._base, self._merged = ends
        self._add_tree = add_tree
        if rule.unit == "file":
            self._told = [_file(p, *ends) for p in _differing(*ends)]
            ids = text_ids([one.name for one in self._told], Ids(64, tail=True))
            self._changes = [
                _described(name, [one], commits=())
                for name, one in zip(ids, self._told, strict=True)
            ]
            self._homes = dict(zip((one.name for one in self._told), ids, strict=True))
        else:
            self._told = list(told)
            self._gather(by_trailer=rule.unit == "trailer")
        ids = tuple(one.id for one in self._changes)
        spell = Ids(LONGEST_CHANGE, tail=rule.unit == "file")
        self._groups = grouped(ids, rule.max_changes, spell)

    def cut(self) -> Cut:
        plans = tuple(self._plan(name) for name in self._groups.top)
        return Cut(plans, found=len(self._changes))

    def halved(self, change: str) -> tuple[PlannedChange, ...]:
        halves = self._groups.halves.get(self._known(change), ())
        return tuple(map(self._plan, halves))

    def without(self, changes: Sequence[str]) -> Merged | Conflicted:
        known = [self._known(name) for name in changes]
        parts = {one for name in known for one in self._groups.parts[name]}
        gone = [one for one in self._told if self._homes[one.name] in parts]
        rest = [one for one in self._told if self._homes[one.name] not in parts]
        back = [one._replace(before=one.after, after=one.before) for one in gone]
        found = _replayed(self._merged, reversed(back))
        if isinstance(found, Conflicted):
            others = _replayed(self._base, rest)
            found = found if isinstance(others, Conflicted) else others
        return found if isinstance(found, Conflicted) else Merged(self._add_tree(found))

    def _only(self, name: str) -> Merged | Conflicted:
        parts = set(self._groups.parts[name])
        mine = [one for one in self._told if self._homes[one.name] in parts]
        found = _replayed(self._base, mine)
        return found if isinstance(found, Conflicted) else Merged(self._add_tree(found))

    def _plan(self, name: str) -> PlannedChange:
        parts = set(self._groups.parts[name])
        rest, alone = self.without([name]), self._only(name)
        inert = rest == Merged(self._add_tree(self._merged))
        mine = [one for one in self._told if self._homes[one.name] in parts]
        empty = all(one.before == one.after for one in mine)
        idle = "it is empty" if empty else "later commits take it back"
        singles = [one for one in self._changes if one.id in parts]
        return PlannedChange(
            change=united(name, singles, [one.name for one in self._told]),
            without=rest.tree if isinstance(rest, Merged) else None,
            only=alone.tree if isinstance(alone, Merged) else None,
            why_not=idle if inert else _why(rest, "with what came after it"),
            why_not_alone=_why(alone, "with the base"),
            inert=inert,
        )

    def _gather(self, *, by_trailer: bool) -> None:
        by_name = {one.name: one for one in self._told}
        commits = [
            Commit(one.name, one.message, _trailers(one.message)) for one in self._told
        ]
        short = dict(zip(by_name, commit_ids([*by_name]), strict=True))
        gathered = gather(commits, by_trailer=by_trailer)
        names = [one.name or short[one.commits[0].name] for one in gathered]
        rows = list(zip(text_ids(names, Ids(LONGEST_CHANGE)), gathered, strict=True))
        self._homes = {c.name: name for name, one in rows for c in one.commits}
        self._changes = [
            _described(
                name,
                [by_name[commit.name] for commit in one.commits],
                commits=tuple(commit.name for commit in one.commits),
                title=one.title,
            )
            for name, one in rows
        ]

    def parts(self, typed: str) -> tuple[str, ...]:
        if typed in self._groups.parts:
            return self._groups.parts[typed]
        rows = self._homes.items() if len(typed) >= 7 else ()
        homes = {home for at, home in rows if at.startswith(typed)}
        return tuple(homes) if len(homes) == 1 else ()

    def _known(self, name: str) -> str:
        parts = self.parts(name)
        if parts:
            return name if name in self._groups.parts else parts[0]
        near = ", ".join(difflib.get_close_matches(name, self._groups.parts))
        raise UserFault(f"The branch has no change {name!r}.", f"Perhaps: {near}.")


def blob_name(content: bytes) -> str:
    return hashlib.sha1(b"blob" + content, usedforsecurity=False).hexdigest()


def touched(path: str, old: Files, new: Files) -> Touched:
    before, after = old.get(path), new.get(path)
    lines = changed(path, old, new)
    return Touched(
        path=path,
        before=None if before is None else blob_name(before),
        after=None if after is None else blob_name(after),
        insertions=None if _binary(before, after) else len(lines.new),
        deletions=None if _binary(before, after) else len(lines.old),
    )


def changed(path: str, old: Files, new: Files) -> ChangedLines:
    before, after = old.get(path, b""), new.get(path, b"")
    if _binary(before, after):
        return ChangedLines(path)
    lines = before.splitlines(keepends=True), after.splitlines(keepends=True)
    blocks = difflib.SequenceMatcher(None, *lines, autojunk=False).get_opcodes()
    differ = [block[1:] for block in blocks if block[0] != "equal"]
    return ChangedLines(
        path,
        tuple(n + 1 for a, b, _, _ in differ for n in range(a, b)),
        tuple(n + 1 for _, _, a, b in differ for n in range(a, b)),
    )


def _binary(*contents: bytes | None) -> bool:
    return any(b"\0" in content for content in contents if content)


def _file(path: str, base: Files, merged: Files) -> Told:
    without = {p: c for p, c in base.items() if p != path}
    there = {path: merged[path]} if path in merged else {}
    return Told(path, "", base, without | there)


def _described(
    name: str, told: Sequence[Told], *, commits: tuple[str, ...], title: str = ""
) -> Change:
    lines = [
        changed(path, one.before, one.after)
        for one in told
        for path in _differing(one.before, one.after)
    ]
    return Change(
        id=name,
        title=title,
        commits=commits,
        files=tuple(sorted({one.path for one in lines})),
        insertions=sum(len(one.new) for one in lines),
        deletions=sum(len(one.old) for one in lines),
    )


def _trailers(message: str) -> tuple[str, ...]:
    last = message.strip().split("\n\n")
    lines = last[-1].split("\n") if len(last) > 1 else []
    found = (line.removeprefix("Change:") for line in lines if "Change:" in line)
    return tuple(name.strip() for name in found)


def _replayed(files: Files, told: Iterable[Told]) -> Files | Conflicted:
    now = dict(files)
    for one in told:
        moved = _differing(one.before, one.after)
        stuck = [
            path
            for path in moved
            if now.get(path) not in (one.before.get(path), one.after.get(path))
        ]
        if stuck:
            return Conflicted(tuple(stuck))
        for path in moved:
            now.pop(path, None)
            now |= {path: one.after[path]} if path in one.after else {}
    return now


def _why(outcome: Merged | Conflicted, against: str) -> str:
    if isinstance(outcome, Merged):
        return ""
    return f"it conflicts in {', '.join(outcome.files)} {against}"


def _differing(left: Files, right: Files) -> tuple[str, ...]:
    paths = left.keys() | right.keys()
    return tuple(sorted(p for p in paths if left.get(p) != right.get(p)))
