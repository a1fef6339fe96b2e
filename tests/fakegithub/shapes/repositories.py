"""Repositories in GitHub's JSON."""

from tests.fakegithub.records import Json, Repository
from tests.fakegithub.shapes.basics import known_account, node_id, time_of
from tests.fakegithub.state import World

_PATHS = {
    "archive_url": "/{archive_format}{/ref}",
    "assignees_url": "/assignees{/user}",
    "blobs_url": "/git/blobs{/sha}",
    "branches_url": "/branches{/branch}",
    "collaborators_url": "/collaborators{/collaborator}",
    "comments_url": "/comments{/number}",
    "commits_url": "/commits{/sha}",
    "compare_url": "/compare/{base}...{head}",
    "contents_url": "/contents/{+path}",
    "contributors_url": "/contributors",
    "deployments_url": "/deployments",
    "downloads_url": "/downloads",
    "events_url": "/events",
    "forks_url": "/forks",
    "git_commits_url": "/git/commits{/sha}",
    "git_refs_url": "/git/refs{/sha}",
    "git_tags_url": "/git/tags{/sha}",
    "hooks_url": "/hooks",
    "issue_comment_url": "/issues/comments{/number}",
    "issue_events_url": "/issues/events{/number}",
    "issues_url": "/issues{/number}",
    "keys_url": "/keys{/key_id}",
    "labels_url": "/labels{/name}",
    "languages_url": "/languages",
    "merges_url": "/merges",
    "milestones_url": "/milestones{/number}",
    "notifications_url": "/notifications{?since,all,participating}",
    "pulls_url": "/pulls{/number}",
    "releases_url": "/releases{/id}",
    "stargazers_url": "/stargazers",
    "statuses_url": "/statuses/{sha}",
    "subscribers_url": "/subscribers",
    "subscription_url": "/subscription",
    "tags_url": "/tags",
    "teams_url": "/teams",
    "trees_url": "/git/trees{/sha}",
}


def api_url(world: World, repository: Repository) -> str:
    """The repository's address in the API, by its name of today."""
    return f"{world.api_url}/repos/{world.full_name(repository)}"


def web_url(world: World, repository: Repository) -> str:
    """The repository's page; with `.git` it is what git clones."""
    return f"{world.web_url}/{world.full_name(repository)}"


def minimal(world: World, repository: Repository) -> dict[str, Json]:
    """A `minimal-repository`."""
    api = api_url(world, repository)
    return {
        "id": repository.id,
        "node_id": node_id("R", repository.id),
        "name": repository.name,
        "full_name": world.full_name(repository),
        "private": repository.private,
        "owner": known_account(world, world.accounts[repository.owner_id]),
        "html_url": web_url(world, repository),
        "description": None,
        "fork": repository.fork_of is not None,
        "url": api,
        **{name: f"{api}{path}" for name, path in _PATHS.items()},
    }


def whole(world: World, repository: Repository) -> dict[str, Json]:
    """A `repository`, which is also a `full-repository` but for its forks' parents."""
    web = web_url(world, repository)
    open_issues = sum(i.state == "open" for i in repository.issues.values())
    open_issues += sum(p.state == "open" for p in repository.pulls.values())
    created = time_of(repository.created_at)
    return minimal(world, repository) | {
        "git_url": web.replace("http://", "git://").replace("https://", "git://")
        + ".git",
        "ssh_url": f"git@{web.partition('://')[2]}.git",
        "clone_url": f"{web}.git",
        "svn_url": web,
        "mirror_url": None,
        "homepage": None,
        "language": "Python",
        "forks_count": _forks(world, repository),
        "forks": _forks(world, repository),
        "stargazers_count": 0,
        "watchers_count": 0,
        "watchers": 0,
        "size": 1,
        "default_branch": repository.default_branch,
        "open_issues_count": open_issues,
        "open_issues": open_issues,
        "is_template": False,
        "topics": [],
        "has_issues": True,
        "has_projects": False,
        "has_wiki": False,
        "has_pages": False,
        "has_downloads": False,
        "has_discussions": False,
        "archived": repository.archived,
        "disabled": False,
        "visibility": "private" if repository.private else "public",
        "pushed_at": created,
        "created_at": created,
        "updated_at": created,
        "allow_forking": True,
        "web_commit_signoff_required": False,
        "license": None,
    }


def full(world: World, repository: Repository) -> dict[str, Json]:
    """A `full-repository`, what `GET /repos/{owner}/{repo}` answers."""
    made = whole(world, repository) | {
        "subscribers_count": 0,
        "network_count": _forks(world, repository),
        "permissions": {
            "admin": False,
            "maintain": False,
            "push": False,
            "triage": False,
            "pull": True,
        },
    }
    parent = world.repositories.get(repository.fork_of or 0)
    if parent is not None:
        made["parent"] = made["source"] = whole(world, parent)
    return made


def _forks(world: World, repository: Repository) -> int:
    return sum(r.fork_of == repository.id for r in world.repositories.values())
