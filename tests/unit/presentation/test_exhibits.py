"""What stands beside the verdict's tables, as rows that all readers share."""

from dataclasses import replace

import pytest

from bot.domain.policy import Direction
from bot.domain.verdict import (
    Behaviour,
    ChangePrice,
    Exhibits,
    Finding,
    Fingerprint,
    Forecast,
    ModeVerdict,
    Reason,
    Report,
    Ruling,
    Rung,
)
from bot.domain.verdict.exhibits import (
    DataArm,
    DataSplit,
    Diagnosis,
    Gap,
    GapArm,
    Overlap,
    OverlapArm,
    ReferenceShown,
    SamplePair,
    SamplePane,
    Unmeasured,
)
from bot.domain.verdict.findings import finding as found
from bot.presentation.exhibits import (
    Section,
    first_sections,
    last_sections,
    price_line,
    sample_cards,
)
from bot.presentation.exhibits.arms import arm_words
from tests.fakes import reports, shown_reports


def sections(report: Report) -> dict[str, Section]:
    return {one.title: one for one in (*first_sections(report), *last_sections(report))}


def section(report: Report, title: str) -> list[tuple[str, ...]]:
    return [one.cells for one in sections(report)[title].rows]


def showing(**given: object) -> Report:
    """A report of one mode that shows nothing but this."""
    modes = (reports.mode("mlp", Ruling.PASS, (reports.loss(5, 0.0),)),)
    return replace(
        reports.report(Ruling.PASS, modes),
        exhibits=Exhibits(**given),  # type: ignore[arg-type]
    )


def behaving(**given: object) -> Report:
    """A report of one mode that behaves so."""
    one = Behaviour(**given)  # type: ignore[arg-type]
    mode = reports.mode("mlp", Ruling.PASS, (), behaviour=one)
    return reports.report(Ruling.PASS, (mode,))


def test_a_report_without_anything_to_look_at_has_no_sections() -> None:
    for report in (reports.passing(), showing()):
        assert sections(report) == {}
        assert price_line(report) == ""
        assert list(sample_cards(report)) == []


def test_every_row_has_as_many_cells_as_its_section_has_columns() -> None:
    every = sections(shown_reports.everything()).values()
    assert len(every) == 12
    for one in every:
        assert one.rows
        assert {len(row.cells) for row in one.rows} == {len(one.columns)}


def test_the_ladder_says_what_ran_and_what_did_not() -> None:
    results = [cells[2] for cells in section(shown_reports.everything(), "Ladder")]
    assert results == [
        *("pass", "pass", "block", "nothing decided"),
        *("pass", "not started"),
    ]
    odd = replace(
        reports.passing().verdict, rungs=(Rung("a", "unheard of", Ruling.PASS),)
    )
    rows = section(replace(reports.passing(), verdict=odd), "Ladder")
    assert rows == [("a", "unheard of", "pass", "-")]


@pytest.mark.parametrize(
    ("seen", "told"),
    [
        (Fingerprint.UNKNOWN, "nothing compared"),
        (Fingerprint.CHANGED, "nothing decided"),
    ],
)
def test_the_ladder_says_where_no_mode_could_be_compared(
    seen: Fingerprint, told: str
) -> None:
    verdict = reports.passing().verdict
    modes = tuple(replace(one, fingerprint=seen) for one in verdict.modes)
    rung = Rung("fingerprint", "fingerprint", Ruling.INFO, "4 runs, 2 s in all")
    verdict = replace(verdict, rungs=(rung,), modes=modes)
    ((_, _, result, _),) = section(
        replace(reports.passing(), verdict=verdict), "Ladder"
    )
    assert result == told


def test_nothing_more_is_said_of_a_mode_than_that_nothing_was_seen() -> None:
    rows = section(shown_reports.everything(), "Modes of the code")
    said = {cells[0]: cells[2] for cells in rows}
    assert said == {
        "mlp": "changed",
        "conv": "changed",
        "rnn": "no difference seen in 20 steps",
        "gpt": "not known: two runs of the base differ from each other",
    }
    text = repr(sections(shown_reports.everything())["Modes of the code"]).lower()
    assert "proves nothing of later steps" in text
    assert "identical" not in text
    assert "unchanged" not in text


