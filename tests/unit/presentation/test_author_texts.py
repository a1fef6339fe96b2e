"""What is said of scans, repeated trials and split branches."""

import json
from dataclasses import replace

import pytest

from bot.domain.invasiveness.differences import Difference
from bot.domain.invasiveness.quantities import Quantity
from bot.domain.repetition import Compared, Repetition, Sameness, Steps
from bot.domain.sensitivity import Sensitivity, Tried
from bot.domain.verdict import Ruling
from bot.presentation import repeat_text, scan_text, split_text
from tests.fakes import reports
from workers.contract import Ok, ProbeKind, ProbeSpec, Scoring, TrialResult

PARAMETERS = Difference(Quantity.PARAMETERS, 2, 3, "0.weight")
OWN = Tried("0.5", 4, 0, 1.041)
BETTER = Tried("0.3", 4, 0, 1.001, 0.04, 0.031, 0.049)
ALIKE = Tried("0.4", 4, 0, 1.035, 0.006, -0.004, 0.016)
WORSE = Tried("0.9", 4, 0, 1.341, -0.3, -0.32, -0.28)
BROKEN = Tried("9", 0, 4)


def sensitivity(*tried: Tried, orientation: int = -1) -> Sensitivity:
    return Sensitivity("mlp", "loss", orientation, OWN, tried)


def test_a_scan_is_a_table_with_the_policys_own_value_first() -> None:
    grid = scan_text.grid(sensitivity(BETTER, ALIKE, WORSE, BROKEN))
    assert grid.title == "mlp / loss (lower is better)"
    assert grid.rows == (
        ("0.5 (own)", "4", "0", "1.0410", "-", "-", "-"),
        ("0.3", "4", "0", "1.0010", "+0.0400", "[+0.0310, +0.0490]", "better"),
        ("0.4", "4", "0", "1.0350", "+0.0060", "[-0.0040, +0.0160]", "alike"),
        ("0.9", "4", "0", "1.3410", "-0.3000", "[-0.3200, -0.2800]", "worse"),
        ("9", "0", "4", "not known", "not known", "not known", "not known"),
    )
    rising = scan_text.grid(sensitivity(BETTER, orientation=1))
    assert rising.title.endswith("(higher is better)")


def test_a_scan_says_what_looks_better_and_that_it_is_no_verdict() -> None:
    found = (
        sensitivity(BETTER, WORSE),
        sensitivity(ALIKE, WORSE),
        sensitivity(WORSE),
    )
    said = scan_text.sentences(found)
    assert said[0] == "mlp / loss: 0.3 looks better than 0.5."
    assert said[1].startswith("mlp / loss: 0.4 did best, and what was seen does not")
    assert said[2] == "mlp / loss: no value looks better than 0.5."
    assert "for all 2 values of a metric together with 95 % confidence" in said[3]
    assert said[4] == scan_text.EXPLORES
    assert scan_text.sentences(())[1] == scan_text.EXPLORES


def test_a_scan_says_once_a_value_how_many_runs_failed_and_why() -> None:
    why = "exception: ValueError: invalid int value: 'abc'."
    failed = replace(BROKEN, value="abc", first=why)
    other = replace(sensitivity(BETTER, failed), mode="gru")
    found = (sensitivity(BETTER, failed), sensitivity(BETTER, failed), other)
    said = [one for one in scan_text.sentences(found) if "failed" in one]
    assert said == [
        "At abc 8 runs failed. The first, in mlp (self-reported): exception: "
        "ValueError: invalid int value: 'abc'."
    ]
    own = replace(OWN, failed=1, first="timeout")
    broken = replace(sensitivity(ALIKE), own=own)
    told = "At 0.5 1 run failed. The first, in mlp (self-reported): timeout."
    assert told in scan_text.sentences((broken,))


def test_where_nothing_ended_no_value_is_said_to_look_worse() -> None:
    said = scan_text.sentences((sensitivity(BROKEN),))
    assert said[0] == "mlp / loss: nothing can be compared with 0.5."


def test_a_scan_says_what_ran() -> None:
    said = scan_text.headline("lr", "0.5", 4, (9, 3))
    assert said == "Scan of lr (own value 0.5), 4 seeds a value: 9 trials, 3 reused."
    assert scan_text.headline("lr", "0.5", 4, (1, 0)).endswith("a value: 1 trial.")


