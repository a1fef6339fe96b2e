"""Where a store is: URLs as people write them, and what people call a store.

A URL may hold a password. Nothing that is said here repeats a part of one that could
not be read: it may be a piece of the password.
"""

import re
from pathlib import Path
from urllib.parse import unquote

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from bot.domain.errors import UserFault

SETTING = "SEEDGATE_DATABASE_URL"
DRIVER = "postgresql+psycopg"
FORM = "postgresql://USER:PASSWORD@HOST:5432/DATABASE"
SCHEMES = ("postgresql", "postgres", DRIVER)
NAMED_ELSEWHERE = ("dbname", "service")
"""Parameters that say in their own way which database is meant."""


def sqlite_url(path: Path) -> str:
    """The URL of the SQLite file `path`, whatever characters it has."""
    return URL.create("sqlite", database=str(path)).render_as_string()


def postgres_url(text: str, password: str | None = None) -> str:
    """What a person wrote as a URL of PostgreSQL, as the store is opened by it.

    `password` is used where the URL has none. Raises `UserFault`, without any part of
    the password, for what is no such URL.
    """
    url = _read(text.strip())
    _require_database(url)
    _require_known_parameters(url)
    if password and url.password is None and "password" not in url.query:
        url = url.set(password=password)
    return url.render_as_string(hide_password=False)


def store_name(url: URL) -> str:
    """What people call this store: the file, or the address without any secret."""
    if url.get_backend_name() == "sqlite" and url.database:
        return url.database
    place = URL.create("postgresql", url.username, None, url.host, url.port)
    place = place.set(database=url.database)
    told = ("host", "port", "service")
    shown = {key: url.query[key] for key in told if key in url.query}
    return place.set(query=shown).render_as_string()


def _read(text: str) -> URL:
    scheme, found, rest = text.partition("://")
    if not found or scheme.lower() not in SCHEMES:
        raise _unknown(scheme if found else "")
    if rest.count("@") > 1 or re.search(r"[\s\x00-\x1f]", rest):
        raise _malformed()
    try:
        url = make_url(f"{DRIVER}://{rest}")
    except (ArgumentError, ValueError):
        raise _malformed() from None
    if not 0 < (url.port or 1) < 2**16:
        raise _malformed()
    return _with_folder(url)


def _with_folder(url: URL) -> URL:
    """A socket's folder in a host's place (`%2Frun%2Fpg`) becomes a parameter."""
    host = unquote(url.host or "")
    if not host.startswith("/"):
        return url
    return url.set(host="").update_query_dict({"host": host})


def _unknown(scheme: str) -> UserFault:
    kind = f" (`{scheme}`)" if re.fullmatch(r"[a-z0-9+]{1,20}", scheme) else ""
    problem = f"{SETTING} is no URL of a PostgreSQL database{kind}."
    mend = (
        f"Write it as {FORM}. Without it the store is an SQLite file in the cache "
        "folder."
    )
    return UserFault(problem, mend)


def _malformed() -> UserFault:
    problem = f"{SETTING} cannot be read as a URL."
    mend = (
        f"Write it as {FORM}, with other characters than letters, digits, - and _ in "
        "user and password percent-encoded (@ is %40, : is %3A, / is %2F, # is %23)."
    )
    return UserFault(problem, mend)


def _require_database(url: URL) -> None:
    if not url.database and not any(name in url.query for name in NAMED_ELSEWHERE):
        problem = f"{SETTING} names no database."
        raise UserFault(problem, f"Write it as {FORM}.")


def _require_known_parameters(url: URL) -> None:
    """Only what PostgreSQL's own library knows; the driver takes other words, too."""
    from psycopg.pq import Conninfo

    known = {option.keyword.decode() for option in Conninfo.get_defaults()}
    for name in url.query:
        if name not in known:
            told = f": {name}" if re.fullmatch(r"\w{1,40}", name) else ""
            problem = f"{SETTING} has a parameter that PostgreSQL does not know{told}."
            raise UserFault(problem, "Correct it, or leave it out.")