def test_a_mode_is_toned_by_its_findings_and_by_nothing_else() -> None:
    rows = sections(shown_reports.everything())["Modes of the code"].rows
    assert [one.state for one in rows] == [
        Ruling.INFO,
        Ruling.BLOCK,
        Ruling.PASS,
        Ruling.INFO,
    ]


@pytest.mark.parametrize(
    ("given", "behaviour", "first", "also"),
    [
        (
            {"fingerprint": Fingerprint.NUMERIC, "steps": 1, "relative": 7e-8},
            "differs by rounding (up to 7e-08) in 1 step",
            "-",
            "-",
        ),
        (
            {"fingerprint": Fingerprint.NUMERIC, "steps": 20},
            "differs by rounding in 20 steps",
            "-",
            "-",
        ),
        (
            {"fingerprint": Fingerprint.CHANGED, "late": True, "quantity": "loss"},
            "changed, later in whole trials",
            "loss",
            "-",
        ),
        (
            {"fingerprint": Fingerprint.UNKNOWN, "same_command": False},
            "not known",
            "-",
            "another command",
        ),
        (
            {
                "fingerprint": Fingerprint.CHANGED,
                "quantity": "loss",
                "step": 0,
                "after": "2",
            },
            "changed",
            "step 0: loss\n- \N{RIGHTWARDS ARROW} 2",
            "-",
        ),
    ],
)
def test_a_mode_says_what_it_does_differently(
    given: dict[str, object], behaviour: str, first: str, also: str
) -> None:
    ((_, target, *cells),) = section(behaving(**given), "Modes of the code")
    assert target == "not said"
    assert cells == [behaviour, first, "-", also]


def test_what_is_not_known_of_a_mode_stands_beside_it() -> None:
    late = {"late": True, "quantity": "loss", "why": "only whole trials show it"}
    notes = ("The data of each step is not known.", "A process was left out.")
    ((*_, by, also),) = section(
        behaving(fingerprint=Fingerprint.CHANGED, notes=notes, **late),
        "Modes of the code",
    )
    assert by == "not known: only whole trials show it"
    assert also.splitlines() == list(notes)


def test_networks_are_shown_where_they_differ_alone() -> None:
    same = {"fingerprint": Fingerprint.CHANGED, "parameters": (5, 5), "flops": (1, 1)}
    assert "Networks" not in sections(behaving(**same))
    ((_, parameters, flops, shapes),) = section(
        behaving(
            fingerprint=Fingerprint.CHANGED,
            parameters=(2_000_000, 1_000_000),
            shapes=tuple(f"w{at}: 1 -> 2" for at in range(25)),
        ),
        "Networks",
    )
    assert parameters == "2e+06 \N{RIGHTWARDS ARROW} 1e+06 (-50 %)"
    assert flops == "-"
    assert shapes.splitlines()[-1] == "and 5 more"
    ((_, first, second, none),) = section(
        behaving(fingerprint=Fingerprint.CHANGED, parameters=(0, 10), flops=(7.0, 7.0)),
        "Networks",
    )
    assert (first, second, none) == ("0 \N{RIGHTWARDS ARROW} 10", "7, as before", "-")
    bare = behaving(fingerprint=Fingerprint.CHANGED, shapes=("w: 1 -> 2",))
    assert section(bare, "Networks")[0][1:3] == ("-", "-")


def priced(price: ChangePrice, *modes: ModeVerdict) -> str:
    return price_line(replace(reports.report(Ruling.PASS, modes), price=price))


def test_the_cost_of_a_change_stands_beside_its_gain() -> None:
    assert price_line(shown_reports.everything()) == (
        "The branch adds 41 lines and takes 12 away, in 3 files; cyclomatic complexity "
        "120 to 131 (+11, without 1 file that could not be read). Its effect (+ is "
        "better): test_loss +0.0127 [+0.0109, +0.0146] in mlp."
    )
    assert priced(ChangePrice(1, 1, 0)) == (
        "The branch adds 1 line and takes 0 away, in 1 file."
    )
    assert "complexity 9 to 9 (as before)" in priced(ChangePrice(1, 1, 0, (9, 9)))
    still = reports.loss(5, 0.0, d=0.0, low=None, high=None)
    mode = reports.mode("mlp", Ruling.PASS, (still,))
    said = priced(ChangePrice(1, 1, 0), mode)
    assert said.endswith("(+ is better): test_loss 0.0000 in mlp.")
    part = replace(reports.loss(5, 0.1), name="test_loss/night", slice_of="test_loss")
    assert "effect" not in priced(
        ChangePrice(1, 1, 0),
        reports.mode("mlp", Ruling.PASS, (part, reports.wall_clock(5))),
    )


