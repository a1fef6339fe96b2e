"""What is to stand on GitHub, as statements on an open transaction: one row a key.

A row keeps the text of a post only until it stands there; after that its digest tells
whether a post that is put again is another one.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, and_, case, func, select, update

from bot.adapters.store.database.upsert import add_missing, put
from bot.adapters.store.notes import noted
from bot.adapters.store.pull_codec import (
    digest_of,
    dump_post,
    dump_remote,
    load_post,
    load_remote,
)
from bot.adapters.store.schema_pulls import outbox
from bot.adapters.store.turns import in_turns
from bot.app.pulls.ports import PostState, Queued, Remote
from bot.domain.github import Priority
from bot.domain.pulls.posts import Post, answers, key_of, priority_of

FORGOTTEN = ""
"""The digest of what is to be sent again, whatever it says."""


def put_all(connection: Connection, posts: Sequence[Post], now: float) -> None:
    """Let each wait, unless this very version of it waits or has ended already."""
    for post in posts:
        _put(connection, post, now)


def _put(connection: Connection, post: Post, now: float) -> None:
    """What is known of earlier tries stays; so does the place of one that waits."""
    key, digest = key_of(post), digest_of(dump_post(post))
    row = _row(connection, key)
    if row is not None and row.digest == digest:
        return
    waits = row is not None and row.state == PostState.WAITING
    known = None if row is None else load_remote(row.remote)
    values = {
        "key": key,
        "document": dump_post(post),
        "digest": digest,
        "state": PostState.WAITING,
        "priority": _priority(post, known, tried=row is not None and row.tried),
        "installation": post.place.installation,
        "since": row.since if row is not None and waits else now,
        "not_before": 0.0,
        "attempts": 0,
        "tried": False,
        "remote": None,
        "note": "",
    }
    put(connection, outbox, values, keep=["tried", "remote"])


def suspect(connection: Connection, posts: Sequence[Post], now: float) -> None:
    """Have what was never put looked for before it is made; nothing waits by this."""
    unknown = {
        "document": "",
        "digest": FORGOTTEN,
        "state": PostState.SENT,
        "priority": int(Priority.PROGRESS),
        "since": now,
        "not_before": 0.0,
        "attempts": 0,
        "tried": True,
        "remote": None,
        "note": "",
    }
    named = {key_of(one): one.place.installation for one in posts}
    rows = [{"key": key, "installation": at, **unknown} for key, at in named.items()]
    add_missing(connection, outbox, rows)


def waiting(connection: Connection, now: float, limit: int) -> Sequence[Queued]:
    """At most `limit` that may go now, the most urgent first; none of one owner only.

    Where there are more, each installation has its share of them.
    """
    ready = and_(outbox.c.state == PostState.WAITING, outbox.c.not_before <= now)
    order = (outbox.c.priority, outbox.c.since, outbox.c.key)
    turn = in_turns(outbox.c.installation, order)
    first = select(outbox.c.key).where(ready).order_by(turn, *order).limit(limit)
    query = select(outbox).where(outbox.c.key.in_(first)).order_by(*order)
    return [_queued(row) for row in connection.execute(query)]


def _queued(row: Row[Any]) -> Queued:
    post, remote = load_post(row.document), load_remote(row.remote)
    return Queued(
        key=row.key,
        post=post,
        digest=row.digest,
        priority=Priority(_priority(post, remote, tried=row.tried)),
        installation=row.installation,
        since=row.since,
        attempts=row.attempts,
        tried=row.tried,
        remote=remote,
    )


def doubted(connection: Connection) -> frozenset[str]:
    """Keys of which a call may be under way, or have taken effect, unknown to us."""
    waits = outbox.c.state == PostState.WAITING
    query = select(outbox.c.key).where(waits, outbox.c.tried)
    return frozenset(connection.execute(query).scalars())


def begun(connection: Connection, one: Queued) -> None:
    """A call may have taken effect from here on; the try counts for its version."""
    mine = case((outbox.c.digest == one.digest, 1), else_=0)
    change = update(outbox).where(outbox.c.key == one.key)
    connection.execute(change.values(tried=True, attempts=outbox.c.attempts + mine))


def sent(connection: Connection, one: Queued, remote: Remote | None) -> None:
    """It stands there; where another version came meanwhile, that one waits."""
    row = _row(connection, one.key)
    if row is None:
        return
    known = {"remote": dump_remote(remote), "tried": False}
    if row.digest == one.digest:
        ended = {"state": PostState.SENT, "document": "", "note": ""}
        _change(connection, one.key, {**known, **ended})
    else:
        _change(connection, one.key, {**known, **_ranked(row, remote)})


def later(
    connection: Connection, one: Queued, pause: tuple[float, str], known: Remote | None
) -> None:
    """This version goes no sooner than then; a newer one goes as soon as it can.

    A try that is known to have had a part of its effect is no failed one.
    """
    at, why = pause
    row = _row(connection, one.key)
    if row is not None and known is not None:
        went = {"remote": dump_remote(known), "tried": False, "attempts": 0}
        _change(connection, one.key, {**went, **_ranked(row, known)})
    _if_it_waits(connection, one, {"not_before": at, "note": noted(why)})


def give_up(connection: Connection, one: Queued, why: str) -> None:
    """This version goes no more; its text is kept for people, and so is why."""
    ended = {"state": PostState.GIVEN_UP, "note": noted(why)}
    _if_it_waits(connection, one, ended)


def is_given_up(connection: Connection, key: str) -> bool:
    """Whether it waits no more, and was not sent."""
    row = _row(connection, key)
    return row is not None and row.state == PostState.GIVEN_UP


def unsent(connection: Connection, key: str) -> Post | None:
    """The last word, as long as it was not sent."""
    row = _row(connection, key)
    if row is None or row.state == PostState.SENT:
        return None
    return load_post(row.document)


def may_answer(connection: Connection, key: str) -> bool:
    """Whether an answer stands there, or may stand there before more is said."""
    row = _row(connection, key)
    if row is None:
        return False
    known = load_remote(row.remote)
    if row.tried or (known is not None and known.concluded):
        return True
    waits = row.state == PostState.WAITING
    return waits and answers(load_post(row.document))


def forget(connection: Connection, key: str, instead: Remote | None = None) -> None:
    """Nothing stands there, or `instead`; what has ended goes again if put again."""
    row = _row(connection, key)
    if row is None:
        return
    waits = row.state == PostState.WAITING
    again = _ranked(row, instead) if waits else {"digest": FORGOTTEN}
    _change(connection, key, {"remote": dump_remote(instead), **again})


def correct(
    connection: Connection, key: str, was: Remote | None, instead: Remote | None
) -> bool:
    """The same, unless something else is known by now; whether it was done."""
    if remote(connection, key) != was:
        return False
    forget(connection, key, instead)
    return True


def remote(connection: Connection, key: str) -> Remote | None:
    """What stands there."""
    row = _row(connection, key)
    return None if row is None else load_remote(row.remote)


def next_at(connection: Connection) -> float | None:
    """The earliest time at which one may go; 0 where one may go at once."""
    query = select(func.min(outbox.c.not_before))
    mine = query.where(outbox.c.state == PostState.WAITING)
    at: float | None = connection.execute(mine).scalar_one_or_none()
    return at


def _row(connection: Connection, key: str) -> Row[Any] | None:
    query = select(outbox).where(outbox.c.key == key)
    return connection.execute(query).one_or_none()


def _ranked(row: Row[Any], remote: Remote | None) -> dict[str, object]:
    """The priority of one that waits, by what stands there now."""
    if row.state != PostState.WAITING:
        return {}
    post = load_post(row.document)
    return {"priority": _priority(post, remote, tried=False)}


def _priority(post: Post, remote: Remote | None, *, tried: bool) -> int:
    """By what stands there, or may stand there since a try of unknown effect."""
    fresh = remote is None
    answered = remote is not None and (remote.concluded or tried)
    return int(priority_of(post, fresh=fresh, answered=answered))


def _change(connection: Connection, key: str, values: Mapping[str, object]) -> None:
    connection.execute(update(outbox).where(outbox.c.key == key).values(values))


def _if_it_waits(
    connection: Connection, one: Queued, values: Mapping[str, object]
) -> None:
    """Change a row that still waits with this version."""
    same = (outbox.c.key == one.key, outbox.c.digest == one.digest)
    waits = outbox.c.state == PostState.WAITING
    connection.execute(update(outbox).where(*same, waits).values(values))
