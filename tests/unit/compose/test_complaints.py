"""GitHub's failures in the log: each kind once, with its mend, and not all the time."""

import pytest

from bot.compose.serving.complaints import EVERY_S, Complaints
from bot.domain.github import Forbidden, NotFound, Refused, Transient
from bot.presentation.words.troubles import AGAIN

API = "https://ghe.lab/api/v3"
TAKEN = Forbidden(("checks=write",), "Resource not accessible by integration")


class Told:
    """What was written, at a time that a test says."""

    def __init__(self, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level("INFO", "seedgate")
        self.now, self._caplog = 0.0, caplog
        self.complaints = Complaints(API, lambda: self.now)

    @property
    def lines(self) -> list[str]:
        return self._caplog.messages


@pytest.fixture
def told(caplog: pytest.LogCaptureFixture) -> Told:
    return Told(caplog)


def test_a_permission_that_was_taken_back_is_told_once_with_what_mends_it(
    told: Told,
) -> None:
    for _ in range(30):
        told.complaints.hear(TAKEN)
        told.complaints.hear(None)
    (line,) = told.lines
    assert "It takes the permission checks=write." in line
    assert "`seedgate doctor`" in line


def test_it_is_told_again_after_a_while(told: Told) -> None:
    told.complaints.hear(TAKEN)
    told.now = EVERY_S
    told.complaints.hear(TAKEN)
    assert len(told.lines) == 2


def test_another_kind_is_told_beside_it(told: Told) -> None:
    told.complaints.hear(TAKEN)
    told.complaints.hear(Refused("Body is too long"))
    assert ["too long" in line for line in told.lines] == [False, True]


def test_what_is_not_there_is_no_complaint(told: Told) -> None:
    told.complaints.hear(NotFound("Not Found"))
    assert told.lines == []


def test_a_github_that_is_away_is_told_of_each_time_it_goes_and_comes(
    told: Told,
) -> None:
    for _ in range(2):
        told.complaints.hear(Transient("502"))
        told.complaints.hear(Transient("502"))
        told.complaints.hear(None)
    assert [line == AGAIN for line in told.lines] == [False, True] * 2
