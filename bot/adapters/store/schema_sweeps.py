"""The tables for going through all that is open: outlines of standings, and notes."""

from sqlalchemy import Column, Table, Text

from bot.adapters.store.database.tables import NAME, metadata, numbers

outlines = Table(
    "pull_outlines",
    metadata,
    *numbers("repository", "number"),
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
