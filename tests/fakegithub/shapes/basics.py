"""Accounts, Apps, installations and the small things of GitHub's JSON."""

import base64
from datetime import datetime

from tests.fakegithub.records import Account, App, Installation, Json, Repository
from tests.fakegithub.state import World

NODE_KINDS = {
    "IC": "IssueComment",
    "PR": "PullRequest",
    "I": "Issue",
    "R": "Repository",
    "U": "User",
    "CR": "CheckRun",
    "CS": "CheckSuite",
    "PRR": "PullRequestReview",
}


def time_of(moment: datetime | None) -> str | None:
    """A moment as GitHub writes it, whole seconds in UTC."""
    return None if moment is None else moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def node_id(kind: str, number: int) -> str:
    """An opaque GraphQL id; `kind` is one of NODE_KINDS or any other prefix."""
    packed = base64.urlsafe_b64encode(number.to_bytes(6, "big")).decode().rstrip("=")
    return f"{kind}_kwDO{packed}"


def node_number(node: str) -> tuple[str, int] | None:
    """Kind and number of an id made by `node_id`."""
    kind, mark, packed = node.partition("_kwDO")
    if not mark or kind not in NODE_KINDS:
        return None
    try:
        return kind, int.from_bytes(base64.urlsafe_b64decode(packed), "big")
    except ValueError:
        return None


def account(world: World, account_id: int | None) -> dict[str, Json] | None:
    """A `simple-user`; None for a ghost."""
    found = world.accounts.get(account_id) if account_id is not None else None
    return known_account(world, found) if found else None


def known_account(world: World, found: Account) -> dict[str, Json]:
    """A `simple-user`."""
    api = f"{world.api_url}/users/{found.login.replace('[', '%5B').replace(']', '%5D')}"
    web = f"{world.web_url}/{found.login.removesuffix('[bot]')}"
    return {
        "login": found.login,
        "id": found.id,
        "node_id": node_id("U", found.id),
        "avatar_url": f"{world.web_url}/avatars/u/{found.id}?v=4",
        "gravatar_id": "",
        "url": api,
        "html_url": f"{web}" if found.type != "Bot" else f"{world.web_url}/apps/x",
        "followers_url": f"{api}/followers",
        "following_url": f"{api}/following{{/other_user}}",
        "gists_url": f"{api}/gists{{/gist_id}}",
        "starred_url": f"{api}/starred{{/owner}}{{/repo}}",
        "subscriptions_url": f"{api}/subscriptions",
        "organizations_url": f"{api}/orgs",
        "repos_url": f"{api}/repos",
        "events_url": f"{api}/events{{/privacy}}",
        "received_events_url": f"{api}/received_events",
        "type": found.type,
        "user_view_type": "public",
        "site_admin": False,
    }


def app(world: World, found: App) -> dict[str, Json]:
    """An `integration`."""
    return {
        "id": found.id,
        "slug": found.slug,
        "client_id": found.client_id,
        "node_id": node_id("A", found.id),
        "owner": account(world, found.owner_id),
        "name": found.name,
        "description": "",
        "external_url": f"{world.web_url}/{found.slug}",
        "html_url": f"{world.web_url}/apps/{found.slug}",
        "created_at": time_of(found.created_at),
        "updated_at": time_of(found.created_at),
        "permissions": dict(found.permissions),
        "events": list(found.events),
    }


def app_by_id(world: World, app_id: int | None) -> dict[str, Json] | None:
    """An `integration`, or None."""
    found = world.apps.get(app_id) if app_id is not None else None
    return app(world, found) if found else None


def installation(world: World, found: Installation) -> dict[str, Json]:
    """An `installation`."""
    owner = world.accounts[found.account_id]
    url = f"{world.api_url}/app/installations/{found.id}"
    organization = owner.type == "Organization"
    web = f"organizations/{owner.login}/settings" if organization else "settings"
    return {
        "id": found.id,
        "account": known_account(world, owner),
        "repository_selection": found.selection,
        "access_tokens_url": f"{url}/access_tokens",
        "repositories_url": f"{world.api_url}/installation/repositories",
        "html_url": f"{world.web_url}/{web}/installations/{found.id}",
        "app_id": found.app_id,
        "app_slug": world.apps[found.app_id].slug,
        "client_id": world.apps[found.app_id].client_id,
        "target_id": owner.id,
        "target_type": "Organization" if organization else "User",
        "permissions": dict(found.permissions),
        "events": list(found.events),
        "created_at": time_of(found.created_at),
        "updated_at": time_of(found.suspended_at or found.created_at),
        "single_file_name": None,
        "has_multiple_single_files": False,
        "single_file_paths": [],
        "suspended_by": (
            known_account(world, owner) if found.suspended_at is not None else None
        ),
        "suspended_at": time_of(found.suspended_at),
    }


def label(world: World, repository: Repository, name: str) -> dict[str, Json]:
    """A label; its id follows from its name."""
    number = sum(ord(letter) << (index % 4) for index, letter in enumerate(name))
    return {
        "id": repository.id * 100_000 + number,
        "node_id": node_id("LA", number),
        "url": f"{world.api_url}/repos/{world.full_name(repository)}/labels/{number}",
        "name": name,
        "color": "ededed",
        "default": False,
        "description": None,
    }


def association(world: World, repository: Repository, author_id: int | None) -> str:
    """The author association: says who somebody is, not what they may do."""
    if author_id is None:
        return "NONE"
    if author_id == repository.owner_id:
        return "OWNER"
    if repository.collaborators.get(author_id, "none") != "none":
        return "COLLABORATOR"
    merged = any(
        p.author_id == author_id and p.merged_at for p in repository.pulls.values()
    )
    return "CONTRIBUTOR" if merged else "NONE"
