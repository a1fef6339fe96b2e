"""The outbox emptied on a GitHub that forgets, fails, and has its limits."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from bot.adapters.github import Lanes
from bot.app.github import CALL_S
from bot.app.pulls.ports import PostState, Queued
from bot.app.pulls.sending import DOUBT_S, Sender
from bot.domain.github import (
    FLICKER_S,
    Annotation,
    CheckChange,
    CheckRun,
    CheckStatus,
    Comment,
    Conclusion,
    Failure,
    Forbidden,
    GitHubError,
    NotFound,
    Odd,
    Output,
    Place,
    RateLimited,
    Reaction,
    Refused,
    Transient,
    Unauthorised,
)
from bot.domain.pulls.posts import (
    CallPost,
    CheckPost,
    IssuePost,
    Post,
    ReactionPost,
    ReplyPost,
    StickyPost,
    key_of,
    text_digest,
)
from bot.presentation.github.marker import mark
from tests.fakes.github import GitHubInMemory
from tests.fakes.pulls import MemoryPulls, Row

SHA = "a" * 40
LOST = Transient("502")
REMARKS = tuple(
    Annotation("train.py", n, n, "warning", f"Remark {n}.") for n in range(1, 121)
)


class Desk:
    """A sender at one pull request."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self.github = GitHubInMemory(lambda: self.now)
        self.place = self.github.founds("lab/digits")
        self.ann = self.github.joins("ann")
        self.pull = self.github.opens(self.place, "idea", SHA, self.ann)
        self.town = self.github.towns[self.place]
        self.store = MemoryPulls(lambda: self.now)
        self.coming: list[tuple[float, Callable[[], object]]] = []
        self.begins()

    def begins(self) -> None:
        """A new process: what it knows is in the store."""
        lanes, clock = Lanes(), lambda: self.now
        self.sender = Sender(self.store, self.github, lanes, clock, lambda: 0.0)

    def puts(self, *posts: Post) -> None:
        self.store.put(posts)

    def step(self) -> tuple[Queued, ...]:
        """What comes by now comes, what goes now is sent, and a second passes."""
        due = [one for one in self.coming if one[0] <= self.now]
        for one in due:
            self.coming.remove(one)
            one[1]()
        picked = self.sender.pick().now
        for queued in picked:
            self.sender.send(queued)
        self.now += 1.0
        return picked

    def works(self, steps: int = 30) -> None:
        for _ in range(steps):
            self.step()

    def row(self, post: Post) -> Row:
        return self.store.outbox[key_of(post)]

    def check(
        self, conclusion: Conclusion | None = None, remarks: int = 0
    ) -> CheckPost:
        status = CheckStatus.COMPLETED if conclusion else CheckStatus.QUEUED
        output = Output("Title", f"Summary of {conclusion}")
        change = CheckChange(status, output, conclusion)
        return CheckPost(self.place, SHA, change, REMARKS[:remarks])

    def sticky(self, text: str = "One") -> StickyPost:
        marker = mark("pull-1")
        return StickyPost(self.place, 1, f"{marker}\n{text}", marker)

    def call(self, *, over: bool = False) -> CallPost:
        marker = mark("call-1-x")
        return CallPost(self.place, 1, "x", f"{marker}\nAct.", marker, over=over)

    def bodies(self) -> list[str]:
        return [one.body for one in self.town.comments.values()]

    def dies_after(self, post: Post) -> None:
        """The call is made; the process is gone before that is written down."""
        known = self.row(post).remote
        begun = next(one for one in self.store.waiting(self.now, 9) if one.post == post)
        self.store.begun(begun)
        self.sender._poster.post(replace(begun))
        row = self.row(post)
        row.remote, row.tried, row.state = known, True, PostState.WAITING
        self.begins()


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_a_check_run_is_made_once_and_changed_from_then_on(desk: Desk) -> None:
    desk.puts(desk.check())
    desk.works(2)
    desk.puts(desk.check(Conclusion.SUCCESS))
    desk.works(2)
    assert [run.conclusion for run in desk.town.checks.values()] == ["success"]
    assert desk.github.calls == ["create_check", "change_check"]


