"""The store on SQLite: opening, sharing, and bad days of the disk."""

import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from bot.adapters.store import (
    SqlStore,
    StoreError,
    sqlite_url,
)
from bot.adapters.store.database import opening
from bot.adapters.store.database.faults import explain
from bot.adapters.store.database.urls import store_name
from bot.domain.errors import MachineryFault
from bot.domain.history import ArmSums, MetricKey, PairSums, Pilot, Summary
from workers.contract import Attempt, Ok, QueueError, TrialResult, TrialSpec, TrialState

NOW = 1_000.0


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "a new folder" / "50% ?#.sqlite"


@pytest.fixture
def store(file: Path) -> Iterator[SqlStore]:
    opened = open_store(file)
    yield opened
    opened.close()


def open_store(file: Path, patience_s: float = 60.0) -> SqlStore:
    return SqlStore(sqlite_url(file), lambda: NOW, patience_s)


def spec(key: str) -> TrialSpec:
    return TrialSpec(key, "/o", "t", "baseline", "m", "fast", 1, ("true",), ())


def test_the_folder_of_a_new_store_is_private(store: SqlStore, file: Path) -> None:
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert file.exists()
    assert store.name == str(file)


def test_what_was_stored_is_there_after_opening_again(
    store: SqlStore, file: Path
) -> None:
    store.want("one", [spec("a")])
    store.finish(store.claim(1)[0].attempt, TrialResult(Ok(), {"loss": 0.1 + 0.2}))
    again = open_store(file)
    found = again.find(["a"])["a"]
    again.close()
    assert found.result is not None
    assert found.result.metrics == {"loss": 0.1 + 0.2}


def test_opening_a_store_that_is_up_to_date_needs_no_alembic(
    store: SqlStore, file: Path
) -> None:
    code = (
        "import sys; from bot.adapters.store import SqlStore;"
        "SqlStore(sys.argv[1], float).close(); sys.exit('alembic' in sys.modules)"
    )
    command = [sys.executable, "-c", code, sqlite_url(file)]
    assert subprocess.run(command, check=False).returncode == 0


def test_processes_that_start_at_once_migrate_once(file: Path) -> None:
    code = (
        "import sys; from bot.adapters.store import SqlStore; from workers.contract "
        "import TrialSpec as T; s = SqlStore(sys.argv[1], float); s.want(sys.argv[2],"
        "[T(sys.argv[2], '', '', '', '', '', 1, (), ())]); s.close()"
    )
    start = [sys.executable, "-W", "error", "-c", code, sqlite_url(file)]
    running = [subprocess.Popen([*start, name]) for name in "abc"]
    assert [one.wait(60) for one in running] == [0, 0, 0]
    opened = open_store(file)
    assert set(opened.find(["a", "b", "c"])) == {"a", "b", "c"}
    opened.close()


def test_a_store_of_a_newer_version_is_refused(store: SqlStore, file: Path) -> None:
    execute(file, "UPDATE alembic_version SET version_num = '9001'")
    with pytest.raises(StoreError, match=r"newer Seedgate.*Update Seedgate"):
        open_store(file)


def test_a_trial_is_never_claimed_by_two(store: SqlStore, file: Path) -> None:
    store.want("one", [spec(f"{number}") for number in range(60)])
    other = open_store(file)

    def drain(mine: SqlStore) -> list[Attempt]:
        taken: list[Attempt] = []
        while claims := mine.claim(2):
            taken += [claim.attempt for claim in claims]
        return taken

    with ThreadPoolExecutor(2) as pool:
        parts = list(pool.map(drain, [store, other]))
    other.close()
    taken = [attempt.key for part in parts for attempt in part]
    assert sorted(taken) == sorted(f"{number}" for number in range(60))


def test_a_full_disk_is_named_and_what_was_finished_stays(
    store: SqlStore, file: Path
) -> None:
    store.want("one", [spec("a"), spec("b")])
    first, second = (claim.attempt for claim in store.claim(2))
    store.finish(first, TrialResult(Ok(), {"loss": 0.5}))
    fill_disk(store)
    with pytest.raises(QueueError) as caught:
        store.finish(second, TrialResult(Ok(), log_tail="x" * 500_000))
    fault = caught.value
    assert isinstance(fault, MachineryFault)
    assert fault.problem == f"The disk that holds the store {file} is full."
    assert fault.mend.startswith("Free some space on it. Trials that had finished")
    found = store.find(["a", "b"])
    assert found["a"].state is TrialState.OK
    assert found["b"].state is TrialState.RESERVED
    empty_disk(store)
    assert store.finish(second, TrialResult(Ok(), log_tail="x" * 500_000))


