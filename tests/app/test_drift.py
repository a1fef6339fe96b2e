"""A baseline that moves while its code stays: people are told, and told once."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from tests.app.stage import Stage, behaving, plain, staged
from tests.fakegithub.records import Issue, Pull
from tests.samples.quick import BETTER, Behaviour, quick_policy

POLICY = quick_policy(seeds="[8]")


@contextmanager
def surrounded(folder: Path) -> Iterator[tuple[Stage, Path]]:
    """A stage whose trainings hang on a file that no tree has, as on a driver."""
    driver = folder / "driver"
    driver.write_text("0.0")
    main = behaving("main", Behaviour(outside=str(driver)))
    with staged(folder, POLICY, files=main) as stage:
        yield stage, driver
        stage.quiet()
        for issue in list(stage.quick.issues.values()):
            stage.town.page(stage.quick, issue.number)
        for pull in list(stage.quick.pulls.values()):
            stage.page(pull)


def judged(stage: Stage, driver: Path) -> Pull:
    better = replace(BETTER, outside=str(driver))
    pull = stage.proposes("idea", better)
    stage.concluded(pull.head.sha, "success")
    return pull


def refreshes(stage: Stage, pull: Pull) -> str:
    """Bob has the baseline run again; what he is answered."""
    said = stage.says(stage.bob, pull, "/gate baseline refresh")
    mark = f"<!-- seedgate reply:comment:{said.id}"
    found = [one.body for one in stage.comments(pull) if one.body.startswith(mark)]
    return plain(found[-1])


def issues(stage: Stage) -> list[Issue]:
    with stage.town.world.lock:
        return list(stage.quick.issues.values())


def test_a_baseline_that_moves_is_told_of_in_one_issue(tmp_path: Path) -> None:
    with surrounded(tmp_path) as (stage, driver):
        pull = judged(stage, driver)
        assert "4 runs added" in refreshes(stage, pull)
        assert issues(stage) == []
        driver.write_text("5.0")
        refreshes(stage, pull)
        (issue,) = issues(stage)
        assert "quick / loss" in plain(issue.title)
        assert "main" in plain(issue.title)
        refreshes(stage, pull)
        stage.end()
        stage.begin()
        refreshes(stage, pull)
        assert len(issues(stage)) == 1
        assert stage.run(pull.head.sha).conclusion == "success"
