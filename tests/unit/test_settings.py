"""Settings and the seed secret."""

import errno
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.domain.errors import UserFault
from bot.settings import Settings


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SEEDGATE_CACHE_DIR", str(tmp_path))
    monkeypatch.delenv("SEEDGATE_SEED_SECRET", raising=False)
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    return tmp_path


def test_a_secret_is_made_once_kept_and_private(cache: Path) -> None:
    first = Settings().secret()
    assert Settings().secret() == first
    assert len(first) == 64
    mode = (cache / "seed-secret").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


def test_two_that_start_at_once_agree_on_one_secret(cache: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        secrets = set(pool.map(lambda _: Settings().secret(), range(32)))
    assert len(secrets) == 1
    assert [one.name for one in cache.iterdir()] == ["seed-secret"]


def test_a_secret_of_the_environment_rules_and_is_not_written(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEEDGATE_SEED_SECRET", "mine")
    settings = Settings()
    assert settings.secret() == "mine"
    assert "mine" not in repr(settings)
    assert list(cache.iterdir()) == []


def test_a_database_is_named_and_its_password_is_not_shown(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SEEDGATE_DATABASE_URL", raising=False)
    assert Settings().database_url is None
    url = "postgresql://ann:hunter2@db/gate"
    monkeypatch.setenv("SEEDGATE_DATABASE_URL", url)
    monkeypatch.setenv("PGPASSWORD", "hunter2")
    settings = Settings()
    assert settings.database_url is not None
    assert settings.database_url.get_secret_value() == url
    assert settings.pg_password is not None
    assert "hunter2" not in f"{settings!r} {settings} {settings.model_dump_json()}"


def test_a_cluster_to_join_is_named_as_ray_names_it(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert Settings().ray_address is None
    monkeypatch.setenv("RAY_ADDRESS", "10.0.0.1:6379")
    assert Settings().ray_address == "10.0.0.1:6379"
    assert Settings().cache_dir == cache


def test_an_empty_cache_folder_is_not_the_current_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SEEDGATE_CACHE_DIR", "")
    assert Settings().cache_dir.is_absolute()


def test_a_folder_without_a_root_is_the_same_wherever_a_child_starts(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SEEDGATE_CACHE_DIR", "cache")
    assert Settings().cache_dir == tmp_path / "cache"


@pytest.mark.parametrize("left", [b"", b"\0" * 64, b"0123456789abcdef", b"\xff" * 64])
def test_a_secret_that_was_not_kept_whole_is_refused_with_how_to_mend_it(
    cache: Path, left: bytes
) -> None:
    """As after a loss of power: seeds from nothing could be foreseen by anybody."""
    file = cache / "seed-secret"
    file.write_bytes(left)
    with pytest.raises(UserFault, match="whole secret") as refused:
        Settings().secret()
    assert str(file) in refused.value.problem
    assert "SEEDGATE_SEED_SECRET" in refused.value.mend
    file.unlink()
    assert len(Settings().secret()) == 64
    (cache / "link-secret").write_bytes(left)
    with pytest.raises(UserFault) as refused:
        Settings().signing()
    assert "SEEDGATE_LINK_SECRET" in refused.value.mend


def test_a_secret_that_was_brought_back_by_hand_is_the_one_it_was(cache: Path) -> None:
    file = cache / "seed-secret"
    file.write_text(f"{'ab' * 32}\n")
    assert Settings().secret() == f"{'ab' * 32}\n"


def test_a_secret_is_on_the_disk_before_it_has_its_name(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done, sync, link = list[str](), os.fsync, os.link

    def synced(handle: int) -> None:
        done.append(f"synced {os.fstat(handle).st_size}")
        sync(handle)

    def linked(draft: Path, path: Path) -> None:
        done.append(f"named {path.name}")
        link(draft, path)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(os, "link", linked)
    Settings().secret()
    assert done == ["synced 64", "named seed-secret"]
    assert [one.name for one in cache.iterdir()] == ["seed-secret"]


def test_a_secret_that_cannot_be_kept_is_no_fault_of_ours(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a disk that is full, or in a folder that is another one's."""

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "open", full)
    with pytest.raises(UserFault, match="No space left on device") as refused:
        Settings().secret()
    assert str(cache) in refused.value.problem
    assert "SEEDGATE_CACHE_DIR" in refused.value.mend
