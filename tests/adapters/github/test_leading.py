"""Who leads no more writes nothing: it is asked right before a write goes out."""

import json
from collections.abc import Callable

import pytest
from typing_extensions import override

from bot.adapters.github.connected import ConnectedGitHub, Identity
from bot.adapters.github.lines import Answered, Lines, Request
from bot.app.pulls.sending import DOUBT_S
from bot.domain.errors import MachineryFault
from bot.domain.github import (
    Annotation,
    CheckChange,
    CheckRun,
    CheckStatus,
    CommentDraft,
    GitHubError,
    IssueDraft,
    Output,
    Place,
    Reaction,
    Remarks,
    Secret,
)
from tests.adapters.github.stage import draft, keys

NOW = 1_790_000_000.0
PLACE = Place(1, 2)
SHA = "a" * 40
SAID = Output("Title", "Summary")
RUN = CheckRun(3, SHA, "seedgate", "e-1", CheckStatus.QUEUED, None, 7, 0)
REMARK = Annotation("train.py", 1, 1, "warning", "Look.")
MARK = "<!-- m -->"


class Heard(Lines):
    """Mints tokens, lists nothing, and fails every write; keeps what went out."""

    def __init__(self, told: list[str], refused: int = 0) -> None:
        super().__init__("http://127.0.0.1:9")
        self.told, self.refused = told, refused

    @override
    def send(self, credential: Secret | None, request: Request) -> Answered:
        if request.path.endswith("/access_tokens"):
            self.told.append("mint")
            return Answered(201, {}, json.dumps({"token": f"ghs_{len(self.told)}"}))
        self.told.append(request.verb.lower())
        if self.refused:
            self.refused -= 1
            return Answered(401, {}, "{}")
        status, text = (200, "[]") if request.verb == "GET" else (422, "{}")
        if "check-runs" in request.path and request.verb == "GET":
            text = '{"total_count": 0, "check_runs": []}'
        return Answered(status, {}, text)


def connected(told: list[str], refused: int = 0) -> ConnectedGitHub:
    """A GitHub that is asked by somebody who is told to lead as often as he asks."""
    leads = lambda: told.append("lead")  # noqa: E731 - one line says it
    github = ConnectedGitHub(
        Identity(7, Secret(keys()[0])), lambda: NOW, may_write=leads
    )
    github._desk.asker._lines = Heard(told, refused)
    return github


WRITES: dict[str, Callable[[ConnectedGitHub], object]] = {
    "create_check": lambda to: to.create_check(PLACE, draft(SHA), again=False),
    "change_check": lambda to: to.change_check(
        PLACE, 3, CheckChange(CheckStatus.QUEUED, SAID)
    ),
    "annotate": lambda to: to.annotate(
        PLACE, RUN, Remarks(SAID, (REMARK,)), again=False
    ),
    "create_comment": lambda to: to.create_comment(
        PLACE, CommentDraft(1, MARK, MARK), again=False
    ),
    "edit_comment": lambda to: to.edit_comment(PLACE, 4, "One"),
    "minimise": lambda to: to.minimise(PLACE, "IC_7"),
    "react": lambda to: to.react(PLACE, 4, Reaction.SEEN),
    "open_issue": lambda to: to.open_issue(
        PLACE, IssueDraft("Title", MARK, MARK), again=False
    ),
}


@pytest.mark.parametrize("name", WRITES)
def test_every_write_asks_whether_we_lead_as_the_last_thing(name: str) -> None:
    told = list[str]()
    with pytest.raises(GitHubError):
        WRITES[name](connected(told))
    assert told[:2] == ["mint", "lead"]
    assert told[2:] in (["post"], ["patch"])


def test_it_is_asked_again_after_a_token_was_not_taken() -> None:
    """To mint another one takes its time too."""
    told = list[str]()
    with pytest.raises(GitHubError):
        connected(told, refused=1).edit_comment(PLACE, 4, "One")
    assert told == ["mint", "lead", "patch", "mint", "lead", "patch"]


def test_it_is_asked_after_the_look_for_what_an_earlier_try_made() -> None:
    told = list[str]()
    with pytest.raises(GitHubError):
        connected(told).create_check(PLACE, draft(SHA), again=True)
    assert told == ["mint", "get", "lead", "post"]


def test_who_leads_no_more_sends_nothing() -> None:
    told = list[str]()

    def deposed() -> None:
        raise MachineryFault("Another instance leads now.", "It goes on.")

    identity = Identity(7, Secret(keys()[0]))
    github = ConnectedGitHub(identity, lambda: NOW, may_write=deposed)
    github._desk.asker._lines = Heard(told)
    for write in WRITES.values():
        with pytest.raises(MachineryFault):
            write(github)
    assert told == ["mint"]


def test_reading_and_minting_ask_nobody() -> None:
    told = list[str]()
    github = connected(told)
    github.ready(PLACE)
    github.comments(PLACE, 1)
    assert told == ["mint", "get"]


def test_a_call_that_is_on_its_way_ends_before_it_is_doubted_no_more() -> None:
    lines = Lines("http://127.0.0.1:9")
    with lines._lent() as line:
        reaches_s, answers_s = line._requester._Requester__timeout  # type: ignore[attr-defined]
    assert reaches_s + answers_s < DOUBT_S
