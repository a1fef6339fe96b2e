"""Repositories: themselves, people's permissions, commits, files."""

import base64
from datetime import datetime
from urllib.parse import quote

from tests.fakegithub.operations.call import Answer, Call, Handler, error, not_found
from tests.fakegithub.operations.pulls import one_commit
from tests.fakegithub.records import Json, Pull, Role
from tests.fakegithub.shapes import basics, commits, pulls, repositories
from tests.fakegithub.state import Comparison, Entry, GitPerson

MOST_COMMITS = 250
MOST_FILES = 300
BIG_FILE = 1_000_000
OLD_NAMES: dict[Role, str] = {"maintain": "write", "triage": "read"}


def get(call: Call) -> Answer:
    """The repository."""
    return Answer(200, repositories.full(call.world, call.repository))


def permission(call: Call) -> Answer:
    """What a person may do: the old four words, and the real role beside them."""
    person = call.world.account(call.path["username"])
    if person is None:
        return not_found()
    role = call.world.role(call.repository, person.id)
    word = OLD_NAMES.get(role, role)
    levels = ("read", "triage", "write", "maintain", "admin")
    rank = levels.index(role) if role in levels else -1
    names = ("pull", "triage", "push", "maintain", "admin")
    user = basics.known_account(call.world, person) | {
        "permissions": {name: rank >= i for i, name in enumerate(names)},
        "role_name": role,
    }
    return Answer(200, {"permission": word, "role_name": role, "user": user})


def _sha(call: Call, name: str) -> str | None:
    return call.world.git.resolve(call.repository, call.path[name])


def _no_commit(name: str) -> Answer:
    return error(422, f"No commit found for SHA: {name}")


def get_commit(call: Call) -> Answer:
    """One commit with the files it changes."""
    sha = _sha(call, "ref")
    if sha is None:
        return _no_commit(call.path["ref"])
    files = call.world.git.changes(call.repository, sha)
    added, removed = sum(f.additions for f in files), sum(f.deletions for f in files)
    said = one_commit(call, sha)
    said["stats"] = {"additions": added, "deletions": removed, "total": added + removed}
    said["files"] = [
        commits.file(call.world, call.repository, sha, f) for f in files[:MOST_FILES]
    ]
    return Answer(200, said)


def list_commits(call: Call) -> Answer:
    """Commits from a branch or SHA back, of a path, of an author, within times."""
    start = call.query.get("sha", call.repository.default_branch)
    sha = call.world.git.resolve(call.repository, start)
    if sha is None:
        return error(404, "Not Found")
    shas = call.world.git.log(call.repository, sha, call.query.get("path"))
    return call.page(
        [one for one in shas if _wanted(call, one)], lambda one: one_commit(call, one)
    )


def _wanted(call: Call, sha: str) -> bool:
    """Whether a commit is by whom, and from when, the query asks."""
    query = call.query
    if not query.keys() & {"author", "committer", "since", "until"}:
        return True  # long histories are read only where they must be
    found = call.world.git.commit(call.repository, sha)
    if found is None:
        return False
    at = found.committer.date.isoformat()
    return all(
        (
            query.get("author", found.author.name) in _names(found.author),
            query.get("committer", found.committer.name) in _names(found.committer),
            _moment(query.get("since", at)) <= _moment(at),
            _moment(at) <= _moment(query.get("until", at)),
        )
    )


def _names(person: GitPerson) -> set[str]:
    return {person.name, person.email}


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def pulls_of_commit(call: Call) -> Answer:
    """The pull requests that contain a commit.

    A commit of a fork is known here only once it is merged: what is open from forks
    is never listed.
    """
    sha = _sha(call, "commit_sha")
    if sha is None:
        return _no_commit(call.path["commit_sha"])
    found = [
        p
        for p in call.repository.pulls.values()
        if p.merged_at is not None or p.head.repository_id == call.repository.id
        if _contains(call, p, sha)
    ]
    return call.page(found, lambda p: pulls.simple(call.world, call.repository, p))


def _contains(call: Call, pull: Pull, sha: str) -> bool:
    if sha in {pull.head.sha, pull.merge_commit_sha}:
        return True
    git, repository = call.world.git, call.repository
    return git.is_ancestor(repository, sha, pull.head.sha) and not git.is_ancestor(
        repository, sha, pull.base.sha
    )


