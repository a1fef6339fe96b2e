"""Locks that a PostgreSQL server keeps for a session or a transaction, by name.

They belong to one schema of one database, and end with their session however it ends.
"""

from sqlalchemy import ColumnElement, Connection, func, literal, select

MIGRATION = "migration"
TURN = "turn"
LEAD = "lead"
APP = "app"


def _key(name: str) -> ColumnElement[int]:
    place = func.concat(f"seedgate {name} ", func.current_schema())
    return func.hashtextextended(place, literal(0))


def wait_for(connection: Connection, name: str) -> None:
    """Take a lock until the end of the transaction; waits as long as it may."""
    connection.execute(select(func.pg_advisory_xact_lock(_key(name))))


def try_for(connection: Connection, name: str) -> bool:
    """Take a lock until the end of the transaction if nobody else has it."""
    query = select(func.pg_try_advisory_xact_lock(_key(name)))
    return bool(connection.execute(query).scalar_one())


def try_to_keep(connection: Connection, name: str) -> bool:
    """Take a lock for as long as the session lasts if nobody else has it."""
    query = select(func.pg_try_advisory_lock(_key(name)))
    return bool(connection.execute(query).scalar_one())


def share(connection: Connection, name: str) -> None:
    """Take a lock that others may share, for as long as the session lasts."""
    connection.execute(select(func.pg_advisory_lock_shared(_key(name))))


def unshare(connection: Connection, name: str) -> None:
    """Give one such lock back."""
    connection.execute(select(func.pg_advisory_unlock_shared(_key(name))))
