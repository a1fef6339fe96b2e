"""From cheap to dear, and never past a rung that did not pass."""

from bot.domain.ladder import (
    Planned,
    RungKind,
    ladder_of,
    next_rung,
    skipped,
)
from bot.domain.policy import Gate, Policy, Stage, StageKind
from bot.domain.verdict import Reason, Ruling, Rung
from tests.fakes.policies import policy

TESTS = Stage("tests", StageKind.TESTS, command=("pytest",))
SANITY = Stage("sanity", StageKind.SANITY)
FAST, FULL = Stage("fast"), Stage("full", when=Gate.ON_PASS)
SCALE = Stage("scale", when=Gate.LABEL, label="big")
NEVER = Stage("old", when=Gate.NEVER)
WHOLE = policy(stages=(FAST, FULL, SCALE, NEVER, SANITY, TESTS))


def names(rules: Policy = WHOLE, **asked: object) -> list[str]:
    return [one.name for one in ladder_of(rules, **asked)]  # type: ignore[arg-type]


def ended(name: str, state: Ruling) -> Rung:
    return Rung(name, "training", state)


def test_rungs_go_from_cheap_to_dear_whatever_the_order_of_the_file() -> None:
    assert names(fingerprints=True) == [
        "tests",
        "sanity",
        "fingerprint",
        "fast",
        "full",
    ]


def test_without_fingerprints_modes_are_not_compared_bit_by_bit() -> None:
    assert names() == ["tests", "sanity", "fast", "full"]


def test_a_label_adds_its_stage_in_its_place() -> None:
    assert names(labels=("big",))[-3:] == ["fast", "full", "scale"]
    assert names(labels=("small",))[-1] == "full"


def test_a_stage_that_is_asked_for_by_name_runs_alone() -> None:
    assert names(alone=SCALE, fingerprints=True) == ["scale"]


def test_each_rung_says_what_it_is_for() -> None:
    kinds = [one.kind for one in ladder_of(WHOLE, fingerprints=True)]
    assert kinds == [*list(RungKind), RungKind.TRAINING]
    fingerprint = ladder_of(WHOLE, fingerprints=True)[2]
    assert fingerprint == Planned("fingerprint", RungKind.FINGERPRINT)


def test_a_rung_starts_only_if_the_one_before_passed() -> None:
    ladder = ladder_of(WHOLE)
    done = [ended("tests", Ruling.PASS)]
    assert next_rung(ladder, []) == ladder[0]
    assert next_rung(ladder, done) == ladder[1]
    for stops in (Ruling.BLOCK, Ruling.UNDECIDED):
        assert next_rung(ladder, [*done, ended("sanity", stops)]) is None


def test_a_rung_that_could_check_nothing_stops_nobody() -> None:
    ladder = ladder_of(WHOLE)
    done = [ended("tests", Ruling.PASS), ended("sanity", Ruling.INFO)]
    assert next_rung(ladder, done) == ladder[2]


def test_after_the_last_rung_there_is_none() -> None:
    ladder = ladder_of(policy(stages=(FAST,)))
    assert next_rung(ladder, [ended("fast", Ruling.PASS)]) is None


def test_what_was_not_started_is_said_with_the_rung_that_did_not_pass() -> None:
    ladder = ladder_of(WHOLE)
    done = [ended("tests", Ruling.PASS), ended("sanity", Ruling.BLOCK)]
    rungs, told = skipped(ladder, done)
    assert [(one.stage, one.state) for one in rungs] == [
        ("fast", Ruling.INFO),
        ("full", Ruling.INFO),
    ]
    assert [one.reason for one in told] == [Reason.RUNG_SKIPPED] * 2
    assert told[1].evidence == {"stage": "full", "before": "sanity"}
