"""Answers to orders that take long, as Markdown."""

from dataclasses import replace

from bot.domain.pulls.baseline_runs import Added
from bot.domain.sensitivity import Sensitivity, Tried
from bot.presentation.github.errands import (
    Refreshed,
    Scan,
    alarm,
    refreshed,
    refused,
    scanned,
)
from bot.presentation.words import errands as words

OWN, OTHER = Tried("0.1", 4, 0, 1.0), Tried("0.2", 4, 0, 0.9, 0.1, 0.05, 0.15)
SCAN = Scan(
    param="lr",
    own="0.1",
    seeds=4,
    stage="fast",
    commit="4f1c9a7",
    counts=(4, 4),
    metrics=(Sensitivity("mlp", "loss|@ann", -1, OWN, (OTHER,)),),
    same=(("0.20", "0.2"),),
)
STORED = (1.00, 1.02, 0.98, 1.01)
LOSS = Added("mlp", "loss", STORED, (1.0, 1.01))
MORE = Refreshed("main", "4f1c9a7", "fast", 2, (LOSS,))


def test_a_scan_shows_each_value_and_is_no_verdict() -> None:
    said = scanned(SCAN)
    assert "Scan of lr (own value 0.1), 4 seeds a value: 4 trials, 4 reused." in said
    assert "`4f1c9a7`, stage `fast`." in said
    assert "| value | seeds | failed | mean | effect | interval | looks |" in said
    assert "| 0.2 | 4 | 0 |" in said
    assert "0.20 is the same number as 0.2" in said
    assert said.endswith(words.EXPLORES)
    assert "seedgate local" not in said


def test_what_a_repository_calls_its_metrics_acts_nowhere() -> None:
    said = scanned(SCAN)
    assert "loss|@ann" not in said
    assert "@\u200bann" in said


def test_runs_that_were_added_stand_beside_those_before() -> None:
    said = refreshed(MORE)
    assert "2 runs added to the baseline of `main` (`4f1c9a7`), stage `fast`." in said
    row = "| `mlp / loss` | 4 | 1.0025 | 2 | 1.0050 | like before |"
    assert row in said
    assert "No run was replaced." in said
    assert "moves over time" not in said


def test_runs_that_failed_or_differ_are_shown_so() -> None:
    far = replace(LOSS, after=(1.3, 1.31), failed=1)
    few = Added("mlp", "speed", (), ())
    moved = (("mlp", "loss"),)
    said = refreshed(replace(MORE, metrics=(far, few), moved=moved))
    assert "2 (1 failed)" in said
    assert "**not like before**" in said
    assert "| `mlp / speed` | 0 | not known | 0 | not known | too few to tell |" in said
    assert "The baseline of `mlp / loss` moves over time" in said


def test_a_baseline_that_serves_once_gets_no_runs() -> None:
    assert refreshed(replace(MORE, shared=False)) == words.NO_SHARE
    assert refreshed(replace(MORE, metrics=())) == words.NO_BASELINE


def test_a_refusal_says_the_mend_and_acts_nowhere() -> None:
    assert refused("No @ann.", "Write it.") == "No @\u200bann. Write it."
    assert refused("No.", "") == "No."


def test_an_alarm_names_the_metrics_and_their_sums() -> None:
    title, text = alarm("main", [(("mlp", "loss"), 6.2, 5.0)])
    assert title == "Seedgate: the baseline of main moves (mlp / loss)"
    assert "Base branch: `main`." in text
    assert "`mlp / loss`: sum 6.2, alarm above 5" in text


def test_the_other_sentences_name_their_things() -> None:
    assert words.stopped("`bob`").startswith("Stopped by `bob`")
    assert words.no_gate("no policy") == "Nothing can be run here: no policy."
    assert "`a.py` and `b.py`" in words.conflict(["`a.py`", "`b.py`"])
    assert "no history in common" in words.UNRELATED
