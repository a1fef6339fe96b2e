"""A calibration in words and as JSON: what varies, what is kept, what went wrong."""

import json
from dataclasses import replace

import pytest

from bot.domain.calibration import Calibrated, Calibration, Check, Trouble
from bot.domain.history import Pilot
from bot.domain.policing import Known, Policed
from bot.domain.policy import Role
from bot.domain.stats.price import Price
from bot.domain.stats.splits import Rates
from bot.presentation.calibration_text import (
    Kept,
    document,
    grids,
    headline,
    progress,
    sentences,
)
from tests.golden.compare import agreed

KNOWN = Known(0.02, 2.31, 20, 0.01, 0.0, paired=True)
POLICED = Policed(("mlp", "loss"), 0.05, 0.99, 0.0171, 0.024, KNOWN, 20)
LOSS = Calibrated(
    place=("mlp", "loss"),
    role=Role.PRIMARY,
    guards=False,
    n=20,
    failed=0,
    mean=2.31,
    sd=0.0204,
    skew=-0.31,
    auto=0.0306,
    policed=POLICED,
    price=Price(0.938, 0.0551),
    declared=Check(0.05, Rates(0.981, 0.0125, 0.0065)),
    automatic=Check(0.0306, Rates(0.79, 0.0495, 0.1605)),
)
NIGHT = replace(
    LOSS,
    place=("mlp", "loss/night"),
    guards=True,
    policed=None,
    price=None,
    declared=Check(0.05, Rates(0.999, 0.001, 0.0)),
)
FLAT = Calibrated(
    place=("conv", "accuracy"),
    role=Role.PRIMARY,
    guards=False,
    n=9,
    failed=11,
    mean=0.5,
    sd=0.0,
    skew=None,
    auto=None,
    troubles=(Trouble.TOO_FEW, Trouble.NO_SPREAD, Trouble.SIGNS),
)
NEVER = replace(FLAT, n=0, failed=20, mean=None, sd=None, troubles=(Trouble.TOO_FEW,))
PLAIN = Calibration(
    "fast", 20, (4, 7, 10), 2000, 0.05, (LOSS, NIGHT), Rates(0.97, 0.0135, 0.0165)
)
TROUBLED = Calibration("fast", 20, (10,), 2000, 0.05, (FLAT, NEVER), None)
FROZEN: Kept = {LOSS.place: Pilot(20, 2.31, 0.0204), NIGHT.place: Pilot(20, 1, 0.1)}


def told(found: Calibration, kept: Kept) -> str:
    rows = [
        " | ".join(row)
        for grid in grids(found)
        for row in ((grid.title,), grid.headings, *grid.rows)
    ]
    return "\n".join([*rows, *sentences(found, kept)]) + "\n"


@pytest.mark.parametrize(
    ("name", "found", "kept"), [("plain", PLAIN, FROZEN), ("troubled", TROUBLED, {})]
)
def test_a_calibration_reads_as_agreed(
    name: str, found: Calibration, kept: Kept
) -> None:
    text = told(found, kept)
    assert text == agreed(f"calibration_{name}.txt", text)


def test_the_json_is_as_agreed() -> None:
    many = replace(PLAIN, metrics=(LOSS, FLAT, NEVER))
    text = json.dumps(document(many, FROZEN), indent=2, allow_nan=False) + "\n"
    assert text == agreed("calibration.json", text)
    assert document(TROUBLED, {})["total"] is None


def test_an_amount_that_is_frozen_is_told_apart_from_what_was_measured_now() -> None:
    old = {LOSS.place: Pilot(12, 2.3, 0.04)}
    (said,) = [one for one in sentences(PLAIN, old) if "auto" in one]
    assert "stays 0.060, from an earlier calibration of 12 runs" in said
    assert "`--renew`" in said


@pytest.mark.parametrize(
    ("passing", "words"),
    [(0.65, ("0.010 is refused", "65 %", "0.017")), (0.85, ("is small", "0.024"))],
)
def test_a_tolerance_that_is_too_small_is_said(
    passing: float, words: tuple[str, ...]
) -> None:
    small = replace(POLICED, tolerance=0.01, passing=passing)
    found = replace(PLAIN, metrics=(replace(LOSS, policed=small),))
    (said,) = [one for one in sentences(found, {}) if "would pass" in one]
    assert all(one in said for one in words)


def test_the_head_and_the_progress_count_runs() -> None:
    assert headline("main", "0123456789ab", 20, 0) == (
        "The baseline main (012345678) alone: 20 runs."
    )
    assert headline("main", "0123456789ab", 1, 19).endswith("1 run, 19 reused.")
    assert progress(7, 20, 1, 12.0) == "[12 s] 7 of 20 pilot runs ended, 1 failed"
    assert progress(0, 20, 0, 0.0) == "[0.0 s] 0 of 20 pilot runs ended"


@pytest.mark.parametrize(
    ("role", "name", "told"),
    [
        (Role.PRIMARY, "loss", True),
        (Role.GUARDRAIL, "loss", True),
        (Role.PRIMARY, "loss/night", False),
        (Role.IMPROVE, "loss", False),
        (Role.TARGET, "loss", False),
        (Role.REPORT, "loss", False),
    ],
)
def test_only_metrics_that_have_a_tolerance_are_told_what_auto_is(
    role: Role, name: str, *, told: bool
) -> None:
    one = replace(LOSS, role=role, place=("mlp", name), policed=None)
    found = replace(PLAIN, metrics=(one,))
    said = " ".join(sentences(found, {one.place: Pilot(20, 2.31, 0.0204)}))
    assert ("`tolerance: auto` is" in said) is told
    spread = grids(found)[0]
    auto = spread.rows[0][spread.headings.index("auto")]
    assert (auto == "0.031") is (role in (Role.PRIMARY, Role.GUARDRAIL))


def test_the_check_says_that_it_is_unpaired_where_the_gate_pairs() -> None:
    note = sentences(PLAIN, FROZEN)[0]
    assert "by Welch's t" in note
    assert "paired t" in note
    assert "the shape of the data, not the pairing" in note
    assert not any("Welch" in one for one in sentences(TROUBLED, {}))
