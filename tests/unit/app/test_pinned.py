"""Small losses that landed since a release are summed; others are not."""

from bot.app.pinned import tolerated_since
from bot.domain.history import Charge
from tests.fakes.repository import FakeRepository

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