def test_annotations_go_in_three_portions_and_are_not_doubled(desk: Desk) -> None:
    desk.puts(desk.check(Conclusion.FAILURE, remarks=120))
    desk.github.fails("annotate", LOST, after=True)
    desk.works()
    (run,) = desk.town.checks
    assert desk.town.annotations[run] == list(REMARKS)
    desk.puts(desk.check(Conclusion.SUCCESS, remarks=120))
    desk.works()
    assert desk.town.annotations[run] == list(REMARKS)
    assert [one.conclusion for one in desk.town.checks.values()] == ["success"]


def test_a_check_run_that_was_never_written_down_is_found_and_brought_up_to_date(
    desk: Desk,
) -> None:
    desk.puts(desk.check())
    desk.dies_after(desk.check())
    desk.puts(desk.check(Conclusion.FAILURE))
    desk.works()
    assert [run.conclusion for run in desk.town.checks.values()] == ["failure"]
    assert desk.row(desk.check()).state is PostState.SENT


def conclusions(desk: Desk) -> list[str | None]:
    """Of all check runs, oldest first; GitHub goes by the last."""
    return [run.conclusion for _, run in sorted(desk.town.checks.items())]


def test_an_answer_is_taken_back_by_a_run_that_waits_in_its_place(desk: Desk) -> None:
    """A run that has ended stays so, whatever status it is given."""
    for said in (Conclusion.SUCCESS, None, None, Conclusion.FAILURE):
        desk.puts(desk.check(said, remarks=60))
        desk.works(3)
    assert conclusions(desk) == ["success", "failure"]
    assert [len(one) for one in desk.town.annotations.values()] == [60, 60]


@pytest.mark.parametrize("after", [False, True])
def test_an_answer_is_taken_back_once_though_github_s_answer_is_lost(
    desk: Desk, *, after: bool
) -> None:
    desk.puts(desk.check(Conclusion.SUCCESS))
    desk.works(2)
    desk.github.fails("create_check", LOST, after=after)
    desk.puts(desk.check())
    desk.works()
    assert conclusions(desk) == ["success", None]
    desk.puts(desk.check(Conclusion.FAILURE))
    desk.works()
    assert conclusions(desk) == ["success", "failure"]


def test_an_answer_is_taken_back_once_though_we_are_killed_meanwhile(
    desk: Desk,
) -> None:
    desk.puts(desk.check(Conclusion.SUCCESS))
    desk.works(2)
    desk.puts(desk.check())
    desk.dies_after(desk.check())
    desk.works()
    assert conclusions(desk) == ["success", None]


@pytest.mark.parametrize("then", [Conclusion.SUCCESS, Conclusion.FAILURE])
def test_what_is_said_after_an_answer_was_taken_back_is_said_by_the_newest_run(
    desk: Desk, then: Conclusion
) -> None:
    """We are killed before that run is written down, and the verdict comes at once."""
    desk.puts(desk.check(Conclusion.SUCCESS))
    desk.works(2)
    desk.puts(desk.check())
    desk.dies_after(desk.check())
    desk.puts(desk.check(then))
    desk.works()
    assert conclusions(desk) == ["success", then]
    assert desk.row(desk.check()).state is PostState.SENT


def test_a_run_that_takes_an_answer_back_late_says_what_is_said_by_then(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.puts(desk.check(Conclusion.SUCCESS))
    desk.works(2)
    loses_one(desk, monkeypatch, "create_check")
    desk.puts(desk.check())
    desk.step()
    desk.puts(desk.check(Conclusion.FAILURE))
    desk.works()
    assert conclusions(desk) == ["success", "failure"]


@pytest.mark.parametrize("then", [None, Conclusion.FAILURE])
def test_a_success_that_comes_late_does_not_outlast_what_was_said_after_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, then: Conclusion | None
) -> None:
    desk.puts(desk.check())
    desk.works(2)
    comes_late(desk, monkeypatch, "change_check", after=5.0)
    desk.puts(desk.check(Conclusion.SUCCESS))
    desk.step()
    desk.puts(desk.check(then))
    desk.works()
    assert conclusions(desk)[-1] == then
    assert desk.row(desk.check()).state is PostState.SENT


def comes_late(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, name: str, after: float
) -> None:
    """The next such call gets no answer, and takes effect in so many seconds."""
    call = getattr(desk.github, name)

    def late(*asked: Any, **more: Any) -> CheckRun:
        monkeypatch.setattr(desk.github, name, call)
        desk.coming.append((desk.now + after, partial(call, *asked, **more)))
        raise GitHubError(LOST)

    monkeypatch.setattr(desk.github, name, late)


