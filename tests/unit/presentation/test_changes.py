"""Changes of a branch: what each does, said the same in every place."""

from dataclasses import replace

from bot.domain.verdict import (
    ChangeVerdict,
    Reason,
    Report,
    Ruling,
    Verdict,
)
from bot.domain.verdict.lifting import lift
from bot.presentation.background import how_to_read
from bot.presentation.changes import change_numbers, change_tables, unjudged
from bot.presentation.changes_json import changes
from bot.presentation.markdown import comment
from tests.fakes import wide_reports


def with_changes(*found: ChangeVerdict) -> Report:
    report = wide_reports.shadowed()
    return replace(report, verdict=replace(report.verdict, changes=found))


def verdict() -> Verdict:
    return wide_reports.shadowed().verdict


def test_every_change_with_an_effect_has_a_row_in_branch_order() -> None:
    (table,) = change_tables(verdict())
    assert (table.mode, table.metric, table.tolerance) == ("mlp", "test_loss", "0.01")
    rows = [(one.place, one.change, one.effect, one.result) for one in table.rows]
    assert rows == [
        (1, "4c0ffee", "+0.0450", "not worse"),
        (2, "9e8d7c6", "-0.0240", "harmful"),
        (3, "1a2b3c4", "-0.0065", "small cost, tolerated"),
        (4, "5d6e7f8", "-0.0040", "still open; 2 trials without it failed"),
    ]


def test_an_effect_alone_stands_beside_the_one_in_the_branch() -> None:
    (table,) = change_tables(verdict())
    assert (table.rows[0].alone, table.rows[0].alone_interval) == (
        "+0.0320",
        "[+0.0210, +0.0430]",
    )
    assert table.rows[1].alone_interval == "[-0.0340, open]"
    assert (table.rows[2].alone, table.rows[2].alone_interval) == ("-", "-")


def test_the_test_behind_an_effect_is_told() -> None:
    (table,) = change_tables(verdict())
    assert table.rows[1].detail == "p not worse 0.97, p worse < 0.0001, level 0.0071"


def test_an_effect_that_was_not_measured_shows_dashes() -> None:
    nothing = {"d": None, "low": None, "high": None, "tolerance": None, "level": None}
    one = replace(
        wide_reports.changes()[0].effects[0], **nothing, p_ni=None, p_harm=None
    )
    report = with_changes(ChangeVerdict("abc1234", (one,)))
    (table,) = change_tables(report.verdict)
    row = table.rows[0]
    assert (row.effect, row.interval, row.detail, table.tolerance) == (
        "-",
        "-",
        "",
        "",
    )
    assert "| `abc1234` | \N{ZERO WIDTH SPACE}- |" in comment(report)


def test_changes_without_an_effect_say_why() -> None:
    (one,) = unjudged(verdict())
    assert one.change == "0badcafe"
    assert one.why == (
        "not estimable: the branch without it does not apply (conflict in train.py)"
    )
    others = Verdict(
        Ruling.UNDECIDED,
        (),
        changes=(ChangeVerdict("a"), ChangeVerdict("b", estimable=False)),
    )
    assert [one.why for one in unjudged(others)] == [
        "no verdict yet",
        "not estimable",
    ]


def test_each_metric_and_mode_has_a_table_of_its_own() -> None:
    one = wide_reports.changes()[0].effects[0]
    other = replace(one, metric="test_accuracy")
    found = (ChangeVerdict("abc1234", (one, other, replace(one, mode="conv"))),)
    tables = change_tables(with_changes(*found).verdict)
    assert [(one.mode, one.metric) for one in tables] == [
        ("mlp", "test_loss"),
        ("mlp", "test_accuracy"),
        ("conv", "test_loss"),
    ]


def test_many_changes_are_cut_in_a_comment() -> None:
    effect = wide_reports.changes()[0].effects
    judged = [ChangeVerdict(f"{at:07x}", effect) for at in range(25)]
    left = [ChangeVerdict(f"{at:07x}", estimable=False) for at in range(100, 123)]
    text = comment(with_changes(*judged, *left))
    assert "5 more changes are on the page" in text
    assert "3 more changes are on the page" in text


def test_the_document_keys_effects_by_metric_within_one_mode() -> None:
    made = changes(verdict())
    assert isinstance(made, list)
    first = made[1]
    assert isinstance(first, dict)
    assert list(first) == [
        *("id", "title", "commits", "effect", "estimable", "why_not"),
        *("parts", "inside", "stage"),
    ]
    assert first["effect"] == {
        "test_loss": {
            "d": -0.024,
            "p_harm": 0.00004,
            "state": "block",
            "mode": "mlp",
            "metric": "test_loss",
            "reason": "change_harmful",
            "tolerance": 0.01,
            "p_ni": 0.97,
            "level": 0.0071,
            "n": 8,
            "failed": 0,
            "ci": [-0.03, -0.018],
            "single": {"d": -0.021, "ci": [-0.034, None]},
        }
    }


