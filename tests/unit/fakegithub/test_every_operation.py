"""Every operation of the contract is answered, and answered as GitHub describes."""

from collections.abc import Iterator

import httpx
import pytest

from tests.fakegithub.permissions import ANYONE, BY_TARGET, JWT, NEEDS, WITHOUT
from tests.fakegithub.records import (
    Delivery,
    Protection,
    RequiredCheck,
    Review,
    Rule,
    Ruleset,
)
from tests.unit.fakegithub.stage import Stage, staged, taken_breaks


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with staged() as made:
        yield made


def test_every_operation_has_a_function_and_a_permission(stage: Stage) -> None:
    operations = set(stage.fake.gateway.contract.operations)
    assert stage.fake.gateway.without_function() == []
    assert operations - (set(NEEDS) | BY_TARGET | JWT | WITHOUT | ANYONE) == set()


def furnish(stage: Stage) -> dict[str, object]:
    """One of everything, as it would stand after some life."""
    world, repository, git = stage.world, stage.repository, stage.git
    pull = stage.pull(mergeable=True)
    now = world.clock.now()
    review = Review(
        world.new_id(), pull.number, stage.owner.id, "APPROVED", "good", stage.sha, now
    )
    repository.reviews[review.id] = review
    checks = [{"context": "seedgate", "integration_id": stage.app.id}]
    parameters = {
        "required_status_checks": checks,
        "strict_required_status_checks_policy": False,
    }
    rule = Rule("required_status_checks", parameters)
    queue = Rule(
        "merge_queue",
        {
            "check_response_timeout_minutes": 60,
            "grouping_strategy": "ALLGREEN",
            "max_entries_to_build": 5,
            "max_entries_to_merge": 5,
            "merge_method": "MERGE",
            "min_entries_to_merge": 1,
            "min_entries_to_merge_wait_minutes": 5,
        },
    )
    ruleset = Ruleset(
        world.new_id(), "main", ["~DEFAULT_BRANCH"], [rule, queue, Rule("deletion")]
    )
    repository.rulesets[ruleset.id] = ruleset
    repository.protections["main"] = Protection(
        [RequiredCheck("seedgate", stage.app.id)], approvals=1
    )
    delivery = Delivery(
        id=world.new_id(),
        guid="9b4d",
        app_id=stage.app.id,
        event="ping",
        action=None,
        installation_id=None,
        repository_id=None,
        url=stage.app.hook_url,
        delivered_at=now,
        payload={"zen": "x"},
        status_code=502,
        status="Invalid HTTP Response: 502",
    )
    world.deliveries.append(delivery)
    manifest = {"url": "http://x.example", "redirect_url": "http://x.example/cb"}
    world.manifests["c0de"] = (manifest, stage.owner.id, now)
    tag = git.create_ref(repository, "refs/tags/v1", stage.sha)
    return {
        "number": pull.number,
        "head": pull.head.sha,
        "ruleset": ruleset.id,
        "delivery": delivery.id,
        "tag": tag,
    }


