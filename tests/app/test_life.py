"""A pull request's life, as people see it on GitHub."""

from pathlib import Path

from tests.app.stage import behaving, staged
from tests.samples.quick import WORSE


def test_a_branch_that_is_worse_is_blocked(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        stage.bob.pushes(stage.quick, "idea", behaving("idea", WORSE))
        pull = stage.bob.opens_pull(stage.quick, "idea")
        run = stage.concluded(pull.head.sha, "failure")
        print(stage.town.page(stage.quick, pull))
        assert run.output
