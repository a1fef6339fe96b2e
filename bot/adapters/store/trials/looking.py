"""Looking trials up by what people know of them, on an open transaction."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, func, select

from bot.adapters.store.trials.schema import trials
from bot.adapters.store.trials.wanting import find
from bot.app.ports import StoredTrial

MOST = 10
"""Trials that are told apart by a longer prefix; nobody reads more."""


def begins(connection: Connection, prefix: str) -> Sequence[StoredTrial]:
    """At most `MOST` trials whose key begins so, in order of their keys."""
    if "\0" in prefix:
        return []  # no text of PostgreSQL's holds it
    same = func.substr(trials.c.key, 1, len(prefix)) == prefix
    return _found(connection, same, MOST)


def trained(connection: Connection, tree: str) -> Sequence[StoredTrial]:
    """Every trial of a tree, in order of their keys; a tree is named in hexadecimal."""
    written = trials.c.spec.contains(f'"tree":"{tree}"', autoescape=True)
    found = _found(connection, written, None)
    return [one for one in found if one.spec.tree == tree]


def _found(
    connection: Connection, rule: ColumnElement[bool], most: int | None
) -> Sequence[StoredTrial]:
    query = select(trials.c.key).where(rule).order_by(trials.c.key).limit(most)
    keys = connection.execute(query).scalars().all()
    return list(find(connection, keys).values())
