"""Stories about trees that nobody uses: removed after a month, and never by half."""

import fcntl
import itertools
import os
import sys
import threading
import time
from functools import partial
from pathlib import Path

import pytest

from tests.unit.workers.git_trees import Trees
from tests.waiting import until
from workers.agent import NodeAgent
from workers.checkout import TreeStore, store, unused
from workers.checkout.content import holds
from workers.checkout.unused import LOCKS, UNUSED_S, remove_unused, used

DAY_S = 86400.0
FILES = {f"{folder}/{name}.py": b"print('hi')\n" for folder in "ab" for name in "xy"}
DEAD = 9


class Shelf:
    """A store with a tree in it."""

    def __init__(self, tmp_path: Path) -> None:
        self.trees = Trees(tmp_path)
        self.root = tmp_path / "store"
        self.store = TreeStore(self.root)
        self.tree = self.trees.of(FILES)
        self.extract()

    def extract(self, tree: str = "") -> Path:
        return self.store.materialise(self.trees.objects, tree or self.tree)

    def unused_for(self, seconds: float, tree: str = "") -> None:
        then = time.time() - seconds
        os.utime(self.root / LOCKS / (tree or self.tree), (then, then))

    def left(self) -> list[str]:
        """Everything there is, locks included."""
        tops = (self.root, self.root / LOCKS)
        return sorted(one.name for top in tops for one in top.iterdir())

    def whole(self) -> bool:
        return holds(self.root / self.tree, self.tree)


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path)


def test_a_tree_goes_after_a_month_and_a_younger_one_stays(shelf: Shelf) -> None:
    young = shelf.trees.of({"young.py": b"1\n"})
    shelf.extract(young)
    shelf.unused_for(UNUSED_S + 60)
    shelf.unused_for(UNUSED_S - 60, young)
    remove_unused(shelf.root, time.time())
    assert shelf.left() == sorted([LOCKS, young, young, f"{young}.building"])
    assert holds(shelf.root / young, young)


def test_a_tree_that_is_wanted_again_is_extracted_again(
    shelf: Shelf, tmp_path: Path
) -> None:
    shelf.unused_for(UNUSED_S + 60)
    remove_unused(shelf.root, time.time())
    assert shelf.left() == [LOCKS]
    shelf.store.copy(shelf.trees.objects, shelf.tree, tmp_path / "copy")
    assert holds(tmp_path / "copy", shelf.tree)
    assert shelf.whole()


def test_each_use_counts_the_days_anew_and_leaves_the_tree_as_it_is(
    shelf: Shelf,
) -> None:
    before = (shelf.root / shelf.tree).stat()
    shelf.unused_for(UNUSED_S + 60)
    shelf.extract()
    remove_unused(shelf.root, time.time())
    after = (shelf.root / shelf.tree).stat()
    assert (before.st_ino, before.st_ctime_ns) == (after.st_ino, after.st_ctime_ns)
    assert shelf.whole()


def test_a_tree_in_use_stays_however_old_it_is(shelf: Shelf) -> None:
    with used(shelf.root, shelf.tree), used(shelf.root, shelf.tree):
        shelf.unused_for(UNUSED_S + 60)
        remove_unused(shelf.root, time.time())
        assert shelf.whole()
    remove_unused(shelf.root, time.time())
    assert shelf.left() == [LOCKS]


