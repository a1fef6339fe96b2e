"""Pictures: drawn for every report, the same bytes each time, never a warning."""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import astuple, replace
from functools import partial
from xml.etree import ElementTree

import pytest

from bot.adapters.plots import pictures
from bot.adapters.plots.canvas import DARK, LIGHT, Palette, picture
from bot.adapters.plots.forest import Line, draw_forest, size_of
from bot.domain.arms import Branch, Without
from bot.domain.policy import Direction, Role
from bot.domain.verdict import Exhibits, MetricVerdict, Report, Ruling
from bot.domain.verdict.exhibits import ReferenceShown
from bot.presentation.exhibits import first_sections, last_sections
from bot.presentation.frames import (
    CHANGES,
    CLASSES,
    CURVES,
    EFFECT,
    GAP,
    HISTOGRAM,
    SEEDS,
    SLICES,
    Picture,
)
from tests.fakes import reports, shown_reports, wide_reports
from workers.contract import Ok, Point

SVG = "{http://www.w3.org/2000/svg}"
POINTS_A_PIXEL = 0.75


def drawn(metric: MetricVerdict) -> Mapping[tuple[str, str, str], Picture]:
    mode = reports.mode("mlp", metric.state, (metric,))
    return pictures(reports.report(Ruling.UNDECIDED, (mode,)))


def kinds(made: Mapping[tuple[str, str, str], Picture]) -> set[str]:
    return {kind for _, _, kind in made}


def words_in(svg: bytes) -> str:
    root = ElementTree.fromstring(svg)
    return " ".join(one.text or "" for one in root.iter(f"{SVG}text"))


def scaled(metric: MetricVerdict, factor: float) -> MetricVerdict:
    """The same metric in other units."""

    def times(value: float | None) -> float | None:
        return None if value is None else value * factor

    return replace(
        metric,
        **{
            name: times(getattr(metric, name))
            for name in ("d", "low", "high", "tolerance", "sd")
        },
        per_seed=tuple((a, times(b), times(c)) for a, b, c in metric.per_seed),
    )


def test_every_compared_metric_has_its_three_pictures() -> None:
    made = pictures(reports.blocking())
    assert {key[:2] for key in made} == {
        ("mlp", "test_loss"),
        ("mlp", "test_accuracy"),
        ("conv", "test_loss"),
    }
    assert len(made) == 9


def beside(*values: float | None) -> bytes:
    """The seeds of a loss around 0.4, beside references of these values."""
    lines = tuple(
        ReferenceShown("mlp", "test_loss", name, value)
        for name, value in zip("ab", values, strict=False)
    )
    loss = reports.loss(5, 0.01)
    mode = reports.mode("mlp", loss.state, (loss,))
    report = reports.report(Ruling.UNDECIDED, (mode,))
    shown = pictures(replace(report, exhibits=Exhibits(references=lines)))
    return shown["mlp", "test_loss", SEEDS].light


def test_references_are_lines_beside_the_seeds_where_they_leave_them_room() -> None:
    values = [one for _, *both in reports.loss(5, 0.01).per_seed for one in both]
    known = [one for one in values if one is not None]
    near = max(known) + (max(known) - min(known)) / 2
    assert words_in(beside(near)).count("reference") == 1
    assert words_in(beside(near, min(known))).count("reference") == 2
    assert beside(max(known) + 100.0) == beside() == beside(None)


def test_a_limit_has_no_effect_and_a_value_at_the_end_has_no_curve() -> None:
    made = pictures(reports.passing())
    clock = {kind for _, metric, kind in made if metric == "train_time_s"}
    assert clock == {SEEDS}


def test_the_same_report_gives_the_same_bytes() -> None:
    assert pictures(reports.blocking()) == pictures(reports.blocking())


def colours_in(svg: bytes) -> set[str]:
    """All but the black of what is only defined, and drawn in a colour later."""
    return set(re.findall(r"#[0-9a-f]{6}\b", svg.decode())) - {"#000000"}


def test_light_and_dark_have_the_same_shapes_in_colours_of_their_own() -> None:
    shapes = lambda svg: re.sub(rb"#[0-9a-f]{6}\b", b"", svg)  # noqa: E731
    for report in (reports.speedrun(), shown_reports.everything()):
        for one in pictures(report).values():
            assert colours_in(one.light) <= set(astuple(LIGHT))
            assert colours_in(one.dark) <= set(astuple(DARK))
            assert shapes(one.light) == shapes(one.dark)
            assert ElementTree.fromstring(one.dark).tag == f"{SVG}svg"


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_no_two_colours_of_a_palette_are_the_same(palette: Palette) -> None:
    assert len(set(astuple(palette))) == len(astuple(palette))


