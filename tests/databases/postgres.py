"""A PostgreSQL server for tests: a cluster of its own that is thrown away at the end.

It listens on a Unix socket in its own folder alone: no port, and no cluster that is
installed on the machine, is in its way. PostgreSQL refuses to run as root; then it
runs as the account of the package, else as `nobody`. It ends with its parent, however
that ends (a parent-death signal), and waits for no disk unless it is to be durable.
"""

import os
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from bot.adapters.store import SqlStore, postgres_url
from tests.waiting import PATIENCE_S, until

ADMIN = "admin"
OWNER = "seedgate"
GUARDED = "guarded"
PASSWORD = "p@ss:w/ord%?#"
"""Of the role `GUARDED`: every character that has a meaning in a URL."""

ROOM_BYTES = 2 * 2**30
MISSING = (
    "These tests need PostgreSQL's server, and no `initdb` was found. Install it (on "
    "Debian and Ubuntu: apt-get install --no-install-recommends postgresql)."
)
HBA = f"""
local all {ADMIN}   trust
local all {OWNER}   trust
local all {GUARDED} scram-sha-256
local all limited   trust
"""
SETTINGS = {
    "listen_addresses": "",
    "deadlock_timeout": "50ms",
    "max_connections": "40",
    "shared_buffers": "64MB",
}
CARELESS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
}
"""Quick, and no promise that anything is there after a power cut."""


def binaries(installed: Path = Path("/usr/lib/postgresql")) -> Path:
    """The folder of the newest server that is installed; `LookupError` if none is."""
    ready = [one.parent for one in installed.glob("*/bin/initdb")]
    if ready:
        return max(ready, key=lambda one: float(one.parent.name))
    on_path = shutil.which("initdb")
    if on_path is None:
        raise LookupError(MISSING)
    return Path(on_path).resolve().parent


