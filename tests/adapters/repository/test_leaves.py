"""All files of a tree with what a hash of them must not miss: modes, and links."""

import time
from pathlib import Path

import pytest

from bot.adapters.repository import plain
from bot.adapters.repository.bounds import Bounds
from bot.adapters.repository.command import GitCommand, GitError, GitLimitError
from bot.app.relevance import not_needed
from bot.domain.changes import Leaf
from bot.domain.errors import UserFault
from bot.domain.verdict import Reason
from tests.adapters.repository.git_world import GitWorld
from tests.fakes.policies import policy

DOCS = {"train.py": b"1\n", "docs/a.md": b"1\n", "run.sh": b"1\n"}


@pytest.fixture
def world(tmp_path: Path) -> GitWorld:
    made = GitWorld(tmp_path / "digits", tmp_path / "scratch")
    made.commit(DOCS)
    return made


def leaves(world: GitWorld) -> dict[str, Leaf]:
    repository = world.open()
    return {one.path: one for one in repository.leaves(repository.resolve("HEAD").tree)}


def reasons(world: GitWorld) -> list[Reason]:
    repository = world.open()
    base, head = repository.resolve("main").tree, repository.resolve("idea").tree
    verdict = not_needed(repository, policy(), base, head)
    return [one.reason for one in verdict.findings] if verdict else []


def test_what_a_link_points_at_and_who_may_run_a_file_is_seen(world: GitWorld) -> None:
    (world.path / "data").symlink_to("docs/a.md")
    (world.path / "also").symlink_to("docs/a.md")
    (world.path / "run.sh").chmod(0o755)
    world.commit({})
    found = leaves(world)
    assert (found["run.sh"].mode, found["run.sh"].target) == ("100755", None)
    assert (found["data"].mode, found["data"].target) == ("120000", "docs/a.md")
    assert found["also"].name == found["data"].name
    assert found["train.py"].mode == "100644"


def test_names_that_are_no_text_are_spelled_out(world: GitWorld) -> None:
    (world.path / "b\udcff.md").symlink_to("c\udcff")
    world.commit({})
    assert leaves(world)["b\\xff.md"].target == "c\\xff"


def test_a_file_that_becomes_a_program_has_to_be_trained(world: GitWorld) -> None:
    world.branch("idea")
    (world.path / "run.sh").chmod(0o755)
    world.commit({"docs/a.md": b"2\n"})
    assert reasons(world) == []


def test_docs_matter_only_where_something_points_at_them(world: GitWorld) -> None:
    world.branch("idea")
    world.commit({"docs/a.md": b"2\n"})
    assert reasons(world) == [Reason.NOTHING_RELEVANT]
    world.switch("main")
    (world.path / "corpus.txt").symlink_to("docs/a.md")
    world.commit({})
    world.git("branch", "-D", "idea")
    world.branch("idea")
    world.commit({"docs/a.md": b"2\n"})
    assert reasons(world) == []


def bomb(world: GitWorld, levels: int) -> str:
    """A tree of ten to the power of `levels` files, in as many objects; its name."""
    world.commit({"f": b"x"})
    tree = world.git("rev-parse", "HEAD:f")
    for level in range(levels):
        kind = "040000 tree" if level else "100644 blob"
        rows = "".join(f"{kind} {tree}\t{n}\n" for n in range(10))
        tree = made(world, rows)
    return tree


def made(world: GitWorld, rows: str) -> str:
    command = GitCommand(world.path)
    return command.run("mktree", feed=rows.encode()).line


def test_a_tree_that_spells_out_millions_of_files_is_refused_at_once(
    world: GitWorld,
) -> None:
    tree, began = bomb(world, 12), time.monotonic()
    for ask in (world.open().leaves, world.open().require_plain):
        with pytest.raises(UserFault, match=r"more than 200,000 files.*Take out"):
            ask(tree)
    assert time.monotonic() - began < 60


def test_files_are_counted_exactly(
    world: GitWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = bomb(world, 2)
    monkeypatch.setattr(plain, "MOST_ROWS", 100)
    assert len(world.open().leaves(tree)) == 100
    monkeypatch.setattr(plain, "MOST_ROWS", 99)
    with pytest.raises(UserFault, match="more than 99 files"):
        world.open().leaves(tree)


def test_links_that_share_an_object_are_read_once(world: GitWorld) -> None:
    world.commit({"f": b"a" * 4096})
    name = world.git("rev-parse", "HEAD:f")
    rows = "".join(f"120000 blob {name}\t{n:06}\n" for n in range(70_000))
    assert len(world.open().leaves(made(world, rows))) == 70_000


def test_a_link_that_is_longer_than_any_path_is_not_read(world: GitWorld) -> None:
    world.commit({"f": b"a" * 4097})
    name = world.git("rev-parse", "HEAD:f")
    tree = made(world, f"120000 blob {name}\tdata\n")
    for ask in (world.open().leaves, world.open().require_plain):
        with pytest.raises(UserFault, match=r"4096 bytes.*`data`"):
            ask(tree)


@pytest.mark.parametrize(
    ("bounds", "said"),
    [(Bounds(0.2), "did not end in 0.2 s"), (Bounds(most_bytes=9), "gave more than")],
)
def test_a_call_of_git_that_goes_over_its_bounds_is_killed(
    world: GitWorld, bounds: Bounds, said: str
) -> None:
    shout = "alias.shout=!yes" if bounds.most_bytes == 9 else "alias.shout=!sleep 100"
    git, began = GitCommand(world.path, bounds=bounds), time.monotonic()
    with pytest.raises(GitLimitError, match=said):
        git.ask("-c", shout, "shout")
    assert time.monotonic() - began < 50


def test_a_call_that_fails_says_why(world: GitWorld) -> None:
    with pytest.raises(GitError, match="Not a valid object name"):
        GitCommand(world.path).run("ls-tree", "nothing")
