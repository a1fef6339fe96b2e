"""What is to stand on GitHub: under which key, and how urgently."""

import pytest

from bot.domain.github import (
    CheckChange,
    CheckStatus,
    Conclusion,
    Output,
    Place,
    Priority,
    Reaction,
)
from bot.domain.pulls.posts import (
    CallPost,
    CheckPost,
    IssuePost,
    Post,
    ReactionPost,
    ReplyPost,
    StickyPost,
    answers,
    key_of,
    priority_of,
)

PLACE, SHA = Place(3, 7), "a" * 40
OUTPUT = Output("Title", "Summary")
OPEN = CheckPost(PLACE, SHA, CheckChange(CheckStatus.IN_PROGRESS, OUTPUT))
ENDED = CheckPost(
    PLACE, SHA, CheckChange(CheckStatus.COMPLETED, OUTPUT, Conclusion.SUCCESS)
)
STICKY = StickyPost(PLACE, 12, "body", "mark")
PROGRESS = StickyPost(PLACE, 12, "body", "mark", progress=True)
CALL = CallPost(PLACE, 12, "name", "body", "mark")
REPLY = ReplyPost(PLACE, 12, "comment:5", "body", "mark")
FACE = ReactionPost(PLACE, 5, Reaction.SEEN)
DONE = ReactionPost(PLACE, 5, Reaction.DONE)
ISSUE = IssuePost(PLACE, "name", "title", "body", "mark")


def test_each_kind_of_post_has_a_key_for_ever() -> None:
    keys = [key_of(one) for one in (OPEN, STICKY, CALL, REPLY, FACE, ISSUE)]
    assert keys == [
        f"check:7:{SHA}",
        "sticky:7:12",
        "call:7:12:name",
        "reply:7:comment:5",
        "reaction:7:5:seen",
        "issue:7:name",
    ]


def test_a_check_run_that_ended_is_the_only_post_that_answers() -> None:
    assert [answers(one) for one in (ENDED, OPEN, STICKY)] == [True, False, False]


def test_a_check_run_of_a_commit_has_one_key_whatever_it_says() -> None:
    assert key_of(OPEN) == key_of(ENDED)


@pytest.mark.parametrize(
    ("post", "fresh", "later"),
    [
        (ENDED, Priority.CONCLUSION, Priority.CONCLUSION),
        (OPEN, Priority.CREATE, Priority.PROGRESS),
        (STICKY, Priority.COMMENT, Priority.COMMENT),
        (PROGRESS, Priority.COMMENT, Priority.PROGRESS),
        (CALL, Priority.COMMENT, Priority.COMMENT),
        (REPLY, Priority.COMMENT, Priority.COMMENT),
        (ISSUE, Priority.COMMENT, Priority.COMMENT),
        (FACE, Priority.COMMENT, Priority.COMMENT),
        (DONE, Priority.REACTION, Priority.REACTION),
    ],
)
def test_conclusions_go_first_and_progress_last(
    post: Post, fresh: Priority, later: Priority
) -> None:
    assert priority_of(post, fresh=True, answered=False) is fresh
    assert priority_of(post, fresh=False, answered=False) is later


def test_an_answer_is_taken_back_as_soon_as_one_is_given() -> None:
    assert priority_of(OPEN, fresh=False, answered=True) is Priority.CONCLUSION
    assert priority_of(PROGRESS, fresh=False, answered=True) is Priority.PROGRESS
