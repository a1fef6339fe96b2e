"""Stories about examples that are in training and evaluation data at once."""

import pytest

from bot.domain.arms import Baseline, Branch
from bot.domain.exhibits import exhibit
from bot.domain.trials import Trial
from bot.domain.verdict import Finding, Reason, Ruling
from bot.domain.verdict.exhibits import Overlap
from tests.unit.domain.exhibits.shown import both, mode, trial
from workers.contract import DataSummary, Observed


def hashed(split: str, *hashes: str, examples: int | None = None) -> DataSummary:
    return DataSummary(
        split, len(hashes) if examples is None else examples, hashes=hashes
    )


def split(*shared: str) -> Observed:
    """Training and test data that have these examples in common."""
    return Observed(
        data=(hashed("test", "t1", "t2", *shared), hashed("train", "a", "b", *shared))
    )


def found(trials: list[Trial]) -> tuple[tuple[Overlap, ...], list[Finding]]:
    made, findings = exhibit([mode()], trials)
    kept = [one for one in findings if one.reason is Reason.DATA_OVERLAPS]
    return made.overlaps, kept


def test_splits_apart_are_shown_and_nothing_is_said() -> None:
    (one,), findings = found(both(split(), split()))
    assert (one.split, one.other) == ("train", "test")
    assert [(arm.arm, arm.most, arm.at_least) for arm in one.arms] == [
        ("baseline", 0, False),
        ("branch", 0, False),
    ]
    assert findings == []


@pytest.mark.parametrize(
    ("old", "new", "state"),
    [
        (("x",), ("x",), Ruling.INFO),
        ((), ("x",), Ruling.BLOCK),
        (("x",), ("x", "y"), Ruling.BLOCK),
        (("x", "y"), ("x",), Ruling.INFO),
    ],
)
def test_more_overlap_than_the_baseline_has_blocks(
    old: tuple[str, ...], new: tuple[str, ...], state: Ruling
) -> None:
    _, (one,) = found(both(split(*old), split(*new), 2))
    assert one.state is state
    assert one.evidence == {
        "split": "train",
        "other": "test",
        "shared": len(new),
        "baseline_shared": len(old),
        "at_least": False,
    }


def test_splits_drawn_anew_for_each_seed_are_not_blamed_for_their_luck() -> None:
    runs = [
        trial(arm, at, split("x", "y") if lucky else split("x"))
        for arm, kept in ((Baseline(), (0, 1)), (Branch(), (1, 0)))
        for at, lucky in enumerate(kept)
    ]
    _, (one,) = found(runs)
    assert one.state is Ruling.INFO


def test_a_baseline_that_says_nothing_is_no_proof_against_the_branch() -> None:
    _, (one,) = found(both(Observed(), split("x")))
    assert one.state is Ruling.INFO
    assert one.evidence["baseline_shared"] is None


def test_a_baseline_alone_is_only_shown() -> None:
    shown, findings = found([trial(Baseline(), 0, split("x"))])
    assert len(shown) == 1
    assert findings == []


def test_of_which_only_a_part_was_hashed_at_least_so_many_are_shared() -> None:
    part = Observed(
        data=(hashed("train", "a", "x", examples=900), hashed("test", "x", "t"))
    )
    (shown,), _ = found(both(part, part))
    assert shown.arms[0].at_least is True


def test_without_a_training_split_every_pair_is_compared() -> None:
    data = Observed(data=tuple(hashed(name, "x") for name in ("a", "b", "c")))
    shown, _ = found(both(data, data))
    assert [(one.split, one.other) for one in shown] == [
        ("a", "b"),
        ("a", "c"),
        ("b", "c"),
    ]


def test_splits_that_no_trial_has_together_are_not_compared() -> None:
    runs = [
        trial(Branch(), 0, Observed(data=(hashed("train", "x"),))),
        trial(Branch(), 1, Observed(data=(hashed("test", "x"),))),
    ]
    assert found(runs) == ((), [])