def test_pictures_reach_for_nothing_outside() -> None:
    for one in pictures(reports.blocking()).values():
        links = re.findall(rb'(?:href|src)="([^"]*)"', one.light)
        assert all(link.startswith(b"#") for link in links)
        assert b"<script" not in one.light
        assert b"<dc:date" not in one.light


@pytest.mark.parametrize(
    "hostile",
    [
        reports.hostile,
        wide_reports.hostile_changes,
        shown_reports.hostile_exhibits,
    ],
)
def test_names_from_a_repository_are_never_drawn(
    hostile: Callable[[], Report],
) -> None:
    made = pictures(hostile())
    assert made
    for one in made.values():
        assert b"evil" not in one.light


def test_slices_share_one_picture_and_have_none_of_their_own() -> None:
    made = pictures(wide_reports.sliced())
    assert {key[1] for key in made} == {"test_loss", "peak_vram_mb"}
    forest = made["mlp", "test_loss", SLICES]
    text = words_in(forest.light)
    assert "no change" in text
    assert "tolerance" in text
    assert "20" in text.split()


def test_a_forest_grows_with_its_lines_up_to_a_bound() -> None:
    few, many, most = (
        pictures(wide_reports.sliced(count))["mlp", "test_loss", SLICES]
        for count in (2, 20, 130)
    )
    assert few.height < many.height < most.height < 1100
    assert few.width == many.width == most.width
    assert "41" not in words_in(most.light).split()


def test_changes_are_drawn_with_their_effect_alone() -> None:
    made = pictures(wide_reports.shadowed())["mlp", "test_loss", CHANGES]
    assert {"1", "2", "3", "4"} <= set(words_in(made.light).split())


def bars(svg: bytes) -> int:
    """Lines in the width of a bar."""
    return svg.count(b"stroke-width: 2.2")


def test_where_no_interval_is_known_a_change_is_a_point_without_a_bar() -> None:
    report = wide_reports.neutral()
    first, second = report.verdict.changes
    known = replace(first.effects[0], low=-0.002, high=None)
    half = (replace(first, effects=(known,)), second)
    both = replace(report, verdict=replace(report.verdict, changes=half))
    place = ("mlp", "test_loss", CHANGES)
    assert bars(pictures(report)[place].light) == 0
    assert bars(pictures(both)[place].light) == 1


def test_changes_without_any_effect_have_no_picture() -> None:
    report = wide_reports.shadowed()
    none = replace(report.verdict.changes[0].effects[0], d=None, low=None, high=None)
    change = replace(report.verdict.changes[0], effects=(none,))
    verdict = replace(report.verdict, changes=(change,))
    assert CHANGES not in kinds(pictures(replace(report, verdict=verdict)))


@pytest.mark.parametrize("factor", [1e-200, 1e-12, 1e12, 1e200])
def test_forests_of_any_scale_can_be_drawn(factor: float) -> None:
    mode = wide_reports.sliced(3).verdict.modes[0]
    metrics = tuple(scaled(one, factor) for one in mode.metrics[:4])
    report = reports.report(Ruling.PASS, (replace(mode, metrics=metrics),))
    assert SLICES in kinds(pictures(report))


def test_forests_are_drawn_of_lines_that_are_open_wide_or_without_a_spread() -> None:
    mode = wide_reports.sliced(8, worse=0).verdict.modes[0]
    whole, *parts = mode.metrics[:9]
    odd = (
        {"low": None},
        {"high": None},
        {"low": None, "high": None},
        {"d": None, "low": None, "high": None},
        {"low": -50.0, "high": 50.0},
        {"low": 0.0, "high": 0.0, "d": 0.0},
        {"tolerance": None},
        {"tolerance": 0.02},
    )
    metrics = [replace(one, **given) for one, given in zip(parts, odd, strict=True)]
    report = reports.report(Ruling.PASS, (replace(mode, metrics=(whole, *metrics)),))
    text = words_in(pictures(report)["mlp", "test_loss", SLICES].light)
    assert "tolerance" not in text  # they differ, so no single place is theirs


def test_slices_without_spread_or_tolerance_can_be_drawn() -> None:
    mode = wide_reports.sliced(2, worse=0).verdict.modes[0]
    flat = {"low": 0.0, "high": 0.0, "d": 0.0, "tolerance": 0.0}
    metrics = (mode.metrics[0], *(replace(one, **flat) for one in mode.metrics[1:3]))
    report = reports.report(Ruling.PASS, (replace(mode, metrics=metrics),))
    assert "no change" in words_in(pictures(report)["mlp", "test_loss", SLICES].light)


