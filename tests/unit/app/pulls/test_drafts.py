"""Pull requests that are made drafts again: what was judged stays, nothing runs."""

from pathlib import Path

import pytest

from bot.app.mirroring import Unreachable
from bot.domain.commands import Accept, UntilDays
from bot.domain.conclusions import Judged, OwnFault, Plain
from bot.domain.github import Conclusion, Pull
from bot.domain.policy import POLICY_PATH
from bot.domain.pulls.acts import Act
from tests.fakes import reports
from tests.fakes.yard import DAY_S, Yard, files, yard


@pytest.fixture
def gate(tmp_path: Path) -> Yard:
    return yard(tmp_path)


def judged(gate: Yard, outcome: Plain | None = None) -> Pull:
    pull = gate.opens()
    gate.judges(pull, outcome)
    return pull


def drafted(gate: Yard, pull: Pull) -> Conclusion | None:
    """What its check run says once it is a draft, and all was looked at."""
    gate.edits(pull, draft=True)
    gate.works(pull)
    head = gate.github.towns[gate.place].pulls[pull.number].head.sha
    return gate.run(head).conclusion


def test_the_verdict_of_the_commit_stays(gate: Yard) -> None:
    pull = judged(gate)
    assert drafted(gate, pull) is Conclusion.SUCCESS
    gate.evaluations.forgets()
    gate.works(pull)
    assert gate.run(pull.head.sha).conclusion is Conclusion.SUCCESS


def test_what_could_not_be_judged_is_not_tried_again(gate: Yard) -> None:
    pull = judged(gate, OwnFault("a fault", ""))
    begun = len(gate.evaluations.begun)
    assert drafted(gate, pull) is Conclusion.ACTION_REQUIRED
    assert len(gate.evaluations.begun) == begun


def test_what_has_to_be_judged_again_waits_until_it_is_ready(gate: Yard) -> None:
    pull = judged(gate)
    begun = len(gate.evaluations.begun)
    gate.commits({POLICY_PATH: files()[POLICY_PATH].replace("0.05", "0.04")})
    assert drafted(gate, pull) is Conclusion.ACTION_REQUIRED
    assert len(gate.evaluations.begun) == begun
    gate.edits(pull, draft=False)
    gate.works(pull)
    assert len(gate.evaluations.begun) == begun + 1


def ends(gate: Yard, pull: Pull, *, passes: bool = True) -> None:
    """What is carried on ends so, and is said."""
    full = reports.passing() if passes else reports.blocking()
    gate.evaluations.ends(gate.key(pull), Judged(full.verdict), full)
    gate.works(pull)


def test_it_is_judged_anew_when_it_is_open_again(gate: Yard) -> None:
    pull = judged(gate)
    drafted(gate, pull)
    gate.edits(pull, open=False)
    gate.works(pull)
    gate.edits(pull, open=True)
    gate.works(pull)
    assert gate.run(pull.head.sha).conclusion is None
    ends(gate, pull)
    assert gate.run(pull.head.sha).conclusion is Conclusion.SUCCESS


def accepted(gate: Yard) -> Pull:
    """A draft of which harm was accepted for a day."""
    pull = gate.opens()
    gate.judges(pull, report=reports.blocking())
    found, by = reports.blocking().verdict.findings[0], gate.author
    order = Accept(found.id, "fine", UntilDays(1), found.digest)
    key, head = gate.key(pull), pull.head.sha
    gate.store.act([Act("c:1", key, head, order, by.id, "ann", gate.clock())])
    gate.works(pull)
    ends(gate, pull)
    assert drafted(gate, pull) is Conclusion.SUCCESS
    return pull


def test_it_is_judged_anew_when_an_acceptance_ended(gate: Yard) -> None:
    pull = accepted(gate)
    gate.clock.now += DAY_S + 5
    gate.works()
    assert gate.run(pull.head.sha).conclusion is None
    ends(gate, pull, passes=False)
    assert gate.run(pull.head.sha).conclusion is Conclusion.FAILURE


def test_it_is_judged_anew_also_after_git_was_away(gate: Yard) -> None:
    pull = accepted(gate)
    gate.clock.now += DAY_S + 5
    gate.mirrors.fails(gate.place, Unreachable("away"))
    gate.works()
    gate.mirrors.fails(gate.place, None)
    gate.works(pull)
    ends(gate, pull, passes=False)
    assert gate.run(pull.head.sha).conclusion is Conclusion.FAILURE
