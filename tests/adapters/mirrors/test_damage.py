"""Stories about mirrors that a disk or a loss of power has spoilt."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.mirrors import mending, mirrors
from bot.adapters.mirrors.home import Home
from bot.adapters.repository.command import Answer, GitCommand, GitError
from bot.app.mirroring import MirrorError, Unreachable, WantedBranch, WantedCommit
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


def test_a_sound_mirror_is_not_looked_through_again_and_again(
    real: OnFake, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It takes long, and a git that is killed says nothing of a mirror."""
    asked, look = list[Home](), mirrors.is_damaged

    def counted(home: Home, remote: Any) -> bool:
        asked.append(home)
        return look(home, remote)

    monkeypatch.setattr(mirrors, "is_damaged", counted)

    def doubted() -> None:
        mirror = real.refresh(MAIN)
        monkeypatch.setattr(GitCommand, "run", killed)
        with pytest.raises(GitFault):
            mirror.has("0" * 40)
        monkeypatch.undo()
        monkeypatch.setattr(mirrors, "is_damaged", counted)

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
