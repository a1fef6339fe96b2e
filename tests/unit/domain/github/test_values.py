"""Values of GitHub: what cannot be asked for cannot be made."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.domain.github import (
    Account,
    Annotation,
    Button,
    CheckChange,
    CheckDraft,
    CheckRun,
    CheckStatus,
    CommentDraft,
    Conclusion,
    HookDelivery,
    Installation,
    IssueDraft,
    Output,
    Remarks,
    Secret,
    failed_deliveries,
    next_annotations,
)

SAID = Output("t", "s")
QUEUED = CheckChange(CheckStatus.QUEUED, SAID)
REMARK = Annotation("a.py", 1, 1, "notice", "m")
BUTTON = Button("Run again", "Judge again", "again")


REFUSED: dict[str, Callable[[], object]] = {
    "lines-fall": lambda: Annotation("a.py", 2, 1, "notice", "m"),
    "no-message": lambda: Annotation("a.py", 1, 1, "notice", ""),
    "long-message": lambda: Annotation("a.py", 1, 1, "notice", "é" * 32_769),
    "long-title": lambda: Annotation("a.py", 1, 1, "notice", "m", "t" * 256),
    "long-label": lambda: Button("l" * 21, "d", "i"),
    "long-description": lambda: Button("l", "d" * 41, "i"),
    "long-identifier": lambda: Button("l", "d", "i" * 21),
    "no-label": lambda: Button("", "d", "i"),
    "no-title": lambda: Output("", "s"),
    "long-title-of-a-check": lambda: Output("t" * 256, "s"),
    "long-summary": lambda: Output("t", "s" * 65_536),
    "long-summary-in-bytes": lambda: Output("t", "é" * 32_768),
    "long-text": lambda: Output("t", "s", "x" * 65_536),
    "long-text-in-bytes": lambda: Output("t", "s", "\u6f22" * 21_846),
    "many-annotations": lambda: Output("t", "s", "", (REMARK,) * 51),
    "annotations-in-two-places": lambda: Remarks(Output("t", "s", "", (REMARK,)), ()),
    "completed-without-conclusion": lambda: CheckChange(CheckStatus.COMPLETED, SAID),
    "queued-with-conclusion": lambda: CheckChange(
        CheckStatus.QUEUED, SAID, Conclusion.SUCCESS
    ),
    "other-status": lambda: CheckChange(CheckStatus.OTHER, SAID),
    "githubs-own-conclusion": lambda: CheckChange(
        CheckStatus.COMPLETED, SAID, Conclusion.STALE
    ),
    "many-buttons": lambda: CheckChange(
        CheckStatus.QUEUED, SAID, None, "", (BUTTON,) * 4
    ),
    "no-external-id": lambda: CheckDraft("a", "seedgate", "", QUEUED),
    "no-marker": lambda: CommentDraft(1, "text", ""),
    "foreign-marker": lambda: CommentDraft(1, "text", "marker"),
    "issue-without-marker": lambda: IssueDraft("t", "text", "marker"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_github_would_refuse_is_never_made(name: str) -> None:
    with pytest.raises(ValueError, match=r"limits|marker"):
        REFUSED[name]()


def test_the_longest_that_github_takes_can_be_made() -> None:
    Annotation("a.py", 1, 1, "notice", "m" * 65_536, "t" * 255)
    Button("l" * 20, "d" * 40, "i" * 20)
    most = Output("é" * 255, "s" * 65_535, "\u6f22" * 21_845, (REMARK,) * 50)
    ended = CheckStatus.COMPLETED
    CheckChange(ended, most, Conclusion.NEUTRAL, "", (BUTTON,) * 3)


@pytest.mark.parametrize(
    ("account", "owner"), [(Account(3, "ann"), "ann"), (None, "installation 7")]
)
def test_an_installation_is_told_by_its_account_where_it_has_one(
    account: Account | None, owner: str
) -> None:
    assert Installation(7, account, {}, (), suspended=False).owner == owner


def test_a_secret_shows_itself_on_request_alone() -> None:
    secret = Secret("ghs_words")
    assert f"{secret} {secret!r}" == "Secret() Secret()"
    assert secret.revealed == "ghs_words"


def test_a_run_answers_a_draft_only_in_all_of_its_marks() -> None:
    drafted = CheckDraft("a", "seedgate", "e", QUEUED)
    run = CheckRun(1, "a", "seedgate", "e", CheckStatus.QUEUED, None, 7, 0)
    assert run.answers(drafted, 7)
    assert not run.answers(drafted, 8)
    assert not run.answers(CheckDraft("a", "seedgate", "f", QUEUED), 7)


def test_annotations_go_on_where_they_stopped() -> None:
    many = [Annotation("a.py", n, n, "notice", "m") for n in range(1, 121)]
    assert [len(next_annotations(many, shown)) for shown in (0, 50, 100, 120)] == [
        50,
        50,
        20,
        0,
    ]


def attempt(number: int, guid: str, status: str) -> HookDelivery:
    return HookDelivery(
        number, guid, float(number), False, status, "push", None, None, None
    )


@pytest.mark.parametrize(
    ("event", "action", "pressed"),
    [
        ("check_run", "requested_action", True),
        ("check_run", "rerequested", True),
        ("check_run", "completed", False),
        ("check_suite", "rerequested", True),
        ("check_suite", "requested", False),
        ("push", None, False),
    ],
)
def test_a_delivery_tells_whether_somebody_pressed_a_button(
    event: str, action: str | None, pressed: bool
) -> None:
    told = replace(attempt(1, "a", "OK"), event=event, action=action)
    assert told.pressed == pressed


def test_a_delivery_has_failed_when_none_of_its_attempts_arrived() -> None:
    attempts = [
        attempt(5, "b", "Invalid HTTP Response: 502"),
        attempt(4, "a", "OK"),
        attempt(3, "b", "timed out"),
        attempt(2, "c", "timed out"),
        attempt(1, "a", "timed out"),
    ]
    assert [one.id for one in failed_deliveries(attempts)] == [2, 5]