def test_a_tree_is_in_use_while_it_is_extracted_and_while_it_is_copied(
    shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = []

    def step(name: str) -> None:
        real = getattr(store, name)

        def meanwhile(*given: object) -> object:
            remove_unused(shelf.root, time.time() + 2 * UNUSED_S)
            steps.append(name)
            return real(*given)

        monkeypatch.setattr(store, name, meanwhile)

    for name in ("_extract", "holds", "private_copy"):
        step(name)
    other = shelf.trees.of({"other.py": b"2\n"})
    shelf.store.copy(shelf.trees.objects, other, tmp_path / "copy")
    assert steps == ["holds", "_extract", "holds", "private_copy"]
    assert holds(tmp_path / "copy", other)
    assert holds(shelf.root / other, other)
    assert not (shelf.root / shelf.tree).exists()


def test_who_wants_a_tree_that_is_just_removed_waits_and_keeps_the_next_one(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits, uses, leave = threading.Event(), threading.Event(), threading.Event()

    def use() -> None:
        with used(shelf.root, shelf.tree):
            uses.set()
            leave.wait()

    def watched(lock: int, how: int) -> None:
        if how == fcntl.LOCK_SH:
            waits.set()
        flock(lock, how)

    def slowly(path: Path) -> None:
        user.start()
        until(waits.is_set, "the user to come")
        assert not uses.is_set()
        delete(path)

    user, flock, delete = (
        threading.Thread(target=use, daemon=True),
        fcntl.flock,
        unused._delete,
    )
    monkeypatch.setattr(fcntl, "flock", watched)
    monkeypatch.setattr(unused, "_delete", slowly)
    shelf.unused_for(UNUSED_S + 60)
    remove_unused(shelf.root, time.time())
    assert not (shelf.root / shelf.tree).exists()
    monkeypatch.setattr(unused, "_delete", delete)
    until(uses.is_set, "the user to go on")
    shelf.extract()
    remove_unused(shelf.root, time.time() + 2 * UNUSED_S)
    assert shelf.whole()
    leave.set()
    user.join()


def killed(shelf: Shelf, at: int) -> bool:
    """Remove in a process that dies at its `at`-th step in a folder, if it gets there.

    It dies at once, as by SIGKILL: nothing that it would still do is done.
    """
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == DEAD
    count = itertools.count()

    def step(event: str, _: object) -> None:
        if event.startswith(("os.", "shutil.", "open", "fcntl.")) and next(count) == at:
            os._exit(DEAD)

    try:
        sys.addaudithook(step)
        remove_unused(shelf.root, time.time())
    finally:
        os._exit(0)


def test_a_removal_that_is_killed_anywhere_leaves_no_half_tree(shelf: Shelf) -> None:
    ends = set()
    for at in itertools.count():
        shelf.extract()
        shelf.unused_for(UNUSED_S + 60)
        if not killed(shelf, at):
            break
        there = (shelf.root / shelf.tree).exists()
        assert shelf.whole() == there
        aside = [one for one in shelf.left() if one.endswith("-unused")]
        ends.add((there, bool(aside)))
        if at % 2:  # both who wants the tree next and who removes clears up
            shelf.extract()
            assert shelf.whole()
        remove_unused(shelf.root, time.time() + 2 * UNUSED_S)
        assert shelf.left() == [LOCKS]
    assert ends == {(True, False), (False, True), (False, False)}
    assert shelf.left() == [LOCKS]


def test_what_a_killed_builder_left_of_a_tree_that_nobody_wants_goes(
    shelf: Shelf,
) -> None:
    half = shelf.root / f".{'a' * 40}-killed" / "fresh"
    half.mkdir(parents=True)
    (half / "train.py").write_bytes(b"pri")
    remove_unused(shelf.root, time.time())
    assert not half.parent.exists()
    assert shelf.whole()


def test_a_clock_that_was_ahead_keeps_no_tree_for_ever(shelf: Shelf) -> None:
    shelf.unused_for(-1000 * DAY_S)
    now = time.time()
    remove_unused(shelf.root, now)
    remove_unused(shelf.root, now + UNUSED_S - 60)
    assert shelf.whole()
    remove_unused(shelf.root, now + UNUSED_S + 60)
    assert shelf.left() == [LOCKS]


def test_a_tree_without_a_time_gets_a_month_from_now(shelf: Shelf) -> None:
    (shelf.root / LOCKS / shelf.tree).unlink()
    remove_unused(shelf.root, time.time())
    assert shelf.whole()
    remove_unused(shelf.root, time.time() + UNUSED_S + 60)
    assert shelf.left() == [LOCKS]


def test_a_tree_that_cannot_be_removed_is_named_and_the_others_go(
    shelf: Shelf, caplog: pytest.LogCaptureFixture
) -> None:
    stuck = "0" * 40  # the first that is looked after
    (shelf.root / stuck).mkdir()
    (shelf.root / LOCKS / stuck).mkdir()
    shelf.unused_for(UNUSED_S + 60)
    remove_unused(shelf.root, time.time())
    assert shelf.left() == sorted([LOCKS, stuck, stuck])
    assert f"The tree {stuck} at {shelf.root} cannot be removed" in caplog.text


def test_what_is_no_tree_is_left_alone(shelf: Shelf, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").touch()
    for name in ("notes", ".notes-1", "a" * 41):
        (shelf.root / name).mkdir()
    moved = "b" * 40
    (shelf.root / moved).symlink_to(outside)
    remove_unused(shelf.root, time.time())
    remove_unused(shelf.root, time.time() + 2 * UNUSED_S)
    assert shelf.left() == sorted([LOCKS, "notes", ".notes-1", "a" * 41])
    assert (outside / "kept").exists()


def test_where_nothing_was_extracted_yet_nothing_is_made(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    remove_unused(tmp_path / "store", time.time())
    assert not (tmp_path / "store").exists()
    assert not caplog.text
    (tmp_path / "file").touch()
    remove_unused(tmp_path / "file", time.time())
    assert f"Old trees cannot be looked for at {tmp_path / 'file'}" in caplog.text


def gone(path: Path) -> bool:
    return not path.exists()


def test_an_agent_removes_old_trees_at_once_and_every_day_until_it_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workers.agent._DAY_S", 0.02)
    before = set(threading.enumerate())
    agent = NodeAgent(tmp_path / "agent")
    beside = set(threading.enumerate()) - before
    for tree in ("c" * 40, "d" * 40):
        place = tmp_path / "agent" / "trees" / tree
        lock = place.parent / LOCKS / tree
        place.mkdir(parents=True)
        lock.parent.mkdir(exist_ok=True)
        lock.touch()
        os.utime(lock, (0, 0))
        until(partial(gone, lock), "the old tree to go")
        assert not place.exists()
    agent.close()
    for thread in beside:
        thread.join(60.0)
        assert not thread.is_alive()


def test_what_a_server_that_was_ended_left_goes_at_its_next_start(
    tmp_path: Path,
) -> None:
    half = tmp_path / "agent" / "trees" / f".{'c' * 40}-unused"
    half.mkdir(parents=True)
    checkpoint = tmp_path / "agent" / "checkpoints" / "key"
    checkpoint.mkdir(parents=True)
    os.utime(checkpoint, (0, 0))
    agent = NodeAgent(tmp_path / "agent")
    until(partial(gone, half), "the rest of a tree to go")
    until(partial(gone, checkpoint), "what no attempt came for to go")
    agent.close()
