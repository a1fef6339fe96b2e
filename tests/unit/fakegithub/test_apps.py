"""The App's own things: hook, deliveries by cursor, and the manifest flow."""

import json
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import jwt
import pytest

from tests.fakegithub.records import Delivery
from tests.unit.fakegithub.stage import Stage, staged, taken_breaks


def deliver(stage: Stage, status_code: int, *, listed: bool = True) -> Delivery:
    world = stage.world
    made = Delivery(
        id=world.new_id(),
        guid=f"guid-{status_code}",
        app_id=stage.app.id,
        event="ping",
        action=None,
        installation_id=None,
        repository_id=None,
        url=stage.app.hook_url,
        delivered_at=world.clock.now(),
        payload={},
        status="OK" if status_code == 202 else "timed out",
        status_code=status_code,
        listed=listed,
    )
    world.deliveries.append(made)
    return made


def listed(stage: Stage, query: str = "") -> list[int]:
    """Ids of all deliveries, page after page."""
    client = stage.raw(stage.jwt())
    url, found = f"/app/hook/deliveries?per_page=2{query}", []
    while url:
        answer = client.get(url)
        found += [one["id"] for one in answer.json()]
        assert "last" not in answer.links
        url = answer.links.get("next", {}).get("url", "")
    return found


def test_deliveries_are_paged_by_cursor_the_newest_first() -> None:
    with staged() as stage:
        made = [deliver(stage, 202).id for _ in range(5)]
        assert listed(stage) == made[::-1]


def test_a_filter_for_failures_misses_what_never_got_an_answer() -> None:
    with staged() as stage:
        fine, refused, silent = (deliver(stage, code) for code in (202, 502, 0))
        assert listed(stage, "&status=failure") == [refused.id]
        assert listed(stage, "&status=success") == [fine.id]
        assert listed(stage) == [silent.id, refused.id, fine.id]


def test_deliveries_are_kept_for_three_days_and_some_are_never_listed() -> None:
    with staged() as stage:
        old = deliver(stage, 502)
        stage.world.clock.advance(timedelta(days=3).total_seconds() + 1)
        new = deliver(stage, 502)
        deliver(stage, 0, listed=False)
        assert listed(stage) == [new.id]
        client = stage.raw(stage.jwt())
        path = f"/app/hook/deliveries/{old.id}/attempts"
        assert client.post(path).status_code == 404


def test_a_redelivery_is_asked_of_the_world() -> None:
    with staged() as stage:
        asked: list[Delivery] = []
        stage.world.redeliver = asked.append
        made = deliver(stage, 502)
        client = stage.raw(stage.jwt())
        path = f"/app/hook/deliveries/{made.id}"
        assert client.post(f"{path}/attempts").status_code == 202
        assert asked == [made]
        assert client.get(path).json()["guid"] == "guid-502"


def test_the_hooks_secret_is_set_but_never_told() -> None:
    with staged() as stage:
        client = stage.raw(stage.jwt())
        said = {"url": "https://gate.example/hook", "secret": "n3w"}
        answer = client.patch("/app/hook/config", json=said).json()
        assert answer == {
            "content_type": "json",
            "insecure_ssl": "0",
            "secret": "********",
            "url": "https://gate.example/hook",
        }
        assert stage.app.webhook_secret == "n3w"


def test_an_app_sees_only_its_own_installations() -> None:
    with staged() as stage:
        client = stage.raw(stage.jwt())
        stage.installation.app_id = 1
        assert client.get("/app/installations").json() == []
        path = f"/app/installations/{stage.installation.id}"
        assert client.get(path).status_code == 404
        assert client.get(f"{stage.path}/installation").status_code == 404


def test_a_revoked_token_is_over() -> None:
    with staged() as stage:
        client = stage.raw()
        assert client.delete("/installation/token").status_code == 204
        assert client.get(stage.path).status_code == 401


