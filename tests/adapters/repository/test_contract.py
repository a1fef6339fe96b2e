"""What every `SourceRepository` promises; the fake and the real one keep it alike."""

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

import pytest

from bot.app.ports import Conflicted, Merged, SourceRepository, Unrelated
from bot.domain.errors import UserFault
from bot.domain.landed import Step
from tests.adapters.repository.git_world import GitWorld
from tests.fakes.repository import FakeRepository


class World(Protocol):
    """The words in which the stories below are told."""

    def commit(
        self, changes: Mapping[str, bytes | None], message: str = "a step"
    ) -> str: ...
    def branch(self, name: str) -> None: ...
    def orphan(self, name: str) -> None: ...
    def switch(self, name: str) -> None: ...
    def write(self, path: str, content: bytes) -> None: ...
    def open(self) -> SourceRepository: ...


class FakeWorld(FakeRepository):
    """The fake is its own world."""

    def open(self) -> SourceRepository:
        return self


@pytest.fixture(params=["fake", "git", "git with sha256"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> World:
    if request.param == "fake":
        return FakeWorld()
    object_format = "sha256" if request.param.endswith("sha256") else "sha1"
    scratch = tmp_path / "scratch"
    return GitWorld(tmp_path / "digits", scratch, object_format=object_format)


def test_a_branch_resolves_to_its_commit_and_the_name_that_was_typed(
    world: World,
) -> None:
    commit = world.commit({"train.py": b"one\n"})
    found = world.open().resolve("main")
    assert (found.name, found.commit) == ("main", commit)
    assert world.open().resolve(commit).tree == found.tree


def test_equal_content_has_an_equal_tree_whatever_its_history(world: World) -> None:
    first = world.commit({"train.py": b"one\n"})
    world.commit({"train.py": b"two\n"})
    third = world.commit({"train.py": b"one\n"})
    repository = world.open()
    assert repository.resolve(first).tree == repository.resolve(third).tree


def test_an_unknown_revision_is_named_beside_a_near_one(world: World) -> None:
    world.commit({"train.py": b"one\n"})
    world.branch("wider-layer")
    with pytest.raises(UserFault) as caught:
        world.open().resolve("wider-layr")
    assert "wider-layr" in caught.value.problem
    assert "wider-layer" in caught.value.mend


def test_a_repository_without_commits_says_so(world: World) -> None:
    repository = world.open()
    with pytest.raises(UserFault, match="no commits yet"):
        repository.resolve("main")
    with pytest.raises(UserFault, match="no commits yet"):
        repository.default_base()


def test_a_feature_branch_is_compared_with_main(world: World) -> None:
    world.commit({"train.py": b"one\n"})
    world.branch("feature")
    assert world.open().default_base() == "main"


def test_files_are_read_at_a_commit_and_not_from_the_working_copy(
    world: World,
) -> None:
    commit = world.commit({"conf/gate.yml": b"version: 1\n"})
    world.write("conf/gate.yml", b"version: 2\n")
    repository = world.open()
    assert repository.read_file(commit, "conf/gate.yml") == b"version: 1\n"
    assert repository.read_file(commit, "conf/other.yml") is None
    assert repository.read_file(commit, "conf") is None


def test_files_are_read_in_a_merged_tree_as_well(world: World) -> None:
    base = world.commit({"conf/gate.yml": b"version: 1\n", "gone.yml": b"1\n"})
    world.branch("feature")
    head = world.commit({"conf/gate.yml": b"version: 2\n", "gone.yml": None})
    repository = world.open()
    merged = repository.merge(base, head)
    assert isinstance(merged, Merged)
    assert repository.read_file(merged.tree, "conf/gate.yml") == b"version: 2\n"
    assert repository.read_file(merged.tree, "gone.yml") is None
    tree = repository.resolve("main").tree
    assert repository.read_file(tree, "gone.yml") == b"1\n"


def test_a_clean_working_copy_has_no_dirty_paths(world: World) -> None:
    world.commit({"train.py": b"one\n"})
    assert world.open().dirty() == ()


def test_changed_and_new_files_are_dirty(world: World) -> None:
    world.commit({"train.py": b"one\n", "eval.py": b"one\n"})
    world.write("train.py", b"two\n")
    world.write("notes.txt", b"new\n")
    assert world.open().dirty() == ("notes.txt", "train.py")


def test_a_dirty_commit_holds_the_working_copy_on_top_of_head(world: World) -> None:
    commit = world.commit({"train.py": b"one\n"})
    world.write("train.py", b"two\n")
    world.write("notes.txt", b"new\n")
    repository = world.open()
    revision, ref = repository.commit_dirty()
    assert ref.startswith("refs/seedgate/dirty/")
    assert revision.commit == repository.resolve(ref).commit
    assert repository.read_file(revision.commit, "train.py") == b"two\n"
    assert repository.read_file(revision.commit, "notes.txt") == b"new\n"
    assert repository.resolve("HEAD").commit == commit
    assert repository.dirty() == ("notes.txt", "train.py")
    assert repository.merge(commit, revision.commit) == Merged(revision.tree)


def test_the_same_working_copy_gives_the_same_dirty_commit(world: World) -> None:
    world.commit({"train.py": b"one\n"})
    world.write("train.py", b"two\n")
    assert world.open().commit_dirty() == world.open().commit_dirty()


def test_changes_to_different_files_merge(world: World) -> None:
    world.commit({"train.py": b"one\n", "eval.py": b"one\n"})
    world.branch("feature")
    head = world.commit({"train.py": b"two\n"})
    world.switch("main")
    base = world.commit({"eval.py": b"two\n"})
    repository = world.open()
    merged = repository.merge(base, head)
    both = world.commit({"train.py": b"two\n"})
    assert merged == Merged(repository.resolve(both).tree)


def test_a_branch_ahead_of_its_base_lands_as_it_is(world: World) -> None:
    base = world.commit({"train.py": b"one\n"})
    head = world.commit({"train.py": b"two\n"})
    repository = world.open()
    assert repository.merge(base, head) == Merged(repository.resolve(head).tree)


def test_a_branch_that_the_base_already_has_changes_nothing(world: World) -> None:
    head = world.commit({"train.py": b"one\n"})
    base = world.commit({"train.py": b"two\n"})
    repository = world.open()
    assert repository.merge(base, head) == Merged(repository.resolve(base).tree)
    assert repository.merge(base, base) == Merged(repository.resolve(base).tree)


def test_conflicts_are_reported_by_file_in_order(world: World) -> None:
    files = ("z last.py", "a.py", "größe.txt")
    world.commit(dict.fromkeys(files, b"one\n"))
    world.branch("feature")
    head = world.commit(dict.fromkeys(files, b"two\n"))
    world.switch("main")
    base = world.commit(dict.fromkeys(files, b"three\n"))
    expected = Conflicted(("a.py", "größe.txt", "z last.py"))
    assert world.open().merge(base, head) == expected


def test_beside_a_conflict_the_rest_is_merged(world: World) -> None:
    world.commit(dict.fromkeys(("both", "here", "there", "gone"), b"one\n"))
    world.branch("feature")
    head = world.commit({"both": b"two\n", "there": b"two\n", "gone": None})
    world.switch("main")
    base = world.commit({"both": b"three\n", "here": b"three\n"})
    repository = world.open()
    landing = repository.merge(base, head)
    assert isinstance(landing, Conflicted)
    merged = [repository.read_file(landing.tree, one) for one in ("here", "there")]
    assert merged == [b"three\n", b"two\n"]
    assert repository.read_file(landing.tree, "gone") is None


def test_a_file_deleted_here_and_changed_there_conflicts(world: World) -> None:
    world.commit({"train.py": b"one\n", "eval.py": b"one\n"})
    world.branch("feature")
    head = world.commit({"train.py": None})
    world.switch("main")
    base = world.commit({"train.py": b"two\n"})
    assert world.open().merge(base, head) == Conflicted(("train.py",))


def test_histories_that_never_met_do_not_merge(world: World) -> None:
    base = world.commit({"train.py": b"one\n"})
    world.orphan("elsewhere")
    head = world.commit({"other.py": b"one\n"})
    assert world.open().merge(base, head) == Unrelated()


def test_a_pointer_to_a_large_file_is_refused_by_path(world: World) -> None:
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:%b\nsize 12345\n"
    world.commit({"train.py": b"one\n", "data/x.npy": pointer % (b"ab" * 32)})
    repository = world.open()
    with pytest.raises(UserFault, match=r"data/x\.npy"):
        repository.require_plain(repository.resolve("main").tree)


def test_what_landed_since_a_release_is_known_by_commit_and_by_tree(
    world: World,
) -> None:
    release = world.commit({"train.py": b"lr = 1\n"})
    merged = world.commit({"train.py": b"lr = 2\n"})
    world.branch("idea")
    open_one = world.commit({"train.py": b"lr = 3\n"})
    repository = world.open()
    landed = repository.landed(release, "main")
    assert landed == {merged: Step(repository.resolve(merged).tree, (release,))}
    assert open_one not in landed
    assert repository.landed("main", release) == {}
    later = repository.landed(release, "idea")
    assert list(later) == [open_one, merged]
    assert later[open_one].parents == (merged,)


def test_plain_trees_are_welcome(world: World) -> None:
    world.commit({"train.py": b"one\n", "empty": b""})
    repository = world.open()
    repository.require_plain(repository.resolve("main").tree)


def test_a_branch_is_called_by_its_name_whatever_names_it(world: World) -> None:
    commit = world.commit({"train.py": b"one\n"})
    world.branch("idea/wide")
    repository = world.open()
    for revision in ("HEAD", "idea/wide"):
        assert repository.branch_name(revision) == "idea/wide"
    assert repository.branch_name("main") == "main"
    assert repository.branch_name(commit) == commit  # the tip of both
    ahead = world.commit({"train.py": b"two\n"})
    assert repository.branch_name(ahead) == "idea/wide"


def test_a_repository_has_one_identity_at_every_commit(world: World) -> None:
    world.commit({"train.py": b"one\n"})
    first = world.open().identity
    world.commit({"train.py": b"two\n"})
    assert world.open().identity == first != ""


def test_the_versions_of_a_file_are_the_commits_that_changed_it(world: World) -> None:
    first = world.commit({"gate.yml": b"1\n", "train.py": b"1\n"})
    world.commit({"train.py": b"2\n"})
    gone = world.commit({"gate.yml": None})
    back = world.commit({"gate.yml": b"2\n"})
    repository = world.open()
    assert tuple(repository.versions("gate.yml", "main", 9)) == (back, gone, first)
    assert tuple(repository.versions("gate.yml", gone, 1)) == (gone,)
    assert tuple(repository.versions("other.yml", back, 9)) == ()
    for strange in ("", "/gate.yml", "../gate.yml", "gate\0yml", "--all"):
        assert tuple(repository.versions(strange, back, 9)) == ()


def test_no_version_is_no_answer_to_no_question(world: World) -> None:
    commit = world.commit({"gate.yml": b"1\n"})
    assert tuple(world.open().versions("gate.yml", commit, 0)) == ()
    with pytest.raises(UserFault, match="no revision"):
        world.open().versions("gate.yml", "nowhere", 9)


def test_every_file_of_a_tree_is_a_leaf_by_path_mode_and_content(world: World) -> None:
    world.commit({"train.py": b"one\n", "docs/a.md": b"one\n", "b.md": b"two\n"})
    first, second, third = world.open().leaves(world.open().resolve("main").tree)
    assert [one.path for one in (first, second, third)] == [
        "b.md",
        "docs/a.md",
        "train.py",
    ]
    assert first.name != second.name == third.name
    assert {one.mode for one in (first, second, third)} == {"100644"}
    assert {one.target for one in (first, second, third)} == {None}
