"""A pull request is judged by the same policy, more of it, and by one file more."""

import pytest

from bot.adapters.policy_file import load_policy
from bot.app.local import Comparison, Request, compare
from bot.app.preparing import Prepared, prepare
from bot.domain.errors import UserFault
from bot.domain.policy import POLICY_PATH
from bot.domain.verdict import Finding, Reason, Ruling
from tests.fakes.repository import FakeRepository

POLICY = b"""\
version: 1
enforcement: advisory
base_moved: rejudge
baseline: {refresh: weekly}
evaluation: {paths: [evaluate.py]}
modes:
  mlp:
    train: [python, train.py, --seed, "{seed}"]
    metrics: {loss: {direction: minimize, tolerance: 0.1}}
"""


@pytest.fixture
def repository() -> FakeRepository:
    made = FakeRepository()
    made.commit({"train.py": b"1\n", "evaluate.py": b"1\n", POLICY_PATH: POLICY})
    made.branch("idea")
    made.commit({"train.py": b"2\n"})
    return made


def asked(repository: FakeRepository, **more: object) -> Comparison:
    return compare(repository, Request(on_github=True, **more), load_policy)


def prepared(repository: FakeRepository, comparison: Comparison) -> Prepared:
    assert comparison.trees is not None
    return prepare(comparison, comparison.trees, repository, load_policy)


def beside(repository: FakeRepository) -> tuple[Finding, ...]:
    return prepared(repository, asked(repository)).beside


def test_what_has_a_meaning_for_pull_requests_is_refused_elsewhere_alone(
    repository: FakeRepository,
) -> None:
    assert asked(repository).on_github
    with pytest.raises(UserFault, match="`enforcement` is executed for pull requests"):
        compare(repository, Request(), load_policy)


def test_what_nobody_executes_is_refused_as_ever(repository: FakeRepository) -> None:
    network = POLICY + b"defaults: {network: [example.org]}\n"
    with pytest.raises(UserFault, match="network"):
        asked(repository, policy_text=network, policy_source="main")


def test_the_hash_of_the_policy_is_that_of_its_text(repository: FakeRepository) -> None:
    found = asked(repository).policy
    assert found.sha256 == load_policy(POLICY, "").sha256
    assert found.protected == (POLICY_PATH,)


def test_a_change_of_the_policy_waits_for_a_maintainer(
    repository: FakeRepository,
) -> None:
    assert beside(repository) == ()
    repository.commit({POLICY_PATH: POLICY.replace(b"0.1", b"99")})
    touched, policy = beside(repository)
    assert (touched.reason, touched.state) == (Reason.PROTECTED_TOUCHED, Ruling.BLOCK)
    assert touched.evidence["files"] == (POLICY_PATH,)
    assert (policy.reason, policy.state) == (Reason.POLICY_TOUCHED, Ruling.INFO)


def test_a_new_definition_of_the_metrics_waits_for_a_maintainer(
    repository: FakeRepository,
) -> None:
    repository.commit({"evaluate.py": b"2\n"})
    (found,) = beside(repository)
    reason = Reason.METRIC_VERSION_CHANGED
    assert (found.reason, found.state) == (reason, Ruling.UNDECIDED)
    assert found.evidence["files"] == ("evaluate.py",)


def test_on_the_command_line_nobody_is_asked_to_accept_it(
    repository: FakeRepository,
) -> None:
    repository.commit({"evaluate.py": b"2\n"})
    plain = POLICY.partition(b"evaluation")
    request = Request(policy_text=b"version: 1\n" + plain[1] + plain[2])
    comparison = compare(repository, request, load_policy)
    found = prepared(repository, comparison)
    assert found.version is not None
    assert found.version.changed
    assert found.beside == ()
