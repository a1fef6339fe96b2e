"""Insert-or-replace, in the words of whichever database is behind a connection."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_into(
    connection: Connection, table: Table
) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that can say what becomes of a row that is there already."""
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


def put(
    connection: Connection,
    table: Table,
    row: Mapping[str, object],
    keep: Collection[str] = (),
) -> None:
    """Insert `row`, or give the row with the same primary key its values.

    Columns to `keep` stay as they were first.
    """
    keys = [column.name for column in table.primary_key]
    values = {k: value for k, value in row.items() if k not in {*keys, *keep}}
    statement = insert_into(connection, table).values(dict(row))
    statement = statement.on_conflict_do_update(index_elements=keys, set_=values)
    connection.execute(statement)


def add_missing(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, object]]
) -> None:
    """Insert those of `rows` that are not there yet."""
    if rows:
        statement = insert_into(connection, table).on_conflict_do_nothing()
        connection.execute(statement, [dict(row) for row in rows])
