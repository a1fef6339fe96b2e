"""Looks at pull requests: what is said, what is judged, and when to look again."""

import contextlib
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from bot.app.mirroring import (
    Denied,
    Gone,
    Mirror,
    MirrorError,
    MirrorFailure,
    TooLarge,
    Unfit,
    Unreachable,
    Wanted,
    WantedPull,
)
from bot.app.pulls.evaluations import Task
from bot.app.pulls.looking.keeping import CARRIED_S, Keeper
from bot.app.pulls.looking.outside import SOON_S
from bot.app.pulls.looking.pausing import LONGEST_S
from bot.app.pulls.looking.scenes import Scenes
from bot.app.pulls.looking.troubles import HIDDEN_S, SHUT_S, TROUBLED_S
from bot.domain.commands import Accept, Cancel, Ok, Run
from bot.domain.conclusions import Impossible, Judged
from bot.domain.errors import GitFault, MachineryFault, UnheldFault
from bot.domain.github import (
    Account,
    Failure,
    Forbidden,
    NotFound,
    Odd,
    Place,
    Pull,
    RateLimited,
    Secret,
    Transient,
)
from bot.domain.policy import POLICY_PATH
from bot.domain.pulls.acts import Act
from bot.domain.pulls.posts import CheckPost
from bot.domain.pulls.standing import Standing
from bot.presentation.github import Queued
from tests.fakes import reports
from tests.fakes.pulls import MemoryPulls
from tests.fakes.yard import DAY_S, POLICY, Yard, files, yard

GATED = POLICY + "branches: [main, release]\n"


def ordered(one: Yard, pull: Pull, command: object, n: int = 1) -> None:
    """Somebody ordered this of the head."""
    head = one.github.towns[one.place].pulls[pull.number].head.sha
    act = Act(f"comment:{n}:1", one.key(pull), head, command, 5, "grace", one.clock())  # type: ignore[arg-type]
    one.store.act([act])


def again_at(one: Yard, pull: Pull) -> float | None:
    return one.store.alarms[one.key(pull)].at


def test_a_pull_request_waits_is_judged_and_rests(tmp_path: Path) -> None:
    one = yard(tmp_path)
    pull = one.opens()
    one.works(pull)
    assert one.run(pull.head.sha).status == "queued"
    assert one.sticky(pull) is None
    one.judges(pull)
    assert one.run(pull.head.sha).conclusion == "success"
    assert again_at(one, pull) is None
    assert len(one.evaluations.begun) == 1


def test_a_second_look_says_and_asks_nothing_new(tmp_path: Path) -> None:
    one = yard(tmp_path)
    pull = one.opens()
    one.judges(pull)
    one.asked()
    one.works(pull)
    assert one.asked() == ["pull", "git_token"]


def test_progress_is_shown_in_the_comment(tmp_path: Path) -> None:
    one = yard(tmp_path)
    pull = one.opens()
    one.works(pull)
    one.evaluations.gets_on(one.key(pull), Queued(3))
    one.works(pull)
    comment = one.sticky(pull)
    assert comment is not None
    assert "Place 3 in the queue" in comment.body


def test_a_process_that_comes_back_takes_no_progress_back(tmp_path: Path) -> None:
    one = yard(tmp_path)
    pull = one.opens()
    one.works(pull)
    one.evaluations.gets_on(one.key(pull), Queued(3))
    one.works(pull)
    one.evaluations.forgets()
    one.asked()
    for _ in range(2):
        one.works(pull)
        assert again_at(one, pull) == one.clock() + CARRIED_S
    assert set(one.asked()) == {"pull", "git_token"}
    assert len(one.evaluations.begun) == 2


def test_a_process_that_comes_back_takes_no_verdict_back(tmp_path: Path) -> None:
    one = yard(tmp_path)
    pull = one.opens()
    one.judges(pull)
    one.evaluations.forgets()
    one.commits({"README.md": "Read me.\n"})
    one.works(pull)
    assert one.run(pull.head.sha).conclusion == "success"
    assert len(one.evaluations.begun) == 2
    one.judges(pull)
    assert again_at(one, pull) is None


