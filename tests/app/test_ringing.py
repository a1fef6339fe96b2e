"""Whoever makes work for another loop rings for it: nobody waits for a clock."""

from pathlib import Path

import pytest

from bot.compose.serving import service
from tests.app.stage import behaving, staged
from tests.samples.quick import BETTER, WORSE
from tests.waiting import until


def test_a_life_goes_on_where_no_loop_looks_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "IDLE_S", 3600.0)
    with staged(tmp_path) as stage:
        pull = stage.proposes("idea", WORSE)
        stage.concluded(pull.head.sha, "failure")
        said = stage.says(stage.bob, pull, "/gate why")
        until(lambda: len(said.reactions) == 2, "eyes and a thumb")
        head = stage.bob.pushes(stage.quick, "idea", behaving("again", BETTER))
        stage.concluded(head, "success")
        stage.says(stage.bob, pull, f"/gate run {head}")
        stage.concluded(head, "success")
        stage.page(pull)
