"""Tests that history chose, and values near a bound."""

from bot.domain.judgement.evidence import Rulebook
from bot.domain.policy import Decision
from bot.domain.stats.choice import Choice, Chosen, Scale, Test
from bot.domain.stats.method import Method
from bot.domain.verdict import FindingKind, Reason, Ruling
from tests.fakes.looks import columns, judge, metric, noise, of, reasons, trials
from tests.fakes.policies import LOSS, guardrail, improve, mode, primary, shown

UNRELATED = Chosen(Choice(Test.WELCH), correlation=0.01, pairs=40, break_even=0.24)
NEAR_ZERO = Chosen(
    Choice(scale=Scale.LOG), bound=0.0, mean=0.02, sd=0.01, pairs=0, break_even=0.24
)
SMALL = noise(1, sd=0.001, mean=0.02)


def test_a_test_that_history_chose_is_used_and_told() -> None:
    verdict = judge(trials(noise(1)), trials(noise(2)), chosen={"loss": UNRELATED})
    assert metric(verdict, "loss").method is Method.WELCH_T
    found = of(verdict, Reason.TEST_CHOSEN)
    assert (found.kind, found.state) == (FindingKind.POWER, Ruling.INFO)
    assert found.evidence["correlation"] == 0.01
    assert (found.evidence["test"], found.evidence["guarded"]) == ("welch", False)


def test_the_tests_of_the_design_need_no_word() -> None:
    verdict = judge(trials(noise(1)), trials(noise(2)), chosen={"loss": Chosen()})
    assert Reason.TEST_CHOSEN not in reasons(verdict)


def test_slices_follow_their_metric_unless_they_have_a_history_of_their_own() -> None:
    runs = mode("mlp", primary("loss", 0.1, "day", "night"))
    base, branch = (
        columns(loss=noise(i), loss__day=noise(i + 1), loss__night=noise(i + 2))
        for i in (1, 5)
    )
    chosen = {"loss": UNRELATED, "loss/night": Chosen()}
    verdict = judge(base, branch, runs, chosen=chosen)
    assert metric(verdict, "loss/day").method is Method.WELCH_T
    assert metric(verdict, "loss/night").method is Method.PAIRED_T
    assert reasons(verdict).count(Reason.TEST_CHOSEN) == 1


def test_a_choice_without_reasons_is_told_as_well() -> None:
    rules = Rulebook(mode(), Decision(), (4,), choices={"loss": UNRELATED.choice})
    assert rules.why("loss") == Chosen(UNRELATED.choice)
    assert rules.choice("loss/night") == UNRELATED.choice
    assert rules.choice("error") == Choice()


def test_values_near_a_bound_are_compared_on_its_scale_with_a_warning() -> None:
    runs = mode("mlp", primary("loss", 0.005))
    branch = trials(noise(2, sd=0.001, mean=0.02))
    verdict = judge(trials(SMALL), branch, runs, chosen={"loss": NEAR_ZERO})
    assert verdict.state is Ruling.PASS
    found = of(verdict, Reason.NEAR_BOUND)
    assert (found.kind, found.evidence["bound"]) == (FindingKind.SATURATION, 0.0)
    assert found.evidence["mean"] == 0.02


def test_a_value_at_the_bound_is_refused_by_its_seed_and_ends_the_mode() -> None:
    values = [*SMALL]
    values[2] = 0.0
    runs = mode("mlp", primary("loss", 0.005))
    verdict = judge(trials(SMALL), trials(values), runs, chosen={"loss": NEAR_ZERO})
    assert (verdict.state, verdict.look, verdict.decided) == (Ruling.UNDECIDED, 4, True)
    found = of(verdict, Reason.SATURATED)
    assert (found.evidence["bound"], found.evidence["value"]) == (0.0, 0.0)
    assert found.evidence["seed"] == 1002
    assert metric(verdict, "loss").reason is Reason.SATURATED


def test_of_two_bounds_the_one_that_was_reached_is_named() -> None:
    share = Chosen(Choice(scale=Scale.LOGIT), bound=1.0, mean=0.98, sd=0.01)
    base, branch = [1 - one for one in SMALL], [1 - one for one in SMALL]
    branch[0] = 1.0
    runs = mode("mlp", primary("loss", 0.005))
    verdict = judge(trials(base), trials(branch), runs, chosen={"loss": share})
    assert of(verdict, Reason.SATURATED).evidence["bound"] == 1.0


def test_what_is_saturated_leaves_its_mode_open_in_any_role() -> None:
    zero = [0.0, *SMALL[1:]]
    base, branch = columns(loss=noise(1), bpb=SMALL), columns(loss=noise(2), bpb=zero)
    for other in (improve("bpb"), guardrail("bpb")):
        chosen = {"bpb": NEAR_ZERO}
        verdict = judge(base, branch, mode("mlp", LOSS, other), chosen=chosen)
        assert (verdict.state, verdict.look) == (Ruling.UNDECIDED, 4)
        assert metric(verdict, "bpb").reason is Reason.SATURATED


def test_what_is_only_shown_has_no_test_to_tell_of() -> None:
    runs = mode("mlp", LOSS, shown("gap"))
    base, branch = (columns(loss=noise(i), gap=noise(i + 2)) for i in (1, 5))
    verdict = judge(base, branch, runs, chosen={"gap": UNRELATED})
    assert Reason.TEST_CHOSEN not in reasons(verdict)
