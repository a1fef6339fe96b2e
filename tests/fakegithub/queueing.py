"""The merge queue: groups on branches of their own, merged when their checks pass.

Call under `world.lock`. Groups stand one on the other; the first that fails is put
out, and those behind it are made anew without it.
"""

from datetime import timedelta

from tests.fakegithub import oracle
from tests.fakegithub.changes import Refused
from tests.fakegithub.check_changes import Place
from tests.fakegithub.demands import Demands
from tests.fakegithub.landing import landed
from tests.fakegithub.merge_button import merge_message
from tests.fakegithub.pull_changes import end, judge, real_git, signed, tell
from tests.fakegithub.records import Json, MergeGroup, Pull
from tests.fakegithub.repositories import Method

QUEUE_SENTENCE = "Changes must be made through the merge queue."


def waiting(place: Place, branch: str) -> list[MergeGroup]:
    """The groups of a branch that are still in the queue, first first."""
    return [
        group
        for group in place.repository.queue
        if group.base_ref == branch and group.destroyed is None
    ]


def enqueue(place: Place, pull: Pull, sender_id: int) -> MergeGroup:
    """Puts a pull request at the queue's end. Raises Refused with all reasons."""
    judged = judge(place, pull)
    why_not = [said for said in judged.why_not if said != QUEUE_SENTENCE]
    if not _parameters(place, pull.base.ref):
        why_not.append("The branch has no merge queue.")
    if any(pull.number in g.pull_numbers for g in waiting(place, pull.base.ref)):
        why_not.append("Pull request is already in the queue.")
    if why_not:
        raise Refused("\n".join(why_not))
    tell(place, pull, "enqueued", sender_id)
    group = _form(place, pull, sender_id)
    if group is None:
        _leave(place, pull, sender_id, "MERGE_CONFLICT")
        raise Refused("The pull request conflicts with the queue before it.")
    return group


def dequeue(place: Place, pull: Pull, sender_id: int) -> None:
    """Takes a pull request out by hand."""
    if not _taken_out(place, pull, sender_id, "MANUAL"):
        raise Refused("Pull request is not in the queue.")


def put_out(place: Place, pull: Pull, sender_id: int) -> None:
    """What was queued is no more: its head or base moved, or it is a draft or closed.

    GitHub does not document which word it gives as the reason.
    """
    _taken_out(place, pull, sender_id, "UNKNOWN_REMOVAL_REASON")


def _taken_out(place: Place, pull: Pull, sender_id: int, reason: str) -> bool:
    """Takes a pull request out of any queue, and makes those behind it anew."""
    queued = [g for g in place.repository.queue if g.destroyed is None]
    mine = next((g for g in queued if pull.number in g.pull_numbers), None)
    if mine is None:
        return False
    groups = waiting(place, mine.base_ref)
    _destroy(place, mine, "dequeued", sender_id)
    _leave(place, pull, sender_id, reason)
    _form_again(place, groups[groups.index(mine) + 1 :], sender_id)
    return True


def advance(place: Place, branch: str, sender_id: int) -> list[int]:
    """Merges or puts out the groups at the front; the numbers that were merged."""
    merged: list[int] = []
    while groups := waiting(place, branch):
        if _overtaken(place, groups[0]):
            _form_again(place, groups, sender_id)
            break
        standing = _standing(place, groups[0])
        if standing == "pending":
            break
        if standing == "passing":
            merged += _merge(place, groups[0], sender_id)
        else:
            _put_out(place, groups, standing, sender_id)
    return merged


def _overtaken(place: Place, group: MergeGroup) -> bool:
    """Whether somebody pushed to the base past the queue."""
    git = real_git(place.world)
    return git.ref(place.repository, f"refs/heads/{group.base_ref}") != group.base_sha


