"""All files of a tree with what a hash of them must not miss: modes, and links."""

from pathlib import Path

import pytest

from bot.app.relevance import not_needed
from bot.domain.changes import Leaf
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
