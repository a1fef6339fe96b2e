"""Opening a store on PostgreSQL: what people can mend is told, no password is."""

import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from sqlalchemy import make_url

from bot.adapters.store import SqlStore, postgres_url
from bot.adapters.store.database.faults import StoreError, explain, refuse
from bot.adapters.store.database.refusals import require_version
from bot.adapters.store.database.urls import store_name
from bot.domain.errors import UserFault
from tests.databases.postgres import GUARDED, PASSWORD, Server, binaries
from workers.contract import TrialSpec

SECRET = "correct horse battery staple"
Refused = Callable[[str], UserFault]


def open_store(url: str) -> SqlStore:
    return SqlStore(postgres_url(url), lambda: 1_000.0, patience_s=2.0)


@pytest.fixture
def refused(postgres: Server) -> Refused:
    """What is said about a URL that opens no store."""

    def told(url: str) -> UserFault:
        with pytest.raises(UserFault) as caught:
            open_store(url)
        fault = caught.value
        assert fault.mend
        assert SECRET not in str(fault)
        assert PASSWORD not in str(fault)
        assert fault.__cause__ is None
        return fault

    return told


def guarded(server: Server, database: str, password: str) -> str:
    host = quote(str(server.folder), safe="")
    return f"postgresql://{GUARDED}:{quote(password, safe='')}@{host}/{database}"


def test_where_no_server_is_installed_these_tests_fail_and_name_the_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(LookupError, match=r"apt-get install .* postgresql"):
        binaries(tmp_path)
    for version in ("9.6", "15", "14"):
        (tmp_path / version / "bin").mkdir(parents=True)
        (tmp_path / version / "bin/initdb").touch()
    assert binaries(tmp_path) == tmp_path / "15/bin"


def test_a_store_is_made_in_an_empty_database_and_found_again(
    postgres: Server, empty_database: str
) -> None:
    url = postgres.url(empty_database)
    first = open_store(url)
    first.save_evaluation("one", "{}")
    first.close()
    again = open_store(url)
    assert again.load_evaluation("one") == "{}"
    assert again.name == store_name(make_url(postgres_url(url)))
    again.close()


def test_a_password_lets_in_whatever_characters_it_has(
    postgres: Server, empty_database: str
) -> None:
    postgres.execute(f"GRANT ALL ON SCHEMA public TO {GUARDED}", empty_database)
    store = open_store(guarded(postgres, empty_database, PASSWORD))
    assert PASSWORD not in store.name
    assert store.wishing() == []
    store.close()


def test_a_wrong_password_is_named_and_not_told(
    postgres: Server, empty_database: str, refused: Refused
) -> None:
    fault = refused(guarded(postgres, empty_database, SECRET))
    assert "refuses the user's password" in fault.problem
    assert "SEEDGATE_DATABASE_URL" in fault.mend


def test_a_missing_password_is_named(
    postgres: Server, empty_database: str, refused: Refused
) -> None:
    fault = refused(postgres.url(empty_database, GUARDED))
    assert "asks for a password" in fault.problem
    assert "~/.pgpass" in fault.mend


def test_a_missing_database_is_named(postgres: Server, refused: Refused) -> None:
    fault = refused(postgres.url("nowhere"))
    assert "has no database nowhere." in fault.problem
    assert "CREATE DATABASE" in fault.mend


def test_a_user_whom_the_server_does_not_let_in_is_told_so(
    postgres: Server, refused: Refused
) -> None:
    assert "pg_hba.conf" in refused(postgres.url("postgres", "stranger")).mend


def test_a_server_that_does_not_answer_is_named(refused: Refused) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    fault = refused(f"postgresql://ann:{quote(SECRET)}@127.0.0.1:{port}/gate")
    name = f"postgresql://ann@127.0.0.1:{port}/gate"
    assert fault.problem == f"No PostgreSQL server answers at {name}."
    assert fault.mend.startswith("Start it")
    fault = refused("postgresql:///gate?host=/nowhere")
    assert fault.problem.startswith("No PostgreSQL server answers at")


def test_a_host_that_nobody_knows_is_named(refused: Refused) -> None:
    fault = refused("postgresql://db.invalid/gate")
    assert "db.invalid/gate is not known here" in fault.problem


def test_a_user_who_may_not_make_tables_is_told_what_to_grant(
    postgres: Server, empty_database: str, refused: Refused
) -> None:
    fault = refused(postgres.url(empty_database, "limited"))
    assert "may not make and use tables" in fault.problem
    assert "GRANT USAGE, CREATE ON SCHEMA public" in fault.mend


def test_a_user_who_may_not_connect_is_told_what_to_grant(
    postgres: Server, empty_database: str, refused: Refused
) -> None:
    postgres.execute(f"REVOKE CONNECT ON DATABASE {empty_database} FROM public")
    fault = refused(postgres.url(empty_database, "limited"))
    assert "GRANT CONNECT" in fault.mend


def test_rights_that_are_taken_later_are_a_fault_of_the_store(
    postgres: Server, database_url: str
) -> None:
    store = open_store(database_url)
    database = make_url(postgres_url(database_url)).database
    postgres.execute("REVOKE ALL ON evaluations FROM seedgate", str(database))
    with pytest.raises(StoreError, match="may not use the tables") as caught:
        store.save_evaluation("one", "{}")
    assert "GRANT" in caught.value.mend
    store.close()


