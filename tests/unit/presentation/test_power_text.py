"""What `power` and `check` say of a plan, word for word."""

import dataclasses

import pytest

from bot.domain.policing import Prospect
from bot.domain.policy import Role
from bot.domain.stats.futility_planning import Saving
from bot.domain.stats.power import Operating
from bot.domain.stats.walk import Ends
from bot.presentation.policy_text import Row
from bot.presentation.power_text import (
    PowerPlan,
    power_document,
    power_summary,
    power_tables,
    prospects_section,
)

OPERATING = tuple(
    Operating(d, passed, 0.9 - passed, 0.1, 12.34)
    for d, passed in ((1.0, 0.85), (0.5, 0.8), (0.0, 0.5), (-1.0, 0.05))
)
PLAN = PowerPlan(
    role=Role.PRIMARY,
    tolerance=0.2,
    looks=(5, 10),
    z=(2.1, 2.0),
    p=(0.0179, 0.0228),
    detectable=(0.3, 0.15),
    operating=OPERATING,
    savings=(Saving(0.0, 0.25, 0.01, 1.5),),
    policeable=0.31,
)
ENDS = Ends(passed=0.9, blocked=0.06, undecided=0.04, trials=30.04)
SOUND = Ends(passed=0.95, blocked=0.04, undecided=0.01, trials=28.0)


def test_the_document_counts_effects_in_units_of_the_metric() -> None:
    told = power_document(PLAN)
    assert told["boundaries"] == {"n": [5, 10], "z": [2.1, 2.0], "p": [0.0179, 0.0228]}
    assert told["detectable"] == {"5": 0.3, "10": 0.15}
    operating = told["operating"]
    assert isinstance(operating, list)
    assert [one["d"] for one in operating] == [0.2, 0.1, 0.0, -0.2]
    assert told["futility"] == [
        {"d": 0.0, "stopped": 0.25, "decided": 0.01, "trials_saved": 1.5}
    ]


def test_there_are_tables_of_looks_verdicts_and_futility() -> None:
    looks, verdicts, futility = power_tables(PLAN)
    assert looks.rows[0] == ("5", "2.1000", "0.0179", "0.3")
    assert verdicts.title == "What would happen (+ is better)"
    assert verdicts.rows[0] == ("+0.2", "+1.0", "85.0%", "5.0%", "10.0%", "12.3")
    assert futility.rows == (("+0", "25.0%", "1.0%", "1.50"),)
    assert len(power_tables(dataclasses.replace(PLAN, savings=()))) == 2


@pytest.mark.parametrize(
    ("role", "measured"),
    [
        (Role.IMPROVE, "+ is more than the margin"),
        (Role.TARGET, "+ is on the right side of the target"),
        (Role.GUARDRAIL, "+ is better"),
    ],
)
def test_effects_are_counted_from_what_the_role_faces(
    role: Role, measured: str
) -> None:
    titles = [one.title for one in power_tables(dataclasses.replace(PLAN, role=role))]
    assert f"What would happen ({measured})" in titles


def test_the_summary_of_a_primary_metric_names_what_can_be_policed() -> None:
    assert power_summary(PLAN) == (
        "A branch without effect passes 50.0% of the time, after 12.3 trials of both "
        "arms; a loss of the whole tolerance slips through 5.0% of the time.\n"
        "The tolerance is small for these looks: 90% of branches without effect pass "
        "from 0.31 on. Widen it or add seeds."
    )
    wide = dataclasses.replace(PLAN, policeable=None)
    assert power_summary(wide).endswith("slips through 5.0% of the time.")


def test_the_summary_of_a_guardrail_is_about_blocks() -> None:
    assert power_summary(dataclasses.replace(PLAN, role=Role.GUARDRAIL)) == (
        "If every look is made, a branch without effect is blocked 40.0% of the time, "
        "and one that is worse by just the tolerance 85.0%."
    )


@pytest.mark.parametrize(
    ("role", "what"), [(Role.IMPROVE, "margin"), (Role.TARGET, "target")]
)
def test_the_summary_of_a_number_to_beat_is_about_its_edge(
    role: Role, what: str
) -> None:
    assert power_summary(dataclasses.replace(PLAN, role=role)) == (
        f"A branch that only just meets the {what} is let through 50.0% of the time; "
        "one that is beyond it by the given amount 85.0%."
    )


def test_a_prospect_is_one_row_with_its_price_and_its_assumptions() -> None:
    found = Prospect(ENDS, SOUND, failing=0.02, assumed="no failed trials")
    section = prospects_section({"in fast": found})
    assert section.title == "A branch that changes nothing (simulated)"
    assert section.rows == (
        Row(
            "in fast",
            "is stopped with 10 % probability (blocked 6 %, undecided 4 %), after 30 "
            "trials on average",
            (
                "2 % of past trials failed; if none did, it would be stopped with 5 % "
                "probability",
                "assumed: no failed trials",
            ),
        ),
    )


@pytest.mark.parametrize("failing", [None, 0.0])
def test_without_failures_there_is_no_price(failing: float | None) -> None:
    section = prospects_section({"in fast": Prospect(ENDS, ENDS, failing, "")})
    assert section.rows[0].more == ()
    assert prospects_section({}).rows == ()
