"""Stories about the branch to compare with, when nobody named one."""

from collections.abc import Callable

import pytest

from bot.adapters.policy_file import load_policy
from bot.app.local import POLICY_PATH, Request, baseline_alone, compare, scanned_base
from bot.domain.errors import UserFault
from tests.adapters.repository.git_world import GitWorld

POLICY = b"""\
version: 1
modes:
  mlp:
    train: [python, train.py, --seed, "{seed}"]
    metrics: {loss: {direction: minimize, tolerance: 0.1}}
"""


def clone_of(world: GitWorld, *options: str) -> GitWorld:
    """A clone of `world` beside it; by address, as `--depth` wants it."""
    path = world.path.with_name("clone")
    world.git("clone", "-q", *options, f"file://{world.path}", str(path))
    clone = GitWorld.__new__(GitWorld)
    clone.path, clone.scratch = path, world.scratch
    return clone


def with_idea(world: GitWorld) -> None:
    """Main with a policy, checked out; a branch `idea` with a step of its own."""
    world.commit({"train.py": b"one\n", POLICY_PATH: POLICY})
    world.branch("idea")
    world.commit({"train.py": b"two\n"})
    world.switch("main")


def shallow(world: GitWorld) -> GitWorld:
    return clone_of(world, "--depth=1", "--branch=idea")


def narrow(world: GitWorld) -> GitWorld:
    return clone_of(world, "--single-branch", "--branch=idea")


def by_a_runner(world: GitWorld) -> GitWorld:
    """As hosted runners check a pushed branch out."""
    clone = GitWorld(world.path.with_name("clone"), world.scratch)
    fetched = "+refs/heads/idea:refs/remotes/origin/idea"
    clone.git("remote", "add", "origin", str(world.path))
    clone.git("fetch", "-q", "--no-tags", "--depth=1", "origin", fetched)
    clone.git("checkout", "-q", "-B", "idea", "refs/remotes/origin/idea")
    return clone


def beside_others_of_the_remote(world: GitWorld) -> GitWorld:
    """Full, but nothing says which of the branches there is the main one."""
    clone = clone_of(world, "--branch=idea")
    clone.git("remote", "set-head", "origin", "--delete")
    clone.git("update-ref", "refs/remotes/origin/stable", "refs/remotes/origin/main")
    clone.git("update-ref", "-d", "refs/remotes/origin/main")
    return clone


def alone(world: GitWorld) -> GitWorld:
    """No remote, and no branch but the one checked out."""
    world.switch("idea")
    world.git("branch", "-q", "-D", "main")
    return world


def detached(world: GitWorld) -> GitWorld:
    clone = narrow(world)
    clone.git("checkout", "-q", "--detach")
    return clone


def an_older_commit(world: GitWorld) -> GitWorld:
    clone = narrow(world)
    clone.commit({"train.py": b"three\n"})
    clone.git("checkout", "-q", "--detach", "HEAD~1")
    return clone


def by_two_names(world: GitWorld) -> GitWorld:
    """As a build does that makes a branch of its own."""
    clone = narrow(world)
    clone.branch("build-7")
    return clone


def by_an_alias(world: GitWorld) -> GitWorld:
    clone = narrow(world)
    clone.git("symbolic-ref", "refs/heads/alias", "refs/heads/idea")
    return clone


ONLY_THE_HEAD = (
    shallow,
    narrow,
    by_a_runner,
    beside_others_of_the_remote,
    alone,
    detached,
    an_older_commit,
    by_two_names,
    by_an_alias,
)


def test_what_the_remote_calls_its_main_branch_wins(world: GitWorld) -> None:
    world.commit({"train.py": b"one\n"})
    world.git("branch", "-m", "develop")
    world.git("branch", "main")
    clone = clone_of(world)
    clone.git("branch", "main", "origin/main")
    clone.branch("feature")
    assert clone.open().default_base() == "develop"


def test_without_a_local_twin_the_remote_branch_is_named(world: GitWorld) -> None:
    world.commit({"train.py": b"one\n"})
    clone = clone_of(world)
    clone.branch("feature")
    clone.git("branch", "-q", "-D", "main")
    assert clone.open().default_base() == "origin/main"


