"""What every request must bring: headers, a credential, a body that can be read."""

import asyncio
from collections.abc import MutableMapping
from email.utils import parsedate_to_datetime
from typing import Any

from tests.unit.fakegithub.stage import staged, taken_breaks


def test_a_request_without_a_user_agent_is_forbidden() -> None:
    with staged() as stage:
        client = stage.raw()
        del client.headers["user-agent"]
        assert client.get(stage.path).status_code == 403
        assert "no User-Agent" in taken_breaks(stage)[0]


def test_a_request_without_an_api_version_is_answered_but_written_down() -> None:
    with staged() as stage:
        client = stage.raw()
        del client.headers["x-github-api-version"]
        assert client.get(stage.path).status_code == 200
        assert taken_breaks(stage) == ["client repos/get: no X-GitHub-Api-Version"]


def test_another_api_version_is_refused() -> None:
    with staged() as stage:
        client = stage.raw()
        client.headers["x-github-api-version"] = "2026-03-10"
        assert client.get(stage.path).status_code == 400
        assert "the fake speaks" in taken_breaks(stage)[0]


def test_bodies_must_be_json_and_say_so() -> None:
    with staged() as stage:
        url = f"{stage.path}/issues"
        assert stage.raw().post(url, content=b"{").status_code == 400
        plain = {"Content-Type": "text/plain"}
        form = stage.raw().post(url, content=b'{"title": "x"}', headers=plain)
        assert form.status_code == 415
        page = stage.raw().get(stage.path, headers={"Accept": "text/html"})
        assert page.status_code == 415
        assert len(taken_breaks(stage)) == 3


def test_a_misspelt_query_is_refused_and_written_down() -> None:
    with staged() as stage:
        assert stage.raw().get(f"{stage.path}/pulls?stat=all").status_code == 422
        assert stage.raw().get(f"{stage.path}/pulls?page=1&page=2").status_code == 422
        assert len(taken_breaks(stage)) == 2


def test_a_number_below_zero_is_nothing_of_githubs() -> None:
    with staged() as stage:
        assert stage.raw().get(f"{stage.path}/pulls/-80096819882659").status_code == 422
        (said,) = taken_breaks(stage)
        assert "pull_number is below 0" in said


def test_every_answer_carries_its_limits_and_an_id() -> None:
    with staged() as stage:
        answer = stage.raw().get(stage.path)
        assert answer.headers["x-ratelimit-limit"] == "5000"
        assert answer.headers["x-ratelimit-remaining"] == "4999"
        assert answer.headers["x-ratelimit-resource"] == "core"
        assert answer.headers["x-github-request-id"]
        assert answer.headers["content-type"] == "application/json; charset=utf-8"


def test_the_date_is_that_of_githubs_clock() -> None:
    with staged() as stage:
        stage.world.clock.skew = 300.0
        answer = stage.raw().get("/nope")
        date = parsedate_to_datetime(answer.headers["date"]).timestamp()
        assert 295 <= date - stage.world.clock.base() <= 301
        assert len(taken_breaks(stage)) == 1


def test_an_enterprise_server_has_its_api_under_a_prefix() -> None:
    with staged(prefix="/api/v3") as stage:
        assert stage.url.endswith("/api/v3")
        found = stage.client_repository()
        found.complete()
        assert found.url.startswith(stage.url)
        outside = stage.raw().get(f"{stage.world.web_url}{stage.path}")
        assert outside.status_code == 404


def test_the_log_names_callers_but_holds_no_secret() -> None:
    with staged() as stage:
        token = stage.token()
        stage.raw(token).get(stage.path)
        seen = stage.fake.gateway.log[-1]
        assert (seen.operation, seen.status) == ("repos/get", 200)
        assert seen.caller == f"installation {stage.installation.id}"
        assert token not in str(stage.fake.gateway.log)


def test_an_unchanged_thing_is_304_and_free() -> None:
    with staged() as stage:
        client = stage.raw()
        client.headers["If-None-Match"] = client.get(stage.path).headers["etag"]
        again = client.get(stage.path)
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["x-ratelimit-remaining"] == "4999"
        stage.repository.archived = True
        changed = client.get(stage.path)
        assert changed.status_code == 200
        assert changed.headers["x-ratelimit-remaining"] == "4998"


def test_a_tag_is_worth_nothing_with_another_token() -> None:
    with staged() as stage:
        tag = stage.raw().get(stage.path).headers["etag"]
        renewed = stage.raw().get(stage.path, headers={"If-None-Match": tag})
        assert renewed.status_code == 200
        assert renewed.headers["etag"] != tag


def test_a_name_of_the_query_that_the_fake_passes_over_is_its_own_break() -> None:
    with staged() as stage:
        client = stage.raw()
        assert client.get(f"{stage.path}/issues?mentioned=ann").status_code == 200
        assert taken_breaks(stage) == [
            "fake issues/list-for-repo: the fake does not heed mentioned"
        ]
        said = {"title": "t", "assignees": ["ann"]}
        assert client.post(f"{stage.path}/issues", json=said).status_code == 201
        assert taken_breaks(stage) == [
            "fake issues/create: the fake does not heed assignees"
        ]


def test_whoever_hangs_up_before_the_request_is_whole_did_nothing() -> None:
    """A client that is killed as it sends has its headers on the way, and no more."""
    said: list[MutableMapping[str, Any]] = []
    comes = iter(
        [
            {"type": "http.request", "body": b'{"title": "x', "more_body": True},
            {"type": "http.disconnect"},
        ]
    )

    async def receive() -> MutableMapping[str, Any]:
        return next(comes)

    async def send(message: MutableMapping[str, Any]) -> None:
        said.append(message)

    with staged() as stage:
        path = f"{stage.path}/issues"
        headers = stage.raw().headers.raw
        scope = {
            "type": "http",
            "method": "POST",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "headers": [(name.lower(), value) for name, value in headers],
        }
        asyncio.run(stage.fake(scope, receive, send))
        assert said == []
        assert taken_breaks(stage) == []
        assert stage.raw().get(path).json() == []
