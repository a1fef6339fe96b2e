"""Which store a process works with: the database of the settings, else a file of ours.

The one place that knows where the password of a database is kept.
"""

import time
from typing import TYPE_CHECKING

from bot.settings import Settings

if TYPE_CHECKING:
    from bot.adapters.alive import AliveLocks
    from bot.adapters.store import SqlStore

FILE = "seedgate.sqlite"
"""In the cache folder; not used where a database is named."""


def store_url(settings: Settings) -> str:
    """What the store is opened by, with its password; raises `UserFault`.

    For adapters and the pipe to a child: never for an argument list, a log or a person.
    """
    from bot.adapters.store import postgres_url, sqlite_url

    if settings.database_url is None:
        return sqlite_url(settings.cache_dir / FILE)
    given = settings.pg_password
    password = given.get_secret_value() if given is not None else None
    return postgres_url(settings.database_url.get_secret_value(), password)


def open_store(settings: Settings) -> "SqlStore":
    """The store, made or migrated if due."""
    from bot.adapters.store import SqlStore

    return SqlStore(store_url(settings), time.time)


def begun(settings: Settings) -> bool:
    """Whether something was stored ever; a database that is named counts as begun."""
    return settings.database_url is not None or (settings.cache_dir / FILE).exists()


def locks(settings: Settings, store: "SqlStore") -> "AliveLocks | SqlStore":
    """What tells which evaluations are carried on: by whoever shares the store."""
    from bot.adapters.alive import AliveLocks

    if settings.database_url is None:
        return AliveLocks(settings.cache_dir / "evaluations")
    return store
