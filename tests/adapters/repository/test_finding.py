"""Stories about finding the repository, whatever stands around it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.adapters.repository import GitRepository
from bot.app.ports import Merged
from bot.domain.errors import MachineryFault, UserFault
from tests.adapters.repository.git_world import GitWorld, run_git

OPEN_MANY = """
import sys
from pathlib import Path
from bot.adapters.repository import GitRepository
print(GitRepository(Path(sys.argv[1]), Path(sys.argv[2])).merge("main", "main").tree)
"""


def test_a_folder_inside_the_repository_is_enough(world: GitWorld) -> None:
    world.commit({"src/deep/train.py": b"one\n"})
    repository = world.open("src/deep")
    assert repository.path == world.path
    commit = repository.resolve("HEAD").commit
    assert repository.read_file(commit, "src/deep/train.py") == b"one\n"
    world.write("top.txt", b"new\n")
    assert repository.dirty() == ("top.txt",)


def test_a_linked_worktree_has_its_own_head_and_files(
    world: GitWorld, tmp_path: Path
) -> None:
    world.commit({"train.py": b"one\n"})
    linked = tmp_path / "linked"
    world.git("worktree", "add", "-q", "-b", "feature", str(linked))
    (linked / "train.py").write_bytes(b"two\n")
    repository = GitRepository(linked, world.scratch)
    assert (repository.path, repository.dirty()) == (linked, ("train.py",))
    revision, ref = repository.commit_dirty()
    assert world.git("rev-parse", ref) == revision.commit
    assert world.open().dirty() == ()
    assert repository.default_base() == "main"


def test_all_worktrees_of_a_repository_are_remembered_as_one(
    world: GitWorld, tmp_path: Path
) -> None:
    world.commit({"train.py": b"one\n"})
    linked = tmp_path / "linked"
    world.git("worktree", "add", "-q", "-b", "feature", str(linked))
    there = GitRepository(linked, world.scratch)
    assert there.identity == world.open().identity == str(world.path / ".git")
    assert (there.branch_name("HEAD"), world.open().branch_name("HEAD")) == (
        "feature",
        "main",
    )
    world.git("checkout", "-q", "--detach")
    assert world.open().branch_name("HEAD") == "HEAD"


def test_a_bare_repository_is_read_but_has_no_working_copy(
    world: GitWorld, tmp_path: Path
) -> None:
    commit = world.commit({"train.py": b"one\n"})
    bare = tmp_path / "bare.git"
    world.git("clone", "-q", "--bare", str(world.path), str(bare))
    repository = GitRepository(bare, world.scratch)
    assert (repository.path, repository.dirty()) == (bare, ())
    assert repository.resolve("main").commit == commit
    assert repository.read_file(commit, "train.py") == b"one\n"
    with pytest.raises(UserFault, match="no working copy"):
        repository.commit_dirty()


def test_variables_that_a_git_hook_inherits_redirect_nothing(
    world: GitWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = world.commit({"train.py": b"one\n"})
    other = GitWorld(tmp_path / "other", world.scratch)
    other.commit({"other.py": b"other\n"})
    world.write("new.py", b"new\n")
    before = other.git("status", "--porcelain")
    for name, value in {
        "GIT_DIR": str(other.path / ".git"),
        "GIT_WORK_TREE": str(other.path),
        "GIT_INDEX_FILE": str(other.path / ".git" / "index"),
        "GIT_OBJECT_DIRECTORY": str(other.path / ".git" / "objects"),
        "GIT_COMMON_DIR": str(other.path / ".git"),
        "GIT_NAMESPACE": "elsewhere",
        "GIT_PREFIX": "src/",
        "GIT_CONFIG_PARAMETERS": "'core.bare=true'",
    }.items():
        monkeypatch.setenv(name, value)
    repository = world.open()
    assert repository.path == world.path
    assert repository.resolve("HEAD").commit == commit
    assert repository.dirty() == ("new.py",)
    revision, _ = repository.commit_dirty()
    assert repository.merge(commit, revision.commit) == Merged(revision.tree)
    assert repository.read_file(revision.commit, "new.py") == b"new\n"
    for name in list(os.environ):
        if name.startswith("GIT_") and "CONFIG_NOSYSTEM" not in name:
            monkeypatch.delenv(name)
    assert other.git("status", "--porcelain") == before


def test_settings_given_by_environment_are_kept(
    world: GitWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.commit({"train.py": b"one\n"})
    world.branch("trunk")
    world.branch("feature")
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "init.defaultBranch")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "trunk")
    assert world.open().default_base() == "trunk"


def test_a_repository_that_borrows_objects_itself_works(
    world: GitWorld, tmp_path: Path
) -> None:
    base = world.commit({"train.py": b"one\n"})
    shared = tmp_path / "shared"
    world.git("clone", "-q", "--shared", str(world.path), str(shared))
    repository = GitRepository(shared, world.scratch)
    head = repository.resolve("HEAD")
    assert repository.merge(base, head.commit) == Merged(head.tree)
    assert repository.read_file(base, "train.py") == b"one\n"


@pytest.mark.parametrize(
    "name", ['say "hi"', "two\nlines", "#hash", "back\\slash", "ü"]
)
def test_strange_folder_names_are_no_obstacle(name: str, tmp_path: Path) -> None:
    world = GitWorld(tmp_path / name, tmp_path / "scratch")
    commit = world.commit({"train.py": b"one\n"})
    repository = world.open()
    assert repository.path == world.path
    assert repository.read_file(commit, "train.py") == b"one\n"


def test_the_scratch_repository_holds_every_tree(world: GitWorld) -> None:
    base = world.commit({"train.py": b"one\n", "eval.py": b"one\n"})
    world.branch("feature")
    head = world.commit({"train.py": b"two\n"})
    world.switch("main")
    base = world.commit({"eval.py": b"two\n"})
    repository = world.open()
    merged = repository.merge(base, head)
    assert isinstance(merged, Merged)
    for tree in (merged.tree, repository.resolve("main").tree):
        assert "train.py" in run_git(repository.objects, "ls-tree", tree)


def test_a_damaged_scratch_repository_is_made_anew(world: GitWorld) -> None:
    world.commit({"train.py": b"one\n"})
    home = world.open().objects
    (home / "HEAD").unlink()
    repository = world.open()
    assert repository.objects == home
    assert repository.merge("main", "main") == Merged(repository.resolve("main").tree)


def test_processes_may_make_the_scratch_repository_at_once(world: GitWorld) -> None:
    world.commit({"train.py": b"one\n"})
    command = [sys.executable, "-c", OPEN_MANY, str(world.path), str(world.scratch)]
    started = [
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)
    ]
    answers = {process.communicate()[0].strip() for process in started}
    assert [process.returncode for process in started] == [0] * 4
    assert answers == {world.git("rev-parse", "main^{tree}")}
    assert len(list(world.scratch.iterdir())) == 1


def test_a_scratch_folder_that_cannot_be_made_is_our_own_failure(
    world: GitWorld, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(MachineryFault, match="cannot be made"):
        GitRepository(world.path, tmp_path / "file")


def test_a_folder_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserFault, match=r"There is no folder .*nowhere"):
        GitRepository(tmp_path / "nowhere", tmp_path / "scratch")


def test_a_folder_that_is_no_repository_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserFault, match="is not in a git repository"):
        GitRepository(tmp_path, tmp_path / "scratch")


def test_a_broken_repository_is_told_in_git_s_words(world: GitWorld) -> None:
    (world.path / ".git" / "config").write_text("[core\n")
    with pytest.raises(UserFault, match="bad config line 1"):
        world.open()


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Put a shell script in git's place; `$GIT` is the real one."""

    def install(script: str) -> None:
        real = shutil.which("git")
        folder = tmp_path / "bin"
        folder.mkdir()
        program = folder / "git"
        program.write_text(f'#!/bin/sh\nGIT="{real}"\n{script}\n')
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")

    return install