def test_unpushed_commits_on_main_are_compared_with_what_was_pushed(
    world: GitWorld,
) -> None:
    world.commit({"train.py": b"one\n"})
    clone = clone_of(world)
    assert clone.open().default_base() == "main"
    clone.commit({"train.py": b"two\n"})
    assert clone.open().default_base() == "origin/main"
    clone.branch("feature")
    assert clone.open().default_base() == "main"


def test_a_remote_by_another_name_serves_as_well(world: GitWorld) -> None:
    world.commit({"train.py": b"one\n"})
    clone = clone_of(world)
    clone.git("remote", "rename", "origin", "upstream")
    clone.branch("feature")
    clone.git("branch", "-q", "-D", "main")
    assert clone.open().default_base() == "upstream/main"


def test_old_repositories_have_a_master(world: GitWorld) -> None:
    world.commit({"train.py": b"one\n"})
    world.git("branch", "-m", "master")
    world.branch("feature")
    assert world.open().default_base() == "master"


def test_the_only_other_branch_is_taken(world: GitWorld) -> None:
    world.commit({"train.py": b"one\n"})
    world.git("branch", "-m", "stable")
    assert world.open().default_base(None) == "stable"
    world.branch("feature")
    assert world.open().default_base(None) == "stable"
    world.commit({"train.py": b"two\n"})
    assert world.open().default_base() == "stable"
    assert world.open().default_base(None) == "stable"
    world.git("checkout", "-q", "--detach")
    assert world.open().default_base() == "stable"


def test_it_is_the_other_of_the_judged_branch_wherever_one_stands(
    world: GitWorld,
) -> None:
    with_idea(world)
    world.git("branch", "-m", "stable")
    for standing in ("stable", "idea"):
        world.switch(standing)
        for head in ("idea", "refs/heads/idea", world.git("rev-parse", "idea")):
            assert world.open().default_base(head) == "stable"


@pytest.mark.parametrize("arrive", ONLY_THE_HEAD)
def test_what_is_judged_is_never_its_own_base_by_a_guess(
    world: GitWorld, arrive: Callable[[GitWorld], GitWorld]
) -> None:
    """It would pass: against itself it changes nothing."""
    with_idea(world)
    repository = arrive(world).open()
    with pytest.raises(UserFault, match="holds all that is judged") as caught:
        compare(repository, Request(), load_policy)
    assert "`idea`" in caught.value.problem
    assert "--base" in caught.value.mend
    assert "git fetch" in caught.value.mend


@pytest.mark.parametrize("arrive", [narrow, alone, detached])
def test_a_base_alone_may_be_the_only_branch(
    world: GitWorld, arrive: Callable[[GitWorld], GitWorld]
) -> None:
    """A calibration judges nothing."""
    with_idea(world)
    repository = arrive(world).open()
    assert baseline_alone(repository, Request(), load_policy).base.name == "idea"


def test_a_scan_takes_another_branch_as_its_base_if_one_is_known(
    world: GitWorld,
) -> None:
    with_idea(world)
    world.git("branch", "-m", "trunk")
    world.git("branch", "-q", "copy", "idea")
    for standing in ("trunk", "idea", "copy"):
        world.switch(standing)
        assert scanned_base(world.open(), Request(head="idea")) == "trunk"
    assert scanned_base(world.open(), Request(head="idea", base="copy")) == "copy"


@pytest.mark.parametrize("arrive", [narrow, alone, detached])
def test_a_scan_of_the_only_branch_is_on_that(
    world: GitWorld, arrive: Callable[[GitWorld], GitWorld]
) -> None:
    with_idea(world)
    assert scanned_base(arrive(world).open(), Request()) == "idea"


def test_the_fetch_that_is_advised_is_all_that_was_missing(world: GitWorld) -> None:
    with_idea(world)
    world.git("branch", "-m", "main", "stable")
    clone = narrow(world)
    clone.git("fetch", "-q", "origin", "stable:stable")
    found = compare(clone.open(), Request(), load_policy)
    assert (found.base.name, found.head.name) == ("stable", "idea")
    assert found.trees is not None
    assert found.trees.base_tree != found.trees.merged_tree


