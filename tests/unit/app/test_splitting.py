"""A branch without some of its changes, as a branch of its own."""

import dataclasses
import re

import pytest

from bot.app.local import Comparison, Request, compare
from bot.app.splitting import Split, split_off
from bot.domain.errors import UserFault
from bot.domain.policy import Ablation
from tests.fakes.policies import policy
from tests.fakes.repository import FakeRepository

STORY = (
    ({"a.py": b"2"}, "Good idea\n\nIt helps."),
    ({"b.py": b"2"}, "Bad idea"),
    ({"c.py": b"2"}, "Neutral idea"),
)


class World:
    def __init__(self, story=STORY) -> None:
        self.repository = FakeRepository()
        files = {"a.py": b"1", "b.py": b"1", "c.py": b"1"}
        self.repository.commit({**files, ".github/seedgate.yml": b""})
        self.repository.branch("idea")
        self.commits = [self.repository.commit(*step) for step in story]

    def comparison(self) -> Comparison:
        request = Request(base="main", head="idea")
        return compare(self.repository, request, lambda text, source: policy())

    def split(self, *places: int, branch: str = "") -> Split:
        names = [self.commits[place][:7] for place in places]
        return split_off(self.repository, self.comparison(), names, branch)

    def file(self, branch: str, path: str) -> bytes | None:
        return self.repository.read_file(branch, path)


def test_the_rest_of_the_branch_is_offered_on_the_base() -> None:
    world = World()
    made = world.split(1)
    assert made.branch == f"idea-without-{world.commits[1][:7]}"
    files = [world.file(made.branch, f"{name}.py") for name in "abc"]
    assert files == [b"2", b"1", b"2"]
    merged = world.repository.merge("main", made.branch)
    assert merged.tree == made.tree  # type: ignore[union-attr]
    assert [one.title for one in made.kept] == ["Good idea", "Neutral idea"]
    trees = world.comparison().trees
    assert trees is not None
    assert made.pool == trees.merged_tree
    assert not made.existed


def test_its_commit_says_where_it_came_from_and_what_it_keeps() -> None:
    world = World()
    made = world.split(1, 2, branch="good/part")
    (message,) = world.repository.messages("main", "good/part")
    assert message.startswith("idea without ")
    assert f"Split off {world.commits[2]}" in message
    assert "Good idea" in message
    assert "Bad idea" not in message
    assert made.branch == "good/part"


def test_a_second_call_takes_the_branch_that_is_there() -> None:
    world = World()
    first, second = world.split(1), world.split(1)
    assert second == dataclasses.replace(first, existed=True)


def test_a_name_that_is_taken_by_something_else_is_refused() -> None:
    world = World()
    world.repository.branch("other")
    with pytest.raises(UserFault, match="There is a branch 'other' already"):
        world.split(1, branch="other")


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("main", "the base"),
        ("Main", "the base"),
        ("refs/heads/main", "the base"),
        ("idea", "the branch that is split"),
        ("release", "a branch that the policy gates"),
    ],
)
def test_a_branch_that_others_rely_on_is_never_the_new_one(
    name: str, what: str
) -> None:
    world = World()
    gated = policy(branches=("main", "release"))
    request = Request(base="main", head="idea")
    asked = compare(world.repository, request, lambda text, source: gated)
    with pytest.raises(UserFault, match=what) as caught:
        split_off(world.repository, asked, [world.commits[1][:7]], name)
    assert "choose another name with --branch" in caught.value.mend
    assert "delete" not in caught.value.mend


ODD = ("a,b", "a", "b", "Warm-up", "warm-up", "-x 'y' \"z\" $HOME!", "warm.lock")


def odd_world() -> tuple[World, Comparison]:
    """A branch whose changes have names that are hard to type."""
    story = [
        ({f"{place}.py": b"2"}, f"Change {place}\n\nChange: {name}")
        for place, name in enumerate(ODD)
    ]
    world = World(tuple(story))
    rules = policy(ablation=Ablation(unit="trailer", max_changes=20))
    request = Request(base="main", head="idea")
    return world, compare(world.repository, request, lambda text, source: rules)


@pytest.mark.parametrize("name", ODD)
def test_a_change_can_be_left_out_whatever_it_is_called(name: str) -> None:
    world, asked = odd_world()
    made = split_off(world.repository, asked, [name])
    assert made.left_out == (name,)
    assert [one.id for one in made.kept] == [one for one in ODD if one != name]


def test_odd_names_give_branches_that_git_takes_and_that_differ() -> None:
    world, asked = odd_world()
    made = [split_off(world.repository, asked, [one]).branch for one in ODD]
    assert len({one.casefold() for one in made}) == len(ODD)
    assert all(re.fullmatch(r"idea-without-[a-z0-9-]+", one) for one in made)
    assert not any(one.endswith(("-", ".lock")) for one in made)
    assert made[1] == "idea-without-a"
    assert split_off(world.repository, asked, ["a", "b"]).branch == "idea-without-a+b"
    every = list(ODD[1:])
    assert len(split_off(world.repository, asked, every).branch) <= 60


