"""Why a PostgreSQL store cannot be opened, as a sentence that names the mend.

Before a session stands, the server has no codes for what is wrong, only words: they
are known here by pieces of them. Codes are those of PostgreSQL's manual, appendix A.
"""

import re
from dataclasses import dataclass

from sqlalchemy import Connection

from bot.adapters.store.database.urls import SETTING
from bot.domain.errors import UserFault

OLDEST = 14
"""The oldest major version that is served."""

PERMISSION = "42501"
READ_ONLY_SERVER = "25006"
RIGHTS = (
    "As its owner say GRANT USAGE, CREATE ON SCHEMA public TO that user (and GRANT ALL "
    "ON ALL TABLES IN SCHEMA public), or make the user the owner of the database."
)
PRIMARY = f"Let {SETTING} name the primary server."


@dataclass(frozen=True, slots=True)
class _Kind:
    """A kind of refusal: a pattern of the server's or library's words, two sentences.

    `{name}` is the store, `{0}` what the pattern caught.
    """

    words: str
    problem: str
    mend: str


_KINDS = (
    _Kind(
        "password authentication failed",
        "The server of the store {name} refuses the user's password.",
        f"Correct it in {SETTING}; characters such as @ : / ? # % are written %40 and "
        "so on there.",
    ),
    _Kind(
        "no password supplied",
        "The server of the store {name} asks for a password, and none is given.",
        f"Put it into {SETTING}, or into the file ~/.pgpass.",
    ),
    _Kind(
        r'database "(.*)" does not exist',
        "The server of the store {name} has no database {0}.",
        f"Create it (CREATE DATABASE), or correct its name in {SETTING}.",
    ),
    _Kind(
        r'role "(.*)" (?:does not exist|is not permitted to log in)',
        "The server of the store {name} has no user {0} who may log in.",
        f"Create it (CREATE ROLE ... LOGIN), or correct its name in {SETTING}.",
    ),
    _Kind(
        r"pg_hba\.conf (?:entry|rejects)",
        "The server of the store {name} lets this user not in from here.",
        "Add a line for user, database and address to its pg_hba.conf, or use TLS "
        "(?sslmode=require).",
    ),
    _Kind(
        "permission denied for database|not currently accepting connections",
        "The user may not connect to the database of the store {name}.",
        "As its owner say GRANT CONNECT ON DATABASE ... TO that user.",
    ),
    _Kind(
        "too many (?:clients|connections)|connection slots",
        "The server of the store {name} takes no more connections.",
        "End idle ones, or raise max_connections.",
    ),
    _Kind(
        "starting up|shutting down|recovery mode",
        "The server of the store {name} is just starting or stopping.",
        "Run the same command again in a moment.",
    ),
    _Kind(
        "resolve host|translate host name",
        "The host of the store {name} is not known here.",
        f"Correct its name in {SETTING}.",
    ),
    _Kind(
        "onnection refused|No such file|imeout expired|nreachable|No route|timed out",
        "No PostgreSQL server answers at {name}.",
        f"Start it, or correct host and port in {SETTING}.",
    ),
)


def unopened(name: str, said: str) -> UserFault:
    """Why no session could be had; `said` is one line of the driver's."""
    for kind in _KINDS:
        match = re.search(kind.words, said)
        if match:
            caught = match.groups()
            return UserFault(kind.problem.format(*caught, name=name), kind.mend)
    problem = f"The store {name} cannot be opened: {said}."
    return UserFault(problem, f"See that {SETTING} names a server that lets you in.")


def unfit(name: str, state: str | None, said: str) -> UserFault | None:
    """Why a session cannot hold a store, by the code of its error; None: not known."""
    if state == PERMISSION:
        problem = f"The user may not make and use tables in the store {name}: {said}."
        return UserFault(problem, RIGHTS)
    if state == READ_ONLY_SERVER:
        return UserFault(f"The server of the store {name} is read-only.", PRIMARY)
    return None


def require_fit(connection: Connection, name: str) -> None:
    """Refuse a server that is too old, and a database that cannot hold every text."""
    info = connection.connection.driver_connection.info  # type: ignore[union-attr]
    require_version(info.server_version, name)
    encoding = info.parameter_status("server_encoding")
    if encoding != "UTF8":
        problem = f"The database of the store {name} has the encoding {encoding}."
        mend = "Create it with ENCODING 'UTF8' TEMPLATE template0."
        raise UserFault(problem, mend)


def require_version(number: int, name: str) -> None:
    """Refuse a server older than `OLDEST`; `number` as PostgreSQL counts (150004)."""
    if number < OLDEST * 10_000:
        found = f"{number // 10_000}.{number % 10_000}"
        problem = f"The server of the store {name} is PostgreSQL {found}: too old."
        raise UserFault(problem, f"Use version {OLDEST} or newer.")
