"""Stories about how trials end: each end has one name and one sentence."""

import errno
import os
import signal
from pathlib import Path

import pytest

from tests.unit.workers.bench import Bench, metric, printed, within
from tests.waiting import until
from workers.checkout import CheckoutFault
from workers.contract import (
    Attempt,
    Environment,
    EnvironmentManager,
    Failed,
    FailureReason,
    Infra,
    InfraReason,
    Ok,
    Resources,
    SourceKind,
    TrialResult,
)

DAEMON = """
import os, signal
hears, tells = os.pipe()
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        (diary / "daemon").write_text(str(os.getpid()))
        os.write(tells, b"!")
        signal.pause()
    os._exit(0)
os.read(hears, 1)
"""


def reason(result: TrialResult) -> object:
    assert isinstance(result.outcome, Failed | Infra), result.outcome
    return result.outcome.reason


def detail(result: TrialResult) -> str:
    assert isinstance(result.outcome, Failed | Infra), result.outcome
    return result.outcome.detail


def test_a_trial_that_ends_normally_is_ok_with_what_it_showed(bench: Bench) -> None:
    result = bench.python("print('loss: 2.5'); print('loss: 1.5')", printed())
    assert result.outcome == Ok()
    assert result.metrics == {"loss": 1.5}
    assert [point.value for point in result.series["loss"]] == [2.5, 1.5]
    assert result.exit_status == 0
    assert 0 < result.wall_s < 30
    assert result.peak_memory_bytes > 1_000_000
    assert 0 < result.started_at <= result.ended_at
    assert result.log_tail == "loss: 2.5\nloss: 1.5"
    assert result.notes == ()


def test_wall_time_and_memory_are_metrics_that_the_node_measures(bench: Bench) -> None:
    wall = metric(SourceKind.WALL_CLOCK, name="time")
    memory = metric(SourceKind.PEAK_MEMORY, name="memory")
    result = bench.python("x = bytearray(200_000_000)", wall, memory)
    assert result.metrics["time"] == result.wall_s
    assert 200_000_000 < result.metrics["memory"] < 400_000_000
    assert result.stream_digest is None


def test_an_exception_is_named(bench: Bench) -> None:
    result = bench.python("import sys\nraise RuntimeError('no such layer')")
    assert reason(result) is FailureReason.EXCEPTION
    assert detail(result).endswith("exit status 1. RuntimeError: no such layer")
    assert result.exit_status == 1
    assert "no such layer" in result.log_tail


def test_what_follows_a_traceback_does_not_hide_the_exception(bench: Bench) -> None:
    code = "import atexit, sys\natexit.register(lambda: print('bye', file=sys.stderr))"
    result = bench.python(f"{code}\nraise KeyError('lr')")
    assert detail(result).endswith("KeyError: 'lr'")


def test_a_silent_failure_says_that_nothing_was_printed(bench: Bench) -> None:
    result = bench.run("sh", "-c", "exit 3")
    assert detail(result) == "It ended with exit status 3. It printed nothing."


def test_a_signal_of_its_own_is_named(bench: Bench) -> None:
    result = bench.python("import os; os.abort()")
    assert reason(result) is FailureReason.SIGNAL
    assert "SIGABRT" in detail(result)
    assert result.exit_status == -signal.SIGABRT


def test_a_command_that_is_not_there_says_how_to_mend_it(bench: Bench) -> None:
    result = bench.run("no-such-trainer", "--fast")
    assert reason(result) is FailureReason.START
    assert "The command no-such-trainer could not be started" in detail(result)
    assert "not on PATH" in detail(result)
    assert result.exit_status is None


@pytest.mark.parametrize(
    ("body", "mode", "told"),
    [
        ("#!/bin/sh\n", 0o644, "not executable"),
        ("echo\n", 0o755, "first line such as #!/bin/sh"),
        ("#!/no/such/shell\n", 0o755, "the program on its first line is missing"),
    ],
)
def test_a_script_that_cannot_run_says_why(
    bench: Bench, body: str, mode: int, told: str
) -> None:
    script = bench.source / "train.sh"
    script.write_text(body)
    script.chmod(mode)
    result = bench.run("./train.sh")
    assert reason(result) is FailureReason.START
    assert told in detail(result)