def test_a_gain_that_is_asked_for_is_marked_with_its_margin() -> None:
    made = pictures(wide_reports.improving())
    text = words_in(made["gpt", "val_bpb", EFFECT].light)
    assert "asked for" in text
    assert "too little" in text
    assert "asked for" not in words_in(made["gpt", "val_accuracy", EFFECT].light)


def test_failed_trials_are_drawn_as_failed() -> None:
    made = pictures(reports.blocking())
    assert "failed" in words_in(made["conv", "test_loss", SEEDS].light)
    assert "failed" not in words_in(made["mlp", "test_loss", SEEDS].light)


def test_the_tolerance_and_no_change_are_named() -> None:
    effect = pictures(reports.passing())["mlp", "test_accuracy", EFFECT]
    text = words_in(effect.light)
    assert "tolerance" in text
    assert "no change" in text
    assert "tolerated" in text


def test_a_target_is_drawn_on_the_metrics_own_axis() -> None:
    text = words_in(pictures(reports.speedrun())["gpt", "val_loss", EFFECT].light)
    assert "target" in text
    assert "reached" in text


def test_a_target_that_grows_is_reached_on_the_right() -> None:
    metric = reports.speedrun().verdict.modes[0].metrics[0]
    grows = replace(metric, direction=Direction.MAXIMIZE, target=3.25)
    text = words_in(drawn(grows)["mlp", "val_loss", EFFECT].light)
    assert text.index("reached") < text.index("target")


def test_a_metric_without_direction_is_neither_better_nor_worse() -> None:
    metric = replace(reports.loss(5, 0.01), direction=None, tolerance=None)
    text = words_in(drawn(metric)["mlp", "test_loss", EFFECT].light)
    assert "better" not in text
    assert "worse" not in text


@pytest.mark.parametrize("n", [1, 2, 20])
def test_any_number_of_seeds_can_be_drawn(n: int) -> None:
    assert kinds(drawn(reports.loss(n, 0.01))) == {EFFECT, SEEDS, CURVES}


@pytest.mark.parametrize("factor", [1e-200, 1e-12, 1e12, 1e200, -1.0])
def test_any_scale_can_be_drawn(factor: float) -> None:
    assert EFFECT in kinds(drawn(scaled(reports.loss(5, 0.01), factor)))


@pytest.mark.parametrize("value", [0.0, 1.0, -3.5, 1e9])
def test_constants_can_be_drawn(value: float) -> None:
    same = reports.metric("test_loss", [(value, value)] * 5, tolerance=0.01)
    assert {EFFECT, SEEDS} <= kinds(drawn(same))


def test_values_that_differ_by_a_rounding_are_drawn_as_one() -> None:
    near = reports.metric("test_loss", [(1e6, 1e6 + 1e-9)] * 4)
    assert SEEDS in kinds(drawn(near))


def test_no_values_at_all_leave_the_strip_of_failures() -> None:
    none = reports.metric("test_loss", [(None, None)] * 4)
    made = drawn(none)
    assert EFFECT not in kinds(made)
    assert "failed" in words_in(made["mlp", "test_loss", SEEDS].light)


def test_a_metric_that_was_not_run_has_no_picture() -> None:
    bare = MetricVerdict(
        "loss",
        Role.PRIMARY,
        Direction.MINIMIZE,
        reports.loss(4, 0.0).source,
        Ruling.UNDECIDED,
    )
    mode = reports.mode("mlp", Ruling.UNDECIDED, (bare,))
    report = replace(
        reports.conflict(), verdict=replace(reports.conflict().verdict, modes=(mode,))
    )
    assert pictures(report) == {}


def test_one_failed_trial_has_its_cross_in_the_middle() -> None:
    values = [(0.4, 0.41), (0.39, None), (0.41, 0.42)]
    assert SEEDS in kinds(drawn(reports.metric("test_loss", values, tolerance=0.01)))


def test_open_intervals_run_to_the_edge() -> None:
    half = replace(reports.loss(5, 0.01), low=None)
    other = replace(reports.loss(5, 0.01), high=None, tolerance=None)
    bare = replace(reports.loss(5, 0.01), low=None, high=None, d=None, tolerance=0.0)
    for metric in (half, other, bare):
        assert EFFECT in kinds(drawn(metric))


def test_a_limit_is_drawn_from_either_side() -> None:
    low = replace(reports.wall_clock(4), maximum=None, minimum=1.0)
    assert "limit" in words_in(drawn(low)["mlp", "train_time_s", SEEDS].light)


