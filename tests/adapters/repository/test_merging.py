"""Stories about the tree that would land."""

from pathlib import Path

import pytest

from bot.adapters.repository import GitRepository
from bot.adapters.repository.faults import explain
from bot.app.ports import Conflicted, Merged
from bot.domain.errors import MachineryFault, UserFault
from tests.adapters.repository.git_world import GitWorld


def diverged(world: GitWorld, name: str = "train.py") -> tuple[str, str]:
    """Base and head that both changed `name`, at far ends of it."""
    lines = [b"line %d\n" % n for n in range(20)]
    world.commit({name: b"".join(lines)})
    world.branch("feature")
    head = world.commit({name: b"".join([*lines[:-1], b"head\n"])})
    world.switch("main")
    base = world.commit({name: b"".join([b"base\n", *lines[1:]])})
    return base, head


def test_changes_far_apart_in_one_file_merge(world: GitWorld) -> None:
    base, head = diverged(world)
    merged = world.open().merge(base, head)
    world.git("merge", "-q", "-m", "merge", "feature")
    assert merged == Merged(world.git("rev-parse", "HEAD^{tree}"))


@pytest.mark.parametrize("name", ["a b.py", "two\nlines.py", "tab\t.py", 'q"uote.py'])
def test_conflicting_files_are_named_exactly(world: GitWorld, name: str) -> None:
    world.commit({name: b"one\n"})
    world.branch("feature")
    head = world.commit({name: b"two\n"})
    world.switch("main")
    base = world.commit({name: b"three\n"})
    assert world.open().merge(base, head) == Conflicted((name,))


def test_histories_that_crossed_merge(world: GitWorld) -> None:
    world.commit({"a": b"1\n", "b": b"1\n"})
    world.branch("feature")
    left = world.commit({"a": b"2\n"})
    world.switch("main")
    right = world.commit({"b": b"2\n"})
    world.git("merge", "-q", "-m", "left into main", left)
    world.switch("feature")
    world.git("merge", "-q", "-m", "right into feature", right)
    head = world.commit({"a": b"3\n"})
    world.switch("main")
    base = world.commit({"b": b"3\n"})
    repository = world.open()
    merged = repository.merge(base, head)
    both = world.commit({"a": b"3\n"})
    assert merged == Merged(repository.resolve(both).tree)


def test_no_merge_driver_has_a_say(world: GitWorld, tmp_path: Path) -> None:
    for scope in ("--global", "--local"):
        driver = f"touch {tmp_path}/sprung; true"
        world.git("config", scope, "merge.mine.driver", driver)
        world.git("config", scope, "merge.default", "mine")
    attributes = tmp_path / "home" / ".config" / "git" / "attributes"
    attributes.parent.mkdir(parents=True)
    attributes.write_text("* merge=mine\n")
    world.commit({".gitattributes": b"* merge=mine\n", "train.py": b"one\n"})
    world.branch("feature")
    head = world.commit({"train.py": b"two\n"})
    world.switch("main")
    base = world.commit({"train.py": b"three\n"})
    assert world.open().merge(base, head) == Conflicted(("train.py",))
    assert not (tmp_path / "sprung").exists()


def test_a_commit_that_does_not_exist_is_not_a_conflict(world: GitWorld) -> None:
    base = world.commit({"train.py": b"one\n"})
    with pytest.raises(UserFault, match="There is no revision"):
        world.open().merge(base, "f" * 40)


def shallow_clone(world: GitWorld, tmp_path: Path) -> GitRepository:
    path = tmp_path / "shallow"
    options = ("--depth=1", "--no-single-branch")
    world.git("clone", "-q", *options, f"file://{world.path}", str(path))
    return GitRepository(path, world.scratch)


def test_a_merge_in_a_shallow_clone_is_refused_with_the_mend(
    world: GitWorld, tmp_path: Path
) -> None:
    diverged(world)
    repository = shallow_clone(world, tmp_path)
    with pytest.raises(UserFault, match="shallow clone") as caught:
        repository.merge("origin/main", "origin/feature")
    assert "git fetch --unshallow" in caught.value.mend
    tree = repository.resolve("HEAD").tree
    assert repository.merge("HEAD", "HEAD") == Merged(tree)
    with pytest.raises(UserFault) as caught:
        repository.resolve("HEAD~1")
    assert "git fetch --unshallow" in caught.value.mend


def test_a_shallow_clone_that_shows_one_to_hold_the_other_is_enough(
    world: GitWorld, tmp_path: Path
) -> None:
    diverged(world)
    repository = shallow_clone(world, tmp_path)
    (repository.path / "new.py").write_text("new\n")
    revision, _ = repository.commit_dirty()
    assert repository.merge("HEAD", revision.commit) == Merged(revision.tree)


@pytest.fixture
def partial(world: GitWorld, tmp_path: Path) -> GitRepository:
    """A clone of a diverged repository that holds no file at all."""
    diverged(world)
    world.git("config", "uploadpack.allowFilter", "true")
    path = tmp_path / "partial"
    options = ("--filter=blob:none", "--no-checkout")
    world.git("clone", "-q", *options, f"file://{world.path}", str(path))
    return GitRepository(path, world.scratch)


def test_files_that_a_partial_clone_lacks_are_never_fetched_in_secret(
    world: GitWorld, partial: GitRepository
) -> None:
    with pytest.raises(UserFault, match="does not hold") as caught:
        partial.merge("origin/main", "origin/feature")
    mend = f"git -C '{partial.path}' fetch --refetch --no-filter"
    assert mend in caught.value.mend
    with pytest.raises(UserFault, match=r"does not hold every file: `train\.py`"):
        partial.require_plain(partial.resolve("origin/main").tree)
    world.git("-C", str(partial.path), "fetch", "-q", "--refetch", "--no-filter")
    assert isinstance(partial.merge("origin/main", "origin/feature"), Merged)
    partial.require_plain(partial.resolve("origin/main").tree)


def test_a_full_disk_is_our_own_failure(tmp_path: Path) -> None:
    words = "error: unable to write file: No space left on device\nfatal: stopped\n"
    fault = explain(tmp_path, words)
    assert isinstance(fault, MachineryFault)
    assert "disk is full" in fault.problem
