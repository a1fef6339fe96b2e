"""The page holds everything that is shown, decided and in words."""

from dataclasses import replace

from bot.domain.verdict import Ruling
from bot.presentation.frames import CHANGES, CURVES, EFFECT, SEEDS, SLICES
from bot.presentation.page import page
from tests.fakes import reports, wide_reports


def test_the_top_answers_merge_or_not_why_and_what_to_do() -> None:
    made = page(reports.blocking())
    assert made.answer == "Do not merge"
    assert made.because.startswith("Because test_loss got worse in mlp")
    assert len(made.steps) == 3
    assert ("Into", "main") in made.about


def test_a_branch_without_a_name_is_its_commit() -> None:
    nameless = replace(reports.PROVENANCE, head_revision="HEAD")
    about = page(replace(reports.blocking(), provenance=nameless)).about
    assert ("Branch", nameless.head_commit) in about


def test_a_compared_metric_has_three_pictures_in_reading_order() -> None:
    card = page(reports.blocking()).modes[0].metrics[0]
    assert [one.kind for one in card.frames] == [EFFECT, SEEDS, CURVES]
    assert card.effect == card.row.effect


def test_a_metric_is_marked_as_its_worst_slice() -> None:
    card = page(wide_reports.sliced()).modes[0].metrics[0]
    assert card.slices is not None
    assert (card.row.state, card.slices.state) == (Ruling.PASS, Ruling.BLOCK)
    assert card.state is Ruling.BLOCK
    sound = replace(card, slices=replace(card.slices, state=Ruling.PASS))
    assert sound.state is Ruling.PASS


def test_a_limit_has_no_effect_to_picture() -> None:
    card = page(reports.passing()).modes[0].metrics[2]
    assert [one.kind for one in card.frames] == [SEEDS, CURVES]


def test_a_target_shows_its_mean_in_place_of_an_effect() -> None:
    card = page(reports.speedrun()).modes[0].metrics[0]
    assert (card.effect_name, card.effect, card.seeds_name) == (
        "mean",
        "3.2732",
        "trials",
    )
    assert card.frames[0].title == "Mean against the target"
    assert card.frames[1].caption == "The short bar is the mean."


def test_a_metric_without_direction_promises_no_better_side() -> None:
    known = {"d": 0.01, "low": -0.01, "high": 0.03}
    plain = reports.loss(5, 0.01, direction=None, tolerance=None, **known)
    shown = reports.mode("mlp", Ruling.INFO, (plain,))
    card = page(reports.report(Ruling.PASS, (shown,))).modes[0].metrics[0]
    assert card.effect_name == "difference (branch minus baseline)"
    assert card.frames[0].caption == "Dots: single seeds. Bar: what is proven."
    assert card.frames[0].title == "Effect"


def test_pictures_of_failed_trials_explain_the_crosses() -> None:
    frame = page(reports.blocking()).modes[1].metrics[0].frames[1]
    assert frame.caption.endswith("A cross is a failed run.")
    assert frame.alt.endswith("4 failed")


def test_what_is_not_known_of_the_repository_is_left_out() -> None:
    report = reports.report(Ruling.PASS, ())
    assert [what for what, _ in page(report).about] == [
        "Repository",
        "Branch",
        "Into",
        "Cost",
    ]


def test_slices_have_a_frame_and_a_table_in_the_card_of_their_metric() -> None:
    loss, memory = page(wide_reports.sliced()).modes[0].metrics
    assert loss.slices is not None
    assert loss.slices_frame is not None
    assert loss.slices_frame.kind == SLICES
    assert loss.slices_frame.alt.startswith("test_loss: 1 of 20 shown worse")
    assert memory.slices is memory.slices_frame is None


def test_findings_of_kept_slices_are_set_apart() -> None:
    made = page(wide_reports.sliced())
    assert len(made.quiet_findings) == 19
    assert len(made.findings) == 3


def test_a_gain_is_pictured_against_what_is_asked_for() -> None:
    bpb, accuracy, memory = page(wide_reports.improving()).modes[0].metrics
    titles = [one.frames[0].title for one in (bpb, accuracy, memory)]
    assert titles == [
        "Effect against the gain that is asked for",
        "Effect",
        "Effect against the tolerance",
    ]


def test_changes_have_a_card_with_their_tolerance() -> None:
    made = page(wide_reports.shadowed())
    (card,) = made.changes
    assert card.frame.kind == CHANGES
    assert card.about.endswith("Tolerance 0.01.")
    assert [one.change for one in made.unjudged] == ["0badcafe"]


def test_a_caption_promises_no_bar_where_there_is_none() -> None:
    report = wide_reports.neutral()
    made = page(report)
    effect, changes = made.modes[0].metrics[0].frames[0], made.changes[0].frame
    assert "Bar" not in effect.caption
    assert "interval" not in effect.alt
    assert "table. No bar: no interval. Right:" in changes.caption
    assert "Hollow" not in changes.caption
    one, other = report.verdict.changes[0], wide_reports.changes()[0]
    verdict = replace(report.verdict, changes=(one, other))
    (card,) = page(replace(report, verdict=verdict)).changes
    assert "Bar: what is proven; no bar: no interval." in card.frame.caption
    assert "Hollow: the change alone." in card.frame.caption


def test_changes_without_a_tolerance_claim_none() -> None:
    report = wide_reports.shadowed()
    one = replace(report.verdict.changes[0].effects[0], tolerance=None)
    change = replace(report.verdict.changes[0], effects=(one,))
    verdict = replace(report.verdict, changes=(change,))
    (card,) = page(replace(report, verdict=verdict)).changes
    assert card.about.endswith("the change helps.")