MANIFEST = {
    "name": "Gate of Ann",
    "url": "https://gate.example",
    "redirect_url": "https://gate.example/setup/done",
    "hook_attributes": {"url": "https://gate.example/hook", "active": True},
    "default_permissions": {"checks": "write", "pull_requests": "read"},
    "default_events": ["pull_request"],
    "public": False,
}


def press(
    stage: Stage, manifest: object, path: str = "/settings/apps/new"
) -> httpx.Response:
    """The button of the form, as a browser sends it."""
    text = manifest if isinstance(manifest, str) else json.dumps(manifest)
    client = stage.anonymous()
    url = f"{stage.world.web_url}{path}?state=s7"
    return client.post(url, data={"manifest": text})


def test_a_manifest_becomes_an_app_once() -> None:
    with staged() as stage:
        answer = press(stage, MANIFEST)
        assert answer.status_code == 302
        back = urlsplit(answer.headers["location"])
        assert f"{back.netloc}{back.path}" == "gate.example/setup/done"
        query = parse_qs(back.query)
        assert query["state"] == ["s7"]
        path = f"/app-manifests/{query['code'][0]}/conversions"
        made = stage.anonymous().post(path)
        assert made.status_code == 201
        told = made.json()
        assert told["slug"] == "gate-of-ann"
        assert told["events"] == ["pull_request"]
        assert stage.anonymous().post(path).status_code == 404
        iat = stage.world.clock.base()
        said = {"iss": told["id"], "iat": int(iat) - 60, "exp": int(iat) + 300}
        token = jwt.encode({**said, "iss": str(told["id"])}, told["pem"], "RS256")
        assert stage.raw(token).get("/app").json()["id"] == told["id"]


def test_a_manifests_code_lives_for_an_hour() -> None:
    with staged() as stage:
        back = press(stage, MANIFEST).headers["location"]
        code = parse_qs(urlsplit(back).query)["code"][0]
        stage.world.clock.advance(3601)
        path = f"/app-manifests/{code}/conversions"
        assert stage.anonymous().post(path).status_code == 404


def test_an_organization_may_own_the_app() -> None:
    with staged() as stage:
        lab = stage.world.add_account("lab", "Organization")
        path = "/organizations/lab/settings/apps/new"
        back = press(stage, MANIFEST, path).headers["location"]
        code = parse_qs(urlsplit(back).query)["code"][0]
        made = stage.anonymous().post(f"/app-manifests/{code}/conversions").json()
        assert made["owner"]["id"] == lab.id


def test_bad_manifests_are_refused_on_the_page() -> None:
    with staged() as stage:
        bad: list[object] = [
            "{",
            "[]",
            {"url": "https://x.example"},
            {**MANIFEST, "webhook": {}},
            {**MANIFEST, "default_events": ["installation"]},
            {**MANIFEST, "hook_attributes": {"active": True}},
        ]
        for manifest in bad:
            assert press(stage, manifest).status_code == 422
        assert stage.anonymous().get("/settings/apps/new").status_code == 404
        assert taken_breaks(stage) == []


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"default_events": ["installation"]}, "events unsupported: installation"),
        ({"default_events": ["lunch"]}, "events unsupported: lunch"),
        (
            {"default_events": ["pull_request", "issue_comment", "merge_group"]},
            "not supported by permissions: issue_comment, merge_group",
        ),
        ({"default_permissions": {"chekcs": "write"}}, "are not valid: ['chekcs']"),
        ({"default_permissions": {"checks": "admin"}}, "are not valid: ['checks']"),
        ({"name": "x" * 35}, "maximum is 34"),
        ({"name": "GATE"}, "already been taken"),
    ],
)
def test_a_manifest_that_asks_for_what_cannot_be_is_refused(
    changed: dict[str, object], sentence: str
) -> None:
    with staged() as stage:
        answer = press(stage, MANIFEST | changed)
        assert answer.status_code == 422
        assert sentence in answer.json()["message"]


def test_what_needs_no_permission_may_be_listed_with_none() -> None:
    with staged() as stage:
        bare = {"default_events": ["repository"], "default_permissions": {}}
        assert press(stage, MANIFEST | bare).status_code == 302
