"""App JWTs and installation tokens, with GitHub's ages, lengths and narrowing."""

import time
from typing import Any

import jwt
import pytest
from github import BadCredentialsException, GithubException, UnknownObjectException

from tests.fakegithub.records import Repository
from tests.unit.fakegithub.stage import Stage, keys, staged, taken_breaks


def test_pygithub_signs_in_as_the_app_and_as_an_installation() -> None:
    with staged() as stage:
        integration = stage.integration()
        assert integration.get_app().slug == "gate"
        assert [i.id for i in integration.get_installations()] == [
            stage.installation.id
        ]
        made = integration.get_access_token(stage.installation.id)
        assert len(made.token) == 520
        assert made.token.count(".") == 2
        assert made.token.startswith(f"ghs_{stage.app.id}_")
        assert made.permissions["checks"] == "write"


def test_a_header_asks_for_a_short_token() -> None:
    with staged() as stage:
        path = f"/app/installations/{stage.installation.id}/access_tokens"
        header = {"X-GitHub-Stateless-S2S-Token": "disabled"}
        answer = stage.raw(stage.jwt()).post(path, headers=header)
        assert len(answer.json()["token"]) == 40


@pytest.mark.parametrize(
    ("claims", "said"),
    [
        ({"exp": 700}, "too far in the future"),
        ({"exp": -1}, "has passed"),
        ({"iat": 30}, "is in the future"),
        ({"iss": "1"}, "Integration not found"),
    ],
)
def test_a_jwt_with_the_wrong_claims_is_refused(
    claims: dict[str, Any], said: str
) -> None:
    with staged() as stage:
        now = int(time.time())
        moved = {k: now + v if isinstance(v, int) else v for k, v in claims.items()}
        answer = stage.raw(stage.jwt(**moved)).get("/app")
        assert answer.status_code == 401
        assert said in answer.json()["message"]


def test_a_jwt_without_times_or_with_another_key_is_refused() -> None:
    with staged() as stage:
        bare = jwt.encode({"iss": "4711"}, keys()[0], "RS256")
        assert "Integer" in stage.raw(bare).get("/app").json()["message"]
        forged = jwt.encode(
            {"iss": "4711", "iat": 1, "exp": 2}, "k" * 32, algorithm="HS256"
        )
        assert stage.raw(forged).get("/app").status_code == 401
        assert stage.raw("a.b.c").get("/app").status_code == 401
        assert stage.raw("ghp_x").get("/app").status_code == 401


def test_thirty_seconds_of_skew_either_way_do_no_harm() -> None:
    with staged() as stage:
        for skew in (-30.0, 30.0):
            stage.world.clock.skew = skew
            assert stage.raw(stage.jwt()).get("/app").status_code == 200
        stage.world.clock.skew = -90.0
        assert stage.raw(stage.jwt()).get("/app").status_code == 401


def test_the_client_id_is_an_issuer_too() -> None:
    with staged() as stage:
        assert stage.raw(stage.jwt(iss="Iv23liGate")).get("/app").status_code == 200


def test_a_token_lives_for_an_hour_of_githubs_clock() -> None:
    with staged() as stage:
        found = stage.client_repository()
        found.complete()
        stage.world.clock.advance(3599)
        found.update()
        stage.world.clock.advance(2)
        with pytest.raises(BadCredentialsException):
            found.get_pulls()[0]


def test_a_narrowed_token_reaches_only_what_it_names() -> None:
    with staged() as stage:
        narrow = stage.raw(stage.token(permissions={"contents": "read"}))
        assert narrow.get(f"{stage.path}/contents/a.py").status_code == 200
        answer = narrow.get(f"{stage.path}/pulls")
        assert answer.status_code == 403
        wanted = answer.headers["x-accepted-github-permissions"]
        assert wanted == "pull_requests=read"
        one = stage.raw(stage.token(repository_ids=[stage.repository.id]))
        assert one.get(stage.path).status_code == 200
        another(stage, stage.owner.id)
        assert one.get("/repos/ann/other").status_code == 404
        assert one.get("/installation/repositories").json()["total_count"] == 1
        assert stage.raw().get("/repos/ann/other").status_code == 200


