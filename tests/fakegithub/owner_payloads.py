"""Payloads about accounts: installations, repositories themselves, and the ping."""

from tests.fakegithub.records import Installation, Json, Repository
from tests.fakegithub.shapes import basics
from tests.fakegithub.state import Happening, World

GHOST = {"login": "ghost", "id": 10137}
ZEN = "Approachable is better than simple."


def ghost(world: World) -> dict[str, Json]:
    """The account that stands in for everybody who has left GitHub."""
    some = next(iter(world.accounts))
    shape = basics.account(world, some) or {}
    return shape | GHOST


def organization(world: World, account_id: int) -> dict[str, Json]:
    """An `organization-simple`."""
    found = world.accounts[account_id]
    api = f"{world.api_url}/orgs/{found.login}"
    return {
        "login": found.login,
        "id": found.id,
        "node_id": basics.node_id("O", found.id),
        "url": api,
        "repos_url": f"{api}/repos",
        "events_url": f"{api}/events",
        "hooks_url": f"{api}/hooks",
        "issues_url": f"{api}/issues",
        "members_url": f"{api}/members{{/member}}",
        "public_members_url": f"{api}/public_members{{/member}}",
        "avatar_url": f"{world.web_url}/avatars/u/{found.id}?v=4",
        "description": None,
    }


def installation_of(world: World, happening: Happening) -> Installation:
    """The installation that a happening is about, even one that is gone."""
    found = happening.details.get("installation")  # one that is deleted already
    if isinstance(found, Installation):
        return found
    return world.installations[happening.subject or 0]


def installed(world: World, happening: Happening) -> dict[str, Json]:
    """An installation, with the repositories that it reaches."""
    installation = installation_of(world, happening)
    said: dict[str, Json] = {"installation": basics.installation(world, installation)}
    if happening.action not in {"suspend", "unsuspend"}:
        covered = [
            _tiny(world, repository)
            for repository in world.repositories.values()
            if world.covers(installation, repository)
        ]
        said["repositories"] = covered
    if happening.action == "created":
        said["requester"] = None
    return said


def installed_on(world: World, happening: Happening) -> dict[str, Json]:
    """What an installation reaches now, and no more."""
    installation = installation_of(world, happening)
    known = world.repositories
    return {
        "installation": basics.installation(world, installation),
        "repository_selection": installation.selection,
        "requester": None,
        **{
            f"repositories_{word}": [
                _tiny(world, known[one]) for one in happening.details.get(word, [])
            ]
            for word in ("added", "removed")
        },
    }


def _tiny(world: World, repository: Repository) -> dict[str, Json]:
    return {
        "id": repository.id,
        "node_id": basics.node_id("R", repository.id),
        "name": repository.name,
        "full_name": world.full_name(repository),
        "private": repository.private,
    }


def about_repository(world: World, happening: Happening) -> dict[str, Json]:
    """What has changed in a repository itself."""
    if "former_owner" in happening.details:
        return {"changes": {"owner": {"from": _former(world, happening)}}}
    changes = happening.details.get("changes")
    return {} if changes is None else {"changes": changes}


def _former(world: World, happening: Happening) -> dict[str, Json]:
    owner = happening.details["former_owner"]
    if world.accounts[owner].type == "Organization":
        return {"organization": organization(world, owner)}
    return {"user": basics.account(world, owner)}


def ping(world: World, happening: Happening) -> dict[str, Json]:
    """The first delivery of a hook."""
    app = world.apps[happening.subject or 0]
    return {
        "zen": ZEN,
        "hook_id": app.id,
        "hook": {
            "type": "App",
            "id": app.id,
            "name": "web",
            "active": app.hook_active,
            "events": list(app.events),
            "app_id": app.id,
            "config": {
                "content_type": app.hook_content_type,
                "insecure_ssl": app.hook_insecure_ssl,
                "secret": "********",
                "url": app.hook_url,
            },
            "updated_at": basics.time_of(app.created_at),
            "created_at": basics.time_of(app.created_at),
            "deliveries_url": f"{world.api_url}/app/hook/deliveries",
        },
    }