def test_the_document_keys_effects_by_mode_too_where_there_are_several() -> None:
    one = wide_reports.changes()[0].effects[0]
    both = ChangeVerdict("abc1234", (one, replace(one, mode="conv")))
    made = changes(with_changes(both).verdict)
    assert isinstance(made, list)
    assert isinstance(made[0], dict)
    assert list(made[0]["effect"] or ()) == ["mlp/test_loss", "conv/test_loss"]  # type: ignore[arg-type]


def test_a_reader_is_told_how_to_read_what_the_report_holds_and_no_more() -> None:
    plain = how_to_read(
        replace(wide_reports.shadowed(), verdict=Verdict(Ruling.PASS, ()))
    )
    assert len(how_to_read(wide_reports.shadowed())) == len(plain) + 1
    assert len(how_to_read(wide_reports.sliced())) == len(plain) + 1
    assert len(how_to_read(wide_reports.improving())) == len(plain) + 2
    assert "31 to 1" in how_to_read(wide_reports.extended())[-1]


def test_what_the_budget_left_unjudged_is_not_called_not_estimable() -> None:
    why = "the budget was spent before its first look"
    left = (
        ChangeVerdict("a", why_not=why),
        ChangeVerdict("b", why_not=why, stage="fast"),
        ChangeVerdict("c", stage="fast"),
        ChangeVerdict("d", stage="fast", estimable=False, why_not="it conflicts."),
    )
    assert [one.why for one in unjudged(Verdict(Ruling.PASS, (), changes=left))] == [
        f"not judged: {why}",
        f"not judged at stage fast: {why}",
        "no verdict yet at stage fast",
        "not estimable at stage fast: it conflicts",
    ]


def test_a_table_names_the_stage_where_several_train() -> None:
    (alone,) = change_tables(verdict())
    assert alone.at_stage == ""
    told = verdict()
    placed = tuple(replace(one, stage="fast") for one in told.changes)
    (table,) = change_tables(replace(told, changes=placed))
    assert table.at_stage == " at stage fast"


def only_reported(state: Ruling = Ruling.PASS) -> Report:
    """A harmful change under `shadowed: report`."""
    report = wide_reports.shadowed()
    (found,) = (one for one in report.verdict.findings if one.change)
    verdict = replace(
        report.verdict, state=state, findings=(replace(found, state=Ruling.INFO),)
    )
    return replace(report, verdict=verdict)


def test_a_harmful_change_that_is_only_reported_does_not_read_as_a_block() -> None:
    (table,) = change_tables(only_reported().verdict)
    row = table.rows[1]
    assert (row.change, row.state) == ("9e8d7c6", Ruling.INFO)
    assert row.result == "harmful, only reported"
    others = [one.result for one in table.rows if one != row]
    assert not any("reported" in one for one in others)


def test_a_harmful_change_that_somebody_accepted_says_so() -> None:
    report = wide_reports.shadowed()
    (found,) = (one for one in report.verdict.findings if one.change)
    (table,) = change_tables(lift(report.verdict, {found.digest}).verdict)
    assert (table.rows[1].state, table.rows[1].result) == (
        Ruling.INFO,
        "harmful, accepted",
    )
    assert not any("accepted" in one.result for one in table.rows if one.place != 2)


def test_failed_trials_of_a_change_that_are_only_reported_read_so_too() -> None:
    report = only_reported()
    bad = wide_reports.changes()[1]
    effect = replace(bad.effects[0], reason=Reason.MORE_FAILURES)
    (found,) = report.verdict.findings
    crash = replace(found, reason=Reason.MORE_FAILURES, metric=None)
    verdict = replace(
        report.verdict,
        findings=(crash,),
        changes=(replace(bad, effects=(effect,)),),
    )
    (table,) = change_tables(verdict)
    assert table.rows[0].result == "trials fail, only reported"


def test_after_a_block_nothing_is_called_only_reported() -> None:
    (table,) = change_tables(only_reported(Ruling.BLOCK).verdict)
    assert table.rows[1].result == "harmful"


def test_a_change_has_one_number_in_the_table_and_in_the_picture() -> None:
    (table,) = change_tables(verdict())
    numbers = change_numbers(verdict(), table.mode, table.metric)
    assert numbers == {row.change: row.place for row in table.rows}


def test_a_metric_without_a_table_takes_the_numbers_of_its_modes_first_one() -> None:
    told = verdict()
    unjudged_first = replace(told.changes[0], id="0" * 7, effects=())
    told = replace(told, changes=(unjudged_first, *told.changes))
    (table,) = change_tables(told)
    numbers = change_numbers(told, table.mode, "another_metric")
    assert numbers == {row.change: row.place for row in table.rows}


def test_changes_without_a_table_are_numbered_in_the_order_of_the_branch() -> None:
    told = verdict()
    numbers = change_numbers(told, "another_mode", "another_metric")
    assert list(numbers) == [one.id for one in told.changes]
    assert list(numbers.values()) == list(range(1, len(told.changes) + 1))
