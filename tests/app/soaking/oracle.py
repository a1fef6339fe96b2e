"""What a check run has to say, from what each tree does; it knows nothing of the App.

Effects are far from the tolerance by construction: whatever is added is 0, 1 % better,
or 20 % worse and more, with a tolerance of 5 % and a spread of 1 %.
"""

import math

from tests.app.soaking.city import GATED, Changed, City, House
from tests.app.stage import POLICY
from tests.fakegithub.check_changes import Place
from tests.fakegithub.pull_changes import look, real_git
from tests.fakegithub.records import MergeGroup, Pull, Repository
from tests.fakegithub.repositories import Repositories
from tests.fakegithub.state import Entry

WORST = 0.05
CRASH = math.inf
TRUSTED = ("write", "maintain", "admin")


def verdict(city: City, house: House, pull: Pull, *, drafts: bool = True) -> str | None:
    """GitHub's word for a pull request; None where no policy gates its base.

    What was ordered of it is not looked at: a soak ends with orders that are plain.
    Without `drafts` those are taken as ready: what was judged before keeps its verdict.
    """
    if pull.base.ref not in GATED:
        return None
    if conflicts(city, house, pull):
        return "action_required"
    changed = changes(city, house, pull)
    if is_prose(changed):
        return "success"
    if not _trusted(city, house, pull) or (pull.draft and drafts):
        return "action_required"
    if pull.number in house.upheld and harm(changed) < CRASH:
        return "success"
    return _plainly(changed)


def conflicts(city: City, house: House, pull: Pull) -> bool:
    """Whether it cannot be merged into its base as that is now."""
    return look(Place(city.town.world, house.repository), pull).conflict


def landed_well(city: City, house: House, group: MergeGroup) -> bool:
    """Whether a merge group is one that was to be merged."""
    changed = _between(city, house, group.base_sha, group.head_sha)
    if is_prose(changed) or _plainly(changed) == "success":
        return True
    return all(harm(changed) in house.borne.get(n, ()) for n in group.pull_numbers)


def head_verdict(said: "list[str | None]") -> set[str]:
    """What the check run of a commit may be, by the verdicts of all that it heads."""
    counted = {one for one in said if one is not None}
    return counted - {"success"} or counted


def changes(city: City, house: House, pull: Pull) -> Changed:
    """The files that landing it would change."""
    git, repository = real_git(city.town.world), house.repository
    base = git.ref(repository, f"refs/heads/{pull.base.ref}") or ""
    return _between(city, house, base, pull.head.sha)


def harm(changed: Changed) -> float:
    """How much worse it makes the loss; `CRASH` where nothing comes of it."""
    effects = [v for k, v in changed.items() if k.startswith("effects/")]
    if any(after.strip() == "crash" for _, after in effects):
        return CRASH
    return round(sum(_number(after) - _number(before) for before, after in effects), 6)


def is_prose(changed: Changed) -> bool:
    """Whether training can see none of it."""
    return all(name.endswith(".md") for name in changed)


def _plainly(changed: Changed) -> str:
    if POLICY in changed:
        return "failure"
    return "failure" if harm(changed) > WORST else "success"


def _between(city: City, house: House, base: str, head: str) -> Changed:
    """Two commits never change, so it is worked out once."""
    if (base, head) not in house.compared:
        house.compared[base, head] = _compared(city, house.repository, base, head)
    return house.compared[base, head]


def _compared(city: City, repository: Repository, base: str, head: str) -> Changed:
    git = real_git(city.town.world)
    found = git.compare(repository, base, head)
    assert found is not None, (base, head)
    texts = {
        one.path: (
            _text(git, repository, base, one.path),
            _text(git, repository, head, one.path),
        )
        for one in found.files
    }
    return {path: both for path, both in texts.items() if both[0] != both[1]}


def _text(git: Repositories, repository: Repository, sha: str, path: str) -> str:
    found = git.read(repository, sha, path)
    return (found.content or b"").decode() if isinstance(found, Entry) else ""


def _number(text: str) -> float:
    return 0.0 if text.strip() in {"", "crash"} else float(text)


def _trusted(city: City, house: House, pull: Pull) -> bool:
    if pull.head.repository_id != house.repository.id or pull.author_id is None:
        return False
    return city.town.world.role(house.repository, pull.author_id) in TRUSTED
