"""Webhooks that never came: what a sweep finds, and what it costs."""

import json
import tracemalloc
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

import pytest

from bot.app.github import MOST_DELIVERIES
from bot.app.mirroring import MirrorError, Unreachable, WantedBranch
from bot.app.pulls import remembered
from bot.app.pulls.forgetting import RESTS_S
from bot.app.pulls.ports import Queued
from bot.app.pulls.sweeping.bases import Looked
from bot.app.pulls.sweeping.reconciling import Reconciler, SweepReport
from bot.app.pulls.sweeping.redelivering import AWAY_S, MOST_AWAY
from bot.app.pulls.sweeping.verifying import AT_ONCE
from bot.domain.conclusions import Judged
from bot.domain.errors import GitFault, MachineryFault, UserFault
from bot.domain.github import (
    CheckStatus,
    Comment,
    Conclusion,
    Failure,
    Forbidden,
    GitHubError,
    HookDelivery,
    NotFound,
    Odd,
    Place,
    RateLimited,
    Refused,
    Repository,
    Review,
    Secret,
    Side,
    Transient,
    Unauthorised,
)
from bot.domain.policy import POLICY_PATH
from bot.domain.pulls.acts import PullKey
from bot.domain.pulls.posts import CallPost
from bot.domain.pulls.standing import Standing
from bot.domain.verdict import Report
from bot.presentation.github.sharing import check_post
from tests.fakes import reports
from tests.fakes.mirrors import FakeMirrors
from tests.fakes.yard import DAY_S, START, Yard, files, yard

MINUTE_S, HOUR_S = 60.0, 3_600.0


@pytest.fixture
def gate(tmp_path: Path) -> Yard:
    return yard(tmp_path)


def later(gate: Yard, seconds: float = 5 * MINUTE_S) -> SweepReport:
    """The next sweep."""
    gate.clock.now += seconds
    return gate.reconciler.sweep()


# Pull requests ----------------------------------------------------------------------


def test_a_pull_request_whose_webhook_was_dropped_is_found_by_the_next_sweep(
    gate: Yard,
) -> None:
    pull = gate.opens()
    report = gate.reconciler.sweep()
    assert (report.repositories, report.pulls, report.woken) == (1, 1, 1)
    gate.works()
    assert gate.run(pull.head.sha).status is CheckStatus.QUEUED


def test_what_stands_as_github_has_it_is_left_alone(gate: Yard) -> None:
    gate.judges(gate.opens())
    assert later(gate).woken == 0
    assert gate.due() == []


@pytest.mark.parametrize(
    "change",
    [
        {"draft": True},
        {"labels": ("gpu",)},
        {"base": Side("0" * 40, "release", 1)},
    ],
)
def test_what_was_changed_without_our_hearing_of_it_is_looked_at(
    gate: Yard, change: dict[str, object]
) -> None:
    pull = gate.opens()
    gate.judges(pull)
    gate.edits(pull, **change)
    assert later(gate).woken == 1
    assert gate.due() == [pull.number]


def test_labels_in_another_order_are_the_same(gate: Yard) -> None:
    pull = gate.opens()
    gate.edits(pull, labels=("a", "b"))
    gate.judges(pull)
    gate.edits(pull, labels=("b", "a"))
    assert later(gate).woken == 0


def test_a_push_that_nobody_told_of_gets_its_check_run(gate: Yard) -> None:
    pull = gate.opens()
    gate.judges(pull)
    head = gate.pushes(pull, "print(3)\n")
    assert later(gate).woken == 1
    gate.works()
    assert gate.run(head).status is CheckStatus.QUEUED


def test_one_that_was_closed_meanwhile_is_looked_at_for_the_last_time(
    gate: Yard,
) -> None:
    pull = gate.opens()
    gate.works(pull)
    gate.github.closes(gate.place, pull.number)
    assert later(gate).woken == 1
    gate.works()
    assert gate.run(pull.head.sha).conclusion is Conclusion.CANCELLED
    assert gate.evaluations.running(gate.key(pull)) is None
    assert later(gate).woken == 0


def test_one_that_has_not_ended_is_looked_at_again_as_after_a_crash(
    gate: Yard,
) -> None:
    pull = gate.opens()
    gate.works(pull)
    gate.evaluations.forgets()
    assert later(gate).woken == 1
    gate.looks()
    assert gate.evaluations.running(gate.key(pull)) is not None


def test_where_no_policy_is_nothing_is_woken_until_there_is_one(
    tmp_path: Path,
) -> None:
    gate = yard(tmp_path, files(policy=None))
    pull = gate.opens()
    assert later(gate).woken == 0
    gate.commits({POLICY_PATH: files()[POLICY_PATH]})
    assert later(gate).woken == 1
    assert gate.due() == [pull.number]


def test_a_mirror_that_cannot_be_refreshed_hides_nobody(gate: Yard) -> None:
    gate.opens()
    gate.mirrors.fails(gate.place, Unreachable("away"))
    report = gate.reconciler.sweep()
    assert (report.woken, report.troubled) == (1, 1)


def test_a_transferred_repository_goes_on_through_its_new_installation(
    gate: Yard,
) -> None:
    pull = gate.opens()
    gate.judges(pull)
    moved = Place(4242, gate.place.repository)
    gate.github.towns[moved] = gate.github.towns.pop(gate.place)
    old = gate.github.places.pop(gate.place.installation)
    gate.github.places[4242] = replace(old, id=4242)
    assert later(gate).woken == 1
    (due,) = gate.store.due(gate.clock(), 9)
    assert due.installation == 4242


# Bases ------------------------------------------------------------------------------


def test_a_base_that_moved_unheard_of_is_found_by_where_its_tip_is(gate: Yard) -> None:
    pull = gate.opens()
    gate.judges(pull)
    later(gate)
    gate.commits(
        {POLICY_PATH: files()[POLICY_PATH].replace("0.05", "0.5")},
    )
    later(gate)
    assert gate.due() == [pull.number]


# Check runs -------------------------------------------------------------------------


def test_a_check_run_that_is_not_there_is_made_again_once_that_is_sure(
    gate: Yard,
) -> None:
    pull = gate.opens()
    gate.judges(pull)
    gate.github.towns[gate.place].checks.clear()
    first, second = later(gate), later(gate)
    assert (first.verified, first.mended, second.mended) == (1, 0, 1)
    gate.works()
    assert gate.run(pull.head.sha).conclusion is Conclusion.SUCCESS
    assert (later(gate).mended, later(gate).mended) == (0, 0)