def test_a_server_that_only_reads_is_named(
    postgres: Server, empty_database: str, refused: Refused
) -> None:
    statement = (
        f"ALTER DATABASE {empty_database} SET default_transaction_read_only = on"
    )
    postgres.execute(statement)
    fault = refused(postgres.url(empty_database))
    assert "is read-only" in fault.problem
    assert "primary" in fault.mend


def test_an_encoding_that_cannot_hold_every_text_is_refused(
    postgres: Server, refused: Refused
) -> None:
    postgres.execute(
        "CREATE DATABASE latin OWNER seedgate TEMPLATE template0 ENCODING 'LATIN1' "
        "LOCALE_PROVIDER libc LOCALE 'C'"
    )
    fault = refused(postgres.url("latin"))
    postgres.drop("latin")
    assert "has the encoding LATIN1" in fault.problem
    assert "ENCODING 'UTF8'" in fault.mend


def test_a_server_that_is_too_old_is_refused() -> None:
    with pytest.raises(UserFault, match=r"is PostgreSQL 13\.4: too old\. Use version"):
        require_version(130_004, "postgresql://db/gate")
    require_version(140_000, "postgresql://db/gate")


def test_a_store_of_a_newer_version_is_refused(
    postgres: Server, database_url: str
) -> None:
    database = str(make_url(postgres_url(database_url)).database)
    postgres.execute("UPDATE alembic_version SET version_num = '9001'", database)
    with pytest.raises(StoreError, match=r"newer Seedgate.*Update Seedgate"):
        open_store(database_url)


def test_a_parameter_that_makes_no_sense_is_told_in_the_servers_words(
    postgres: Server, empty_database: str, refused: Refused
) -> None:
    fault = refused(postgres.url(empty_database) + "&sslmode=maybe")
    assert "cannot be opened" in fault.problem
    assert "maybe" in fault.problem


def test_processes_that_start_at_once_migrate_once(
    postgres: Server, empty_database: str
) -> None:
    code = (
        "import sys; from bot.adapters.store import SqlStore; from workers.contract "
        "import TrialSpec as T; s = SqlStore(sys.argv[1], float); s.want(sys.argv[2],"
        "[T(sys.argv[2], '', '', '', '', '', 1, (), ())]); s.close()"
    )
    url = postgres_url(postgres.url(empty_database))
    start = [sys.executable, "-W", "error", "-c", code, url]
    running = [subprocess.Popen([*start, name]) for name in "abc"]
    assert [one.wait(60) for one in running] == [0, 0, 0]
    store = open_store(postgres.url(empty_database))
    assert set(store.find(["a", "b", "c"])) == {"a", "b", "c"}
    store.close()


def test_two_stores_in_two_schemas_of_one_database_do_not_know_each_other(
    postgres: Server, empty_database: str
) -> None:
    postgres.execute("CREATE SCHEMA apart AUTHORIZATION seedgate", empty_database)
    plain = postgres.url(empty_database)
    first, second = (
        open_store(url) for url in (plain, f"{plain}&options=-csearch_path%3Dapart")
    )
    first.want("one", [TrialSpec("a", "", "", "", "", "", 1, (), ())])
    assert list(first.find(["a"])) == ["a"]
    assert list(second.find(["a"])) == []
    assert (first.lead(), second.lead()) == (True, True)
    first.close()
    second.close()


class ToldError(Exception):
    """What a driver raises: words, and a code where there is one."""

    def __init__(self, words: str, sqlstate: str | None = None) -> None:
        super().__init__(words)
        self.sqlstate = sqlstate


class OperationalError(ToldError):
    """Called as psycopg's: without a code it means that there is no session."""


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ('FATAL:  role "ann" does not exist', "has no user ann who may log in"),
        ("FATAL:  sorry, too many clients already", "takes no more connections"),
        ("FATAL:  the database system is starting up", "is just starting or stopping"),
        (
            "server does not support SSL, but SSL was required.\nmore",
            "SSL was required.",
        ),
    ],
)
def test_the_words_of_a_server_are_understood(words: str, problem: str) -> None:
    fault = refuse("postgresql://db/gate", OperationalError(words))
    assert fault is not None
    assert problem in fault.problem


def test_what_only_we_can_mend_is_no_fault_of_the_caller() -> None:
    assert refuse("postgresql://db/gate", ToldError("syntax error", "42601")) is None


@pytest.mark.parametrize(
    ("state", "problem"),
    [
        ("53100", "The disk of the server that holds the store"),
        ("53300", "takes no more connections"),
        ("42P01", "are not those that this Seedgate made"),
        ("XX001", "is damaged"),
        ("57P01", "was lost: words"),
        ("57014", "broke a statement off"),
        ("08006", "was lost"),
        ("40P01", "again and again"),
        ("22021", "failed: words."),
        (None, "failed: words."),
    ],
)
def test_a_code_of_the_server_has_its_sentence(state: str | None, problem: str) -> None:
    fault = explain("postgresql://db/gate", ToldError("words", state))
    assert problem in fault.problem
    assert fault.mend.endswith("the same command goes on from there.")
    assert "was lost" in explain("db", OperationalError("no route")).problem
