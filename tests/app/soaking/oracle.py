"""What a check run has to say, from what each tree does; it knows nothing of the App.

Effects are far from the tolerance by construction: whatever is added is 0, 10 % better
or 20 % worse, with a tolerance of 5 % and a spread of 1 %.
"""

from tests.app.soaking.city import City, House
from tests.app.stage import POLICY
from tests.fakegithub.check_changes import Place
from tests.fakegithub.pull_changes import look, real_git
from tests.fakegithub.records import Pull, Repository
from tests.fakegithub.repositories import Repositories
from tests.fakegithub.state import Entry

WORST = 0.05
TRUSTED = ("write", "maintain", "admin")


def verdict(city: City, house: House, pull: Pull) -> str | None:
    """GitHub's word for a pull request; None where no policy gates its base.

    What was ordered of it is not looked at: a soak ends with orders that are plain.
    """
    if pull.base.ref != house.repository.default_branch:
        return None
    world, repository = city.town.world, house.repository
    if look(Place(world, repository), pull).conflict:
        return "action_required"
    changed = _changed(real_git(world), repository, pull)
    if all(name.endswith(".md") for name in changed):
        return "success"
    if not _trusted(city, house, pull) or pull.draft:
        return "action_required"
    if POLICY in changed:
        return "failure"
    return "failure" if any(map(_harms, changed.values())) else "success"


def _changed(git: Repositories, repository: Repository, pull: Pull) -> dict[str, str]:
    """The files that landing it would change, with their texts after it."""
    base = git.ref(repository, f"refs/heads/{pull.base.ref}") or ""
    found = git.compare(repository, base, pull.head.sha)
    assert found is not None, pull
    after = {
        one.path: _text(git, repository, pull.head.sha, one.path) for one in found.files
    }
    return {
        path: text
        for path, text in after.items()
        if _text(git, repository, base, path) != text
    }


def _text(git: Repositories, repository: Repository, sha: str, path: str) -> str:
    found = git.read(repository, sha, path)
    return (found.content or b"").decode() if isinstance(found, Entry) else ""


def _harms(text: str) -> bool:
    word = text.strip()
    if word == "crash":
        return True
    try:
        return float(word) > WORST
    except ValueError:
        return False


def _trusted(city: City, house: House, pull: Pull) -> bool:
    if pull.head.repository_id != house.repository.id or pull.author_id is None:
        return False
    return city.town.world.role(house.repository, pull.author_id) in TRUSTED
