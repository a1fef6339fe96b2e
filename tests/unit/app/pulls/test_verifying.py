"""What is mended on GitHub, while more is said here."""

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.app.pulls.sweeping.reviving import PAUSE_S
from bot.app.pulls.sweeping.verifying import Turn, verify
from bot.domain.github import (
    CheckRun,
    Comment,
    Conclusion,
    Forbidden,
    GitHubError,
    Pull,
    Transient,
)
from bot.domain.policy import POLICY_PATH
from bot.domain.pulls.posts import check_key
from tests.fakes import reports
from tests.fakes.yard import Yard, files, yard


@pytest.fixture
def gate(tmp_path: Path) -> Yard:
    return yard(tmp_path)


def mended(gate: Yard) -> int:
    """By the next sweep."""
    gate.clock.now += 300
    return gate.reconciler.sweep().mended


class Meanwhile:
    """A call to GitHub during which something happens here, the first time."""

    def __init__(self, call: Callable[..., Any], happens: Callable[[], object]) -> None:
        self._call, self._happens, self._over = call, happens, False

    def __call__(self, *asked: object) -> object:
        found, over = self._call(*asked), self._over
        self._over = True
        if not over:
            self._happens()
        return found


def test_an_answer_that_is_taken_back_meanwhile_is_not_put_again(
    gate: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    pull = gate.opens()
    gate.judges(pull)
    run, checks = gate.run(pull.head.sha), gate.github.towns[gate.place].checks
    checks[run.id] = replace(run, conclusion=Conclusion.FAILURE)
    mended(gate)

    def judged_anew() -> None:
        gate.commits({POLICY_PATH: files()[POLICY_PATH].replace("0.05", "0.04")})
        gate.looks(pull)

    asks = Meanwhile(gate.github.checks, judged_anew)
    monkeypatch.setattr(gate.github, "checks", asks)
    assert mended(gate) == 0
    gate.sends()
    assert gate.run(pull.head.sha).conclusion is None


def test_what_is_said_meanwhile_stands_where_a_comment_is_gone(
    gate: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    pull = gate.opens()
    gate.judges(pull)
    old = gate.sticky(pull)
    assert old is not None
    del gate.github.towns[gate.place].comments[old.id]
    mended(gate)

    def pushed() -> None:
        gate.pushes(pull, "print(3)\n")
        gate.looks(pull)

    asks = Meanwhile(gate.github.checks, pushed)
    monkeypatch.setattr(gate.github, "checks", asks)
    assert mended(gate) == 0
    assert gate.standing(pull).head != pull.head.sha


def test_a_run_that_is_made_while_a_sweep_misses_it_is_not_made_again(
    gate: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GitHub was asked for it while it was on its way."""
    pull = gate.opens()
    gate.looks(pull)
    assert mended(gate) == 0
    monkeypatch.setattr(
        gate.github, "checks", Meanwhile(gate.github.checks, gate.sends)
    )
    assert mended(gate) == 0
    gate.sends()
    gate.run(pull.head.sha)


def test_a_run_that_another_app_made_is_left_and_ours_is_made(gate: Yard) -> None:
    """The store was of an App that is no more: nobody but that one may change it."""
    pull = gate.opens()
    gate.works(pull)
    theirs, checks = gate.run(pull.head.sha), gate.github.towns[gate.place].checks
    checks[theirs.id] = replace(theirs, app=31_337)
    gate.judges(pull, report=reports.blocking())
    (still,) = gate.runs(pull.head.sha)
    assert (still.app, still.conclusion) == (31_337, None)
    row = gate.store.outbox[check_key(gate.place, pull.head.sha)]
    assert "Invalid app_id" in row.note
    assert (mended(gate), mended(gate)) == (0, 1)
    gate.sends()
    before, ours = gate.runs(pull.head.sha)
    assert before == still
    assert (ours.app, ours.conclusion) == (gate.github.profile.id, "failure")


@pytest.mark.parametrize("judged", [False, True])
def test_a_twin_of_our_run_is_found_out_though_it_shows_the_same(
    gate: Yard, *, judged: bool
) -> None:
    """GitHub goes by it as the newest: what is said next has to be said by it."""
    pull = gate.opens()
    if judged:
        gate.judges(pull)
    else:
        gate.works(pull)
    known, town = gate.run(pull.head.sha), gate.github.towns[gate.place]
    twin = replace(known, id=gate.github.new_id())
    town.checks[twin.id], town.said[twin.id] = twin, town.said[known.id]
    assert (mended(gate), mended(gate)) == (0, 1)
    gate.sends()
    remote = gate.store.remote(check_key(gate.place, pull.head.sha))
    assert remote is not None
    assert remote.id == twin.id
    assert (mended(gate), mended(gate)) == (0, 0)


def test_a_permission_that_is_missing_is_asked_after_by_every_other_sweep(
    gate: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What stands there is wrong, so it is tried; but not again and again."""
    pull, tries = gate.opens(), list[float]()
    gate.works(pull)

    def taken(*_: object) -> CheckRun:
        tries.append(gate.clock())
        raise GitHubError(Forbidden(("checks=write",), "no"))

    with monkeypatch.context() as patch:
        patch.setattr(gate.github, "change_check", taken)
        gate.judges(pull)
        for _ in range(8):
            mended(gate)
            gate.works()
    assert len(tries) == 1 + 4
    mended(gate)
    mended(gate)
    gate.works()
    assert gate.run(pull.head.sha).conclusion == "success"


def test_nobody_else_speaks_while_it_is_mended(
    gate: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate.judges(gate.opens())
    gate.github.towns[gate.place].checks.clear()
    mended(gate)
    alone, forgets, held = threading.Lock(), gate.store.forget, list[bool]()

    def forget(*one: Any) -> None:
        held.append(alone.locked())
        forgets(*one)

    monkeypatch.setattr(gate.store, "forget", forget)
    reach = replace(gate.reach, speaking=alone)
    every = gate.store.outlines(gate.place.repository)
    turns = [Turn(one.pull, one.head) for one in every]
    app, installation = gate.github.profile.id, gate.place.installation
    assert verify(reach, app, installation, turns) == (1, 1)
    assert held == [True]


# The comment's text -----------------------------------------------------------------


def comment(gate: Yard, pull: Pull) -> Comment:
    found = gate.sticky(pull)
    assert found is not None
    return found


def edits(gate: Yard, pull: Pull, body: str) -> None:
    """Whoever may write edits anybody's comment."""
    one = comment(gate, pull)
    gate.github.towns[gate.place].comments[one.id] = replace(one, body=body)


def blocked(gate: Yard) -> Pull:
    pull = gate.opens()
    gate.judges(pull, report=reports.blocking())
    return pull


def forged(pull: Pull, word: str = "Trust me") -> str:
    return f"<!-- seedgate pull-{pull.number} -->\n## Seedgate: safe to merge\n{word}\n"


def test_a_comment_that_somebody_edited_says_our_words_again(gate: Yard) -> None:
    pull = blocked(gate)
    ours = comment(gate, pull)
    edits(gate, pull, forged(pull))
    gate.asked()
    assert (mended(gate), mended(gate)) == (0, 1)
    assert gate.asked().count("comment") == 2
    gate.works()
    found = comment(gate, pull)
    assert (found.id, found.body) == (ours.id, ours.body)
    assert (mended(gate), mended(gate)) == (0, 0)


def test_a_comment_without_its_mark_gets_it_back(gate: Yard) -> None:
    pull = blocked(gate)
    ours = comment(gate, pull)
    edits(gate, pull, "")
    comments = gate.github.towns[gate.place].comments
    assert (mended(gate), mended(gate)) == (0, 1)
    gate.works()
    assert comments[ours.id].body == ours.body
    assert len(comments) == 1


def test_white_space_at_the_ends_of_lines_is_no_other_text(gate: Yard) -> None:
    pull = blocked(gate)
    body = comment(gate, pull).body
    edits(gate, pull, body.replace("\n", "  \r\n").rstrip())
    assert (mended(gate), mended(gate)) == (0, 0)
    edits(gate, pull, body.replace("\n\n", "\n", 1))
    assert (mended(gate), mended(gate)) == (0, 1)


def test_a_text_that_is_edited_again_and_again_is_put_right_now_and_then(
    gate: Yard,
) -> None:
    pull, written = blocked(gate), 0
    begun = gate.clock()
    while gate.clock() < begun + 2 * PAUSE_S:
        edits(gate, pull, forged(pull))
        mended(gate)
        gate.works()
        written += gate.asked().count("edit_comment")
    assert written == 2
    assert comment(gate, pull).body == forged(pull)
    gate.clock.now += PAUSE_S
    assert (mended(gate), mended(gate)) == (0, 1)
    gate.works()
    assert "safe to merge" not in comment(gate, pull).body


def test_what_is_said_anew_stands_there_whenever_it_was_edited_last(gate: Yard) -> None:
    """The pause is for what was said before, and holds nothing up."""
    pull = blocked(gate)
    edits(gate, pull, forged(pull))
    mended(gate)
    mended(gate)
    gate.works()
    edits(gate, pull, forged(pull))
    gate.pushes(pull, "print(3)\n")
    gate.judges(pull, report=reports.blocking())
    assert "safe to merge" not in comment(gate, pull).body


def test_a_text_of_ours_that_is_on_its_way_is_not_taken_for_somebody_s(
    gate: Yard,
) -> None:
    """The edit had its effect, and its answer was lost: it is tried again soon."""
    pull = blocked(gate)
    gate.pushes(pull, "print(3)\n")
    gate.github.fails("edit_comment", Transient("502"), after=True)
    gate.judges(pull)
    said = comment(gate, pull).body
    assert gate.store.unsent(f"sticky:{gate.key(pull)}") is not None
    assert (gate.reconciler.sweep().mended, gate.reconciler.sweep().mended) == (0, 0)
    gate.clock.now += 300
    gate.works()
    assert comment(gate, pull).body == said
    assert (mended(gate), mended(gate)) == (0, 0)


def test_a_text_that_is_sent_while_a_sweep_asks_for_it_is_not_sent_again(
    gate: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sweep knew of the text before it; so did the one before it."""
    pull = blocked(gate)
    for body in ("print(3)\n", "print(4)\n"):
        gate.pushes(pull, body)

        def said() -> None:
            gate.judges(pull, report=reports.blocking())

        asks = gate.github.comment

        def comment_(*one: Any, said: Any = said, asks: Any = asks) -> Comment:
            said()
            found: Comment = asks(*one)
            return found

        with monkeypatch.context() as patch:
            patch.setattr(gate.github, "comment", comment_)
            assert mended(gate) == 0
    assert (mended(gate), mended(gate)) == (0, 0)


def test_of_what_an_earlier_version_sent_the_text_is_not_known(gate: Yard) -> None:
    pull = blocked(gate)
    row = gate.store.outbox[f"sticky:{gate.key(pull)}"]
    assert row.remote is not None
    row.remote = replace(row.remote, digest="")
    edits(gate, pull, forged(pull))
    assert (mended(gate), mended(gate)) == (0, 0)


def test_comments_of_closed_pull_requests_are_not_looked_at(gate: Yard) -> None:
    pull = blocked(gate)
    gate.github.closes(gate.place, pull.number)
    gate.works(pull)
    edits(gate, pull, forged(pull))
    gate.asked()
    assert (mended(gate), mended(gate)) == (0, 0)
    assert "comment" not in gate.asked()
