"""Branches, their rulesets and classic protection, and refs."""

from tests.fakegithub.demands import rules_for
from tests.fakegithub.operations.call import Answer, Call, Handler, error, not_found
from tests.fakegithub.operations.pulls import one_commit
from tests.fakegithub.records import Json, Protection, Ruleset
from tests.fakegithub.shapes.basics import node_id
from tests.fakegithub.shapes.repositories import api_url, web_url
from tests.fakegithub.state import Happening

NO_SHA = "0" * 40


def branch_rules(call: Call) -> Answer:
    """The active rules of a branch, whether it exists or not."""
    branch, name = call.path["branch"], call.world.full_name(call.repository)
    listed = [
        {
            "type": rule.type,
            "ruleset_source_type": "Repository",
            "ruleset_source": name,
            "ruleset_id": ruleset.id,
        }
        | ({"parameters": rule.parameters} if rule.parameters else {})
        for ruleset, rule in rules_for(call.repository, branch)
    ]
    return call.page(listed, lambda rule: rule)


def _ruleset(call: Call, found: Ruleset, *, whole: bool) -> dict[str, Json]:
    api = f"{api_url(call.world, call.repository)}/rulesets/{found.id}"
    web = f"{web_url(call.world, call.repository)}/rules/{found.id}"
    made: dict[str, Json] = {
        "id": found.id,
        "name": found.name,
        "target": "branch",
        "source_type": "Repository",
        "source": call.world.full_name(call.repository),
        "enforcement": found.enforcement,
        "node_id": node_id("RRS", found.id),
        "_links": {"self": {"href": api}, "html": {"href": web}},
    }
    if whole:
        made["conditions"] = {"ref_name": {"include": found.include, "exclude": []}}
        made["rules"] = [
            {"type": r.type} | ({"parameters": r.parameters} if r.parameters else {})
            for r in found.rules
        ]
    return made


def list_rulesets(call: Call) -> Answer:
    """The rulesets, without their rules."""
    found = list(call.repository.rulesets.values())
    return call.page(found, lambda r: _ruleset(call, r, whole=False))


def get_ruleset(call: Call) -> Answer:
    """One ruleset; who may bypass it is not told to Apps that cannot change it."""
    found = call.repository.rulesets.get(call.number("ruleset_id"))
    if found is None:
        return not_found()
    return Answer(200, _ruleset(call, found, whole=True))


def protection(call: Call) -> Answer:
    """Classic protection of a branch."""
    branch = call.path["branch"]
    if call.world.git.ref(call.repository, f"refs/heads/{branch}") is None:
        return error(404, "Branch not found")
    found = call.repository.protections.get(branch)
    if found is None:
        return error(404, "Branch not protected")
    url = f"{api_url(call.world, call.repository)}/branches/{branch}/protection"
    return Answer(200, _protection(url, found))


def _protection(url: str, found: Protection) -> dict[str, Json]:
    made: dict[str, Json] = {
        "url": url,
        "enforce_admins": {
            "url": f"{url}/enforce_admins",
            "enabled": found.enforce_admins,
        },
    }
    if found.checks:
        checks = f"{url}/required_status_checks"
        made["required_status_checks"] = {
            "url": checks,
            "strict": found.strict,
            "contexts": [c.context for c in found.checks],
            "contexts_url": f"{checks}/contexts",
            "checks": [
                {"context": c.context, "app_id": c.app_id} for c in found.checks
            ],
        }
    if found.approvals:
        made["required_pull_request_reviews"] = {
            "url": f"{url}/required_pull_request_reviews",
            "dismiss_stale_reviews": False,
            "require_code_owner_reviews": False,
            "required_approving_review_count": found.approvals,
        }
    return made


def branch(call: Call) -> Answer:
    """A branch with a summary of its protection, which needs no administration."""
    name = call.path["branch"]
    sha = call.world.git.ref(call.repository, f"refs/heads/{name}")
    if sha is None:
        return error(404, "Branch not found")
    url = f"{api_url(call.world, call.repository)}/branches/{name}"
    found = call.repository.protections.get(name)
    ruled = bool(rules_for(call.repository, name))
    checks = found.checks if found else []
    summary = {
        "enabled": found is not None,
        "required_status_checks": {
            "enforcement_level": "non_admins" if checks else "off",
            "contexts": [c.context for c in checks],
            "checks": [{"context": c.context, "app_id": c.app_id} for c in checks],
        },
    }
    body = {
        "name": name,
        "commit": one_commit(call, sha),
        "_links": {
            "html": f"{web_url(call.world, call.repository)}/tree/{name}",
            "self": url,
        },
        "protected": found is not None or ruled,
        "protection": summary,
        "protection_url": f"{url}/protection",
    }
    return Answer(200, body)


def _ref(call: Call, full: str, sha: str) -> dict[str, Json]:
    api = api_url(call.world, call.repository)
    return {
        "ref": full,
        "node_id": node_id("REF", call.repository.id),
        "url": f"{api}/git/{full}",
        "object": {"sha": sha, "type": "commit", "url": f"{api}/git/commits/{sha}"},
    }


def get_ref(call: Call) -> Answer:
    """Exactly this ref, written without `refs/`."""
    full = f"refs/{call.path['ref']}"
    sha = call.world.git.ref(call.repository, full)
    return Answer(200, _ref(call, full, sha)) if sha else not_found()


def create_ref(call: Call) -> Answer:
    """A new branch or tag, which pushes."""
    full, sha = call.body["ref"], call.body["sha"]
    if not full.startswith("refs/") or full.count("/") < 2:
        return error(422, f"{full} is not a valid ref name.")
    if call.world.git.commit(call.repository, sha) is None:
        return error(422, "Object does not exist")
    if not call.world.git.create_ref(call.repository, full, sha):
        return error(422, "Reference already exists")
    details = {"ref": full, "before": NO_SHA, "after": sha}
    call.world.emit(
        Happening("push", None, call.repository.id, None, call.app.bot_id, details)
    )
    return Answer(201, _ref(call, full, sha))


OPERATIONS: dict[str, Handler] = {
    "repos/get-branch": branch,
    "repos/get-branch-rules": branch_rules,
    "repos/get-branch-protection": protection,
    "repos/get-repo-rulesets": list_rulesets,
    "repos/get-repo-ruleset": get_ruleset,
    "git/get-ref": get_ref,
    "git/create-ref": create_ref,
}
