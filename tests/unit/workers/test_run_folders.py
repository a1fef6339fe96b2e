"""Stories about the folders of runs, and what a dead agent left in them."""

import os
import stat
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.unit.workers.bench import Bench
from tests.waiting import alive, until
from workers.contract import Attempt, Infra, InfraReason
from workers.launch import leftovers
from workers.launch.folders import RunFolder, lock, prune, recover, remove, unlock
from workers.launch.kept import forget
from workers.launch.leftovers import RUN_TOKEN, sweep
from workers.limits import between_programs

ATTEMPT = Attempt("key", 3)


def never() -> bool:
    return False


@contextmanager
def sleeper(token: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process of the run `token`, which nobody waits for in vain."""
    with subprocess.Popen(["sleep", "600"], env={RUN_TOKEN: token}) as process:
        try:
            yield process
        finally:
            process.kill()


@contextmanager
def one_processor() -> Iterator[None]:
    """All that this thread starts meanwhile takes turns with it."""
    all_of_them = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(all_of_them)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, all_of_them)


@contextmanager
def locked(root: Path, key: str = "key") -> Iterator[None]:
    held = lock(root, key, 0.0, never)
    assert held is not None
    yield
    unlock(root, key, held)


def test_a_lock_is_held_by_one_at_a_time_and_leaves_nothing(tmp_path: Path) -> None:
    with locked(tmp_path), locked(tmp_path, "other"):
        assert lock(tmp_path, "key", 0.1, never) is None
        assert lock(tmp_path, "key", 60.0, lambda: True) is None
    with locked(tmp_path):
        pass
    assert list((tmp_path / "locks").iterdir()) == []


def test_an_attempt_gives_up_on_an_earlier_one_that_stays(tmp_path: Path) -> None:
    bench = Bench(tmp_path, {"grace_s": 0.0, "patience_s": 0.1})
    with locked(tmp_path / "agent"):
        result = bench.agent.run(Attempt("key", 2), bench.spec("true"))
    assert isinstance(result.outcome, Infra)
    assert result.outcome.reason is InfraReason.AGENT
    assert "An earlier attempt" in result.outcome.detail


def test_what_a_dead_agent_left_is_ended_and_tidied_up(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path, ATTEMPT)
    token = folder.make()
    folder.tree.mkdir()
    (folder.checkpoint / "step").touch()
    temporary = folder.temporary.resolve()
    with sleeper(token) as left:
        with locked(tmp_path):
            assert recover(tmp_path) == 0  # its supervisor is still at it
        assert alive(left.pid)
        assert recover(tmp_path) == 1
        assert not alive(left.pid)
    assert list(folder.path.iterdir()) == []
    assert not temporary.exists()
    assert (folder.checkpoint / "step").exists()
    assert recover(tmp_path) == 0


def test_a_sweep_touches_only_its_own_run() -> None:
    with sleeper("one-and-more") as other:
        assert sweep("one") == 0
        assert alive(other.pid)
        assert sweep("one-and-more") == 1


def test_a_sweep_finds_what_is_just_becoming_another_program(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Until it has become it, the kernel shows an empty environment for it.

    It is held there by a processor that it has to share; and the sweep, which else
    comes to the newest process last, looks at nothing but it.
    """
    newest: list[int] = []
    monkeypatch.setattr(leftovers, "process_ids", lambda: newest[-1:])
    for number in range(50):
        with one_processor(), sleeper(f"run-{number}") as left:
            newest.append(left.pid)
            assert sweep(f"run-{number}") == 1


def test_a_sweep_finds_what_became_another_program_while_it_was_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its environment was read as empty a moment before it had become that."""
    late = leftovers._environment
    with sleeper("late") as left:
        until(lambda: not between_programs(left.pid), "it sleeps")
        seen: list[int] = []

        def early(pid: int) -> bytes | None:
            seen.append(pid)
            return b"" if seen == [left.pid] else late(pid)

        monkeypatch.setattr(leftovers, "process_ids", lambda: [left.pid])
        monkeypatch.setattr(leftovers, "_environment", early)
        assert sweep("late") == 1


def test_runs_in_progress_are_not_pruned(tmp_path: Path) -> None:
    folders = [RunFolder(tmp_path, Attempt("key", number)) for number in range(3)]
    for folder in folders:
        folder.make()
    folders[1].tidy()
    prune(tmp_path, 0)
    assert [folder.path.exists() for folder in folders] == [True, False, True]
    for folder in folders:
        folder.tidy()


def test_what_was_kept_for_an_attempt_that_never_came_goes(tmp_path: Path) -> None:
    folders = {key: RunFolder(tmp_path, Attempt(key, 1)) for key in ("old", "busy")}
    for folder in folders.values():
        folder.make()
        (folder.checkpoint / "step").touch()
    shelf = tmp_path / "checkpoints" / "kept"
    shelf.mkdir()
    os.utime(folders["old"].checkpoint, (0, 0))
    folders["old"].tidy()
    forget(tmp_path, time.time() - 60.0)  # its attempt has only just ended
    assert folders["old"].checkpoint.exists()
    with locked(tmp_path, "busy"):
        forget(tmp_path, time.time() + 60.0)
    assert sorted((tmp_path / "checkpoints").iterdir()) == [
        folders["busy"].checkpoint,
        shelf,
    ]
    forget(tmp_path / "nowhere", time.time())
    folders["busy"].tidy()


def test_folders_without_permissions_are_removed(tmp_path: Path) -> None:
    shut = tmp_path / "a" / "shut"
    shut.mkdir(parents=True)
    (tmp_path / "a" / "link").symlink_to(tmp_path)
    shut.chmod(0)
    remove(tmp_path / "a")
    assert not (tmp_path / "a").exists()
    remove(tmp_path / "a")


def test_what_a_run_uses_is_counted_with_all_its_folders(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path, ATTEMPT)
    folder.make()
    before = folder.used_bytes()
    for place in (folder.output, folder.checkpoint, folder.temporary):
        (place / "file").write_bytes(os.urandom(100_000))
    assert folder.used_bytes() - before >= 300_000
    assert stat.S_ISLNK(folder.temporary.lstat().st_mode)
    folder.tidy()
