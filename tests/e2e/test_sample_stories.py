"""The digits sample: each branch gets the verdict that it deserves, whatever the seeds.

Real training of real networks on real data, with one seed secret and, on demand, two
more. Branches of one secret share a cache, as they would on one laptop.
"""

from pathlib import Path

import pytest

from tests.e2e.conftest import Laptop, Told
from tests.samples.digits.build import build

pytestmark = [pytest.mark.xdist_group("digits"), pytest.mark.long]
SECRETS = (
    "one secret",
    pytest.param("another secret", marks=pytest.mark.soak),
    pytest.param("a third secret", marks=pytest.mark.soak),
)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("sample") / "digits"
    build(made)
    return made


@pytest.fixture(scope="module", params=SECRETS)
def digits(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Laptop:
    return Laptop(tmp_path_factory.mktemp("laptop"), request.param)


def judge(laptop: Laptop, repository: Path, branch: str) -> Told:
    told = laptop.run(
        *("local", "--repo", repository, "--base", "main", "--head", branch)
    )
    assert told.report, told.err
    return told


def states(told: Told) -> dict[str, str]:
    """The state of each mode's own regression finding."""
    found = told.findings("regression")
    return {str(one["mode"]): str(one["state"]) for one in found}


@pytest.mark.soak
def test_a_true_improvement_passes(digits: Laptop, repository: Path) -> None:
    told = judge(digits, repository, "improvement")
    assert (told.code, told.verdict) == (0, "pass")
    assert states(told) == {"mlp": "pass", "conv": "pass"}


def test_a_true_regression_is_blocked(digits: Laptop, repository: Path) -> None:
    told = judge(digits, repository, "regression")
    assert (told.code, told.verdict) == (1, "block")
    assert "block" in states(told).values()


@pytest.mark.soak
def test_a_pure_refactor_passes_as_bit_identical(
    digits: Laptop, repository: Path
) -> None:
    told = judge(digits, repository, "refactor")
    assert (told.code, told.verdict) == (0, "pass")
    found = told.findings("regression")
    assert {one["evidence"]["reason"] for one in found} == {"bit_identical"}


@pytest.mark.soak
def test_a_branch_that_crashes_on_some_seeds_never_passes(
    digits: Laptop, repository: Path
) -> None:
    told = judge(digits, repository, "crash")
    assert told.code in (1, 2)
    assert told.findings("failure")
    failed = [one for one in told.trials if one["state"] == "failed"]
    assert {one["arm"] for one in failed} == {"branch"}


@pytest.mark.soak
def test_a_metric_that_becomes_nan_is_blocked_as_failures(
    digits: Laptop, repository: Path
) -> None:
    told = judge(digits, repository, "nan")
    assert (told.code, told.verdict) == (1, "block")
    reasons = {one["reason"] for one in told.trials if one["state"] == "failed"}
    assert reasons == {"nan_metric"}


def test_a_branch_that_conflicts_is_undecided_and_names_the_file(
    digits: Laptop, repository: Path
) -> None:
    told = judge(digits, repository, "conflict")
    assert (told.code, told.verdict) == (2, "undecided")
    (found,) = told.findings("conflict")
    assert found["evidence"]["files"]
    assert told.trials == []
