"""Which store a process works with: the database of the settings, else a file of ours.

The one place that knows where the password of a database is kept.
"""

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.adapters.alive import AliveLocks
    from bot.adapters.store import SqlStore
    from bot.settings import Settings

FILE = "seedgate.sqlite"
"""In the cache folder; not used where a database is named."""


@dataclass(frozen=True, slots=True)
class Where:
    """What the settings say of the store, as plain values; for the pipe to a child."""

    cache: str
    database: str | None = field(repr=False)
    password: str | None = field(repr=False)


def where(settings: "Settings") -> Where:
    """What they say; nothing is read in or looked at for it."""
    database, password = settings.database_url, settings.pg_password
    return Where(
        str(settings.cache_dir),
        database.get_secret_value() if database is not None else None,
        password.get_secret_value() if password is not None else None,
    )


def store_url(settings: "Settings") -> str:
    """What the store is opened by, with its password; raises `UserFault`.

    For adapters and the pipe to a child: never for an argument list, a log or a person.
    """
    return url_of(where(settings))


def url_of(place: Where) -> str:
    """The same, by plain values."""
    from bot.adapters.store import postgres_url, sqlite_url

    if place.database is None:
        return sqlite_url(Path(place.cache) / FILE)
    return postgres_url(place.database, place.password)


def open_store(settings: "Settings") -> "SqlStore":
    """The store, made or migrated if due."""
    from bot.adapters.store import SqlStore

    return SqlStore(store_url(settings), time.time)


def begun(settings: "Settings") -> bool:
    """Whether something was stored ever; a database that is named counts as begun."""
    return settings.database_url is not None or (settings.cache_dir / FILE).exists()


def locks(settings: "Settings", store: "SqlStore") -> "AliveLocks | SqlStore":
    """What tells which evaluations are carried on: by whoever shares the store."""
    from bot.adapters.alive import AliveLocks

    if settings.database_url is None:
        return AliveLocks(settings.cache_dir / "evaluations")
    return store
