"""Commits, files and comparisons in GitHub's JSON."""

from tests.fakegithub.records import Json, Repository
from tests.fakegithub.shapes.basics import known_account, node_id, time_of
from tests.fakegithub.shapes.repositories import api_url, web_url
from tests.fakegithub.state import GitCommit, GitFile, GitPerson, World


def simple_commit(world: World, repository: Repository, sha: str) -> dict[str, Json]:
    """A `simple-commit`, as a suite's head; the commit must exist."""
    commit = world.git.commit(repository, sha)
    if commit is None:
        raise LookupError(f"no commit {sha} in {world.full_name(repository)}")
    return {
        "id": commit.sha,
        "tree_id": commit.tree,
        "message": commit.message,
        "timestamp": time_of(commit.committer.date),
        "author": {"name": commit.author.name, "email": commit.author.email},
        "committer": {"name": commit.committer.name, "email": commit.committer.email},
    }


def commit(world: World, repository: Repository, found: GitCommit) -> dict[str, Json]:
    """A `commit`."""
    api = api_url(world, repository)
    web = web_url(world, repository)
    return {
        "url": f"{api}/commits/{found.sha}",
        "sha": found.sha,
        "node_id": node_id("C", int(found.sha[:10], 16)),
        "html_url": f"{web}/commit/{found.sha}",
        "comments_url": f"{api}/commits/{found.sha}/comments",
        "commit": {
            "url": f"{api}/git/commits/{found.sha}",
            "author": _git_user(found.author),
            "committer": _git_user(found.committer),
            "message": found.message,
            "comment_count": 0,
            "tree": {"sha": found.tree, "url": f"{api}/git/trees/{found.tree}"},
            "verification": {
                "verified": False,
                "reason": "unsigned",
                "payload": None,
                "signature": None,
                "verified_at": None,
            },
        },
        "author": _person(world, found.author),
        "committer": _person(world, found.committer),
        "parents": [
            {
                "sha": parent,
                "url": f"{api}/commits/{parent}",
                "html_url": f"{web}/commit/{parent}",
            }
            for parent in found.parents
        ],
    }


def _git_user(person: GitPerson) -> dict[str, Json]:
    return {
        "name": person.name,
        "email": person.email,
        "date": time_of(person.date),
    }


def _person(world: World, person: GitPerson) -> dict[str, Json] | None:
    """The account that a commit's name belongs to, if any."""
    found = world.account(person.name)
    return known_account(world, found) if found else None


def file(
    world: World, repository: Repository, sha: str, found: GitFile
) -> dict[str, Json]:
    """A `diff-entry`; a big or binary file has no patch."""
    api = api_url(world, repository)
    web = web_url(world, repository)
    made: dict[str, Json] = {
        "sha": found.sha,
        "filename": found.path,
        "status": found.status,
        "additions": found.additions,
        "deletions": found.deletions,
        "changes": found.additions + found.deletions,
        "blob_url": f"{web}/blob/{sha}/{found.path}",
        "raw_url": f"{web}/raw/{sha}/{found.path}",
        "contents_url": f"{api}/contents/{found.path}?ref={sha}",
    }
    if found.patch is not None:
        made["patch"] = found.patch
    if found.previous_path is not None:
        made["previous_filename"] = found.previous_path
    return made
