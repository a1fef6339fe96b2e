"""The parts of what is said: lengths, marks, buttons, plots."""

import math
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.domain.arms import BASELINE, BRANCH
from bot.domain.commands import Verb
from bot.domain.conclusions import (
    BudgetSpent,
    Closed,
    Judged,
    OwnFault,
    Running,
    Superseded,
    Waiting,
)
from bot.domain.github import octets
from bot.domain.verdict import Apart, Exhibits, Report
from bot.domain.verdict.exhibits import Band, Curves
from bot.presentation.github import actions, clicked, mark, marked, sticky
from bot.presentation.github.plots import LIMIT, curve_plots, effect_plots
from bot.presentation.github.sizes import cut, fit, units
from tests.fakes import reports, situations
from tests.fakes.situations import judged, situation

FAMILY = "\N{THUMBS UP SIGN}\N{EMOJI MODIFIER FITZPATRICK TYPE-4}"
FLAGS = "\N{REGIONAL INDICATOR SYMBOL LETTER D}\N{REGIONAL INDICATOR SYMBOL LETTER E}"


def note(count: int) -> str:
    return f"[{count} left out]"


@given(
    some.lists(some.text(max_size=30), min_size=2, max_size=9),
    some.integers(60, 200),
    some.sampled_from([units, octets]),
)
def test_parts_are_whole_in_order_and_never_too_long(
    parts: list[str], limit: int, size: object
) -> None:
    parts[0] = "head"
    measure = octets if size is octets else units
    text = fit(parts, "end", limit, size=measure, note=note)
    assert measure(text) <= limit
    assert text.startswith("head")
    assert text.endswith("end\n")


def test_a_part_that_does_not_fit_makes_room_for_smaller_ones() -> None:
    text = fit(["a", "b" * 90, "c"], "", 60, size=units, note=note)
    assert text == "a\n\nc\n\n[1 left out]\n"


def test_a_text_that_fits_is_left_as_it_is() -> None:
    assert cut("abc", 3, units) == "abc"


@given(some.text(max_size=60), some.integers(3, 40), some.sampled_from([units, octets]))
def test_a_cut_text_is_never_too_long(text: str, most: int, size: object) -> None:
    measure = octets if size is octets else units
    assert measure(cut(text, most, measure)) <= most


def test_an_emoji_is_never_parted() -> None:
    for most in range(3, 12):
        shown = cut(f"ab{FAMILY}cd{FAMILY}", most, units).removesuffix("...")
        assert shown in ("", "a", "ab", f"ab{FAMILY}", f"ab{FAMILY}c", f"ab{FAMILY}cd")
    for most in range(3, 14):
        shown = cut(FLAGS * 4, most, units).removesuffix("...")
        assert len(shown) % 2 == 0


def test_a_mark_is_found_again_only_as_the_first_line() -> None:
    assert marked(f"{mark('pr-12')}\nx") == "pr-12"
    assert marked(f"{mark('pr-12')}\r\nx") == "pr-12"
    assert marked(f"x\n{mark('pr-12')}") is None
    assert marked("") is None


@pytest.mark.parametrize("key", ["", "a--b", "a b", "-->", "x" * 300, "-a", "a-"])
def test_a_key_that_could_end_the_mark_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match="no key"):
        mark(key)


def labels(outcome: object) -> list[str]:
    return [one.label for one in actions(situation(outcome))]  # type: ignore[arg-type]


def test_buttons_are_those_that_make_sense() -> None:
    assert labels(Judged(reports.undecided().verdict)) == [
        "Run again",
        "More seeds",
        "Ablate",
    ]
    assert labels(Judged(reports.passing().verdict)) == ["Run again", "Ablate"]
    assert labels(OwnFault()) == labels(BudgetSpent()) == ["Run again"]
    for outcome in (Waiting(), Running(), Superseded(), Closed()):
        assert labels(outcome) == []


def test_no_button_is_shown_that_would_be_answered_by_no() -> None:
    blocked = reports.blocking()
    assert labels(Judged(blocked.verdict)) == ["Run again", "Ablate"]
    broken = reports.baseline_broken()
    assert labels(Judged(broken.verdict)) == ["Run again", "Ablate"]
    one_change = replace(blocked, apart=Apart(found=1))
    shown = actions(situation(Judged(blocked.verdict), report=one_change))
    assert [one.label for one in shown] == ["Run again"]


def test_a_click_is_the_command_of_its_button_and_no_other() -> None:
    assert clicked("more") is Verb.MORE
    assert clicked("accept") is None
    assert clicked("rm -rf") is None


def with_values(
    values: list[tuple[float | None, float | None]], **given: object
) -> Report:
    made = reports.passing()
    (mode, *_) = made.verdict.modes
    seeds = tuple((at, old, new) for at, (old, new) in enumerate(values))
    one = replace(mode.metrics[0], per_seed=seeds, **given)  # type: ignore[arg-type]
    verdict = replace(made.verdict, modes=(replace(mode, metrics=(one,)),))
    return replace(made, verdict=verdict)


