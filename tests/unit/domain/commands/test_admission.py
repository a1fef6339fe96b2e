"""Commands are read from new words of people on pull requests, and nowhere else."""

from dataclasses import replace

import pytest

from bot.domain.commands import (
    Admitted,
    Passed,
    Refusal,
    Refused,
    Remark,
    Source,
    Unread,
    admit,
)

COMMENT = Remark(Source.COMMENT, "created", on_pull_request=True, sender="User")
REVIEW = replace(COMMENT, source=Source.REVIEW, action="submitted")


@pytest.mark.parametrize("remark", [COMMENT, REVIEW])
def test_a_new_comment_and_a_submitted_review_are_read(remark: Remark) -> None:
    assert admit(remark) == Admitted()


@pytest.mark.parametrize("remark", [COMMENT, REVIEW])
@pytest.mark.parametrize("action", ["edited", "deleted", "dismissed", "", "opened"])
def test_an_edit_is_never_read(remark: Remark, action: str) -> None:
    assert admit(replace(remark, action=action)) == Passed(Unread.NOT_NEW)


def test_the_action_of_the_other_kind_is_not_read() -> None:
    assert admit(replace(COMMENT, action="submitted")) == Passed(Unread.NOT_NEW)
    assert admit(replace(REVIEW, action="created")) == Passed(Unread.NOT_NEW)


def test_an_issue_that_is_no_pull_request_is_left_alone() -> None:
    assert admit(replace(COMMENT, on_pull_request=False)) == Passed(
        Unread.NO_PULL_REQUEST
    )


@pytest.mark.parametrize("sender", ["Bot", "Organization", "Mannequin", "", None])
def test_only_people_are_heard(sender: str | None) -> None:
    assert admit(replace(COMMENT, sender=sender)) == Passed(Unread.NOT_A_PERSON)


def test_our_own_text_is_never_read() -> None:
    assert admit(replace(COMMENT, ours=True)) == Passed(Unread.OURS)


def test_what_was_edited_before_it_was_handled_is_refused() -> None:
    assert admit(replace(COMMENT, edited=True)) == Refused(Refusal.EDITED)
    assert admit(replace(COMMENT, edited=True, sender="Bot")) == Passed(
        Unread.NOT_A_PERSON
    )
