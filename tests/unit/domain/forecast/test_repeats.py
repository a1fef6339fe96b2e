"""A branch that is evaluated again says nothing new."""

from dataclasses import replace

from bot.domain.forecast import told_once
from bot.domain.verdict import Forecast

IDEA = {("main", "idea")}
LOSS = Forecast("loss", -0.02, 0.6, mode="mlp", outcome="missed")
ERROR = Forecast("error", -0.1, outcome="open")


def test_what_a_branch_foretells_again_counts_as_the_latest_one_found_it() -> None:
    again = replace(LOSS, outcome="met")
    assert told_once([(IDEA, [LOSS, ERROR]), (IDEA, [again])]) == [ERROR, again]
    spread = replace(LOSS, mode=None)
    assert told_once([(IDEA, [LOSS]), (IDEA, [spread])]) == [spread]


def test_a_forecast_that_was_corrected_still_counts() -> None:
    surer, smaller = replace(LOSS, likelihood=0.9), replace(LOSS, expected=-0.01)
    kept = [(IDEA, [LOSS]), (IDEA, [surer]), (IDEA, [smaller])]
    assert told_once(kept) == [LOSS, surer, smaller]


def test_equal_forecasts_of_other_branches_or_of_nobody_known_all_count() -> None:
    other = {("main", "other")}
    assert told_once([(IDEA, [LOSS]), (other, [LOSS])]) == [LOSS, LOSS]
    assert told_once([(set(), [LOSS]), (set(), [LOSS])]) == [LOSS, LOSS]


def test_equal_lines_of_one_evaluation_are_two_modes_and_both_count() -> None:
    gru = replace(LOSS, mode="gru")
    assert told_once([(IDEA, [LOSS, gru])]) == [LOSS, gru]


def test_an_evaluation_that_two_branches_share_is_repeated_by_either() -> None:
    both = IDEA | {("main", "twin")}
    assert told_once([(both, [LOSS]), ({("main", "twin")}, [LOSS])]) == [LOSS]
