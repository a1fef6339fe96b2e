"""The green button: merges when GitHub would. Call under `world.lock`."""

from tests.fakegithub.changes import Refused
from tests.fakegithub.check_changes import Place
from tests.fakegithub.landing import landed
from tests.fakegithub.pull_changes import end, judge, real_git, signed
from tests.fakegithub.records import Pull
from tests.fakegithub.repositories import Method


def merge_pull(
    place: Place, pull: Pull, method: Method, sender_id: int, *, bypass: bool
) -> str:
    """Merges when GitHub lets it; the new tip of the base. Raises Refused."""
    judged = judge(place, pull, sender_id if bypass else None)
    if not judged.allowed:
        raise Refused("\n".join(judged.why_not), status=405)
    git, world = real_git(place.world), place.world
    ref = f"refs/heads/{pull.base.ref}"
    before = git.ref(place.repository, ref)
    said = (merge_message(pull, method), signed(world, sender_id))
    made = git.merge(place.repository, pull.base.ref, (method, pull.head.sha), said)
    if made is None:
        raise Refused("Pull Request is not mergeable", status=405)
    end(place, pull, sender_id, merged=made)
    landed(world, place.repository, [(ref, before, made)], sender_id)
    return made


def merge_message(pull: Pull, method: Method) -> str:
    """The message that GitHub proposes."""
    if method == "squash":
        return f"{pull.title} (#{pull.number})"
    source = pull.head.label.replace(":", "/", 1)
    return f"Merge pull request #{pull.number} from {source}\n\n{pull.title}"
