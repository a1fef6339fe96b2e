"""Expectations from a branch's commits to the report, and to the next branch."""

from dataclasses import replace

from bot.app.expecting import expected, settled
from bot.app.local import Request, compare
from bot.domain.forecast import Read
from bot.domain.verdict import Forecast, Reason, Report, Verdict
from tests.fakes import reports
from tests.fakes.policies import policy
from tests.fakes.repository import FakeRepository
from tests.fakes.store import MemoryStore

RULES = policy()


def read_from(*messages: str, description: str = "") -> Read:
    repository = FakeRepository()
    repository.commit({"train.py": b"1", ".github/seedgate.yml": b""})
    repository.branch("idea")
    for number, message in enumerate(messages):
        repository.commit({"train.py": bytes([50 + number])}, message)
    request = Request(base="main", head="idea")
    comparison = compare(repository, request, lambda text, source: RULES)
    return expected(repository, comparison, description)


def report() -> Report:
    mode = replace(
        reports.blocking().verdict.modes[0],
        name="mlp",
        metrics=(reports.metric("loss", reports.pairs(6, 2.0, -0.1, 0.01)),),
    )
    verdict = Verdict(reports.blocking().verdict.state, (), (mode,))
    return replace(reports.blocking(), verdict=verdict)


def counted(found: Read) -> list[float]:
    """What was expected by the lines that count."""
    done = settled(report(), found, MemoryStore(lambda: 0.0), "/repo")
    return [one.expected for one in done.forecasts]


def test_the_latest_commit_speaks_and_the_description_speaks_last() -> None:
    first, second = "Try\n\nExpected: loss -0.1", "Again\n\nExpected: loss -0.2"
    assert counted(read_from(first, second)) == [-0.2]
    found = read_from(first, second, description="Expected: loss -0.3")
    assert counted(found) == [-0.3]


def test_expectations_are_scored_said_and_kept() -> None:
    found = read_from("Go\n\nExpected: loss -0.05 (likelihood 80%)\nExpected: speed +1")
    memory = MemoryStore(lambda: 0.0)
    done = settled(report(), found, memory, "/repo")
    (only,) = done.forecasts
    assert (only.mode, only.outcome, only.likelihood) == ("mlp", "met", 0.8)
    assert [one.reason for one in done.verdict.findings] == [
        Reason.HYPOTHESIS_UNREADABLE,
        Reason.HYPOTHESIS_SCORED,
    ]
    assert list(memory.forecasts("/repo")) == [only]
    assert done.verdict.state is report().verdict.state


def test_after_five_settled_ones_the_report_says_how_likelihoods_held() -> None:
    memory = MemoryStore(lambda: 0.0)
    past = [Forecast("loss", -0.1, 0.7, outcome="missed")] * 4
    memory.keep_forecasts("earlier", "/repo", past)
    found = read_from("Go\n\nExpected: loss -0.05 (likelihood 80%)")
    done = settled(report(), found, memory, "/repo")
    last = done.verdict.findings[-1]
    assert last.reason is Reason.FORECASTS_CALIBRATED
    assert (last.evidence["known"], last.evidence["met"]) == (5, 1)
    again = settled(report(), found, memory, "/repo")
    assert again.verdict.findings[-1].evidence["known"] == 5


def test_a_line_without_a_mode_is_kept_once_however_many_modes_there_are() -> None:
    found = read_from("Go\n\nExpected: loss -0.05 (likelihood 80%)")
    mode = report().verdict.modes[0]
    worse = replace(
        mode,
        name="gru",
        metrics=(reports.metric("loss", reports.pairs(6, 2.0, 0.1, 0.01)),),
    )
    both = replace(report(), verdict=replace(report().verdict, modes=(mode, worse)))
    memory = MemoryStore(lambda: 0.0)
    done = settled(both, found, memory, "/repo")
    assert [(one.mode, one.outcome) for one in done.forecasts] == [
        ("mlp", "met"),
        ("gru", "missed"),
    ]
    (kept,) = memory.forecasts("/repo")
    assert (kept.mode, kept.outcome, kept.d) == (None, "missed", None)


def test_a_branch_that_foretells_nothing_gets_no_lecture() -> None:
    memory = MemoryStore(lambda: 0.0)
    past = [Forecast("loss", -0.1, 0.7, outcome="missed")] * 9
    memory.keep_forecasts("earlier", "/repo", past)
    done = settled(report(), Read(), memory, "/repo")
    assert done.verdict.findings == ()
    assert done.forecasts == ()
