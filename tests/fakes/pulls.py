"""A store of pull requests in memory, held to the contract of the one on a database."""

import hashlib
import threading
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TypeVar

from bot.app.pulls.ports import Due, Pin, PostState, Queued, Remark, Remote
from bot.domain.pulls.acts import Act, PullKey, as_said
from bot.domain.pulls.posts import Post, answers, key_of, priority_of
from bot.domain.pulls.standing import Outline, Standing

T = TypeVar("T")


def in_turns(rows: Sequence[T], owner: Callable[[T], Hashable]) -> list[T]:
    """The first of each owner, then the second of each, and so on."""
    seen = Counter[Hashable]()
    turns = list[tuple[int, int]]()
    for place, row in enumerate(rows):
        turns.append((seen[owner(row)], place))
        seen[owner(row)] += 1
    return [rows[place] for _, place in sorted(turns)]


@dataclass
class Alarm:
    installation: int
    at: float | None
    serial: int


@dataclass
class Row:
    """A key of the outbox."""

    post: Post
    digest: str
    since: float
    state: PostState = PostState.WAITING
    not_before: float = 0.0
    attempts: int = 0
    tried: bool = False
    remote: Remote | None = None
    note: str = ""


class MemoryPulls:
    """All of `PullStore`; `fault` is raised by every call while it is set.

    `alarms`, `outbox` and `known` are there to be looked at.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._lock = threading.RLock()
        self.fault: Exception | None = None
        self.alarms: dict[PullKey, Alarm] = {}
        self.outbox: dict[str, Row] = {}
        self.known: dict[tuple[int, str], bool] = {}  # whether it waits
        self._heads: dict[PullKey, list[tuple[float, str]]] = {}
        self._remarks: dict[tuple[int, str], Remark] = {}
        self._acts: dict[tuple[int, str], Act] = {}
        self.pins: dict[tuple[PullKey, str, str], Pin] = {}
        self._standings: dict[PullKey, Standing] = {}
        self.notes: dict[str, str] = {}
        self._ended: dict[PullKey, float] = {}
        self._said_at: dict[tuple[int, str], float] = {}

    @contextmanager
    def _call(self) -> Iterator[None]:
        with self._lock:
            if self.fault is not None:
                raise self.fault
            yield

    # Alarms

    def wake(self, pull: PullKey, installation: int, at: float) -> None:
        with self._call():
            one = self.alarms.setdefault(pull, Alarm(installation, None, 0))
            one.at = at if one.at is None else min(at, one.at)
            one.installation, one.serial = installation, one.serial + 1

    def due(self, now: float, limit: int) -> Sequence[Due]:
        with self._call():
            ready = sorted(
                (one.at, pull)
                for pull, one in self.alarms.items()
                if one.at is not None and one.at <= now
            )
            return [
                Due(pull, self.alarms[pull].installation, self.alarms[pull].serial)
                for _, pull in in_turns(ready, lambda one: one[1].repository)[:limit]
            ]

    def rest(self, due: Due, again_at: float | None) -> bool:
        with self._call():
            one = self.alarms.get(due.pull)
            if one is not None and one.serial == due.serial:
                one.at = again_at
                return True
            return one is not None and one.at is not None

    # Register

    def saw_head(self, pull: PullKey, sha: str, at: float) -> None:
        with self._call():
            seen = self._heads.setdefault(pull, [])
            if not seen or seen[-1][1] != sha:
                seen.append((at, sha))

    def head_at(self, pull: PullKey, moment: float) -> str | None:
        with self._call():
            seen = self._heads.get(pull, [])
            return next((sha for at, sha in reversed(seen) if at <= moment), None)

    def heads(self, pull: PullKey) -> Sequence[str]:
        with self._call():
            seen = [sha for _, sha in self._heads.get(pull, [])]
            return list(dict.fromkeys(reversed(seen)))[::-1]

    def note(self, remark: Remark) -> bool:
        key = (remark.pull.repository, remark.key)
        with self._call():
            if key in self.known:
                return False
            self.known[key], self._remarks[key] = True, remark
            return True

    def overhear(self, remarks: Sequence[Remark]) -> None:
        with self._call():
            for one in remarks:
                key = (one.pull.repository, one.key)
                self._said_at.setdefault(key, one.created_at)
                self.known.setdefault(key, False)

    def remarks(self, limit: int) -> Sequence[Remark]:
        with self._call():
            waiting = sorted(
                self._remarks.values(),
                key=lambda one: (one.created_at, one.pull.repository, one.id, one.key),
            )
            taken = in_turns(waiting, lambda one: one.pull.repository)[:limit]
            return [one for one in waiting if one in taken]

    def settle(
        self, remark: Remark, acts: Sequence[Act], posts: Sequence[Post], at: float
    ) -> None:
        key = (remark.pull.repository, remark.key)
        with self._call():
            if self.known.get(key) is False:
                return
            self.known[key] = False
            self._said_at[key] = remark.created_at
            self._remarks.pop(key, None)
            self.act(acts)
            self.put(posts)
            if acts:
                self.wake(remark.pull, remark.installation, at)

    def act(self, acts: Sequence[Act]) -> None:
        with self._call():
            for one in acts:
                self._acts.setdefault((one.pull.repository, one.source), one)

    def acts(self, pull: PullKey) -> Sequence[Act]:
        with self._call():
            mine = (one for one in self._acts.values() if one.pull == pull)
            return as_said(mine)

    def pin(self, pin: Pin, *, renew: bool = False) -> Pin:
        key = (pin.pull, pin.head, pin.base_ref)
        with self._call():
            if renew:
                self.pins[key] = pin
            return self.pins.setdefault(key, pin)

    def pinned(self, pull: PullKey, head: str, base_ref: str) -> Pin | None:
        with self._call():
            return self.pins.get((pull, head, base_ref))

    def standing(self, pull: PullKey) -> Standing | None:
        with self._call():
            return self._standings.get(pull)

    def standings(self, repository: int, head: str = "") -> Sequence[Standing]:
        with self._call():
            return [
                one
                for pull, one in sorted(self._standings.items())
                if pull.repository == repository and head in {"", one.head}
            ]

    def outlines(self, repository: int) -> Sequence[Outline]:
        with self._call():
            every = sorted(self._standings.items())
            mine = [one for pull, one in every if pull.repository == repository]
            return [one.outline for one in mine if one.open]

    def say(self, standing: Standing, posts: Sequence[Post]) -> None:
        with self._call():
            self._standings[standing.pull] = standing
            self.put(posts)

    # Outbox

    def put(self, posts: Sequence[Post]) -> None:
        with self._call():
            for post in posts:
                self._put(key_of(post), post)

    def _put(self, key: str, post: Post) -> None:
        read = repr(post).encode(errors="replace")
        digest = hashlib.sha256(read).hexdigest()
        row = self.outbox.get(key)
        if row is None:
            self.outbox[key] = Row(post, digest, self._now())
        elif row.digest != digest:
            waits = row.state is PostState.WAITING
            since = row.since if waits else self._now()
            kept = {"tried": row.tried, "remote": row.remote}
            self.outbox[key] = Row(post, digest, since, **kept)  # type: ignore[arg-type]

    def suspect(self, posts: Sequence[Post]) -> None:
        with self._call():
            for post in posts:
                row = Row(post, "", self._now(), PostState.SENT, tried=True)
                self.outbox.setdefault(key_of(post), row)

    def waiting(self, now: float, limit: int) -> Sequence[Queued]:
        with self._call():
            ready = [
                self._queued(key, row)
                for key, row in self.outbox.items()
                if row.state is PostState.WAITING and row.not_before <= now
            ]
            ready.sort(key=lambda one: (one.priority, one.since, one.key))
            taken = in_turns(ready, lambda one: one.installation)[:limit]
            keys = {one.key for one in taken}
            return [one for one in ready if one.key in keys]

    def _queued(self, key: str, row: Row) -> Queued:
        return Queued(
            key,
            row.post,
            row.digest,
            priority_of(
                row.post,
                fresh=row.remote is None,
                answered=row.remote is not None and (row.remote.concluded or row.tried),
            ),
            row.post.place.installation,
            row.since,
            row.attempts,
            row.tried,
            row.remote,
        )

    def begun(self, one: Queued) -> None:
        with self._call():
            row = self.outbox.get(one.key)
            if row is not None:
                row.tried = True
                row.attempts += row.digest == one.digest

    def sent(self, one: Queued, remote: Remote | None) -> None:
        with self._call():
            row = self.outbox.get(one.key)
            if row is not None:
                row.remote, row.tried = remote, False
                if row.digest == one.digest:
                    row.state = PostState.SENT

    def later(
        self, one: Queued, at: float, why: str, remote: Remote | None = None
    ) -> None:
        with self._call():
            known = self.outbox.get(one.key)
            if known is not None and remote is not None:
                known.remote, known.tried, known.attempts = remote, False, 0
            row = self._still_waiting(one)
            if row is not None:
                row.not_before, row.note = at, why

    def give_up(self, one: Queued, why: str) -> None:
        with self._call():
            row = self._still_waiting(one)
            if row is not None:
                row.state, row.note = PostState.GIVEN_UP, why

    def is_given_up(self, key: str) -> bool:
        with self._call():
            row = self.outbox.get(key)
            return row is not None and row.state is PostState.GIVEN_UP

    def unsent(self, key: str) -> Post | None:
        with self._call():
            row = self.outbox.get(key)
            sent = row is None or row.state is PostState.SENT
            return None if row is None or sent else row.post

    def may_answer(self, key: str) -> bool:
        with self._call():
            row = self.outbox.get(key)
            if row is None:
                return False
            shows = row.remote is not None and row.remote.concluded
            waits = row.state is PostState.WAITING
            return row.tried or shows or (waits and answers(row.post))

    def _still_waiting(self, one: Queued) -> Row | None:
        row = self.outbox.get(one.key)
        same = row is not None and row.digest == one.digest
        return row if same and row and row.state is PostState.WAITING else None

    def forget(self, key: str, instead: Remote | None = None) -> None:
        with self._call():
            row = self.outbox.get(key)
            if row is not None:
                ended = row.state is not PostState.WAITING
                digest = "" if ended else row.digest
                self.outbox[key] = replace(row, remote=instead, digest=digest)

    def correct(
        self, key: str, was: Remote | None, instead: Remote | None = None
    ) -> bool:
        with self._call():
            if self.remote(key) != was:
                return False
            self.forget(key, instead)
            return True

    def remote(self, key: str) -> Remote | None:
        with self._call():
            row = self.outbox.get(key)
            return None if row is None else row.remote

    def next_at(self) -> float | None:
        with self._call():
            waits = PostState.WAITING
            rows = [row for row in self.outbox.values() if row.state is waits]
            return min((row.not_before for row in rows), default=None)

    # Notes

    def recall(self, name: str) -> str:
        with self._call():
            return self.notes.get(name, "")

    def remember(self, name: str, text: str) -> None:
        with self._call():
            self.notes[name] = text

    # Leaving

    def leave(
        self, installation: int, repository: int | None = None
    ) -> Sequence[PullKey]:
        with self._call():
            mine = [
                pull
                for pull, one in sorted(self.alarms.items())
                if one.installation == installation
                and repository in {None, pull.repository}
            ]
            for pull in mine:
                alarm = self.alarms[pull]
                alarm.at, alarm.serial = None, alarm.serial + 1
            self._give_up_on(installation, repository)
            self._settle_those_of(installation, repository)
            return [pull for pull in mine if self._closed(pull)]

    def _give_up_on(self, installation: int, repository: int | None) -> None:
        for row in self.outbox.values():
            place = row.post.place
            here = place.installation == installation
            mine = here and repository in {None, place.repository}
            if mine and row.state is PostState.WAITING:
                row.state, row.digest = PostState.GIVEN_UP, ""

    def _settle_those_of(self, installation: int, repository: int | None) -> None:
        for key, one in list(self._remarks.items()):
            mine = repository in {None, one.pull.repository}
            if mine and one.installation == installation:
                self.known[key] = False
                self._said_at[key] = one.created_at
                del self._remarks[key]

    def prune(self, before: float) -> int:
        with self._call():
            resting = {
                pull
                for pull, one in self._standings.items()
                if not one.open and (pull not in self.alarms or self._rests(pull))
            }
            now = self._now()
            self._ended = {pull: self._ended.get(pull, now) for pull in resting}
            old = [pull for pull, at in self._ended.items() if at < before]
            for pull in old:
                self._forget(pull, before)
            self._forget_unsaid(before)
            self._forget_answers(before)
            return len(old)

    def _rests(self, pull: PullKey) -> bool:
        return self.alarms[pull].at is None

    def _forget(self, pull: PullKey, before: float) -> None:
        others = {
            sha
            for other, seen in self._heads.items()
            if other != pull and other.repository == pull.repository
            for _, sha in seen
        }
        mine = {sha for _, sha in self._heads.pop(pull, [])} - others
        keys = {f"check:{pull.repository}:{sha}" for sha in mine} | {f"sticky:{pull}"}
        self._drop_posts(
            before, lambda key: key in keys or key.startswith(f"call:{pull}:")
        )
        self.pins = {key: pin for key, pin in self.pins.items() if key[0] != pull}
        self.alarms.pop(pull, None)
        self.notes.pop(f"group:{pull}", None)
        del self._standings[pull], self._ended[pull]

    def _forget_unsaid(self, before: float) -> None:
        rest = {pull for pull in self.alarms if self._rests(pull)}
        for pull, seen in list(self._heads.items()):
            woken = pull in self.alarms and pull not in rest
            late = any(at >= before for at, _ in seen)
            if not (pull in self._standings or woken or late):
                del self._heads[pull]
        for pull in rest - {*self._standings, *self._heads}:
            del self.alarms[pull]

    def _forget_answers(self, before: float) -> None:
        self._drop_posts(before, lambda key: key.startswith(("reply:", "reaction:")))
        for key, at in list(self._said_at.items()):
            if at < before and self.known.get(key) is False:
                del self.known[key], self._said_at[key]
        for name, text in list(self.notes.items()):
            if name.startswith("until:alarm:") and float(text) < before:
                del self.notes[name]

    def _drop_posts(self, before: float, rule: Callable[[str], bool]) -> None:
        for key, row in list(self.outbox.items()):
            ended = row.state is not PostState.WAITING and row.since < before
            if ended and rule(key):
                del self.outbox[key]

    def _closed(self, pull: PullKey) -> bool:
        old = self._standings.get(pull)
        if old is None or not old.open:
            return False
        self._standings[pull] = old.closed
        return True


class MemoryLead:
    """Who leads, as a test says: `free` is whether nobody else does."""

    def __init__(self, *, free: bool = True) -> None:
        self.free = free
        self.held = False

    def take(self) -> bool:
        self.held = self.free
        return self.held

    def close(self) -> None:
        self.held = False
