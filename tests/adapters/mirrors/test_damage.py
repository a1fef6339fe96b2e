"""Stories about mirrors that a disk or a loss of power has spoilt."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.mirrors import mending, mirrors
from bot.adapters.mirrors.home import Home
from bot.adapters.repository.command import Answer, GitCommand, GitError
from bot.app.mirroring import (
    MirrorError,
    Unreachable,
    WantedBranch,
    WantedCommit,
    WantedTag,
)
from bot.domain.errors import GitFault, MachineryFault
from tests.adapters.mirrors.stage import OnFake
from tests.fakegithub import plumbing

MAIN = WantedBranch("main")
DAY = 86_400.0


def _without_head(home: Path) -> None:
    (home / "HEAD").unlink()


def _without_objects(home: Path) -> None:
    for pack in (home / "objects" / "pack").iterdir():
        pack.unlink()


def _with_zeros(home: Path) -> None:
    for pack in (home / "objects" / "pack").glob("*.pack"):
        pack.chmod(0o600)
        pack.write_bytes(bytes(pack.stat().st_size))


def _with_bad_names(home: Path) -> None:
    (home / "packed-refs").write_text("\0\0\0 nonsense\n")


def _with_an_empty_ref(home: Path) -> None:
    for ref in (home / "refs" / "seedgate" / "heads").iterdir():
        ref.write_text("")


def _a_file(home: Path) -> None:
    shutil.rmtree(home)
    home.write_text("not a folder")


@pytest.mark.parametrize(
    "spoil",
    [
        _without_head,
        _without_objects,
        _with_zeros,
        _with_bad_names,
        _with_an_empty_ref,
        _a_file,
        shutil.rmtree,
    ],
)
def test_a_damaged_mirror_is_made_anew(
    real: OnFake, spoil: Callable[[Path], None]
) -> None:
    repository = real.refresh(MAIN).repository
    spoil(real.home)
    mirror = real.refresh(MAIN)
    tip = mirror.branch("main")
    assert tip is not None
    assert mirror.has(tip)
    assert mirror.repository.read_file(tip, "train.py") == b"lr = 1\n"
    assert repository.read_file(tip, "train.py") == b"lr = 1\n"
    assert [one.name for one in real.home.parent.iterdir() if one.name[0] == "."] == []


def test_a_damaged_mirror_is_known_as_far_as_it_can_be_read(real: OnFake) -> None:
    real.refresh(MAIN)
    _with_bad_names(real.home)
    assert real.mirrors.known(real.place) is None
    assert real.mirrors.prune(real.place, DAY) == 0


def test_a_folder_that_cannot_be_written_is_our_own_fault(
    real: OnFake, tmp_path: Path
) -> None:
    real.cache.write_text("not a folder")
    with pytest.raises(MachineryFault, match="cannot be worked on"):
        real.refresh(MAIN)


def test_clearing_up_takes_nothing_that_somebody_reads(real: OnFake) -> None:
    """More packs than git lets lie: it makes one of them, and every commit stays."""
    shas = [real.pushes("main", {"train.py": f"lr = {n}\n"}) for n in range(53)]
    mirror = real.refresh(*(WantedCommit(sha) for sha in shas))
    packs = real.home / "objects" / "pack"
    assert len([*packs.glob("*.pack")]) == len(shas)
    new = real.force_pushes("main", {"train.py": "lr = 0\n"})
    real.passes(10 * DAY)
    real.refresh(MAIN, WantedCommit(shas[3]))
    assert real.mirrors.prune(real.place, 5 * DAY) == len(shas)
    assert len([*packs.glob("*.pack")]) <= 2
    for n, sha in enumerate(shas):
        assert mirror.has(sha)
        assert mirror.repository.read_file(sha, "train.py") == f"lr = {n}\n".encode()
    held = plumbing.refs_under(real.home, "refs/seedgate/commits")
    assert sorted(held.values()) == sorted([shas[3], new])


Killed = Callable[[str], None]


@pytest.fixture
def killed(monkeypatch: pytest.MonkeyPatch) -> Killed:
    """From now on each git with such a command is killed."""

    def kill(verb: str) -> None:
        ask, watched = GitCommand.ask, mending.watched

        def asked(git: GitCommand, *words: str, feed: bytes = b"") -> Answer:
            if words[0] == verb:
                raise GitFault(f"`git {verb}` was killed (signal 9).")
            return ask(git, *words, feed=feed)

        def seen(git: GitCommand, words: tuple[str, ...], *more: Any) -> Answer:
            if words[0] == verb:
                return Answer(-9, b"", "")
            return watched(git, words, *more)

        monkeypatch.setattr(GitCommand, "ask", asked)
        monkeypatch.setattr(mending, "watched", seen)

    return kill


def test_a_git_that_is_killed_is_tried_again_later_and_throws_nothing_away(
    real: OnFake, killed: Killed
) -> None:
    real.refresh(MAIN)
    (real.home / "kept").touch()
    killed("for-each-ref")
    with pytest.raises(MirrorError, match=r"ann/digits .* was killed") as told:
        real.refresh(MAIN)
    assert isinstance(told.value.failure, Unreachable)
    with pytest.raises(GitFault):
        real.mirrors.known(real.place)
    assert (real.home / "kept").exists()


def test_nor_does_one_that_is_killed_as_it_looks_for_damage(
    real: OnFake, killed: Killed, monkeypatch: pytest.MonkeyPatch
) -> None:
    real.refresh(MAIN)
    (real.home / "kept").touch()
    killed("fsck")
    monkeypatch.setattr(Home, "holds", lambda *_: False)
    real.pushes("main", {"train.py": "lr = 2\n"})
    with pytest.raises(MirrorError, match="could not be fetched"):
        real.refresh(MAIN)
    assert (real.home / "kept").exists()


def test_what_is_read_meanwhile_is_our_own_fault_and_names_no_place(
    real: OnFake,
) -> None:
    mirror = real.refresh(MAIN)
    tip = mirror.branch("main")
    assert tip is not None
    repository, unopened = mirror.repository, real.another().known(real.place)
    assert unopened is not None
    shutil.rmtree(real.home)
    for ask in (mirror.has, repository.resolve, lambda _: unopened.repository):
        with pytest.raises(GitFault) as told:
            ask(tip)
        assert str(real.cache) not in str(told.value)
    assert real.mirrors.known(real.place) is None
    real.home.mkdir()
    with pytest.raises(GitFault, match="our own copy"):
        mirror.has(tip)


def test_what_no_fetch_misses_is_found_out_once_it_cannot_be_read(
    real: OnFake,
) -> None:
    """The newest commit and its top folder are there, and a folder below is lost."""
    real.pushes("main", {"conf/gate.yml": "version: 1\n"})
    real.refresh(MAIN)
    packs = set((real.home / "objects" / "pack").iterdir())
    tip = real.pushes("main", {"train.py": "lr = 2\n"})
    real.refresh(MAIN)
    for pack in packs:
        pack.unlink()
    mirror = real.refresh(MAIN)
    with pytest.raises(GitFault, match="our own copy"):
        mirror.repository.read_file(tip, "conf/gate.yml")
    again = real.refresh(MAIN).repository
    assert again.read_file(tip, "conf/gate.yml") == b"version: 1\n"


Spoils = Callable[[bytearray, int, int], None]


def zeros(held: bytearray, at: int, size: int) -> None:
    held[at + 2 : at + size] = bytes(size - 2)


def spoil(home: Path, name: str, how: Spoils = zeros) -> None:
    """Some bytes of one object in a pack become others: by default zeros."""
    for index in (home / "objects" / "pack").glob("*.idx"):
        told = plumbing.run(home, "verify-pack", "-v", str(index)).decode()
        for row in map(str.split, told.splitlines()):
            if row[:1] == [name]:
                at, size = int(row[4]), int(row[3])
                pack = index.with_suffix(".pack")
                held = bytearray(pack.read_bytes())
                how(held, at, size)
                pack.chmod(0o600)
                pack.write_bytes(held)
                return
    raise AssertionError(name)


def test_a_file_that_a_disk_spoilt_is_found_out_once_it_cannot_be_read(
    real: OnFake,
) -> None:
    tip = real.pushes("main", {"conf/gate.yml": "version: 1\n" * 50})
    real.refresh(MAIN)
    blob = plumbing.run(real.home, "rev-parse", f"{tip}:conf/gate.yml").decode().strip()
    spoil(real.home, blob)
    with pytest.raises(GitFault, match="our own copy"):
        real.refresh(MAIN).repository.read_file(tip, "conf/gate.yml")
    again = real.refresh(MAIN).repository
    assert again.read_file(tip, "conf/gate.yml") == b"version: 1\n" * 50


def test_so_is_what_was_made_of_commits(real: OnFake) -> None:
    """Where the power is lost, files that nobody had time to write are empty."""
    idea = WantedBranch("idea")
    head = real.pushes("idea", {"a/train.py": "lr = 3\n"})
    base = real.pushes("main", {"b/notes.md": "x\n"})
    made = real.refresh(MAIN, idea).repository.merge(base, head)
    for path in Home(real.home).scratch.rglob("objects/??/*"):
        path.chmod(0o600)
        path.write_bytes(b"")
    with pytest.raises(GitFault, match="our own copy"):
        real.refresh(MAIN, idea).repository.merge(base, head)
    assert real.refresh(MAIN, idea).repository.merge(base, head) == made


@pytest.mark.parametrize("about", ["", "The first release."])
def test_a_release_that_is_lost_is_no_tag_that_github_does_not_have(
    real: OnFake, about: str
) -> None:
    real.refresh(MAIN)
    before = set((real.home / "objects" / "pack").iterdir())
    released = real.pushes("release", {"train.py": "lr = 9\n"})
    real.tags("v1.0", released, about)
    real.deletes_branch("release")
    real.refresh(WantedTag("v1.0"))
    for pack in set((real.home / "objects" / "pack").iterdir()) - before:
        pack.unlink()
    with pytest.raises(GitFault, match="our own copy"):
        real.refresh(WantedTag("v1.0")).tag("v1.0")
    assert real.refresh(WantedTag("v1.0")).tag("v1.0") == released


def test_a_sound_mirror_is_not_looked_through_again_and_again(
    real: OnFake, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It takes long, and a git that is killed says nothing of a mirror."""
    asked, look = list[Home](), mirrors.looked_through

    def counted(home: Home, *more: Any) -> bool:
        asked.append(home)
        return look(home, *more)

    monkeypatch.setattr(mirrors, "looked_through", counted)

    def doubted() -> None:
        mirror = real.refresh(MAIN)
        monkeypatch.setattr(GitCommand, "run", killed)
        with pytest.raises(GitFault):
            mirror.has("0" * 40)
        monkeypatch.undo()
        monkeypatch.setattr(mirrors, "looked_through", counted)

    def killed(*_: object, **__: object) -> Answer:
        raise GitError(Answer(-9, b"", ""))

    for _ in range(3):
        doubted()
    real.refresh(MAIN)
    assert len(asked) == 1
    real.passes(mirrors.SOUND_S)
    real.refresh(MAIN)
    assert len(asked) == 2
    real.refresh(MAIN)
    assert len(asked) == 2


def test_a_scratch_folder_that_went_away_is_made_anew(real: OnFake) -> None:
    first = real.refresh(MAIN)
    tip = first.branch("main")
    assert tip is not None
    assert first.repository.read_file(tip, "train.py") == b"lr = 1\n"
    shutil.rmtree(Home(real.home).scratch)
    mirror = real.refresh(MAIN)
    assert mirror.repository.read_file(tip, "train.py") == b"lr = 1\n"
    assert first.repository.read_file(tip, "train.py") == b"lr = 1\n"
