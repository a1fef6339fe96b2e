"""The release that a policy pins, brought to the mirror in which it is compared."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from bot.adapters.policy_file import load_policy
from bot.app.mirroring import (
    Mirror,
    MirrorFailure,
    TooLarge,
    Unreachable,
    Wanted,
    WantedBranch,
)
from bot.app.pulls.evaluations import Task
from bot.app.pulls.releases import Releases
from bot.compose.serving.judging import compared
from bot.domain.errors import GitFault, UserFault
from bot.domain.github import GitHubError, Place, Secret, Transient
from bot.domain.pulls.acts import PullKey
from tests.adapters.mirrors.stage import tagged
from tests.fakes.mirrors import FakeMirrors
from tests.samples.quick import TRAIN, quick_policy

PLACE = Place(1, 7)
DIGITS = "ann/digits"


@dataclass
class World:
    """A repository on GitHub, our mirror of it, and the task of a pull request."""

    mirrors: FakeMirrors
    released: str
    task: Task

    def fetch(self, place: Place, wanted: Sequence[Wanted]) -> Mirror:
        return self.mirrors.refresh(place, DIGITS, Secret("x"), wanted)

    def releases(self) -> Releases:
        return Releases(self.fetch, self.mirrors.known)

    def pinned(self, word: str | None) -> str | None:
        return self.releases().pinned(self.pinning(word))

    def pinning(self, word: str | None) -> Task:
        return replace(self.task, policy=replace(self.task.policy, anchor=word))


@pytest.fixture
def world(tmp_path: Path) -> World:
    mirrors = FakeMirrors(tmp_path)
    files = {"train.py": TRAIN.read_text()}
    first = mirrors.founds(PLACE, DIGITS, files)
    base = mirrors.pushes(PLACE, "main", {"notes.md": "One.\n"})
    head = mirrors.pushes(PLACE, "idea", {"train.py": "lr = 2\n"})
    wanted = [WantedBranch("main"), WantedBranch("idea")]
    mirror = mirrors.refresh(PLACE, DIGITS, Secret("x"), wanted)
    text = quick_policy().encode()
    task = Task(
        pull=PullKey(PLACE.repository, 1),
        installation=PLACE.installation,
        digest="one",
        repository=mirror.repository,
        full_name=DIGITS,
        base=base,
        head=head,
        base_ref="main",
        head_ref="idea",
        policy=load_policy(text, "seedgate.yml"),
        policy_text=text,
        policy_source="seedgate.yml",
    )
    return World(mirrors, first, task)


@pytest.mark.parametrize("word", ["v1.0", "tags/v1.0", "refs/tags/v1.0"])
def test_a_tag_is_asked_of_github_and_compared_by_its_commit(
    world: World, word: str
) -> None:
    tagged(world.mirrors.origin(PLACE), "v1.0", world.released, "The first release.")
    found = compared(world.pinning(word), world.releases().pinned)
    assert found.anchor is not None
    assert (found.anchor.commit, found.anchor.name) == (world.released, word)
    assert found.policy.anchor == word


def test_a_commit_is_asked_for_though_no_branch_has_it(world: World) -> None:
    apart = world.mirrors.commits(PLACE, {"train.py": "lr = 3\n"}, world.released)
    found = compared(world.pinning(apart), world.releases().pinned)
    assert found.anchor is not None
    assert found.anchor.commit == apart


def test_the_first_digits_of_a_commit_of_the_base_do(world: World) -> None:
    short = world.released[:10]
    found = compared(world.pinning(short), world.releases().pinned)
    assert found.anchor is not None
    assert found.anchor.commit == world.released


@pytest.mark.parametrize("word", ["v9", "main", "a b", "-x", "v1^{tree}"])
def test_what_names_no_release_is_the_policys_fault(world: World, word: str) -> None:
    with pytest.raises(UserFault) as caught:
        compared(world.pinning(word), world.releases().pinned)
    assert caught.value.problem.startswith(f"The policy's `anchor` is {word!r}.")


def test_who_pins_nothing_asks_nobody(world: World) -> None:
    before = list(world.mirrors.asked)
    assert world.pinned(None) is None
    assert world.mirrors.asked == before


def test_what_may_go_well_later_is_tried_again_and_what_is_too_large_is_not(
    world: World,
) -> None:
    def failed(failure: MirrorFailure) -> type[Exception]:
        world.mirrors.fails(PLACE, failure)
        with pytest.raises((UserFault, GitFault)) as caught:
            world.pinned("v1.0")
        assert failure.said in str(caught.value)
        return caught.type

    assert failed(Unreachable("GitHub did not answer.")) is GitFault
    assert failed(TooLarge("It is more than 9 GB.")) is UserFault


def test_a_token_that_cannot_be_had_is_tried_for_again(world: World) -> None:
    def unheard(_place: Place, _wanted: Sequence[Wanted]) -> Mirror:
        raise GitHubError(Transient("502"))

    with pytest.raises(GitFault):
        Releases(unheard, world.mirrors.known).pinned(world.pinning("v1.0"))


def test_what_is_held_needs_nobody(world: World) -> None:
    """GitHub may be away when the turn of an evaluation comes at last."""
    tagged(world.mirrors.origin(PLACE), "v1.0", world.released)
    assert world.pinned("v1.0") == world.released
    before = len(world.mirrors.asked)
    assert world.pinned(world.released) == world.released
    assert len(world.mirrors.asked) == before
    world.mirrors.fails(PLACE, Unreachable("GitHub did not answer."))
    assert world.pinned("v1.0") == world.released
    with pytest.raises(GitFault):
        world.pinned("v2.0")
