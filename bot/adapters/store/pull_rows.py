"""Which rows are of one pull request: by its repository's number and its own."""

from sqlalchemy import ColumnElement, FromClause, and_

from bot.domain.pulls.acts import PullKey


def named(pull: PullKey) -> dict[str, object]:
    """The columns that name it."""
    return {"repository": pull.repository, "number": pull.number}


def is_of(table: FromClause, pull: PullKey) -> ColumnElement[bool]:
    """Whether a row is of it."""
    return and_(table.c.repository == pull.repository, table.c.number == pull.number)


def same(one: FromClause, other: FromClause) -> ColumnElement[bool]:
    """Whether rows of two tables are of one pull request."""
    mine = one.c.repository == other.c.repository
    return and_(mine, one.c.number == other.c.number)