def forecast(one: Forecast, *, maximize: bool = False) -> tuple[str, ...]:
    direction = Direction.MAXIMIZE if maximize else Direction.MINIMIZE
    metric = replace(reports.loss(5, 0.0), direction=direction)
    modes = (reports.mode("mlp", Ruling.PASS, (metric,)),)
    report = replace(reports.report(Ruling.PASS, modes), forecasts=(one,))
    ((_, *cells),) = section(report, "Expected and found")
    return tuple(cells)


def test_what_was_found_is_turned_to_the_metric_itself() -> None:
    one = Forecast("test_loss", -0.02, 0.6, "2h", None, 0.015, 0.008, 0.022, "met")
    assert forecast(one)[0:3] == ("-0.020", "60 %", "2h")
    assert forecast(one)[3].startswith("-0.0150")
    assert "[-0.0220, -0.0080]" in forecast(one)[3]
    assert "[+0.0080, +0.0220]" in forecast(one, maximize=True)[3]
    assert "[open, -0.0080]" in forecast(replace(one, high=None))[3]


def test_a_forecast_of_a_metric_that_is_not_there_is_shown_as_it_is() -> None:
    one = Forecast("other", 0.5, d=0.4)
    assert forecast(one) == ("+0.50", "-", "-", "+0.40", "still open")


@pytest.mark.parametrize(
    ("expected", "said"), [(-0.01, "-1 %"), (0.25, "+25 %"), (0.0, "no change")]
)
def test_a_relative_forecast_is_in_percent(expected: float, said: str) -> None:
    one = Forecast("test_loss", expected, relative=True, outcome="missed")
    assert forecast(one)[0] == said
    assert forecast(one)[-1] == "not as expected"


def test_rows_of_one_line_that_names_no_mode_are_said_to_count_once() -> None:
    report = shown_reports.everything()
    assert "counts once" not in sections(report)["Expected and found"].about
    scored = found(Reason.HYPOTHESIS_SCORED, Ruling.INFO, {"modes": ("mlp", "rnn")})
    verdict = replace(report.verdict, findings=(scored,))
    section = sections(replace(report, verdict=verdict))["Expected and found"]
    assert section.about.endswith(
        "A line that names no mode has a row for each mode that it was held against, "
        "and counts once: as expected where it is so in all of them."
    )


def aimed(
    *modes: tuple[str, bool, Fingerprint],
    targets: tuple[str, ...] = (),
    findings: tuple[Finding, ...] = (),
) -> tuple[str, list[str]]:
    """What is said of targets above the table of modes, and in its second column."""
    made = tuple(
        reports.mode(
            name, Ruling.PASS, (), targeted=aim, behaviour=Behaviour(print_, 20)
        )
        for name, aim, print_ in modes
    )
    report = reports.report(Ruling.PASS, made)
    report = replace(
        report,
        provenance=replace(report.provenance, targets=targets),
        verdict=replace(report.verdict, findings=findings),
    )
    table = sections(report)["Modes of the code"]
    return table.about, [row.cells[1] for row in table.rows]


CHANGED, SAME = Fingerprint.CHANGED, Fingerprint.IDENTICAL


def test_targets_that_somebody_named_are_told_as_such() -> None:
    about, cells = aimed(("mlp", True, SAME), ("gru", False, SAME), targets=("mlp",))
    assert about.endswith("The target is named: mlp.")
    assert cells == ["yes", "no"]
    about, cells = aimed(
        ("mlp", True, SAME), ("gru", True, CHANGED), targets=("gru", "mlp")
    )
    assert about.endswith("The targets are named: gru and mlp.")
    assert cells == ["yes", "yes"]


def test_a_target_that_was_inferred_is_not_said_to_be_meant() -> None:
    told = found(Reason.TARGETS_INFERRED, Ruling.INFO, {"modes": ("mlp",)})
    about, cells = aimed(("mlp", True, CHANGED), ("gru", False, SAME), findings=(told,))
    assert "Nobody named a target; the one mode that changed is taken for it" in about
    assert cells == ["inferred", "not said"]


