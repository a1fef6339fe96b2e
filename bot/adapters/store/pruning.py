"""Pull requests that nobody will ask for again, forgotten: statements on a transaction.

What was ordered stays: it is the ledger. When a pull request was closed is not kept
anywhere else, so whoever prunes notes when it found it closed. A portion goes at a
time, and rows of the outbox are found by its key: webhooks wait as long as that takes.
"""

import json
from collections.abc import Collection, Mapping

from sqlalchemy import (
    ColumnElement,
    Connection,
    Table,
    and_,
    delete,
    exists,
    select,
    tuple_,
)

from bot.adapters.store import sweeping
from bot.adapters.store.pull_rows import is_of, same
from bot.adapters.store.schema_pulls import (
    alarms,
    bases,
    heads,
    outbox,
    remarks,
    standings,
)
from bot.adapters.store.schema_sweeps import notes, outlines
from bot.app.pulls.ports import PostState
from bot.domain.pulls.acts import PullKey

MOST = 25
"""Pull requests that go at once, of all repositories: the others wait for the next."""
MOST_ANSWERS = 1000
"""Remarks, and answers of a kind, that go at once."""

_QUIET = "until:alarm:"


def prune(connection: Connection, before: float, now: float) -> int:
    """Forget what was closed before; how many pull requests, at most MOST."""
    gone = 0
    closed = _closed(connection)
    for repository in closed.keys() | _noted(connection):
        since = _since(connection, repository, closed.get(repository, ()), now)
        old = [number for number, at in since.items() if at < before][: MOST - gone]
        for number in old:
            _forget(connection, PullKey(repository, number), before)
            del since[number]
        _keep(connection, repository, since)
        gone += len(old)
    if gone < MOST:  # the last portion: what is left is done once
        _forget_others(connection, before)
    return gone


def _forget_others(connection: Connection, before: float) -> None:
    """What is of no pull request that was closed."""
    _forget_unsaid(connection, before)
    _forget_answers(connection, before)
    _forget_alarms(connection, before)


def _closed(connection: Connection) -> Mapping[int, Collection[int]]:
    """The numbers of those that are closed and rest, by repository."""
    open_ = exists().where(same(outlines, standings))
    resting = and_(~open_, ~_woken(standings))
    query = select(standings.c.repository, standings.c.number).where(resting)
    found = dict[int, list[int]]()
    for repository, number in connection.execute(query):
        found.setdefault(repository, []).append(number)
    return found


def _woken(table: Table) -> ColumnElement[bool]:
    """Whether the pull request of a row is to be looked at."""
    return exists().where(same(alarms, table), alarms.c.due_at.is_not(None))


def _name(repository: int) -> str:
    return f"closed:{repository}"


def _noted(connection: Connection) -> Collection[int]:
    query = select(notes.c.name).where(notes.c.name.startswith("closed:"))
    names = connection.execute(query).scalars()
    return {int(one.removeprefix("closed:")) for one in names}


def _since(
    connection: Connection, repository: int, closed: Collection[int], now: float
) -> dict[int, float]:
    """Since when those that are closed are known to be."""
    text = sweeping.recall(connection, _name(repository))
    known: Mapping[str, float] = json.loads(text) if text else {}
    return {number: known.get(str(number), now) for number in closed}


def _keep(connection: Connection, repository: int, since: Mapping[int, float]) -> None:
    name = _name(repository)
    if since:
        sweeping.remember(connection, name, json.dumps(since, sort_keys=True))
    else:
        connection.execute(delete(notes).where(notes.c.name == name))


def _forget(connection: Connection, pull: PullKey, before: float) -> None:
    """All that is kept of it, but for its orders."""
    _forget_posts(connection, pull, before)
    for table in (heads, bases, standings, alarms):
        connection.execute(delete(table).where(is_of(table, pull)))
    connection.execute(delete(notes).where(notes.c.name == f"group:{pull}"))


def _forget_posts(connection: Connection, pull: PullKey, before: float) -> None:
    """Its comments, and the check runs of commits that are nobody else's head."""
    mine = select(heads.c.sha).where(is_of(heads, pull))
    shas = set(connection.execute(mine).scalars())
    others = select(heads.c.sha).where(
        heads.c.repository == pull.repository, heads.c.number != pull.number
    )
    shared = others.where(heads.c.sha.in_(shas))
    shas -= set(connection.execute(shared).scalars())
    named = [outbox.c.key == f"sticky:{pull}"]
    named += [_begins(f"call:{pull}:")]
    named += [outbox.c.key == f"check:{pull.repository}:{sha}" for sha in sorted(shas)]
    for one in named:
        connection.execute(delete(outbox).where(one, _ended(before)))


def _begins(start: str) -> ColumnElement[bool]:
    """Whether a key begins so; `start` ends in a colon.

    As a range, which the primary key answers: SQLite reads every row for a LIKE.
    """
    after = start.removesuffix(":") + ";"
    return and_(outbox.c.key >= start, outbox.c.key < after)


def _ended(before: float) -> ColumnElement[bool]:
    """What goes no more, and has been so for long."""
    return and_(outbox.c.state != PostState.WAITING, outbox.c.since < before)


def _forget_unsaid(connection: Connection, before: float) -> None:
    """Those of which nothing was ever said, and which were not seen since."""
    later = heads.alias()
    seen = exists().where(same(later, heads), later.c.seen_at >= before)
    unsaid = (~exists().where(same(standings, heads)), ~_woken(heads))
    connection.execute(delete(heads).where(*unsaid, ~seen))
    known = [exists().where(same(one, alarms)) for one in (standings, heads)]
    rests = alarms.c.due_at.is_(None)
    connection.execute(delete(alarms).where(rests, *(~one for one in known)))


def _forget_answers(connection: Connection, before: float) -> None:
    """Settled remarks, and what they were answered: each is said once."""
    old = (remarks.c.waits.is_(False), remarks.c.created_at < before)
    row = tuple_(remarks.c.repository, remarks.c.key)
    some = select(remarks.c.repository, remarks.c.key).where(*old).limit(MOST_ANSWERS)
    connection.execute(delete(remarks).where(row.in_(some)))
    for kind in ("reply:", "reaction:"):
        mine = select(outbox.c.key).where(_begins(kind), _ended(before))
        keys = mine.limit(MOST_ANSWERS)
        connection.execute(delete(outbox).where(outbox.c.key.in_(keys)))


def _forget_alarms(connection: Connection, before: float) -> None:
    """Drift alarms whose time of silence is long over."""
    query = select(notes.c.name, notes.c.text).where(notes.c.name.startswith(_QUIET))
    for name, until in connection.execute(query).all():
        if float(until) < before:
            connection.execute(delete(notes).where(notes.c.name == name))
