"""Rate limits count for real, and a ledger keeps who broke them."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from github import GithubException, RateLimitExceededException

from tests.fakegithub.auth import pool
from tests.fakegithub.faults import Fault, Kind
from tests.fakegithub.limits import NO_CAPS, NOBODY, Caps, Limits, use_of
from tests.unit.fakegithub.stage import staged
from tests.waiting import until

WRITE = ("POST", "issues/create-comment")
READ = ("GET", "repos/get")
FOLD = ("POST", "graphql/minimizeComment")


def enter(limits: Limits, at: float, method: str, operation: str) -> int | None:
    denial = limits.enter("app", at, use_of(at, method, operation))
    return denial.status if denial else None


def rules(limits: Limits) -> list[str]:
    return [violation.rule for violation in limits.violations]


def test_eighty_writes_a_minute_and_not_one_more() -> None:
    limits = Limits()
    assert [enter(limits, 0.1 * i, *WRITE) for i in range(80)] == [None] * 80
    assert enter(limits, 9.0, *WRITE) == 403
    assert rules(limits) == ["content-minute"]
    assert limits.peak("app", 60) == 80


def test_five_hundred_writes_an_hour_and_not_one_more() -> None:
    limits = Limits()
    assert {enter(limits, 2.0 * i, *WRITE) for i in range(500)} == {None}
    assert enter(limits, 1000.0, *WRITE) == 403
    assert rules(limits) == ["content-hour"]
    assert enter(limits, 3601.0, *WRITE) is None


def test_without_caps_nobody_is_refused() -> None:
    limits = Limits(NO_CAPS)
    assert {enter(limits, 0.0, *WRITE) for _ in range(501)} == {None}
    assert {enter(limits, 0.0, *FOLD) for _ in range(2_001)} == {None}
    assert {enter(limits, 61.0 + i / 2, *READ) for i in range(5_001)} == {None}
    assert limits.enter("app", 61.0, use_of(61.0, *READ), at_once=101) is None
    unknown = [limits.enter(NOBODY, 61.0, use_of(61.0, *READ)) for _ in range(61)]
    assert unknown == [None] * 61
    assert rules(limits) == []


def test_minting_a_token_makes_no_content() -> None:
    limits = Limits(Caps(content_minute=1))
    for at in range(3):
        mint = ("POST", "apps/create-installation-access-token")
        assert enter(limits, at, *mint) is None


def test_nine_hundred_points_a_minute_where_a_write_costs_five() -> None:
    limits = Limits(Caps(content_minute=999, content_hour=999))
    for _ in range(180):
        assert enter(limits, 0.0, *WRITE) is None
    assert enter(limits, 0.0, "GET", "repos/get") == 403
    assert rules(limits) == ["points"]
    assert enter(limits, 61.0, "GET", "repos/get") is None


def test_graphql_has_points_of_its_own() -> None:
    limits = Limits(Caps(points_minute=1, graphql_minute=10, content_minute=99))
    assert enter(limits, 0.0, "POST", "graphql/minimizeComment") is None
    assert enter(limits, 0.0, "GET", "repos/get") is None
    assert enter(limits, 0.0, "POST", "graphql/minimizeComment") is None
    assert enter(limits, 0.0, "POST", "graphql/minimizeComment") == 403


def test_the_primary_limit_ends_with_its_hour() -> None:
    limits = Limits(Caps(primary=2))
    assert [enter(limits, 0.0, "GET", "repos/get") for _ in range(3)] == [
        None,
        None,
        403,
    ]
    assert limits.overview("app", 1.0) == {
        "limit": 2,
        "remaining": 0,
        "reset": 3600,
        "used": 2,
    }
    assert enter(limits, 3600.0, "GET", "repos/get") is None
    assert enter(limits, 3600.0, "GET", "rate-limit/get") is None
    assert limits.overview("app", 3600.0)["used"] == 1


def test_a_hundred_at_once_and_not_one_more() -> None:
    limits = Limits()
    use = use_of(0.0, "GET", "repos/get")
    assert limits.enter("app", 0.0, use, at_once=100) is None
    assert limits.enter("app", 0.0, use, at_once=101) is not None
    assert rules(limits) == ["concurrent"]
    assert limits.counters["app"].most_at_once == 101


def test_slow_answers_are_counted_as_running() -> None:
    with staged(caps=Caps(concurrent=2)) as stage:
        drip = Fault("repos/get", "slow_drip", times=2, seconds=0.1)
        stage.fake.faults.plan(drip)
        client, *others = (stage.raw() for _ in range(3))  # each with its own token
        with ThreadPoolExecutor(2) as threads:
            slow = [threads.submit(one.get, stage.path) for one in others]
            until(lambda: len(stage.fake.faults.struck) == 2, "both answers drip")
            assert client.get(stage.path).status_code == 403
            assert [one.result().status_code for one in slow] == [200, 200]
        until(lambda: not any(stage.fake.in_flight.values()), "nothing is on its way")
        assert client.get(stage.path).status_code == 200


def test_who_asks_again_before_the_time_told_is_impatient() -> None:
    limits = Limits(Caps(content_minute=1, retry_after=7))
    enter(limits, 0.0, *WRITE)
    assert enter(limits, 1.0, *WRITE) == 403
    assert enter(limits, 7.9, "GET", "repos/get") is None
    assert enter(limits, 8.0, "GET", "repos/get") is None
    assert rules(limits) == ["content-minute", "impatient"]


def test_what_had_come_before_the_caller_was_told_is_not_impatient() -> None:
    limits = Limits(Caps(content_minute=1, retry_after=7))
    enter(limits, 0.0, *WRITE)
    assert enter(limits, 1.0, *WRITE) == 403
    under_way = use_of(1.4, "GET", "repos/get", came_at=0.9)
    assert limits.enter("app", 1.4, under_way) is None
    later = use_of(1.5, "GET", "repos/get", came_at=1.2)
    assert limits.enter("app", 1.5, later) is None
    assert rules(limits) == ["content-minute", "impatient"]
    assert limits.violations[-1].after == pytest.approx(0.2)


def test_callers_are_counted_apart() -> None:
    limits = Limits(Caps(primary=1))
    use = use_of(0.0, "GET", "repos/get")
    assert limits.enter("one", 0.0, use) is None
    assert limits.enter("two", 0.0, use) is None


@pytest.mark.parametrize("status", [403, 429])
def test_pygithub_meets_a_secondary_limit(status: int) -> None:
    caps = Caps(content_minute=1, retry_after=9, status=status)  # type: ignore[arg-type]
    with staged(caps=caps) as stage:
        repository = stage.client_repository()
        repository.create_issue("one")
        with pytest.raises(GithubException) as refused:
            repository.create_issue("two")
        assert refused.value.status == status
        assert refused.value.headers is not None
        assert refused.value.headers["retry-after"] == "9"
        assert len(stage.repository.issues) == 1


def test_pygithub_meets_the_primary_limit() -> None:
    with staged(caps=Caps(primary=1)) as stage:
        client = stage.client()
        repository = client.get_repo(stage.path.removeprefix("/repos/"))
        repository.complete()
        with pytest.raises(RateLimitExceededException) as refused:
            repository.get_pulls()[0]
        assert refused.value.headers is not None
        assert refused.value.headers["x-ratelimit-remaining"] == "0"
        left = client.get_rate_limit()
        assert (left.rate.remaining, left.rate.limit) == (0, 1)


def test_graphql_has_a_primary_limit_of_its_own() -> None:
    limits = Limits(Caps(primary=1))
    fold = ("POST", "graphql/minimizeComment")
    assert enter(limits, 0.0, *fold) is None
    assert enter(limits, 0.0, *WRITE) is None
    assert enter(limits, 1.0, *fold) == 403
    assert rules(limits) == ["primary"]
    assert limits.overview("app", 1.0, graphql=True)["remaining"] == 0
    assert enter(limits, 3600.0, *fold) is None


def test_graphql_tells_of_its_primary_limit_in_an_answer_of_200() -> None:
    with staged(caps=Caps(primary=0)) as stage:
        answer = stage.raw().post("/graphql", json={"query": "{ viewer { login } }"})
        assert answer.status_code == 200
        (said,) = answer.json()["errors"]
        assert (said["type"], said["code"]) == ("RATE_LIMIT", "graphql_rate_limit")
        assert "API rate limit already exceeded" in said["message"]
        assert answer.headers["x-ratelimit-remaining"] == "0"
        assert answer.headers["x-ratelimit-resource"] == "graphql"


def test_the_same_words_come_from_a_planned_fault() -> None:
    with staged() as stage:
        stage.fake.faults.plan(Fault("graphql/*", "primary_exhausted"))
        client, asked = stage.raw(), {"query": "{ viewer { login } }"}
        answers = [client.post("/graphql", json=asked) for _ in range(2)]
        assert [one.json()["errors"][0]["type"] for one in answers] == [
            "RATE_LIMIT",
            "RATE_LIMIT",
        ]
        assert client.get(stage.path).status_code == 200


@pytest.mark.parametrize(
    ("kind", "status"), [("secondary_403", 403), ("secondary_429", 200)]
)
def test_graphql_tells_of_a_secondary_limit_by_either_status(
    kind: Kind, status: int
) -> None:
    with staged() as stage:
        stage.fake.faults.plan(Fault("graphql/*", kind, retry_after=7))
        asked = {"query": "{ viewer { login } }"}
        answer = stage.raw().post("/graphql", json=asked)
        assert (answer.status_code, answer.headers["retry-after"]) == (status, "7")
        told = answer.json()
        (said,) = told.get("errors", [told])
        assert "secondary rate limit" in said["message"]
        assert "type" not in said


def test_a_real_secondary_limit_of_graphql_is_told_alike() -> None:
    with staged(caps=Caps(graphql_minute=1, status=429)) as stage:
        asked = {"query": "{ viewer { login } }"}
        answer = stage.raw().post("/graphql", json=asked)
        assert (answer.status_code, answer.headers["retry-after"]) == (200, "60")
        assert "secondary" in answer.json()["errors"][0]["message"]


def test_nobody_has_sixty_requests_an_hour() -> None:
    limits = Limits()
    use = use_of(0.0, "POST", "apps/create-from-manifest")
    assert {limits.enter("nobody", 0.0, use) for _ in range(60)} == {None}
    assert limits.enter("nobody", 0.0, use) is not None


def test_all_tokens_of_an_installation_count_as_one_caller_at_once() -> None:
    with staged() as stage:
        one, two = (f"Bearer {stage.token()}" for _ in range(2))
        assert one != two
        assert pool(stage.world, one) == pool(stage.world, two)
        app = pool(stage.world, f"Bearer {stage.jwt()}")
        assert app == pool(stage.world, f"Bearer {stage.jwt(iat=1)}")
        assert len({pool(stage.world, one), app, pool(stage.world, "Bearer x")}) == 3
