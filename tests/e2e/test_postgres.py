"""The real command with its store on a PostgreSQL server, shared and kept secret."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import psutil
import pytest

from tests.databases.postgres import GUARDED, PASSWORD, Server, name_of
from tests.e2e.conftest import Laptop
from tests.e2e.test_kills import Ledger, local, story
from tests.samples.quick import WORSE, Behaviour, add_branch, build_quick
from tests.waiting import until

WRITTEN = (PASSWORD, quote(PASSWORD, safe=""))
"""The password, as it is and as it stands in a URL."""


@pytest.fixture
def shared(postgres: Server, empty_database: str) -> str:
    """The URL of a database whose user has a password."""
    postgres.execute(f"GRANT ALL ON SCHEMA public TO {GUARDED}", empty_database)
    host = quote(str(postgres.folder), safe="")
    return f"postgresql://{GUARDED}:{WRITTEN[1]}@{host}/{empty_database}"


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "ledger")


def on(lone: Laptop, url: str) -> Laptop:
    lone.environment["SEEDGATE_DATABASE_URL"] = url
    return lone


@pytest.fixture
def desk(lone: Laptop, shared: str) -> Laptop:
    return on(lone, shared)


@pytest.fixture
def other(tmp_path: Path, shared: str) -> Iterator[Laptop]:
    """Another machine, as far as caches go, with the same database and secret."""
    made = on(Laptop(tmp_path / "other"), shared)
    yield made
    assert not made.processes(), "a process was left over"


def ask(server: Server, lone: Laptop, query: str) -> list[tuple[object, ...]]:
    database = name_of(lone.environment["SEEDGATE_DATABASE_URL"])
    with server.session(database) as session:
        return session.execute(query).fetchall()  # type: ignore[call-overload]


def shown_by(process: psutil.Process) -> str:
    """What anybody on the machine may read of a process, and what it hands down."""
    return " ".join([*process.cmdline(), *process.environ().values()])


def test_a_branch_is_judged_though_the_server_starts_anew_in_the_middle(
    tmp_path: Path, desk: Laptop, ledger: Ledger, postgres: Server
) -> None:
    """No trial is lost or doubled, and the password is written nowhere."""
    repository, hold = story(tmp_path, ledger, seconds=0.1)
    command = desk.start(*local(repository))
    until(lambda: ledger.lines("start"), "a first trial to start")
    others = [one for one in desk.processes() if one.pid != command.pid]
    assert others
    assert not any(word in shown_by(one) for one in others for word in WRITTEN)
    with postgres.down():
        hold.touch()
        until(lambda: ledger.lines("end"), "a first trial to end")
    assert command.wait(120) == 1
    assert all(count == 1 for count in ledger.ends().values())
    assert "The connection to the store" in (desk.cache / "dispatcher.log").read_text()

    again = desk.run(*local(repository))
    assert (again.code, again.verdict, again.ran) == (1, "block", 0)
    assert not list(desk.cache.glob("*.sqlite*"))
    files = [one for one in desk.home.rglob("*") if one.is_file()]
    kept = b"".join(one.read_bytes() for one in files)
    said = again.out + again.err
    assert not any(word.encode() in kept or word in said for word in WRITTEN)


@pytest.mark.soak
def test_two_machines_on_one_database_leave_each_other_alone(
    tmp_path: Path, desk: Laptop, other: Laptop, ledger: Ledger, postgres: Server
) -> None:
    """The second neither takes trials from the first nor cancels what it wants."""
    repository, hold = story(tmp_path, ledger, seconds=0.1)
    mine = Behaviour(mean=WORSE.mean, ledger=str(ledger.path), hold=str(hold))
    add_branch(repository, "second", mine)
    first = desk.start(*local(repository))
    until(lambda: ledger.lines("start"), "a first trial to start")
    query = "SELECT key FROM attempts WHERE ended_at IS NULL"
    running = [row[0] for row in ask(postgres, desk, query)]
    second = other.start(*local(repository)[:-1], "second")
    wishing = "SELECT DISTINCT evaluation FROM wants"
    until(lambda: len(ask(postgres, desk, wishing)) == 2, "the second to want")
    until((other.cache / "dispatcher.lock").exists, "it to ask who leads")
    hold.touch()
    assert (first.wait(120), second.wait(120)) == (1, 1)
    assert running
    tried = "SELECT key, attempt, state FROM trials"
    found = {key: rest for key, *rest in ask(postgres, desk, tried)}
    assert all(found[key] == [1, "ok"] for key in running)


def test_a_database_that_refuses_is_named_before_anything_is_spent(
    tmp_path: Path, desk: Laptop, shared: str
) -> None:
    repository = build_quick(tmp_path / "repository", branch_behaviour=Behaviour())
    on(desk, shared.replace(WRITTEN[1], "wrong-password"))
    told = desk.run(*local(repository))
    assert told.code == 64
    assert "refuses the user's password" in told.err
    assert "wrong-password" not in told.err
