"""Check runs, check suites, merge groups and pushes."""

from bot.adapters.hooks.parts import (
    App,
    Envelope,
    Id,
    Name,
    Part,
    Sha,
    account,
    place,
)
from bot.domain.hooks import (
    BasePushed,
    ButtonPressed,
    GroupAsked,
    GroupGone,
    Irrelevant,
    RunAsked,
    Unreadable,
)

_HEADS = "refs/heads/"


class _Suite(Part):
    id: Id
    head_sha: Sha
    app: App | None = None


class _SuiteOfRun(Part):
    id: Id


class _Run(Part):
    id: Id
    head_sha: Sha
    external_id: str | None = None
    app: App | None = None
    check_suite: _SuiteOfRun | None = None


class _Button(Part):
    identifier: Name


class RunPayload(Envelope):
    """`check_run`."""

    action: str
    check_run: _Run
    requested_action: _Button | None = None


def run(payload: RunPayload) -> RunAsked | ButtonPressed | Unreadable:
    """A run that is wanted again, or a button of it."""
    said, button = payload.check_run, payload.requested_action
    app = None if said.app is None else said.app.id
    sender = account(payload.sender)
    if payload.action == "rerequested":
        suite = None if said.check_suite is None else said.check_suite.id
        return RunAsked(
            place(payload), said.head_sha, suite, said.id, said.external_id, app, sender
        )
    if button is None:
        return Unreadable("A check_run delivery does not name the button.")
    return ButtonPressed(
        place(payload),
        said.head_sha,
        said.id,
        said.external_id,
        app,
        button.identifier,
        sender,
    )


class SuitePayload(Envelope):
    """`check_suite`."""

    check_suite: _Suite


def suite(payload: SuitePayload) -> RunAsked:
    """A suite that is wanted again."""
    said = payload.check_suite
    app = None if said.app is None else said.app.id
    sender = account(payload.sender)
    return RunAsked(place(payload), said.head_sha, said.id, None, None, app, sender)


class _Group(Part):
    head_sha: Sha
    head_ref: Name
    base_sha: Sha
    base_ref: Name


class GroupPayload(Envelope):
    """`merge_group`."""

    action: str
    merge_group: _Group
    reason: str | None = None


def group(payload: GroupPayload) -> GroupAsked | GroupGone:
    """A merge group that wants a verdict, or wants none any more."""
    said = payload.merge_group
    if payload.action == "destroyed":
        return GroupGone(place(payload), said.head_sha, payload.reason)
    branch = said.base_ref.removeprefix(_HEADS)
    return GroupAsked(
        place(payload), said.head_sha, said.head_ref, said.base_sha, branch
    )


class PushPayload(Envelope):
    """`push`."""

    ref: Name
    before: Sha
    after: Sha
    forced: bool | None = None


def push(payload: PushPayload) -> BasePushed | Irrelevant:
    """A branch that has a new tip; tags and branches that end are nothing to us."""
    if not payload.ref.startswith(_HEADS):
        return Irrelevant("push of no branch")
    if not payload.after.strip("0"):
        return Irrelevant("push that deletes a branch")
    before = payload.before if payload.before.strip("0") else None
    branch = payload.ref.removeprefix(_HEADS)
    forced = bool(payload.forced)
    return BasePushed(place(payload), branch, before, payload.after, forced)
