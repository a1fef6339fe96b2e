"""The tables for going through all that is open: outlines of standings, and notes."""

from sqlalchemy import BigInteger, Column, Table, Text

from bot.adapters.store.names import NAME
from bot.adapters.store.schema import metadata

outlines = Table(
    "pull_outlines",
    metadata,
    Column("repository", BigInteger, primary_key=True, autoincrement=False),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("document", Text, nullable=False),
)
"""The open standings without their texts, as JSON texts of `pull_codec`."""

notes = Table(
    "pull_notes",
    metadata,
    Column("name", NAME, primary_key=True),
    Column("text", Text, nullable=False),
)
"""How far whoever goes through everything came; any text by name."""
