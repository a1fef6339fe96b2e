"""Stories about names of revisions, plain and strange."""

import pytest

from bot.adapters.repository import GitRepository
from bot.domain.errors import UserFault
from tests.adapters.repository.git_world import GitWorld, run_git


def test_tags_resolve_to_the_commit_that_they_name(world: GitWorld) -> None:
    commit = world.commit({"train.py": b"one\n"})
    world.git("tag", "light")
    world.git("tag", "-a", "-m", "a note", "heavy")
    repository = world.open()
    assert repository.resolve("light").commit == commit
    assert repository.resolve("heavy").commit == commit


@pytest.mark.parametrize("name", ["HEAD~1", "@{-1}", "main^{/a step}", "feature"])
def test_every_way_of_naming_a_commit_works(world: GitWorld, name: str) -> None:
    world.commit({"train.py": b"one\n"})
    world.branch("feature")
    world.commit({"train.py": b"two\n"})
    world.switch("main")
    world.commit({"train.py": b"three\n"})
    expected = world.git("rev-parse", f"{name}^{{commit}}")
    assert world.open().resolve(name).commit == expected


@pytest.mark.parametrize(
    "name", ["--help", "-n", "--all", "^main", "main..main", "HEAD:train.py:", "a\nb"]
)
def test_text_that_looks_like_something_else_is_only_an_unknown_name(
    world: GitWorld, name: str
) -> None:
    world.commit({"train.py": b"one\n"})
    with pytest.raises(UserFault, match="There is no revision"):
        world.open().resolve(name)


def test_a_branch_may_be_named_like_an_option(world: GitWorld) -> None:
    commit = world.commit({"train.py": b"one\n"})
    world.git("update-ref", "refs/heads/-f", commit)
    assert world.open().resolve("-f").commit == commit


@pytest.mark.parametrize("name", ["", "  ", "a\0b"])
def test_an_empty_name_is_refused(world: GitWorld, name: str) -> None:
    world.commit({"train.py": b"one\n"})
    with pytest.raises(UserFault, match="name of a revision"):
        world.open().resolve(name)


def test_a_tree_is_not_a_commit(world: GitWorld) -> None:
    world.commit({"train.py": b"one\n"})
    with pytest.raises(UserFault, match="is not a commit"):
        world.open().resolve("HEAD^{tree}")


def test_a_name_of_a_branch_and_a_tag_is_refused_rather_than_guessed(
    world: GitWorld,
) -> None:
    world.commit({"train.py": b"one\n"})
    world.git("tag", "main")
    branch = world.commit({"train.py": b"two\n"})
    repository = world.open()
    with pytest.raises(UserFault, match=r"refs/heads/main.*refs/tags/main"):
        repository.resolve("main")
    assert repository.resolve("refs/heads/main").commit == branch
    world.git("switch", "-q", "-c", "feature")
    assert repository.resolve(repository.default_base()).commit == branch


def test_a_branch_that_only_the_remote_has_is_suggested(world: GitWorld) -> None:
    commit = world.commit({"train.py": b"one\n"})
    world.git("update-ref", "refs/remotes/origin/wider", commit)
    with pytest.raises(UserFault) as caught:
        world.open().resolve("wider")
    assert "`origin/wider`" in caught.value.mend
    assert "git fetch" in caught.value.mend


def test_a_commit_that_was_never_fetched_is_unknown(world: GitWorld) -> None:
    world.commit({"train.py": b"one\n"})
    with pytest.raises(UserFault, match="There is no revision '1234"):
        world.open().resolve("1234567890" * 4)


def test_a_short_name_of_two_commits_asks_for_more_characters(world: GitWorld) -> None:
    world.commit({"train.py": b"one\n"})
    # With 700 commits two of them share four characters, the same two every time.
    steps = [
        f"commit refs/heads/many\ncommitter A <a@b.c> {n} +0000\ndata 0\n\n"
        for n in range(700)
    ]
    world.git("fast-import", "--quiet", feed="".join(steps))
    names = [name[:4] for name in world.git("rev-list", "many").split()]
    twice = next(name for name in names if names.count(name) > 1)
    with pytest.raises(UserFault, match="fits more than one commit"):
        world.open().resolve(twice)


def test_replaced_objects_of_this_machine_are_not_what_lands(world: GitWorld) -> None:
    old = world.commit({"train.py": b"one\n"})
    new = world.commit({"train.py": b"two\n"})
    world.git("replace", old, new)
    repository = world.open()
    assert repository.read_file(old, "train.py") == b"one\n"
    assert repository.resolve(old).tree != repository.resolve(new).tree


@pytest.mark.parametrize("path", ["", ".", "/etc/passwd", "../up", "a/../train.py"])
def test_only_paths_inside_the_tree_are_read(world: GitWorld, path: str) -> None:
    commit = world.commit({"train.py": b"one\n"})
    assert world.open().read_file(commit, path) is None


def test_files_with_strange_names_and_links_are_read(world: GitWorld) -> None:
    (world.path / "link").symlink_to("a b\nc")
    commit = world.commit({"a b\nc": b"one\n", "[x]*": b"two\n"})
    repository = world.open()
    assert repository.read_file(commit, "a b\nc") == b"one\n"
    assert repository.read_file(commit, "./[x]*") == b"two\n"
    assert repository.read_file(commit, "link") == b"one\n"
    assert repository.read_file(commit, "*") is None


def test_a_file_that_a_partial_clone_left_out_is_not_taken_for_absent(
    world: GitWorld,
) -> None:
    commit = world.commit({"train.py": b"one\n"})
    blob = world.git("rev-parse", "HEAD:train.py")
    (world.path / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    with pytest.raises(UserFault, match=r"does not hold all.*train\.py"):
        world.open().read_file(commit, "train.py")


def test_a_tree_that_is_gone_is_told(world: GitWorld) -> None:
    world.commit({"train.py": b"one\n"})
    tree = run_git(world.path, "rev-parse", "HEAD^{tree}")
    (world.path / ".git" / "objects" / tree[:2] / tree[2:]).unlink()
    with pytest.raises(UserFault):
        world.open().require_plain(tree)


def test_a_merge_stands_for_all_that_it_brought(world: GitWorld) -> None:
    first = world.commit({"gate.yml": b"1\n", "train.py": b"1\n"})
    world.branch("feature")
    world.commit({"gate.yml": b"2\n"})
    world.commit({"gate.yml": b"3\n"})
    world.switch("main")
    world.commit({"train.py": b"2\n"})
    world.git("merge", "-q", "--no-ff", "-m", "merged", "feature")
    merged = world.git("rev-parse", "HEAD")
    world.commit({"train.py": b"3\n"})
    assert world.open().versions("gate.yml", "main", 9) == (merged, first)


def test_a_repository_can_be_remembered_under_a_name_of_its_own(
    world: GitWorld,
) -> None:
    world.commit({"train.py": b"one\n"})
    opened = GitRepository(world.path, world.scratch, identity="github:7")
    assert opened.identity == "github:7"
    assert world.open().identity == str(world.path / ".git")
