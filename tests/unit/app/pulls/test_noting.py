"""Webhooks that concern nobody: nothing follows, and what they were is noted."""

from collections.abc import Mapping
from types import SimpleNamespace

import pytest

from bot.adapters.hooks import read
from bot.app.hooks import Delivery, DeliveryState
from bot.app.pulls.intake import Intake
from tests.fakes.inbox import MemoryInbox
from tests.fakes.pulls import MemoryPulls
from tests.fakes.yard import Clock

NO_EFFECTS = SimpleNamespace()
"""Whatever is asked of it fails."""


class Noting(MemoryInbox):
    """Remembers what is noted of each delivery."""

    def __init__(self, now: Clock) -> None:
        super().__init__(now)
        self.notes: dict[str, str] = {}

    def done(self, notes: Mapping[str, str]) -> None:
        self.notes.update(notes)
        super().done(notes)


@pytest.mark.parametrize(
    ("event", "body", "noted"),
    [
        ("comet", b"{}", "event comet"),
        ("pull_request", b'{"action": "polished"}', "pull_request polished"),
        ("pull_request", b"\xff\xfe", "pull_request"),
    ],
)
def test_what_concerns_nobody_is_noted_with_its_delivery(
    event: str, body: bytes, noted: str
) -> None:
    clock = Clock()
    inbox, pulls = Noting(clock), MemoryPulls(clock)
    inbox.keep([Delivery("1", event, body, clock())])
    Intake(inbox, pulls, read, NO_EFFECTS, clock).work()  # type: ignore[arg-type]
    assert noted in inbox.notes["1"]
    assert inbox.counts()[DeliveryState.DONE] == 1
    assert not pulls.due(clock(), 9)
