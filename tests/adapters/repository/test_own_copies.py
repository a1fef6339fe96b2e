"""A git that is killed answers nothing, and our own copies are our own fault."""

import errno
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.adapters.repository import GitRepository
from bot.adapters.repository.command import GitCommand
from bot.app.ports import Merged
from bot.domain.changes import Leaf
from bot.domain.errors import GitFault, MachineryFault, UnheldFault, UserFault
from tests.adapters.repository.git_world import GitWorld, run_git

Ask = Callable[[GitRepository], object]
NOBODY = "0" * 40
KILLED, MUTE, UNSTARTED = "kill -9 $$", "exit 3", "exit 127"
ASKED: dict[str, Ask] = {
    "merge-tree": lambda one: one.merge("main", "idea"),
    "rev-parse": lambda one: one.resolve("main"),
    "cat-file": lambda one: one.read_file("main", "train.py"),
    "ls-tree": lambda one: one.leaves(one.resolve("main").tree),
    "log": lambda one: one.messages("main", "idea"),
    "diff-tree": lambda one: one.touched(
        one.resolve("main").tree, one.resolve("idea").tree
    ),
}


@pytest.fixture
def diverged(world: GitWorld) -> GitWorld:
    world.commit({"train.py": b"1\n"})
    world.branch("idea")
    world.commit({"model.py": b"2\n"})
    world.switch("main")
    world.commit({"data.py": b"3\n"})
    return world


@pytest.fixture
def ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """From now on a git with such a command ends like that."""

    def install(verb: str, how: str) -> None:
        program = tmp_path / "bin" / "git"
        program.parent.mkdir()
        lines = ["#!/bin/sh", f'case "$1" in {verb}) {how} ;; esac']
        lines.append(f'exec "{shutil.which("git")}" "$@"')
        program.write_text("\n".join(lines))
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")

    return install


def ours(world: GitWorld) -> GitRepository:
    return GitRepository(world.path, world.scratch, own=lambda: None)


def has_no_place(world: GitWorld, fault: Exception) -> bool:
    return str(world.path.parent) not in str(fault)


@pytest.mark.parametrize("own", [False, True])
@pytest.mark.parametrize("verb", ASKED)
def test_a_git_that_is_killed_is_nobody_s_fault_but_ours(
    diverged: GitWorld, ends: Callable[[str, str], None], verb: str, own: bool
) -> None:
    one = ours(diverged) if own else diverged.open()
    ends(verb, KILLED)
    with pytest.raises(GitFault, match=rf"`git {verb}` was killed \(sig") as told:
        ASKED[verb](one)
    assert has_no_place(diverged, told.value)


@pytest.mark.parametrize("own", [False, True])
def test_nor_is_it_where_git_is_killed_as_the_repository_is_opened(
    diverged: GitWorld, ends: Callable[[str, str], None], own: bool
) -> None:
    ends("rev-parse", KILLED)
    with pytest.raises(GitFault, match="was killed"):
        GitRepository(diverged.path, diverged.scratch, own=own)


def test_a_git_that_is_replaced_at_the_moment_answers_nothing(
    diverged: GitWorld, ends: Callable[[str, str], None]
) -> None:
    one = diverged.open()
    ends("rev-parse", UNSTARTED)
    with pytest.raises(GitFault, match="`git rev-parse` could not be started"):
        one.resolve("main")


@pytest.mark.parametrize("verb", ASKED)
def test_of_our_own_copy_a_git_without_words_is_our_fault(
    diverged: GitWorld, ends: Callable[[str, str], None], verb: str
) -> None:
    one = ours(diverged)
    ends(verb, MUTE)
    with pytest.raises(GitFault, match="our own copy") as told:
        ASKED[verb](one)
    assert has_no_place(diverged, told.value)


@pytest.mark.parametrize("verb", ASKED)
def test_so_it_is_where_the_copy_goes_away(diverged: GitWorld, verb: str) -> None:
    one = ours(diverged)
    shutil.rmtree(diverged.path)
    shutil.rmtree(diverged.scratch)
    with pytest.raises(GitFault) as told:
        ASKED[verb](one)
    assert has_no_place(diverged, told.value)
    with pytest.raises(GitFault, match="our own copy") as told:
        ours(diverged)
    assert has_no_place(diverged, told.value)