def test_who_stands_on_main_may_judge_main_or_another_branch(world: GitWorld) -> None:
    """No guess: it is known as the main branch."""
    with_idea(world)
    found = compare(world.open(), Request(), load_policy)
    assert (found.base.name, found.head.name) == ("main", "main")
    found = compare(world.open(), Request(head="idea"), load_policy)
    assert (found.base.name, found.head.name) == ("main", "idea")
    world.write("train.py", b"three\n")
    found = compare(world.open(), Request(allow_dirty=True), load_policy)
    assert found.base.name == "main"
    assert found.trees is not None
    assert found.trees.base_tree != found.trees.merged_tree


def test_uncommitted_work_is_judged_against_the_only_branch(world: GitWorld) -> None:
    """No branch holds it, whatever that branch is called."""
    with_idea(world)
    repository = alone(world)
    repository.git("branch", "-m", "trunk")
    repository.write("train.py", b"three\n")
    for standing in ("trunk", "feature"):
        if standing == "feature":
            repository.branch(standing)  # no commit of its own yet
        found = compare(repository.open(), Request(allow_dirty=True), load_policy)
        assert found.base.name == "trunk"
        assert found.trees is not None
        assert found.trees.base_tree != found.trees.merged_tree


@pytest.mark.parametrize("arrive", [one for one in ONLY_THE_HEAD if one is not alone])
def test_a_file_of_a_build_lets_no_clone_guess_the_judged_branch(
    world: GitWorld, arrive: Callable[[GitWorld], GitWorld]
) -> None:
    """That file alone would be judged, and none of the branch's commits."""
    with_idea(world)
    clone = arrive(world)
    clone.write("junk.log", b"1\n")
    with pytest.raises(UserFault, match="holds all that is judged"):
        compare(clone.open(), Request(allow_dirty=True), load_policy)


def test_a_dead_branch_is_not_taken_for_the_base(world: GitWorld) -> None:
    """The judged one was merged already; which of the others is meant is not known."""
    with_idea(world)
    world.git("branch", "-m", "trunk")
    world.branch("old-try")
    world.commit({"other.py": b"1\n"})
    world.switch("trunk")
    world.git("merge", "-q", "--no-ff", "-m", "Merge idea", "idea")
    for standing in ("idea", "trunk"):
        world.switch(standing)
        for head in ("HEAD", "idea"):
            with pytest.raises(UserFault, match=r"there are .*`old-try`.*`trunk`"):
                world.open().default_base(head)


@pytest.mark.parametrize(
    "there", ["refs/remotes/pull/5/merge", "refs/remotes/origin/x"]
)
def test_a_runner_that_has_no_local_branch_is_told_to_fetch_one(
    world: GitWorld, there: str
) -> None:
    with_idea(world)
    clone = GitWorld(world.path.with_name("clone"), world.scratch)
    clone.git("remote", "add", "origin", str(world.path))
    clone.git("fetch", "-q", "--no-tags", "--depth=1", "origin", f"+idea:{there}")
    clone.git("checkout", "-q", there)
    with pytest.raises(UserFault, match="there is no local branch") as caught:
        clone.open().default_base()
    assert "git fetch origin NAME:NAME" in caught.value.mend


def test_a_head_that_is_not_there_is_told_before_any_guess(world: GitWorld) -> None:
    with_idea(world)
    repository = alone(world).open()
    with pytest.raises(UserFault, match="no revision 'idae'"):
        compare(repository, Request(head="idae"), load_policy)


def test_among_several_branches_nobody_guesses(world: GitWorld) -> None:
    world.commit({"train.py": b"one\n"})
    world.git("branch", "-m", "one")
    world.git("branch", "two")
    world.branch("three")
    world.commit({"train.py": b"two\n"})
    with pytest.raises(UserFault, match="Cannot tell") as caught:
        world.open().default_base()
    assert "`one`" in caught.value.problem
    assert "--base" in caught.value.mend


def test_a_detached_head_without_branches_says_so(world: GitWorld) -> None:
    world.commit({"train.py": b"one\n"})
    world.git("checkout", "-q", "--detach")
    world.git("branch", "-q", "-D", "main")
    with pytest.raises(UserFault, match="no local branch"):
        world.open().default_base()
    with pytest.raises(UserFault, match="no branch at all"):
        world.open().default_base(None)
