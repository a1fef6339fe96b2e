"""Stories about mirrors that a disk or a loss of power has spoilt."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.app.mirroring import WantedBranch, WantedCommit
from bot.domain.errors import MachineryFault
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