@pytest.mark.parametrize("word", ["x" * 4_000_000, "a\0b"])
def test_arguments_that_no_process_can_take_are_a_failure_to_start(
    bench: Bench, word: str
) -> None:
    assert reason(bench.run("true", word)) is FailureReason.START


def test_a_trial_past_its_time_is_ended(bench: Bench) -> None:
    result = bench.run("sleep", "600", resources=within(0.2))
    assert reason(result) is FailureReason.TIMEOUT
    assert detail(result) == "It ran past its time limit of 0.2 s and was ended."


def test_a_trial_that_ignores_sigterm_is_killed_after_the_grace(bench: Bench) -> None:
    code = "import signal\nsignal.signal(15, signal.SIG_IGN)\nsignal.pause()"
    result = bench.python(code, resources=within(1.5))
    assert reason(result) is FailureReason.TIMEOUT
    assert "ignored SIGTERM" in detail(result)
    assert result.wall_s > 1.8


def test_a_trial_may_save_itself_in_the_grace(bench: Bench) -> None:
    code = """
import signal, sys
def save(*_):
    (diary / "saved").touch()
    sys.exit(0)
signal.signal(signal.SIGTERM, save)
signal.pause()
"""
    result = bench.python(code, resources=within(1.5))
    assert reason(result) is FailureReason.TIMEOUT
    assert (bench.diary / "saved").exists()


def test_more_memory_than_reserved_is_out_of_memory(bench: Bench) -> None:
    limits = Resources(memory_bytes=100 * 1024 * 1024)
    code = "import time\nx = bytearray(300_000_000)\ntime.sleep(600)"
    result = bench.python(code, resources=limits)
    assert reason(result) is FailureReason.OUT_OF_MEMORY
    assert "reserves only 100 MiB" in detail(result)


def test_a_peak_too_short_to_be_seen_is_out_of_memory_as_well(tmp_path: Path) -> None:
    bench = Bench(tmp_path, {"memory_every_s": 60.0})
    limits = Resources(memory_bytes=100 * 1024 * 1024)
    result = bench.python("x = bytearray(300_000_000)", resources=limits)
    assert reason(result) is FailureReason.OUT_OF_MEMORY


@pytest.mark.parametrize(
    "words",
    [
        "MemoryError",
        "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 20.00 GiB",
    ],
)
def test_the_trials_own_want_of_memory_is_named(bench: Bench, words: str) -> None:
    result = bench.python(f"import sys\nsys.exit({words!r})")
    assert reason(result) is FailureReason.OUT_OF_MEMORY
    assert words in detail(result)


def test_memory_that_ran_out_earlier_does_not_explain_a_later_end(bench: Bench) -> None:
    code = """
import sys, traceback
try:
    raise MemoryError
except MemoryError:
    traceback.print_exc()
print("smaller batches", file=sys.stderr)
undefined
"""
    assert reason(bench.python(code)) is FailureReason.EXCEPTION


def test_the_trials_own_full_disk_is_its_failure(bench: Bench) -> None:
    result = bench.python("Path('/dev/full').write_text('x')")
    assert reason(result) is FailureReason.DISK_FULL
    assert "No space left on device" in detail(result)


def test_a_file_past_the_limit_is_its_failure(tmp_path: Path) -> None:
    bench = Bench(tmp_path, {"file_bytes": 1024 * 1024})
    result = bench.python("Path('big').write_bytes(bytes(2 << 20))")
    assert reason(result) is FailureReason.DISK_FULL
    assert detail(result) == "It wrote a file larger than 1 MiB."


