"""What landed on a base, against what was judged: said only where the two differ.

Only of what passed: who merges without a verdict, or against it, knows that.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.app.mirroring import (
    Mirror,
    MirrorError,
    Unreachable,
    Wanted,
    WantedBranch,
    WantedCommit,
    WantedPull,
)
from bot.app.ports import Merged, SourceRepository
from bot.app.pulls.in_force import Found, LastGood, policy_in_force
from bot.app.pulls.reach import Reach
from bot.app.relevance import seen_by_training
from bot.domain.conclusions import Conclusion
from bot.domain.errors import UserFault
from bot.domain.github import GitHubError, NotFound, Place, Pull
from bot.domain.policy import Policy
from bot.domain.pulls.acts import group_key
from bot.domain.pulls.posts import Post, StickyPost, key_of, text_digest
from bot.domain.pulls.standing import Standing
from bot.presentation.github import landing, mark

PATIENCE_S = 600.0
"""How long a commit that GitHub says has landed may be missing from its git."""
MOST_COMMITS = 50
"""A branch that was rebased while merging is followed so far down."""


@dataclass(frozen=True, slots=True)
class _Judged:
    """What passed: a head on a base, by the policy of that base."""

    source: SourceRepository
    policy: Policy
    head: str
    base: str

    def lands_as(self, base: str) -> str | None:
        """What training sees of the head merged into a base.

        None for a conflict, or where the two have no history in common.
        """
        outcome = self.source.merge(base, self.head)
        if not isinstance(outcome, Merged):
            return None
        return seen_by_training(self.source, self.policy, outcome.tree)

    def seen_at(self, commit: str) -> str:
        """What training sees of a commit."""
        tree = self.source.resolve(commit).tree
        return seen_by_training(self.source, self.policy, tree)


class Landing:
    """Compares what was merged with what was judged."""

    def __init__(self, reach: Reach) -> None:
        """Nothing is asked before `landed`."""
        self._reach = reach

    def landed(self, place: Place, pull: Pull, old: Standing) -> Sequence[Post]:
        """What is to be said of a pull request that is not open any more.

        `old` is where it stood. Raises `GitHubError` and `MirrorError`.
        """
        store = self._reach.store
        if not (pull.merged and pull.landed and _passed(old)):
            return ()
        if _passed(store.standing(group_key(place.repository, pull.landed))):
            return ()  # the merge queue had this very commit judged
        if not old.base:
            return ()
        mirror = self._mirror(place, pull, old)
        judged = self._judged(mirror, old)
        if judged is None:
            return ()
        return self._compared(place, pull, judged, old)

    def _mirror(self, place: Place, pull: Pull, old: Standing) -> Mirror | None:
        """The mirror with all that is compared; None where it will never be there."""
        commits = (pull.landed, old.base, old.head)
        wanted: list[Wanted] = [WantedPull(pull.number), WantedBranch(pull.base.ref)]
        wanted.extend(map(WantedCommit, commits))
        mirror = self._reach.mirror(place, wanted)
        missing = [one for one in commits if not mirror.has(one)]
        if not missing:
            return mirror
        if self._reach.now() < pull.updated_at + PATIENCE_S:
            raise MirrorError(Unreachable(f"{missing[0]} has not come to git yet."))
        return None

    def _judged(self, mirror: Mirror | None, old: Standing) -> _Judged | None:
        if mirror is None:
            return None
        source = mirror.repository
        found = policy_in_force(source, source.resolve(old.base), self._reach.parse)
        if not isinstance(found, Found | LastGood):
            return None
        return _Judged(source, found.policy, old.head, old.base)

    def _compared(
        self, place: Place, pull: Pull, judged: _Judged, old: Standing
    ) -> Sequence[Post]:
        landed = judged.seen_at(pull.landed)
        if landed == judged.lands_as(judged.base):
            return ()
        body = self._body(place, pull, old)
        for onto in _bases_of(judged, pull.landed):
            if landed == judged.lands_as(onto):
                said = body and landing.elsewhere(body, onto, judged.base)
                return _sticky(place, pull, said)
        said = body and landing.not_judged(body, pull.landed, judged.head)
        facts = (pull.landed, judged.head, judged.base)
        issue = landing.issue(place, pull.number, facts)
        return (*_sticky(place, pull, said), issue)

    def _body(self, place: Place, pull: Pull, old: Standing) -> str:
        """The comment as we said it; empty where there is none.

        Who may write may have edited it: then it is told by what is kept here.
        """
        store, key = self._reach.store, key_of(_post(place, pull, ""))
        if isinstance(post := store.unsent(key), StickyPost):
            return post.body
        remote = store.remote(key)
        if remote is None:
            return ""
        try:
            body = self._reach.github.comment(place, remote.id).body
        except GitHubError as fault:
            if isinstance(fault.failure, NotFound):
                return ""
            raise
        return body if text_digest(body) == remote.digest else _recalled(pull, old)


def _passed(standing: Standing | None) -> bool:
    if standing is None or standing.voice is None:
        return False
    return standing.voice.part.state.conclusion is Conclusion.SUCCESS


def _recalled(pull: Pull, old: Standing) -> str:
    """The comment by what the check run says."""
    if old.voice is None:
        return ""
    said = old.voice.change.output
    return landing.recalled(f"pull-{pull.number}", said.title, said.summary)


def _bases_of(judged: _Judged, landed: str) -> Iterator[str]:
    """The commits on which it may have been put, the likeliest first.

    A merge or a squash lies on its first parent. Commits that were rebased lie one on
    the other; there the base is below as many as the branch had.
    """
    source = judged.source
    count = min(len(source.messages(judged.base, judged.head)), MOST_COMMITS)
    steps = [1] if _known(source, f"{landed}^2") else [count, 1]
    for one in dict.fromkeys(step for step in steps if step):
        if commit := _known(source, f"{landed}~{one}"):
            yield commit


def _known(source: SourceRepository, revision: str) -> str:
    """The commit of a revision; empty where there is none."""
    try:
        return source.resolve(revision).commit
    except UserFault:
        return ""


def _post(place: Place, pull: Pull, body: str) -> StickyPost:
    return StickyPost(place, pull.number, body, mark(f"pull-{pull.number}"))


def _sticky(place: Place, pull: Pull, body: str) -> tuple[Post, ...]:
    """The comment with what was added, where there is one."""
    return (_post(place, pull, body),) if body else ()
