"""Insert-or-replace, in the words of whichever database is behind a connection."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def _insert(connection: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


def put(
    connection: Connection, table: Table, key: str, row: Mapping[str, object]
) -> None:
    """Insert `row`, or give the row with the same value of column `key` its values."""
    values = {name: value for name, value in row.items() if name != key}
    statement = _insert(connection, table).values(dict(row))
    statement = statement.on_conflict_do_update(index_elements=[key], set_=values)
    connection.execute(statement)


def add_missing(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, object]]
) -> None:
    """Insert those of `rows` that are not there yet."""
    if rows:
        statement = _insert(connection, table).on_conflict_do_nothing()
        connection.execute(statement, [dict(row) for row in rows])
