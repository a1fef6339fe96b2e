"""The tables of what others send and fetch: webhooks, pages, bundles, their links."""

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
)

from bot.adapters.store.database.tables import NAME, metadata, numbers

deliveries = Table(
    "deliveries",
    metadata,
    Column("guid", NAME, primary_key=True),
    Column("event", NAME, nullable=False),
    Column("received_at", Float, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("state", NAME, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("not_before", Float, nullable=False),
    Column("note", Text, nullable=False),
)
"""Webhooks that came in; a body is kept until what it asks for is done."""

Index(None, deliveries.c.state, deliveries.c.received_at)

pages = Table(
    "pages",
    metadata,
    Column("evaluation", NAME, primary_key=True),
    Column("repository", BigInteger, primary_key=True),
    Column("kept_at", Float, nullable=False),
    Column("html", LargeBinary, nullable=False),
)
"""Reports as HTML in UTF-8, compressed by zlib. Links find them by the evaluation."""

bundles = Table(
    "bundles",
    metadata,
    Column("bundle", NAME, primary_key=True),
    Column("repository", BigInteger, primary_key=True),
    Column("kept_at", Float, nullable=False),
    Column("data", LargeBinary, nullable=False),
)
"""Git bundles as git wrote them; their packs are compressed already."""

link_generations = Table(
    "link_generations",
    metadata,
    *numbers("repository"),
    Column("generation", BigInteger, nullable=False),
)
"""Which generation of a repository's links counts; 0 where there is no row."""