def _standing(place: Place, group: MergeGroup) -> str:
    now = place.world.clock.now()
    standing, _ = oracle.judge_group(place.repository, group, now)
    minutes = _parameters(place, group.base_ref).get("check_response_timeout_minutes")
    late = now - group.created_at > timedelta(minutes=minutes or 60)
    return "CI_TIMEOUT" if standing == "pending" and late else standing


def _put_out(
    place: Place, groups: list[MergeGroup], standing: str, sender_id: int
) -> None:
    first, *behind = groups
    reason = "CI_TIMEOUT" if standing == "CI_TIMEOUT" else "CI_FAILURE"
    _destroy(place, first, "dequeued", sender_id)
    for number in first.pull_numbers:
        _leave(place, place.repository.pulls[number], sender_id, reason)
    _form_again(place, behind, sender_id)


def _merge(place: Place, group: MergeGroup, sender_id: int) -> list[int]:
    git, ref = real_git(place.world), f"refs/heads/{group.base_ref}"
    before = git.ref(place.repository, ref)
    git.move(place.repository, ref, group.head_sha)
    for number in group.pull_numbers:
        pull = place.repository.pulls[number]
        end(place, pull, sender_id, merged=group.head_sha)
    _destroy(place, group, "merged", sender_id)
    landed(place.world, place.repository, [(ref, before, group.head_sha)], sender_id)
    return list(group.pull_numbers)


def _form(place: Place, pull: Pull, sender_id: int) -> MergeGroup | None:
    git, world = real_git(place.world), place.world
    before = waiting(place, pull.base.ref)
    tip = git.ref(place.repository, f"refs/heads/{pull.base.ref}") or ""
    base = before[-1].head_sha if before else tip
    name = f"gh-readonly-queue/{pull.base.ref}/pr-{pull.number}-{base}"
    head = _merged(place, pull, base, f"refs/heads/{name}")
    if head is None:
        return None
    group = MergeGroup(
        world.new_id(),
        pull.base.ref,
        base,
        f"refs/heads/{name}",
        head,
        [pull.number],
        world.clock.now(),
    )
    place.repository.queue.append(group)
    landed(world, place.repository, [(group.head_ref, None, head)], sender_id)
    place.tell("merge_group", "checks_requested", group.id, sender_id)
    return group


def _merged(place: Place, pull: Pull, base: str, ref: str) -> str | None:
    git, repository = real_git(place.world), place.repository
    squash = _parameters(place, pull.base.ref).get("merge_method") == "SQUASH"
    method: Method = "squash" if squash else "merge"
    said = (merge_message(pull, method), signed(place.world, pull.author_id))
    made = git.merged(repository, (base, pull.head.sha), method, said)
    if made is not None:
        git.move(repository, ref, made)
    return made


def _form_again(place: Place, behind: list[MergeGroup], sender_id: int) -> None:
    for group in behind:
        _destroy(place, group, "invalidated", sender_id)
    for group in behind:
        for number in group.pull_numbers:
            pull = place.repository.pulls[number]
            if _form(place, pull, sender_id) is None:
                _leave(place, pull, sender_id, "MERGE_CONFLICT")


def _destroy(place: Place, group: MergeGroup, reason: str, sender_id: int) -> None:
    match reason:
        case "merged" | "invalidated" | "dequeued":
            group.destroyed = reason
        case _:
            raise ValueError(reason)
    place.tell("merge_group", "destroyed", group.id, sender_id)
    git = real_git(place.world)
    git.move(place.repository, group.head_ref, None)
    move = (group.head_ref, group.head_sha, None)
    landed(place.world, place.repository, [move], sender_id)


def _leave(place: Place, pull: Pull, sender_id: int, reason: str) -> None:
    tell(place, pull, "dequeued", sender_id, {"reason": reason})


def _parameters(place: Place, branch: str) -> dict[str, Json]:
    """The queue's settings; empty where the branch has no queue."""
    for parameters in Demands(place.repository, branch, None).rules("merge_queue"):
        return {"merge_method": "MERGE"} | parameters
    return {}