def test_a_disk_that_is_full_before_the_store_is_made_is_named(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: object) -> None:
        error = sqlite3.OperationalError("database or disk is full")
        error.sqlite_errorcode = sqlite3.SQLITE_FULL
        raise error

    monkeypatch.setattr(opening, "_switch_to_wal", full)
    with pytest.raises(StoreError) as caught:
        open_store(file)
    assert caught.value.problem == f"The disk that holds the store {file} is full."


def fill_disk(store: SqlStore) -> None:
    """SQLite's own limit gives the same error as a disk without room."""
    with store._engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")


def empty_disk(store: SqlStore) -> None:
    with store._engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 1000000")


def test_a_locked_store_is_named(file: Path) -> None:
    store = open_store(file, patience_s=0.1)
    locker = sqlite3.connect(file, isolation_level=None)
    locker.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match=r"keeps the store .* locked.*End it"):
        store.want("one", [spec("a")])
    assert store.find(["a"]) == {}  # reading goes on
    locker.execute("ROLLBACK")
    locker.close()
    store.want("one", [spec("a")])
    store.close()


def test_a_damaged_store_is_named(store: SqlStore, file: Path) -> None:
    store.want("one", [spec("a")])
    store.close()
    size = file.stat().st_size
    with file.open("r+b") as stream:
        stream.seek(4096)
        stream.write(b"\xff" * (size - 4096))
    with pytest.raises(StoreError, match=r"is damaged\. Put a good copy"):
        open_store(file).find(["a"])


def test_a_file_that_is_no_store_is_named(file: Path) -> None:
    file.parent.mkdir()
    file.write_text("Dear diary, " * 1_000)
    with pytest.raises(StoreError, match="is not a store") as caught:
        open_store(file)
    assert "acceptances" in caught.value.mend
    assert "are kept" not in caught.value.mend
    assert file.read_text().startswith("Dear diary")


def test_a_record_that_cannot_be_read_is_named(store: SqlStore, file: Path) -> None:
    store.want("one", [spec("a")])
    execute(file, """UPDATE trials SET spec = '{"v": 2}'""")
    with pytest.raises(StoreError, match="record that cannot be read: version 2"):
        store.find(["a"])


def test_a_folder_in_the_place_of_the_store_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"cannot be written\. Give yourself"):
        open_store(tmp_path)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match=r"The folder .*file/cache of the store"):
        open_store(tmp_path / "file" / "cache" / "store.sqlite")


def test_a_lock_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "store.sqlite.lock").mkdir()
    with pytest.raises(StoreError, match="choose another cache folder"):
        open_store(tmp_path / "store.sqlite")


def test_a_fault_that_has_no_sentence_of_its_own_is_still_named() -> None:
    fault = explain("db.example.org", OSError("the server is gone"))
    assert fault.problem == "The store db.example.org failed: the server is gone."


def test_a_store_is_called_by_its_url_without_the_password() -> None:
    engine = create_engine("sqlite://")
    url = engine.url.set(drivername="postgresql", username="u", password="secret")
    assert "secret" not in store_name(url)
    engine.dispose()


def test_what_is_remembered_is_there_after_opening_again(
    store: SqlStore, file: Path
) -> None:
    key = MetricKey("/repo", "mlp", "fast", "loss", "v1", "cpu/env")
    third = 1.0 / 3.0
    arm = ArmSums(4, 1, 3, third, 0.25, third, -third, 1e-300, -1e12, 1e12, 1)
    summary = Summary(arm, ArmSums(), PairSums(3, third, 1.0, -third))
    store.record("one", {key: summary})
    store.keep_pilot(key, Pilot(20, third, 0.1 + 0.2, 1))
    again = open_store(file)
    assert again.past(key) == [summary]
    assert again.pilot(key) == Pilot(20, third, 0.1 + 0.2, 1)
    again.close()


def execute(file: Path, statement: str) -> None:
    connection = sqlite3.connect(file)
    connection.execute(statement)
    connection.commit()
    connection.close()
    assert os.access(file, os.R_OK)
