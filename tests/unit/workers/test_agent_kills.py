"""Stories about processes: whatever is killed, and when, nothing is left running."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.unit.workers.bench import Bench, kill, parent_of, printed
from tests.waiting import PATIENCE_S, alive, until
from workers.contract import (
    Attempt,
    Failed,
    FailureReason,
    Infra,
    InfraReason,
    Ok,
    TrialState,
)

STAY = """
import os, signal, sys, time
def note(name):
    (diary / (name + ".new")).write_text(str(os.getpid()))
    (diary / (name + ".new")).rename(diary / name)
def stay(name):
    note(name)
    time.sleep(600)
"""
FAMILY = (
    STAY
    + """
signal.signal(signal.SIGTERM, signal.SIG_IGN)
if os.fork() == 0:
    stay("child")
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        stay("daemon")
    os._exit(0)
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.execve(sys.executable, ["python", "-c", told], {})
    os._exit(0)
stay("command")
"""
)
MEMBERS = ("command", "child", "daemon", "forgetful")
AGENT = """
import sys
from pathlib import Path
from tests.unit.workers.bench import Bench
bench = Bench(Path(sys.argv[1]))
print(bench.agent.run(bench.attempt(), bench.spec("python", "-c", sys.argv[2])))
"""


def family(bench: Bench) -> str:
    """A program with a child, a daemon, and a daemon with an empty environment."""
    forgetful = bench.told(STAY + "stay('forgetful')")
    return bench.told(f"told = {forgetful!r}\n{FAMILY}")


def members(bench: Bench) -> list[int]:
    return [bench.wait_for(name) for name in MEMBERS]


def gone(pids: list[int]) -> None:
    until(lambda: not any(map(alive, pids)), "no process of the trial is left")


def test_a_cancelled_trial_and_all_its_processes_are_gone(bench: Bench) -> None:
    with bench.running("python", "-c", family(bench)) as running:
        pids = members(bench)
        assert all(map(alive, pids))
        bench.agent.cancel(running.attempt)
        result = running.result()
    assert not any(map(alive, pids))
    assert result.outcome == Infra(InfraReason.AGENT, "cancelled on request")


def test_closing_the_agent_ends_every_trial(bench: Bench) -> None:
    with bench.running("python", "-c", family(bench)) as running:
        pids = members(bench)
        bench.agent.close()
        assert not any(map(alive, pids))
        assert running.result().outcome == Infra(
            InfraReason.AGENT, "cancelled on request"
        )


def test_kill_9_of_the_command_takes_its_family_along(bench: Bench) -> None:
    with bench.running("python", "-c", family(bench)) as running:
        pids = members(bench)
        kill(pids[0])
        result = running.result()
    assert not any(map(alive, pids))
    assert isinstance(result.outcome, Failed)
    assert result.outcome.reason is FailureReason.SIGNAL
    assert "SIGKILL" in result.outcome.detail
    assert result.notes == ("3 background processes had to be ended.",)


def test_kill_9_of_the_supervisor_leaves_nothing(bench: Bench) -> None:
    with bench.running("python", "-c", family(bench)) as running:
        pids = members(bench)
        supervisor = parent_of(pids[0])
        a_second_on = wall_s(bench) + 1.0
        until(lambda: wall_s(bench) > a_second_on, "the agent saw the family")
        kill(supervisor)
        result = running.result()
    assert not any(map(alive, [supervisor, *pids]))
    assert isinstance(result.outcome, Infra)
    assert result.outcome.reason is InfraReason.AGENT


def wall_s(bench: Bench) -> float:
    ((_, progress),) = bench.agent.status().values()
    return progress.wall_s


def test_a_supervisor_that_is_stuck_is_ended_in_the_end(tmp_path: Path) -> None:
    bench = Bench(tmp_path, {"grace_s": 0.1, "patience_s": 0.3})
    with bench.running("python", "-c", family(bench)) as running:
        pids = members(bench)
        os.kill(parent_of(pids[0]), signal.SIGSTOP)
        bench.agent.cancel(running.attempt)
        result = running.result()
    assert not any(map(alive, pids))
    assert result.outcome == Infra(InfraReason.AGENT, "cancelled on request")


def test_a_polite_signal_to_the_supervisor_ends_the_trial_too(bench: Bench) -> None:
    with bench.running("python", "-c", family(bench)) as running:
        pids = members(bench)
        os.kill(parent_of(pids[0]), signal.SIGTERM)
        result = running.result()
    assert not any(map(alive, pids))
    assert isinstance(result.outcome, Infra)


def agent_process(bench: Bench, program: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-c", AGENT, str(bench.tmp), program],
        cwd=Path(__file__).parents[3],
    )


def test_kill_9_of_the_agent_leaves_nothing(bench: Bench) -> None:
    with agent_process(bench, family(bench)) as agent:
        pids = members(bench)
        supervisor = parent_of(pids[0])
        agent.kill()
    gone([supervisor, *pids])


def test_kill_9_of_agent_and_supervisor_is_mended_by_the_next_agent(
    bench: Bench,
) -> None:
    with agent_process(bench, family(bench)) as agent:
        pids = members(bench)
        supervisor = parent_of(pids[0])
        os.kill(supervisor, signal.SIGSTOP)  # it cannot do anything any more
        agent.kill()
    kill(supervisor)
    gone(pids[:1])  # the command dies with its parent
    assert alive(pids[2])
    bench.new_agent()
    gone(pids[:3])
    runs = bench.tmp / "agent" / "runs"
    assert not list(runs.glob("*/tree"))
    assert not list(runs.glob("*/token"))
    kill(pids[3])  # it hid from everybody: only a sandbox would hold it


def test_a_new_attempt_waits_until_the_old_one_is_gone(bench: Bench) -> None:
    code = bench.told(STAY + "signal.signal(15, signal.SIG_IGN)\nstay('command')")
    with agent_process(bench, code) as agent:
        pid = bench.wait_for("command")
        agent.kill()
    assert alive(pid)  # it has the grace
    again = bench.new_agent()
    result = again.run(Attempt("key1", 2), bench.spec("sh", "-c", "exit 0"))
    assert result.outcome == Ok()
    assert not alive(pid)


def test_a_fork_that_holds_the_output_open_delays_nothing(bench: Bench) -> None:
    code = STAY + "if os.fork() == 0:\n    stay('holder')\n"
    code += "while not (diary / 'holder').exists():\n    time.sleep(0.01)\n"
    began = time.monotonic()
    result = bench.python(f"{code}\nprint('loss: 1')", printed())
    assert result.metrics == {"loss": 1.0}
    assert time.monotonic() - began < PATIENCE_S
    assert not alive(bench.wait_for("holder"))


def test_a_shell_passes_on_the_request_to_end(bench: Bench) -> None:
    code = (
        STAY
        + """