def test_values_that_were_there_already_are_named() -> None:
    same = (("1.0", "1"), ("adam", "adam"), ("0.50", "0.5"))
    assert scan_text.repeated(same, "0.5") == (
        "1.0 is the same number as 1; it is tried once.",
        "adam was asked for more than once; it is tried once.",
        "0.50 is the policy's own value, which is tried in any case.",
    )


def test_words_as_values_are_told_apart_like_numbers() -> None:
    own, other = replace(OWN, value="adam"), replace(BETTER, value="lion")
    found = Sensitivity("mlp", "loss", -1, own, (other,))
    assert [row[0] for row in scan_text.grid(found).rows] == ["adam (own)", "lion"]
    assert scan_text.sentences((found,))[0] == (
        "mlp / loss: lion looks better than adam."
    )


def test_a_scan_as_json_has_null_for_what_is_not_known() -> None:
    document = scan_text.document("lr", 4, (sensitivity(BETTER, BROKEN),))
    (metric,) = json.loads(json.dumps(document, allow_nan=False))["metrics"]
    assert metric["best"] == "0.3"
    assert metric["values"][0]["ci"] == [0.031, 0.049]
    assert metric["values"][1]["ci"] is None
    assert metric["values"][0]["first_failure"] is None
    none = scan_text.document("lr", 4, (sensitivity(WORSE),))["metrics"]
    assert isinstance(none, list)
    assert none[0]["best"] is None


LOSS = Compared("loss", 1.0, 1.02, 6, 0.05, 0.18)
SAME = Compared("loss", 1.0, 1.0, 6, 0.05, 0.18)
TIME = Compared("time", 9.0, 12.0, 1, decides=False)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (Repetition(Sameness.BITWISE, (SAME,), True), "Bit for bit the same: every"),
        (Repetition(Sameness.BITWISE, (SAME,)), "Bit for bit the same, as far as"),
        (
            Repetition(Sameness.BITWISE, ends=("timeout", "timeout")),
            "It fails as it did before: timeout.",
        ),
        (Repetition(Sameness.WITHIN_NOISE, (LOSS,)), "Not bit for bit the same, and w"),
        (Repetition(Sameness.DIFFERS, (LOSS,)), "It differs by more than the noise"),
        (
            Repetition(Sameness.DIFFERS, ends=("ok", "timeout")),
            "It differs: it ended with ok, and now with timeout.",
        ),
        (Repetition(Sameness.UNKNOWN, (LOSS,)), "Not bit for bit the same; how much"),
        (
            Repetition(Sameness.BITWISE, steps=Steps(20)),
            "Bit for bit the same in all 20 steps that were looked at.",
        ),
        (
            Repetition(Sameness.UNKNOWN, steps=Steps(20, PARAMETERS)),
            "Not bit for bit the same: the runs differ first in the parameters of "
            "0.weight at step 3.",
        ),
        (
            Repetition(Sameness.UNKNOWN, steps=Steps(20, Difference(Quantity.SHAPES))),
            "Not bit for bit the same: the runs differ first in the parameter shapes.",
        ),
        (
            Repetition(Sameness.UNKNOWN, steps=Steps(0, blind="nobody looked")),
            "It ends well, as it did before; no steps can be compared: nobody looked.",
        ),
        (
            Repetition(Sameness.BITWISE),
            "It ends well, as it did before; it has no values to compare.",
        ),
        (
            Repetition(Sameness.UNKNOWN, lost="The node\nis gone."),
            "It could not be repeated: The node is gone.",
        ),
    ],
)
def test_a_repetition_is_answered_in_one_sentence(found: Repetition, said: str) -> None:
    assert repeat_text.headline(found).startswith(said)


def test_a_repetition_says_what_keeps_it_from_being_certain() -> None:
    sure = Repetition(Sameness.BITWISE, (SAME, TIME), digests=True)
    assert repeat_text.sentences(sure, moved=False) == ()
    unsure = Repetition(Sameness.UNKNOWN, (Compared("loss", 1.0, 1.1, 1),))
    moved, few = repeat_text.sentences(unsure, moved=True)
    assert "other hardware" in moved
    assert "Too few stored trials" in few
    (streams,) = repeat_text.sentences(
        Repetition(Sameness.WITHIN_NOISE, (SAME,), digests=False), moved=False
    )
    assert "streams" in streams


def test_a_repetition_is_a_table_with_what_noise_would_explain() -> None:
    gone = Compared("error", 0.1, None, 3, 0.02, 0.08)
    found = Repetition(Sameness.DIFFERS, (LOSS, TIME, gone))
    assert repeat_text.grid(found).rows == (
        ("loss", "1.000", "1.020", "+0.020", "±0.18", "6", "within noise"),
        ("time", "9.0", "12.0", "+3.0", "not known", "1", "not known (machine)"),
        ("error", "0.100", "not known", "not known", "±0.080", "3", "differs"),
    )