def test_a_check_run_with_another_conclusion_is_made_right_and_not_twice(
    gate: Yard,
) -> None:
    pull = gate.opens()
    gate.judges(pull)
    run = gate.run(pull.head.sha)
    wrong = replace(run, conclusion=Conclusion.FAILURE)
    gate.github.towns[gate.place].checks[run.id] = wrong
    later(gate)
    assert later(gate).mended == 1
    gate.works()
    assert gate.run(pull.head.sha).conclusion is Conclusion.SUCCESS


def test_a_run_of_the_same_name_by_another_app_does_not_count_as_ours(
    gate: Yard,
) -> None:
    pull = gate.opens()
    gate.judges(pull)
    runs = gate.github.towns[gate.place].checks
    (run,) = list(runs.values())
    runs[run.id] = replace(run, app=1)
    later(gate)
    assert later(gate).mended == 1
    gate.works()
    apps = [one.app for one in gate.runs(pull.head.sha)]
    assert apps == [1, gate.github.profile.id]


def test_what_was_on_its_way_in_one_sweep_is_no_fault_in_the_next(gate: Yard) -> None:
    pull = gate.opens()
    gate.works(pull)
    full = reports.passing()
    gate.evaluations.ends(gate.key(pull), Judged(full.verdict), full)
    gate.looks(pull)
    later(gate)
    gate.sends()
    assert later(gate).mended == 0
    assert gate.run(pull.head.sha).conclusion is Conclusion.SUCCESS


def test_one_head_of_two_pull_requests_is_held_to_the_worse_of_them(
    gate: Yard,
) -> None:
    gate.mirrors.moves(gate.place, "release", gate.tip())
    gate.commits(
        {POLICY_PATH: files()[POLICY_PATH] + "branches: [main, release]\n"}, "main"
    )
    gate.commits({"other.py": "1\n"}, "release")
    first = gate.opens()
    second = gate.github.opens(
        gate.place, "idea", first.head.sha, gate.author, gate.tip("release")
    )
    gate.mirrors.opens(gate.place, second.number, first.head.sha)
    gate.judges(first)
    assert gate.run(first.head.sha).conclusion is Conclusion.SUCCESS
    blocking = reports.blocking()
    gate.judges(second, Judged(blocking.verdict))
    assert gate.run(first.head.sha).conclusion is Conclusion.FAILURE
    run = gate.run(first.head.sha)
    gate.github.towns[gate.place].checks[run.id] = replace(
        run, conclusion=Conclusion.SUCCESS
    )
    later(gate)
    assert later(gate).mended == 1
    gate.works()
    assert gate.run(first.head.sha).conclusion is Conclusion.FAILURE


def test_a_comment_that_somebody_deleted_is_made_anew(gate: Yard) -> None:
    pull = gate.opens()
    gate.judges(pull)
    old = gate.sticky(pull)
    assert old is not None
    del gate.github.towns[gate.place].comments[old.id]
    later(gate)
    assert later(gate).mended == 1
    gate.works()
    begun = gate.evaluations.running(gate.key(pull))
    if begun is not None:  # pragma: no cover - by how the keeper remembers verdicts
        gate.judges(pull)
    new = gate.sticky(pull)
    assert new is not None
    assert (new.body, new.id == old.id) == (old.body, False)
    assert (later(gate).mended, later(gate).mended) == (0, 0)


def test_a_comment_that_github_refused_for_too_long_gets_there_in_the_end(
    gate: Yard,
) -> None:
    pull = gate.opens()
    gate.github.fails("create_comment", Refused("locked"))
    gate.judges(pull)
    assert gate.sticky(pull) is None
    assert (later(gate).mended, later(gate).mended) == (0, 1)
    gate.works()
    assert gate.sticky(pull) is not None
    assert (later(gate).mended, later(gate).mended) == (0, 0)


