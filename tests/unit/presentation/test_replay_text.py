"""A replay in words and as JSON: what is said of every kind of end."""

import json

from bot.domain.policy import Role
from bot.domain.replay import Comparison, Comparisons, Replay, Run, replay
from bot.presentation.replay_json import replay_document
from bot.presentation.replay_text import details, replay_lines, summary, table
from tests.unit.domain.replay.past import KEPT, LOSS, metric, rules, runs

ARMS = {
    "old": runs(),
    "new": runs(time=98.0, start=5),
    "worse": runs(time=103.0),
    "short": runs(5, time=99.99),
    "equal": runs(8, time=99.99),
    "mixed": (*runs(5, time=99.0), *runs(3, time=830.0)),
    "nodes": tuple(Run(one.values, node="ab"[at % 2]) for at, one in enumerate(runs())),
}


def story(*asked: Comparison) -> Replay:
    return replay(rules(), ARMS, Comparisons(asked))


def only(asked: Comparison) -> tuple[str, ...]:
    return details(story(asked).each[0])


ALL = story(
    Comparison("good", "new", "old", merged=True),
    Comparison("bad", "worse", "old", merged=True),
    Comparison("the same", "equal", "old", merged=False),
    Comparison("short", "short", "old", merged=True),
    Comparison("mixed", "mixed", "old", merged=True, note="as it was told."),
    Comparison("alone", "new"),
)


def test_the_table_has_a_line_for_every_comparison() -> None:
    cells = [[one.strip() for one in line.split("  ") if one] for line in table(ALL)]
    assert cells[2:] == [
        ["good", "pass", "pass", "8 of 16", "-", "merged", "agrees"],
        ["bad", "block", "block", "8 of 16", "-", "merged", "disagrees"],
        ["the same", "undecided", "undecided", "16 of 16", "-", "not merged", "agrees"],
        ["short", "undecided", "asks for more", "8 of 13", "1 to 3", "merged", "-"],
        ["mixed", "-", "cannot judge", "0 of 16", "-", "merged", "-"],
        ["alone", "pass", "pass", "4 of 8", "-", "-", "-"],
    ]


def test_the_sum_names_what_it_disagrees_on() -> None:
    assert summary(ALL) == (
        "6 comparisons.",
        "One test of all runs agrees with what was done in 2 of 4.",
        "The gate comes to its own end in 4, and agrees with what was done in 2 of 3.",
        "  It disagrees on bad: the gate says block, and it was merged.",
        "It asks for more runs in 1: 1 for their next looks, and 3 at most.",
        "It cannot judge 1, whose runs are mixed.",
        "Where it comes to its end it would have made 36 of 56 runs, and saved 20 "
        "(36 %).",
    )


def test_a_gate_that_passes_what_was_not_merged_is_told_too() -> None:
    said = summary(story(Comparison("good", "new", "old", merged=False)))
    assert "  It disagrees on good: the gate says pass, and it was not merged." in said


def test_where_nothing_is_known_nothing_is_claimed() -> None:
    assert summary(story(Comparison("mixed", "mixed", "old"))) == (
        "1 comparison.",
        "The gate comes to its own end in 0.",
        "It cannot judge 1, whose runs are mixed.",
    )


def test_where_only_the_last_look_is_left_one_number_says_it() -> None:
    arms = {"old": runs(), "new": runs(7, time=99.99)}
    done = replay(rules(), arms, Comparisons((Comparison("it", "new", "old"),)))
    assert done.each[0].more == (1, 1)
    assert table(done)[2].split()[-3:] == ["1", "-", "-"]


def test_behind_an_answer_stand_its_metrics() -> None:
    name, loss, time = only(Comparison("good", "new", "old"))
    assert name == "good"
    assert loss.startswith("  loss: target reached (mean at most 3.28); mean 3.277")
    assert "interval [" in loss
    assert ", p " in loss
    assert "gain" in time
    assert "(better); 99.996 -> 98.005, effect +1.991, interval [" in time


def test_failed_runs_are_told() -> None:
    failed = (*ARMS["new"][:3], Run({}, failed="diverged"), *ARMS["new"][4:])
    arms = {"old": runs(), "new": failed}
    done = replay(rules(), arms, Comparisons((Comparison("it", "new", "old"),)))
    assert any("branch trials failed" in line for line in details(done.each[0]))


def test_runs_of_two_machines_are_told_in_their_groups() -> None:
    said = only(Comparison("mixed", "mixed", "old", note="as it was told."))
    assert said[-2:] == (
        "  time_s: not averaged; the runs of the branch fall into 5 near 99 and 3 "
        "near 830",
        "  Note: as it was told.",
    )


