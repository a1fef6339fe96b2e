"""Merge groups of which no webhook told: sweeps go by the branches of the queues."""

from pathlib import Path

import pytest

from bot.app.mirroring import MirrorError, Unreachable
from bot.domain.github import CheckStatus, Conclusion, Pull
from bot.domain.hooks import GroupAsked
from bot.domain.pulls.acts import group_key
from tests.fakes.yard import Yard, yard
from tests.unit.app.pulls.test_groups import gone, passed, place

MINUTE_S = 60.0


@pytest.fixture
def gate(tmp_path: Path) -> Yard:
    return yard(tmp_path)


def queued(gate: Yard, pull: Pull, base: str, branch: str = "main") -> GroupAsked:
    """A queue makes a group, as GitHub names it; what it asks is lost on the way."""
    name = f"gh-readonly-queue/{branch}/pr-{pull.number}-{base}"
    gate.mirrors.moves(gate.place, name, base)
    head = gate.mirrors.merges(gate.place, name, pull.head.sha)
    gate.github.towns[gate.place].commits.add(head)
    return GroupAsked(place(gate), head, f"refs/heads/{name}", base, branch)


def test_a_group_of_which_nobody_told_is_found_by_its_branch_and_judged(
    gate: Yard,
) -> None:
    hook = queued(gate, passed(gate), gate.tip())
    assert gate.reconciler.sweep().woken == 1
    gate.works()
    assert gate.run(hook.head).conclusion is Conclusion.SUCCESS


def test_a_group_that_is_known_is_left_alone(gate: Yard) -> None:
    hook = queued(gate, passed(gate), gate.tip())
    gate.groups.asked(hook)
    gate.works()
    assert gate.reconciler.sweep().woken == 0
    gone(gate, hook)
    gate.works()
    assert gate.reconciler.sweep().woken == 0  # its branch goes a moment later


def test_a_group_that_was_left_while_it_waited_is_begun_anew(gate: Yard) -> None:
    """The App was suspended amid its trials, and is let in again."""
    pull = passed(gate)
    gate.commits({"model.py": "width = 9\n"})
    hook = queued(gate, pull, gate.tip())
    gate.groups.asked(hook)
    gate.works()
    assert gate.run(hook.head).conclusion is None
    gate.reach.leave(gate.place.installation, gate.place.repository)
    gate.reconciler.sweep()
    gate.works()
    key = group_key(gate.place.repository, hook.head)
    assert gate.evaluations.running(key) is not None


def test_what_a_group_lies_on_is_what_its_branch_says(gate: Yard) -> None:
    first, second = passed(gate), passed(gate, "print(3)\n")
    below = queued(gate, first, gate.tip())
    above = queued(gate, second, below.head)
    gate.reconciler.sweep()
    for hook in (below, above):
        key = group_key(gate.place.repository, hook.head)
        pin = gate.store.pinned(key, hook.head, "main")
        assert pin is not None
        assert pin.base == hook.base


def test_a_branch_with_a_slash_may_have_a_queue(gate: Yard) -> None:
    gate.mirrors.moves(gate.place, "release/1", gate.tip())
    hook = queued(gate, passed(gate), gate.tip(), "release/1")
    gate.reconciler.sweep()
    standing = gate.store.standing(group_key(gate.place.repository, hook.head))
    assert standing is not None
    assert standing.base_ref == "release/1"


def test_a_webhook_that_comes_later_knows_better_what_it_lies_on(gate: Yard) -> None:
    before = gate.tip()
    gate.commits({"README.md": "More digits.\n"})
    pull = passed(gate)
    hook = queued(gate, pull, gate.tip())
    named = hook.head_ref.removeprefix("refs/heads/")
    gate.mirrors.moves(gate.place, named, None)
    gate.mirrors.moves(gate.place, named.replace(hook.base, before), hook.head)
    gate.reconciler.sweep()
    gate.groups.asked(hook)
    key = group_key(gate.place.repository, hook.head)
    pin = gate.store.pinned(key, hook.head, "main")
    assert pin is not None
    assert pin.base == hook.base
    gate.works()
    assert gate.run(hook.head).conclusion is Conclusion.SUCCESS


def test_a_webhook_that_says_the_same_later_is_no_news(gate: Yard) -> None:
    hook = queued(gate, passed(gate), gate.tip())
    gate.reconciler.sweep()
    gate.works()
    gate.sends()
    posted = len(gate.github.towns[gate.place].said)
    gate.groups.asked(hook)
    gate.works()
    assert gate.run(hook.head).status is CheckStatus.COMPLETED
    assert len(gate.github.towns[gate.place].said) == posted


@pytest.mark.parametrize(
    "name",
    [
        "gh-readonly-queue/main/pr-1-abc",
        f"gh-readonly-queue/pr-1-{'a' * 40}",
        f"gh-readonly-queue/main/{'a' * 40}",
        f"somewhere/gh-readonly-queue/main/pr-1-{'a' * 40}",
    ],
)
def test_other_branches_are_no_groups(gate: Yard, name: str) -> None:
    pull = passed(gate)
    gate.mirrors.moves(gate.place, name, pull.head.sha)
    assert gate.reconciler.sweep().woken == 0


def test_where_branches_cannot_be_listed_the_rest_is_gone_through(
    gate: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook = queued(gate, passed(gate), gate.tip())
    gate.opens()

    def away(*_: object) -> dict[str, str]:
        raise MirrorError(Unreachable("away"))

    with monkeypatch.context() as patched:
        patched.setattr(gate.mirrors, "listed", away)
        report = gate.reconciler.sweep()
    assert (report.woken, report.troubled) == (1, 1)
    gate.reconciler.sweep()
    gate.works()
    assert gate.run(hook.head).conclusion is Conclusion.SUCCESS
