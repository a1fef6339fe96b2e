"""Processes that a training starts: which is which, and which are left out."""

import ast
import dataclasses
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.unit.workers.bench import Bench
from tests.unit.workers.test_probe_asking import Desk, records
from workers.contract import Aside, Ok, ProbeEnd, ProbeKind, ProbeSpec
from workers.probe.asking import SITE
from workers.probe.site.seedgate_probe import ending, interrupting, releasing, starting

FINGERPRINT = ProbeSpec(ProbeKind.FINGERPRINT, 3)
WATCH = ProbeSpec(ProbeKind.WATCH, 3, every=10)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "probe")


# -- which is which -------------------------------------------------------------------


def test_processes_without_a_rank_stand_in_an_order_that_is_no_chance(
    desk: Desk,
) -> None:
    """Which of several starts first differs from run to run."""
    first = desk.folder.parent / "other" / "probe"
    other = Desk(first)
    for place, (one, two) in ((desk, (3, 2)), (other, (2, 3))):
        place.process(1, records(steps=one))
        place.process(2, records(steps=two))
    assert desk.probed().steps == other.probed().steps


def test_a_rank_that_torch_knows_counts_for_more_than_the_time_of_a_start(
    desk: Desk,
) -> None:
    late = [{"start": records()[0]["start"]}, {"rank": 0}, *records(steps=3)[1:]]
    desk.process(2, late)
    desk.process(1, [records()[0], {"rank": 1}, *records()[1:]])
    assert [one.optimizer for one in desk.probed().steps] == [0, 0, 0, 1, 1]


def test_what_moves_aside_is_told_of_all_processes(desk: Desk) -> None:
    desk.process(1, records(rank=1, aside=[["ab", "0x1p-1"]]))
    desk.process(2, records(rank=0, aside=[["cd", "0x1p+0"]]))
    assert desk.probed().aside == (
        Aside("cd", (1.0).hex()),
        Aside("ab", (0.5).hex()),
    )
    desk.process(3, records(rank=2, aside=[["no digest", "0x1p+0"]]))
    assert desk.probed().end is ProbeEnd.BLIND


def torch_in(group: bool, *, size: int = 4) -> object:
    distributed = SimpleNamespace(
        is_available=lambda: True,
        is_initialized=lambda: group,
        get_rank=lambda: 2,
        get_world_size=lambda: size,
    )
    return SimpleNamespace(distributed=distributed)


