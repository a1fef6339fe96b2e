"""What all tables have in common: their collection, and the type of names in it.

Migrations rely on `NAME`: it is never changed. Names are compared byte by byte on every
database. PostgreSQL would sort them as the language of the server does, and an index in
such an order breaks when an upgrade of the system changes the language's rules.
"""

from sqlalchemy import BigInteger, Column, MetaData, String

REVISION = "0009"
"""The schema that this code reads and writes; equal to the newest migration."""

NAME = String().with_variant(String(collation="C"), "postgresql")
"""Text without a limit, in the order of its UTF-8 bytes."""

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def numbers(*names: str) -> tuple[Column[int], ...]:
    """Columns of a primary key that holds GitHub's numbers; nobody makes them up."""
    return tuple(
        Column(one, BigInteger, primary_key=True, autoincrement=False) for one in names
    )
