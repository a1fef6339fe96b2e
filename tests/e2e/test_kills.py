"""Whatever is killed, finished trials are kept, nothing is doubled, nothing is left."""

import json
import os
import signal
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from tests.e2e.conftest import Laptop
from tests.samples.quick import WORSE, Behaviour, build_quick
from tests.waiting import PATIENCE_S, started_as, until


class Ledger:
    """What trials wrote as they started and ended."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def lines(self, what: str) -> list[str]:
        text = self.path.read_text() if self.path.exists() else ""
        return [line for line in text.splitlines() if line.startswith(what)]

    def ends(self) -> Counter[tuple[str, str]]:
        """How often each (tree, seed) ended normally."""
        return Counter(tuple(line.split()[1:3]) for line in self.lines("end"))


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "ledger")


def finished(lone: Laptop) -> dict[str, tuple[str, str]]:
    """Keys of the store's finished trials; the tree and the seed as the ledger says."""
    with closing(sqlite3.connect(lone.cache / "seedgate.sqlite")) as store:
        query = "SELECT key, spec FROM trials WHERE state = 'ok'"
        specs = {key: json.loads(text) for key, text in store.execute(query)}
    names = {"baseline": "main", "branch": "branch"}
    return {key: (names[s["arm"]], str(s["seed"])) for key, s in specs.items()}


def story(tmp_path: Path, ledger: Ledger, seconds: float = 0.5) -> tuple[Path, Path]:
    hold = tmp_path / "go"
    common = {"ledger": str(ledger.path), "hold": str(hold), "seconds": seconds}
    repository = build_quick(
        tmp_path / "repository",
        main_behaviour=Behaviour(**common),
        branch_behaviour=Behaviour(mean=WORSE.mean, **common),
    )
    return repository, hold


def local(repository: Path) -> tuple[str, ...]:
    return ("local", "--repo", str(repository), "--base", "main", "--head", "branch")


@pytest.mark.parametrize(
    "after",
    [
        pytest.param(0, marks=pytest.mark.soak),
        pytest.param(1, marks=pytest.mark.soak),
        3,
        pytest.param(5, marks=pytest.mark.soak),
    ],
)
def test_kill_9_of_the_command_at_any_moment_loses_and_doubles_nothing(
    tmp_path: Path, lone: Laptop, ledger: Ledger, after: int
) -> None:
    """Killed after so many trials; the next call finishes the work."""
    repository, hold = story(tmp_path, ledger)
    if after:
        hold.touch()
    doomed = lone.start(*local(repository))
    until(lambda: ledger.lines("start"), "a first trial to start")
    until(lambda: len(ledger.lines("end")) >= after, f"{after} trials to end")
    doomed.kill()
    doomed.wait()
    until(lambda: not lone.processes(), "every process to be gone")
    hold.touch()
    kept = finished(lone)
    assert (
        len(kept) >= after - 2
    )  # two may have ended as we killed, before their report
    told = lone.run(*local(repository))
    assert (told.code, told.verdict) == (1, "block"), told.err
    assert {one["key"] for one in told.trials if one["cached"]} == set(kept)
    ends = ledger.ends()
    assert all(ends[name, seed] == 1 for name, seed in kept.values())


def test_kill_9_of_the_dispatcher_is_a_fault_of_ours_and_the_next_call_goes_on(
    tmp_path: Path, lone: Laptop, ledger: Ledger
) -> None:
    repository, hold = story(tmp_path, ledger)
    command = lone.start(*local(repository))
    until(lambda: ledger.lines("start"), "a first trial to start")
    dispatchers = [
        one
        for one in lone.processes()
        if "from bot.compose.dispatcher import dispatch; dispatch()" in started_as(one)
    ]
    assert dispatchers
    for one in dispatchers:
        os.kill(one.pid, signal.SIGKILL)
    assert command.wait(PATIENCE_S) == 70
    until(lambda: not lone.processes(), "every process to be gone")
    hold.touch()
    assert lone.run(*local(repository)).verdict == "block"


@pytest.mark.parametrize(
    "ending", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.soak)]
)
def test_ctrl_c_exits_130_cleans_up_and_the_same_command_goes_on(
    tmp_path: Path, lone: Laptop, ledger: Ledger, ending: signal.Signals
) -> None:
    repository, hold = story(tmp_path, ledger)
    hold.touch()
    command = lone.start(*local(repository))
    until(lambda: len(ledger.lines("end")) >= 2, "two trials to end")
    command.send_signal(ending)
    assert command.wait(PATIENCE_S) == 130
    assert not lone.processes()
    told = lone.run(*local(repository))
    assert told.verdict == "block"
    assert [one for one in told.trials if one["cached"]]


@pytest.mark.soak
def test_a_finished_evaluation_runs_nothing_the_second_time(
    tmp_path: Path, lone: Laptop, ledger: Ledger
) -> None:
    repository, hold = story(tmp_path, ledger, seconds=0)
    hold.touch()
    first = lone.run(*local(repository))
    started = len(ledger.lines("start"))
    again = lone.run(*local(repository))
    assert len(ledger.lines("start")) == started
    assert again.report["findings"] == first.report["findings"]
    assert again.report["evaluation"] == first.report["evaluation"]
    finished = [one for one in again.trials if one["state"] in ("ok", "failed")]
    assert finished
    assert all(one["cached"] for one in finished)


def test_two_commands_at_once_share_one_machine_and_pay_each_trial_once(
    tmp_path: Path, lone: Laptop, ledger: Ledger
) -> None:
    repository, hold = story(tmp_path, ledger, seconds=0.1)
    hold.touch()
    both = [lone.start(*local(repository)) for _ in range(2)]
    assert [one.wait(PATIENCE_S) for one in both] == [1, 1]
    until(lambda: not lone.processes(), "every process to be gone")
    assert max(ledger.ends().values()) == 1
