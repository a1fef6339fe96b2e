"""Stories about the branch to compare with, when nobody named one."""

import pytest

from bot.domain.errors import UserFault
from tests.adapters.repository.git_world import GitWorld


def clone_of(world: GitWorld) -> GitWorld:
    """A clone of `world` beside it."""
    path = world.path.with_name("clone")
    world.git("clone", "-q", str(world.path), str(path))
    clone = GitWorld.__new__(GitWorld)
    clone.path, clone.scratch = path, world.scratch
    return clone


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
    assert world.open().default_base() == "stable"
    world.branch("feature")
    assert world.open().default_base() == "stable"


def test_among_several_branches_nobody_guesses(world: GitWorld) -> None:
    world.commit({"train.py": b"one\n"})
    world.git("branch", "-m", "one")
    world.branch("two")
    world.branch("three")
    with pytest.raises(UserFault, match="Cannot tell") as caught:
        world.open().default_base()
    assert "`one`" in caught.value.problem
    assert "--base" in caught.value.mend


def test_a_detached_head_without_branches_says_so(world: GitWorld) -> None:
    world.commit({"train.py": b"one\n"})
    world.git("checkout", "-q", "--detach")
    world.git("branch", "-q", "-D", "main")
    with pytest.raises(UserFault, match="no branch at all"):
        world.open().default_base()
