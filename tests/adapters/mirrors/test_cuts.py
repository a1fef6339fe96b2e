"""Stories about a clearing up that was cut short: what it left is in nobody's way."""

import logging
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.mirrors import mirrors, watching
from bot.adapters.mirrors.home import Home
from bot.app.mirroring import WantedBranch
from tests.adapters.mirrors.stage import OnFake
from tests.adapters.mirrors.test_looks import can_read, lost
from tests.adapters.mirrors.test_scratch import DAY, aged, files, has, merged, proposed

MAIN = WantedBranch("main")
MOST: dict[str, Any] = {"most_bytes": 1_000_000}
HALF = 'head -c 1500000 /dev/zero > "$GIT_DIR/objects/pack/tmp_pack_x"'
WHOLE = ': > "$GIT_DIR/objects/pack/.tmp-1-pack-x.pack"'

Clearing = Callable[[str, str], None]


@pytest.fixture
def clearing(real: OnFake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Clearing:
    """From now on a `git gc` in a mirror, or what lies beside it, does that instead.

    Each git is looked at before it could have ended.
    """

    def wrap(where: str, words: str) -> None:
        script.write_text(
            f"#!/bin/sh\nforever() {{ cat {gate}; }}\n"
            'case "$GIT_DIR" in *.scratch/*) at=scratch;; *) at=mirror;; esac\n'
            f'case "$1 $at" in "gc {where}") {words}; exit 0;; esac\n'
            f'exec {git} "$@"\n'
        )
        script.chmod(0o700)
        monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{path}")
        monkeypatch.setattr(watching, "_LOOK_S", 0.001)

    folder, gate = tmp_path / "bin", tmp_path / "gate"
    folder.mkdir()
    os.mkfifo(gate)
    script = folder / "git"
    git, path = shutil.which("git"), os.environ["PATH"]
    return wrap


def left(home: Path) -> list[str]:
    """Packs that are not whole, and whatever says that somebody works there."""
    found = (*home.rglob("tmp_pack*"), *home.rglob(".tmp-*"), *home.rglob("*.lock"))
    return sorted(one.name for one in (*found, *home.rglob("gc.pid")))


def tidied_by(real: OnFake, **limits: Any) -> int:
    return real.another(**limits).prune(real.place, 60 * DAY)


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        (MOST, "git would take more than 0.000931 GiB at once."),
        ({"seconds": 1.0}, "git did not end in 1 s."),
    ],
)
def test_what_it_left_is_gone_and_no_refresh_fails_for_it(
    real: OnFake,
    clearing: Clearing,
    caplog: pytest.LogCaptureFixture,
    limits: dict[str, Any],
    said: str,
) -> None:
    real.refresh(MAIN)
    clearing("mirror", f"{WHOLE}; {HALF}; forever")
    with caplog.at_level(logging.WARNING):
        assert tidied_by(real, **limits) == 0
    number = real.place.repository
    assert caplog.messages == [f"The mirror {number} was not tidied: {said}"]
    assert left(real.home) == []
    pushed = real.pushes("main", {"train.py": "lr = 2\n"})
    real.mirrors = real.another(**MOST)
    assert real.refresh(MAIN).branch("main") == pushed


def test_one_that_is_too_large_to_be_tidied_is_left_alone_for_a_day(
    real: OnFake, clearing: Clearing, caplog: pytest.LogCaptureFixture
) -> None:
    """Else much is written each hour, and nobody else works on it meanwhile."""
    real.refresh(MAIN)
    clearing("mirror", f"{HALF}; forever")
    ours = real.another(**MOST)
    for _ in range(24):
        ours.prune(real.place, 60 * DAY)
        real.passes(DAY / 24)
    assert len(caplog.messages) == 1
    ours.prune(real.place, 60 * DAY)
    assert len(caplog.messages) == 2


def test_what_is_outlived_is_dropped_and_counted_all_the_same(
    real: OnFake, clearing: Clearing
) -> None:
    real.pushes("idea", {"train.py": "lr = 2\n"})
    real.refresh(MAIN, WantedBranch("idea"))
    real.passes(61 * DAY)
    real.refresh(MAIN)
    clearing("mirror", f"{HALF}; forever")
    assert tidied_by(real, **MOST) > 0
    known = real.mirrors.known(real.place)
    assert known is not None
    assert (known.branch("idea"), left(real.home)) == (None, [])


