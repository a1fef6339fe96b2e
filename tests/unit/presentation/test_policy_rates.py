"""Every promise that a policy makes is told before the first trial."""

import dataclasses

import pytest

from bot.domain.evaluation.judging import ANCHOR_TOLERANCES
from bot.domain.policy import (
    Ablation,
    AbsoluteTolerance,
    Decision,
    Direction,
    Metric,
    Mode,
    Policy,
    Role,
    Stage,
)
from bot.presentation.policy_rates import error_rates, slow_losses
from tests.fakes import policies
from workers.contract import MetricSource, SourceKind

LOSS = Metric(
    "loss",
    MetricSource("loss", SourceKind.REPORTED),
    direction=Direction.MINIMIZE,
    tolerance=AbsoluteTolerance(0.01),
)


def metric(name: str, role: Role, **given: object) -> Metric:
    return dataclasses.replace(LOSS, name=name, role=role, **given)  # type: ignore[arg-type]


def rates(*modes: tuple[Metric, ...], **parts: object) -> dict[str, str]:
    """The rows by name, everything that is said of one in one text."""
    made = tuple(
        Mode(f"mode{at}", ("train",), metrics) for at, metrics in enumerate(modes)
    )
    whole = {"modes": made, "stages": (Stage("fast"),), "sha256": "", **parts}
    rows = error_rates(Policy(**whole))  # type: ignore[arg-type]
    return {row.name: "; ".join((row.text, *row.more)) for row in rows}


def test_one_primary_metric_has_the_plain_promise() -> None:
    assert rates((LOSS,)) == {
        "false pass": "at most 5 % for a branch worse by the whole tolerance",
        "false block": "at most 5 % for a branch that is not worse at all",
        "false failures": "at most 5 % to block a branch whose trials fail no more "
        "often",
        "spending": "Hwang-Shih-DeCani, gamma 3",
    }


def test_several_primary_metrics_share_the_rate_of_false_blocks() -> None:
    found = rates((LOSS, metric("accuracy", Role.PRIMARY)), (LOSS,))
    assert found["false pass"].endswith("more of them never raise it")
    assert found["false block"].endswith(
        "over up to 2 primary metrics of a mode together (Holm)"
    )


def test_guardrails_and_slices_are_one_family_in_each_mode() -> None:
    sliced = dataclasses.replace(LOSS, slices=("night", "fog"))
    shown = metric("shown", Role.REPORT, slices=("night",))
    guard = metric("memory", Role.GUARDRAIL)
    found = rates((sliced, guard, shown), (LOSS,), (sliced,))
    assert found["false alarm"] == (
        "at most 5 % that any guardrail or slice of a mode blocks a branch that keeps "
        "all of their tolerances; they share it (Holm): 3 in mode0 and 2 in mode2"
    )


def test_gains_have_their_own_alpha_or_the_policys() -> None:
    own = metric("bpb", Role.IMPROVE, alpha=0.01, margin=0.005)
    found = rates((own,))
    assert found["false gain"] == (
        "at most 1 % to pass without the gain that is asked for; bpb; the same to be "
        "blocked with that gain"
    )
    assert "several gains" not in found
    assert "false pass" not in found
    usual = rates((metric("bpb", Role.IMPROVE),))
    assert usual["false gain"].startswith("at most 2.5 % to pass")


def test_several_gains_are_asked_for_in_order() -> None:
    found = rates((metric("bpb", Role.IMPROVE), metric("time", Role.IMPROVE)))
    assert "bpb and time" in found["false gain"]
    assert found["several gains"].startswith("asked for in the order of the file")


def test_a_target_promises_its_own_alpha_and_nothing_of_failures() -> None:
    found = rates((metric("loss", Role.TARGET, target=3.28, alpha=0.01),))
    assert found["false target"].startswith("at most 1 % to pass with a mean on the")
    assert "false failures" not in found


def test_changes_are_promised_where_the_file_asks_for_them() -> None:
    given = frozenset({"ablation"})
    assert "false suspicion" in rates((LOSS,), given=given)
    assert "false suspicion" not in rates((LOSS,))
    never = Ablation(when="never")
    assert "false suspicion" not in rates((LOSS,), given=given, ablation=never)


def test_limited_attempts_share_the_rates() -> None:
    found = rates((LOSS,), decision=Decision(attempts=5))
    assert found["attempts"] == (
        "5 evaluations of a branch at most; these rates hold over all of them, so "
        "each uses 1/5 of them"
    )


@pytest.mark.parametrize(
    ("budget", "said", "allowed"),
    [
        (None, "1 tolerance of", "2 tolerances"),
        (0.5, "0.5 tolerances of", "2 tolerances"),
        (2.5, "2.5 tolerances of", "3.5 tolerances"),
    ],
)
def test_an_anchor_is_told_with_what_may_be_lost_since(
    budget: float | None, said: str, allowed: str
) -> None:
    rules = policies.policy(anchor="v1.4.0", tolerance_budget=budget)
    anchor, spent = slow_losses(rules)
    assert anchor.text.startswith("v1.4.0: ")
    assert spent.name == "tolerance_budget"
    assert spent.text.startswith(said)
    assert spent.text.endswith(f"by more than {allowed}")
    assert slow_losses(policies.policy()) == ()
    assert ANCHOR_TOLERANCES == 2.0
