"""Answers that are taken back: opened again, pointed elsewhere, beside others."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.app.mirroring import Unreachable
from bot.app.pulls.looking.scenes import Scenes
from bot.domain.commands import Accept, Unaccept
from bot.domain.conclusions import Judged
from bot.domain.errors import GitFault, UserFault
from bot.domain.github import CheckStatus, Priority, Pull
from bot.domain.pulls.acts import Act
from bot.domain.pulls.posts import CheckPost, check_key
from bot.domain.verdict import Finding, Report
from bot.presentation.github import Queued
from tests.fakes import reports
from tests.fakes.yard import DAY_S, POLICY, Yard, files, side, yard

WIDE = POLICY + "branches: [main, release]\n"


def beside(one: Yard, pull: Pull) -> Pull:
    """Another pull request with the same head, onto `release`."""
    base = one.mirrors.pushes(one.place, "release", {"notes.md": "Notes.\n"})
    other = one.github.opens(one.place, "idea", pull.head.sha, one.author, base)
    one.mirrors.opens(one.place, other.number, pull.head.sha)
    one.edits(other, base=side(one.place, base, "release"))
    return other


def shown(one: Yard, pull: Pull) -> str | None:
    conclusion = one.run(pull.head.sha).conclusion
    return None if conclusion is None else conclusion.value


def test_a_head_is_not_green_while_one_that_failed_is_open_again(
    tmp_path: Path,
) -> None:
    one = yard(tmp_path, files(policy=WIDE))
    failed = one.opens()
    one.judges(failed, report=reports.blocking())
    other = beside(one, failed)
    one.judges(other)
    assert shown(one, failed) == "failure"
    one.edits(failed, open=False)
    one.works(failed)
    assert shown(one, failed) == "success"
    one.edits(failed, open=True)
    one.works(failed)
    assert one.standing(failed).open
    assert shown(one, failed) is None
    one.evaluations.ends(one.key(failed), *ended())
    one.works(failed)
    assert shown(one, failed) == "failure"


def retargeted(one: Yard) -> Pull:
    """One that passed on `main`, and is now meant for `release`."""
    pull = one.opens()
    one.judges(pull)
    base = one.mirrors.pushes(one.place, "release", {"notes.md": "Notes.\n"})
    one.edits(pull, base=side(one.place, base, "release"))
    assert shown(one, pull) == "success"
    return pull


def test_an_answer_for_another_base_is_taken_back_before_git_is_asked(
    tmp_path: Path,
) -> None:
    one = yard(tmp_path, files(policy=WIDE))
    pull = retargeted(one)
    one.mirrors.fails(one.place, Unreachable("git is away"))
    one.works(pull)
    assert one.run(pull.head.sha).status is CheckStatus.QUEUED
    one.mirrors.fails(one.place, None)
    one.judges(pull)
    assert shown(one, pull) == "success"


def unsent(one: Yard) -> Pull:
    """One that passed on `main` and is meant for `release` before that was sent."""
    pull = one.opens()
    one.works(pull)
    one.evaluations.ends(one.key(pull), *ended())
    one.looks(pull)
    base = one.mirrors.pushes(one.place, "release", {"notes.md": "Notes.\n"})
    one.edits(pull, base=side(one.place, base, "release"))
    return pull


def test_an_answer_that_waits_to_be_sent_does_not_go_out_for_another_base(
    tmp_path: Path,
) -> None:
    one = yard(tmp_path, files(policy=WIDE))
    pull = unsent(one)
    away(one)
    one.works(pull)
    assert one.run(pull.head.sha).status is CheckStatus.QUEUED


def test_an_answer_that_is_on_its_way_is_taken_back_too(tmp_path: Path) -> None:
    """Nobody knows whether it got there: the process ended during the call."""
    one = yard(tmp_path, files(policy=WIDE))
    pull = unsent(one)
    waits = {queued.key: queued for queued in one.store.waiting(one.clock(), 9)}
    one.store.begun(waits[check_key(one.place, pull.head.sha)])
    away(one)
    one.works(pull)
    assert one.run(pull.head.sha).status is CheckStatus.QUEUED


@pytest.mark.parametrize("fault", [UserFault, GitFault])
def test_an_answer_is_taken_back_where_what_git_holds_cannot_be_read(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    fault: type[UserFault | GitFault],
) -> None:
    """The refresh may mend it: the look goes on."""
    one = yard(tmp_path, files(policy=WIDE))
    pull = retargeted(one)

    def damaged(*_: object) -> bool:
        raise fault("An object is missing.", "Clone it anew.")

    monkeypatch.setattr(Scenes, "is_gated", damaged)
    one.works(pull)
    assert one.run(pull.head.sha).status is CheckStatus.QUEUED
    one.judges(pull)
    assert shown(one, pull) == "success"


def test_it_is_taken_back_once_and_first_of_all_that_waits(tmp_path: Path) -> None:
    one = yard(tmp_path, files(policy=WIDE))
    pull = retargeted(one)
    one.looks(pull)
    one.evaluations.gets_on(one.key(pull), Queued(place=3))
    one.looks(pull)
    first = one.store.waiting(one.clock(), 9)[0]
    assert isinstance(first.post, CheckPost)
    assert first.priority is Priority.CONCLUSION
    one.sends()
    one.asked()
    one.works(pull)
    assert "change_check" not in one.asked()


def test_another_one_onto_a_base_of_its_own_takes_the_answer_back_first(
    tmp_path: Path,
) -> None:
    one = yard(tmp_path, files(policy=WIDE))
    passed = one.opens()
    one.judges(passed)
    one.edits(passed, open=False)
    one.works(passed)
    assert shown(one, passed) == "success"
    other = beside(one, passed)
    one.looks(other)
    (first, *_) = one.store.waiting(one.clock(), 9)
    assert first.priority is Priority.CONCLUSION
    one.sends()
    assert shown(one, passed) is None


def away(one: Yard) -> None:
    one.mirrors.fails(one.place, Unreachable("git is away"))


def test_an_earlier_head_that_is_pushed_again_does_not_count_for_another_base(
    tmp_path: Path,
) -> None:
    one = yard(tmp_path, files(policy=WIDE))
    pull = one.opens()
    one.judges(pull)
    first = pull.head.sha
    one.pushes(pull, "print(3)\n")
    one.works(pull)
    base = one.mirrors.pushes(one.place, "release", {"notes.md": "Notes.\n"})
    one.edits(pull, base=side(one.place, base, "release"))
    one.works(pull)
    one.mirrors.moves(one.place, "idea", first)
    one.github.pushes(one.place, pull.number, first)
    one.mirrors.opens(one.place, pull.number, first)
    assert one.run(first).conclusion == "success"
    away(one)
    one.looks(pull)
    reopening = [p for p in one.store.waiting(one.clock(), 9) if first in p.key]
    assert [p.priority for p in reopening] == [Priority.CONCLUSION]
    one.sends()
    assert one.run(first).conclusion is None


def test_a_second_pull_request_onto_another_gate_is_not_let_in_by_the_first(
    tmp_path: Path,
) -> None:
    one = yard(tmp_path, files(policy=WIDE))
    pull = one.opens()
    one.judges(pull)
    second = beside(one, pull)
    away(one)
    one.works(second)
    assert shown(one, pull) is None


def test_one_that_is_opened_again_is_not_let_in_by_what_was_said_before(
    tmp_path: Path,
) -> None:
    one = yard(tmp_path)
    pull = one.opens()
    one.judges(pull)
    one.edits(pull, open=False)
    one.works(pull)
    one.edits(pull, open=True)
    away(one)
    one.works(pull)
    assert shown(one, pull) is None


def test_an_answer_whose_time_is_over_waits_for_nobody(tmp_path: Path) -> None:
    one = yard(tmp_path)
    pull = one.opens()
    one.judges(pull)
    ends = one.clock() + 60.0
    one.store.say(replace(one.standing(pull), again_at=ends), [])
    one.clock.now = ends + 1.0
    away(one)
    one.works(pull)
    assert shown(one, pull) is None


def test_another_one_onto_the_same_base_leaves_the_answer_as_it_is(
    tmp_path: Path,
) -> None:
    """Otherwise anybody could hold a merge up, by a pull request with its head."""
    one = yard(tmp_path)
    pull = one.opens()
    one.judges(pull)
    stranger = one.github.joins("eve")
    copy = one.github.opens(one.place, "idea", pull.head.sha, stranger, one.tip())
    one.mirrors.opens(one.place, copy.number, pull.head.sha)
    away(one)
    one.works(copy)
    assert shown(one, pull) == "success"


def test_another_one_onto_a_base_without_a_gate_leaves_the_answer_as_it_is(
    tmp_path: Path,
) -> None:
    one = yard(tmp_path)
    pull = one.opens()
    one.judges(pull)
    ungated = beside(one, pull)
    away(one)
    one.works(ungated)
    assert shown(one, pull) == "success"


def test_progress_takes_no_answer_back(tmp_path: Path) -> None:
    one = yard(tmp_path, files(policy=WIDE))
    pull = one.opens()
    one.works(pull)
    other = beside(one, pull)
    one.works(other)
    one.evaluations.gets_on(one.key(pull), Queued(place=3))
    one.looks(pull)
    waiting = one.store.waiting(one.clock(), 9)
    assert waiting
    assert Priority.CONCLUSION not in {post.priority for post in waiting}


def test_closing_one_beside_one_without_a_gate_ends_the_run(tmp_path: Path) -> None:
    one = yard(tmp_path)
    gated = one.opens()
    one.works(gated)
    ungated = beside(one, gated)
    one.works(ungated)
    assert one.standing(ungated).voice is None
    assert shown(one, gated) is None
    one.edits(gated, open=False)
    one.works(gated)
    assert shown(one, gated) == "cancelled"


def test_pointing_one_of_two_elsewhere_leaves_the_other_one_s_word(
    tmp_path: Path,
) -> None:
    one = yard(tmp_path, files(policy=WIDE))
    failed = one.opens()
    one.judges(failed, report=reports.blocking())
    passed = beside(one, failed)
    one.judges(passed)
    assert shown(one, failed) == "failure"
    base = one.mirrors.pushes(one.place, "playground", {"notes.md": "Play.\n"})
    one.edits(failed, base=side(one.place, base, "playground"))
    one.works(failed)
    assert shown(one, failed) == "success"


def ended() -> tuple[Judged, Report]:
    report = reports.blocking()
    return Judged(report.verdict), report


def by_acceptance(one: Yard) -> tuple[Pull, Finding]:
    """One that is let in because somebody accepted what it found."""
    pull = one.opens()
    found = reports.blocking().verdict.findings[0]
    orders(one, pull, Accept(found.id, "fine", None, found.digest))
    one.judges(pull)
    assert shown(one, pull) == "success"
    return pull, found


def orders(one: Yard, pull: Pull, command: Accept | Unaccept) -> None:
    """Somebody who may says so, and nobody has looked since."""
    key, now = one.key(pull), one.clock()
    by = (one.author.id, one.author.login, now)
    source = f"comment:{len(one.store.acts(key))}:1"
    one.store.act([Act(source, key, pull.head.sha, command, *by)])


def test_an_answer_by_an_acceptance_that_was_withdrawn_waits_for_nobody(
    tmp_path: Path,
) -> None:
    one = yard(tmp_path)
    pull, found = by_acceptance(one)
    orders(one, pull, Unaccept(found.id))
    away(one)
    one.works(pull)
    assert shown(one, pull) is None
    one.mirrors.fails(one.place, None)
    one.judges(pull, report=reports.blocking())
    assert shown(one, pull) == "failure"


def test_it_is_not_held_by_another_one_of_its_head_that_counted_on_one_too(
    tmp_path: Path,
) -> None:
    one = yard(tmp_path)
    pull, found = by_acceptance(one)
    copy = one.github.opens(one.place, "idea", pull.head.sha, one.author, one.tip())
    one.mirrors.opens(one.place, copy.number, pull.head.sha)
    orders(one, pull, Unaccept(found.id))
    away(one)
    one.works(copy)
    assert shown(one, pull) is None


def test_an_acceptance_of_something_else_takes_no_answer_back(tmp_path: Path) -> None:
    one = yard(tmp_path)
    pull, _ = by_acceptance(one)
    orders(one, pull, Accept("regression-12345678", "fine", None, "1" * 64))
    away(one)
    one.works(pull)
    assert shown(one, pull) == "success"


def forgotten(one: Yard) -> Pull:
    """One that passed, was closed for a quarter of a year, and is open again."""
    pull = one.opens()
    one.judges(pull)
    one.edits(pull, open=False)
    one.works(pull)
    one.store.prune(one.clock())
    one.clock.now += 91 * DAY_S
    assert one.store.prune(one.clock() - 90 * DAY_S) == 1
    one.edits(pull, open=True)
    assert shown(one, pull) == "success"
    return pull


def test_one_that_was_forgotten_is_not_let_in_by_what_was_said_before(
    tmp_path: Path,
) -> None:
    one = yard(tmp_path)
    pull = forgotten(one)
    away(one)
    one.works(pull)
    assert shown(one, pull) is None


def test_one_that_was_forgotten_goes_on_with_its_comment(
    tmp_path: Path,
) -> None:
    one = yard(tmp_path)
    pull = forgotten(one)
    before = one.sticky(pull)
    one.judges(pull, report=reports.blocking())
    assert shown(one, pull) == "failure"
    after = one.sticky(pull)
    assert before is not None
    assert after is not None
    assert after.id == before.id
    assert after.body != before.body


def test_where_nothing_is_held_github_is_asked_what_it_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both the store and the mirrors were lost: nobody knows what is gated."""
    one = yard(tmp_path)
    pull = forgotten(one)
    monkeypatch.setattr(one.mirrors, "known", lambda _: None)
    away(one)
    one.works(pull)
    assert shown(one, pull) is None


