"""A scan through the store: which trials, which are shared, what is refused."""

import dataclasses

import pytest

from bot.app.piloting import PilotTick
from bot.app.scan_values import Wish, against, parse
from bot.app.scanning import Scanned, evaluation, scan, scannable
from bot.domain.arms import Branch
from bot.domain.errors import MachineryFault, UserFault
from bot.domain.plan import Slot, spec_of
from bot.domain.policy import EvaluationRule, Stage
from tests.fakes.policies import mode, plan, policy
from tests.unit.app.test_engine import Laptop
from workers.contract import (
    Failed,
    FailureReason,
    Infra,
    InfraReason,
    Ok,
    TrialResult,
    TrialSpec,
)

STAGE = Stage("fast", params={"lr": "0.5", "steps": "10"}, looks=(4, 6, 8))
TRAIN = ("python", "train.py", "--seed", "{seed}", "--lr", "{lr}")
MODE = mode("mlp", train=TRAIN)
OTHER = mode("gru")
RULES = dataclasses.replace(policy(MODE, OTHER), stages=(STAGE,))
PLAN = plan(RULES)
WISH = Wish("lr", ("0.1", "0.9"), 3)


def answering(spec: TrialSpec) -> TrialResult:
    """A loss that is best at 0.1 and varies over seeds; at 9 it fails."""
    rate = float(spec.argv[-1])
    if rate > 1.0:
        return TrialResult(Failed(FailureReason.EXCEPTION, "no"))
    loss = (rate - 0.1) ** 2 + spec.seed % 100 / 100
    return TrialResult(Ok(), {"loss": loss})


def scanned(laptop: Laptop, wish: Wish = WISH) -> tuple[Scanned, list[PilotTick]]:
    ticks: list[PilotTick] = []
    return scan(PLAN, wish, laptop.store, laptop.pulse, ticks.append), ticks


def test_every_value_is_trained_on_the_same_seeds_of_the_branch() -> None:
    laptop = Laptop(answering, at_once=1)
    found, ticks = scanned(laptop)
    assert [one.argv[-1] for one in laptop.ran[:3]] == ["0.5", "0.1", "0.9"]
    assert {one.tree for one in laptop.ran} == {"merged-tree"}
    assert len({one.seed for one in laptop.ran}) == 3
    assert [one.mode for one in laptop.ran] == ["mlp"] * 9
    assert (found.own, found.seeds) == ("0.5", 3)
    assert (ticks[-1].ended, ticks[-1].total, ticks[-1].reused) == (9, 9, 0)
    (metric,) = found.metrics
    assert metric.best is not None
    assert metric.best.value == "0.1"


def test_the_policys_own_value_shares_its_trials_with_the_branch() -> None:
    laptop = Laptop(answering)
    own = [spec_of(PLAN, Slot("mlp", Branch(), place)) for place in range(3)]
    laptop.store.want("an evaluation", own)
    laptop.work()
    laptop.work()
    _, ticks = scanned(laptop)
    assert ticks[-1].reused == 3
    assert len(laptop.ran) == 9
    _, again = scanned(laptop)
    assert (again[-1].reused, len(laptop.ran)) == (9, 9)


def test_the_own_value_among_those_asked_for_is_not_counted_twice() -> None:
    found, ticks = scanned(Laptop(answering), Wish("lr", ("0.5", "0.1"), 2))
    assert ticks[-1].total == 4
    assert [one.value for one in found.metrics[0].tried] == ["0.1"]


def test_failed_trials_are_outcomes_and_lost_ones_are_our_fault() -> None:
    found, ticks = scanned(Laptop(answering), Wish("lr", ("9",), 2))
    nine = found.metrics[0].tried[0]
    assert (nine.failed, ticks[-1].failed) == (2, 2)
    assert nine.first == "exception: no"
    lost = TrialResult(Infra(InfraReason.PLACEMENT, "No node can run it."))
    with pytest.raises(MachineryFault, match="4 of 4 trials were lost: No node"):
        scanned(Laptop(lambda spec: lost), Wish("lr", ("0.1",), 2))


def test_a_scan_has_an_id_of_its_own() -> None:
    assert evaluation(PLAN, WISH) != PLAN.evaluation
    again = dataclasses.replace(WISH, values=("0.9", "0.1"))
    assert evaluation(PLAN, WISH) == evaluation(PLAN, again)
    assert evaluation(PLAN, WISH) != evaluation(
        PLAN, dataclasses.replace(WISH, seeds=4)
    )