class Server:
    """A running server; roles `admin` (superuser), `seedgate`, `guarded`, `limited`."""

    def __init__(self, *, durable: bool = False) -> None:
        self._settings = SETTINGS if durable else {**SETTINGS, **CARELESS}
        self._binaries = binaries()
        self._account = _account()
        self._version = _version(self._binaries)
        # Not below pytest's folder, which is closed to other accounts.
        memory = None if durable else _memory()
        self.folder = Path(tempfile.mkdtemp(prefix="seedgate-pg-", dir=memory))
        self._process: subprocess.Popen[bytes] | None = None
        self._template: str | None = None
        self._made = 0
        if self._account is not None:
            os.chown(self.folder, self._account.pw_uid, self._account.pw_gid)
        self._initialise()
        self.start()
        self._make_roles()

    def _initialise(self) -> None:
        data = self.folder / "data"
        words = ["--pgdata", data, "--username", ADMIN, "--auth", "trust"]
        words += [
            "--encoding",
            "UTF8",
            "--locale",
            "C",
            "--no-sync",
            "--no-instructions",
        ]
        self._call("initdb", *words, *self._collation())
        (data / "pg_hba.conf").write_text(HBA)

    def _collation(self) -> list[str]:
        """Words are sorted as in English, as a server of a person would."""
        if self._version < 15:
            return []
        return ["--locale-provider", "icu", "--icu-locale", "en"]

    def start(self) -> None:
        """Start the server on its data, and wait until it answers."""
        settings = self._settings.items()
        words = [word for name, value in settings for word in _set(name, value)]
        command = ["setpriv", "--pdeathsig", "INT"]
        if self._account is not None:
            ids = (f"--reuid={self._account.pw_uid}", f"--regid={self._account.pw_gid}")
            command += [*ids, "--clear-groups"]
        command += [str(self._binaries / "postgres"), "-D", str(self.folder / "data")]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [*command, "-k", str(self.folder), *words],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        until(self._answers, f"PostgreSQL to answer; its log: {self.folder / 'log'}")

    def _answers(self) -> bool:
        """Whether it takes a session; fails with its last words if it has ended."""
        try:
            psycopg.connect(self.conninfo("postgres")).close()
        except psycopg.OperationalError:
            assert self._process is not None
            told = (self.folder / "log").read_text(errors="replace")
            assert self._process.poll() is None, told
            return False
        return True

    def stop(self) -> None:
        """End the server: every session is cut; what was stored stays."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(PATIENCE_S)
            self._process = None

    @contextmanager
    def down(self) -> Iterator[None]:
        """No server within the block; every session is cut."""
        self.stop()
        try:
            yield
        finally:
            self.start()

    def cut(self, database: str) -> int:
        """End every session on a database, as an administrator does; how many."""
        query = (
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname=%s"
        )
        with self.session("postgres") as session:
            return session.execute(query, [database]).rowcount

    def remove(self) -> None:
        """End the server and delete its data."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _call(self, name: str, *words: object) -> None:
        account = self._account
        ids = {} if account is None else _ids(account)
        command = [str(self._binaries / name), *(str(word) for word in words)]
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, cwd="/", **ids
        )
        assert done.returncode == 0, done.stderr

    # Roles and databases ---------------------------------------------------------

    def _make_roles(self) -> None:
        self.execute(f"CREATE ROLE {OWNER} LOGIN")
        self.execute("CREATE ROLE limited LOGIN")
        made = sql.SQL("CREATE ROLE guarded LOGIN PASSWORD {}").format(PASSWORD)
        self.execute(made)

    def execute(
        self, statement: str | sql.Composed, database: str = "postgres"
    ) -> None:
        """Run one statement as the superuser, outside of any transaction."""
        with self.session(database) as session:
            session.execute(statement)  # type: ignore[arg-type]

    @contextmanager
    def session(self, database: str) -> Iterator[psycopg.Connection]:
        """A connection of the superuser, without transactions."""
        connection = psycopg.connect(self.conninfo(database), autocommit=True)
        try:
            yield connection
        finally:
            connection.close()

    def create(self, template: str = "template1") -> str:
        """A new database of the role `seedgate`, as a copy of another; its name."""
        self._made += 1
        name = f"test_{self._made}"
        quickly = " STRATEGY file_copy" if self._version >= 15 else ""
        made = f"CREATE DATABASE {name} OWNER {OWNER} TEMPLATE {template}{quickly}"
        self.execute(made)
        return name

    def template(self) -> str:
        """A database with the tables of a store, to make copies of; made once."""
        if self._template is None:
            name = self.create()
            SqlStore(postgres_url(self.url(name)), float).close()
            self._template = name
        return self._template

    def drop(self, name: str) -> None:
        """Delete a database, and cut every session on it."""
        self.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def conninfo(self, database: str, user: str = ADMIN) -> str:
        """What psycopg connects by."""
        return f"host={self.folder} user={user} dbname={database}"

    def url(self, database: str, user: str = OWNER) -> str:
        """What a person would put into the setting."""
        return f"postgresql://{user}@/{database}?host={self.folder}"


def name_of(url: str) -> str:
    """The database in a URL of `Server.url`."""
    return url.partition("?")[0].rpartition("/")[2]


def _version(binaries: Path) -> int:
    """The major version of the server."""
    words = [binaries / "initdb", "--version"]
    told = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    version = re.search(r"\d+", told)
    assert version is not None, told
    return int(version[0])


def _memory() -> Path | None:
    """Where files are never written to a disk, if there is room; None: anywhere."""
    shared = Path("/dev/shm")
    enough = shared.is_dir() and shutil.disk_usage(shared).free >= ROOM_BYTES
    return shared if enough else None


def _set(name: str, value: str) -> tuple[str, str]:
    return "-c", f"{name}={value}"


def _account() -> pwd.struct_passwd | None:
    """Whom to run as; None: as ourselves."""
    if os.getuid() != 0:
        return None
    names = {one.pw_name: one for one in pwd.getpwall()}
    return names.get("postgres") or names["nobody"]


def _ids(account: pwd.struct_passwd) -> dict[str, object]:
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
