"""The parts of the probe that need no torch: lines, imports, words, judgements."""

import importlib
import json
import math
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from types import ModuleType

import pytest

from workers.probe.site.seedgate_probe import ending, entry, repeating, sanity
from workers.probe.site.seedgate_probe.compiler import codes_of
from workers.probe.site.seedgate_probe.finder import Finder
from workers.probe.site.seedgate_probe.journal import Held, Journal
from workers.probe.site.seedgate_probe.lines import Lines, triggers
from workers.probe.site.seedgate_probe.reading import Reading
from workers.probe.site.seedgate_probe.session import MOST, Cadence

SOURCE = b'''\
"""What it says."""
import os  # here

TABLE = {
    "a": 1,
    # a remark
    "b": 2,
}


@property
def shown(
    first=1,
    second=2,
):
    """Told."""
    if first:
        return second

    # nothing to see
    else:
        pass
    try:
        first += 1
    except ValueError:
        raise
    match first:
        case 1:
            return (
                first
            )
    return os.sep
'''


# -- lines ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "reported"),
    [
        (2, {2}),  # a statement of one line
        (5, {4, 5, 6, 7, 8}),  # a constant within a statement of many
        (6, {4, 5, 6, 7, 8}),  # and a remark within it, to be safe
        (3, set()),  # nothing is there
        (14, {11, 12, 13, 14, 15}),  # a default: it counts when the function is made
        (17, {17}),
        (18, {18}),
        (19, set()),
        (20, set()),  # a remark of its own
        (21, {17}),  # `else` belongs to its `if`
        (25, {25}),
        (28, {28}),
        (30, {29, 30, 31}),
        (99, set()),  # past the end
    ],
)
def test_a_changed_line_has_run_when_its_statement_has(
    line: int, reported: set[int]
) -> None:
    found = triggers(SOURCE, [line])
    assert {at for at, wanted in found.items() if line in wanted} == reported


def test_lines_of_what_cannot_be_parsed_stand_for_themselves() -> None:
    assert triggers(b"def (:", [1, 7]) == {1: {1}, 7: {7}}


@pytest.fixture
def untraced() -> Iterator[None]:
    before, told = sys.gettrace(), threading.gettrace()
    yield
    sys.settrace(before)
    threading.settrace(told)


def run_traced(
    tree: Path, wanted: dict[str, list[int]], act: Callable[[], object]
) -> tuple[list[tuple[str, int]], Lines]:
    noted: list[tuple[str, int]] = []
    lines = Lines(str(tree), wanted, lambda path, line: noted.append((path, line)))
    lines.start()
    act()
    lines.stop()
    return noted, lines