def test_where_nobody_said_what_is_meant_no_mode_is_said_to_be() -> None:
    about, cells = aimed(("mlp", True, SAME), ("gru", True, Fingerprint.UNKNOWN))
    assert about.endswith(
        "Nobody named a target, and no mode was seen to change: every mode is judged "
        "alike."
    )
    assert cells == ["not said", "not said"]
    about, cells = aimed(("mlp", False, CHANGED), ("gru", False, CHANGED))
    assert "more than one mode changed, so that none of them is taken for it" in about
    assert cells == ["not said", "not said"]


def also(**seen: object) -> list[str]:
    """The last column of the table of modes, of one that changed."""
    one = replace(Behaviour(CHANGED, 20, 1), **seen)  # type: ignore[arg-type]
    made = reports.mode("mlp", Ruling.PASS, (), targeted=True, behaviour=one)
    (row,) = sections(reports.report(Ruling.PASS, (made,)))["Modes of the code"].rows
    return row.cells[-1].splitlines()


def test_other_data_are_another_order_only_where_the_batches_are_the_same() -> None:
    differs = {"shifted": True, "same_data_order": False}
    assert also(quantity="order of the data", **differs) == [
        "perhaps a shift of randomness",
        "another order of data",
    ]
    for quantity in ("data", "loss"):
        assert also(quantity=quantity, **differs) == [
            "perhaps a shift of randomness, or other values of the data",
            "other data at the same step",
        ]


def test_only_a_forecast_that_came_true_is_toned() -> None:
    rows = sections(shown_reports.everything())["Expected and found"].rows
    assert [one.state for one in rows] == [Ruling.PASS, Ruling.INFO, Ruling.INFO]


def test_other_arms_stand_in_the_gap_where_they_say_something_else() -> None:
    def arm(name: str, diagnosis: Diagnosis) -> GapArm:
        return GapArm(name, 2, 0.1, 0.5, 0.4, diagnosis)

    gap = Gap(
        "mlp",
        "train_loss",
        "test_loss",
        (
            arm("baseline", Diagnosis.NONE),
            arm("branch", Diagnosis.VARIANCE),
            arm("without:a", Diagnosis.VARIANCE),
            arm("only:b", Diagnosis.BIAS),
        ),
    )
    rows = section(showing(gaps=(gap,)), "Training against evaluation")
    assert [(cells[1], cells[-1]) for cells in rows] == [
        ("baseline", "neither"),
        ("branch", "high variance"),
        ("b alone", "high bias"),
    ]
    assert sections(showing(gaps=(gap,)))["Training against evaluation"].drawn == ()


def test_references_say_whether_they_were_beaten() -> None:
    lines = tuple(
        ReferenceShown("mlp", "loss", "a", value, (("branch", 0.4),), beaten, *more)
        for value, beaten, *more in (
            (0.5, True, 3),
            (0.3, False),
            (0.3, None),
            (None, None, 3, Unmeasured.FAILED),
            (None, None, 1, Unmeasured.LOST),
            (None, None, 0, Unmeasured.BUDGET),
            (None, None, 0, Unmeasured.NOT_RUN),
            (None, None),
        )
    )
    rows = section(showing(references=lines), "References")
    assert [cells[-1] for cells in rows] == [
        "beaten by the branch",
        "not beaten by the branch",
        "the branch has no value",
        "it failed",
        "its run was lost",
        "no budget left for it",
        "a command that was not run",
        "a command that was not run",
    ]
    assert rows[0][2:5] == ("0.5000", "3", "-")
    assert rows[3][2:6] == ("-", "3", "-", "0.4000")


def test_an_ensemble_without_paired_seeds_says_nothing_of_a_new_test_set() -> None:
    known = shown_reports.everything().exhibits
    assert known is not None
    (whole,) = known.ensembles
    made = sections(showing(ensembles=(whole, replace(whole, noise=None))))
    about = made["Ensemble of the seeds"].about
    assert about.endswith("averaged over the seeds of each arm.")
    told = sections(showing(ensembles=(whole,)))["Ensemble of the seeds"].about
    assert "on a new one of its size" in told


