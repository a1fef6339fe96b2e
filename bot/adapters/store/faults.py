"""What a database says when it cannot go on, as a sentence that names the mend."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from bot.adapters.store.codec import UnreadableError
from bot.domain.errors import MachineryFault
from workers.contract import QueueError

KEPT = "Trials that had finished are kept, and the same command goes on from there."


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


def explain(name: str, error: BaseException) -> StoreError:
    """The sentences for a driver's `error`."""
    code = getattr(error, "sqlite_errorcode", None)
    known = _SENTENCES.get(code & 0xFF) if code is not None else None
    if known is None:
        return StoreError(f"The store {name} failed: {error}.", KEPT)
    problem, mend = known
    return StoreError(problem.format(name=name), f"{mend} {KEPT}")


def blocked_folder(name: str, folder: str, error: OSError) -> StoreError:
    """The sentences for a folder that cannot be made or locked."""
    problem = f"The folder {folder} of the store {name} failed: {error.strerror}."
    return StoreError(problem, "Mend that, or choose another cache folder.")


_DAMAGED_MEND = (
    "Put a good copy of the file in its place, or move it away: a new store is begun "
    "then, and its trials are run again."
)
_READ_ONLY = (
    "The store {name} cannot be written.",
    "Give yourself write permission on the file and its folder, or choose another "
    "cache folder.",
)
_SENTENCES = {
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