def test_a_conversation_that_is_locked_is_tried_again_a_few_times_a_day(
    gate: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    pull, tries = gate.opens(), list[float]()

    def locked(*_: object, **__: object) -> Comment:
        tries.append(gate.clock())
        raise GitHubError(Forbidden((), "locked"))

    with monkeypatch.context() as patch:
        patch.setattr(gate.github, "create_comment", locked)
        gate.judges(pull)
        for _ in range(24):  # half a day
            later(gate, 30 * MINUTE_S)
            gate.works()
    assert len(tries) == 1 + 2
    assert len(remembered.revived(gate.store, gate.place.installation)) == 1
    gate.clock.now += 6 * 3600.0
    later(gate)
    later(gate)
    gate.works()
    assert gate.sticky(pull) is not None


def test_an_edit_that_was_given_up_is_made_where_the_comment_stands(
    gate: Yard,
) -> None:
    pull = gate.opens()
    gate.judges(pull)
    old = gate.sticky(pull)
    assert old is not None
    gate.pushes(pull, "print(3)\n")
    gate.works(pull)
    gate.github.fails("edit_comment", Refused("locked"))
    gate.judges(pull, report=reports.blocking())
    later(gate)
    later(gate)
    gate.works()
    new = gate.sticky(pull)
    assert new is not None
    assert (new.id, new.body == old.body) == (old.id, False)


def test_a_call_for_a_person_that_was_given_up_is_heard_after_all(gate: Yard) -> None:
    pull = gate.opens()
    gate.judges(pull)
    gate.pushes(pull, "print(3)\n")
    gate.works(pull)
    gate.evaluations.ends(gate.key(pull), *_undecided())
    gate.looks(pull)
    (call,) = [one for one in gate.store.waiting(gate.clock(), 9) if _is_call(one)]
    gate.store.give_up(call, "away for too long")
    gate.sends()
    assert (later(gate).mended, later(gate).mended) == (0, 1)
    gate.works()
    comments = gate.github.towns[gate.place].comments.values()
    assert [one for one in comments if f"call-{pull.number}" in one.body]
    assert (later(gate).mended, later(gate).mended) == (0, 0)


def _undecided() -> tuple[Judged, Report]:
    full = reports.undecided()
    return Judged(full.verdict), full


def _is_call(one: Queued) -> bool:
    return isinstance(one.post, CallPost)


def test_a_failure_while_verifying_leaves_the_round_where_it_was(gate: Yard) -> None:
    gate.judges(gate.opens())
    gate.github.fails("comment", Transient("away"))
    assert later(gate).troubled == 1
    assert later(gate).verified == 1


# Comments ---------------------------------------------------------------------------


def test_a_command_whose_webhook_was_dropped_is_noted_and_seen_at_once(
    gate: Yard,
) -> None:
    pull = gate.opens()
    gate.reconciler.sweep()
    comment = gate.says(pull, "/gate run")
    assert later(gate).remarks == 1
    (remark,) = gate.store.remarks(9)
    assert (remark.key, remark.body) == (f"comment:{comment.id}", "/gate run")
    assert (remark.author, remark.kind) == (gate.author.id, "User")
    assert not remark.edited
    gate.sends()
    assert gate.github.towns[gate.place].reactions[comment.id] == {"eyes"}
    assert later(gate).remarks == 0


def test_a_comment_that_was_changed_before_it_was_found_is_known_as_such(
    gate: Yard,
) -> None:
    pull = gate.opens()
    gate.reconciler.sweep()
    made = gate.says(pull, "/gate run")
    comments = gate.github.towns[gate.place].comments
    comments[made.id] = replace(made, updated_at=made.updated_at + 1.0)
    later(gate)
    assert gate.store.remarks(9)[0].edited


def test_what_was_said_before_the_app_came_is_never_read(gate: Yard) -> None:
    gate.says(gate.opens(), "/gate run")
    gate.clock.now += DAY_S
    assert (gate.reconciler.sweep().remarks, later(gate).remarks) == (0, 0)


def test_a_clock_of_ours_that_is_fast_hides_no_comment(gate: Yard) -> None:
    gate.github.ahead = -60 * MINUTE_S
    pull = gate.opens()
    gate.reconciler.sweep()
    gate.clock.now += MINUTE_S
    gate.says(pull, "/gate run")
    assert later(gate).remarks == 1


def test_comments_on_issues_and_of_people_who_left_are_not_for_us(gate: Yard) -> None:
    pull = gate.opens()
    gate.reconciler.sweep()
    gate.github.says(gate.place, 99, "/gate run", gate.author, None)
    comment = gate.says(pull, "/gate run")
    comments = gate.github.towns[gate.place].comments
    comments[comment.id] = replace(comment, author=None)
    assert later(gate).remarks == 0


def test_what_an_app_wrote_is_no_word_of_a_person(gate: Yard) -> None:
    pull = gate.opens()
    gate.reconciler.sweep()
    gate.github.says(gate.place, pull.number, "/gate run", gate.author, 5)
    later(gate)
    assert gate.store.remarks(9)[0].kind == "Bot"


def test_a_command_on_one_that_was_closed_meanwhile_is_heard_too(gate: Yard) -> None:
    pull = gate.opens()
    gate.works(pull)
    gate.reconciler.sweep()
    gate.says(pull, "/gate status")
    gate.github.closes(gate.place, pull.number)
    assert later(gate).remarks == 1


# Reviews ----------------------------------------------------------------------------


def test_a_review_whose_webhook_was_lost_is_noted_once(gate: Yard) -> None:
    pull = gate.opens()
    gate.reconciler.sweep()
    gate.clock.now += 60.0
    made = gate.github.reviews_it(gate.place, pull.number, "/gate run", gate.author)
    assert later(gate).remarks == 1
    (remark,) = gate.store.remarks(9)
    assert (remark.key, remark.body) == (f"review:{made.id}", "/gate run")
    assert (remark.author, remark.login) == (gate.author.id, "ann")
    assert (remark.kind, remark.edited) == ("User", False)
    assert remark.created_at == made.submitted_at
    assert [later(gate).remarks for _ in range(2)] == [0, 0]


def test_a_lost_review_in_large_letters_is_noted_too(gate: Yard) -> None:
    pull = gate.opens()
    gate.reconciler.sweep()
    gate.clock.now += 60.0
    gate.github.reviews_it(gate.place, pull.number, "/Gate run", gate.author)
    assert later(gate).remarks == 1


def test_a_review_that_was_changed_before_it_was_found_is_known_as_such(
    gate: Yard,
) -> None:
    pull = gate.opens()
    gate.reconciler.sweep()
    made = gate.github.reviews_it(gate.place, pull.number, "/gate run", gate.author)
    gate.github.towns[gate.place].edited.add(made.node)
    later(gate)
    assert gate.store.remarks(9)[0].edited


def test_reviews_without_a_word_for_us_cost_one_call_and_are_left(gate: Yard) -> None:
    pull = gate.opens()
    gate.reconciler.sweep()
    town = gate.github.towns[gate.place]
    for body in ("Looks good.", ""):
        gate.github.reviews_it(gate.place, pull.number, body, gate.author)
    gone = gate.github.reviews_it(gate.place, pull.number, "/gate run", gate.author)
    town.reviews[gone.id] = replace(gone, author=None)
    draft = gate.github.reviews_it(gate.place, pull.number, "/gate run", gate.author)
    town.reviews[draft.id] = replace(draft, submitted_at=None)
    gate.asked()
    assert later(gate).remarks == 0
    asked = gate.asked()
    assert (asked.count("reviews"), asked.count("review_edited")) == (1, 0)


def test_reviews_from_before_the_app_came_are_never_read(gate: Yard) -> None:
    pull = gate.opens()
    gate.github.reviews_it(gate.place, pull.number, "/gate run", gate.author)
    gate.clock.now += DAY_S
    assert (gate.reconciler.sweep().remarks, later(gate).remarks) == (0, 0)
    gate.github.reviews_it(gate.place, pull.number, "Fine.", gate.author)
    assert later(gate).remarks == 0


def test_reviews_are_asked_for_where_something_changed_and_nowhere_else(
    gate: Yard,
) -> None:
    many(gate, 1_000)
    later(gate)
    gate.asked()
    town = gate.github.towns[gate.place]
    for number in range(100, 170):
        pull = town.pulls[number]
        town.pulls[number] = replace(pull, updated_at=gate.clock())
    gate.github.reviews_it(gate.place, 169, "/gate run", gate.author)
    found = list[tuple[int, int]]()
    for _ in range(4):
        report = later(gate)
        found.append((gate.asked().count("reviews"), report.remarks))
    assert found == [(30, 0), (30, 0), (10, 1), (0, 0)]
    kept = remembered.reviews_read(gate.store, gate.place.repository)
    assert kept == remembered.ReviewsRead(gate.clock())


def test_reviews_that_github_did_not_list_are_read_in_the_next_sweep(
    gate: Yard,
) -> None:
    first, second = gate.opens(), gate.opens("other", "print(7)\n")
    gate.reconciler.sweep()
    for pull in (first, second):
        gate.github.reviews_it(gate.place, pull.number, "/gate run", gate.author)
    gate.github.fails("review_edited", Transient("away"))
    found = later(gate), later(gate)
    assert [(one.troubled, one.remarks) for one in found] == [(1, 1), (0, 1)]


def unreadable(
    gate: Yard, patch: pytest.MonkeyPatch, number: int, why: Failure
) -> None:
    """The reviews of one pull request cannot be read from now on."""
    reviews = gate.github.reviews

    def read(place: Place, of: int) -> Sequence[Review]:
        if of == number:
            raise GitHubError(why)
        return reviews(place, of)

    patch.setattr(gate.github, "reviews", read)


@pytest.mark.parametrize("why", [Transient("502"), NotFound("odd"), Odd("no list")])
def test_reviews_that_cannot_be_read_hold_no_others_up(
    gate: Yard, monkeypatch: pytest.MonkeyPatch, why: Failure
) -> None:
    first, second = gate.opens(), gate.opens("other", "print(7)\n")
    gate.reconciler.sweep()
    for pull in (first, second):
        gate.github.reviews_it(gate.place, pull.number, "/gate run", gate.author)
    with monkeypatch.context() as patch:
        unreadable(gate, patch, first.number, why)
        found = later(gate), later(gate)
        assert [(one.troubled, one.remarks) for one in found] == [(1, 1), (1, 0)]
    report = later(gate)
    assert (report.troubled, report.remarks) == (0, 1)
    kept = remembered.reviews_read(gate.store, gate.place.repository)
    assert kept == remembered.ReviewsRead(gate.clock())


@pytest.mark.parametrize(
    "why", [RateLimited(0.0), Unauthorised("bad"), Forbidden((), "no")]
)
def test_a_refusal_that_is_of_all_ends_the_reading_and_the_next_one_begins_elsewhere(
    gate: Yard, monkeypatch: pytest.MonkeyPatch, why: Failure
) -> None:
    first, second = gate.opens(), gate.opens("other", "print(7)\n")
    gate.reconciler.sweep()
    for pull in (first, second):
        gate.github.reviews_it(gate.place, pull.number, "/gate run", gate.author)
    unreadable(gate, monkeypatch, first.number, why)
    found = later(gate), later(gate)
    assert [one.troubled for one in found] == [1, 1]
    (noted,) = gate.store.remarks(9)  # the one behind it was not held up for ever
    assert noted.pull == gate.key(second)


# Deliveries -------------------------------------------------------------------------


def delivery(
    number: int, guid: str, at: float, status: str = "OK", *, again: bool = False
) -> HookDelivery:
    return HookDelivery(number, guid, at, again, status, "push", None, 1, 2)


def test_failed_deliveries_are_asked_for_once_each(gate: Yard) -> None:
    gate.github.attempts = [
        delivery(1, "a", START - 50, "timed out"),
        delivery(2, "b", START - 40),
        delivery(3, "c", START - 30, "502"),
        delivery(4, "c", START - 20, "502"),
        delivery(5, "d", START - 10, "502"),
        delivery(6, "d", START - 5, "OK", again=True),
    ]
    assert gate.reconciler.sweep().redelivered == 2
    assert gate.github.redelivered == [1, 4]
    gate.github.attempts.append(delivery(7, "a", gate.clock(), "timed out", again=True))
    assert later(gate).redelivered == 0


def test_what_github_does_not_keep_any_more_is_left_to_the_sweep(gate: Yard) -> None:
    gate.github.attempts = [
        delivery(1, "a", START - 4 * DAY_S, "502"),
        delivery(2, "b", START - 2 * DAY_S, "502"),
        delivery(3, "c", START - 1 * DAY_S, "502"),
    ]
    gate.github.fails("redeliver", NotFound("too old"))
    report = gate.reconciler.sweep()
    assert (report.redelivered, report.troubled) == (2, 0)
    assert gate.github.redelivered == [3]


def test_guids_are_not_remembered_for_ever(gate: Yard) -> None:
    gate.github.attempts = [delivery(1, "a", START - 50, "502")]
    gate.reconciler.sweep()
    assert remembered.redelivered(gate.store) == {"a": START}
    later(gate, 4 * DAY_S)
    assert remembered.redelivered(gate.store) == {}


def failed(count: int) -> list[HookDelivery]:
    return [
        delivery(number, f"g{number}", START - 2 * DAY_S, "502")
        for number in range(1, count + 1)
    ]


def test_redeliveries_that_did_not_fit_into_a_sweep_go_with_the_next(
    gate: Yard,
) -> None:
    gate.github.attempts = failed(70)
    first, second = gate.reconciler.sweep(), later(gate)
    assert (first.redelivered, second.redelivered) == (40, 30)
    assert sorted(gate.github.redelivered) == list(range(1, 71))


def test_one_that_is_started_again_and_again_asks_for_no_more_in_a_minute(
    gate: Yard,
) -> None:
    """GitHub counts what is asked of it, not who asks since when."""
    gate.github.attempts = failed(70)
    each = [gate.reconciler.sweep().redelivered]
    for _ in range(3):
        gate.clock.now += 25
        each.append(gate.reconciler.sweep().redelivered)
    assert each == [40, 0, 0, 30]


def test_what_waits_is_asked_for_between_sweeps_and_no_more_than_a_minute_has_room_for(
    gate: Yard,
) -> None:
    gate.github.attempts = failed(130)
    gate.reconciler.sweep()
    each = list[int]()
    for _ in range(8):
        gate.clock.now += 30
        each.append(gate.reconciler.redeliver())
    assert each == [0, 40, 0, 40, 0, 10, 0, 0]
    assert sorted(gate.github.redelivered) == list(range(1, 131))
    assert remembered.unasked(gate.store) == []
    assert later(gate).redelivered == 0


def test_what_waits_is_asked_for_though_github_lists_other_ones_by_then(
    gate: Yard,
) -> None:
    """Its list slides on, and redeliveries fill it too."""
    gate.github.attempts = failed(100)
    assert (gate.reconciler.sweep().redelivered, later(gate).redelivered) == (40, 40)
    asked = remembered.redelivered(gate.store)
    gate.github.attempts += [
        delivery(1000 + number, f"new{number}", gate.clock())
        for number in range(MOST_DELIVERIES)
    ]
    begun = Reconciler(gate.reach, gate.bases, lambda _: None, lambda _: None, 1)
    gate.clock.now += HOUR_S
    assert begun.sweep().redelivered == 20
    assert len({*asked, *remembered.redelivered(gate.store)}) == 100


def test_what_came_meanwhile_and_what_github_has_dropped_is_not_asked_for(
    gate: Yard,
) -> None:
    """An owner may have pressed GitHub's own button."""
    gate.github.attempts = failed(90)
    gate.reconciler.sweep()
    gate.github.attempts += [
        delivery(1000 + number, f"g{number}", gate.clock(), again=True)
        for number in range(41, 91)
    ]
    assert (later(gate).redelivered, later(gate).redelivered) == (0, 0)
    gate.github.attempts = [
        delivery(2000 + number, f"h{number}", gate.clock(), "502")
        for number in range(50)
    ]
    assert later(gate).redelivered == 40
    assert later(gate, 3 * DAY_S + 1).redelivered == 0
    assert remembered.unasked(gate.store) == []


@pytest.mark.parametrize(
    ("event", "action"),
    [
        ("check_run", "requested_action"),
        ("check_run", "rerequested"),
        ("check_suite", "rerequested"),
    ],
)
def test_pressed_buttons_are_asked_for_first(
    gate: Yard, event: str, action: str
) -> None:
    """No sweep finds those."""
    press = replace(delivery(90, "p", START - 60, "502"), event=event, action=action)
    other = replace(press, id=91, guid="q", action="completed")
    gate.github.attempts = [*failed(80), other, press]
    gate.reconciler.sweep()
    assert gate.github.redelivered == [90, *range(1, 40)]


def test_who_was_away_goes_through_more_of_them_once(gate: Yard) -> None:
    gate.github.attempts = [
        delivery(1, "early", START - DAY_S, "502"),
        *(delivery(n, f"g{n}", START - HOUR_S) for n in range(2, MOST_DELIVERIES + 9)),
    ]
    assert gate.reconciler.sweep().redelivered == 1
    most = list[int]()
    listed = gate.github.deliveries

    def deliveries(since: float, some: int) -> Sequence[HookDelivery]:
        most.append(some)
        return listed(since, some)

    gate.github.deliveries = deliveries  # type: ignore[method-assign,assignment]
    for pause in (180.0, AWAY_S - 1, AWAY_S, 180.0):
        later(gate, pause)
    assert most == [MOST_DELIVERIES, MOST_DELIVERIES, MOST_AWAY, MOST_DELIVERIES]


def test_of_more_than_can_be_listed_the_newest_are_made_good_and_the_mark_moves(
    gate: Yard,
) -> None:
    """Else every later sweep would go through all of them, and none be asked for."""
    gate.github.attempts = [
        delivery(number, f"g{number}", START - 2 * HOUR_S)
        for number in range(3, MOST_AWAY + 2)
    ]
    gate.github.attempts += [
        delivery(1, "long ago", START - DAY_S, "502"),
        delivery(2, "before", START - 3 * HOUR_S, "502"),
        delivery(MOST_AWAY + 2, "just now", START - 5, "502"),
    ]
    report = gate.reconciler.sweep()
    assert (report.redelivered, report.troubled) == (1, 0)
    assert gate.github.redelivered == [MOST_AWAY + 2]
    assert remembered.moment(gate.store, "deliveries") == START


def test_where_github_cannot_list_or_send_them_the_next_sweep_does(gate: Yard) -> None:
    gate.github.attempts = [delivery(1, "a", START - 50, "502")]
    gate.github.fails("deliveries", Transient("away"))
    assert gate.reconciler.sweep().troubled == 1
    gate.github.fails("redeliver", Transient("away"))
    report = later(gate)
    assert (report.redelivered, report.troubled) == (0, 1)
    assert later(gate).redelivered == 1


def test_one_that_github_fails_to_send_holds_up_no_others(gate: Yard) -> None:
    gate.github.attempts = [
        delivery(n, f"g{n}", START - 90 + n, "502") for n in range(1, 31)
    ]
    gate.github.fails("redeliver", Transient("away"))
    assert gate.reconciler.sweep().redelivered == 29
    assert gate.github.redelivered == [*range(2, 31)]
    gate.clock.now += 5 * MINUTE_S - 1
    assert gate.reconciler.redeliver() == 0  # that one rests
    gate.clock.now += 1
    assert gate.reconciler.redeliver() == 1
    assert gate.github.redelivered[-1] == 1


def pressed(number: int) -> HookDelivery:
    """The only word of somebody's press, which GitHub could not deliver."""
    one = delivery(number, f"press{number}", START - 60, "502")
    return replace(one, event="check_run", action="requested_action")


@pytest.mark.parametrize("bad", [{5, 25, 45}, {1, 2, 3}, {*range(1, 30)}, {201, 202}])
def test_however_many_it_fails_to_send_for_ever_all_others_go(
    gate: Yard, monkeypatch: pytest.MonkeyPatch, bad: set[int]
) -> None:
    gate.github.attempts = [*failed(100), *map(pressed, range(201, 205))]
    calls, sends = list[int](), gate.github.redeliver

    def redeliver(number: int) -> None:
        calls.append(number)
        if number in bad:
            raise GitHubError(Transient("500"))
        sends(number)

    monkeypatch.setattr(gate.github, "redeliver", redeliver)
    minutes = 30
    for _ in range(minutes):
        for _ in range(4):
            gate.clock.now += 15
            gate.reconciler.redeliver()
        gate.reconciler.sweep()
    every = {*range(1, 101), *range(201, 205)}
    assert sorted(gate.github.redelivered) == sorted(every - bad)
    assert sum(one in bad for one in calls) <= 3 * minutes


def test_after_an_hour_without_github_pressed_buttons_still_go_first(
    gate: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    presses = range(2001, 2031)
    gate.github.attempts = [*failed(500), *map(pressed, presses)]
    with monkeypatch.context() as away:

        def redeliver(_number: int) -> None:
            raise GitHubError(Transient("502"))

        away.setattr(gate.github, "redeliver", redeliver)
        gate.reconciler.sweep()
        for _ in range(240):
            gate.clock.now += 15
            gate.reconciler.redeliver()
    for _ in range(40):
        gate.clock.now += 15
        gate.reconciler.redeliver()
    last = max(gate.github.redelivered.index(one) for one in presses)
    assert last < 200  # within five minutes
    gate.clock.now -= DAY_S
    sent = len(gate.github.redelivered)
    gate.reconciler.redeliver()  # nothing waits for a clock that was set back
    assert len(gate.github.redelivered) == sent + 40


@pytest.mark.parametrize(
    ("failure", "times", "resting"),
    [
        (Transient("away"), 3, 3),
        (Odd("a page"), 3, 3),
        (Forbidden((), "no"), 1, 1),
        (RateLimited(9e9), 1, 0),
        (Unauthorised("bad"), 1, 0),
    ],
)
def test_where_it_fails_for_several_or_says_so_it_is_left_alone_for_a_minute(
    gate: Yard, failure: Failure, times: int, resting: int
) -> None:
    gate.github.attempts = [
        delivery(n, f"g{n}", START - 90 + n, "502") for n in range(1, 31)
    ]
    for _ in range(times):
        gate.github.fails("redeliver", failure)
    assert gate.reconciler.sweep().redelivered == 0
    gate.clock.now += MINUTE_S - 1
    assert gate.reconciler.redeliver() == 0
    gate.clock.now += 1
    assert gate.reconciler.redeliver() == 30 - resting


# What is reached --------------------------------------------------------------------


def test_a_repository_that_was_taken_away_is_left_and_comes_back(gate: Yard) -> None:
    pull = gate.opens()
    gate.works(pull)
    gate.reconciler.sweep()
    town = gate.github.towns.pop(gate.place)
    assert later(gate).left == 1
    assert gate.evaluations.stopped == [gate.key(pull)]
    assert not gate.standing(pull).open
    gate.asked()
    gate.works()
    assert gate.asked() == []
    gate.github.towns[gate.place] = town
    assert later(gate).woken == 1
    gate.works()
    assert gate.evaluations.running(gate.key(pull)) is not None


@pytest.mark.parametrize("how", ["suspended", "deleted", "archived"])
def test_what_cannot_be_written_to_any_more_is_left(gate: Yard, how: str) -> None:
    pull = gate.opens()
    gate.works(pull)
    gate.reconciler.sweep()
    through = gate.place.installation
    if how == "suspended":
        old = gate.github.places[through]
        gate.github.places[through] = replace(old, suspended=True)
    elif how == "deleted":
        del gate.github.places[through]
    else:
        gate.repository(archived=True)
    assert later(gate).left == 1
    assert later(gate).left == 0
    gate.clock.now += RESTS_S
    later(gate)
    kept = gate.mirrors.known(gate.place) is not None
    assert kept == (how != "deleted")


def suspends(gate: Yard, *, suspended: bool = True) -> None:
    through = gate.place.installation
    old = gate.github.places[through]
    gate.github.places[through] = replace(old, suspended=suspended)


def mirrored(gate: Yard) -> bool:
    return gate.mirrors.known(gate.place) is not None


def trains(gate: Yard) -> None:
    """A pull request that a sweep has seen, and whose trials run."""
    gate.works(gate.opens())
    gate.reconciler.sweep()


KEPT_OUT = {
    "suspended": suspends,
    "archived": lambda gate: gate.repository(archived=True),
}
"""What an owner may undo, and find the mirror again."""


@pytest.mark.parametrize("before", [*KEPT_OUT, ""])
@pytest.mark.parametrize("how", ["uninstalled", "taken away"])
def test_the_mirror_of_what_is_taken_away_goes_though_no_webhook_told_of_it(
    gate: Yard, before: str, how: str
) -> None:
    """Also where it was not reached any more when it was."""
    trains(gate)
    if before:
        KEPT_OUT[before](gate)
        later(gate, RESTS_S)
        later(gate, RESTS_S)
        assert mirrored(gate)
    del gate.github.towns[gate.place]
    if how == "uninstalled":
        del gate.github.places[gate.place.installation]
    else:
        suspends(gate, suspended=False)
    later(gate)
    later(gate, RESTS_S - 1.0)
    assert mirrored(gate)
    later(gate, 1.0)
    assert not mirrored(gate)
    later(gate)
    assert remembered.mirrored(gate.store) == {}
    assert remembered.left(gate.store) == {}


@pytest.mark.parametrize("how", KEPT_OUT)
def test_what_comes_back_in_time_keeps_its_mirror_though_nobody_may_write_to_it(
    gate: Yard, how: str
) -> None:
    trains(gate)
    KEPT_OUT[how](gate)
    later(gate)
    mine = gate.github.places.pop(gate.place.installation)
    later(gate)
    assert remembered.left(gate.store)
    gate.github.places[gate.place.installation] = replace(mine, suspended=False)
    later(gate)
    assert remembered.left(gate.store) == {}
    KEPT_OUT[how](gate)
    later(gate, RESTS_S)
    later(gate, RESTS_S)
    assert mirrored(gate)


def test_where_an_installation_does_not_tell_a_mirror_stays(gate: Yard) -> None:
    trains(gate)
    gate.repository(archived=True)
    later(gate)
    for _ in range(2):
        gate.github.fails("repositories", Transient("away"))
        later(gate, RESTS_S)
    assert mirrored(gate)
    assert remembered.left(gate.store) == {}


@pytest.mark.parametrize("archived", [False, True])
def test_a_mirror_goes_with_the_last_installation_that_reached_it(
    gate: Yard, archived: bool
) -> None:
    """The repository was transferred to somebody else who has the App."""
    trains(gate)
    old, town = gate.place, gate.github.towns.pop(gate.place)
    anew = Place(old.installation + 1, old.repository)
    mine = gate.github.places.pop(old.installation)
    gate.github.places[anew.installation] = replace(mine, id=anew.installation)
    town.repository = replace(town.repository, archived=archived)
    gate.github.towns[anew] = town
    later(gate)
    gate.github.places[anew.installation] = replace(
        mine, id=anew.installation, suspended=True
    )
    later(gate, RESTS_S)
    later(gate, RESTS_S)
    assert mirrored(gate)
    del gate.github.places[anew.installation]
    later(gate)
    later(gate, RESTS_S)
    assert not mirrored(gate)


def test_mirrors_that_are_kept_are_not_written_of_at_each_sweep(
    gate: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    trains(gate)
    later(gate)

    def written(*_: object) -> None:
        pytest.fail("it is written anew")

    for name in ("keep_reached", "keep_mirrored", "keep_left"):
        monkeypatch.setattr(remembered, name, written)
    later(gate)


def test_a_mirror_of_before_such_notes_goes_too(gate: Yard) -> None:
    """An older version knew only what is reached."""
    trains(gate)
    gate.store.remember("mirrored", "")
    del gate.github.places[gate.place.installation]
    later(gate)
    later(gate, RESTS_S)
    assert not mirrored(gate)


def test_a_mirror_goes_that_another_instance_has_forgotten_on_its_own_disk(
    gate: Yard,
) -> None:
    """They share what is noted. Nothing waits for one that nobody opens again."""
    trains(gate)
    mine = gate.github.places.pop(gate.place.installation)
    later(gate)
    later(gate, RESTS_S)
    later(gate)
    assert not mirrored(gate)  # on the disk of the one that led until now
    assert remembered.mirrored(gate.store) == {}
    gate.mirrors.refresh(gate.place, "ann/digits", Secret("x"), [WantedBranch("main")])
    shut = replace(mine, id=mine.id + 1, suspended=True)
    gate.github.places[shut.id] = shut
    later(gate)
    later(gate, RESTS_S)
    assert not mirrored(gate)
    later(gate, HOUR_S)
    assert remembered.left(gate.store) == {}


def test_a_mirror_goes_that_no_sweep_has_ever_seen_reached(gate: Yard) -> None:
    """A webhook told of the repository, and it was gone when the sweep came."""
    gate.works(gate.opens())
    del gate.github.towns[gate.place]
    for _ in range(2):
        gate.github.fails("repositories", Transient("away"))
        later(gate, RESTS_S)
    assert remembered.left(gate.store) == {}  # it may be there
    later(gate)
    later(gate, RESTS_S - 1.0)
    assert mirrored(gate)
    later(gate, 1.0)
    assert not mirrored(gate)


def test_a_mirror_that_a_webhook_made_stays_where_a_sweep_lists_it_late(
    gate: Yard,
) -> None:
    gate.works(gate.opens())
    town = gate.github.towns.pop(gate.place)
    later(gate)
    gate.github.towns[gate.place] = town
    later(gate, RESTS_S)
    assert remembered.left(gate.store) == {}
    assert mirrored(gate)


def test_a_disk_that_cannot_be_read_holds_up_no_sweep(
    gate: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    def held(*_: object) -> NoReturn:
        raise MachineryFault("The disk is gone.", "Bring it back.")

    trains(gate)
    del gate.github.places[gate.place.installation]
    monkeypatch.setattr(FakeMirrors, "held", held)
    assert later(gate).left == 1
    assert remembered.mirrored(gate.store) != {}


def test_where_github_did_not_tell_everything_nobody_is_left(gate: Yard) -> None:
    gate.works(gate.opens())
    gate.reconciler.sweep()
    for method in ("installations", "repositories"):
        gate.github.fails(method, Transient("away"))
        report = later(gate)
        assert (report.left, report.troubled) == (0, 1)


@pytest.mark.parametrize("why", [NotFound("Not Found"), Odd("a page")])
def test_an_api_that_is_none_is_told_for_the_log(gate: Yard, why: Failure) -> None:
    gate.github.fails("installations", why)
    report = gate.reconciler.sweep()
    (said,) = report.faults
    assert (report.troubled, "SEEDGATE_API_URL" in said) == (1, True)
    gate.github.fails("installations", Transient("away"))
    assert gate.reconciler.sweep().faults == ()


def test_trouble_elsewhere_keeps_nobody_who_is_not_reached_any_more(
    gate: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = gate.founds("bob/letters", files())
    gate.opens(place=other)
    gate.works(gate.opens())
    gate.reconciler.sweep()
    look = gate.bases.look

    def fails(place: Place, *others: Any) -> Looked:
        if place == other:
            raise MirrorError(Unreachable("away"))
        return look(place, *others)

    monkeypatch.setattr(gate.bases, "look", fails)
    del gate.github.towns[gate.place]
    report = later(gate)
    assert (report.troubled, report.left) == (1, 1)
    assert remembered.reached(gate.store) == {other.repository: other.installation}
    assert remembered.tips(gate.store, gate.place.repository) == {}
    assert gate.place.repository not in gate.bases._minded


def test_an_installation_that_tells_nothing_loses_nobody_and_keeps_no_other(
    gate: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = gate.founds("bob/letters", files())
    gate.works(gate.opens())
    gate.reconciler.sweep()
    repositories = gate.github.repositories

    def listed(installation: int) -> Sequence[Repository]:
        if installation == other.installation:
            raise GitHubError(Transient("away"))
        return repositories(installation)

    monkeypatch.setattr(gate.github, "repositories", listed)
    del gate.github.towns[gate.place]
    report = later(gate)
    assert (report.troubled, report.left) == (1, 1)
    assert remembered.reached(gate.store) == {other.repository: other.installation}


def test_an_installation_that_has_to_rest_does_not_hold_the_others_up(
    gate: Yard,
) -> None:
    other = gate.founds("bob/letters", files())
    gate.opens(place=other)
    gate.github.fails("open_pulls", RateLimited(gate.clock() + 60.0))
    report = gate.reconciler.sweep()
    assert (report.repositories, report.troubled) == (1, 1)
    assert other in [place for place, _ in gate.mirrors.asked]


def test_a_repository_that_fails_does_not_hold_its_neighbours_up(gate: Yard) -> None:
    near = Place(gate.place.installation, 4242)
    town = gate.github.towns[gate.place]
    gate.github.towns[near] = replace(
        town, repository=replace(town.repository, id=4242, full_name="ann/letters")
    )
    gate.mirrors.founds(near, "ann/letters", files())
    gate.github.fails("open_pulls", Transient("away"))
    report = gate.reconciler.sweep()
    assert (report.repositories, report.troubled) == (1, 1)


def test_one_installation_can_be_gone_through_alone(gate: Yard) -> None:
    gate.founds("bob/letters", files())
    gate.opens()
    report = gate.reconciler.sweep_installation(gate.place.installation)
    assert (report.repositories, report.woken) == (1, 1)
    known = remembered.reached(gate.store)
    assert known == {gate.place.repository: gate.place.installation}


# The hint ---------------------------------------------------------------------------


def test_a_repository_without_a_policy_is_told_once_that_the_app_is_there(
    tmp_path: Path,
) -> None:
    gate = yard(tmp_path, files(policy=None))
    gate.reconciler.sweep()
    gate.sends()
    town = gate.github.towns[gate.place]
    assert town.issues == []
    for _ in range(2):
        remembered.want_hint(gate.store, gate.place.repository)
        later(gate)
        gate.sends()
    (issue,) = town.issues
    assert issue.title == "Seedgate is installed"
    assert "`.github/seedgate.yml`" in issue.body


def test_a_repository_with_a_policy_needs_no_hint(gate: Yard) -> None:
    remembered.want_hint(gate.store, gate.place.repository)
    gate.reconciler.sweep()
    gate.sends()
    assert gate.github.towns[gate.place].issues == []
    assert not remembered.hint_wanted(gate.store, gate.place.repository)


# What it costs ----------------------------------------------------------------------


def test_an_idle_repository_costs_a_few_calls_a_sweep(gate: Yard) -> None:
    for number in range(3):
        gate.judges(gate.opens(f"idea-{number}", f"print({number + 5})\n"))
    later(gate)
    gate.asked()
    later(gate)
    calls = gate.asked()
    assert calls.count("checks") == calls.count("comment") == 3
    others = [one for one in calls if one not in ("checks", "comment")]
    assert sorted(others) == [
        "comments_since",
        "deliveries",
        "git_token",
        "git_token",  # for the bases, and for the branches of queues
        "installations",
        "open_pulls",
        "repositories",
    ]


def many(gate: Yard, count: int) -> None:
    """Open pull requests with a verdict each, as if they had been judged here."""
    pull = gate.opens()
    gate.judges(pull)
    model = gate.standing(pull)
    post = check_post([model], model.head)
    assert post is not None
    town = gate.github.towns[gate.place]
    run = gate.run(model.head)
    for number in range(2, count + 1):
        sha = f"{number:040x}"
        town.pulls[number] = replace(
            town.pulls[pull.number],
            number=number,
            head=replace(pull.head, sha=sha, ref=f"idea-{number}"),
        )
        town.commits.add(sha)
        town.checks[10**6 + number] = replace(run, id=10**6 + number, head_sha=sha)
        key = PullKey(gate.place.repository, number)
        gate.store.say(_as(model, key, sha), [])


def _as(model: Standing, key: PullKey, sha: str) -> Standing:
    assert model.voice is not None
    part = replace(model.voice.part, pull=key.number)
    return replace(model, pull=key, head=sha, voice=replace(model.voice, part=part))


def test_a_thousand_open_pull_requests_take_few_calls_and_no_memory(gate: Yard) -> None:
    many(gate, 1_000)
    later(gate)
    tracemalloc.start()
    gate.asked()
    before = tracemalloc.get_traced_memory()[0]
    reports_ = [later(gate) for _ in range(3)]
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert [one.pulls for one in reports_] == [1_000] * 3
    assert [(one.woken, one.mended) for one in reports_] == [(0, 0)] * 3
    assert grown < 1_000_000
    assert len(gate.asked()) <= 3 * (10 + 2 * AT_ONCE)


def test_every_pull_request_is_verified_in_its_turn(gate: Yard) -> None:
    many(gate, 100)
    asked = list[str]()
    true = gate.github.checks
    gate.github.checks = lambda place, sha, name: (  # type: ignore[method-assign]
        asked.append(sha) or true(place, sha, name)
    )
    for _ in range(4):
        assert later(gate).verified == AT_ONCE
    assert len(set(asked)) == 100
    assert len(asked) == 4 * AT_ONCE
    round_ = remembered.round_of(gate.store, gate.place.installation)
    assert round_.last == (gate.place.repository, 20)
    assert json.loads(gate.store.recall(f"round:{gate.place.installation}"))


def test_reports_of_parts_are_added() -> None:
    both = SweepReport(1, 2, woken=3) + SweepReport(1, troubled=1)
    assert both == SweepReport(2, 2, woken=3, troubled=1)


# Repositories that poison -------------------------------------------------------------


@pytest.mark.parametrize("fault", [UserFault, GitFault])
def test_a_base_that_cannot_be_read_ends_no_sweep(
    gate: Yard, monkeypatch: pytest.MonkeyPatch, fault: type[UserFault | GitFault]
) -> None:
    pull, look = gate.opens(), gate.bases.look

    def refused(*_: object) -> None:
        raise fault("git cannot read it.")

    monkeypatch.setattr(gate.bases, "look", refused)
    report = gate.reconciler.sweep()
    assert (report.troubled, report.woken) == (1, 1)
    assert gate.due() == [pull.number]
    monkeypatch.setattr(gate.bases, "look", look)
    assert gate.reconciler.sweep().troubled == 0


def test_a_repository_that_fails_in_any_way_ends_no_sweep_of_the_others(
    gate: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    other, look = gate.founds("zoe/other", files()), gate.bases.look
    for place in (gate.place, other):
        gate.opens(place=place)

    def poisoned(place: Place, *others: Any) -> Looked:
        if place == gate.place:
            raise RecursionError("too deep")
        return look(place, *others)

    monkeypatch.setattr(gate.bases, "look", poisoned)
    report = gate.reconciler.sweep()
    assert (report.troubled, report.repositories) == (1, 1)
    assert report.faults == ("ann/digits: RecursionError: too deep",)
    assert remembered.tips(gate.store, other.repository)


def test_a_store_that_fails_ends_the_sweep(
    gate: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object) -> None:
        raise MachineryFault("The store is gone.")

    monkeypatch.setattr(gate.bases, "look", gone)
    gate.opens()
    with pytest.raises(MachineryFault):
        gate.reconciler.sweep()
