"""`seedgate power`: the plan as a person and as a script see it."""

import json
import math

import pytest
import typer
from typer.testing import CliRunner

from bot.cli.power import power
from bot.domain.errors import UserFault

POCOCK = ["--looks", "5,10,15,20", "--spending", "pocock"]
SIZES = ("--sd", "1", "--tolerance", "1.5")


def seedgate_power(*words: str):
    app = typer.Typer()
    app.command()(power)
    arguments = [*words, "--repetitions", "2000"]
    return CliRunner().invoke(app, arguments, catch_exceptions=False)


def document(*words: str) -> dict:
    return json.loads(seedgate_power(*words, "--json", "-").stdout)


def test_the_json_is_the_one_of_the_contract():
    plan = document("--sd", "2", "--tolerance", "3", *POCOCK)
    assert {"boundaries", "detectable", "operating"} <= set(plan)
    assert plan["boundaries"]["n"] == [5, 10, 15, 20]
    expected = [2.0999, 2.0767, 2.0532, 2.0348]
    assert plan["boundaries"]["z"] == pytest.approx(expected, abs=1e-4)
    assert plan["boundaries"]["p"][0] == pytest.approx(0.01787, abs=1e-5)
    assert plan["detectable"]["5"] == pytest.approx(2 * 2.62, abs=0.01)
    assert [one["d"] for one in plan["operating"]] == [1.5, 0.0, -1.5, -3.0, -4.5]
    for one in plan["operating"]:
        assert one["pass"] + one["block"] + one["undecided"] == pytest.approx(1)
    assert plan["operating"][1]["pass"] == pytest.approx(0.968, abs=0.02)


def test_the_default_looks_at_every_pair_from_four_to_twenty():
    plan = document("--sd", "1", "--tolerance", "1.5")
    assert plan["boundaries"]["n"] == list(range(4, 21))
    spent = 0.05 * (1 - math.exp(-3 * 4 / 20)) / (1 - math.exp(-3))
    assert plan["boundaries"]["p"][0] == pytest.approx(spent)


def test_welch_has_its_own_detectable_effect():
    plan = document("--sd", "1", "--tolerance", "1.5", "--welch", *POCOCK)
    assert plan["detectable"]["5"] == pytest.approx(2.17, abs=0.005)


def test_correlation_makes_pairs_see_more():
    apart = document("--sd", "1", "--tolerance", "1.5")
    close = document("--sd", "1", "--tolerance", "1.5", "--correlation", "0.9")
    ratio = close["detectable"]["10"] / apart["detectable"]["10"]
    assert ratio == pytest.approx(0.1**0.5)
    assert close["operating"][1]["trials"] < apart["operating"][1]["trials"]


def test_people_get_tables_and_one_sentence(tmp_path):
    file = tmp_path / "new" / "plan.json"
    result = seedgate_power(
        "--sd", "1", "--tolerance", "1.5", *POCOCK, "--json", str(file)
    )
    assert result.exit_code == 0
    assert "2.0999" in result.stdout
    assert "undecided" in result.stdout
    assert "A branch without effect passes" in result.stdout
    assert "tolerance is small" not in result.stdout
    assert json.loads(file.read_text())["boundaries"]["n"] == [5, 10, 15, 20]


def test_a_tolerance_that_the_looks_cannot_police_is_said_with_one_that_they_can():
    result = seedgate_power("--sd", "1", "--tolerance", "0.5")
    assert "The tolerance is small for these looks" in result.stdout
    assert "90% of branches" in result.stdout


def test_a_tolerance_of_half_an_sd_would_often_end_in_futility():
    saved = document("--sd", "2", "--tolerance", "1")["futility"]
    assert [one["d"] for one in saved] == [0.0, -1.0]
    for one in saved:
        assert one["stopped"] > 0.5
        assert one["decided"] < 0.05
        assert one["trials_saved"] > 5
    assert "stopped for futility" in seedgate_power(*SIZES).stdout


def test_a_plan_of_one_look_cannot_stop_before_it():
    plan = document(*SIZES, "--looks", "10")
    assert [one["stopped"] for one in plan["futility"]] == [0.0, 0.0]


@pytest.mark.parametrize(
    ("role", "sentence"),
    [
        ("primary", "A branch without effect passes"),
        ("guardrail", "worse by just the tolerance"),
        ("improve", "only just meets the margin is let through"),
        ("target", "only just meets the target is let through"),
    ],
)
def test_every_role_that_is_tested_has_a_plan_of_its_own(role, sentence):
    assert sentence in seedgate_power(*SIZES, "--role", role).stdout
    assert document(*SIZES, "--role", role)["role"] == role


