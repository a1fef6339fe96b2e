"""Changes of pull requests. Call under `world.lock`."""

from dataclasses import dataclass
from typing import Literal

from tests.fakegithub import oracle
from tests.fakegithub.changes import Refused
from tests.fakegithub.check_changes import Place
from tests.fakegithub.records import Json, Pull, Repository, Review, Side
from tests.fakegithub.repositories import Repositories
from tests.fakegithub.state import GitPerson, World

ReviewState = Literal["APPROVED", "CHANGES_REQUESTED", "COMMENTED"]


def real_git(world: World) -> Repositories:
    """The world's repositories, where something is to be written."""
    if not isinstance(world.git, Repositories):
        raise TypeError("this world has no real repositories")
    return world.git


def signed(world: World, account_id: int | None) -> GitPerson:
    """The author of commits that this account makes now."""
    found = world.accounts.get(account_id or 0)
    login = found.login if found else "ghost"
    email = f"{account_id or 0}+{login}@users.noreply.github.com"
    return GitPerson(login, email, world.clock.now())


@dataclass(frozen=True, slots=True)
class Opening:
    """What somebody proposes."""

    head: Repository
    branch: str
    base: str
    title: str
    body: str | None = None
    draft: bool = False


def open_pull(place: Place, opening: Opening, author_id: int) -> Pull:
    """Opens a pull request."""
    world, git = place.world, real_git(place.world)
    head = git.ref(opening.head, f"refs/heads/{opening.branch}")
    base = git.ref(place.repository, f"refs/heads/{opening.base}")
    _check_opening(place, opening, head, base)
    now = world.clock.now()
    owner = world.accounts[opening.head.owner_id].login
    base_owner = world.accounts[place.repository.owner_id].login
    pull = Pull(
        world.new_id(),
        place.repository.take_number(),
        opening.title,
        opening.body,
        author_id,
        Side(opening.branch, head or "", opening.head.id, f"{owner}:{opening.branch}"),
        Side(
            opening.base,
            base or "",
            place.repository.id,
            f"{base_owner}:{opening.base}",
        ),
        now,
        now,
        draft=opening.draft,
    )
    place.repository.pulls[pull.number] = pull
    git.set_pull_head(place.repository, pull.number, pull.head.sha)
    refresh(place, pull)
    tell(place, pull, "opened", author_id)
    return pull


def _check_opening(
    place: Place, opening: Opening, head: str | None, base: str | None
) -> None:
    for name, sha in (("head", head), ("base", base)):
        if sha is None:
            raise _invalid(name)
    if head == base or not _has_commits(place, base or "", head or ""):
        raise _said(f"No commits between {opening.base} and {opening.branch}")
    for pull in place.repository.pulls.values():
        sides = (pull.head.repository_id, pull.head.ref, pull.base.ref)
        same = sides == (opening.head.id, opening.branch, opening.base)
        if pull.state == "open" and same:
            raise _said(f"A pull request already exists for {pull.head.label}.")


def _has_commits(place: Place, base: str, head: str) -> bool:
    return not real_git(place.world).is_ancestor(place.repository, head, base)


def _invalid(name: str) -> Refused:
    said = {"resource": "PullRequest", "field": name, "code": "invalid"}
    return Refused("Validation Failed", [said])


def _said(message: str) -> Refused:
    said = {"resource": "PullRequest", "code": "custom", "message": message}
    return Refused("Validation Failed", [said])


def refresh(place: Place, pull: Pull) -> None:
    """Takes the base's tip of now, and computes the test merge anew."""
    tip = _base_tip(place, pull)
    if tip is not None:
        pull.base.sha = tip
    pull.updated_at = place.world.clock.now()
    compute_mergeable(place, pull)
    pull.unasked = True  # GitHub computes in the background, and is not done yet


def look_again(place: Place, pull: Pull) -> None:
    """What follows when somebody has asked: whoever asks next will know."""
    if pull.mergeable is None:
        compute_mergeable(place, pull)
    pull.unasked = False


def compute_mergeable(place: Place, pull: Pull) -> None:
    """What GitHub does when it is asked: merges base's tip and head, or cannot."""
    tip = _base_tip(place, pull)
    if tip is None or pull.state == "closed":
        return
    git, person = real_git(place.world), signed(place.world, pull.author_id)
    sides = (tip, pull.head.sha)
    made = git.test_merge(place.repository, pull.number, sides, person)
    pull.mergeable, pull.merge_commit_sha = made is not None, made


def _base_tip(place: Place, pull: Pull) -> str | None:
    git = real_git(place.world)
    return git.ref(place.repository, f"refs/heads/{pull.base.ref}")


def look(place: Place, pull: Pull) -> oracle.Look:
    """What git says of a pull request now."""
    if pull.state == "open" and pull.mergeable is None:
        compute_mergeable(place, pull)
    tip = _base_tip(place, pull)
    git = real_git(place.world)
    fresh = tip is not None and git.is_ancestor(place.repository, tip, pull.head.sha)
    return oracle.Look(pull.mergeable is False, fresh, pull.merge_commit_sha)