def walk(stage: Stage) -> list[tuple[str, str, object, int]]:
    """Calls (method, path, body, status) with which every operation is met once."""
    have = furnish(stage)
    repo, sha, n = stage.path, stage.sha, have["number"]
    run = {"name": "seedgate", "head_sha": have["head"], "external_id": "e1"}
    note = {
        "path": "a.py",
        "start_line": 1,
        "end_line": 1,
        "annotation_level": "warning",
        "message": "slow",
    }
    output = {"title": "t", "summary": "s", "annotations": [note]}
    done = {"conclusion": "success", "output": output}
    return [
        ("GET", "/rate_limit", None, 200),
        ("GET", "/users/ann", None, 200),
        ("GET", "/installation/repositories", None, 200),
        ("GET", repo, None, 200),
        ("GET", f"{repo}/commits/{sha}", None, 200),
        ("GET", f"{repo}/commits/tags/v1", None, 200),
        ("GET", f"{repo}/commits?sha=main&path=a.py", None, 200),
        ("GET", f"{repo}/branches/main", None, 200),
        ("GET", f"{repo}/branches/main/protection", None, 200),
        ("GET", f"{repo}/commits/{have['head']}/pulls", None, 200),
        ("GET", f"{repo}/compare/main...idea", None, 200),
        ("GET", f"{repo}/collaborators/ann/permission", None, 200),
        ("GET", f"{repo}/contents/a.py", None, 200),
        ("GET", f"{repo}/contents/docs?ref=main", None, 200),
        ("GET", f"{repo}/rules/branches/main", None, 200),
        ("GET", f"{repo}/rulesets", None, 200),
        ("GET", f"{repo}/rulesets/{have['ruleset']}", None, 200),
        ("GET", f"{repo}/git/ref/heads/main", None, 200),
        ("POST", f"{repo}/git/refs", {"ref": "refs/heads/x", "sha": sha}, 201),
        ("POST", f"{repo}/statuses/{sha}", {"state": "success", "context": "c"}, 201),
        ("GET", f"{repo}/commits/{sha}/statuses", None, 200),
        ("GET", f"{repo}/commits/{sha}/status", None, 200),
        ("POST", f"{repo}/check-runs", run, 201),
        ("GET", f"{repo}/check-runs/{{check run}}", None, 200),
        ("PATCH", f"{repo}/check-runs/{{check run}}", done, 200),
        ("GET", f"{repo}/check-runs/{{check run}}/annotations", None, 200),
        ("GET", f"{repo}/commits/idea/check-runs?check_name=seedgate", None, 200),
        ("GET", f"{repo}/commits/idea/check-suites", None, 200),
        ("GET", f"{repo}/check-suites/{{suite}}", None, 200),
        ("GET", f"{repo}/check-suites/{{suite}}/check-runs", None, 200),
        ("POST", f"{repo}/check-runs/{{check run}}/rerequest", None, 201),
        ("POST", f"{repo}/check-suites/{{suite}}/rerequest", None, 201),
        ("GET", f"{repo}/pulls?state=all&base=main&per_page=100", None, 200),
        ("GET", f"{repo}/pulls/{n}", None, 200),
        ("GET", f"{repo}/pulls/{n}/commits", None, 200),
        ("GET", f"{repo}/pulls/{n}/files", None, 200),
        ("GET", f"{repo}/pulls/{n}/reviews", None, 200),
        ("POST", f"{repo}/issues", {"title": "landed tree", "labels": ["x"]}, 201),
        ("PATCH", f"{repo}/issues/{{issue}}", {"state": "closed"}, 200),
        ("GET", f"{repo}/issues/{n}", None, 200),
        ("GET", f"{repo}/issues?state=all&labels=x", None, 200),
        ("POST", f"{repo}/issues/{n}/comments", {"body": "hello"}, 201),
        ("GET", f"{repo}/issues/{n}/comments", None, 200),
        ("GET", f"{repo}/issues/comments?sort=updated&direction=desc", None, 200),
        ("GET", f"{repo}/issues/comments/{{comment}}", None, 200),
        ("PATCH", f"{repo}/issues/comments/{{comment}}", {"body": "bye"}, 200),
        ("POST", f"{repo}/issues/comments/{{comment}}/reactions", EYES, 201),
        ("POST", f"{repo}/issues/comments/{{comment}}/reactions", EYES, 200),
        ("GET", f"{repo}/issues/comments/{{comment}}/reactions", None, 200),
        (
            "DELETE",
            f"{repo}/issues/comments/{{comment}}/reactions/{{reaction}}",
            None,
            204,
        ),
        ("DELETE", f"{repo}/issues/comments/{{comment}}", None, 204),
        ("POST", f"{repo}/issues/{n}/labels", {"labels": ["gate"]}, 200),
        ("DELETE", "/installation/token", None, 204),
        ("POST", "/app-manifests/c0de/conversions", None, 201),
        ("GET", "/app", None, 200),
        ("GET", "/app/installations", None, 200),
        ("GET", f"/app/installations/{stage.installation.id}", None, 200),
        ("GET", f"{repo}/installation", None, 200),
        (
            "POST",
            f"/app/installations/{stage.installation.id}/access_tokens",
            {
                "repository_ids": [stage.repository.id],
                "permissions": {"checks": "read"},
            },
            201,
        ),
        ("GET", "/app/hook/config", None, 200),
        ("PATCH", "/app/hook/config", {"url": "http://127.0.0.1:9/other"}, 200),
        ("GET", "/app/hook/deliveries?per_page=100", None, 200),
        ("GET", f"/app/hook/deliveries/{have['delivery']}", None, 200),
        ("POST", f"/app/hook/deliveries/{have['delivery']}/attempts", None, 202),
    ]


EYES = {"content": "eyes"}
MADE = {
    "/check-runs": "check run",
    "/comments": "comment",
    "/reactions": "reaction",
}


def _call(
    client: httpx.Client, method: str, path: str, body: object, made: dict[str, int]
) -> httpx.Response:
    for name, number in made.items():
        path = path.replace(f"{{{name}}}", str(number))
    answer = client.request(method, path, json=body)
    if method == "POST" and answer.status_code == 201:
        for ending, name in MADE.items():
            if path.endswith(ending):
                made[name] = answer.json()["id"]
        if path.endswith("/issues"):
            made["issue"] = answer.json()["number"]
        if path.endswith("/check-runs"):
            made["suite"] = answer.json()["check_suite"]["id"]
    return answer


def test_every_operation_is_answered_as_described(stage: Stage) -> None:
    made: dict[str, int] = {}
    token, app = stage.raw(), stage.raw(stage.jwt())
    for method, path, body, status in walk(stage):
        jwt = path.startswith("/app/") or path in {"/app", f"{stage.path}/installation"}
        with_code = path.startswith("/app-manifests")
        client = stage.anonymous() if with_code else token
        answer = _call(app if jwt else client, method, path, body, made)
        assert answer.status_code == status, (method, path, answer.text[:500])
    assert taken_breaks(stage) == []
    assert stage.fake.gateway.never_exercised() == []
