"""The tables behind signed links: report pages, git bundles, generations of links."""

from sqlalchemy import BigInteger, Column, Float, LargeBinary, Table

from bot.adapters.store.names import NAME
from bot.adapters.store.schema import metadata

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
    Column("repository", BigInteger, primary_key=True, autoincrement=False),
    Column("generation", BigInteger, nullable=False),
)
"""Which generation of a repository's links counts; 0 where there is no row."""
