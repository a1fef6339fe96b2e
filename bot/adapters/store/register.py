"""What was recorded of pull requests, as statements on an open transaction.

Writers take turns, so what is read here is not changed before it is written.
"""

from collections.abc import Collection, Sequence

from sqlalchemy import Connection, and_, func, select

from bot.adapters.store import outbox
from bot.adapters.store.alarms import wake
from bot.adapters.store.database.faults import UnreadableError
from bot.adapters.store.database.upsert import add_missing, put
from bot.adapters.store.pull_codec import (
    dump_act,
    dump_remark,
    dump_standing,
    load_act,
    load_outline,
    load_remark,
    load_standing,
)
from bot.adapters.store.pull_rows import is_of, named
from bot.adapters.store.schema_pulls import acts, bases, heads, remarks, standings
from bot.adapters.store.schema_sweeps import outlines
from bot.adapters.store.sweeping import keep_outline, recall
from bot.adapters.store.turns import in_turns
from bot.app.pulls.ports import Pin, Remark
from bot.domain.pulls.acts import Act, PullKey, answer_note, as_said, is_errand
from bot.domain.pulls.posts import Post
from bot.domain.pulls.standing import Standing


def saw_head(connection: Connection, pull: PullKey, sha: str, at: float) -> None:
    """Add a head after the others, unless it is the latest."""
    query = select(heads.c.place, heads.c.sha).where(is_of(heads, pull))
    last = connection.execute(query.order_by(heads.c.place.desc()).limit(1)).first()
    if last is not None and last.sha == sha:
        return
    place = 1 if last is None else last.place + 1
    row = {**named(pull), "place": place, "sha": sha, "seen_at": at}
    add_missing(connection, heads, [row])


def head_at(connection: Connection, pull: PullKey, moment: float) -> str | None:
    """The last head that had been seen by then."""
    query = select(heads.c.sha).where(is_of(heads, pull), heads.c.seen_at <= moment)
    latest = query.order_by(heads.c.place.desc()).limit(1)
    sha: str | None = connection.execute(latest).scalar_one_or_none()
    return sha


def all_heads(connection: Connection, pull: PullKey) -> Sequence[str]:
    """Each head once, in the order in which they were last seen."""
    query = select(heads.c.sha).where(is_of(heads, pull)).order_by(heads.c.place.desc())
    latest_first = dict.fromkeys(connection.execute(query).scalars())
    return list(latest_first)[::-1]


def note(connection: Connection, remark: Remark) -> bool:
    """Keep a remark that is not known; whether it was not."""
    if _waits(connection, remark) is not None:
        return False
    row = {**_remark(remark), "waits": True, "document": dump_remark(remark)}
    add_missing(connection, remarks, [row])
    return True


def overhear(connection: Connection, many: Sequence[Remark]) -> None:
    """Know remarks without their texts, settled from the start."""
    rows = [{**_remark(one), "waits": False, "document": ""} for one in many]
    add_missing(connection, remarks, rows)


def waiting_remarks(connection: Connection, limit: int) -> Sequence[Remark]:
    """At most `limit`, by GitHub's time and then by GitHub's numbers.

    Where there are more, each repository has its share of them.
    """
    order = (remarks.c.created_at, remarks.c.repository, remarks.c.id, remarks.c.key)
    turn = in_turns(remarks.c.repository, order)
    first = select(remarks.c.repository, remarks.c.key).where(remarks.c.waits)
    taken = first.order_by(turn, *order).limit(limit).subquery("taken")
    same = and_(
        remarks.c.repository == taken.c.repository, remarks.c.key == taken.c.key
    )
    query = select(remarks.c.document).join(taken, same).order_by(*order)
    found = connection.execute(query).scalars()
    return [load_remark(document) for document in found]


def settle(
    connection: Connection,
    remark: Remark,
    said: tuple[Sequence[Act], Sequence[Post]],
    moments: tuple[float, float],
) -> None:
    """Keep orders and answers of a remark that is not settled; wake at the first.

    The second moment is now. The remark stays known, without its text.
    """
    if _waits(connection, remark) is False:
        return
    ordered, answers = said
    at, now = moments
    put(connection, remarks, {**_remark(remark), "waits": False, "document": ""})
    add_acts(connection, ordered)
    outbox.put_all(connection, answers, now)
    if ordered:
        wake(connection, remark.pull, remark.installation, at)


