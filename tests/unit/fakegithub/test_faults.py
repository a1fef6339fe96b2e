"""Planned faults as PyGithub meets them, without and with the call's effect."""

import json
import time

import pytest
import requests
from github import GithubException
from github.Repository import Repository as ClientRepository

from tests.fakegithub.faults import KINDS, Chance, Fault, Faults, Kind
from tests.unit.fakegithub.stage import Stage, staged


def failing(
    stage: Stage, repository: ClientRepository, fault: Fault
) -> GithubException:
    """What PyGithub raises when it opens an issue into this fault."""
    stage.fake.faults.plan(fault)
    with pytest.raises(GithubException) as raised:
        repository.create_issue("t")
    return raised.value


@pytest.mark.parametrize("kind", ["500", "502", "503"])
@pytest.mark.parametrize(("when", "made"), [("before", 0), ("after", 1)])
def test_a_server_error_is_a_page_before_or_after_the_effect(
    kind: Kind, when: str, made: int
) -> None:
    with staged() as stage:
        fault = Fault("issues/create", kind, when=when)  # type: ignore[arg-type]
        raised = failing(stage, stage.client_repository(), fault)
        assert raised.status == int(kind)
        assert "<html>" in str(raised.data)
        assert len(stage.repository.issues) == made


def test_only_the_nth_call_is_struck() -> None:
    with staged() as stage:
        repository = stage.client_repository()
        stage.fake.faults.plan(Fault("issues/*", "502", nth=2, times=2))
        ends = []
        for _ in range(4):
            try:
                repository.create_issue("t")
                ends.append(201)
            except GithubException as fault:
                ends.append(fault.status)
        assert ends == [201, 502, 502, 201]
        assert stage.fake.faults.pending == []
        assert len(stage.fake.faults.struck) == 2


def test_a_gateway_timeout_comes_late() -> None:
    with staged() as stage:
        begun = time.monotonic()
        fault = Fault("issues/create", "504", seconds=0.05)
        assert failing(stage, stage.client_repository(), fault).status == 504
        assert time.monotonic() - begun >= 0.05


@pytest.mark.parametrize(("kind", "made"), [("reset_before", 0), ("reset_mid_body", 1)])
def test_a_connection_is_reset(kind: Kind, made: int) -> None:
    with staged() as stage:
        repository = stage.client_repository()
        stage.fake.faults.plan(Fault("issues/create", kind))
        with pytest.raises(requests.exceptions.RequestException) as raised:
            repository.create_issue("t")
        assert isinstance(
            raised.value,
            requests.exceptions.ConnectionError
            | requests.exceptions.ChunkedEncodingError,
        )
        if kind == "reset_before":
            assert "reset by peer" in str(raised.value)
        assert len(stage.repository.issues) == made
        assert repository.create_issue("again").number == made + 1


def test_a_reset_after_the_effect_leaves_the_effect() -> None:
    with staged() as stage:
        stage.fake.faults.plan(Fault("issues/create", "reset_before", when="after"))
        with pytest.raises(requests.exceptions.ConnectionError):
            stage.client_repository().create_issue("t")
        assert len(stage.repository.issues) == 1


def test_truncated_json_is_no_github_exception() -> None:
    with staged() as stage:
        stage.fake.faults.plan(Fault("issues/create", "truncated_json"))
        with pytest.raises((json.JSONDecodeError, GithubException)):
            stage.client_repository().create_issue("t")
        assert len(stage.repository.issues) == 1


def test_a_proxys_page_looks_like_success() -> None:
    with staged() as stage:
        stage.fake.faults.plan(Fault("checks/create", "html_200"))
        made = stage.client_repository().create_check_run("seedgate", stage.sha)
        assert made.raw_data.get("id") is None
        assert stage.repository.runs == {}


def test_a_slow_drip_is_the_right_answer_in_pieces() -> None:
    with staged() as stage:
        stage.fake.faults.plan(Fault("repos/get", "slow_drip", seconds=0.01))
        begun = time.monotonic()
        with stage.raw().stream("GET", stage.path) as answer:
            pieces = list(answer.iter_raw())
        assert len(pieces) > 1
        assert json.loads(b"".join(pieces))["name"] == "digits"
        assert time.monotonic() - begun >= 0.1


