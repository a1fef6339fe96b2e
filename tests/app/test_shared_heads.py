"""One commit that heads several pull requests: its check run says the worst of them."""

from pathlib import Path

from tests.app.stage import POLICY, Stage, behaving, staged
from tests.fakegithub.records import Pull
from tests.samples.quick import BETTER, WORSE, quick_policy

TWO = quick_policy(rest="branches: [main, release]\n")
WIDE = quick_policy(tolerance="10", rest="branches: [main, release]\n")


def both(stage: Stage) -> tuple[Pull, Pull]:
    """One branch goes to main, which is strict, and to release, which is not."""
    stage.ann.pushes(stage.quick, "release", {POLICY: WIDE})
    strict = stage.proposes("idea", WORSE)
    return strict, stage.bob.opens_pull(stage.quick, "idea", "release")


def test_the_worst_verdict_is_shown(tmp_path: Path) -> None:
    with staged(tmp_path, TWO) as stage:
        strict, wide = both(stage)
        stage.quiet()
        stage.concluded(strict.head.sha, "failure")
        assert "do not merge" in stage.sticky(strict).body
        assert "do not merge" not in stage.sticky(wide).body
        stage.page(strict)
        stage.page(wide)


def test_it_turns_green_once_the_worse_one_is_closed(tmp_path: Path) -> None:
    with staged(tmp_path, TWO) as stage:
        strict, wide = both(stage)
        stage.quiet()
        stage.concluded(strict.head.sha, "failure")
        stage.bob.closes(stage.quick, strict)
        stage.concluded(wide.head.sha, "success")
        stage.page(strict)
        stage.page(wide)


def test_it_is_not_green_while_the_worse_one_is_open_again(tmp_path: Path) -> None:
    with staged(tmp_path, TWO) as stage:
        strict, wide = both(stage)
        stage.quiet()
        stage.bob.closes(stage.quick, strict)
        stage.concluded(wide.head.sha, "success")
        stage.bob.reopens(stage.quick, strict)
        stage.concluded(strict.head.sha, "failure")
        stage.page(strict)
        stage.page(wide)


def test_a_push_supersedes_the_head_of_both(tmp_path: Path) -> None:
    with staged(tmp_path, TWO) as stage:
        strict, wide = both(stage)
        stage.quiet()
        old = strict.head.sha
        new = stage.bob.pushes(stage.quick, "idea", behaving("second", BETTER))
        stage.concluded(new, "success")
        assert stage.run(old).status == "completed"
        stage.page(strict)
        stage.page(wide)


def test_nothing_is_green_while_one_of_them_is_open(tmp_path: Path) -> None:
    with staged(tmp_path, TWO) as stage:
        wide = stage.proposes("idea", BETTER)
        stage.concluded(wide.head.sha, "success")
        stage.crew.going.clear()
        stage.ann.pushes(stage.quick, "release", {POLICY: TWO + "# Another base.\n"})
        other = stage.bob.opens_pull(stage.quick, "idea", "release")
        stage.shows(other.head.sha, "in_progress")
        stage.crew.going.set()
        stage.concluded(other.head.sha, "success")
        stage.page(wide)
        stage.page(other)
