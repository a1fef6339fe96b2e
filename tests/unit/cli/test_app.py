"""The command line as a whole: every end has its exit code and a sentence."""

import json
import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from bot.cli import main
from bot.cli.app import run
from bot.cli.screen import clean
from bot.domain.errors import MachineryFault

POLICY = """\
version: 1
modes:
  mlp:
    train: [python, train.py]
    metrics: {loss: {direction: minimize, tolerance: 0.1}}
stages: {fast: {seeds: [4, 8]}}
"""


def given(folder: Path, shift: float, spread: float = 1.0) -> list[str]:
    """Words for `judge` on 4 pairs; the branch is `shift` worse."""
    noise = [spread * one for one in (0.01, -0.02, 0.015, 0.0)]
    rows = {
        "baseline": [{"seed": i, "metrics": {"loss": 1 + noise[i]}} for i in range(4)],
        "branch": [
            {"seed": i, "metrics": {"loss": 1 + shift - noise[i]}} for i in range(4)
        ],
    }
    policy, trials = folder / "policy.yml", folder / "trials.json"
    policy.write_text(POLICY)
    trials.write_text(json.dumps({"mode": "mlp", "stage": "fast", "arms": rows}))
    return ["judge", "--policy", str(policy), "--trials", str(trials)]


@pytest.mark.parametrize(
    ("shift", "spread", "code", "verdict"),
    [(0.0, 1, 0, "pass"), (0.5, 1, 1, "block"), (0.05, 20, 2, "undecided")],
)
def test_the_verdict_is_the_exit_code(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    shift: float,
    spread: float,
    code: int,
    verdict: str,
) -> None:
    target = tmp_path / "report.json"
    assert run([*given(tmp_path, shift, spread), "--json", str(target)]) == code
    report = json.loads(target.read_text())
    assert report["verdict"] == verdict
    assert capsys.readouterr().out


def test_json_on_stdout_leaves_stdout_to_the_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*given(tmp_path, 0.0), "--json", "-"]) == 0
    told = capsys.readouterr()
    assert json.loads(told.out)["verdict"] == "pass"
    assert "loss" in told.err


def test_the_same_trials_give_the_same_bytes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run([*given(tmp_path, 0.05), "--json", "-"])
    first = capsys.readouterr().out
    run([*given(tmp_path, 0.05), "--json", "-"])
    assert capsys.readouterr().out == first


def test_a_report_that_cannot_be_written_is_the_callers_to_mend(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*given(tmp_path, 0.0), "--json", "/proc/no/report.json"]) == 64
    assert "/proc/no/report.json cannot be written" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["nonsense"], "No such command 'nonsense'.\n"),
        (["locl"], "No such command 'locl'. Did you mean 'local'?\n"),
        (["judge"], "Missing option '--policy'"),
        (["power", "--sd", "x", "--tolerance", "1"], "--sd"),
        (["judge", "--policy", "none.yml", "--trials", "x"], "none.yml"),
    ],
)
def test_a_wrong_call_exits_64_with_a_sentence(
    capsys: pytest.CaptureFixture[str], words: list[str], sentence: str
) -> None:
    assert run(words) == 64
    assert sentence in capsys.readouterr().err


def test_a_report_that_could_not_be_written_is_refused_before_anything_is_judged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*given(tmp_path, 0.0), "--json", str(tmp_path)]) == 64
    told = capsys.readouterr()
    assert told.out == ""
    assert "cannot be written" in told.err


@pytest.mark.parametrize(("shift", "code"), [(0.0, 0), (0.5, 1)])
def test_a_reader_that_has_seen_enough_does_not_change_the_verdict(
    tmp_path: Path, shift: float, code: int
) -> None:
    """Standard output is a pipe that nobody reads any more."""
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "bot", *given(tmp_path, shift)]
    done = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, check=False)
    os.close(writer)
    assert (done.returncode, done.stderr) == (code, b"")


SPEAKS = """
import sys, typer
from bot.cli.app import run
from bot.cli.progress import ProgressView
from bot.cli.screen import err, out

def verb():
    with ProgressView() as view:
        view._console.print("on the way")
    out().print("a table")
    err().print("Report: here")
    sys.stdout.write("more")
    raise typer.Exit(2)

def table():
    app = typer.Typer()
    app.command()(verb)
    app.command("other")(verb)
    return app

sys.exit(run(["verb"], table))
"""