def test_a_repository_of_another_user_is_refused_with_the_mend(
    world: GitWorld, stand_in: Callable[[str], None]
) -> None:
    world.commit({"train.py": b"one\n"})
    stand_in('GIT_TEST_ASSUME_DIFFERENT_OWNER=1 exec "$GIT" "$@"')
    with pytest.raises(UserFault, match="belongs to another user") as caught:
        world.open()
    assert f"safe.directory '{world.path}'" in caught.value.mend


def test_a_git_that_cannot_merge_in_place_is_too_old(
    world: GitWorld, stand_in: Callable[[str], None]
) -> None:
    stand_in("echo git version 2.30.2")
    with pytest.raises(UserFault, match=r"too old .*2\.30\.2") as caught:
        world.open()
    assert "2.38 or newer" in caught.value.mend


def test_without_git_the_mend_is_to_install_it(tmp_path: Path) -> None:
    story = (
        "from pathlib import Path\n"
        "from bot.adapters.repository import GitRepository\n"
        "from bot.domain.errors import UserFault\n"
        "try:\n    GitRepository(Path('.'), Path('scratch'))\n"
        "except UserFault as fault:\n    print(fault)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", story],
        cwd=tmp_path,
        env={**os.environ, "PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "no git program" in done.stdout
    assert "Install git" in done.stdout