def test_a_new_head_supersedes_the_one_before(tmp_path: Path) -> None:
    one = yard(tmp_path)
    pull = one.opens()
    one.works(pull)
    head = one.pushes(pull, "print(3)\n")
    one.works(pull)
    assert one.run(pull.head.sha).conclusion == "cancelled"
    assert one.run(head).status == "queued"


def test_what_has_ended_of_an_old_head_stays(tmp_path: Path) -> None:
    one = yard(tmp_path)
    pull = one.opens()
    one.judges(pull)
    one.pushes(pull, "print(3)\n")
    one.works(pull)
    assert one.run(pull.head.sha).conclusion == "success"


def test_without_a_policy_nothing_is_said(tmp_path: Path) -> None:
    one = yard(tmp_path, files(policy=None))
    pull = one.opens()
    one.works(pull)
    assert one.runs(pull.head.sha) == []
    assert one.standing(pull).voice is None


def test_a_head_that_was_left_for_a_base_without_a_gate_is_taken_back(
    tmp_path: Path,
) -> None:
    one = yard(tmp_path)
    pull = one.opens()
    report = reports.undecided()
    one.works(pull)
    one.evaluations.gets_on(one.key(pull), Queued(3))
    one.judges(pull, report=report)
    assert one.standing(pull).calls
    one.commits({}, "play")
    base = replace(pull.base, ref="play", sha=one.tip("play"))
    one.edits(pull, base=base)
    one.works(pull)
    assert one.run(pull.head.sha).conclusion == "cancelled"
    head = one.pushes(pull, "print(3)\n")
    one.works(pull)
    assert one.runs(head) == []
    assert one.standing(pull).calls == ()
    assert one.github.towns[one.place].folded


def test_a_push_to_an_ungated_base_takes_back_what_ran(tmp_path: Path) -> None:
    one = yard(tmp_path)
    pull = one.opens()
    one.works(pull)
    one.commits({}, "play")
    one.edits(pull, base=replace(pull.base, ref="play", sha=one.tip("play")))
    one.pushes(pull, "print(3)\n")
    one.works(pull)
    assert one.run(pull.head.sha).conclusion == "cancelled"
    assert one.evaluations.stopped == [one.key(pull)]


def test_closing_takes_back_what_had_not_ended(tmp_path: Path) -> None:
    one = yard(tmp_path)
    pull = one.opens()
    one.works(pull)
    one.edits(pull, open=False)
    one.works(pull)
    assert one.run(pull.head.sha).conclusion == "cancelled"
    assert not one.standing(pull).open
    one.asked()
    one.works(pull)
    assert one.asked() == ["pull"]


def test_a_stranger_s_code_is_never_judged(tmp_path: Path) -> None:
    one = yard(tmp_path)
    pull = one.opens(author=one.github.joins("eve"))
    one.works(pull)
    assert one.run(pull.head.sha).conclusion == "action_required"
    ordered(one, pull, Ok(pull.head.sha))
    one.works(pull)
    assert one.run(pull.head.sha).conclusion == "action_required"
    assert one.evaluations.begun == []


def test_an_odd_answer_makes_nobody_a_stranger(tmp_path: Path) -> None:
    """A redirect, or a page of some proxy: who it is gets asked once more."""
    one = yard(tmp_path)
    pull = one.opens()
    one.github.fails("permission", Odd("status 307"))
    one.works(pull)
    assert one.evaluations.begun == []
    one.clock.now += 60
    one.works()
    assert len(one.evaluations.begun) == 1


def test_who_is_not_found_for_a_moment_is_no_stranger(tmp_path: Path) -> None:
    one = yard(tmp_path)
    pull = one.opens()
    one.github.fails("permission", NotFound("Not Found"))
    one.works(pull)
    assert one.runs(pull.head.sha) == []
    one.clock.now += 60
    one.works()
    assert len(one.evaluations.begun) == 1


def test_who_is_never_found_is_one(tmp_path: Path) -> None:
    one = yard(tmp_path)
    pull = one.opens(author=Account(31_337, "gone", "User"))
    for _ in range(3):
        one.works(pull)
        one.clock.now += 31
    assert one.run(pull.head.sha).conclusion == "action_required"
    assert one.evaluations.begun == []


