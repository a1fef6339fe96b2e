"""Small losses that landed since a release are summed; others are not."""

import pytest

from bot.adapters.policy_file import load_policy
from bot.app.pinned import pinned_release, tolerated_since
from bot.app.ports import Revision
from bot.domain.errors import GitFault, UnheldFault, UserFault
from bot.domain.history import Charge
from tests.fakes.repository import FakeRepository
from tests.fakes.yard import POLICY

LOSS = ("mlp", "loss")


def test_losses_count_once_their_branch_has_landed() -> None:
    repository = FakeRepository()
    release = repository.commit({"train.py": b"lr = 1\n"})
    merged = repository.commit({"train.py": b"lr = 2\n"})
    squashed = repository.commit({"train.py": b"lr = 3\n"})
    repository.branch("idea")
    waiting = repository.commit({"train.py": b"lr = 4\n"})
    tree = repository.resolve(squashed).tree
    charges = [
        Charge(LOSS, release, "no tree", 0.9),  # before the release
        Charge(LOSS, merged, "no tree", 0.4),
        Charge(LOSS, "a commit that was rewritten", tree, 0.3),
        Charge(("conv", "loss"), merged, "no tree", 0.1),
        Charge(LOSS, waiting, repository.resolve(waiting).tree, 0.8),
    ]
    anchor, base = repository.resolve(release), repository.resolve("main")
    lost = tolerated_since(repository, anchor, base, charges)
    assert lost == {LOSS: 0.7, ("conv", "loss"): 0.1}


def test_what_was_judged_more_than_once_has_landed_once() -> None:
    """For an order, onto a base that moved on, or with another message."""
    repository = FakeRepository()
    release = repository.commit({"train.py": b"lr = 1\n"})
    head = repository.commit({"train.py": b"lr = 2\n"})
    tree = repository.resolve(head).tree
    charges = [
        Charge(LOSS, head, tree, 0.3),
        Charge(LOSS, head, "onto an earlier base", 0.4),
        Charge(LOSS, "with another message", tree, 0.2),
        Charge(("conv", "loss"), head, tree, 0.1),
    ]
    anchor, base = repository.resolve(release), repository.resolve("main")
    lost = tolerated_since(repository, anchor, base, charges)
    assert lost == {LOSS: 0.4, ("conv", "loss"): 0.1}


class Copy(FakeRepository):
    """A copy of our own that fails at every name."""

    def __init__(self, fault: GitFault) -> None:
        super().__init__()
        self.fault = fault

    def resolve(self, revision: str) -> Revision:
        raise self.fault


def test_a_release_that_our_own_copy_does_not_hold_is_named_by_the_policy_in_vain() -> (
    None
):
    sha = "0" * 40
    policy = load_policy(f"{POLICY}anchor: '{sha}'\n".encode(), "policy.yml")
    with pytest.raises(UserFault, match=f"The policy's `anchor` is '{sha}'"):
        pinned_release(Copy(UnheldFault("It does not hold it.")), policy)
    with pytest.raises(GitFault, match="was killed"):
        pinned_release(Copy(GitFault("git was killed.")), policy)
