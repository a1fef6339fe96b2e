"""Deliveries that cannot be worked off: they wait, and the others go on."""

from collections.abc import Callable, Sequence

import pytest

from bot.app.hooks import Delivery, DeliveryState
from bot.app.hooks.ports import TRIES
from bot.app.pulls.intake import Intake, remark_of
from bot.app.pulls.ports import Remark
from bot.domain.errors import GitFault, MachineryFault, UserFault
from bot.domain.github import Account, GitHubError, RateLimited, Transient
from bot.domain.hooks import (
    BasePushed,
    Commented,
    GroupGone,
    Hook,
    Place,
    PullTouched,
    PullWhy,
    RunAsked,
)
from bot.domain.pulls.acts import PullKey
from bot.domain.pulls.posts import Post
from tests.fakes.inbox import MemoryInbox
from tests.fakes.pulls import MemoryPulls
from tests.fakes.yard import START, Clock

QUICK = Place(5, "ann/quick", 3)


class Failing:
    """Effects of which every one fails."""

    def __init__(self, fault: Exception) -> None:
        self.fault = fault

    def __getattr__(self, _: str) -> Callable[..., None]:
        def fail(*_: object) -> None:
            raise self.fault

        return fail


class Desk:
    """A push that cannot be worked off, and then a pull request that can."""

    def __init__(self, fault: Exception) -> None:
        self.clock = Clock()
        self.inbox, self.pulls = MemoryInbox(self.clock), MemoryPulls(self.clock)
        effects = Failing(fault)
        self.intake = Intake(self.inbox, self.pulls, read, effects, self.clock)  # type: ignore[arg-type]
        push, pull = Delivery("1", "push", b"", 1.0), Delivery("2", "pull", b"", 2.0)
        self.inbox.keep([push, pull])

    def woken(self) -> list[PullKey]:
        return [one.pull for one in self.pulls.due(self.clock(), 9)]

    def waits(self) -> bool:
        return self.inbox.counts()[DeliveryState.PENDING] == 1


def read(event: str, _: bytes) -> Hook:
    if event == "push":
        return BasePushed(QUICK, "main", "a" * 40, "b" * 40)
    return PullTouched(QUICK, 7, PullWhy.PUSHED, "c" * 40, "main")


@pytest.mark.parametrize(
    "fault",
    [
        UserFault("git cannot read it."),
        GitFault("git could not read our own copy of the repository."),
        ValueError("odd"),
        GitHubError(Transient("502")),
    ],
)
def test_a_delivery_that_always_fails_keeps_no_other_one_waiting(
    fault: Exception,
) -> None:
    desk = Desk(fault)
    desk.intake.work()
    assert desk.woken() == [PullKey(5, 7)]
    for _ in range(TRIES):
        desk.clock.now += 3_600
        desk.intake.work()
    assert desk.inbox.counts()[DeliveryState.FAILED] == 1


def test_a_delivery_waits_as_long_as_github_says_however_often() -> None:
    desk = Desk(GitHubError(RateLimited(START + 3_600)))
    for _ in range(2 * TRIES):
        desk.intake.work()
        assert desk.waits()
        assert not desk.inbox.pending(9)
        desk.clock.now = max(desk.clock.now + 2, START + 3_600)
    assert desk.inbox.pending(9)[0].attempts == 0


def test_a_store_that_cannot_be_written_to_loses_no_delivery() -> None:
    desk = Desk(MachineryFault("The store is gone."))
    with pytest.raises(MachineryFault):
        desk.intake.work()
    assert [(one.guid, one.attempts) for one in desk.inbox.pending(9)] == [("1", 0)]
    assert desk.woken() == [PullKey(5, 7)]


def test_a_press_counts_from_when_it_came_in_however_late_it_is_worked_off() -> None:
    told = list[float]()

    class Pressed:
        def pressed(self, _: RunAsked, at: float) -> None:
            told.append(at)
            if len(told) == 1:
                raise GitHubError(Transient("502"))

    def press(_: str, __: bytes) -> Hook:
        return RunAsked(QUICK, "a" * 40, 1, 2, "x", 3, None)

    clock = Clock()
    inbox = MemoryInbox(clock)
    inbox.keep([Delivery("1", "check_run", b"", 7.0)])
    intake = Intake(inbox, MemoryPulls(clock), press, Pressed(), clock)  # type: ignore[arg-type]
    intake.work()
    clock.now += 3_600
    intake.work()
    assert told == [7.0, 7.0]


def commented(_: str, body: bytes) -> Hook:
    ann = Account(5, "ann", "User")
    return Commented(QUICK, 7, 11, "created", body.decode(), ann, created_at=START)