def _waits(connection: Connection, remark: Remark) -> bool | None:
    """Whether it is to be worked on; None for one that is not known."""
    same = (
        remarks.c.repository == remark.pull.repository,
        remarks.c.key == remark.key,
    )
    query = select(remarks.c.waits).where(*same)
    waits: bool | None = connection.execute(query).scalar_one_or_none()
    return waits


def _remark(remark: Remark) -> dict[str, object]:
    return {
        "repository": remark.pull.repository,
        "key": remark.key,
        "id": remark.id,
        "created_at": remark.created_at,
    }


def add_acts(connection: Connection, ordered: Sequence[Act]) -> None:
    """Add those whose source is not known, each after all others of its pull."""
    for one in ordered:
        query = select(func.max(acts.c.place)).where(is_of(acts, one.pull))
        last = connection.execute(query).scalar_one_or_none() or 0
        row = {**named(one.pull), "source": one.source, "place": last + 1}
        add_missing(connection, acts, [{**row, "document": dump_act(one)}])


def all_acts(connection: Connection, pull: PullKey) -> Sequence[Act]:
    """All of them, in the order in which people said them."""
    query = select(acts.c.document).where(is_of(acts, pull)).order_by(acts.c.place)
    return as_said(load_act(one) for one in connection.execute(query).scalars())


def unanswered(connection: Connection) -> Collection[tuple[PullKey, int]]:
    """Open pull requests with an order beside the verdict that has no answer yet.

    Each with its installation. An order that cannot be read counts as one of those:
    whoever looks is told.
    """
    same = and_(
        outlines.c.repository == acts.c.repository, outlines.c.number == acts.c.number
    )
    ordered = select(acts, outlines.c.document.label("outline")).join(outlines, same)
    found = {}
    for row in connection.execute(ordered):
        if _waits_for_answer(connection, row.document):
            key = PullKey(row.repository, row.number)
            found[key] = load_outline(row.outline).installation
    return found.items()


def _waits_for_answer(connection: Connection, document: str) -> bool:
    try:
        act = load_act(document)
    except UnreadableError:
        return True
    return is_errand(act.command) and not recall(connection, answer_note(act))


def keep_pin(connection: Connection, pin: Pin, *, renew: bool) -> Pin:
    """Keep the first one, or this one where told to `renew`; the kept one."""
    row = {
        **named(pin.pull),
        "head": pin.head,
        "base_ref": pin.base_ref,
        "base": pin.base,
        "since": pin.since,
    }
    if renew:
        put(connection, bases, row)
    else:
        add_missing(connection, bases, [row])
    same = (bases.c.head == pin.head, bases.c.base_ref == pin.base_ref)
    query = select(bases.c.base, bases.c.since).where(is_of(bases, pin.pull), *same)
    kept = connection.execute(query).one()
    return Pin(pin.pull, pin.head, pin.base_ref, kept.base, kept.since)


def pinned(
    connection: Connection, pull: PullKey, head: str, base_ref: str
) -> Pin | None:
    """The base that is kept for a head and base branch."""
    same = (bases.c.head == head, bases.c.base_ref == base_ref)
    query = select(bases.c.base, bases.c.since).where(is_of(bases, pull), *same)
    kept = connection.execute(query).one_or_none()
    return None if kept is None else Pin(pull, head, base_ref, kept.base, kept.since)


def one_standing(connection: Connection, pull: PullKey) -> Standing | None:
    """What was last said of a pull request."""
    query = select(standings.c.document).where(is_of(standings, pull))
    document = connection.execute(query).scalar_one_or_none()
    return None if document is None else load_standing(document)


def all_standings(
    connection: Connection, repository: int, head: str
) -> Sequence[Standing]:
    """Those of a repository, or of one head in it, by number."""
    query = select(standings.c.document).where(standings.c.repository == repository)
    if head:
        query = query.where(standings.c.head == head)
    found = connection.execute(query.order_by(standings.c.number)).scalars()
    return [load_standing(document) for document in found]


def say(
    connection: Connection, standing: Standing, posts: Sequence[Post], now: float
) -> None:
    """Keep a standing in place of the last one, and what is to be sent for it."""
    row = {**named(standing.pull), "head": standing.head}
    put(connection, standings, {**row, "document": dump_standing(standing)})
    keep_outline(connection, standing)
    outbox.put_all(connection, posts, now)