def test_an_app_s_branch_of_the_repository_itself_is_judged(tmp_path: Path) -> None:
    one = yard(tmp_path)
    pull = one.opens(author=Account(5, "helper[bot]", "Bot"))
    one.works(pull)
    assert len(one.evaluations.begun) == 1


def test_who_stops_it_stops_it_until_somebody_runs_it_again(tmp_path: Path) -> None:
    one = yard(tmp_path)
    pull = one.opens()
    one.works(pull)
    ordered(one, pull, Cancel(), 1)
    one.works(pull)
    assert one.run(pull.head.sha).conclusion == "cancelled"
    ordered(one, pull, Run(), 2)
    one.works(pull)
    assert one.run(pull.head.sha).status == "queued"
    assert one.evaluations.begun[-1].orders.attempt == 1


def test_what_stands_says_how_much_was_ordered_by_then(tmp_path: Path) -> None:
    one = yard(tmp_path)
    pull = one.opens()
    one.judges(pull)
    ordered(one, pull, Run(), 1)
    before = one.store.standing(one.key(pull))
    one.works(pull)
    after = one.store.standing(one.key(pull))
    assert before is not None
    assert after is not None
    assert (before.ordered, after.ordered) == (0, 1)


def test_who_stops_errands_alone_leaves_the_answer(tmp_path: Path) -> None:
    one = yard(tmp_path)
    pull = one.opens()
    one.judges(pull)
    before = one.store.standing(one.key(pull))
    ordered(one, pull, Cancel(errands=True), 1)
    one.works(pull)
    assert one.run(pull.head.sha).conclusion == "success"
    assert one.store.standing(one.key(pull)) == before


def test_an_acceptance_is_looked_at_again_when_it_ends(tmp_path: Path) -> None:
    one = yard(tmp_path)
    pull = one.opens()
    ordered(one, pull, Accept("regression-12345678", "fine", digest="12345678" * 8))
    one.judges(pull)
    assert again_at(one, pull) == one.clock() + 30 * DAY_S
    (given,) = one.evaluations.begun[-1].accepted
    assert (given.digest, given.reason) == ("12345678" * 8, "fine")


def test_an_acceptance_that_ends_while_a_process_comes_back_is_not_late(
    tmp_path: Path,
) -> None:
    one = yard(tmp_path)
    pull = one.opens()
    ordered(one, pull, Accept("regression-12345678", "fine", digest="12345678" * 8))
    one.judges(pull)
    ends = one.clock() + 30 * DAY_S
    one.clock.now = ends - CARRIED_S / 2
    one.evaluations.forgets()
    one.commits({"README.md": "Read me.\n"})
    one.works(pull)
    assert one.run(pull.head.sha).conclusion == "success"
    assert again_at(one, pull) == ends


def test_a_verdict_on_a_base_that_was_left_is_looked_at_when_it_is_too_old(
    tmp_path: Path,
) -> None:
    one = yard(tmp_path)
    pull = one.opens()
    one.judges(pull)
    judged_at = one.clock()
    one.commits({"other.py": "1\n"})
    one.works(pull)
    assert again_at(one, pull) == judged_at + 14 * DAY_S
    one.clock.now += 14 * DAY_S
    one.works()
    assert one.run(pull.head.sha).status == "queued"
    assert one.evaluations.begun[-1].base == one.tip()


@pytest.mark.parametrize("there", [True, False])
def test_a_base_that_was_rewritten_is_fetched_for_a_mirror_that_is_made_anew(
    tmp_path: Path, *, there: bool
) -> None:
    one = yard(tmp_path)
    pull, first = one.opens(), one.tip()
    judged_on = one.commits({"other.py": "1\n"})
    one.judges(pull)
    one.mirrors.moves(one.place, "main", first)
    one.commits({"other.py": "2\n"})
    one.mirrors.forget(one.place)
    if not there:
        judged_on = "f" * 40
        known = one.store.pinned(one.key(pull), pull.head.sha, "main")
        assert known is not None
        one.store.pin(replace(known, base=judged_on), renew=True)
    one.works(pull)
    pin = one.store.pinned(one.key(pull), pull.head.sha, "main")
    assert pin is not None
    assert pin.base == (judged_on if there else one.tip())
    assert one.run(pull.head.sha).conclusion == ("success" if there else None)