def test_a_group_that_torch_has_joined_tells_rank_and_size(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("RANK", "WORLD_SIZE", "LOCAL_WORLD_SIZE"):
        monkeypatch.delenv(name, raising=False)
    assert ending.place_in_group(torch_in(group=True)) == (2, 4)
    assert ending.place_in_group(torch_in(group=False)) == (None, 0)
    monkeypatch.setenv("RANK", "1")
    monkeypatch.setenv("WORLD_SIZE", "3")
    assert ending.place_in_group(torch_in(group=False)) == (1, 3)


def test_a_second_group_waits_for_itself_and_not_for_the_first(tmp_path: Path) -> None:
    done = tmp_path / "done"
    done.mkdir()
    (done / "0").write_text("..")
    (done / "2").write_text(".")
    ending.wait_for_group(str(tmp_path), 30.0, torch_in(group=True, size=2))
    assert (done / "2").read_text() == ".."


# -- which are left out ---------------------------------------------------------------

INSIDE = {"SEEDGATE_PROBE": "/p", "PYTHONPATH": f"src:{SITE}"}


@pytest.mark.parametrize(
    ("words", "environment", "left_out"),
    [
        (["python3", "train.py"], INSIDE, False),
        (["python3", "train.py"], {}, True),
        (["python3", "train.py"], {**INSIDE, "PYTHONPATH": "src"}, True),
        ([b"python3", b"-u", b"x.py"], {os.fsencode("A"): b"b"}, True),
        (["python3", "-I", "train.py"], INSIDE, True),
        (["python3", "-sS", "train.py"], INSIDE, True),
        (["python3", "-m", "E.main"], INSIDE, False),
        (["python3", "-cI=1"], INSIDE, False),
        (["python3", "--version"], INSIDE, False),
        (["sh", "-c", "torchrun train.py"], {}, True),
        (["sh", "-c", "ls"], {}, False),
        (["./train.py"], {}, True),
        (["git", "rev-parse"], {}, False),
        ("python3", {}, True),
        ([], {}, False),
    ],
)
def test_a_python_that_is_started_without_the_probe_is_noticed(
    words: Sequence[str | bytes] | str,
    environment: dict[object, object],
    left_out: bool,
) -> None:
    program = words if isinstance(words, str) else words[0] if words else ""
    given = (program, words, "/", environment)
    assert starting.escapes("subprocess.Popen", given) is left_out
    spawned = (os.P_WAIT, program, words, environment)
    assert starting.escapes("os.spawn", spawned) is left_out


def test_a_start_without_an_environment_has_that_of_its_parent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("SEEDGATE_PROBE", raising=False)
    given = (sys.executable, [sys.executable, "x.py"], None)
    assert starting.escapes("os.exec", given)
    for name, value in INSIDE.items():
        monkeypatch.setenv(name, value)
    assert not starting.escapes("os.exec", given)


def test_a_process_that_is_left_out_is_noted(bench: Bench) -> None:
    (bench.source / "train.py").write_text(
        "import subprocess, sys\n"
        "for _ in range(2):\n"
        "    subprocess.run([sys.executable, '-c', 'print(1)'], env={}, check=True)\n"
    )
    result = bench.run("python", "train.py", probe=FINGERPRINT)
    assert result.probed is not None
    assert result.probed.notes == (starting.ESCAPED,)
    assert result.log_tail == "1\n1"


def test_text_that_is_executed_and_copies_that_are_run_count_as_run(
    bench: Bench,
) -> None:
    (bench.source / "cell.py").write_text("first = 1\nsecond = 2\n")
    (bench.source / "copied.py").write_text("first = 1\nsecond = 2\n")
    (bench.source / "plain.py").write_text("def never():\n    return 2\n")
    (bench.source / "train.py").write_text(
        "import plain, shutil, subprocess, sys, tempfile\n"
        "exec(open('cell.py').read())\n"
        "copy = shutil.copy('copied.py', tempfile.mkdtemp())\n"
        "subprocess.run([sys.executable, copy], check=True)\n"
    )
    lines = tuple((name, (2,)) for name in ("cell.py", "copied.py", "plain.py"))
    asked = dataclasses.replace(FINGERPRINT, lines=lines)
    probed = bench.run("python", "train.py", probe=asked).probed
    assert probed is not None
    assert probed.executed == (("cell.py", (2,)), ("copied.py", (2,)))


def test_beside_a_whole_trial_only_the_first_process_is_seeded(bench: Bench) -> None:
    """Workers that draw numbers of their own are not to draw all the same ones."""
    (bench.source / "train.py").write_text(
        "import random, subprocess, sys\n"
        "command = [sys.executable, '-c', 'import random; print(random.random())']\n"
        "print(random.random())\n"
        "for _ in range(2):\n"
        "    subprocess.run(command, check=True)\n"
    )
    drawn = {
        probe.kind: bench.run("python", "train.py", probe=probe).log_tail.split()
        for probe in (WATCH, FINGERPRINT)
    }
    assert len(set(drawn[ProbeKind.WATCH])) == 3
    assert set(drawn[ProbeKind.FINGERPRINT]) == {drawn[ProbeKind.WATCH][0]}


# -- signals --------------------------------------------------------------------------


def test_errors_of_handlers_are_told_from_errors_of_our_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Handler:
        def __call__(self, *given: object) -> None:
            raise ValueError

    def plain(number: object, frame: object) -> None:
        raise ValueError

    handler = Handler()
    ours = _caught(lambda: plain(1, None))
    assert not interrupting.by_handler(ours)
    assert interrupting.by_handler(_caught(lambda: plain(1, sys._getframe())))
    assert interrupting.by_handler(_caught(lambda: handler(1, sys._getframe())))
    known = {1: handler, 2: plain}
    monkeypatch.setattr(interrupting.signal, "getsignal", known.get)
    assert interrupting.by_handler(ours)
    assert interrupting.by_handler(_caught(lambda: handler(1, None)))


def _caught(act: object) -> BaseException:
    try:
        act()  # type: ignore[operator]
    except ValueError as fault:
        return fault
    raise AssertionError


# -- old interpreters -----------------------------------------------------------------


@pytest.mark.parametrize("path", sorted(SITE.rglob("*.py")), ids=lambda one: one.name)
def test_the_probe_can_be_read_by_python_3_8(path: Path) -> None:
    """It runs under the trial's Python, where a module that fails looks like none."""
    tree = ast.parse(path.read_text(), feature_version=(3, 8))
    later = {"Callable", "Iterator", "Sequence", "dict", "list", "tuple", "set"}
    for node in tree.body:
        if isinstance(node, ast.Assign):
            parts = (one for one in ast.walk(node) if isinstance(one, ast.Subscript))
            names = {one.value.id for one in parts if isinstance(one.value, ast.Name)}
            assert not names & later, ast.unparse(node)


# -- who waits for whom ---------------------------------------------------------------


def test_a_parent_that_waits_for_a_result_is_not_left_waiting(bench: Bench) -> None:
    """The probe ends the child in its middle, and so nothing is ever sent."""
    (bench.source / "train.py").write_text(
        "import multiprocessing, torch\n"
        "def train(results):\n"
        "    weight = torch.ones(3, requires_grad=True)\n"
        "    for _ in range(9):\n"
        "        (weight * torch.randn(3)).sum().backward()\n"
        "        weight.data.sub_(weight.grad)\n"
        "    results.put(1)\n"
        "if __name__ == '__main__':\n"
        "    fork = multiprocessing.get_context('fork')\n"
        "    results = fork.Queue()\n"
        "    child = fork.Process(target=train, args=(results,))\n"
        "    child.start()\n"
        "    print(results.get())\n"
    )
    began = time.monotonic()
    result = bench.run("python", "train.py", probe=FINGERPRINT)
    assert time.monotonic() - began < 60.0
    assert result.probed is not None
    assert (result.probed.end, len(result.probed.steps)) == (ProbeEnd.STEPS, 3)
    assert result.probed.notes == ()
    assert result.outcome == Ok()


def test_a_parent_that_works_on_is_left_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Here one that ends by itself, and one that keeps busy in a child."""
    busy = "import time; end = time.time() + 1\nwhile time.time() < end: pass"
    code = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {busy!r}])"
    process = subprocess.Popen([sys.executable, "-c", code])
    monkeypatch.setattr(releasing, "_QUIET_S", 0.3)
    releasing.main(process.pid)
    assert process.wait() == 0


def test_a_parent_whose_children_work_one_after_the_other_is_left_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each sleeps a while, and takes what it had done with it when it ends."""
    works = "import time; sum(range(10**7)); time.sleep(.2)"
    code = (
        "import subprocess, sys\n"
        f"for _ in range(8): subprocess.run([sys.executable, '-c', {works!r}])"
    )
    process = subprocess.Popen([sys.executable, "-c", code])
    monkeypatch.setattr(releasing, "_QUIET_S", 0.4)
    releasing.main(process.pid)
    assert process.wait() == 0


def test_one_that_waited_for_a_processor_and_sleeps_by_now_is_left_alone() -> None:
    """On a busy machine that takes long and is little work, as doing nothing is."""
    asleep, ready = ({(7, "1"): [state, *["0"] * 14]} for state in ("S", "R"))
    assert releasing._idle(asleep, asleep)
    assert not releasing._idle(ready, asleep)
    assert not releasing._idle(asleep, ready)


def test_one_that_sleeps_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    monkeypatch.setattr(releasing, "_QUIET_S", 0.3)
    releasing.main(process.pid)
    assert process.wait() == -signal.SIGKILL