def lines_of(plot: str) -> list[list[float]]:
    found = re.findall(r"line \[(.*)\]", plot)
    return [[float(one) for one in row.split(", ")] for row in found]


def test_the_effect_of_every_seed_is_drawn_with_the_tolerance() -> None:
    (plot,) = effect_plots(with_values([(0.4, 0.3), (0.4, None), (0.4, 0.5)]))
    flat, tolerance, moves = lines_of(plot)
    assert flat == [0.0, 0.0]
    assert tolerance == [-0.01, -0.01]
    assert moves == pytest.approx([0.1, -0.1])
    assert '"seed, in the order of the table" [1, 3]' in plot
    assert "the tolerance (a loss of 0.01)" in plot


def test_without_a_tolerance_there_is_one_flat_line() -> None:
    (plot,) = effect_plots(with_values([(0.4, 0.3), (0.4, 0.5)], tolerance=None))
    assert len(lines_of(plot)) == 2
    assert "Flat lines: no effect." in plot


@pytest.mark.parametrize(
    "values",
    [
        [(0.4, 0.3)],
        [(0.4, None), (None, 0.4), (0.1, 0.2)],
        [(0.0, math.inf), (0.0, 1.0)],
        [(0.0, 1e200), (0.0, 1.0)],
    ],
)
def test_what_cannot_be_drawn_is_not(values: list[tuple[float, float]]) -> None:
    assert effect_plots(with_values(values)) == []


def test_seeds_without_any_difference_make_no_plot() -> None:
    assert effect_plots(with_values([(1.0, 1.0)] * 3, tolerance=None)) == []


def test_a_metric_without_direction_has_no_effect_to_draw() -> None:
    assert effect_plots(with_values([(1.0, 2.0)] * 3, direction=None)) == []


def band(arm: str, steps: tuple[float, ...], mean: tuple[float, ...]) -> Band:
    return Band(arm, 3, steps, mean, mean, mean, mean)


def curved(*bands: Band) -> str:
    one = Exhibits(curves=(Curves("mlp", "loss", bands),))
    return curve_plots(replace(reports.passing(), exhibits=one))


def test_curves_of_both_arms_are_drawn_where_both_have_values() -> None:
    plot = curved(
        band(BASELINE, (0.0, 10.0, 20.0), (3.0, 2.0, 1.0)),
        band("without:x", (0.0, 20.0), (9.0, 9.0)),
        band(BRANCH, (5.0, 5.0, 15.0), (2.0, 2.0, 1.0)),
    )
    assert 'x-axis "step" 5 --> 15' in plot
    old, new = lines_of(plot)
    assert (old[0], old[-1]) == pytest.approx((2.5, 1.5))
    assert (new[0], new[-1]) == pytest.approx((2.0, 1.0))
    assert len(old) == len(new) == 30


def test_steps_that_are_the_same_make_no_division_by_nothing() -> None:
    same = band(BRANCH, (0.0, 4.0, 4.0), (1.0, 2.0, 3.0))
    _, new = lines_of(curved(band(BASELINE, (0.0, 4.0), (1.0, 2.0)), same))
    assert all(math.isfinite(one) for one in new)


@pytest.mark.parametrize(
    "bands",
    [
        (),
        (band(BASELINE, (0.0, 1.0), (1.0, 2.0)),),
        (band(BASELINE, (0.0,), (1.0,)), band(BRANCH, (0.0, 1.0), (1.0, 2.0))),
        (band(BASELINE, (0.0, 1.0), (1.0, 2.0)), band(BRANCH, (2.0, 3.0), (1.0, 2.0))),
        (
            band(BASELINE, (0.0, 1e20), (1.0, 2.0)),
            band(BRANCH, (0.0, 1e20), (1.0, 2.0)),
        ),
        (band(BASELINE, (0.0, 1.0), (1.0, 1.0)), band(BRANCH, (0.0, 1.0), (1.0, 1.0))),
    ],
)
def test_curves_that_cannot_be_drawn_are_not(bands: tuple[Band, ...]) -> None:
    assert curved(*bands) == ""


def test_a_report_without_exhibits_has_no_curves() -> None:
    assert curve_plots(reports.passing()) == ""


@given(
    some.lists(
        some.tuples(some.floats(), some.floats()).filter(lambda one: one[0] == one[0]),
        min_size=2,
        max_size=60,
    )
)
def test_plots_have_only_numbers_that_mermaid_reads(
    values: list[tuple[float, float]],
) -> None:
    for plot in effect_plots(with_values(values)):
        assert len(plot) <= LIMIT
        assert not re.search(r"\d[eE]|nan|inf", plot.partition("xychart-beta")[2])


def test_the_plots_stand_below_the_tables_and_above_what_is_folded() -> None:
    text = sticky(situations.passing(), "k")
    places = [text.index(one) for one in ("| Metric |", "```mermaid", "Provenance")]
    assert places == sorted(places)
    assert sticky(judged(reports.conflict()), "k").count("mermaid") == 0
