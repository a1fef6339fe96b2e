"""The dispatcher's process: how it starts, ends, and what is said when it fails."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from psycopg.pq import Conninfo

from bot.adapters.children import DispatcherProcess
from bot.domain.errors import MachineryFault
from tests.waiting import until

SERVE = "import sys; print('serving', flush=True); sys.stdin.read()"
TELL = """
import json, os, sys
told = {"options": json.loads(sys.argv[1]), "path": sys.path, "folder": os.getcwd()}
told |= {"files": os.listdir(), "environment": dict(os.environ)}
told |= {"session": os.getsid(0) == os.getpid()}
print(json.dumps(told), flush=True)
sys.stdin.read()
"""
HEAR = """
import json, os, sys
told = {"secrets": json.loads(sys.stdin.readline()), "environment": dict(os.environ)}
with open("/proc/self/cmdline") as file:
    told["arguments"] = file.read()
print(json.dumps(told), flush=True)
sys.stdin.read()
"""
DEAF = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("deaf", flush=True)
while True:
    signal.pause()
"""


def waited(process: DispatcherProcess, happened: Callable[[], bool]) -> None:
    """Beat until something has happened; a child that dies ends the wait."""
    until(lambda: happened() or process.wait(), "the dispatcher's process")


def test_it_ends_when_it_is_dismissed_or_left(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with DispatcherProcess({}, log, entry=SERVE) as process:
        waited(process, lambda: "serving" in log.read_text())
        process.dismiss()
        process.dismiss()
    with pytest.raises(MachineryFault):
        process.wait()


def test_it_starts_in_an_empty_folder_with_a_clean_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "secret")
    monkeypatch.setenv("SEEDGATE_SEED_SECRET", "secret")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    log = tmp_path / "log"
    with DispatcherProcess({"jobs": 2}, log, entry=TELL) as process:
        waited(process, lambda: log.read_text().endswith("\n"))
        told = json.loads(log.read_text())
    assert told["options"] == {"jobs": 2}
    assert told["files"] == []
    assert told["session"]
    assert not {"GITHUB_TOKEN", "SEEDGATE_SEED_SECRET"} & set(told["environment"])
    assert str(tmp_path) not in told["path"]
    assert told["folder"] not in told["path"]


def test_a_secret_comes_through_the_pipe_and_stands_nowhere_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPASSWORD", "hunter2")
    monkeypatch.setenv("PGSSLMODE", "require")
    log, entry = tmp_path / "log", HEAR
    with DispatcherProcess({}, log, {"url": "hunter2"}, entry=entry) as process:
        waited(process, lambda: log.read_text().endswith("\n"))
        told = json.loads(log.read_text())
    assert told["secrets"] == {"url": "hunter2"}
    assert told["environment"]["PGSSLMODE"] == "require"
    assert "hunter2" not in json.dumps([told["arguments"], told["environment"]])


def test_a_server_is_found_as_we_find_it_by_every_variable_of_the_library(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A failover, a service file, Kerberos: all but the password, which is piped."""
    named = {one.envvar.decode() for one in Conninfo.get_defaults() if one.envvar}
    named |= {"PGSYSCONFDIR", "PGSERVICEFILE"}
    for name in named | {"PGADMIN_DEFAULT_PASSWORD"}:
        monkeypatch.setenv(name, "x")
    log, entry = tmp_path / "log", HEAR
    with DispatcherProcess({}, log, entry=entry) as process:
        waited(process, lambda: log.read_text().endswith("\n"))
        seen = set(json.loads(log.read_text())["environment"])
    assert "PGTARGETSESSIONATTRS" in named
    assert named - seen == {"PGPASSWORD"}
    assert "PGADMIN_DEFAULT_PASSWORD" not in seen


def test_one_that_ends_before_it_is_told_a_secret_is_named_as_ever(
    tmp_path: Path,
) -> None:
    many = {"url": "x" * 1_000_000}
    log, entry = tmp_path / "log", "raise SystemExit(3)"
    with (
        DispatcherProcess({}, log, many, entry=entry) as process,
        pytest.raises(MachineryFault, match="ended with status 3"),
    ):
        waited(process, lambda: False)


def test_its_last_words_are_part_of_the_fault(tmp_path: Path) -> None:
    entry = "import sys; sys.exit('The queue is broken.')"
    with (
        DispatcherProcess({}, tmp_path / "log", entry=entry) as process,
        pytest.raises(MachineryFault) as caught,
    ):
        waited(process, lambda: False)
    assert "status 1" in caught.value.problem
    assert "The queue is broken." in caught.value.problem
    assert caught.value.mend == (
        f"Run the same command again to go on. Its log: {tmp_path / 'log'}"
    )


def test_a_variable_that_it_names_is_to_be_mended_first(tmp_path: Path) -> None:
    entry = "import sys; sys.exit('No Ray answers: correct RAY_ADDRESS.')"
    with (
        DispatcherProcess({}, tmp_path / "log", entry=entry) as process,
        pytest.raises(MachineryFault, match="correct RAY_ADDRESS") as caught,
    ):
        waited(process, lambda: False)
    assert caught.value.mend.startswith("Then run the same command again to go on.")


def test_one_that_says_nothing_is_named_all_the_same(tmp_path: Path) -> None:
    with (
        DispatcherProcess({}, tmp_path / "log", entry="raise SystemExit(3)") as process,
        pytest.raises(MachineryFault, match=r"ended with status 3\.") as caught,
    ):
        waited(process, lambda: False)
    assert "It said" not in caught.value.problem


def test_one_that_does_not_listen_is_killed(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with DispatcherProcess({}, log, entry=DEAF, farewell_s=0.1) as process:
        waited(process, lambda: "deaf" in log.read_text())
    with pytest.raises(MachineryFault, match="status -9"):
        process.wait()


def test_leaving_before_it_started_is_harmless(tmp_path: Path) -> None:
    DispatcherProcess({}, tmp_path / "log").__exit__(None, None, None)
