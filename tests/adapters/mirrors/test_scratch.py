"""Stories about what is made of a mirror's commits: merged trees, and where they go."""

import hashlib
import os
import time
import zlib
from pathlib import Path

from bot.app.mirroring import Mirror, WantedBranch, WantedPull
from bot.app.ports import Conflicted
from tests.adapters.mirrors.stage import OnFake

MAIN = WantedBranch("main")
DAY = 86_400.0


def merged(mirror: Mirror, head: str) -> str:
    """The tree that would land, made anew."""
    base = mirror.branch("main")
    assert base is not None
    landing = mirror.repository.merge(base, head)
    assert not isinstance(landing, Conflicted)
    return landing.tree


def proposed(real: OnFake) -> tuple[Mirror, str]:
    """A mirror with the head of a pull request whose base has moved."""
    number, head = real.opens_from_fork({"other.py": "print(1)\n"})
    real.pushes("main", {"notes.md": "Notes.\n"})
    return real.refresh(MAIN, WantedPull(number)), head


def fill(scratch: Path) -> None:
    """More loose objects than are left alone."""
    for number in range(6_800):
        text = f"blob {len(str(number))}\0{number}".encode()
        name = hashlib.sha1(text, usedforsecurity=False).hexdigest()
        path = scratch / "objects" / name[:2] / name[2:]
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(zlib.compress(text, 1))


def aged(scratch: Path, days: float) -> None:
    """All that is there was made so long ago."""
    at = time.time() - days * DAY
    for path in (scratch / "objects").rglob("*"):
        if path.is_file() and path.parent.name != "info":
            os.utime(path, (at, at))


def has(real: OnFake, name: str) -> bool:
    mirror = real.mirrors.known(real.place)
    assert mirror is not None
    git = mirror.repository._scratch
    return git.ask("cat-file", "-e", name).status == 0


def files(scratch: Path) -> int:
    return sum(one.is_file() for one in (scratch / "objects").rglob("*"))


def test_what_nobody_made_again_for_long_goes_and_what_is_looked_at_stays(
    real: OnFake,
) -> None:
    mirror, head = proposed(real)
    tree = merged(mirror, head)
    number, other = real.opens_from_fork({"old.py": "print(2)\n"})
    old = merged(real.refresh(MAIN, WantedPull(number)), other)
    aged(mirror.repository.objects, 61)
    assert merged(mirror, head) == tree
    real.mirrors.prune(real.place, 60 * DAY)
    assert has(real, tree)
    assert not has(real, old)
    assert merged(real.refresh(MAIN), other) == old


def test_what_is_packed_goes_when_it_is_old_and_stays_where_it_is_made_again(
    real: OnFake,
) -> None:
    mirror, head = proposed(real)
    tree = merged(mirror, head)
    number, other = real.opens_from_fork({"old.py": "print(2)\n"})
    old = merged(real.refresh(MAIN, WantedPull(number)), other)
    scratch = mirror.repository.objects
    aged(scratch, 59.999)
    fill(scratch)
    real.mirrors.prune(real.place, 60 * DAY)
    assert has(real, old)
    assert files(scratch) < 20
    assert merged(mirror, head) == tree
    fill(scratch)
    real.mirrors.prune(real.place, 59 * DAY)
    assert files(scratch) < 20
    assert has(real, tree)
    assert not has(real, old)


def test_where_all_is_new_and_little_nothing_is_done(real: OnFake) -> None:
    mirror, head = proposed(real)
    tree = merged(mirror, head)
    before = files(mirror.repository.objects)
    real.mirrors.prune(real.place, 60 * DAY)
    assert has(real, tree)
    assert files(mirror.repository.objects) == before


def test_of_a_mirror_that_is_forgotten_nothing_stays_on_disk(real: OnFake) -> None:
    mirror, head = proposed(real)
    tree = merged(mirror, head)
    assert mirror.repository.objects.is_dir()
    real.mirrors.forget(real.place)
    left = [one for one in real.cache.rglob("*") if one.is_file()]
    assert [one.suffix for one in left] == [".lock"]
    number = max(real.digits.pulls)
    assert merged(real.refresh(MAIN, WantedPull(number)), head) == tree


def test_what_somebody_left_who_died_while_it_was_forgotten_is_held_until_it_goes(
    real: OnFake,
) -> None:
    mirror, head = proposed(real)
    merged(mirror, head)
    number = real.place.repository
    for kind in ("git", "scratch"):
        half = real.home.with_name(f".{number}.{kind}-abc")
        half.mkdir()
        real.home.with_suffix(f".{kind}").rename(half / "gone.git")
        assert set(real.mirrors.held()) == {number}
    real.mirrors.forget(real.place)
    assert set(real.mirrors.held()) == set()
    left = [one.name for one in real.home.parent.iterdir()]
    assert left == [f"{number}.lock"]
