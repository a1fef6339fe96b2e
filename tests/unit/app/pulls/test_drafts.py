"""Pull requests that are made drafts again: what was judged stays, nothing runs."""

from pathlib import Path

import pytest

from bot.domain.conclusions import OwnFault, Plain
from bot.domain.github import Conclusion, Pull
from bot.domain.policy import POLICY_PATH
from tests.fakes.yard import Yard, files, yard


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
