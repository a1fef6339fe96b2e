"""Everything goes wrong at random and the caller obeys: there is one of each then."""

from collections.abc import Callable
from typing import TypeVar

import pytest

from bot.domain.github import (
    Again,
    Annotation,
    CheckChange,
    CheckStatus,
    CommentDraft,
    Conclusion,
    GitHubError,
    Operation,
    Output,
    Remarks,
    Tried,
    retry,
)
from tests.adapters.github.stage import Host, OnFake, draft, on_fake
from tests.fakegithub.faults import KINDS, Chance

T = TypeVar("T")
MARK = "<!-- m -->"


def at_last(stage: OnFake, operation: Operation, call: Callable[[bool], T]) -> T:
    """What the call gives, tried as long and as late as the policy says."""
    for attempt in range(1, 200):
        try:
            return call(attempt > 1)
        except GitHubError as fault:
            now = stage.now()
            outcome = retry(Tried(operation, attempt, now), fault.failure, 0.5)
            if isinstance(outcome, Again):
                stage.passes(outcome.at - now)
            else:  # a random 404 or 422 was no real one: somebody presses a button
                stage.passes(60)
    raise AssertionError("never")


@pytest.mark.parametrize("seed", range(6))
def test_a_storm_leaves_one_check_run_one_comment_and_no_impatience(
    real: OnFake, seed: int
) -> None:
    number, sha = real.opens("idea")
    github, place = real.github, real.place
    real.fake.faults.chance = Chance(seed, 0.4, kinds=KINDS)
    run = at_last(
        real,
        Operation.CREATE,
        lambda again: github.create_check(place, draft(sha), again=again),
    )
    said = CommentDraft(number, f"Queued {MARK}", MARK)
    comment = at_last(
        real,
        Operation.CREATE,
        lambda again: github.create_comment(place, said, again=again),
    )
    many = tuple(Annotation("a.py", 1, 1, "notice", f"n{i}") for i in range(120))
    output = Output("Worse", "By 3 points.")
    remarks = Remarks(output, many)
    while run.annotations < len(many):
        here = run
        run = at_last(
            real,
            Operation.CHANGE,
            lambda again, here=here: github.annotate(  # type: ignore[misc]
                place, here, remarks, again=again
            ),
        )
    end = CheckChange(CheckStatus.COMPLETED, output, Conclusion.FAILURE)
    at_last(real, Operation.CHANGE, lambda _: github.change_check(place, run.id, end))
    at_last(
        real,
        Operation.CHANGE,
        lambda _: github.edit_comment(place, comment.id, f"Worse {MARK}"),
    )
    assert (
        at_last(real, Operation.READ, lambda _: github.pull(place, number)).head.sha
        == sha
    )
    real.fake.faults.clear()
    (only,) = real.digits.runs.values()
    assert (only.id, only.conclusion) == (run.id, "failure")
    assert [one["message"] for one in only.annotations] == [a.message for a in many]
    assert [c.body for c in real.digits.comments.values()] == [f"Worse {MARK}"]
    assert len(real.fake.faults.struck) > 3


def test_a_creation_that_outlasts_the_time_allowed_is_made_once(
    tmp_path: object, host: tuple[Host, str]
) -> None:
    with on_fake(tmp_path, host, timeout_s=1) as stage:  # type: ignore[arg-type]
        _, sha = stage.opens("idea")
        stage.strikes("checks/create", "504", when="after", seconds=1.2)
        made = stage.github.create_check(stage.place, draft(sha), again=False)
        assert [one.id for one in stage.digits.runs.values()] == [made.id]


def test_an_answer_in_drops_is_an_answer(real: OnFake) -> None:
    real.strikes("repos/get", "slow_drip", seconds=0.01)
    assert real.github.repository(real.place).id == real.digits.id
