"""Whether a verdict is about to be judged anew, though nobody looked yet: `renewed`.

As with a look, what counts is what trials would be run for. But nothing is fetched, so
a push to the base counts once the mirror has it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.app.pulls.looking.footing import Ground, moved_on
from bot.app.pulls.looking.matter import Matter
from bot.app.pulls.ports import Pin
from bot.app.relevance import not_needed
from bot.domain.github import Pull
from bot.domain.pulls.acts import Act, orders_of
from bot.domain.pulls.base_moved import Again
from bot.domain.pulls.deciding import Gated, Judge, Mergeable, PullFacts, next_move
from bot.domain.pulls.overrides import standing
from bot.domain.pulls.standing import Standing


@dataclass(frozen=True, slots=True)
class Verdict:
    """One that is said: `kept` says so, and `pin` has the base that it is of.

    `acts` are all of the pull request.
    """

    kept: Standing
    pin: Pin
    acts: Sequence[Act]


def renewed(one: Verdict, pull: Pull, ground: Ground, at: float) -> bool:
    """Whether the next look begins another evaluation, of the pull request as it is.

    Raises `UserFault` where what a policy asks for is not in the repository.
    """
    kept, head = one.kept, one.kept.head
    again = isinstance(moved_on(ground, one.pin, at), Again)
    base = ground.commit if again else one.pin.base
    # A stop that nobody looked at yet leaves no verdict: another one is no news.
    orders = replace(orders_of(one.acts, head), cancelled_by="")
    facts = PullFacts(
        open=True,
        draft=pull.draft,
        gate=Gated(),
        insider=True,  # what has a verdict was let run
        landing=Mergeable("", "", relevant=not again or _needed(ground)),
        orders=orders,
        judged=kept.judged_on == base,
    )
    accepted = standing(one.acts, head, at)
    matter = Matter(head, base, ground.policy, orders, accepted, pull.labels)
    return matter.digest != kept.task and isinstance(next_move(facts), Judge)


def _needed(ground: Ground) -> bool:
    """Whether training can see on the base of now what would land."""
    source = ground.mirror.repository
    base = source.resolve(ground.commit).tree
    return not_needed(source, ground.policy, base, ground.landing) is None