def test_improvements_are_shown_at_half_of_the_error_rate():
    improve = document(*SIZES, "--role", "improve", "--looks", "10")
    target = document(*SIZES, "--role", "target", "--looks", "10")
    assert improve["boundaries"]["p"] == [pytest.approx(0.025)]
    assert target["boundaries"]["p"] == [pytest.approx(0.05)]
    assert improve["futility"] == []


def test_a_target_is_one_arm_so_it_sees_more_with_fewer_trials():
    target = document(*SIZES, "--role", "target", "--looks", "10", "--alpha", "0.025")
    improve = document(*SIZES, "--role", "improve", "--looks", "10", "--welch")
    assert target["detectable"]["10"] < improve["detectable"]["10"]
    assert target["operating"][0]["trials"] == 10
    assert improve["operating"][0]["trials"] == 20


@pytest.mark.parametrize("size", ["1e-200", "1e-12", "1e12", "1e200"])
def test_any_unit_gives_the_same_plan(size):
    plan, plain = (document("--sd", one, "--tolerance", one) for one in (size, "1"))
    assert plan["boundaries"] == plain["boundaries"]
    assert plan["operating"][1] == plain["operating"][1]
    expected = float(size) * plain["detectable"]["4"]
    assert plan["detectable"]["4"] == pytest.approx(expected)


def test_the_same_seed_gives_the_same_bytes():
    words = ("--sd", "1", "--tolerance", "1", "--seed", "7")
    assert document(*words) == document(*words)
    assert document(*words) != document(*words[:-1], "8")


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["--sd", "0", "--tolerance", "1"], "--sd 0.0"),
        (["--sd", "nan", "--tolerance", "1"], "--sd nan"),
        (["--sd", "1", "--tolerance", "-1"], "--tolerance -1.0"),
        (["--sd", "1", "--tolerance", "inf"], "--tolerance inf"),
        (["--sd", "1e-9", "--tolerance", "1"], "a million times apart"),
        (["--sd", "1e308", "--tolerance", "1e308"], "--sd 1e+308"),
        (["--sd", "1e-308", "--tolerance", "1e-308"], "--sd 1e-308"),
        (["--sd", "1", "--tolerance", "1e308"], "--tolerance 1e+308"),
        (["--sd", "1", "--tolerance", "1", "--alpha", "0.5"], "--alpha 0.5"),
        (["--sd", "1", "--tolerance", "1", "--alpha", "0"], "--alpha 0.0"),
        (["--sd", "1", "--tolerance", "1", "--correlation", "1"], "--correlation 1.0"),
        (["--sd", "1", "--tolerance", "1", "--seed", "-1"], "--seed -1"),
        (["--sd", "1", "--tolerance", "1", "--spending", "obf:3"], "'obf:3'"),
        (["--sd", "1", "--tolerance", "1", "--looks", ""], "--looks ''"),
        (["--sd", "1", "--tolerance", "1", "--looks", "5,x"], "--looks '5,x'"),
        (["--sd", "1", "--tolerance", "1", "--looks", "5,5"], "--looks '5,5'"),
        (["--sd", "1", "--tolerance", "1", "--looks", "3,5"], "--looks '3,5'"),
        (["--sd", "1", "--tolerance", "1", "--looks", "5,1001"], "--looks '5,1001'"),
        (["--sd", "1", "--tolerance", "1", "--looks", "9" * 5000], "--looks '999"),
    ],
)
def test_a_value_that_makes_no_sense_is_named_with_the_mend(words, named):
    with pytest.raises(UserFault) as fault:
        seedgate_power(*words)
    assert named in fault.value.problem
    assert fault.value.mend


def test_a_number_of_repetitions_that_says_nothing_is_refused():
    app = typer.Typer()
    app.command()(power)
    words = ["--sd", "1", "--tolerance", "1", "--repetitions", "10"]
    with pytest.raises(UserFault, match="--repetitions 10"):
        CliRunner().invoke(app, words, catch_exceptions=False)


def test_a_target_may_be_looked_at_from_two_runs_on():
    plan = document(*SIZES, "--role", "target", "--looks", "2,10")
    assert plan["boundaries"]["n"] == [2, 10]
    with pytest.raises(UserFault, match="numbers from 2 to 1000"):
        seedgate_power(*SIZES, "--role", "target", "--looks", "1,10")
    with pytest.raises(UserFault, match="numbers from 4 to 1000"):
        seedgate_power(*SIZES, "--looks", "2,10")


@pytest.mark.parametrize("role", ["limit", "report", "judge"])
def test_a_role_that_no_test_decides_is_refused_with_those_that_one_does(role):
    with pytest.raises(UserFault) as fault:
        seedgate_power(*SIZES, "--role", role)
    assert str(fault.value) == (
        f"--role '{role}' is no role that a test decides. "
        "Give one of primary, guardrail, improve, target."
    )