def compare(call: Call) -> Answer:
    """`base...head`: 250 commits at most without paging, 300 files on page 1."""
    base_name, dots, head_name = call.path["basehead"].partition("...")
    git, repository = call.world.git, call.repository
    base = git.resolve(repository, base_name)
    head = git.resolve(repository, head_name.rpartition(":")[2])
    if not dots or base is None or head is None:
        return not_found()
    comparison = git.compare(repository, base, head)
    if comparison is None:
        return error(404, f"No common ancestor between {base_name} and {head_name}.")
    return _compared(call, base, head, comparison)


def _compared(call: Call, base: str, head: str, found: Comparison) -> Answer:
    paged = "page" in call.query or "per_page" in call.query
    shas = found.ahead if paged else found.ahead[-MOST_COMMITS:]
    shown = call.page(shas, lambda one: one_commit(call, one))
    listed = shown.body if paged else [one_commit(call, one) for one in shas]
    first = call.query.get("page", "1") == "1"
    files = found.files[:MOST_FILES] if first else ()
    api = repositories.api_url(call.world, call.repository)
    web = f"{repositories.web_url(call.world, call.repository)}/compare/{base}...{head}"
    body: dict[str, Json] = {
        "url": f"{api}/compare/{base}...{head}",
        "html_url": web,
        "permalink_url": web,
        "diff_url": f"{web}.diff",
        "patch_url": f"{web}.patch",
        "base_commit": one_commit(call, base),
        "merge_base_commit": one_commit(call, found.merge_base),
        "status": _status_word(len(found.ahead), found.behind),
        "ahead_by": len(found.ahead),
        "behind_by": found.behind,
        "total_commits": len(found.ahead),
        "commits": listed,
        "files": [
            commits.file(call.world, call.repository, head, file) for file in files
        ],
    }
    return Answer(200, body, shown.headers if paged else {})


def _status_word(ahead: int, behind: int) -> str:
    if ahead and behind:
        return "diverged"
    if ahead:
        return "ahead"
    return "behind" if behind else "identical"


def content(call: Call) -> Answer:
    """A file in base64, or a folder's listing."""
    name = call.query.get("ref", call.repository.default_branch)
    sha = call.world.git.resolve(call.repository, name)
    if sha is None:
        return error(404, f"No commit found for the ref {name}")
    path = call.path["path"].strip("/")
    found = call.world.git.read(call.repository, sha, path)
    if found is None:
        return not_found()
    if isinstance(found, Entry):
        return Answer(200, _file(call, name, found))
    return Answer(200, [_entry(call, name, entry) for entry in found])


def _entry(call: Call, ref: str, entry: Entry) -> dict[str, Json]:
    api = repositories.api_url(call.world, call.repository)
    web = repositories.web_url(call.world, call.repository)
    path = quote(entry.path)
    url = f"{api}/contents/{path}?ref={quote(ref, safe='')}"
    git = f"{api}/git/{'trees' if entry.kind == 'dir' else 'blobs'}/{entry.sha}"
    html = f"{web}/blob/{quote(ref)}/{path}"
    raw = None if entry.kind == "dir" else f"{web}/raw/{quote(ref)}/{path}"
    return {
        "type": entry.kind,
        "size": entry.size,
        "name": entry.path.rpartition("/")[2],
        "path": entry.path,
        "sha": entry.sha,
        "url": url,
        "git_url": git,
        "html_url": html,
        "download_url": raw,
        "_links": {"git": git, "html": html, "self": url},
    }


def _file(call: Call, ref: str, entry: Entry) -> dict[str, Json]:
    made = _entry(call, ref, entry)
    data = entry.content or b""
    if entry.kind == "symlink":
        return made | {"target": data.decode()}
    if entry.size > BIG_FILE:
        return made | {"encoding": "none", "content": ""}
    return made | {"encoding": "base64", "content": base64.encodebytes(data).decode()}


OPERATIONS: dict[str, Handler] = {
    "repos/get": get,
    "repos/get-collaborator-permission-level": permission,
    "repos/get-commit": get_commit,
    "repos/list-commits": list_commits,
    "repos/list-pull-requests-associated-with-commit": pulls_of_commit,
    "repos/compare-commits-with-basehead": compare,
    "repos/get-content": content,
}