def test_names_are_taken_apart_at_commas_only_where_they_are_no_name() -> None:
    world, asked = odd_world()

    def left_out(*typed: str) -> tuple[str, ...]:
        return split_off(world.repository, asked, typed, "-".join(typed)).left_out

    assert left_out("a,b") == ("a,b",)
    assert left_out("b,a") == ("b", "a")
    assert left_out(" b , Warm-up ") == ("b", "Warm-up")
    assert left_out("a,b", "a", "b") == ("a,b", "a", "b")
    assert left_out("a", "a,") == ("a",)


def test_an_unknown_name_with_a_comma_is_asked_back_whole() -> None:
    world, asked = odd_world()
    with pytest.raises(UserFault, match="no change 'x, y'"):
        split_off(world.repository, asked, ["x, y"])
    with pytest.raises(UserFault, match="no change 'y'"):
        split_off(world.repository, asked, ["a, y"])


def test_a_commit_is_named_by_its_change() -> None:
    world, asked = odd_world()
    made = split_off(world.repository, asked, [world.commits[4][:12]])
    assert made.left_out == ("warm-up",)


@pytest.mark.parametrize("typed", [[], [""], [" , "]])
def test_no_name_at_all_is_refused(typed: list[str]) -> None:
    world, asked = odd_world()
    with pytest.raises(UserFault, match="names no change"):
        split_off(world.repository, asked, typed)


def test_of_a_group_that_lost_a_part_the_rest_is_kept_by_name() -> None:
    story = tuple(({f"{n}.py": b"2"}, f"Step {n}") for n in range(8))
    world = World(story)
    rules = policy(ablation=Ablation(max_changes=2))
    request = Request(base="main", head="idea")
    asked = compare(world.repository, request, lambda text, source: rules)
    ids = [one[:7] for one in world.commits]
    made = split_off(world.repository, asked, [ids[1]], "less")
    first, half = f"{ids[4]}..{ids[7]}", f"{ids[2]}..{ids[3]}"
    assert [one.id for one in made.kept] == [ids[0], half, first]
    group = split_off(world.repository, asked, [half])
    assert group.left_out == (half,)
    assert re.fullmatch(r"idea-without-[a-z0-9-]+", group.branch)
    assert [one.id for one in group.kept] == [f"{ids[0]}..{ids[1]}", first]


def test_a_remote_branch_gives_the_split_its_own_name() -> None:
    world = World()
    world.repository.branch("refs/remotes/origin/idea")
    request = Request(base="main", head="refs/remotes/origin/idea")
    asked = compare(world.repository, request, lambda text, source: policy())
    name = world.commits[1][:7]
    made = split_off(world.repository, asked, [name])
    assert made.branch == f"idea-without-{name}"


def test_a_branch_of_nothing_is_refused() -> None:
    with pytest.raises(UserFault, match="nothing is left of the branch"):
        World().split(0, 1, 2)


def test_a_change_without_a_trace_is_refused() -> None:
    world = World((*STORY, ({}, "Nothing")))
    with pytest.raises(UserFault, match="the branch is the same"):
        world.split(3)


def test_a_change_that_others_build_on_cannot_be_left_out_alone() -> None:
    world = World((*STORY, ({"b.py": b"3"}, "Build on it")))
    with pytest.raises(
        UserFault, match=r"cannot be had without .*: conflicts in b\.py"
    ):
        world.split(1)


def test_an_unknown_change_is_refused_by_name() -> None:
    world = World()
    with pytest.raises(UserFault, match="has no change 'warm-up'"):
        split_off(world.repository, world.comparison(), ["warm-up"])


def test_a_branch_that_does_not_merge_is_not_split() -> None:
    world = World()
    world.repository.switch("main")
    world.repository.commit({"a.py": b"9"})
    with pytest.raises(UserFault, match=r"conflicts in a\.py"):
        world.split(1)


def test_a_commit_without_a_branch_gives_its_own_name() -> None:
    world = World()
    world.repository.commit({"d.py": b"1"})
    request = Request(base="main", head=world.commits[2])
    asked = compare(world.repository, request, lambda text, source: policy())
    name = world.commits[1][:7]
    made = split_off(world.repository, asked, [name])
    assert made.branch == f"{world.commits[2][:9]}-without-{name}"


def test_a_branch_that_is_cut_by_file_keeps_files() -> None:
    world = World()
    rules = policy(ablation=Ablation(unit="file"))
    request = Request(base="main", head="idea")
    asked = compare(world.repository, request, lambda text, source: rules)
    made = split_off(world.repository, asked, ["a.py", "b.py"], "rest")
    assert [one.id for one in made.kept] == ["c.py"]


def test_a_branch_without_one_plain_letter_gives_its_commit() -> None:
    world = World()
    world.repository.branch("\N{SNOWMAN}")
    request = Request(base="main", head="\N{SNOWMAN}")
    asked = compare(world.repository, request, lambda text, source: policy())
    name = world.commits[1][:7]
    made = split_off(world.repository, asked, [name])
    assert made.branch == f"{world.commits[2][:9]}-without-{name}"