def test_nodes_that_differ_are_named_and_what_is_not_judged_for_it() -> None:
    said = only(Comparison("nodes", "nodes", "old"))
    assert said[-2:] == (
        "  node: not the same in all runs of the branch (a and b)",
        "  time_s: not judged, because its runs are mixed",
    )


def test_what_has_no_baseline_says_so() -> None:
    said = only(Comparison("alone", "new"))
    assert said[-1] == "  time_s: not judged, because there is no baseline"


def test_a_metric_without_a_value_or_a_test_says_what_is_known() -> None:
    policy = rules(LOSS, metric("time_s", Role.REPORT))
    done = replay(policy, {"x": runs(1)}, Comparisons((Comparison("x", "x"),)))
    assert details(done.each[0])[1] == "  loss: no verdict yet (mean at most 3.28)"


def test_changes_are_told_by_what_they_add() -> None:
    without = {"gain": "old", "odd": "mixed"}
    said = only(Comparison("it", "new", "old", without=without))
    assert said[3].startswith("  what gain adds, time_s: ")
    assert said[3].endswith(", 4 runs per arm")
    assert said[4] == "  without odd: not judged, because its runs are mixed"


def test_changes_of_primary_metrics_are_told_by_their_reasons() -> None:
    asked = Comparison("it", "new", "old", without={"gain": "old", "odd": "mixed"})
    done = replay(rules(KEPT), ARMS, Comparisons((asked,)))
    assert details(done.each[0])[-2:] == (
        "  gain: loss not worse",
        "  odd: not estimable, its runs mix machines or settings",
    )


def test_the_whole_is_the_table_what_lies_behind_and_the_sum() -> None:
    lines = replay_lines(ALL)
    assert lines[0] == "mode record, stage fast: looks at 4, 6 and 8 seeds per arm"
    assert lines[2:10] == table(ALL)
    assert lines[-len(summary(ALL)) :] == summary(ALL)
    assert sum(line == "good" for line in lines) == 1


def test_the_json_holds_the_same() -> None:
    document = replay_document(ALL, "abc")
    text = json.dumps(document, allow_nan=False)
    read = json.loads(text)
    assert (read["schema_version"], read["policy_sha256"]) == (1, "abc")
    assert (read["mode"], read["stage"], read["looks"]) == ("record", "fast", [4, 6, 8])
    good, bad, _, short, mixed, _ = read["comparisons"]
    assert (good["answer"], good["agrees"], good["runs_saved"]) == ("pass", True, 8)
    assert good["metrics"]["loss"]["reason"] == "target_shown"
    assert (bad["state"], bad["at_once"], bad["agrees"]) == ("block", "block", False)
    assert (short["more_least"], short["more_most"]) == (1, 3)
    assert mixed["mixed"][0]["evidence"]["n_high"] == 3
    assert "fall into" in mixed["mixed"][0]["message"]
    assert (mixed["at_once"], mixed["left_out"]) == (None, ["time_s"])
    assert read["summary"] == {
        "comparisons": 6,
        "agree": ["good", "the same"],
        "agree_at_once": ["good", "the same"],
        "disagree": ["bad"],
        "asked_for_more": ["short"],
        "mixed": ["mixed"],
        "runs_given": 56,
        "runs_saved": 20,
        "more_least": 1,
        "more_most": 3,
    }


def test_the_json_holds_every_change() -> None:
    asked = Comparison("it", "new", "old", without={"gain": "old"})
    policies = (rules(), rules(KEPT))
    both = [replay(one, ARMS, Comparisons((asked,))) for one in policies]
    added, taken = (
        json.loads(json.dumps(replay_document(one, ""), allow_nan=False))
        for one in both
    )
    (change,) = added["comparisons"][0]["changes"]
    assert (change["change"], change["look"]) == ("gain", 4)
    (ablated,) = taken["comparisons"][0]["ablation"]
    assert (ablated["id"], ablated["estimable"]) == ("gain", True)


def test_why_runs_fail_is_told_by_the_first_of_them() -> None:
    broken = tuple(Run({"lost": 1.0}, seed) for seed in (7, 8, 9, 10))
    crashed = (Run({}, failed="timeout"),) * 8
    arms = {"old": runs(), "wrong": broken, "crashed": crashed}
    asked = (Comparison("a", "wrong", "old"), Comparison("b", "crashed", "old"))
    first, second = replay(rules(), arms, Comparisons(asked)).each
    assert (
        "  the first run that failed (seed 7): missing metric: `loss` is missing"
        in details(first)
    )
    assert "  the first run that failed: timeout" in details(second)
