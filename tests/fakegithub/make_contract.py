"""Cuts the vendored subsets out of GitHub's official descriptions (npm tarballs).

    python -m tests.fakegithub.make_contract OPENAPI.tgz WEBHOOKS.tgz EXAMPLES.tgz

Writes `openapi.json.gz`, `webhooks.json.gz` and `examples.json.gz` into `data/`,
the same bytes for the same tarballs. Names and sums are in `PROVENANCE.md`.
"""

import gzip
import json
import re
import sys
import tarfile
from pathlib import Path
from typing import Any

from tests.fakegithub.schemas import references

HERE = Path(__file__).parent / "data"
OPENAPI = "package/generated/api.github.com.json"
EXAMPLES = "package/api.github.com/index.json"

OPERATIONS = frozenset(
    [
        "apps/get-authenticated",
        "apps/list-installations",
        "apps/get-installation",
        "apps/create-installation-access-token",
        "apps/revoke-installation-access-token",
        "apps/list-webhook-deliveries",
        "apps/get-webhook-delivery",
        "apps/redeliver-webhook-delivery",
        "apps/get-webhook-config-for-app",
        "apps/update-webhook-config-for-app",
        "apps/create-from-manifest",
        "apps/list-repos-accessible-to-installation",
        "apps/get-repo-installation",
        "rate-limit/get",
        "users/get-by-username",
        "repos/get",
        "repos/get-commit",
        "repos/list-commits",
        "repos/get-branch",
        "repos/list-pull-requests-associated-with-commit",
        "repos/compare-commits-with-basehead",
        "repos/get-collaborator-permission-level",
        "repos/get-content",
        "repos/get-branch-rules",
        "repos/get-branch-protection",
        "repos/get-repo-rulesets",
        "repos/get-repo-ruleset",
        "repos/create-commit-status",
        "repos/list-commit-statuses-for-ref",
        "repos/get-combined-status-for-ref",
        "checks/create",
        "checks/get",
        "checks/update",
        "checks/list-annotations",
        "checks/rerequest-run",
        "checks/rerequest-suite",
        "checks/list-for-ref",
        "checks/list-suites-for-ref",
        "checks/get-suite",
        "checks/list-for-suite",
        "pulls/list",
        "pulls/get",
        "pulls/list-commits",
        "pulls/list-files",
        "pulls/list-reviews",
        "issues/create",
        "issues/get",
        "issues/update",
        "issues/list-for-repo",
        "issues/list-comments",
        "issues/list-comments-for-repo",
        "issues/create-comment",
        "issues/get-comment",
        "issues/update-comment",
        "issues/delete-comment",
        "issues/add-labels",
        "reactions/create-for-issue-comment",
        "reactions/list-for-issue-comment",
        "reactions/delete-for-issue-comment",
        "git/get-ref",
        "git/create-ref",
    ]
)

EVENTS = frozenset(
    [
        "check_run",
        "check_suite",
        "installation",
        "installation_repositories",
        "issue_comment",
        "issues",
        "merge_group",
        "ping",
        "pull_request",
        "pull_request_review",
        "push",
        "repository",
        "installation_target",
        "label",
        "status",
    ]
)

WORDS = frozenset({"description", "summary", "example", "examples", "externalDocs"})


def member(tarball: Path, name: str) -> Any:
    """One JSON file out of a tarball."""
    with tarfile.open(tarball) as opened:
        found = opened.extractfile(name)
        if found is None:
            raise FileNotFoundError(f"{tarball} has no {name}")
        return json.load(found)


def without_words(node: Any, *, names: bool = False) -> Any:
    """Drops prose; `names` says that the keys are names of properties, to be kept."""
    if isinstance(node, list):
        return [without_words(value) for value in node]
    if not isinstance(node, dict):
        return node
    kept = {k: v for k, v in node.items() if names or k not in WORDS}
    kept = {k: v for k, v in kept.items() if names or not k.startswith("x-")}
    return {
        k: without_words(v, names=not names and k in {"properties", "headers"})
        for k, v in kept.items()
    }


def needed(document: Any, root: Any) -> dict[str, dict[str, Any]]:
    """The components that a tree needs, with those that these need, in order."""
    found: dict[str, dict[str, Any]] = {}
    waiting = list(references(root))
    while waiting:
        _, _, kind, name = waiting.pop().split("/")
        if name in found.setdefault(kind, {}):
            continue
        part = without_words(document["components"][kind][name])
        found[kind][name] = part
        waiting.extend(references(part))
    return {kind: dict(sorted(parts.items())) for kind, parts in sorted(found.items())}


def openapi(document: Any) -> dict[str, Any]:
    """The operations that the fake answers."""
    paths: dict[str, Any] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if operation.get("operationId") in OPERATIONS:
                keep = {"operationId", "parameters", "requestBody", "responses"}
                cut = {k: v for k, v in operation.items() if k in keep}
                paths.setdefault(path, {})[method] = without_words(cut)
    made = {o["operationId"] for ms in paths.values() for o in ms.values()}
    if made != OPERATIONS:
        raise LookupError(f"not in the description: {sorted(OPERATIONS - made)}")
    return {
        "openapi": document["openapi"],
        "paths": paths,
        "components": needed(document, paths),
    }


def webhooks(document: Any) -> dict[str, Any]:
    """Body schemas of the events, by `event/action` (or `event` alone)."""
    bodies: dict[str, Any] = {}
    for hook in document["webhooks"].values():
        operation = hook["post"]
        event, _, action = operation["operationId"].partition("/")
        event = event.replace("-", "_")
        if event in EVENTS:
            content = operation["requestBody"]["content"]["application/json"]
            key = f"{event}/{action.replace('-', '_')}" if action else event
            bodies[key] = without_words(content["schema"])
    return {"bodies": bodies, "components": needed(document, bodies)}


def examples(index: Any) -> dict[str, Any]:
    """Official example payloads of the events."""
    return {
        entry["name"]: entry["examples"] for entry in index if entry["name"] in EVENTS
    }


def write(name: str, value: Any) -> None:
    """Writes one gzipped JSON file without a date, so that the bytes repeat."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    text = re.sub(r"[\u2028\u2029]", " ", text)
    (HERE / name).write_bytes(gzip.compress(text.encode(), 9, mtime=0))


def main(openapi_tgz: Path, webhooks_tgz: Path, examples_tgz: Path) -> None:
    """Makes all three."""
    write("openapi.json.gz", openapi(member(openapi_tgz, OPENAPI)))
    write("webhooks.json.gz", webhooks(member(webhooks_tgz, OPENAPI)))
    write("examples.json.gz", examples(member(examples_tgz, EXAMPLES)))


if __name__ == "__main__":
    main(*(Path(argument) for argument in sys.argv[1:4]))