def test_a_repetition_as_json() -> None:
    found = Repetition(Sameness.DIFFERS, (LOSS,), digests=False)
    again = reports.spec("branch", "mlp", 7)
    document = repeat_text.document("k" * 64, again, found, moved=True)
    plain = json.loads(json.dumps(document, allow_nan=False))
    assert (plain["result"], plain["other_machine"], plain["lost"]) == (
        "differs",
        True,
        None,
    )
    assert plain["metrics"][0]["result"] == "within_noise"


@pytest.mark.parametrize(
    ("steps", "plain"),
    [
        (
            Steps(20, PARAMETERS),
            {
                "seen": 20,
                "first_difference": "the parameters of 0.weight at step 3",
                "not_seen_because": None,
            },
        ),
        (
            Steps(0, blind="nobody looked"),
            {"seen": 0, "first_difference": None, "not_seen_because": "nobody looked"},
        ),
        (None, None),
    ],
)
def test_a_run_that_was_only_looked_at_as_json(
    steps: Steps | None, plain: dict[str, object] | None
) -> None:
    found = Repetition(Sameness.UNKNOWN, steps=steps)
    again = reports.spec("branch", "mlp", 7)
    assert repeat_text.document("k", again, found, moved=False)["steps"] == plain


def test_a_trial_says_what_scores_it_and_what_looks_at_it() -> None:
    spec = reports.spec("branch", "mlp", 7)
    scoring = Scoring("f" * 40, ("python", "evaluate.py", "{checkpoint}"), "t" * 64)
    probe = ProbeSpec(ProbeKind.FINGERPRINT, 20)
    rows = dict(
        repeat_text.provenance(replace(spec, scoring=scoring, probe=probe), None, {})
    )
    assert rows["scored by"] == "python evaluate.py '{checkpoint}'"
    assert rows["scored in"] == "f" * 40
    assert rows["looked at"].startswith("fingerprint, 20 steps (by hand")
    plain = dict(repeat_text.provenance(spec, None, {}))
    assert not {"scored by", "scored in", "looked at"} & set(plain)


def test_a_trial_says_where_it_came_from() -> None:
    spec = reports.spec("branch", "mlp", 7)
    ran = TrialResult(Ok(), node="laptop")
    known = {"evaluation": "e1", "packages": "torch 2.13"}
    rows = dict(repeat_text.provenance(spec, ran, known))
    assert rows["arm"] == f"branch of mode mlp, stage {spec.stage}"
    assert rows["seed"] == "7, replicate 0"
    assert (rows["node"], rows["evaluation"]) == ("laptop", "e1")
    assert rows["packages"].endswith("torch 2.13")
    assert "node" not in dict(repeat_text.provenance(spec, None, {}))
    assert "repository" not in rows


def test_a_split_says_what_was_made_and_how_it_is_pushed() -> None:
    made = split_text.announcement("idea-2", ("abc1234", "def5678"), existed=False)
    assert made.startswith("Made the branch idea-2, without abc1234")
    there = split_text.announcement("idea-2", ("abc1234",), existed=True)
    assert "was there already" in there
    kept = [("9e8d7c6", "Wider layer"), ("warm-up", "")]
    first, inside, look, push = split_text.sentences("idea-2", Ruling.PASS, kept)
    assert first == "The branch idea-2 is in this repository. It passes."
    assert inside == "It keeps 9e8d7c6 (Wider layer) and warm-up."
    assert look.endswith("git log -p -1 idea-2")
    assert push.endswith("git push --set-upstream origin idea-2")


def test_a_split_of_odd_names_is_said_so_that_it_can_be_pasted() -> None:
    made = split_text.announcement("a&b", ("-x, y", "plain"), existed=False)
    assert made == 'Made the branch a&b, without "-x, y" and plain; judging it.'
    *_, look, push = split_text.sentences("a&b", Ruling.PASS, [])
    assert (look.split()[-1], push.split()[-1]) == ("'a&b'", "'a&b'")


@pytest.mark.parametrize("state", [Ruling.BLOCK, Ruling.UNDECIDED, Ruling.INFO])
def test_a_split_that_does_not_pass_says_so(state: Ruling) -> None:
    said = split_text.sentences("idea-2", state, [])
    assert "It does NOT pass" in said[0]
    assert len(said) == 3