@pytest.mark.parametrize("kind", ["secondary_403", "secondary_429"])
@pytest.mark.parametrize("retry_after", [7, None])
def test_a_secondary_limit_with_and_without_a_time(
    kind: Kind, retry_after: int | None
) -> None:
    with staged() as stage:
        repository = stage.client_repository()
        fault = Fault("issues/create", kind, retry_after=retry_after)
        raised = failing(stage, repository, fault)
        assert raised.status == int(kind[-3:])
        assert raised.headers is not None
        told = raised.headers.get("retry-after")
        assert told == (None if retry_after is None else "7")
        repository.create_issue("at once")
        assert stage.fake.limits.violations[0].rule == "impatient"
        stage.world.clock.advance(61)
        repository.create_issue("later")
        assert len(stage.fake.limits.violations) == 1


def test_an_exhausted_primary_limit_lasts_until_its_reset() -> None:
    with staged() as stage:
        repository = stage.client_repository()
        fault = Fault("issues/create", "primary_exhausted")
        raised = failing(stage, repository, fault)
        assert raised.status == 403
        assert raised.headers is not None
        assert raised.headers["x-ratelimit-remaining"] == "0"
        with pytest.raises(GithubException):
            repository.create_issue("again")


def test_a_revoked_token_is_revoked_for_good() -> None:
    with staged() as stage:
        repository = stage.client_repository()
        fault = Fault("issues/create", "revoked_401")
        assert failing(stage, repository, fault).status == 401
        with pytest.raises(GithubException) as raised:
            repository.create_issue("again")
        assert raised.value.status == 401
        assert stage.client_repository().create_issue("new token").number == 1


def test_a_307_is_taken_for_success_by_pygithub_and_makes_nothing() -> None:
    with staged() as stage:
        stage.fake.faults.plan(Fault("issues/create", "redirect_307"))
        answer = stage.raw().post(f"{stage.path}/issues", json={"title": "t"})
        assert answer.status_code == 307
        address = f"{stage.url}/repositories/{stage.repository.id}/issues"
        assert answer.headers["location"] == address
        assert stage.repository.issues == {}
        stage.fake.faults.plan(Fault("issues/create", "redirect_307"))
        made = stage.client_repository().create_issue("t")
        assert made.raw_data.get("id") is None


@pytest.mark.parametrize(
    ("kind", "status"),
    [("flicker_404", 404), ("conflict_409", 409), ("refused_422", 422)],
)
def test_small_refusals(kind: Kind, status: int) -> None:
    with staged() as stage:
        raised = failing(stage, stage.client_repository(), Fault("issues/*", kind))
        assert raised.status == status


def test_a_301_of_a_read_leads_to_the_same_thing() -> None:
    with staged() as stage:
        stage.fake.faults.plan(Fault("repos/get", "moved_301"))
        found = stage.client_repository()
        found.complete()
        assert found.id == stage.repository.id


def test_a_call_that_may_not_be_made_uses_up_no_fault() -> None:
    with staged() as stage:
        stage.fake.faults.plan(Fault("repos/get", "502"))
        assert stage.raw("ghs_x").get(stage.path).status_code == 401
        assert len(stage.fake.faults.pending) == 1
        stage.fake.faults.clear()
        assert stage.raw().get(stage.path).status_code == 200


def strikes(seed: int) -> list[tuple[str, str] | None]:
    faults = Faults(Chance(seed, 0.3, operations="checks/*"))
    taken = [faults.take("checks/create") for _ in range(50)]
    assert faults.take("issues/create") is None
    return [(fault.kind, fault.when) if fault else None for fault in taken]


def test_random_faults_repeat_with_their_seed() -> None:
    assert strikes(1) == strikes(1)
    assert strikes(1) != strikes(2)
    assert 5 <= sum(one is not None for one in strikes(3)) <= 25


def test_every_kind_can_come_at_random() -> None:
    faults = Faults(Chance(7, 1.0))
    taken = {fault.kind for _ in range(400) if (fault := faults.take("x"))}
    assert taken == set(KINDS)