@pytest.mark.usefixtures("untraced")
def test_each_line_is_noted_once(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "code.py"
    path.parent.mkdir()
    path.write_text("def f(n):\n    return n\n\n\ndef g():\n    return 2\n")
    made: dict[str, Callable[..., object]] = {}
    exec(compile(path.read_text(), str(path), "exec"), made)
    wanted = {"deep/code.py": [2, 6], "gone.py": [1]}
    noted, lines = run_traced(tmp_path, wanted, lambda: [made["f"](i) for i in "ab"])
    assert noted == [("deep/code.py", 2)]
    lines.give_up()
    assert noted == [("deep/code.py", 2), ("deep/code.py", 6), ("gone.py", 1)]


@pytest.mark.usefixtures("untraced")
def test_a_file_that_is_gone_breaks_the_tracer_and_nothing_else(tmp_path: Path) -> None:
    made: dict[str, Callable[..., object]] = {}
    exec(compile("def f():\n    return 1\n", str(tmp_path / "gone.py"), "exec"), made)
    noted, lines = run_traced(tmp_path, {"gone.py": [2]}, made["f"])
    assert noted == []
    assert lines.broken


# -- imports -------------------------------------------------------------------------


@contextmanager
def importing(finder: Finder, folder: Path, name: str) -> Iterator[None]:
    sys.meta_path.insert(0, finder)
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    try:
        yield
    finally:
        sys.path.remove(str(folder))
        sys.meta_path.remove(finder)
        sys.modules.pop(name, None)


def test_an_act_follows_the_first_import_and_not_a_question(tmp_path: Path) -> None:
    (tmp_path / "sought_after.py").write_text("value = 1\n")
    acted: list[ModuleType] = []
    finder = Finder({"sought_after": acted.append}, nullcontext)
    with importing(finder, tmp_path, "sought_after"):
        spec = importlib.util.find_spec("sought_after")
        assert spec is not None
        assert spec.loader is not None
        assert spec.loader.get_filename("sought_after").endswith("after.py")  # type: ignore[attr-defined]
        assert acted == []
        module = importlib.import_module("sought_after")
        assert acted == [module]
        assert type(module.__loader__) is type(json.__loader__)
        assert module.__spec__ is not None
        assert module.__spec__.loader is module.__loader__
        importlib.reload(module)
        assert acted == [module]


def test_a_module_that_is_missing_is_missing(tmp_path: Path) -> None:
    finder = Finder({"not_there_at_all": lambda module: None}, nullcontext)
    with (
        importing(finder, tmp_path, "not_there_at_all"),
        pytest.raises(ModuleNotFoundError),
    ):
        importlib.import_module("not_there_at_all")


# -- files and words -----------------------------------------------------------------


def test_only_what_is_read_below_the_tree_is_listed(tmp_path: Path) -> None:
    for name in ("read.txt", "low.bin", "written.txt", "code.pyc"):
        (tmp_path / name).write_text("x")
    reading = Reading(str(tmp_path))
    try:
        (tmp_path / "read.txt").read_text()
        (tmp_path / "code.pyc").read_bytes()
        (tmp_path / "written.txt").write_text("y")
        for flags in (os.O_RDONLY, os.O_RDONLY):
            os.close(os.open(tmp_path / "low.bin", flags))
        Path(__file__).read_text()
        sys.audit("open", tmp_path / "odd", object(), "odd")
        assert reading.files() == ["low.bin", "read.txt"]
    finally:
        reading.listening = False


def test_a_journal_never_raises(tmp_path: Path) -> None:
    journal = Journal(str(tmp_path / "gone"))
    journal.say_word()
    journal.write("note", "unheard")


def test_words_are_said_once_and_records_follow_a_first_one(tmp_path: Path) -> None:
    journal = Journal(str(tmp_path))
    journal.say_word()
    journal.say_word()
    journal.torch = "2.13"
    journal.write("note", "\udcff")
    held = Held(journal)
    held.write("note", "late")
    journal.write_line("a.py", 3)
    held.release()
    held.release()
    (path,) = tmp_path.glob("*.jsonl")
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert lines[0]["start"]["torch"] == "2.13"
    assert [one.get("note") for one in lines[1:]] == ["\udcff", "late"]
    first, again = (tmp_path / "word").read_text().splitlines()
    assert json.loads(first)["command"]
    assert json.loads(again) == {"pid": os.getpid()}
    assert journal.processes() == [os.getpid()] * 2
    (tmp_path / "word").write_text("{}")
    assert journal.processes() == []
    assert json.loads((tmp_path / "lines").read_text()) == ["a.py", 3]


def test_a_forked_process_has_a_file_of_its_own(tmp_path: Path) -> None:
    journal = Journal(str(tmp_path))
    journal.write("note", "one")
    journal.restart()
    journal.write("note", "two")
    assert len(list(tmp_path.glob("*.jsonl"))) == 2


# -- small decisions -----------------------------------------------------------------


def test_a_long_run_is_digested_ever_more_seldom() -> None:
    cadence = Cadence(10)
    due = []
    for step in range(1, 5001):
        if step >= cadence.next:
            due.append(step)
            cadence.made(step)
    assert due[:4] == [1, 10, 20, 30]
    assert len(due) < 4 * MOST
    assert due[-1] == 4800
    assert set(due[-10:]) <= set(range(0, 5001, 160))


def test_a_short_run_is_digested_at_every_step_however_many_are_asked_for() -> None:
    cadence = Cadence(1, thinned=False)
    for step in range(1, 10 * MOST):
        assert step == cadence.next
        cadence.made(step)


def test_settings_of_later_groups_are_told_where_they_differ() -> None:
    groups = [
        {"params": [], "lr": 0.1, "betas": (0.9, 0.95), "odd": object(), "f": None},
        {"params": [], "lr": 0.2, "betas": (0.9, 0.95), "f": None},
    ]
    assert entry.settings_of(groups) == [
        ("lr", "0.1"),
        ("betas", "(0.9, 0.95)"),
        ("f", "None"),
        ("group 1: lr", "0.2"),
    ]
    assert entry.settings_of([]) == []


@pytest.mark.parametrize(
    ("losses", "state"),
    [
        ([3.0, 2.9, 2.8, 2.7, 2.6, 2.0], "passed"),
        ([1.0, 1.1, 1.2, 1.3, 1.5, 2.0], "failed"),
        ([1.0, 1.2, 0.9, 1.2, 0.9, 1.1], "unseen"),  # a rise within the noise
        ([1.0, 0.9], "unseen"),
        ([1.0, math.nan, 1.0, 1.0, 1.0], "unseen"),
    ],
)
def test_a_loss_falls_or_rises_or_neither(losses: list[float], state: str) -> None:
    assert sanity.falls(losses, 1)[0] == state


def test_losses_of_two_optimizers_are_not_compared() -> None:
    assert sanity.falls([3.0] * 9, 2)[0] == "unseen"


def test_every_loss_is_finite_or_the_first_that_is_not_is_named() -> None:
    assert sanity.finite([])[0] == "unseen"
    assert sanity.finite([1.0, 2.0])[0] == "passed"
    assert sanity.finite([1.0, math.inf]) == ("failed", "the loss of step 2 is inf")


@pytest.mark.parametrize(
    ("loss", "classes", "state"),
    [
        (2.31, 10, "passed"),
        (11.0, 50257, "passed"),
        (27.0, 27, "failed"),
        (math.nan, 10, "failed"),
        (0.4, 1000, "unseen"),  # it has learnt before
    ],
)
def test_a_first_loss_is_that_of_a_guess(loss: float, classes: int, state: str) -> None:
    assert sanity.initial(loss, classes)[0] == state


@pytest.mark.parametrize(
    ("tries", "state"),
    [
        ([(2.0, 0.5, 100)], "passed"),
        ([(2.0, 1.95, 100), (2.0, 1.99, 100)], "failed"),
        ([(2.0, 1.95, 100), (2.0, 1.5, 100)], "unseen"),
        ([(2.0, 1.99, 7)], "unseen"),  # time was up
        ([(-1.0, -9.0, 100)], "unseen"),
        ([(math.nan, math.inf, 100)], "unseen"),
        ([(0.001, 0.001, 100)], "passed"),  # there was nothing left to learn
        ([(0.0, 0.0, 100)], "passed"),
    ],
)
def test_one_batch_is_learnt_or_not_or_in_part(
    tries: list[tuple[float, float, int]], state: str
) -> None:
    assert repeating._judged(tries)[0] == state


def test_what_was_not_called_cannot_be_repeated() -> None:
    assert repeating.overfits(None, None)[0] == "unseen"
    assert repeating.input_matters(None, None)[0] == "unseen"


def test_the_compiler_is_kept_out_of_every_function() -> None:
    names = {code.co_name for code in codes_of(ending)}
    assert {"leave", "wait_for_group", "_end_helpers"} <= names
    names = {code.co_name for code in codes_of(sanity)}
    assert {"_heard", "loss", "step"} <= names


def test_ranks_wait_for_one_another_and_not_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RANK", "0")
    monkeypatch.setenv("WORLD_SIZE", "2")
    (tmp_path / "done").mkdir()
    (tmp_path / "done" / "1").write_text(".")
    ending.wait_for_group(str(tmp_path), 30.0)
    assert (tmp_path / "done" / "0").exists()
    (tmp_path / "done" / "1").unlink()
    ending.wait_for_group(str(tmp_path), 0.02)
    (tmp_path / "file").touch()
    ending.wait_for_group(str(tmp_path / "file"), 30.0)
