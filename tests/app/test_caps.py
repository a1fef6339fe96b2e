"""Pull requests of which GitHub's API tells only a part: what is read is git."""

from pathlib import Path

from tests.app.stage import POLICY, Stage, staged
from tests.fakegithub.landing import landed
from tests.fakegithub.operations.pulls import MOST_COMMITS, MOST_FILES
from tests.fakegithub.plumbing import Draft
from tests.fakegithub.pull_changes import real_git, signed
from tests.fakegithub.records import Pull
from tests.samples.quick import quick_policy

LISTS = ("pulls/list-commits", "pulls/list-files", "repos/compare-commits")


def proposes(stage: Stage, branch: str, last: dict[str, str]) -> Pull:
    """Bob pushes more commits and files than GitHub lists; `last` changes at last.

    The other files are prose, and come before those of `last` by their names.
    """
    world, repository, ref = stage.town.world, stage.quick, f"refs/heads/{branch}"
    with world.lock:
        git, who = real_git(world), signed(world, stage.bob.id)
        base = git.ref(repository, "refs/heads/main")
        drafts = [Draft("Begin", who, base, {})]
        drafts += [Draft(f"Step {n}", who, None, prose(n)) for n in range(MOST_COMMITS)]
        made = git.write(repository, ref, [*drafts, Draft("End", who, None, last)])
        landed(world, repository, [(ref, None, made[-1])], stage.bob.id)
    return stage.bob.opens_pull(repository, branch)


def prose(step: int) -> dict[str, str]:
    """What one of the commits adds."""
    share = MOST_FILES // MOST_COMMITS
    return {f".a/{step}/{n}.md": f"Step {step}.\n" for n in range(share)}


def test_a_policy_that_is_changed_behind_all_that_github_lists_is_seen(
    tmp_path: Path,
) -> None:
    with staged(tmp_path) as stage:
        pull = proposes(stage, "idea", {POLICY: quick_policy(tolerance="0.5")})
        run = stage.concluded(pull.head.sha, "failure")
        assert "1 protected file changed" in run.output["title"]
        assert stage.calls(*LISTS) == 0
        stage.page(pull)
