"""Stories about the data of two arms: the same, or told how they differ."""

import pytest

from bot.domain.arms import Baseline, Branch
from bot.domain.exhibits import exhibit
from bot.domain.trials import Trial
from bot.domain.verdict import Finding, Reason, Ruling
from bot.domain.verdict.exhibits import DataSplit
from tests.unit.domain.exhibits.shown import both, mode, trial
from workers.contract import DataSummary, Observed

EVEN = (("cat", 50), ("dog", 50))


def of(*splits: DataSummary) -> Observed:
    return Observed(data=splits)


def train(**given: object) -> Observed:
    facts = {"examples": 100, "classes": EVEN, "mean": 0.5, "scale": 2.0, **given}
    return of(DataSummary("train", **facts))  # type: ignore[arg-type]


def shown(trials: list[Trial]) -> tuple[tuple[DataSplit, ...], tuple[Finding, ...]]:
    made, found = exhibit([mode()], trials)
    return made.data, found


def test_equal_data_are_shown_and_nothing_is_said() -> None:
    (split,), found = shown(both(train(), train(), 3))
    assert found == ()
    assert split.differs == ()
    assert [one.arm for one in split.arms] == ["baseline", "branch"]
    assert split.arms[1].classes == (("cat", 50.0), ("dog", 50.0))
    assert (split.arms[1].examples, split.arms[1].trials) == (100.0, 3)


@pytest.mark.parametrize(
    ("given", "what", "baseline", "branch"),
    [
        ({"examples": 99}, "examples", 100.0, 99.0),
        ({"classes": (("cat", 100), ("dog", 0))}, "classes", 2, 1),
        ({"classes": (("cat", 50), ("dog", 40), ("owl", 10))}, "classes", 2, 3),
        ({"classes": (("cat", 70), ("dog", 30))}, "balance", 0.5, 0.7),
        ({"mean": 0.53}, "mean", 0.5, 0.53),
        ({"scale": 2.1}, "scale", 2.0, 2.1),
    ],
)
def test_what_differs_is_told_by_name(
    given: dict[str, object], what: str, baseline: float, branch: float
) -> None:
    (split,), (found,) = shown(both(train(), train(**given)))
    assert split.differs == (what,)
    assert (found.reason, found.state) == (Reason.DATA_DIFFERS, Ruling.INFO)
    assert found.evidence["what"] == what
    assert found.evidence["baseline"] == pytest.approx(baseline)
    assert found.evidence["branch"] == pytest.approx(branch)


def test_classes_that_came_and_went_are_named() -> None:
    new = train(classes=(("cat", 50), ("owl", 50)))
    _, (found,) = shown(both(train(), new))
    assert (found.evidence["gone"], found.evidence["added"]) == (("dog",), ("owl",))


@pytest.mark.parametrize(
    "given",
    [
        {"mean": 0.51},
        {"scale": 2.01},
        {"classes": (("cat", 509), ("dog", 500))},
        {"mean": None, "scale": None, "classes": ()},
    ],
)
def test_small_differences_and_silence_are_none(given: dict[str, object]) -> None:
    _, found = shown(both(train(), train(**given)))
    assert found == ()


def test_a_mean_without_a_scale_is_held_against_itself() -> None:
    _, found = shown(both(train(scale=None), train(scale=None, mean=0.51)))
    assert [one.evidence["what"] for one in found] == ["mean"]
    zero = train(scale=None, mean=0.0)
    assert shown(both(zero, zero))[1] == ()


def test_data_that_depend_on_the_seed_are_compared_seed_by_seed() -> None:
    runs = [trial(Baseline(), at, train(examples=100 + at)) for at in range(4)] + [
        trial(Branch(), at, train(examples=100 + at)) for at in range(2)
    ]
    assert shown(runs)[1] == ()


def test_unpaired_arms_are_compared_as_they_are() -> None:
    runs = [
        trial(Baseline(), 0, train(), seed=None),
        trial(Branch(), 0, train(examples=90), seed=None),
    ]
    assert len(shown(runs)[1]) == 1


def test_data_that_one_arm_alone_described_are_not_compared() -> None:
    (split,), found = shown(both(Observed(), train()))
    assert found == ()
    assert [one.arm for one in split.arms] == ["branch"]


def test_a_class_that_a_split_lacks_is_named() -> None:
    test = DataSummary("test", 10, (("cat", 5), ("owl", 5)))
    split = DataSummary("train", 10, (("cat", 10), ("dog", 0)))
    (made, other), _ = shown([trial(Branch(), 0, of(split, test))])
    assert made.arms[0].missing == ("dog", "owl")
    assert other.arms[0].missing == ("dog",)


def test_a_split_without_classes_lacks_none() -> None:
    bare = DataSummary("test", 10)
    (_, made), _ = shown([trial(Branch(), 0, of(*train().data, bare))])
    assert made.arms[0].missing == ()


def test_classes_that_are_all_empty_are_no_balance() -> None:
    empty = train(classes=(("cat", 0),))
    assert shown(both(empty, empty))[1] == ()