def data(*arms: DataArm, differs: tuple[str, ...] = ()) -> Report:
    return showing(data=(DataSplit("mlp", "train", arms, differs),))


def test_data_are_shown_as_far_as_they_are_known() -> None:
    bare = DataArm("branch", 2, 10.5)
    rows = section(data(bare), "Data")
    assert rows == [("train", "branch", "10.5", "-", "-", "-", "-")]
    empty = replace(bare, classes=(("cat", 0.0),), missing=("cat", "dog"))
    ((*_, classes, _, _, _),) = section(data(empty), "Data")
    assert classes == "0\nlacks cat and dog"


def test_classes_have_a_table_where_the_arms_differ_alone() -> None:
    old = DataArm("baseline", 1, 4.0, (("cat", 2.0), ("dog", 2.0)))
    new = replace(old, arm="branch", classes=(("cat", 4.0), ("owl", 0.0)))
    assert "Classes of train" not in sections(data(old, new, differs=("mean",)))
    made = sections(data(old, new, differs=("classes",)))["Classes of train"]
    assert [one.cells for one in made.rows] == [
        ("1", "cat", "50 %", "100 %"),
        ("2", "dog", "50 %", "0 %"),
        ("3", "owl", "0 %", "0 %"),
    ]
    assert made.about == "Share of the examples."


def test_of_very_many_classes_some_are_counted() -> None:
    many = tuple((f"c{at:03d}", 1.0) for at in range(70))
    alone = DataArm("branch", 1, 70.0, many)
    made = sections(data(alone, differs=("balance",)))["Classes of train"]
    assert len(made.rows) == 60
    assert made.about == "Share of the examples. 10 more are not shown."
    assert made.rows[0].cells[2:] == ("-", "1.4 %")
    one = replace(alone, classes=(("cat", 1.0),))
    frame = sections(data(one, differs=("classes",)))["Classes of train"].drawn[0].frame
    assert frame.alt.startswith("1 class of train")


def test_overlaps_are_ranges_where_seeds_differ() -> None:
    arms = (OverlapArm("baseline", 1, 3, at_least=True),)
    rows = section(
        showing(overlaps=(Overlap("mlp", "train", "test", arms),)),
        "Examples in two splits",
    )
    assert rows == [("train, test", "at least 1 to 3", "-")]


def test_quantities_are_toned_by_their_finding() -> None:
    rows = sections(shown_reports.everything())["Quantities and their ranges"].rows
    assert [(one.cells[-1], one.state) for one in rows] == [
        ("all 5 inside", Ruling.INFO),
        ("5 of 5 outside", Ruling.BLOCK),
        ("no trial reported it", Ruling.INFO),
    ]


def test_a_quantity_of_one_trial_without_a_range_is_plainly_inside() -> None:
    shown = shown_reports.everything().exhibits
    assert shown is not None
    whole = shown.quantities[0]
    one = replace(
        whole,
        minimum=None,
        maximum=None,
        arms=(replace(whole.arms[0], trials=1, outside=0),),
    )
    made = sections(showing(quantities=(one,)))["Quantities and their ranges"]
    assert made.rows[0].cells[1] == "open to open"
    assert made.rows[0].cells[-1] == "inside"
    assert "Shaded" not in made.drawn[0].frame.caption


def test_equal_samples_are_shown_once_and_others_side_by_side() -> None:
    panes = (SamplePane("baseline", 0.0, "a"), SamplePane("branch", 3.0, "b"))
    other = SamplePair("mlp", "s", None, panes)
    same = SamplePair("mlp", "t", 7, (panes[0], replace(panes[1], text="a")))
    first, second = sample_cards(showing(samples=(other, same)))
    assert (first.title, first.about) == ("s", "seed -; branch at step 3")
    assert first.panes == (("baseline", "a"), ("branch", "b"))
    assert second.panes == (("in both arms", "a"),)


@pytest.mark.parametrize(
    ("arm", "said"),
    [
        ("baseline", "baseline"),
        ("branch", "branch"),
        ("anchor", "pinned release"),
        ("original", "baseline as it was evaluated before"),
        ("without:abc", "branch without abc"),
        ("only:abc", "abc alone"),
        ("else", "else"),
    ],
)
def test_arms_are_named_in_words(arm: str, said: str) -> None:
    assert arm_words(arm) == said
