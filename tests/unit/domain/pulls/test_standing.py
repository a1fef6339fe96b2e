"""Who speaks for a commit that several pull requests have."""

from dataclasses import replace

import pytest

from bot.domain.commands import Cancel, Run
from bot.domain.conclusions import (
    Closed,
    Judged,
    NotGated,
    NotNeeded,
    Outcome,
    Running,
    Waiting,
    WaitingForTrust,
    part_of,
)
from bot.domain.github import CheckChange, CheckStatus, Output, Pull, Side
from bot.domain.pulls.acts import Act, PullKey
from bot.domain.pulls.standing import Standing, Voice, holding_up, speaking
from tests.fakes import reports

HEAD, OTHER = "a" * 40, "b" * 40
GOOD, BAD = Judged(reports.passing().verdict), Judged(reports.blocking().verdict)


def standing(number: int, outcome: Outcome | None, base: str = "main") -> Standing:
    """A pull request with this to say."""
    facts = (PullKey(7, number), 3, HEAD, base)
    if outcome is None:
        return Standing(*facts, open=True)
    change = CheckChange(CheckStatus.IN_PROGRESS, Output(str(number), "Summary"))
    voice = Voice(part_of(number, base, outcome), change)
    return Standing(*facts, open=True, voice=voice)


def speaks(*standings: Standing) -> int:
    found = speaking(standings, HEAD)
    assert found is not None
    return found.pull.number


def holds_up(one: Standing, *others: Standing) -> int | None:
    part = holding_up(HEAD, one.voice, others)
    return part.pull if part is not None else None


def test_nobody_speaks_for_a_commit_of_which_nothing_is_said() -> None:
    assert speaking([], HEAD) is None
    assert speaking([standing(1, None)], HEAD) is None
    assert speaking([replace(standing(1, GOOD), head=OTHER)], HEAD) is None


def test_who_has_nothing_to_say_does_not_speak() -> None:
    assert speaks(standing(1, None), standing(2, GOOD)) == 2


def test_the_worst_verdict_speaks() -> None:
    assert speaks(standing(1, GOOD), standing(2, BAD, "release")) == 2


def test_nothing_is_green_while_one_is_open() -> None:
    assert speaks(standing(1, BAD), standing(2, Running(), "release")) == 2


def test_who_is_over_is_silent_while_another_is_not() -> None:
    assert speaks(standing(1, Closed()), standing(2, GOOD)) == 2
    assert speaks(standing(1, NotGated()), standing(2, GOOD)) == 2


def test_a_stranger_never_worsens_the_commit_of_an_insider() -> None:
    assert speaks(standing(1, WaitingForTrust()), standing(2, GOOD)) == 2


def test_one_that_passed_is_held_up_by_what_is_worse() -> None:
    one = standing(2, GOOD)
    assert holds_up(one, standing(1, BAD, "release")) == 1
    assert holds_up(one, standing(3, Running(), "release")) == 3
    assert holds_up(one, standing(3, WaitingForTrust(), "release")) == 3


def test_who_speaks_waits_or_may_be_merged_is_held_up_by_nobody() -> None:
    worse = standing(1, BAD, "release")
    assert holds_up(worse, standing(2, GOOD)) is None
    assert holds_up(standing(2, Running()), worse) is None
    assert holds_up(standing(2, GOOD), standing(1, GOOD, "release")) is None
    assert holds_up(standing(2, GOOD)) is None


def test_another_commit_and_a_stranger_to_the_same_base_hold_up_nobody() -> None:
    one, worse = standing(2, GOOD), standing(1, BAD, "release")
    assert holds_up(one, replace(worse, head=OTHER), standing(3, None)) is None
    assert holds_up(one, standing(1, WaitingForTrust())) is None
    assert holds_up(standing(1, None), worse) is None


def test_it_is_known_whether_the_answer_was_given() -> None:
    told = [standing(1, one).ended for one in (None, Running(), GOOD)]
    assert told == [False, False, True]


# Whether anything runs --------------------------------------------------------------

PULL = Pull(
    1,
    open=True,
    draft=False,
    merged=False,
    head=Side(HEAD, "idea", 7),
    base=Side(OTHER, "main", 7),
    author=None,
    title="Idea",
    body="",
    updated_at=0.0,
)
RUN = Act("comment:1:1", PullKey(7, 1), HEAD, Run(), 5, "ann", 0.0)


@pytest.mark.parametrize("outcome", [GOOD, BAD, WaitingForTrust(), Closed(), None])
def test_what_has_its_answer_rests_and_where_nothing_is_said(
    outcome: Outcome | None,
) -> None:
    assert standing(1, outcome).rests(PULL, ())


@pytest.mark.parametrize("outcome", [Running(), Waiting()])
def test_what_has_none_yet_does_not(outcome: Outcome) -> None:
    assert not standing(1, outcome).rests(PULL, ())


@pytest.mark.parametrize(
    ("said", "now"),
    [
        ({}, {"head": Side(OTHER, "idea", 7)}),
        ({}, {"base": Side(OTHER, "release", 7)}),
        ({"draft": True}, {"draft": False}),
        ({"open": False}, {}),
    ],
)
def test_nor_what_changed_since_and_nobody_looked_at(
    said: dict[str, object], now: dict[str, object]
) -> None:
    one = replace(standing(1, BAD), **said)  # type: ignore[arg-type]
    assert not one.rests(replace(PULL, **now), ())  # type: ignore[arg-type]


def test_a_draft_with_a_verdict_has_nothing_to_run_once_it_is_ready() -> None:
    one = replace(standing(1, BAD), draft=True, task="t1")
    assert one.rests(PULL, ())


def test_nor_what_was_ordered_since() -> None:
    one = replace(standing(1, BAD), ordered=0)
    assert not one.rests(PULL, [RUN])
    assert replace(one, ordered=1).rests(PULL, [RUN])
    assert one.rests(PULL, [replace(RUN, sha=OTHER), replace(RUN, command=Cancel())])
    assert standing(1, BAD).rests(PULL, [RUN])  # kept before orders were counted


def test_no_order_has_trials_run_where_none_has_to() -> None:
    green = replace(standing(1, NotNeeded()), ordered=0)
    assert green.needless
    assert green.rests(PULL, [RUN])
    judged = replace(green, task="t1")
    assert not judged.needless
    assert not judged.rests(PULL, [RUN])
    assert not standing(1, BAD).needless