def another(stage: Stage, owner_id: int) -> Repository:
    """One more repository."""
    world = stage.world
    made = Repository(world.new_id(), owner_id, "other", world.clock.now())
    world.repositories[made.id] = made
    return made


def test_repositories_of_other_accounts_do_not_exist() -> None:
    with staged() as stage:
        another(stage, stage.world.add_account("bob").id)
        assert stage.raw().get("/repos/bob/other").status_code == 404


def test_more_than_was_granted_cannot_be_asked_for() -> None:
    with staged() as stage:
        integration = stage.integration()
        stage.installation.permissions["checks"] = "read"
        with pytest.raises(GithubException) as refused:
            integration.get_access_token(stage.installation.id, {"checks": "write"})
        assert refused.value.status == 422
        path = f"/app/installations/{stage.installation.id}/access_tokens"
        app = stage.raw(stage.jwt())
        assert app.post(path, json={"repositories": ["nope"]}).status_code == 422
        assert app.post(path, json={"repository_ids": [1]}).status_code == 422
        many = app.post(path, json={"repository_ids": list(range(501))})
        assert "up to 500" in many.json()["message"]
        by_name = app.post(path, json={"repositories": ["Digits"]})
        assert by_name.json()["repositories"][0]["id"] == stage.repository.id


def test_repositories_outside_the_installation_do_not_exist() -> None:
    with staged() as stage:
        stage.installation.selection = "selected"
        with pytest.raises(UnknownObjectException):
            stage.client_repository().get_pulls()[0]
        stage.installation.repository_ids = {stage.repository.id}
        assert list(stage.client_repository().get_pulls()) == []


def test_a_suspended_installation_is_told_so() -> None:
    with staged() as stage:
        client = stage.raw()
        stage.installation.suspended_at = stage.world.clock.now()
        answer = client.get(stage.path)
        assert answer.status_code == 403
        assert answer.json()["message"] == "This installation has been suspended"
        with pytest.raises(GithubException) as refused:
            stage.integration().get_access_token(stage.installation.id)
        assert refused.value.status == 403


def test_an_uninstalled_app_has_no_token_and_gets_none() -> None:
    with staged() as stage:
        client = stage.raw()
        del stage.world.installations[stage.installation.id]
        assert client.get(stage.path).status_code == 401
        with pytest.raises(UnknownObjectException):
            stage.integration().get_access_token(stage.installation.id)


def test_a_credential_of_the_wrong_kind_is_a_break_of_the_client() -> None:
    with staged() as stage:
        assert stage.raw().get("/app").status_code == 401
        assert stage.raw(stage.jwt()).get(stage.path).status_code == 401
        assert len(taken_breaks(stage)) == 2
        assert stage.anonymous().get(stage.path).status_code == 401


def comment_with(stage: Stage, permissions: dict[str, str], number: int) -> int:
    client = stage.raw(stage.token(permissions=permissions))
    path = f"{stage.path}/issues/{number}/comments"
    return client.post(path, json={"body": "x"}).status_code


def test_a_comment_needs_the_permission_of_what_it_is_on() -> None:
    with staged() as stage:
        pull = stage.pull()
        opened = stage.raw().post(f"{stage.path}/issues", json={"title": "t"}).json()
        for permission, on_pull, on_issue in (
            ("issues", 403, 201),
            ("pull_requests", 201, 403),
        ):
            granted = {permission: "write"}
            assert comment_with(stage, granted, pull.number) == on_pull
            assert comment_with(stage, granted, opened["number"]) == on_issue


def test_an_archived_repository_is_read_only() -> None:
    with staged() as stage:
        stage.repository.archived = True
        answer = stage.raw().post(f"{stage.path}/issues", json={"title": "t"})
        assert "archived" in answer.json()["message"]
        assert stage.raw().get(stage.path).status_code == 200
