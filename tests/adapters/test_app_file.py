"""The file with the App's secrets: private, whole, never written over."""

import json
import os
import stat
from pathlib import Path

import pytest

from bot.adapters.app_file import read_app_file, require_no_app_file, write_app_file
from bot.domain.errors import UserFault
from bot.domain.github.configuration import NewApp, configured
from bot.domain.github.values import Secret

APP = NewApp(
    4711, "gate", "https://github.com/apps/gate", Secret("pem"), Secret("hush")
)
PLACES = ("https://api.github.com", "https://gate.example.com")


def written(folder: Path) -> Path:
    path = folder / "new" / "app.json"
    write_app_file(path, APP, *PLACES)
    return path


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    given = read_app_file(written(tmp_path))
    assert given is not None
    config = configured(given)
    assert config is not None
    assert (config.app, config.private_key, config.webhook_secret) == (
        4711,
        Secret("pem"),
        Secret("hush"),
    )
    assert (config.api_url, config.public_url) == PLACES


def test_the_file_is_private_from_the_first_byte(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        path = written(tmp_path)
    finally:
        os.umask(old)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [one.name for one in path.parent.iterdir()] == ["app.json"]


def test_no_file_is_no_app(tmp_path: Path) -> None:
    assert read_app_file(tmp_path / "app.json") is None


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o644])
def test_a_file_that_others_may_read_or_write_is_refused(
    tmp_path: Path, mode: int
) -> None:
    path = written(tmp_path)
    path.chmod(mode)
    with pytest.raises(UserFault, match=f"mode {mode:03o}") as caught:
        read_app_file(path)
    assert f"chmod 600 {path}" in caught.value.mend


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", '{"app_id": "4711"}', '{"app_id": 1, "private_key": "hush"}'],
)
def test_a_file_that_is_not_whole_is_refused_without_showing_it(
    tmp_path: Path, text: str
) -> None:
    path = tmp_path / "app.json"
    path.write_text(text)
    path.chmod(0o600)
    with pytest.raises(UserFault, match="does not hold an App") as caught:
        read_app_file(path)
    assert "hush" not in str(caught.value)


def test_a_former_secret_may_be_added_by_hand(tmp_path: Path) -> None:
    path = written(tmp_path)
    known = json.loads(path.read_text())
    path.write_text(json.dumps({**known, "webhook_secret_former": "old", "new": 1}))
    given = read_app_file(path)
    assert given is not None
    assert given.former_secret == Secret("old")


def test_an_app_is_never_written_over(tmp_path: Path) -> None:
    path = written(tmp_path)
    kept = path.read_text()
    with pytest.raises(UserFault, match="configured already"):
        written(tmp_path)
    with pytest.raises(UserFault, match="configured already"):
        require_no_app_file(path)
    assert path.read_text() == kept
    assert [one.name for one in path.parent.iterdir()] == ["app.json"]


def test_a_folder_that_cannot_be_written_is_told_before_and_at_writing(
    tmp_path: Path,
) -> None:
    (tmp_path / "file").write_text("")
    path = tmp_path / "file" / "app.json"
    with pytest.raises(UserFault, match="SEEDGATE_CACHE_DIR"):
        require_no_app_file(path)
    with pytest.raises(UserFault, match="cannot be written"):
        write_app_file(path, APP, *PLACES)
    with pytest.raises(UserFault, match="cannot be read"):
        read_app_file(path)


def test_looking_whether_it_could_be_written_leaves_nothing(tmp_path: Path) -> None:
    require_no_app_file(tmp_path / "new" / "app.json")
    assert list((tmp_path / "new").iterdir()) == []