def test_labels_that_no_stage_waits_for_change_nothing(tmp_path: Path) -> None:
    one = yard(tmp_path)
    pull = one.opens()
    one.judges(pull)
    one.edits(pull, labels=("nice",))
    one.works(pull)
    assert len(one.evaluations.begun) == 1


def test_a_policy_that_asks_for_what_is_not_there_is_told_so(tmp_path: Path) -> None:
    one = yard(tmp_path, files(policy=POLICY + "relevant: [nothing/**]\n"))
    pull = one.opens()
    one.works(pull)
    assert one.run(pull.head.sha).conclusion == "action_required"
    comment = one.sticky(pull)
    assert comment is not None
    assert "nothing/" in comment.body


def test_trials_end_where_the_policy_asks_for_what_is_not_there_meanwhile(
    tmp_path: Path,
) -> None:
    """Nobody could stop them else: the answer is given, so there is nothing to stop."""
    one = yard(tmp_path)
    pull = one.opens()
    one.works(pull)
    assert one.evaluations.running(one.key(pull)) is not None
    one.commits({POLICY_PATH: POLICY + "relevant: [nothing/**]\n"})
    one.works(pull)
    assert one.run(pull.head.sha).conclusion == "action_required"
    assert one.evaluations.running(one.key(pull)) is None


def test_what_cannot_be_judged_ends_with_the_owner_s_mend(tmp_path: Path) -> None:
    one = yard(tmp_path)
    pull = one.opens()
    one.judges(pull, Impossible("Too small.", "Widen it."))
    assert one.run(pull.head.sha).conclusion == "action_required"
    assert one.standing(pull).evaluation == ""


def test_a_mirror_that_is_behind_is_looked_at_soon(tmp_path: Path) -> None:
    one = yard(tmp_path)
    pull = one.opens()
    one.mirrors.opens(one.place, pull.number, one.tip())
    one.works(pull)
    assert again_at(one, pull) == one.clock() + SOON_S
    assert one.runs(pull.head.sha) == []


def test_a_mirror_that_stays_behind_is_looked_at_after_longer_and_longer_pauses(
    tmp_path: Path,
) -> None:
    one = yard(tmp_path)
    pull = one.opens()
    one.mirrors.opens(one.place, pull.number, one.tip())
    waits = [waited(one, pull) for _ in range(9)]
    assert waits == [2, 4, 8, 16, 32, 64, 128, 256, LONGEST_S]
    one.mirrors.opens(one.place, pull.number, pull.head.sha)
    one.works(pull)
    one.mirrors.opens(one.place, pull.number, one.tip())
    assert waited(one, pull) == SOON_S


def test_github_that_is_behind_git_is_asked_anew_at_the_next_look(
    tmp_path: Path,
) -> None:
    """After a push its first answer may still be the head before, for a moment."""
    one = yard(tmp_path)
    pull = one.opens()
    one.works(pull)
    head = one.mirrors.pushes(one.place, "idea", {"train.py": "print(3)\n"})
    one.mirrors.opens(one.place, pull.number, head)
    one.works(pull)
    assert one.runs(head) == []
    one.github.pushes(one.place, pull.number, head)
    one.clock.now += SOON_S
    one.works()
    assert one.run(head).status == "queued"


def test_a_mirror_that_is_behind_is_no_end_of_troubles_with_git(tmp_path: Path) -> None:
    one = yard(tmp_path)
    pull = one.opens()
    one.mirrors.opens(one.place, pull.number, one.tip())
    one.mirrors.fails(one.place, Unreachable("away"))
    assert [waited(one, pull) for _ in range(3)] == [2, 4, 8]
    one.mirrors.fails(one.place, None)
    assert waited(one, pull) == 16
    one.mirrors.fails(one.place, Unreachable("away"))
    assert waited(one, pull) == 32


@pytest.mark.parametrize("failure", [Unreachable("away"), Gone("?"), Denied("no")])
def test_git_that_fails_is_asked_again_after_longer_and_longer_pauses(
    tmp_path: Path, failure: MirrorFailure
) -> None:
    one = yard(tmp_path)
    pull = one.opens()
    one.mirrors.fails(one.place, failure)
    waits = [waited(one, pull) for _ in range(10)]
    assert waits == [2, 4, 8, 16, 32, 64, 128, 256, LONGEST_S, LONGEST_S]
    one.mirrors.fails(one.place, None)
    one.works(pull)
    one.mirrors.fails(one.place, failure)
    assert waited(one, pull) == SOON_S