def test_a_wish_is_read_from_one_word() -> None:
    assert parse("lr=0.1, 0.2", 4) == Wish("lr", ("0.1", "0.2"), 4)
    assert parse("opt=adam=1,sgd", 2).values == ("adam=1", "sgd")


def test_a_value_that_is_there_already_is_tried_once_and_told() -> None:
    wish = parse("lr=1,1.0,1e0,2,2,adam,Adam,adam", 4)
    assert wish.values == ("1", "2", "adam", "Adam")
    assert wish.same == (("1.0", "1"), ("1e0", "1"), ("2", "2"), ("adam", "adam"))
    assert parse("dir={output_dir}/{x y},{seed}", 2).values[1] == "{seed}"


def test_the_policys_own_value_needs_no_asking() -> None:
    wish = against(parse("lr=0.50,0.1", 4), "0.5")
    assert (wish.values, wish.same) == (("0.1",), (("0.50", "0.5"),))
    assert against(parse("opt=sgd,adam", 4), "adam").values == ("sgd",)
    with pytest.raises(UserFault, match=r"0\.5 is the policy's own value of `lr`"):
        against(parse("lr=0.50,.5", 4), "0.5")


def test_a_word_beside_a_number_is_refused_before_it_is_paid_for() -> None:
    """`abc` ran in every mode and seed, and failed in each."""
    with pytest.raises(UserFault, match="`abc` is no number, as the policy's own 60"):
        against(parse("steps=10,20,abc", 4), "60")
    assert against(parse("start={seed},1e3", 4), "60").values == ("{seed}", "1e3")
    assert against(parse("opt=1,sgd", 4), "adam").values == ("1", "sgd")


def test_what_was_left_out_of_a_scan_goes_with_it_to_the_end() -> None:
    wish = Wish("lr", ("0.1",), 2, (("0.10", "0.1"),))
    assert scanned(Laptop(answering), wish)[0].same == (("0.10", "0.1"),)


@pytest.mark.parametrize(
    ("text", "seeds", "said"),
    [
        ("lr", 4, "does not name a parameter"),
        ("lr=", 4, "does not name a parameter"),
        ("lr=,", 4, "does not name a parameter"),
        ("1r=2", 4, "does not name a parameter"),
        ("lr=1,2,3,4,5,6,7,8,9", 4, "9 values of `lr` are too many"),
        ("lr=1,,2", 4, "A value of `lr` is empty"),
        ("lr=1,2,", 4, "A value of `lr` is empty"),
        ("lr=1,nan", 4, "`nan` is no finite number"),
        ("lr=sNaN", 4, "`sNaN` is no finite number"),
        ("lr=-Infinity", 4, "`-Infinity` is no finite number"),
        ("lr=1e999", 4, "`1e999` is no finite number"),
        ("lr={rate}", 4, r"Nobody fills in \{rate\}"),
        (f"lr={','.join(map(str, range(300)))}", 4, "300 values of `lr` are too many"),
        ("lr=1", 1, "--seeds 1 is no number"),
        ("lr=1", 21, "--seeds 21 is no number"),
    ],
)
def test_what_is_no_wish_is_refused(text: str, seeds: int, said: str) -> None:
    with pytest.raises(UserFault, match=said):
        parse(text, seeds)


def test_only_modes_whose_command_takes_the_parameter_are_scanned() -> None:
    assert scannable(RULES, STAGE, RULES.modes, "lr") == (MODE,)
    scored = dataclasses.replace(
        RULES, evaluation=EvaluationRule(command=("score", "{steps}"))
    )
    assert scannable(scored, STAGE, RULES.modes, "steps") == RULES.modes


def test_a_parameter_that_nobody_has_or_takes_is_refused_by_name() -> None:
    with pytest.raises(UserFault, match=r"no parameter `rate`\. It has `lr`, `steps`"):
        scannable(RULES, STAGE, RULES.modes, "rate")
    with pytest.raises(UserFault, match=r"no parameter `rate`\. It has none: add"):
        scannable(RULES, Stage("fast"), RULES.modes, "rate")
    with pytest.raises(UserFault, match=r"No command takes the parameter `steps`"):
        scannable(RULES, STAGE, RULES.modes, "steps")
