"""Stories about looks for damage: what they bear, and whom they keep waiting."""

import errno
import os
import random
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.adapters.mirrors import keeping, mending, mirrors
from bot.adapters.mirrors.failing import was_unable
from bot.adapters.mirrors.home import Home
from bot.adapters.mirrors.mending import looked_through
from bot.adapters.mirrors.watching import Limits, OvergrownError, OverrunError
from bot.adapters.repository.command import Answer, GitCommand, GitError
from bot.app.mirroring import Mirror, MirrorError, Unreachable, WantedBranch
from bot.domain.errors import GitFault, MachineryFault
from tests.adapters.mirrors.stage import OnFake, committed
from tests.adapters.mirrors.test_damage import spoil
from tests.fakegithub import plumbing
from tests.waiting import until

MAIN = WantedBranch("main")
UNTIDY = [
    (b"100644 train.py\0", "1700000000 +51800"),
    (b"100664 train.py\0", "01700000000 +0000"),
    (b"0100644 train.py\0", "18446744073709551616 +0000"),
    (b"120000 .gitmodules\0", "1700000000 +0000"),
]
FAR = "99999999999 +0000"
STARVED = "ulimit -v 50000"

Wraps = Callable[[str], None]


@pytest.fixture
def fsck(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Wraps:
    """From now on these words of a shell go before each `git fsck`."""

    def wrap(words: str) -> None:
        folder = tmp_path / "bin"
        folder.mkdir(exist_ok=True)
        script = folder / "git"
        script.write_text(
            f'#!/bin/sh\ncase "$1" in fsck) {words};; esac\nexec {git} "$@"\n'
        )
        script.chmod(0o700)
        monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{path}")

    git, path = shutil.which("git"), os.environ["PATH"]
    return wrap


def doubt(mirror: Mirror) -> None:
    """Something in it could not be read."""

    def killed(*_: object, **__: object) -> Answer:
        raise GitError(Answer(-9, b"", ""))

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(GitCommand, "run", killed)
        with pytest.raises(GitFault):
            mirror.has("0" * 40)


def lost(real: OnFake) -> str:
    """The tip of a mirror that misses a file, which nobody has noticed yet."""
    tip = real.pushes("main", {"conf/gate.yml": "version: 1\n" * 50})
    real.refresh(MAIN)
    spoil(real.home, named(real, f"{tip}:conf/gate.yml"))
    return tip


def named(real: OnFake, what: str) -> str:
    return plumbing.run(real.home, "rev-parse", what).decode().strip()


def can_read(real: OnFake, tip: str) -> bool:
    known = real.mirrors.known(real.place)
    assert known is not None
    try:
        return bool(known.repository.read_file(tip, "conf/gate.yml"))
    except GitFault:
        return False


def huge(held: bytearray, at: int, _: int) -> None:
    """The size of an object goes on over six bytes more."""
    held[at : at + 6] = bytes(one | 0x80 for one in held[at : at + 6])


def marked(real: OnFake) -> Path:
    """A file that is gone once the mirror is made anew."""
    mark = real.home / "kept"
    mark.touch()
    return mark


def large(home: Path, packed: bool) -> None:
    """A file in little room, which needs much memory."""
    say = ("hash-object", "-w", "--stdin")
    blob = plumbing.run(home, *say, given=bytes(1 << 26)).decode().strip()
    if packed:
        pack = str(home / "objects" / "pack" / "pack")
        plumbing.run(home, "pack-objects", "-q", pack, given=f"{blob}\n".encode())
        (home / "objects" / blob[:2] / blob[2:]).unlink()


@pytest.mark.parametrize(("entry", "at"), UNTIDY)
def test_an_untidy_history_is_no_damage(real: OnFake, entry: bytes, at: str) -> None:
    """Nor is what only the mirror still holds lost for it."""
    first = real.refresh(MAIN).branch("main")
    assert first is not None
    untidy = committed(real, entry, first, at)
    plumbing.place_ref(real.origin, "refs/heads/main", untidy)
    mirror = real.refresh(MAIN)
    real.force_pushes("main", {"train.py": "lr = 7\n"})
    mark = marked(real)
    doubt(mirror)
    real.refresh(MAIN)
    assert mark.exists()
    assert mirror.has(untidy)


def test_git_knows_every_name_of_what_is_borne(real: OnFake) -> None:
    """A name that it does not know ends it before it has read anything."""
    real.refresh(MAIN)
    with pytest.MonkeyPatch.context() as patched:
        patched.setitem(mending._BEARING, "fsck.nobodysName", "ignore")
        assert not looked_through(Home(real.home), Limits(), pytest.fail)
    assert looked_through(Home(real.home), Limits(), pytest.fail)


def test_a_graph_that_does_not_fit_its_commits_is_no_damage_and_goes(
    real: OnFake,
) -> None:
    """git writes one as it clears up, and it has no room for dates far off."""
    first = real.refresh(MAIN).branch("main")
    assert first is not None
    far = committed(real, b"100644 train.py\0", first, FAR)
    plumbing.place_ref(real.origin, "refs/heads/main", far)
    mirror = real.refresh(MAIN)
    plumbing.run(real.home, "commit-graph", "write", "--reachable")
    mark = marked(real)
    doubt(mirror)
    mirror = real.refresh(MAIN)
    assert mark.exists()
    assert not (real.home / "objects" / "info" / "commit-graph").exists()
    assert mirror.repository.versions("train.py", far, 9) == (far, first)


@pytest.mark.parametrize("packed", [False, True])
def test_a_machine_without_memory_is_no_damage(
    real: OnFake, fsck: Wraps, packed: bool
) -> None:
    mirror = real.refresh(MAIN)
    large(real.home, packed)
    mark = marked(real)
    doubt(mirror)
    fsck(STARVED)
    real.refresh(MAIN)
    assert mark.exists()


def test_but_a_size_that_was_spoilt_is(real: OnFake) -> None:
    """It asks for more memory than any machine has."""
    tip = real.pushes("main", {"conf/gate.yml": "version: 1\n"})
    real.refresh(MAIN)
    spoil(real.home, named(real, f"{tip}:conf"), huge)
    assert not can_read(real, tip)
    real.refresh(MAIN)
    assert can_read(real, tip)


@pytest.mark.parametrize("end", ["exit 127", "kill -9 $$"])
def test_nor_is_a_git_that_does_not_end_by_itself(
    real: OnFake, fsck: Wraps, end: str
) -> None:
    mark = marked(real) if (mirror := real.refresh(MAIN)) else None
    doubt(mirror)
    fsck(end)
    real.refresh(MAIN)
    assert mark is not None
    assert mark.exists()


def test_where_a_look_could_not_tell_there_is_another_an_hour_later(
    real: OnFake, fsck: Wraps
) -> None:
    tip = lost(real)
    assert not can_read(real, tip)
    fsck("kill -9 $$")
    real.refresh(MAIN)
    fsck(":")
    real.refresh(MAIN)
    mark = marked(real)
    real.passes(mirrors.SOUND_S)
    real.refresh(MAIN)
    assert not mark.exists()
    assert can_read(real, tip)


def test_where_a_look_fails_there_is_another_at_once(
    real: OnFake, monkeypatch: pytest.MonkeyPatch
) -> None:
    tip = lost(real)
    assert not can_read(real, tip)

    def full(_: Home) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(Home, "make", full)
        with pytest.raises(MachineryFault, match="cannot be worked on"):
            real.refresh(MAIN)
    real.refresh(MAIN)
    assert can_read(real, tip)


def test_a_look_keeps_nobody_waiting(real: OnFake, fsck: Wraps, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    doubt(real.refresh(MAIN))
    fsck(f"cat {gate}")
    pushed = real.pushes("main", {"train.py": "lr = 2\n"})
    opened = list[int]()

    def looks() -> bool:
        try:
            opened.append(os.open(gate, os.O_WRONLY | os.O_NONBLOCK))
        except OSError:
            return False
        return True

    with ThreadPoolExecutor(1) as pool:
        doubtful = pool.submit(real.refresh, MAIN)
        try:
            until(looks, "git to look", patience_s=30)
            hasty = real.another(patience_s=0.1)
            other = hasty.refresh(real.place, real.name, real.token, [MAIN])
            assert other.branch("main") == pushed
            assert other.keep(pushed)
            same = real.refresh(MAIN)
            assert same.branch("main") == pushed
            assert not doubtful.done()
        finally:
            fsck(":")
            for one in opened:
                os.close(one)
        assert doubtful.result(30).branch("main") == pushed


def test_what_looks_like_damage_while_others_work_is_looked_at_again(
    real: OnFake, fsck: Wraps, tmp_path: Path
) -> None:
    mirror = real.refresh(MAIN)
    mark, looked = marked(real), tmp_path / "looked"
    doubt(mirror)
    fsck(f"mkdir {looked} 2>/dev/null && exit 4")
    real.refresh(MAIN)
    assert looked.exists()
    assert mark.exists()


def test_a_fetch_that_fails_for_what_is_spoilt_brings_a_look(real: OnFake) -> None:
    """What comes is told as what changed in a file that cannot be read any more."""
    text = "".join(f"{random.Random(n).random()}\n" for n in range(3000))
    tip = real.pushes("main", {"data.txt": text})
    real.refresh(MAIN)
    spoil(real.home, named(real, f"{tip}:data.txt"))
    pushed = real.pushes("main", {"data.txt": f"{text}more\n"})
    with pytest.raises(MirrorError, match="is corrupt") as told:
        real.refresh(MAIN)
    assert isinstance(told.value.failure, Unreachable)
    assert real.refresh(MAIN).branch("main") == pushed


@pytest.mark.parametrize("why", [OverrunError(""), OvergrownError("")])
def test_what_is_too_large_to_be_cleared_up_brings_none(
    real: OnFake, monkeypatch: pytest.MonkeyPatch, why: Exception
) -> None:
    def fail(*_: object) -> None:
        raise why

    lost(real)
    monkeypatch.setattr(mirrors, "clear", fail)
    assert real.mirrors.prune(real.place, 0.0) == 0
    mark = marked(real)
    real.refresh(MAIN)
    assert mark.exists()


def test_what_cannot_be_cleared_up_brings_one(
    real: OnFake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(keeping._CLEARING, "gc.autoPackLimit", "1")
    tip = lost(real)
    real.pushes("main", {"more.txt": "more"})
    real.refresh(MAIN)
    assert real.mirrors.prune(real.place, 0.0) == 0
    real.refresh(MAIN)
    assert can_read(real, tip)


@pytest.mark.parametrize(
    ("words", "unable"),
    [
        ("fatal: Out of memory, malloc failed (tried to allocate 9 bytes)", True),
        ("fatal: inflate: out of memory", True),
        ("fatal: mmap failed: Cannot allocate memory", True),
        ("error: open(x): Too many open files in system\nmissing blob 1", True),
        ("fatal: unable to create thread: Resource temporarily unavailable", True),
        ("fatal: Unhandled message id: badmood", True),
        ("warning in tag 1: badTagName: invalid 'tag' name: out of memory", False),
        ("error in tag 1: fatal: out of memory", False),
        ("fatal: bad object HEAD", False),
        ("missing blob 1", False),
        ("error: x pack checksum mismatch\nerror: Out of memory", False),
        ("error: x does not match its index\nfatal: Out of memory", False),
    ],
)
def test_what_git_could_not_do_is_told_by_its_words(words: str, unable: bool) -> None:
    assert was_unable(words) == unable