@pytest.mark.parametrize("group", [False, True])
def test_a_token_that_git_was_refused_is_not_shown_again(
    tmp_path: Path, group: bool
) -> None:
    one = yard(tmp_path)
    pull = one.opens()
    before = one.github.git_token(one.place)
    one.mirrors.fails(one.place, Denied("no"))
    if group:
        with pytest.raises(MirrorError):
            one.reach.mirror(one.place, [])
    else:
        one.works(pull)
    assert one.github.git_token(one.place) != before


def waited(one: Yard, pull: Pull) -> float:
    """Look; seconds to the next look, which have passed then."""
    one.works(pull)
    again = again_at(one, pull)
    assert again is not None
    wait, one.clock.now = again - one.clock(), again
    return wait


@pytest.mark.parametrize("failure", [TooLarge("More than 10 GiB."), Unfit("A .git.")])
def test_a_branch_that_git_refuses_is_told_why_and_rests_until_it_is_woken(
    tmp_path: Path, failure: TooLarge | Unfit
) -> None:
    one = yard(tmp_path)
    pull = one.opens()
    one.mirrors.fails(one.place, failure)
    one.works(pull)
    comment = one.sticky(pull)
    assert comment is not None
    assert failure.said in comment.body
    assert one.run(pull.head.sha).conclusion not in (None, "success")
    assert again_at(one, pull) is None
    one.mirrors.fails(one.place, None)
    one.judges(pull)
    assert one.run(pull.head.sha).conclusion == "success"


@pytest.mark.parametrize(("policy", "checks"), [(POLICY, 1), (None, 0)])
def test_a_head_that_git_refuses_is_spoken_of_only_where_a_policy_rules(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, policy: str | None, checks: int
) -> None:
    one = yard(tmp_path, files(policy=policy))
    pull = one.opens()
    fetched = one.mirrors.refresh

    def picky(place: Place, name: str, token: Secret, all_: Sequence[Wanted]) -> Mirror:
        if WantedPull(pull.number) in all_:
            raise MirrorError(Unfit("The head holds a .git."))
        return fetched(place, name, token, all_)

    monkeypatch.setattr(one.mirrors, "refresh", picky)
    one.works(pull)
    assert len(one.runs(pull.head.sha)) == checks
    assert again_at(one, pull) is None


def test_what_is_known_of_the_branches_says_whether_a_policy_rules(
    tmp_path: Path,
) -> None:
    one = yard(tmp_path, files(policy=None))
    pull = one.opens()
    one.works(pull)
    one.mirrors.fails(one.place, TooLarge("More than 10 GiB."))
    one.works(pull)
    assert one.runs(pull.head.sha) == []


@pytest.mark.parametrize("fault", [GitFault, UnheldFault])
def test_a_git_that_fails_in_a_look_ends_nothing_and_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: type[MachineryFault]
) -> None:
    """It is no answer: what runs goes on, and what is said stands until the next."""
    one = yard(tmp_path)
    pull = one.opens()
    one.works(pull)
    before, due = one.standing(pull), one.store.alarms[one.key(pull)].at

    def failed(*_: object) -> None:
        raise fault("`git merge-tree` was killed (signal 9).")

    with monkeypatch.context() as patched:
        patched.setattr(Scenes, "scene", failed)
        one.wakes(pull)
        with pytest.raises(fault):
            one.looks()
    assert one.standing(pull) == before
    assert one.evaluations.running(one.key(pull)) is not None
    assert one.due() == [pull.number]
    assert due is None or due > one.clock()
    one.judges(pull)
    assert one.run(pull.head.sha).conclusion == "success"


def test_a_refused_branch_that_was_closed_is_let_go(tmp_path: Path) -> None:
    one = yard(tmp_path)
    pull = one.opens()
    one.works(pull)
    one.lands(pull, one.tip())
    one.mirrors.fails(one.place, TooLarge("More than 10 GiB."))
    one.works(pull)
    assert again_at(one, pull) is None
    assert not one.standing(pull).open