@pytest.mark.parametrize(
    ("said", "then"),
    [
        (Conclusion.SUCCESS, Conclusion.FAILURE),
        (Conclusion.FAILURE, Conclusion.SUCCESS),
    ],
)
def test_nor_does_it_where_the_same_was_said_again_meanwhile(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, said: Conclusion, then: Conclusion
) -> None:
    """What was said again at once was heard, and then comes what was said first."""
    desk.puts(desk.check())
    desk.works(2)
    comes_late(desk, monkeypatch, "change_check", after=CALL_S)
    desk.puts(desk.check(said))
    desk.works(4)
    assert desk.row(desk.check()).state is PostState.SENT
    desk.puts(desk.check(then))
    desk.works()
    assert conclusions(desk)[-1] == then


def test_a_run_that_was_to_follow_a_lost_answer_is_not_made_twice(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A change of what is open by all we know, and has ended, makes another run."""
    desk.puts(desk.check())
    desk.works(2)
    comes_late(desk, monkeypatch, "change_check", after=3.0)
    desk.puts(desk.check(Conclusion.SUCCESS))
    desk.step()
    loses_one(desk, monkeypatch, "create_check")
    desk.puts(desk.check())
    desk.works(60)
    desk.puts(desk.check(Conclusion.FAILURE))
    desk.works()
    assert conclusions(desk) == ["success", "failure"]


def test_annotations_that_come_late_are_not_sent_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.puts(desk.check(Conclusion.FAILURE, remarks=120))
    desk.works(2)
    comes_late(desk, monkeypatch, "annotate", after=CALL_S)
    desk.works(60)
    (run,) = desk.town.checks
    assert desk.town.annotations[run] == list(REMARKS)


def test_an_answer_is_taken_back_of_which_it_is_not_known_that_it_arrived(
    desk: Desk,
) -> None:
    """What is told that it is open again says by its answer that it is not."""
    desk.puts(desk.check())
    desk.works(2)
    desk.puts(desk.check(Conclusion.SUCCESS))
    desk.dies_after(desk.check(Conclusion.SUCCESS))
    desk.puts(desk.check())
    desk.works()
    assert conclusions(desk) == ["success", None]
    assert desk.row(desk.check()).state is PostState.SENT


def test_a_conclusion_that_github_keeps_is_followed_by_another_run(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By its support nothing of a run that has ended changes; by its API it may."""
    desk.puts(desk.check(Conclusion.SUCCESS))
    desk.works(2)
    (run,) = desk.town.checks.values()
    monkeypatch.setattr(desk.github, "change_check", lambda *_: run)
    desk.puts(desk.check(Conclusion.FAILURE))
    desk.works()
    assert conclusions(desk) == ["success", "failure"]


def test_so_is_one_that_github_refuses_to_change(desk: Desk) -> None:
    desk.puts(desk.check(Conclusion.SUCCESS))
    desk.works(2)
    desk.github.fails("change_check", Refused("The run has ended."))
    desk.puts(desk.check(Conclusion.FAILURE))
    desk.works()
    assert conclusions(desk) == ["success", "failure"]


def test_a_comment_that_was_never_written_down_is_found_and_brought_up_to_date(
    desk: Desk,
) -> None:
    desk.puts(desk.sticky())
    desk.dies_after(desk.sticky())
    desk.puts(desk.sticky("Two"))
    desk.works()
    assert desk.bodies() == [desk.sticky("Two").body]


def test_one_that_is_found_as_it_should_be_is_left_alone(desk: Desk) -> None:
    desk.puts(desk.sticky())
    desk.dies_after(desk.sticky())
    desk.works()
    assert desk.bodies() == [desk.sticky().body]
    assert "edit_comment" not in desk.github.calls


def test_a_comment_that_somebody_deleted_is_made_anew(desk: Desk) -> None:
    desk.puts(desk.sticky())
    desk.works(1)
    desk.town.comments.clear()
    desk.puts(desk.sticky("Two"))
    desk.works()
    assert desk.bodies() == [desk.sticky("Two").body]


def test_a_comment_that_is_hidden_for_a_moment_is_not_made_anew(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A replica that lags knows neither the comment nor that it is in the list."""
    edits, lists, shows_at = desk.github.edit_comment, desk.github._comments, 0.0

    def edit(*one: Any) -> Comment:
        if desk.now < shows_at:
            raise GitHubError(NotFound("Not Found"))
        return edits(*one)

    def listed(*one: Any) -> list[Comment]:
        return list(lists(*one)) if desk.now >= shows_at else []

    monkeypatch.setattr(desk.github, "edit_comment", edit)
    monkeypatch.setattr(desk.github, "_comments", listed)
    desk.puts(desk.sticky())
    desk.works(2)
    shows_at = desk.now + FLICKER_S[-1]
    for text in ("Two", "Three", "Four"):  # each goes as soon as it can
        desk.puts(desk.sticky(text))
        desk.works(1)
    desk.works()
    assert desk.bodies() == [desk.sticky("Four").body]


def test_hidden_once_and_once_much_later_is_not_deleted(desk: Desk) -> None:
    desk.puts(desk.sticky())
    desk.works(2)
    for failure in (NotFound("lag"), LOST, LOST, LOST, NotFound("lag")):
        desk.github.fails("edit_comment", failure)
    desk.puts(desk.sticky("Two"))
    desk.works()
    assert desk.bodies() == [desk.sticky("Two").body]
    assert desk.github.calls.count("create_comment") == 1


def test_a_mark_that_somebody_pasted_makes_no_comment_ours(desk: Desk) -> None:
    desk.github.says(desk.place, 1, desk.sticky("Forged").body, desk.ann, None)
    desk.puts(desk.sticky())
    desk.github.fails("create_comment", LOST)
    desk.works()
    assert desk.bodies() == [desk.sticky("Forged").body, desk.sticky().body]


def test_a_call_is_folded_and_the_next_one_is_another_comment(desk: Desk) -> None:
    desk.puts(desk.call())
    desk.works(1)
    desk.puts(desk.call(over=True))
    desk.works(1)
    assert len(desk.town.folded) == 1
    desk.puts(desk.call())
    desk.works(1)
    assert len(desk.town.comments) == 2
    assert len(desk.town.folded) == 1


def test_a_call_that_never_got_there_needs_no_folding(desk: Desk) -> None:
    desk.puts(desk.call())
    desk.puts(desk.call(over=True))
    desk.works(2)
    assert desk.github.calls == []
    assert desk.row(desk.call()).state is PostState.SENT


def test_a_call_of_which_nobody_knows_is_looked_for_before_it_is_folded(
    desk: Desk,
) -> None:
    desk.puts(desk.call())
    desk.dies_after(desk.call())
    desk.puts(desk.call(over=True))
    desk.works(2)
    assert desk.town.folded == {one.node for one in desk.town.comments.values()}


def test_a_call_that_was_tried_and_is_not_there_needs_no_folding(desk: Desk) -> None:
    desk.puts(desk.call())
    desk.github.fails("create_comment", LOST)
    desk.works(1)
    desk.puts(desk.call(over=True))
    desk.works()
    assert desk.town.folded == set()
    assert desk.row(desk.call()).state is PostState.SENT


def loses_one(desk: Desk, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """The next call of this name is never answered; its effect comes late."""
    call, make = getattr(desk.github, name), f"_make_{name.partition('_')[2]}"

    def late(place: Place, draft: Any, *, again: bool) -> Any:
        monkeypatch.setattr(desk.github, name, call)
        effect = partial(getattr(desk.github, make), place, draft)
        desk.coming.append((desk.now + CALL_S, effect))
        raise GitHubError(LOST)

    monkeypatch.setattr(desk.github, name, late)


def test_what_comes_late_after_its_answer_was_lost_is_there_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is not made again before it must have come, whatever is said meanwhile."""
    loses_one(desk, monkeypatch, "create_comment")
    loses_one(desk, monkeypatch, "open_issue")
    issue = IssuePost(desk.place, "landed", "T", f"{mark('x')}\n", mark("x"))
    desk.puts(desk.sticky(), issue)
    desk.works(4)
    _, (comes_at, _) = desk.coming
    desk.puts(desk.sticky("Two"))
    desk.works(4)
    assert desk.sender.pick().again_at == comes_at - CALL_S + DOUBT_S
    desk.works()
    assert desk.bodies() == [desk.sticky("Two").body]
    assert len(desk.town.issues) == 1


def test_a_check_run_that_comes_late_after_its_answer_was_lost_has_no_twin(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GitHub goes by the newest, which would be the one that we do not know."""
    loses_one(desk, monkeypatch, "create_check")
    desk.puts(desk.check())
    desk.works()
    desk.puts(desk.check(Conclusion.SUCCESS))
    desk.works(4)
    assert conclusions(desk) == ["success"]


@pytest.mark.parametrize("failure", [Odd("body: a page"), Unauthorised("Bad")])
def test_half_an_hour_of_odd_answers_loses_no_reply_and_no_issue(
    desk: Desk, failure: Failure
) -> None:
    """No sweep says them again."""
    marker = mark("x")
    desk.puts(
        ReplyPost(desk.place, 1, "comment:1", f"{marker}\nSo.", marker),
        IssuePost(desk.place, "landed", "Title", f"{marker}\n", marker),
    )
    while desk.now < 1_000.0 + 1_800.0:
        for method in ("create_comment", "open_issue"):
            if not any(one.method == method for one in desk.github.failing):
                desk.github.fails(method, failure)
        desk.step()
    desk.github.failing.clear()
    desk.works(1_000)
    assert (len(desk.bodies()), len(desk.town.issues)) == (1, 1)


def test_replies_reactions_and_issues_are_sent_once(desk: Desk) -> None:
    said = desk.github.says(desk.place, 1, "/gate why", desk.ann, None)
    marker = mark("reply:comment:1")
    desk.puts(
        ReplyPost(desk.place, 1, "comment:1", f"{marker}\nSo.", marker),
        ReactionPost(desk.place, said.id, Reaction.SEEN),
        IssuePost(desk.place, "landed", "Title", f"{mark('landed')}\n", mark("landed")),
    )
    desk.works(5)
    assert desk.town.reactions == {said.id: {Reaction.SEEN}}
    assert len(desk.town.issues) == 1
    assert desk.bodies() == ["/gate why", f"{marker}\nSo."]
    assert desk.sender.pick().again_at is None


def test_the_conclusion_goes_first_and_one_a_second(desk: Desk) -> None:
    desk.puts(desk.sticky(), desk.check(Conclusion.SUCCESS))
    first, second = desk.step(), desk.step()
    assert [one.key for one in (*first, *second)] == [
        key_of(desk.check()),
        key_of(desk.sticky()),
    ]


def test_who_was_picked_has_the_lane_and_others_are_told_when(desk: Desk) -> None:
    desk.puts(desk.sticky(), desk.check())
    assert len(desk.sender.pick().now) == 1
    again = desk.sender.pick()
    assert again.now == ()
    assert again.again_at == desk.now + 1.0


def test_an_installation_that_is_busy_is_left_alone(desk: Desk) -> None:
    desk.puts(desk.check())
    assert desk.sender.pick({desk.place.installation}).now == ()


def test_one_installation_that_rests_holds_up_no_other(desk: Desk) -> None:
    other = desk.github.founds("lab/words")
    desk.github.opens(other, "idea", SHA, desk.ann)
    desk.puts(desk.check(), replace(desk.check(), place=other))
    desk.github.fails("create_check", RateLimited(desk.now + 60.0))
    desk.works(5)
    made = [len(desk.github.towns[one].checks) for one in (desk.place, other)]
    assert sorted(made) == [0, 1]


def test_it_waits_as_long_as_github_said(desk: Desk) -> None:
    until = desk.now + 60.0
    desk.puts(desk.check())
    desk.github.fails("create_check", RateLimited(until))
    while not desk.town.checks:
        desk.step()
    assert desk.now - 1.0 >= until


def test_to_be_let_in_comes_before_a_call_counts_as_begun(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may take long; what is begun, another instance has to wait for."""
    tried = list[bool]()

    def ready(place: Place) -> None:
        assert place == desk.place
        tried.append(desk.row(desk.check()).tried)

    monkeypatch.setattr(desk.github, "ready", ready)
    desk.puts(desk.check())
    desk.works(2)
    assert tried == [False]
    assert len(desk.town.checks) == 1


def test_who_is_not_let_in_knocks_again_after_growing_pauses(desk: Desk) -> None:
    desk.puts(desk.check())
    desk.works(1)
    desk.puts(desk.check(Conclusion.SUCCESS))
    for _ in range(3):
        desk.github.fails("ready", LOST)
    desk.step()
    assert desk.row(desk.check()).attempts == 1
    desk.works()
    assert [run.conclusion for run in desk.town.checks.values()] == ["success"]
    writes = [one for one in desk.github.calls if one.endswith("_check")]
    assert writes == ["create_check", "change_check"]


def test_an_installation_that_is_not_found_for_a_moment_loses_no_comment(
    desk: Desk,
) -> None:
    """What it has is there still: nothing is made anew."""
    desk.puts(desk.sticky())
    desk.works(1)
    desk.puts(desk.sticky("Two"))
    desk.github.fails("ready", NotFound("Not Found"))
    desk.works()
    assert desk.bodies() == [desk.sticky("Two").body]
    assert desk.github.calls == ["create_comment", "edit_comment"]


def test_what_is_forbidden_is_tried_once_and_kept_for_people(desk: Desk) -> None:
    """A permission that was taken back, or a run that another App made."""
    desk.puts(desk.check())
    desk.works(1)
    desk.puts(desk.check(Conclusion.SUCCESS))
    desk.github.fails("change_check", Forbidden(("checks=write",), "no"))
    desk.works(60)
    assert desk.github.calls == ["create_check", "change_check"]
    assert desk.row(desk.check()).state is PostState.GIVEN_UP
    assert "checks=write" in desk.row(desk.check()).note


@pytest.mark.parametrize("failure", [LOST, NotFound("flicker")])
def test_what_passes_is_tried_again(desk: Desk, failure: Failure) -> None:
    desk.puts(desk.check())
    desk.github.fails("create_check", failure)
    desk.works()
    assert len(desk.town.checks) == 1


def test_what_github_refuses_is_given_up_and_kept_for_people(desk: Desk) -> None:
    desk.puts(desk.sticky())
    desk.github.fails("create_comment", Refused("Body is too long"))
    desk.works(3)
    assert desk.row(desk.sticky()).state is PostState.GIVEN_UP
    assert "too long" in desk.row(desk.sticky()).note
    assert desk.bodies() == []


def test_a_check_run_that_flickers_away_is_looked_for_before_it_is_made_anew(
    desk: Desk,
) -> None:
    desk.puts(desk.check())
    desk.works(1)
    desk.puts(desk.check(Conclusion.SUCCESS))
    desk.github.fails("change_check", NotFound("read-your-writes lag"))
    desk.works()
    assert [run.conclusion for run in desk.town.checks.values()] == ["success"]


def test_the_same_answer_is_said_again_before_long(desk: Desk) -> None:
    """It does no harm where the first one comes late, and people wait for it."""
    desk.puts(desk.check())
    desk.works(2)
    began = desk.now
    desk.puts(desk.check(Conclusion.FAILURE))
    for _ in range(2):
        desk.github.fails("change_check", LOST)
    while conclusions(desk) == [None]:
        desk.step()
    assert desk.now - began < DOUBT_S


def test_what_text_the_comment_has_is_kept_whoever_edits_it_later(desk: Desk) -> None:
    first, second = desk.sticky("One \n\nTwo\n"), desk.sticky("Three")
    desk.puts(first)
    desk.works()
    made = desk.row(first).remote
    assert made is not None
    assert made.digest == text_digest(first.body)
    desk.puts(second)
    desk.works()
    assert desk.row(first).remote == replace(made, digest=text_digest(second.body))


def test_the_text_of_other_comments_is_not_kept(desk: Desk) -> None:
    desk.puts(desk.call())
    desk.works()
    remote = desk.row(desk.call()).remote
    assert remote is not None
    assert remote.digest == ""


def test_a_comment_that_was_found_in_place_of_a_new_one_is_not_taken_for_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer was lost, and what is there by now says something else."""
    make = desk.github.create_comment

    def found(*one: Any, **how: Any) -> Comment:
        return replace(make(*one, **how), body=f"{mark('pull-1')}\nForged")

    monkeypatch.setattr(desk.github, "create_comment", found)
    desk.puts(desk.sticky())
    desk.works()
    remote = desk.row(desk.sticky()).remote
    assert remote is not None
    assert remote.digest == text_digest(desk.sticky().body)
