"""What a database says when it cannot go on, as a sentence that names the mend."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from bot.adapters.store.database.refusals import (
    PERMISSION,
    PRIMARY,
    READ_ONLY_SERVER,
    RIGHTS,
    unfit,
    unopened,
)
from bot.domain.errors import MachineryFault, UserFault
from workers.contract import QueueError

KEPT = "Trials that had finished are kept, and the same command goes on from there."


class UnreadableError(ValueError):
    """A stored text that this code did not write."""


class StoreError(MachineryFault, QueueError):
    """The store cannot be read or written; nothing that was stored is lost."""


@contextmanager
def translated(name: str) -> Iterator[None]:
    """Raise `StoreError` about the store `name` for any fault of its database."""
    try:
        yield
    except UnreadableError as error:
        problem = f"The store {name} holds a record that cannot be read: {error}."
        raise StoreError(problem, _DAMAGED_MEND) from error
    except DBAPIError as error:
        raise explain(name, error.orig or error) from error
    except SQLAlchemyError as error:
        raise StoreError(f"The store {name} failed: {error}.", KEPT) from error


@contextmanager
def opening(name: str) -> Iterator[None]:
    """The same for a PostgreSQL store that is opened: what people can mend is theirs.

    Errors are raised without their cause: a driver's own words stay out of any trace.
    """
    try:
        with translated(name):
            yield
    except StoreError as fault:
        cause = fault.__cause__
        if isinstance(cause, DBAPIError) and cause.orig is not None:
            raise refuse(name, cause.orig) or fault from None
        raise


def refuse(name: str, error: BaseException) -> UserFault | None:
    """What people can mend about a driver's `error` on opening; None: it is ours."""
    state = getattr(error, "sqlstate", None)
    if state is None:
        return unopened(name, said(error))
    return unfit(name, state, said(error))


def explain(name: str, error: BaseException) -> StoreError:
    """The sentences for a driver's `error`."""
    known = _sqlite(error) or _postgres(error)
    if known is None:
        return StoreError(f"The store {name} failed: {said(error)}.", KEPT)
    problem, mend = known
    problem = problem.format(name=name, said=said(error))
    return StoreError(problem, mend if mend is _DAMAGED_MEND else f"{mend} {KEPT}")


def said(error: BaseException) -> str:
    """The first line of what a driver says, without the full stop."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0].rstrip(".")


def blocked_folder(name: str, folder: str, error: OSError) -> StoreError:
    """The sentences for a folder that cannot be made or locked."""
    problem = f"The folder {folder} of the store {name} failed: {error.strerror}."
    return StoreError(problem, "Mend that, or choose another cache folder.")


def _sqlite(error: BaseException) -> tuple[str, str] | None:
    code = getattr(error, "sqlite_errorcode", None)
    return None if code is None else _SQLITE.get(code & 0xFF)


def _postgres(error: BaseException) -> tuple[str, str] | None:
    """By the code, else by its class; an error of psycopg without one: it is gone."""
    if not hasattr(error, "sqlstate"):
        return None
    state = error.sqlstate
    if state is None:
        kinds = {kind.__name__ for kind in type(error).__mro__}
        return _LOST if "OperationalError" in kinds else None
    return _POSTGRES.get(state) or _POSTGRES.get(state[:2])


_DAMAGED_MEND = (
    "Put a good copy of the file in its place. Or move it away: a new store is begun "
    "then, without its results, verdicts and acceptances; trials are run again."
)
_READ_ONLY = (
    "The store {name} cannot be written.",
    "Give yourself write permission on the file and its folder, or choose another "
    "cache folder.",
)
_SQLITE = {
    sqlite3.SQLITE_FULL: (
        "The disk that holds the store {name} is full.",
        "Free some space on it.",
    ),
    sqlite3.SQLITE_IOERR: (
        "The disk that holds the store {name} cannot be read or written.",
        "See that it is not full and not failing.",
    ),
    sqlite3.SQLITE_BUSY: (
        "Another program keeps the store {name} locked.",
        "End it (`fuser` names it).",
    ),
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_CANTOPEN: _READ_ONLY,
    sqlite3.SQLITE_CORRUPT: ("The store {name} is damaged.", _DAMAGED_MEND),
    sqlite3.SQLITE_NOTADB: ("The file {name} is not a store.", _DAMAGED_MEND),
}
_LOST = (
    "The connection to the store {name} was lost: {said}.",
    "See that its server runs and can be reached from here.",
)
_BUSY = (
    "Another program keeps the store {name} locked.",
    "End it (the view pg_stat_activity names it).",
)
_CROSSED = (
    "Other programs wrote to the store {name} at the same time, again and again.",
    "Run the same command again.",
)
_DAMAGED = (
    "The server says that the store {name} is damaged.",
    "Bring a good copy of the database back.",
)
_OTHER_TABLES = (
    "The tables of the store {name} are not those that this Seedgate made.",
    "Bring a good copy of the database back, or name another database.",
)
_POSTGRES = {
    "53100": (
        "The disk of the server that holds the store {name} is full.",
        "Free some space on it.",
    ),
    "53300": (
        "The server of the store {name} takes no more connections.",
        "End idle ones, or raise max_connections.",
    ),
    PERMISSION: ("The user may not use the tables of the store {name}.", RIGHTS),
    READ_ONLY_SERVER: ("The server of the store {name} is read-only.", PRIMARY),
    "55P03": _BUSY,
    "57014": (
        "The server of the store {name} broke a statement off.",
        "Raise statement_timeout for this user.",
    ),
    "40001": _CROSSED,
    "40P01": _CROSSED,
    "42P01": _OTHER_TABLES,
    "42703": _OTHER_TABLES,
    "08": _LOST,
    "25P03": _LOST,
    "57": _LOST,
    "XX": _DAMAGED,
}
"""By PostgreSQL's error codes (appendix A of its manual), or the class of a code."""
