"""What going through everything takes, as statements on an open transaction."""

from collections.abc import Sequence

from sqlalchemy import Connection, and_, delete, or_, select
from sqlalchemy import update as change

from bot.adapters.store.database.upsert import put
from bot.adapters.store.pull_codec import (
    dump_outline,
    dump_standing,
    load_outline,
    load_remark,
    load_standing,
)
from bot.adapters.store.pull_rows import is_of, named
from bot.adapters.store.schema_pulls import alarms, outbox, remarks, standings
from bot.adapters.store.schema_sweeps import notes, outlines
from bot.app.pulls.ports import PostState
from bot.domain.pulls.acts import PullKey
from bot.domain.pulls.standing import Outline, Standing

_AT_ONCE = 500
"""Rows that are taken from the database together."""
_LEFT = "the App cannot reach it any more"


def keep_outline(connection: Connection, standing: Standing) -> None:
    """Keep that of an open standing; a closed one has none."""
    if not standing.open:
        connection.execute(delete(outlines).where(is_of(outlines, standing.pull)))
        return
    document = dump_outline(standing.outline)
    put(connection, outlines, {**named(standing.pull), "document": document})


def all_outlines(connection: Connection, repository: int) -> Sequence[Outline]:
    """The open ones of a repository, by number."""
    mine = select(outlines.c.document).where(outlines.c.repository == repository)
    query = mine.order_by(outlines.c.number).execution_options(yield_per=_AT_ONCE)
    return [load_outline(one) for one in connection.execute(query).scalars()]


def recall(connection: Connection, name: str) -> str:
    """The text of a name; empty for none."""
    query = select(notes.c.text).where(notes.c.name == name)
    return connection.execute(query).scalar_one_or_none() or ""


def remember(connection: Connection, name: str, text: str) -> None:
    """Keep a text in place of the last one."""
    put(connection, notes, {"name": name, "text": text})


def leave(
    connection: Connection, installation: int, repository: int | None
) -> Sequence[PullKey]:
    """Alarms rest, what waits to be sent is given up, open standings are closed.

    Remarks that wait are settled: nobody can be asked about them any more.
    """
    mine = alarms.c.installation == installation
    if repository is not None:
        mine = and_(mine, alarms.c.repository == repository)
    query = select(alarms.c.repository, alarms.c.number).where(mine)
    found = [PullKey(*row) for row in connection.execute(query)]
    rested = {"due_at": None, "serial": alarms.c.serial + 1}
    connection.execute(change(alarms).where(mine).values(rested))
    _give_up_on(connection, installation, repository)
    _settle_those_of(connection, installation, repository)
    return [one for one in sorted(found) if _closed(connection, one)]


def _give_up_on(
    connection: Connection, installation: int, repository: int | None
) -> None:
    """Without a digest: what is put again is then another version, and is sent."""
    waits = outbox.c.state == PostState.WAITING
    mine = and_(outbox.c.installation == installation, waits)
    if repository is not None:
        kinds = ("check", "sticky", "call", "reply", "reaction", "issue")
        starts = (f"{kind}:{repository}:" for kind in kinds)
        named = [outbox.c.key.startswith(one, autoescape=True) for one in starts]
        mine = and_(mine, or_(*named))
    ended = {"state": PostState.GIVEN_UP, "note": _LEFT, "digest": ""}
    connection.execute(change(outbox).where(mine).values(ended))


def _settle_those_of(
    connection: Connection, installation: int, repository: int | None
) -> None:
    """They stay known, without their texts, which say who told of them."""
    query = select(remarks.c.document).where(remarks.c.waits)
    if repository is not None:
        query = query.where(remarks.c.repository == repository)
    for document in connection.execute(query).scalars().all():
        one = load_remark(document)
        if one.installation != installation:
            continue
        owner = remarks.c.repository == one.pull.repository
        settled = change(remarks).where(owner, remarks.c.key == one.key)
        connection.execute(settled.values(waits=False, document=""))


def _closed(connection: Connection, pull: PullKey) -> bool:
    """Whether it was open; it is not from here on."""
    query = select(standings.c.document).where(is_of(standings, pull))
    document = connection.execute(query).scalar_one_or_none()
    old = None if document is None else load_standing(document)
    if old is None or not old.open:
        return False
    closed = {"document": dump_standing(old.closed)}
    connection.execute(change(standings).where(is_of(standings, pull)).values(closed))
    keep_outline(connection, old.closed)
    return True
