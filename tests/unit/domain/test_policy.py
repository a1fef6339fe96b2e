"""What a policy asks for that this version does not run is named, never left out."""

import dataclasses

import pytest

from bot.domain.policy import (
    AutoTolerance,
    BaselineRule,
    Data,
    Decision,
    Direction,
    Gate,
    Metric,
    Mode,
    Policy,
    Quantity,
    Role,
    SmallTolerance,
    Spending,
    SpendingFamily,
    Stage,
    StageKind,
    parse_spending,
    unsupported,
)
from workers.contract import (
    Environment,
    EnvironmentManager,
    MetricSource,
    SourceKind,
)

LOSS = Metric("loss", MetricSource("loss", SourceKind.REPORTED), Role.PRIMARY)
MLP = Mode("mlp", ("python", "train.py"), (LOSS,))
FAST = Stage("fast")


def policy(**parts: object) -> Policy:
    whole = {"modes": (MLP,), "stages": (FAST,), "sha256": "0" * 64, **parts}
    return Policy(**whole)  # type: ignore[arg-type]


def names(policy: Policy) -> list[str]:
    return [one.name for one in unsupported(policy)]


def with_metric(**parts: object) -> Policy:
    metric = dataclasses.replace(LOSS, **parts)  # type: ignore[arg-type]
    return policy(modes=(dataclasses.replace(MLP, metrics=(metric,)),))


def with_mode(**parts: object) -> Policy:
    return policy(modes=(dataclasses.replace(MLP, **parts),))  # type: ignore[arg-type]


def test_a_small_policy_is_executed_whole() -> None:
    assert unsupported(policy()) == ()


def test_what_no_run_executes_is_named_with_a_mend() -> None:
    for on_github in (False, True):
        whole = with_mode(network=("example.org",))
        (one,) = unsupported(whole, on_github=on_github)
        place = "`modes.mlp.network`"
        assert one.sentence.startswith(f"{place} is not executed by this version")
        assert one.sentence.endswith("remove it to run.")


@pytest.mark.parametrize(
    "section",
    [
        "evaluation",
        "ablation",
        "invasive",
        "protected",
        "shadowed",
        "data",
        "relevant",
    ],
)
def test_sections_that_are_executed_are_not_named(section: str) -> None:
    assert names(policy(given=frozenset({section}))) == []


@pytest.mark.parametrize(
    ("parts", "name"),
    [
        ({"base_moved": "rejudge"}, "base_moved"),
        ({"enforcement": "advisory"}, "enforcement"),
        ({"baseline": BaselineRule(refresh_s=604800.0)}, "baseline.refresh"),
    ],
)
def test_what_pull_requests_alone_are_judged_by_is_named_elsewhere(
    parts: dict[str, object], name: str
) -> None:
    (one,) = unsupported(policy(**parts))
    assert one.name == name
    assert one.sentence.startswith(f"`{name}` is executed for pull requests on GitHub")
    assert "--policy" in one.sentence
    assert unsupported(policy(**parts), on_github=True) == ()


def test_every_rule_of_the_decision_is_executed() -> None:
    whole = policy(
        decision=Decision(
            futility=True,
            attempts=3,
            tolerance_too_small=SmallTolerance.REFUSE,
        ),
        given=frozenset(
            {"decision", "decision.tolerance_too_small", "decision.futility"}
        ),
    )
    assert names(whole) == []


def test_slow_losses_are_held_against_a_release() -> None:
    given = frozenset({"anchor", "tolerance_budget"})
    assert names(policy(anchor="v1", tolerance_budget=2.0, given=given)) == []


def test_what_is_executed_or_informs_is_not_named() -> None:
    whole = policy(
        decision=Decision(alpha=0.01, spending=Spending(SpendingFamily.POCOCK, 0.0)),
        baseline=BaselineRule(max_age_s=60.0, cached_share=0.0),
        data=Data(paths=("data",), version="3"),
        branches=("main",),
        enforcement="enforce",
        permissions={"run": "admin"},
        given=frozenset({"decision", "baseline", "data", "branches", "base_moved"}),
    )
    assert names(whole) == []


@pytest.mark.parametrize("role", list(Role))
def test_every_role_is_judged(role: Role) -> None:
    assert names(with_metric(role=role, direction=Direction.MINIMIZE)) == []


def test_an_automatic_tolerance_and_slices_are_judged() -> None:
    assert names(with_metric(tolerance=AutoTolerance(), slices=("night",))) == []


def test_slices_have_names_of_their_own() -> None:
    (metric,) = with_metric(slices=("night", "rain")).modes[0].metrics
    assert metric.slice_names == ("loss/night", "loss/rain")


@pytest.mark.parametrize("manager", [EnvironmentManager.UV, EnvironmentManager.PIP])
def test_an_environment_that_is_not_built_is_named(manager: EnvironmentManager) -> None:
    (one,) = unsupported(with_mode(environment=Environment(manager, ("a.lock",))))
    assert one.name == "modes.mlp.environment"
    assert f"asks for {manager}" in one.sentence
    assert "{manager: none}" in one.sentence


def test_access_to_hosts_is_named_and_what_is_only_looked_at_is_not() -> None:
    found = names(
        with_mode(
            network=("example.org",),
            quantities=(Quantity("norm", 0.0, None),),
            samples="*.png",
            references={"constant": 2.3},
        )
    )
    assert found == ["modes.mlp.network"]


def test_modes_that_were_not_chosen_do_not_stop_a_run() -> None:
    conv = dataclasses.replace(MLP, name="conv", network=("example.org",))
    both = policy(modes=(MLP, conv))
    assert [one.name for one in unsupported(both)] == ["modes.conv.network"]
    assert unsupported(both, ["mlp"]) == ()


def test_every_rung_of_the_ladder_is_climbed() -> None:
    stages = (
        Stage("tests", kind=StageKind.TESTS, command=("pytest",)),
        Stage("sanity", kind=StageKind.SANITY),
        FAST,
        Stage("full", when=Gate.ON_PASS),
        Stage("scale", when=Gate.LABEL, label="scale"),
    )
    assert names(policy(stages=stages)) == []


@pytest.mark.parametrize(
    ("text", "spending"),
    [
        ("pocock", Spending(SpendingFamily.POCOCK, 0.0)),
        ("obf", Spending(SpendingFamily.OBRIEN_FLEMING, 0.0)),
        ("kd:3", Spending(SpendingFamily.KIM_DEMETS, 3.0)),
        ("hsd:-4", Spending(SpendingFamily.HWANG_SHIH_DECANI, -4.0)),
        ("hsd:0", Spending(SpendingFamily.HWANG_SHIH_DECANI, 0.0)),
    ],
)
def test_a_spending_function_is_named_with_its_parameter(
    text: str, spending: Spending
) -> None:
    assert parse_spending(text) == spending


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hsd",
        "kd",
        "pocock:1",
        "kd:0",
        "kd:-1",
        "hsd:nan",
        "hsd:inf",
        "hsd:x",
        "x:1",
    ],
)
def test_anything_else_is_no_spending_function(text: str) -> None:
    assert parse_spending(text) is None


def test_modes_and_stages_are_found_by_name() -> None:
    whole = policy()
    assert whole.mode("mlp") is MLP
    assert whole.mode("conv") is None
    assert whole.stage("fast") is FAST
    assert whole.stage("full") is None


def test_larger_is_better_or_smaller_is() -> None:
    assert Direction.MAXIMIZE.orientation == 1
    assert Direction.MINIMIZE.orientation == -1