def with_curves(*series: list[Point], failed: bool = False) -> Report:
    metric = reports.loss(max(1, len(series)), 0.0)
    outcome = reports.CRASH if failed else Ok()
    mode = reports.mode("mlp", Ruling.UNDECIDED, (metric,))
    trials = tuple(
        reports.trial(Branch(), "mlp", at, outcome, series={"test_loss": points})
        for at, points in enumerate(series)
    )
    return replace(reports.report(Ruling.UNDECIDED, (mode,)), trials=trials)


@pytest.mark.parametrize(
    ("steps", "ticks"),
    [
        ((1, 2), "1 2"),
        ((1, 2, 3, 4, 5, 6), "2 4 6"),
        ((0.1, 0.4), "0.16 0.24 0.32 0.40"),
    ],
)
def test_steps_are_marked_at_whole_numbers_where_there_are_some(
    steps: tuple[float, ...], ticks: str
) -> None:
    """Values without a step of their own are counted: none is at 1.5."""
    curve = [Point(step, step) for step in steps]
    made = pictures(with_curves(curve))["mlp", "test_loss", CURVES]
    assert f" {ticks} step " in f" {words_in(made.light)} "


def test_curves_of_different_length_and_steps_are_joined() -> None:
    short = [Point(0, 2.0), Point(10, 1.0)]
    late = [Point(20, 1.5), Point(35, 0.5), Point(40, 0.4)]
    assert CURVES in kinds(pictures(with_curves(short, late)))


def test_long_curves_are_thinned_and_keep_their_end() -> None:
    long = [Point(step, math.exp(-step / 900)) for step in range(3000)]
    made = pictures(with_curves(long))["mlp", "test_loss", CURVES]
    assert len(made.light) < 60_000


def test_curves_that_only_failed_trials_left_are_still_shown() -> None:
    report = with_curves([Point(0, 2.0), Point(10, 9.0)], failed=True)
    assert CURVES in kinds(pictures(report))


def test_values_that_are_not_finite_are_left_out_of_curves() -> None:
    wild = [Point(0, math.nan), Point(1, 1.0), Point(math.inf, 1.0), Point(2, 2.0)]
    assert CURVES in kinds(pictures(with_curves(wild)))


def test_a_single_point_is_no_curve() -> None:
    assert CURVES not in kinds(pictures(with_curves([Point(0, 1.0)])))


def test_trials_of_other_arms_or_without_a_result_have_no_curve() -> None:
    report = with_curves([Point(0, 1.0), Point(1, 2.0)])
    (only,) = report.trials
    others = (replace(only, result=None), replace(only, arm=Without("abc1234")))
    assert CURVES not in kinds(pictures(replace(report, trials=others)))


def test_every_picture_that_a_section_has_a_place_for_is_drawn() -> None:
    report = shown_reports.everything()
    made = pictures(report)
    sections = (*first_sections(report), *last_sections(report))
    placed = {one.key for section in sections for one in section.drawn}
    assert {kind for *_, kind in placed} == {HISTOGRAM, CLASSES, GAP}
    assert placed <= made.keys()


def test_arms_of_an_ablation_are_thin_lines_with_their_number() -> None:
    made = pictures(shown_reports.everything())["mlp", "test_loss", CURVES]
    text = words_in(made.light).split()
    assert {"1", "2", "(2)"} <= set(text)
    plain = pictures(reports.passing())["mlp", "test_loss", CURVES]
    assert "(2)" not in words_in(plain.light)


def test_numbers_of_thin_lines_do_not_lie_upon_each_other() -> None:
    report = shown_reports.everything()
    same = report.trials[-1]
    arms = [Without(one.id) for one in report.verdict.changes[:4]]
    trials = [replace(same, key=str(at), arm=arm) for at, arm in enumerate(arms)]
    many = replace(report, trials=(*report.trials[:2], *trials))
    root = ElementTree.fromstring(pictures(many)["mlp", "test_loss", CURVES].light)
    heights = [
        float(one.get("transform", "0").split()[-1].rstrip(")"))
        for one in root.iter(f"{SVG}text")
        if (one.text or "") in {"1", "2", "3", "4"} and one.get("transform")
    ]
    assert len(set(heights)) == len(heights)