def save(*_):
    note("saved")
    sys.exit(0)
signal.signal(signal.SIGTERM, save)
stay("inner")
"""
    )
    (bench.source / "train.py").write_text(bench.told(code))
    with bench.running("sh", "-c", "python train.py; true") as running:
        bench.wait_for("inner")
        bench.agent.cancel(running.attempt)
        running.result()
    assert bench.wait_for("saved")


def test_a_trial_cancelled_before_it_is_run_never_starts(bench: Bench) -> None:
    attempt = bench.attempt()
    bench.agent.cancel(attempt)
    result = bench.agent.run(attempt, bench.spec("touch", str(bench.diary / "ran")))
    assert result.outcome == Infra(InfraReason.AGENT, "cancelled on request")
    assert not (bench.diary / "ran").exists()


def test_a_trial_cancelled_while_it_is_prepared_never_starts(bench: Bench) -> None:
    def checkout(objects: Path, tree: str, destination: Path) -> None:
        (attempt,) = bench.agent.status()
        assert bench.agent.status()[attempt][0] is TrialState.PREPARING
        bench.agent.cancel(attempt)
        destination.mkdir()

    bench.checkout = checkout
    bench.agent = bench.new_agent()
    result = bench.run("touch", str(bench.diary / "ran"))
    assert result.outcome == Infra(InfraReason.AGENT, "cancelled on request")
    assert not (bench.diary / "ran").exists()


def test_a_trial_cancelled_after_its_own_end_keeps_its_result(bench: Bench) -> None:
    attempt = bench.attempt()
    result = bench.agent.run(attempt, bench.spec("true"))
    bench.agent.cancel(attempt)
    assert result.outcome == Ok()


def test_trials_run_side_by_side(bench: Bench) -> None:
    meet = """
import time
me, other = {me!r}, {other!r}
(diary / me).touch()
while not (diary / other).exists():
    time.sleep(0.01)
print("loss:", me)
"""
    programs = [
        bench.told(meet.format(me=me, other=other))
        for me, other in (("1", "2"), ("2", "1"))
    ]
    specs = [bench.spec("python", "-c", x, metrics=(printed(),)) for x in programs]
    attempts = [bench.attempt(), bench.attempt()]
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(bench.agent.run, attempts, specs))
    assert [result.metrics for result in results] == [{"loss": 1.0}, {"loss": 2.0}]


def test_progress_is_seen_while_a_trial_runs(bench: Bench) -> None:
    code = STAY + "print('loss: 2.5', flush=True)\nstay('command')"
    told = bench.told(code)
    with bench.running("python", "-c", told, metrics=(printed(),)) as running:

        def value() -> float | None:
            _, progress = bench.agent.status()[running.attempt]
            point = progress.values.get("loss")
            return point and point.value

        until(lambda: value() == 2.5, "the first value")
        state, progress = bench.agent.status()[running.attempt]
        assert state is TrialState.RUNNING
        assert progress.wall_s > 0
    assert bench.agent.status() == {}


@pytest.mark.parametrize("name", ["stdout", "stderr"])
def test_a_flood_of_output_is_read_whole_and_kept_in_part(
    tmp_path: Path, name: str
) -> None:
    bench = Bench(tmp_path, {"log_bytes": 100_000})
    code = f"""
import sys
line = "x" * 79 + "\\n"
for _ in range(300):
    sys.{name}.write(line * 1250)
print("loss: 4")
"""
    began = time.monotonic()
    result = bench.python(code, printed())
    assert result.metrics == {"loss": 4.0}
    assert time.monotonic() - began < PATIENCE_S
    (log,) = (tmp_path / "agent" / "runs").glob(f"*/{name}.log")
    assert log.stat().st_size < 210_000
    assert b"[seedgate left out" in log.read_bytes()