def test_an_imitation_that_is_open_hides_no_answer_of_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever may make check runs may give one our name and our id."""
    one = yard(tmp_path)
    pull = forgotten(one)
    ours = one.run(pull.head.sha)
    town = one.github.towns[one.place]
    theirs = replace(
        ours,
        id=one.github.new_id(),
        app=15_368,
        status=CheckStatus.IN_PROGRESS,
        conclusion=None,
    )
    town.checks[theirs.id], town.said[theirs.id] = theirs, town.said[ours.id]
    monkeypatch.setattr(one.mirrors, "known", lambda _: None)
    away(one)
    one.works(pull)
    newest = [run for run in one.runs(pull.head.sha) if run.app == ours.app][-1]
    assert newest.conclusion is None


def test_where_nothing_is_held_and_nothing_is_shown_nothing_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An App that is new here says nothing before it knows that there is a gate."""
    one = yard(tmp_path)
    pull = one.opens()
    one.clock.now += DAY_S
    monkeypatch.setattr(one.mirrors, "known", lambda _: None)
    away(one)
    one.works(pull)
    assert one.runs(pull.head.sha) == []


def test_of_an_old_one_that_shows_nothing_nothing_is_said_before_git_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the App is new to many, writes are dear: that one is soon overtaken."""
    one = yard(tmp_path)
    one.works(one.opens())
    pull = one.opens("another", "print(3)\n")
    one.asked()
    one.clock.now += DAY_S
    said = list[str]()
    refresh = one.mirrors.refresh

    def slow(*given: Any) -> Any:
        one.sends()
        said.extend(one.asked())
        return refresh(*given)

    monkeypatch.setattr(one.mirrors, "refresh", slow)
    one.works(pull)
    assert said
    assert "create_check" not in said
    assert one.run(pull.head.sha).status is CheckStatus.QUEUED


def test_a_new_one_of_a_commit_that_was_forgotten_waits_while_git_is_away(
    tmp_path: Path,
) -> None:
    """It was opened a moment ago, and its commit was green a quarter of a year ago."""
    one = yard(tmp_path)
    old = forgotten(one)
    one.edits(old, open=False)
    one.github.opens(one.place, "idea", old.head.sha, one.author, one.tip())
    away(one)
    new = one.github.towns[one.place].pulls[2]
    one.works(new)
    assert one.runs(old.head.sha)[-1].conclusion is None


def test_so_does_one_of_which_git_is_killed_as_it_is_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = yard(tmp_path)
    old = forgotten(one)
    one.edits(old, open=False)
    one.github.opens(one.place, "idea", old.head.sha, one.author, one.tip())
    new = one.github.towns[one.place].pulls[2]
    one.mirrors.opens(one.place, new.number, new.head.sha)

    def killed(*_: object) -> None:
        raise GitFault("`git merge-tree` was killed (signal 9).")

    with monkeypatch.context() as patched:
        patched.setattr(Scenes, "scene", killed)
        with pytest.raises(GitFault):
            one.looks(new)
    one.sends()
    assert one.runs(old.head.sha)[-1].conclusion is None
    one.judges(new, report=reports.blocking())
    assert one.run(old.head.sha).conclusion == "failure"


def test_a_push_while_git_is_away_waits_where_there_is_a_gate(tmp_path: Path) -> None:
    one = yard(tmp_path)
    pull = one.opens()
    one.works(pull)
    away(one)
    head = one.pushes(pull, "print(3)\n")
    one.works(pull)
    assert one.run(head).status is CheckStatus.QUEUED
    one.mirrors.fails(one.place, None)
    one.judges(pull, report=reports.blocking())
    assert one.run(head).conclusion == "failure"


def test_for_one_that_was_just_opened_nothing_is_looked_for(tmp_path: Path) -> None:
    one = yard(tmp_path)
    pull = one.opens()
    one.looks(pull)
    assert [queued.tried for queued in one.store.waiting(one.clock(), 9)] == [False]
    one.judges(pull)
    assert not {"checks", "comments"} & set(one.asked())