@pytest.mark.parametrize(("limits", "end"), [(MOST, "forever"), ({}, "exit 128")])
def test_what_was_made_of_its_commits_is_cleared_up_though_the_mirror_is_not(
    real: OnFake, clearing: Clearing, limits: dict[str, Any], end: str
) -> None:
    mirror, head = proposed(real)
    tree = merged(mirror, head)
    aged(mirror.repository.objects, 61)
    clearing("mirror", f"{HALF}; {end}")
    tidied_by(real, **limits)
    assert not has(real, tree)
    assert left(real.home) == []


def test_a_clearing_up_that_fails_by_itself_leaves_no_more(
    real: OnFake, clearing: Clearing, caplog: pytest.LogCaptureFixture
) -> None:
    """As where the machine has not the memory for it."""
    tip = lost(real)
    clearing("mirror", f"{HALF}; exit 128")
    assert real.mirrors.prune(real.place, 60 * DAY) == 0
    assert left(real.home) == []
    real.refresh(MAIN)
    assert can_read(real, tip)


def in_the_middle(scratch: Path) -> list[Path]:
    """Files of somebody who makes a tree there, and holds no lock of the mirror."""
    half = scratch / "objects" / "ab" / "tmp_obj_x"
    index = scratch / ".index-x" / "index.lock"
    for one in (half, index):
        one.parent.mkdir(exist_ok=True)
        one.touch()
    return [half, index]


def test_what_was_made_of_its_commits_is_cleared_up_the_next_time(
    real: OnFake, clearing: Clearing
) -> None:
    mirror, head = proposed(real)
    tree = merged(mirror, head)
    scratch = mirror.repository.objects
    others = in_the_middle(scratch)
    aged(scratch, 61)
    clearing("scratch", f'{WHOLE}; {HALF}; : > "$GIT_DIR/packed-refs.lock"; forever')
    tidied_by(real, **MOST)
    assert left(scratch) == ["index.lock"]
    assert all(one.exists() for one in others)
    clearing("nothing", ":")
    tidied_by(real, **MOST)
    assert not has(real, tree)


def test_so_it_is_where_somebody_died_meanwhile(
    real: OnFake, monkeypatch: pytest.MonkeyPatch
) -> None:
    """git names the process that clears up; that number may be another's by now."""
    mirror, head = proposed(real)
    tree = merged(mirror, head)
    scratch = mirror.repository.objects
    others = in_the_middle(scratch)
    aged(scratch, 61)

    def dies(made: Home, *_: object) -> None:
        for folder in (real.home, made.folder):
            (folder / "gc.pid").write_text(f"{os.getpid()} {os.uname().nodename}")
            (folder / "gc.pid.lock").touch()
            (folder / "objects" / "pack" / "tmp_pack_x").touch()
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(mirrors, "clear_scratch", dies)
        with pytest.raises(KeyboardInterrupt):
            tidied_by(real)
    real.refresh(MAIN)
    assert left(real.home) == []
    assert left(scratch) == ["index.lock"]
    assert all(one.exists() for one in others)
    tidied_by(real)
    assert not has(real, tree)
    assert files(scratch) > 0


def test_a_look_for_damage_does_not_count_what_somebody_left_who_died(
    real: OnFake, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It takes no lock at first, so nobody has swept there."""
    tip = lost(real)

    def dies(home: Home, *_: object) -> None:
        half = home.folder / "objects" / "pack" / "tmp_pack_x"
        half.write_bytes(bytes(1_500_000))
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(mirrors, "clear", dies)
        with pytest.raises(KeyboardInterrupt):
            tidied_by(real)
    monkeypatch.setattr(watching, "_LOOK_S", 0.001)
    real.mirrors = real.another(**MOST)
    assert not can_read(real, tip)
    real.refresh(MAIN)
    assert can_read(real, tip)


def test_a_git_whose_head_is_gone_is_ended_with_all_that_it_started(
    real: OnFake, clearing: Clearing
) -> None:
    real.refresh(MAIN)
    clearing("mirror", "forever & kill -9 $$")
    tidied_by(real, seconds=1.0)
    pushed = real.pushes("main", {"train.py": "lr = 2\n"})
    real.mirrors = real.another(patience_s=5.0)
    assert real.refresh(MAIN).branch("main") == pushed