def test_talk_without_a_command_is_remembered_and_waits_for_nobody() -> None:
    class Heard:
        def remarked(self, remark: Remark) -> Sequence[Post] | None:
            return () if remark.body.startswith("/gate") else None

    clock = Clock()
    inbox, pulls = MemoryInbox(clock), MemoryPulls(clock)
    intake = Intake(inbox, pulls, commented, Heard(), clock)  # type: ignore[arg-type]
    inbox.keep([Delivery("1", "issue_comment", b"Nice work.", 1.0)])
    intake.work()
    remark = remark_of(commented("", b"Nice work."))  # type: ignore[arg-type]
    assert remark is not None
    assert pulls.remarks(9) == []
    assert not pulls.note(remark)  # a sweep that comes upon it does not hear it again
    assert inbox.counts()[DeliveryState.DONE] == 1


def test_pushes_of_one_go_are_told_together_and_one_that_fails_harms_no_other() -> None:
    told = list[list[str]]()

    class Odd:
        def pushed(self, hooks: Sequence[BasePushed]) -> None:
            told.append([one.branch for one in hooks])
            if "odd" in told[-1]:
                raise ValueError("odd")

    def push(_: str, body: bytes) -> Hook:
        return BasePushed(QUICK, body.decode(), "a" * 40, "b" * 40)

    clock = Clock()
    inbox = MemoryInbox(clock)
    for number, branch in enumerate(("main", "odd", "dev")):
        inbox.keep([Delivery(f"{number}", "push", branch.encode(), float(number))])
    intake = Intake(inbox, MemoryPulls(clock), push, Odd(), clock)  # type: ignore[arg-type]
    intake.work()
    assert told == [["main", "odd", "dev"], ["main"], ["odd"], ["dev"]]
    assert inbox.counts() == {
        DeliveryState.PENDING: 1,
        DeliveryState.DONE: 2,
        DeliveryState.FAILED: 0,
    }


def test_a_copy_of_one_that_cannot_be_read_keeps_no_push_of_another_waiting() -> None:
    told = list[str]()

    class Torn:
        def pushed(self, hooks: Sequence[BasePushed]) -> None:
            if any(one.branch == "torn" for one in hooks):
                raise GitFault("git could not read our own copy of the repository.")
            told.extend(one.branch for one in hooks)

    def read(event: str, _: bytes) -> Hook:
        return BasePushed(QUICK, event, "a" * 40, "b" * 40)

    clock = Clock()
    inbox, pulls = MemoryInbox(clock), MemoryPulls(clock)
    inbox.keep([Delivery("1", "torn", b"", 1.0), Delivery("2", "main", b"", 2.0)])
    Intake(inbox, pulls, read, Torn(), clock).work()  # type: ignore[arg-type]
    assert told == ["main"]
    assert inbox.counts()[DeliveryState.PENDING] == 1


def test_pushes_before_one_that_the_store_fails_at_are_told() -> None:
    told = list[str]()

    class Broken:
        def pushed(self, hooks: Sequence[BasePushed]) -> None:
            told.extend(one.branch for one in hooks)

        def gone(self, _: GroupGone) -> None:
            raise MachineryFault("The disk is full.")

    def read(event: str, _: bytes) -> Hook:
        if event == "push":
            return BasePushed(QUICK, "main", "a" * 40, "b" * 40)
        return GroupGone(QUICK, "c" * 40, None)

    clock = Clock()
    inbox, pulls = MemoryInbox(clock), MemoryPulls(clock)
    inbox.keep([Delivery("1", "push", b"", 1.0), Delivery("2", "gone", b"", 2.0)])
    intake = Intake(inbox, pulls, read, Broken(), clock)  # type: ignore[arg-type]
    with pytest.raises(MachineryFault):
        intake.work()
    assert told == ["main"]
    assert [one.guid for one in inbox.pending(9)] == ["2"]


def test_what_was_done_before_the_store_went_away_is_not_done_again() -> None:
    class Broken:
        def pushed(self, _: Sequence[BasePushed]) -> None:
            raise MachineryFault("The disk is full.")

    clock = Clock()
    inbox, pulls = MemoryInbox(clock), MemoryPulls(clock)
    inbox.keep([Delivery("1", "pull", b"", 1.0), Delivery("2", "push", b"", 2.0)])
    intake = Intake(inbox, pulls, read, Broken(), clock)  # type: ignore[arg-type]
    with pytest.raises(MachineryFault):
        intake.work()
    assert [one.guid for one in inbox.pending(9)] == ["2"]
