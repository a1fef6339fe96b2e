"""What GitHub lends the App is written down nowhere."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.app.stage import SECRET, keys, staged
from tests.fakegithub.faults import Fault
from tests.samples.quick import WORSE


def texts(*folders: Path) -> Iterator[tuple[Path, bytes]]:
    """Every file below some folders: store, mirrors, trees, logs of trials."""
    for folder in folders:
        for path in folder.rglob("*"):
            if path.is_file() and not path.is_symlink():
                yield path, path.read_bytes()


def test_a_token_of_five_hundred_characters_is_nowhere_but_on_its_way(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with staged(tmp_path) as stage:
        stage.fake.faults.plan(Fault("pulls/get", "revoked_401", nth=2))
        pull = stage.proposes("idea", WORSE)
        stage.concluded(pull.head.sha, "failure")
        with stage.town.world.lock:
            tokens = list(stage.town.world.tokens)
        assert len(tokens) > 1
        assert all(len(one) > 500 for one in tokens)
        key = "".join(keys()[0].splitlines()[1:3])
        secrets = [*(one.encode() for one in tokens), SECRET.encode(), key.encode()]
        found = {
            path
            for path, text in texts(stage.cache, tmp_path / "node")
            for one in secrets
            if one in text
        }
        assert found == set()
        assert not any(one.decode() in caplog.text for one in secrets)
        said = stage.page(pull)
        assert not any(one.decode() in said for one in secrets)
