"""Answers that a commit shows, and of which nobody knows that they hold here."""

from bot.app.pulls.looking.outside import Outside
from bot.app.pulls.looking.scene import Seen
from bot.domain.errors import GitFault, UserFault
from bot.domain.github import Place, Pull, Repository
from bot.domain.pulls.acts import PullKey
from bot.domain.pulls.overrides import standing
from bot.domain.pulls.posts import check_key, external_id
from bot.domain.pulls.standing import Standing
from bot.presentation.github import NAME

NEW_S = 300.0
"""How long a pull request counts as just opened: webhooks mostly come in seconds."""


def may_be_forgotten(pull: Pull, old: Standing | None, now: float) -> bool:
    """Whether we may have spoken of it before; `now` is by GitHub's clock.

    One that was closed for long is forgotten when it is open again, and the store may
    be another one than it was. Of what was opened a moment ago nobody ever spoke: to
    look for ours there would cost each pull request four calls more. The commit may be
    older, but a check run that is made for it counts in place of those before.
    """
    return old is None and pull.created_at < now - NEW_S


class Doubts:
    """Doubts what is shown before git is asked, which may be slow, or away."""

    def __init__(self, outside: Outside) -> None:
        """Nothing is asked yet."""
        self._out = outside

    def doubts(
        self, place: Place, repository: Repository, pull: Pull, old: Standing | None
    ) -> bool:
        """Whether its commit shows an answer of which nobody knows that it holds here.

        It may be one to another base, of earlier times or to another pull request, and
        one that is about to be sent counts as shown. Where one may be forgotten, GitHub
        is asked what stands there. One to another that is open onto the same base holds
        for this one too; and without a gate, as far as is known by now, nothing is said
        of a commit.
        """
        out, head = self._out, pull.head.sha
        if self._holds(pull, old):
            return False
        shown = out.store.may_answer(check_key(place, head))
        if not (shown or may_be_forgotten(pull, old, out.github.their_now())):
            return False
        key = PullKey(place.repository, pull.number)
        others = out.store.standings(place.repository, head)
        if any(one.pull != key and self._holds(pull, one) for one in others):
            return False
        if self._is_gated(place, repository, pull) is False:
            return False
        return shown or self._is_answered(place, head)

    def unheard(self, place: Place, repository: Repository, pull: Pull) -> bool:
        """Whether nothing is kept of a commit that is gated: asked where git failed.

        It may be older than what is kept, and show an answer. A run that waits counts
        in its place; most often it is the first, and would be made anyway.
        """
        store, head = self._out.store, pull.head.sha
        key = check_key(place, head)
        if store.remote(key) is not None or store.may_answer(key):
            return False
        if store.standings(place.repository, head):
            return False
        return self._is_gated(place, repository, pull) is True

    def _is_answered(self, place: Place, head: str) -> bool:
        """Whether a run of ours shows an answer, by GitHub's word.

        Where it shows none there is nothing to take back: a commit without a gate is
        to get no check run, and one with a gate soon gets a word that holds, so that
        another one before it is a write too many. Whoever imitates ours gets one that
        waits for git.
        """
        runs = self._out.github.checks(place, head, NAME)
        ours = [one for one in runs if one.external_id == external_id(head)]
        newest = {one.app: one for one in ours}  # oldest first
        return any(one.conclusion is not None for one in newest.values())

    def _is_gated(
        self, place: Place, repository: Repository, pull: Pull
    ) -> bool | None:
        """By what is held here now, None where that is nothing.

        Where it cannot be read nobody knows: then it may be.
        """
        out = self._out
        try:
            mirror = out.mirrors.known(place)
            if mirror is None:
                return None
            seen = Seen(place, repository, pull, mirror, insider=False)
            return out.scenes.is_gated(seen)
        except (UserFault, GitFault):
            return True

    def _holds(self, pull: Pull, said: Standing | None) -> bool:
        """Whether what was said is of this commit and base, and nothing ended it since.

        What has not ended, or was silence, needs no taking back.
        """
        if said is None or not said.open:
            return False
        if (said.head, said.base_ref) != (pull.head.sha, pull.base.ref):
            return False
        if not said.ended:
            return True
        lasts = said.again_at is None or said.again_at > self._out.now()
        return lasts and self._still_accepted(said)

    def _still_accepted(self, said: Standing) -> bool:
        """Whether everything stands that was accepted when it was said.

        One that came since opens nothing that is not open, so the answer can wait.
        """
        if not said.accepted:
            return True
        now = standing(self._out.store.acts(said.pull), said.head, self._out.now())
        return {one.digest for one in now}.issuperset(said.accepted)
