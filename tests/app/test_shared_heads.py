"""One commit that heads several pull requests: its check run says the worst of them."""

from pathlib import Path

from bot.presentation.words.answers import ALL_MET
from tests.app.stage import POLICY, Stage, behaving, plain, staged
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


def test_who_decides_is_named_wherever_somebody_looks(tmp_path: Path) -> None:
    with staged(tmp_path, TWO) as stage:
        strict, wide = both(stage)
        stage.quiet()
        run = stage.concluded(strict.head.sha, "failure")
        names = f"`#{strict.number}` (onto `main`)"
        assert f"Said of {names}" in run.output["summary"]
        assert f"`#{wide.number}`" in run.output["summary"]
        stage.says(stage.bob, wide, "/gate why")
        why = plain(stage.comments(wide)[-1].body)
        assert ALL_MET not in why
        assert names in why
        assert f"close `#{strict.number}`" in why
        stage.bob.closes(stage.quick, strict)
        run = stage.concluded(wide.head.sha, "success")
        assert "Said of" not in run.output["summary"]
        stage.says(stage.bob, wide, "/gate why")
        assert ALL_MET in stage.comments(wide)[-1].body
        stage.page(strict)
        stage.page(wide)


def test_a_comment_that_is_written_beside_a_worse_one_says_so(tmp_path: Path) -> None:
    with staged(tmp_path, TWO) as stage:
        strict = stage.proposes("idea", WORSE)
        stage.concluded(strict.head.sha, "failure")
        stage.ann.pushes(stage.quick, "release", {POLICY: WIDE})
        wide = stage.bob.opens_pull(stage.quick, "idea", "release")
        stage.quiet()
        stage.concluded(wide.head.sha, "failure")
        body = stage.sticky(wide).body
        assert "safe to merge" in body
        assert f"the head of `#{strict.number}` (onto `main`) too" in body
        assert "the head of" not in stage.sticky(strict).body
        stage.page(strict)
        stage.page(wide)


def test_a_reader_who_takes_a_commit_to_another_gated_base_holds_it_up_in_view(
    tmp_path: Path,
) -> None:
    with staged(tmp_path, TWO) as stage:
        stage.ann.pushes(stage.quick, "release", {"other.py": "print(1)\n"})
        mine = stage.passed()
        carl = stage.carl()
        fork = carl.forks(stage.quick)
        theirs = carl.opens_pull(stage.quick, "idea", "release", source=fork)
        stage.quiet()
        run = stage.concluded(mine.head.sha, "action_required")
        names = f"`#{theirs.number}` (onto `release`)"
        assert f"Said of {names}" in run.output["summary"]
        stage.says(stage.bob, mine, "/gate why")
        why = plain(stage.comments(mine)[-1].body)
        assert ALL_MET not in why
        assert f"the head of {names} too" in why
        stage.ann.closes(stage.quick, theirs)
        stage.concluded(mine.head.sha, "success")
        stage.page(mine)
        stage.page(theirs)


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
