"""A command is about the commit that the person saw, or nothing is done."""

import pytest

from bot.domain.commands import (
    Accept,
    Baseline,
    Command,
    Heads,
    Help,
    Ok,
    Proceed,
    Refusal,
    Refused,
    Retry,
    Run,
    Status,
    Unaccept,
    UntilCommit,
    UntilDays,
    Why,
    bind,
    is_bound,
    named_sha,
)

OLD = "a" * 7 + "1" * 33
NEW = "a" * 7 + "2" * 33
OTHER = "b" * 40
SHORT = "a" * 7
FINDING = "regression-5bd0c3a1"
STILL = Heads(NEW, NEW)
MOVED = Heads(OLD, NEW)
UNSEEN = Heads(None, NEW)


def why(found: Proceed | Refused) -> Refusal:
    assert isinstance(found, Refused)
    return found.reason


@pytest.mark.parametrize(
    "command", [Run(), Retry(), Accept(FINDING, "x", UntilDays(7))]
)
def test_a_command_is_about_the_head_that_was_recorded(command: Command) -> None:
    assert bind(command, STILL, None) == Proceed(NEW)


def test_a_head_that_moved_is_refused_with_both_heads() -> None:
    known = {"verb": "retry", "recorded": OLD, "head": NEW}
    assert bind(Retry(), MOVED, None) == Refused(Refusal.HEAD_MOVED, known)


def test_a_head_that_nobody_recorded_is_refused_with_the_head_now() -> None:
    known = {"verb": "run", "head": NEW}
    assert bind(Run(), UNSEEN, None) == Refused(Refusal.HEAD_UNRECORDED, known)


@pytest.mark.parametrize("heads", [STILL, MOVED, UNSEEN])
def test_naming_the_head_itself_is_always_enough(heads: Heads) -> None:
    assert bind(Run(NEW), heads, NEW) == Proceed(NEW)
    assert bind(Ok(NEW), heads, NEW) == Proceed(NEW)
    assert bind(Accept(FINDING, "x", UntilCommit(NEW)), heads, NEW) == Proceed(NEW)


def test_a_short_name_is_resolved_to_the_whole_one() -> None:
    assert bind(Run(SHORT), MOVED, NEW) == Proceed(NEW)
    assert bind(Ok(SHORT), STILL, NEW) == Proceed(NEW)


@pytest.mark.parametrize("heads", [MOVED, UNSEEN])
@pytest.mark.parametrize(
    "command", [Ok(SHORT), Accept(FINDING, "x", UntilCommit(SHORT))]
)
def test_a_short_name_vouches_for_no_head_that_moved(
    command: Command, heads: Heads
) -> None:
    known = {"verb": command.verb.value, "sha": NEW, "head": NEW}
    assert bind(command, heads, NEW) == Refused(Refusal.SHA_NOT_FULL, known)


def test_another_commit_than_the_head_is_refused_in_full() -> None:
    known = {"verb": "ok", "sha": OLD, "head": NEW}
    assert bind(Ok(OLD), STILL, OLD) == Refused(Refusal.SHA_NOT_HEAD, known)


def test_a_name_of_no_commit_or_of_several_is_refused() -> None:
    known = {"verb": "run", "sha": SHORT, "head": NEW}
    assert bind(Run(SHORT), STILL, None) == Refused(Refusal.SHA_UNKNOWN, known)


def test_a_slip_of_whoever_resolved_the_name_grants_nothing() -> None:
    assert why(bind(Ok(OTHER), Heads(NEW, NEW), NEW)) == Refusal.SHA_UNKNOWN


@pytest.mark.parametrize("command", [Run(), Ok(NEW)])
def test_without_a_head_nothing_is_done(command: Command) -> None:
    assert why(bind(command, Heads(NEW, None), NEW)) == Refusal.HEAD_UNKNOWN


@pytest.mark.parametrize(
    "command", [Why(), Status(), Help(), Baseline(), Unaccept(FINDING)]
)
def test_a_question_and_taking_back_are_about_no_head(command: Command) -> None:
    assert bind(command, MOVED, None) == Proceed(NEW)
    assert bind(command, Heads(None, None), None) == Proceed(None)


def test_adding_to_the_baseline_is_about_the_head() -> None:
    assert is_bound(Baseline(refresh=True))
    assert why(bind(Baseline(refresh=True), MOVED, None)) == Refusal.HEAD_MOVED


def test_a_command_names_a_commit_in_one_place_only() -> None:
    assert named_sha(Run(SHORT)) == SHORT
    assert named_sha(Ok(NEW)) == NEW
    assert named_sha(Accept(FINDING, "x", UntilCommit(NEW))) == NEW
    assert named_sha(Accept(FINDING, "x", UntilDays(1))) is None
    assert named_sha(Run()) is None
    assert named_sha(Why()) is None