def test_our_own_full_disk_is_no_evidence_about_the_trial(bench: Bench) -> None:
    def checkout(objects: Path, tree: str, destination: Path) -> None:
        destination.mkdir()
        (destination.parent / "stdout.log").symlink_to("/dev/full")

    bench.checkout = checkout
    bench.agent = bench.new_agent()
    result = bench.python("print('loss: 1')", printed())
    assert reason(result) is InfraReason.DISK
    assert "disk is full" in detail(result)
    assert result.metrics == {"loss": 1.0}


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (CheckoutFault("The tree is damaged."), InfraReason.CHECKOUT),
        (OSError(errno.ENOSPC, "No space left on device"), InfraReason.DISK),
        (OSError(errno.EIO, "Input/output error"), InfraReason.AGENT),
        (ZeroDivisionError("oops"), InfraReason.AGENT),
    ],
)
def test_a_checkout_that_fails_is_ours(
    bench: Bench, fault: Exception, expected: InfraReason
) -> None:
    def checkout(objects: Path, tree: str, destination: Path) -> None:
        raise fault

    bench.checkout = checkout
    bench.agent = bench.new_agent()
    result = bench.run("true")
    assert reason(result) is expected
    assert str(fault) in detail(result)


def test_no_room_for_the_checkout_is_a_full_disk(bench: Bench) -> None:
    def checkout(objects: Path, tree: str, destination: Path) -> None:
        full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        raise CheckoutFault("No room.") from full

    bench.checkout = checkout
    bench.agent = bench.new_agent()
    assert reason(bench.run("true")) is InfraReason.DISK


@pytest.mark.parametrize("manager", [EnvironmentManager.UV, EnvironmentManager.PIP])
def test_an_environment_that_cannot_be_prepared_is_refused_by_name(
    bench: Bench, manager: EnvironmentManager
) -> None:
    result = bench.run("true", environment=Environment(manager))
    assert reason(result) is InfraReason.ENVIRONMENT
    assert str(manager) in detail(result)


def test_a_pattern_that_is_none_is_ours(bench: Bench) -> None:
    result = bench.run("true", metrics=(metric(SourceKind.STDOUT, "(?P<value>"),))
    assert reason(result) is InfraReason.AGENT
    assert "is no RE2 pattern" in detail(result)


def test_a_metric_that_was_never_seen_fails_the_trial_by_name(bench: Bench) -> None:
    result = bench.python("print('accuracy: 3')\nprint('bye')", printed())
    assert isinstance(result.outcome, Failed)
    assert result.outcome.metric == "loss"
    assert result.outcome.reason is FailureReason.MISSING_METRIC
    pattern = r"loss: (?P<value>\S+)"  # as it stands in the policy
    assert f"No line of stdout matched '{pattern}'." in result.outcome.detail
    assert 'The last line was "bye".' in result.outcome.detail


def test_a_pattern_with_a_line_break_at_its_end_shows_it(bench: Bench) -> None:
    source = metric(SourceKind.STDOUT, "loss: (?P<value>\\d+)\n")
    told = detail(bench.python("print('loss: 3')", source))
    assert r"matched 'loss: (?P<value>\d+)\n'." in told


def test_a_crash_is_told_before_the_metrics_that_it_cost(bench: Bench) -> None:
    result = bench.python("print('loss: nan')\nraise SystemExit(2)", printed())
    assert reason(result) is FailureReason.EXCEPTION


def test_a_daemon_of_a_trial_is_ended_and_told(bench: Bench) -> None:
    result = bench.python(DAEMON)
    assert result.outcome == Ok()
    assert result.notes == ("1 background process had to be ended.",)


def test_an_attempt_that_runs_is_not_run_twice_at_once(bench: Bench) -> None:
    with bench.running("sleep", "600") as running:
        until(bench.agent.status, "the trial runs")
        again = bench.agent.run(running.attempt, bench.spec("true"))
        assert reason(again) is InfraReason.AGENT
        assert not running.done


def test_a_closed_agent_runs_nothing(bench: Bench) -> None:
    bench.agent.close()
    result = bench.agent.run(Attempt("key", 1), bench.spec("true"))
    assert detail(result) == "cancelled on request"