def judge(place: Place, pull: Pull, bypassing: int | None = None) -> oracle.Judgement:
    """Would GitHub let this merge now."""
    now = place.world.clock.now()
    return oracle.judge(place.repository, pull, look(place, pull), now, bypassing)


def tell(
    place: Place,
    pull: Pull,
    action: str,
    sender_id: int,
    details: dict[str, Json] | None = None,
) -> None:
    """Tells of a pull request."""
    place.tell("pull_request", action, pull.number, sender_id, details)


def retarget(place: Place, pull: Pull, base: str, sender_id: int) -> None:
    """Another base branch."""
    tip = real_git(place.world).ref(place.repository, f"refs/heads/{base}")
    if tip is None:
        raise _invalid("base")
    was = {"ref": {"from": pull.base.ref}, "sha": {"from": pull.base.sha}}
    owner = pull.base.label.partition(":")[0]
    pull.base.ref, pull.base.label = base, f"{owner}:{base}"
    refresh(place, pull)
    tell(place, pull, "edited", sender_id, {"changes": {"base": was}})
    place.world.put_out(place.repository, pull, sender_id)


def rename_pull(place: Place, pull: Pull, title: str, sender_id: int) -> None:
    """Another title."""
    was, pull.title = pull.title, title
    pull.updated_at = place.world.clock.now()
    tell(place, pull, "edited", sender_id, {"changes": {"title": {"from": was}}})


def rewrite(place: Place, pull: Pull, body: str, sender_id: int) -> None:
    """Another description."""
    was, pull.body = pull.body or "", body
    pull.updated_at = place.world.clock.now()
    tell(place, pull, "edited", sender_id, {"changes": {"body": {"from": was}}})


def set_draft(place: Place, pull: Pull, sender_id: int, *, draft: bool) -> None:
    """Makes it a draft, or ready for review."""
    if pull.draft == draft:
        return
    pull.draft, pull.updated_at = draft, place.world.clock.now()
    action = "converted_to_draft" if draft else "ready_for_review"
    tell(place, pull, action, sender_id)
    if draft:
        place.world.put_out(place.repository, pull, sender_id)


def close_pull(place: Place, pull: Pull, sender_id: int) -> None:
    """Closes without merging."""
    if pull.state == "open":
        end(place, pull, sender_id, merged=None)
        place.world.put_out(place.repository, pull, sender_id)


def end(place: Place, pull: Pull, sender_id: int, *, merged: str | None) -> None:
    """Closes; `merged` is the commit that brought it into the base."""
    now = place.world.clock.now()
    pull.state, pull.closed_at, pull.updated_at = "closed", now, now
    if merged is not None:
        pull.merged_at, pull.merged_by_id, pull.merge_commit_sha = (
            now,
            sender_id,
            merged,
        )
    git, ref = real_git(place.world), f"refs/pull/{pull.number}/merge"
    if git.ref(place.repository, ref):
        git.move(place.repository, ref, None)
    tell(place, pull, "closed", sender_id)


def reopen_pull(place: Place, pull: Pull, sender_id: int) -> None:
    """Opens a closed one again, at the head that its branch has now."""
    head = place.world.repositories.get(pull.head.repository_id or 0)
    git = real_git(place.world)
    tip = git.ref(head, f"refs/heads/{pull.head.ref}") if head else None
    if pull.merged_at is not None or tip is None:
        raise _said("state cannot be changed. The branch or its repository is gone.")
    if not git.is_ancestor(place.repository, pull.head.sha, tip):
        raise _said("state cannot be changed. The branch was force-pushed.")
    pull.state, pull.closed_at, pull.head.sha = "open", None, tip
    git.set_pull_head(place.repository, pull.number, tip)
    refresh(place, pull)
    tell(place, pull, "reopened", sender_id)


def review(
    place: Place, pull: Pull, state: ReviewState, body: str, author_id: int
) -> Review:
    """Submits a review of the head."""
    if author_id == pull.author_id and state != "COMMENTED":
        verb = "approve" if state == "APPROVED" else "request changes on"
        raise Refused(f"Can not {verb} your own pull request.")
    world = place.world
    made = Review(
        world.new_id(),
        pull.number,
        author_id,
        state,
        body,
        pull.head.sha,
        world.clock.now(),
    )
    place.repository.reviews[made.id] = made
    pull.updated_at = made.submitted_at
    place.tell("pull_request_review", "submitted", made.id, author_id)
    return made


def edit_review(place: Place, found: Review, body: str, sender_id: int) -> None:
    """Gives a review another text; its `updated_at` is nowhere in the REST API."""
    before, found.body = found.body, body
    found.edited_at = place.repository.pulls[found.number].updated_at = (
        place.world.clock.now()
    )
    details = {"changes": {"body": {"from": before}}}
    place.tell("pull_request_review", "edited", found.id, sender_id, details)