def test_a_refused_branch_of_a_github_that_fails_is_looked_at_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = yard(tmp_path)
    pull = one.opens()

    def refused(*_: object) -> None:
        one.github.fails("git_token", Transient("502"))
        raise MirrorError(TooLarge("More than 10 GiB."))

    monkeypatch.setattr(one.mirrors, "refresh", refused)
    one.works(pull)
    assert again_at(one, pull) == one.clock() + TROUBLED_S


def test_a_look_on_its_way_begins_nothing_where_the_app_is_shut_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has seen all that it judges by when the installation is left."""
    one = yard(tmp_path)
    pull = one.opens()
    begin = one.evaluations.begin

    def late(task: Task) -> None:
        one.reach.leave(one.place.installation)
        begin(task)

    monkeypatch.setattr(one.evaluations, "begin", late)
    one.works(pull)
    assert one.evaluations.running(one.key(pull)) is None
    assert not one.standing(pull).open
    assert again_at(one, pull) is None
    monkeypatch.undo()
    one.reconciler.sweep()  # it is let in again
    one.judges(pull)
    assert one.run(pull.head.sha).conclusion == "success"


@pytest.mark.parametrize("suspended", [True, False])
def test_whoever_is_suspended_runs_nothing_and_asks_seldom(
    tmp_path: Path, *, suspended: bool
) -> None:
    """Nobody told of it, or it was woken since; else the App may lack a permission."""
    one = yard(tmp_path)
    pull = one.opens()
    one.works(pull)
    by = one.place.installation
    one.github.places[by] = replace(one.github.places[by], suspended=suspended)
    one.reach.known.drop(one.place.repository)
    one.github.fails("pull", Forbidden((), "This installation is suspended"))
    one.works(pull)
    running = one.evaluations.running(one.key(pull)) is not None
    assert running is not suspended
    wait = SHUT_S if suspended else TROUBLED_S
    assert again_at(one, pull) == one.clock() + wait
    one.github.places[by] = replace(one.github.places[by], suspended=False)
    one.works(pull)
    assert one.evaluations.running(one.key(pull)) is not None


def test_whoever_is_refused_for_long_asks_less_and_less_often(tmp_path: Path) -> None:
    """An organisation lets only some addresses in, say; once it does, all is as new."""
    one = yard(tmp_path)
    pull = one.opens()
    waits: list[float] = []

    def refused(times: int) -> None:
        for _ in range(times):
            one.reach.known.drop(one.place.repository)
            one.github.fails("pull", Forbidden((), "IP allow list"))
            one.works(pull)
            waits.append((again_at(one, pull) or 0.0) - one.clock())

    refused(9)
    assert waits[0] == TROUBLED_S
    assert waits == sorted(waits)
    assert waits[-1] == LONGEST_S
    one.works(pull)
    refused(1)
    assert waits[-1] == TROUBLED_S


def test_where_nobody_says_why_it_is_refused_it_asks_again_soon(tmp_path: Path) -> None:
    one = yard(tmp_path)
    pull = one.opens()
    one.works(pull)
    one.reach.known.drop(one.place.repository)
    one.github.fails("pull", Forbidden((), "no"))
    one.github.fails("installation", Transient("502"))
    one.works(pull)
    assert one.evaluations.running(one.key(pull)) is not None
    assert again_at(one, pull) == one.clock() + TROUBLED_S


def test_a_pull_request_that_github_hides_is_closed_after_a_while(
    tmp_path: Path,
) -> None:
    one = yard(tmp_path)
    pull = one.opens()
    one.works(pull)
    hidden = one.github.towns[one.place].pulls.pop(pull.number)
    one.asked()
    began = one.clock()
    one.wakes(pull)
    while (at := again_at(one, pull)) is not None:
        one.clock.now = at
        one.looks()
    assert one.clock() == began + HIDDEN_S
    assert len(one.asked()) <= 22
    assert not one.standing(pull).open
    one.github.towns[one.place].pulls[pull.number] = hidden
    one.reconciler.sweep()
    one.works()
    assert one.standing(pull).open


@pytest.mark.parametrize(
    ("failure", "wait"),
    [
        (RateLimited(1_790_000_100.0), 100.0),
        (RateLimited(0.0), SOON_S),
        (Transient("502"), TROUBLED_S),
        (Odd("strange"), TROUBLED_S),
        (NotFound("flicker"), SOON_S),
    ],
)
def test_github_that_fails_is_asked_again(
    tmp_path: Path, failure: Failure, wait: float
) -> None:
    one = yard(tmp_path)
    pull = one.opens()
    one.github.fails("pull", failure)
    one.works(pull)
    assert again_at(one, pull) == one.clock() + wait


def test_a_repository_that_is_gone_is_left_alone(tmp_path: Path) -> None:
    one = yard(tmp_path)
    pull = one.opens()
    one.works(pull)
    one.github.towns.pop(one.place)
    began = one.clock()
    one.wakes(pull)
    one.looks()
    assert one.evaluations.stopped == [one.key(pull)]
    while (at := again_at(one, pull)) is not None:
        one.clock.now = at
        one.looks()
    assert one.clock() == began + HIDDEN_S
    assert not one.standing(pull).open


def test_a_repository_that_flickers_costs_no_answer_its_end(tmp_path: Path) -> None:
    one = yard(tmp_path)
    pull = one.opens()
    one.judges(pull)
    ends = one.clock() + 60.0
    was = replace(one.standing(pull), inputs="accepted", task="accepted")
    one.store.say(replace(was, again_at=ends), [])
    one.store.wake(one.key(pull), one.place.installation, ends)
    one.clock.now = ends
    one.github.fails("pull", NotFound("flicker"))
    one.github.fails("repository", NotFound("flicker"))
    one.looks()
    assert again_at(one, pull) == one.clock() + SOON_S
    one.clock.now += SOON_S
    one.works()
    assert one.run(pull.head.sha).conclusion is None


def test_where_it_is_not_known_whether_it_is_gone_it_is_asked_again(
    tmp_path: Path,
) -> None:
    one = yard(tmp_path)
    pull = one.opens()
    one.github.fails("pull", NotFound("gone"))
    one.github.fails("repository", Transient("502"))
    one.works(pull)
    assert again_at(one, pull) == one.clock() + TROUBLED_S


class Hasty(MemoryPulls):
    """Whoever asks who else has a head waits for a second one who asks."""

    def __init__(self, before: MemoryPulls) -> None:
        self.__dict__.update(before.__dict__)
        self.meet = threading.Barrier(2)

    def standings(self, repository: int, head: str = "") -> Sequence[Standing]:
        found = super().standings(repository, head)
        with contextlib.suppress(threading.BrokenBarrierError):
            self.meet.wait(0.3)
        return found


def test_two_with_one_head_that_end_at_one_moment_both_are_heard(
    tmp_path: Path,
) -> None:
    one = yard(tmp_path, files(policy=GATED))
    one.commits({}, "release")
    first = one.opens()
    second = one.github.opens(one.place, "idea", first.head.sha, one.author)
    base = replace(second.base, ref="release", sha=one.tip("release"))
    one.edits(second, base=base)
    one.mirrors.opens(one.place, second.number, first.head.sha)
    one.works(first, second)
    for pull in (first, second):
        verdict = Judged(reports.passing().verdict)
        one.evaluations.ends(one.key(pull), verdict, reports.passing())
        one.wakes(pull)
    hasty = Hasty(one.store)
    outside = {"store": hasty, "speaking": threading.Lock()}
    one.keeper = Keeper(replace(one.keeper._out, **outside))  # type: ignore[arg-type]
    dues = one.store.due(one.clock(), 9)
    threads = [threading.Thread(target=one.keeper.look, args=(due,)) for due in dues]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    one.sends()
    assert one.run(first.head.sha).conclusion == "success"


def test_the_policy_file_is_where_it_is_looked_for(tmp_path: Path) -> None:
    one = yard(tmp_path, {**files(), POLICY_PATH: "version: 2\n"})
    pull = one.opens()
    one.works(pull)
    posts = [row.post for row in one.store.outbox.values()]
    (check,) = [post for post in posts if isinstance(post, CheckPost)]
    assert POLICY_PATH in check.change.output.summary
