"""Which policy rules a base, also where somebody broke it."""

import pytest

from bot.adapters.policy_file import load_policy
from bot.app.pulls.in_force import (
    Broken,
    Found,
    InForce,
    LastGood,
    NoPolicy,
    policy_in_force,
)
from bot.domain.errors import PolicyFault, UserFault
from bot.domain.policy import POLICY_PATH, Policy
from tests.fakes.repository import FakeRepository

GOOD = b"""\
version: 1
modes:
  mlp:
    train: [python, train.py, --seed, "{seed}"]
    metrics:
      loss: {direction: minimize, tolerance: 0.05}
"""
OLD = GOOD.replace(b"0.05", b"0.01")
TYPO = GOOD + b"enforcment: advisory\n"
WORSE = b"modes: ["


@pytest.fixture
def repository() -> FakeRepository:
    return FakeRepository()


def story(repository: FakeRepository, *texts: bytes | None) -> list[str]:
    """A commit for each text of the policy, and one that leaves it alone after it."""
    made = []
    for number, text in enumerate(texts):
        made.append(repository.commit({POLICY_PATH: text, "n": b"%d" % number}))
        repository.commit({"train.py": b"%d\n" % number})
    return made


def found(repository: FakeRepository, name: str = "main", **more: int) -> InForce:
    return policy_in_force(repository, repository.resolve(name), load_policy, **more)


def test_the_policy_of_the_base_is_in_force(repository: FakeRepository) -> None:
    story(repository, OLD, GOOD)
    one = found(repository)
    assert isinstance(one, Found)
    assert one.policy.sha256 == load_policy(GOOD, "").sha256
    assert (one.text, one.source) == (GOOD, f"main:{POLICY_PATH}")


def test_a_base_that_is_known_as_a_commit_is_named_by_its_first_digits(
    repository: FakeRepository,
) -> None:
    (commit,) = story(repository, GOOD)
    one = found(repository, commit)
    assert isinstance(one, Found)
    assert one.source == f"{commit[:10]}:{POLICY_PATH}"


@pytest.mark.parametrize("texts", [(), (GOOD, None)])
def test_without_a_policy_nothing_is_judged(
    repository: FakeRepository, texts: tuple[bytes | None, ...]
) -> None:
    repository.commit({"train.py": b""})
    story(repository, *texts)
    assert found(repository) == NoPolicy()


def test_a_broken_one_leaves_the_last_good_one_in_force(
    repository: FakeRepository,
) -> None:
    _, good, typo, _ = story(repository, OLD, GOOD, TYPO, WORSE)
    one = found(repository)
    assert isinstance(one, LastGood)
    assert one.text == GOOD
    assert one.policy.sha256 == load_policy(GOOD, "").sha256
    assert one.source == f"{good[:10]}:{POLICY_PATH}"
    assert one.broken_since == typo
    assert [fault.line for fault in one.faults] == [1]


def test_all_faults_of_the_one_at_the_base_are_told(repository: FakeRepository) -> None:
    story(repository, GOOD, GOOD + b"one: 1\ntwo: 2\n")
    one = found(repository)
    assert isinstance(one, LastGood)
    assert [fault.path for fault in one.faults] == ["one", "two"]


def test_where_none_was_ever_good_all_that_is_left_are_faults(
    repository: FakeRepository,
) -> None:
    story(repository, WORSE, TYPO)
    one = found(repository)
    assert isinstance(one, Broken)
    assert [fault.path for fault in one.faults] == ["enforcment"]


def test_a_policy_that_was_taken_away_does_not_come_back(
    repository: FakeRepository,
) -> None:
    story(repository, GOOD, None, TYPO)
    assert isinstance(found(repository), Broken)


def test_the_search_has_an_end(repository: FakeRepository) -> None:
    story(repository, GOOD, WORSE, TYPO)
    assert isinstance(found(repository, most=2), Broken)
    assert isinstance(found(repository, most=3), LastGood)


def test_a_fault_of_another_kind_is_told_in_its_own_words(
    repository: FakeRepository,
) -> None:
    def parse(text: bytes, source: str) -> Policy:
        raise UserFault("It cannot be read.", "Mend it.")

    story(repository, GOOD)
    one = policy_in_force(repository, repository.resolve("main"), parse)
    assert one == Broken((PolicyFault(1, 1, "", "It cannot be read.", "Mend it."),))