def test_nor_does_one_who_has_seen_enough_of_both_streams() -> None:
    """As with `seedgate local 2>&1 | head -1`: progress goes on unheard."""
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-c", SPEAKS]
    done = subprocess.run(command, stdout=writer, stderr=writer, check=False)
    os.close(writer)
    assert done.returncode == 2


@pytest.mark.parametrize("closed", ["<&-", "1>&-", "2>&-", "<&- 1>&- 2>&-"])
def test_whoever_closed_a_stream_gets_the_exit_code_all_the_same(
    tmp_path: Path, closed: str
) -> None:
    words = shlex.join([sys.executable, "-m", "bot", *given(tmp_path, 0.5)])
    command = f"{words} {closed}"
    done = subprocess.run(command, shell=True, check=False, capture_output=True)
    assert done.returncode == 1
    assert b"in itself" not in done.stderr
    assert (done.stdout == b"") == ("1>&-" in closed)


def test_no_file_of_ours_takes_the_place_of_a_stream_that_is_closed(
    tmp_path: Path,
) -> None:
    """As a database that is opened first would, and a child's words go into it."""
    looks = "import os; from bot.cli.streams import stand_in; stand_in()"
    looks += "; first = os.open('kept', os.O_RDWR | os.O_CREAT); assert first > 2"
    looks += "; import sys; print('unheard'); sys.stdin.read()"
    command = f"{shlex.join([sys.executable, '-c', looks])} <&- >&- 2>&-"
    done = subprocess.run(command, shell=True, check=False, cwd=tmp_path)
    assert done.returncode == 0
    assert (tmp_path / "kept").read_bytes() == b""


def test_an_interrupt_before_anything_is_begun_is_no_failure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def interrupted(_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(signal, "signal", lambda *_: None)
    monkeypatch.setattr("bot.cli.app.run", interrupted)
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 130


def test_no_words_at_all_show_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([]) == 64
    told = capsys.readouterr()
    assert "local" in told.out
    assert told.err == ""


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0
    assert capsys.readouterr().out.startswith("seedgate ")


def test_every_fault_of_a_policy_has_its_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = given(tmp_path, 0.0)
    Path(words[2]).write_text(POLICY + "one: 1\ntwo: 2\n")
    assert run(words) == 64
    told = capsys.readouterr().err
    assert "policy.yml:7:1" in told
    assert "policy.yml:8:1" in told


def test_a_guardrail_that_is_shown_broken_blocks(tmp_path: Path) -> None:
    words = given(tmp_path, 0.5)
    role = "role: guardrail, direction"
    Path(words[2]).write_text(POLICY.replace("direction", role))
    assert run(words) == 1


def test_what_concerns_only_running_is_no_obstacle_to_judging(tmp_path: Path) -> None:
    words = given(tmp_path, 0.0)
    Path(words[2]).write_text(POLICY + "protected: ['data/**']\n")
    assert run(words) == 0


def test_our_own_failure_exits_70_and_keeps_the_traceback(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def broken() -> typer.Typer:
        app = typer.Typer()

        @app.command()
        def verb() -> None:
            raise ZeroDivisionError

        return app

    assert run([], broken) == 70
    told = capsys.readouterr().err
    assert "failed in itself: ZeroDivisionError" in told
    (line,) = [one for one in told.splitlines() if "Traceback:" in one]
    kept = Path(line.rpartition(" ")[2])
    assert "raise ZeroDivisionError" in kept.read_text()
    kept.unlink()


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (KeyboardInterrupt(), 130),
        (MachineryFault("The store is gone.", "Call again."), 70),
    ],
)
def test_an_interruption_and_a_fault_of_ours_say_how_to_go_on(
    capsys: pytest.CaptureFixture[str], error: BaseException, code: int
) -> None:
    def failing() -> typer.Typer:
        app = typer.Typer()

        @app.command()
        def verb() -> None:
            raise error

        return app

    assert run([], failing) == code
    assert "seedgate: " in capsys.readouterr().err


@pytest.mark.parametrize(
    ("verb", "said"), [("setup", "another link"), ("local", "trials are kept")]
)
def test_what_an_interruption_leaves_is_said_of_that_verb(
    capsys: pytest.CaptureFixture[str], verb: str, said: str
) -> None:
    def failing() -> typer.Typer:
        app = typer.Typer(callback=lambda: None)

        @app.command(verb)
        def interrupted() -> None:
            raise KeyboardInterrupt

        return app

    assert run([verb], failing) == 130
    assert said in capsys.readouterr().err


def test_control_characters_never_reach_the_terminal() -> None:
    assert clean("a\x1b[31mb\x07\tc\nd\x9b") == "a[31mb\tc\nd"
