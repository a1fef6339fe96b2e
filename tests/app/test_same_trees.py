"""Two pull requests that change the same alike: one tree, and yet two reports."""

from pathlib import Path

from tests.app.stage import Stage, behaving, staged
from tests.fakegithub.records import Pull
from tests.samples.quick import WORSE


def twins(stage: Stage) -> tuple[Pull, Pull]:
    """Both are blocked; the first was judged before the second was opened."""
    first = stage.blocked("idea")
    ran = len(stage.crew.ran)
    stage.bob.pushes(stage.quick, "twin", behaving("idea", WORSE))
    second = stage.bob.opens_pull(stage.quick, "twin")
    stage.concluded(second.head.sha, "failure")
    assert len(stage.crew.ran) == ran, "what is trained serves both"
    return first, second


def details(stage: Stage, pull: Pull) -> str:
    """The page that its check run links to."""
    kept = stage.app_now.pulls.standing(stage.key(pull))
    assert kept is not None
    return stage.app_now.pages.page(stage.quick.id, kept.evaluation) or ""


def test_a_finding_of_the_first_is_accepted_once_the_second_was_judged(
    tmp_path: Path,
) -> None:
    with staged(tmp_path) as stage:
        first, second = twins(stage)
        line = stage.acceptance(stage.run(first.head.sha), "regression-")
        stage.says(stage.ann, first, line)
        stage.concluded(first.head.sha, "success")
        stage.says(stage.ann, first, "/gate why")
        assert "a good reason" in stage.comments(first)[-1].body
        assert stage.run(second.head.sha).conclusion == "failure"
        stage.page(first)
        stage.page(second)


def test_each_details_page_is_of_its_own_pull_request(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        first, second = twins(stage)
        for pull, other in ((first, second), (second, first)):
            shown = details(stage, pull)
            assert pull.head.sha[:7] in shown
            assert other.head.sha[:7] not in shown
            stage.page(pull)