@pytest.mark.parametrize("factor", [1e-200, 1.0, 1e200])
def test_histograms_of_any_scale_can_be_drawn(factor: float) -> None:
    report = shown_reports.everything()
    assert report.exhibits is not None
    shown = report.exhibits.quantities[0]
    edges = tuple(one * factor for one in shown.edges)
    for ends in ((-2.0 * factor, 2.0 * factor), (None, 9e9 * factor), (None, None)):
        one = replace(shown, edges=edges, minimum=ends[0], maximum=ends[1])
        exhibits = replace(report.exhibits, quantities=(one,))
        assert HISTOGRAM in kinds(pictures(replace(report, exhibits=exhibits)))


def test_a_quantity_that_neither_arm_reported_has_no_picture() -> None:
    assert ("mlp", "grad_norm", HISTOGRAM) not in pictures(shown_reports.everything())


def test_more_classes_than_can_be_told_apart_are_numbered_now_and_then() -> None:
    report = shown_reports.everything()
    assert report.exhibits is not None
    split = report.exhibits.data[0]
    many = tuple((f"class {at:03d}", float(at)) for at in range(100))
    arms = tuple(replace(one, classes=many) for one in split.arms)
    exhibits = replace(report.exhibits, data=(replace(split, arms=arms),))
    made = pictures(replace(report, exhibits=exhibits))["mlp", "train", CLASSES]
    assert len(words_in(made.light).split()) < 40


def test_classes_of_one_arm_alone_are_drawn_alone() -> None:
    report = shown_reports.everything()
    assert report.exhibits is not None
    split = replace(report.exhibits.data[0], arms=report.exhibits.data[0].arms[1:])
    exhibits = replace(report.exhibits, data=(split,))
    made = pictures(replace(report, exhibits=exhibits))["mlp", "train", CLASSES]
    assert "baseline" not in words_in(made.light)


def test_curves_of_an_ablation_alone_need_no_legend() -> None:
    report = shown_reports.everything()
    alone = tuple(one for one in report.trials if isinstance(one.arm, Without))
    made = pictures(replace(report, trials=alone))["mlp", "test_loss", CURVES]
    assert "branch" not in words_in(made.light)


def test_other_arms_of_a_quantity_are_in_the_table_alone() -> None:
    report = shown_reports.everything()
    assert report.exhibits is not None
    shown = report.exhibits.quantities[0]
    arms = (*shown.arms, replace(shown.arms[0], arm="without:4c0ffee"))
    exhibits = replace(report.exhibits, quantities=(replace(shown, arms=arms),))
    made = pictures(replace(report, exhibits=exhibits))
    assert made == pictures(report)


@pytest.mark.parametrize("worse", [0.05, 0.08, 0.11, 0.16, 0.25])
def test_names_of_places_do_not_stand_in_each_other(worse: float) -> None:
    """They are centred on the place, or end at it near the edge."""
    metric = reports.metric("loss", [(1.0, 1.0 + worse)] * 4, tolerance=0.05)
    (svg,) = [one.light for key, one in drawn(metric).items() if key[2] == EFFECT]
    boxes = [box(svg, name) for name in ("tolerance", "no change")]
    (left, low), (right, other) = sorted(boxes, key=lambda one: one[0][0])
    assert low != other or left[1] <= right[0]


@pytest.mark.parametrize("ends", [(-0.43, 0.0), (-0.02, 0.0), (0.0, 0.4), (-0.4, 0.4)])
@pytest.mark.parametrize("tolerance", [0.0, 0.015, 0.1, 0.3])
def test_names_above_a_forest_are_whole_and_apart(
    ends: tuple[float, float], tolerance: float
) -> None:
    """Though every change may lie on one side, and the tolerance near to none."""
    lines = [Line(one, one, one, tolerance, bad=False) for one in ends]
    made = picture(partial(draw_forest, lines=lines), size_of(lines))
    names = ("tolerance", "no change") if tolerance else ("no change",)
    spans = [box(made.light, name)[0] for name in names]
    known = [place for span in spans for place in span]
    assert known == sorted(known)
    assert known[0] >= 0
    assert known[-1] <= POINTS_A_PIXEL * made.width


def box(svg: bytes, name: str) -> tuple[tuple[float, float], float]:
    """From where to where a text goes, about, and its height on the picture."""
    every = ElementTree.fromstring(svg).iter(f"{SVG}text")
    (one,) = [one for one in every if one.text == name]
    style, at = one.attrib["style"], float(one.attrib["x"])
    anchor, size = re.search(r"anchor: (\w+)", style), re.search(r"([\d.]+)px", style)
    assert size is not None
    width = 0.6 * float(size[1]) * len(name)
    before = {"start": 0.0, "middle": 0.5, "end": 1.0}[anchor[1] if anchor else "start"]
    left = at - before * width
    return (left, left + width), float(one.attrib["y"])