def test_git_runs_in_no_other_folder_than_its_own(
    diverged: GitWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one that we stand in may be another repository."""
    other = GitWorld(tmp_path / "other", tmp_path / "scratch of the other")
    other.commit({"train.py": b"another\n"})
    monkeypatch.chdir(other.path)
    one = diverged.open()
    shutil.rmtree(diverged.path)
    with pytest.raises(GitFault, match="is gone"):
        one.resolve("main")


def test_a_copy_in_which_nothing_can_be_made_names_no_place(
    diverged: GitWorld, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(GitFault, match="our own copy") as told:
        GitRepository(diverged.path, tmp_path / "file", own=lambda: None)
    assert has_no_place(diverged, told.value)


@pytest.mark.parametrize("own", [False, True])
def test_where_no_process_can_be_started_that_is_our_own_fault(
    diverged: GitWorld, monkeypatch: pytest.MonkeyPatch, own: bool
) -> None:
    one = ours(diverged) if own else diverged.open()

    def starved(*_: object, **__: object) -> None:
        raise OSError(errno.ENOMEM, "Cannot allocate memory", str(diverged.path))

    monkeypatch.setattr(GitCommand, "start", starved)
    with pytest.raises(MachineryFault) as told:
        one.resolve("main")
    assert isinstance(told.value, GitFault) == has_no_place(diverged, told.value) == own


def without(world: GitWorld, name: str) -> None:
    """The objects of a file are lost."""
    sha = world.git("rev-parse", f"main:{name}")
    (world.path / ".git" / "objects" / sha[:2] / sha[2:]).unlink()


@pytest.mark.parametrize(
    "ask",
    [
        lambda one: one.require_plain(one.resolve("main").tree),
        lambda one: one.read_file("main", "train.py"),
    ],
    ids=["require_plain", "read_file"],
)
def test_what_our_own_copy_lost_is_no_partial_clone_of_the_user_s(
    diverged: GitWorld, ask: Ask
) -> None:
    without(diverged, "train.py")
    with pytest.raises(GitFault, match="our own copy"):
        ask(ours(diverged))
    with pytest.raises(UserFault, match=r"does not hold|missing"):
        ask(diverged.open())


def test_so_it_is_with_symbolic_links(diverged: GitWorld) -> None:
    (diverged.path / "link").symlink_to("train.py")
    diverged.commit({})
    tree = diverged.git("rev-parse", "main^{tree}")
    (leaf,) = (one for one in ours(diverged).leaves(tree) if one.target)
    assert isinstance(leaf, Leaf)
    without(diverged, "link")
    with pytest.raises(GitFault, match="our own copy"):
        ours(diverged).leaves(tree)
    with pytest.raises(UserFault, match="every symbolic link"):
        diverged.open().leaves(tree)


@pytest.mark.parametrize("ask", ["main", "main^{tree}"], ids=["commit", "tree"])
def test_a_folder_that_our_own_copy_lost_is_no_file_that_nobody_wrote(
    world: GitWorld, ask: str
) -> None:
    """A policy in it would be taken for none, and the branch for one without a gate."""
    world.commit({"conf/gate.yml": b"version: 1\n"})
    at, lost = world.git("rev-parse", ask), world.git("rev-parse", "main:conf")
    told = list[bool]()
    one = GitRepository(world.path, world.scratch, own=lambda: told.append(True))
    assert one.read_file(at, "conf/gate.yml") == b"version: 1\n"
    (world.path / ".git" / "objects" / lost[:2] / lost[2:]).unlink()
    with pytest.raises(GitFault, match="our own copy"):
        one.read_file(at, "conf/gate.yml")
    assert told == [True]


def test_a_submodule_in_the_place_of_a_file_is_none(world: GitWorld) -> None:
    commit = world.commit({"train.py": b"1\n"})
    world.git("update-index", "--add", "--cacheinfo", f"160000,{commit},conf/gate.yml")
    world.git("commit", "-q", "-m", "a submodule")
    for one in (ours(world), world.open()):
        assert one.read_file("main", "conf/gate.yml") is None
        assert one.read_file("main", "conf/gate.yml/deeper") is None


def test_a_commit_that_we_were_told_of_is_missed_by_us_alone(
    diverged: GitWorld,
) -> None:
    with pytest.raises(UnheldFault, match=NOBODY):
        ours(diverged).resolve(NOBODY)
    with pytest.raises(UserFault, match="There is no revision"):
        diverged.open().resolve(NOBODY)


@pytest.mark.parametrize("name", ["v1.0", "main@{7}", "^main", "main..idea"])
def test_a_name_that_the_policy_gives_in_vain_stays_its_own_fault(
    diverged: GitWorld, name: str
) -> None:
    """A mirror has no branch of its own checked out: that is not "no commits yet"."""
    bare = diverged.path.with_name("bare.git")
    run_git(diverged.path.parent, "init", "-q", "--bare", "-b", "none", str(bare))
    run_git(diverged.path, "push", "-q", str(bare), "main:refs/seedgate/heads/main")
    one = GitRepository(bare, diverged.scratch, own=lambda: None)
    with pytest.raises(UserFault, match="There is no revision") as told:
        one.resolve(name)
    assert "all digits" in told.value.mend
    assert has_no_place(diverged, told.value)


def test_what_is_sound_is_read_as_ever(diverged: GitWorld) -> None:
    one, other = ours(diverged), diverged.open()
    assert isinstance(one.merge("main", "idea"), Merged)
    assert one.merge("main", "idea") == other.merge("main", "idea")
