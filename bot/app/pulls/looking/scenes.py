"""Everything that is known of a pull request at one moment, gathered before deciding.

GitHub says what is open and who wrote it, the mirror what would land, the base what
rules, and the store what people ordered. Nothing is decided here.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from bot.app.local import ParsePolicy
from bot.app.ports import Conflicted, Merged, Unrelated
from bot.app.pulls.in_force import (
    Broken,
    Found,
    InForce,
    LastGood,
    NoPolicy,
    policy_in_force,
)
from bot.app.pulls.looking.footing import Ground, moved_on
from bot.app.pulls.looking.scene import Rule, Scene, Seen
from bot.app.pulls.ports import Pin, PullStore
from bot.app.relevance import not_needed
from bot.domain.errors import PolicyFault
from bot.domain.pulls.acts import orders_of
from bot.domain.pulls.base_moved import Again, Same
from bot.domain.pulls.deciding import (
    Gate,
    Gated,
    Landing,
    Mergeable,
    PullFacts,
    Ungated,
    Unmergeable,
    Unruled,
)
from bot.domain.pulls.gated import gated
from bot.domain.pulls.overrides import standing
from bot.presentation.words import ruling


class Scenes:
    """Gathers scenes."""

    def __init__(
        self, store: PullStore, parse: ParsePolicy, now: Callable[[], float]
    ) -> None:
        """Times are Unix seconds by `now`."""
        self._store, self._parse, self._now = store, parse, now

    def scene(self, seen: Seen) -> Scene:
        """The scene of a pull request.

        Raises `UserFault` where what its policy asks for is not in the repository.
        """
        gate, rule = self._ruled(seen)
        bare = self.bare(seen)
        scene = replace(bare, facts=replace(bare.facts, gate=gate), rule=rule)
        if rule is None or not seen.pull.open:
            return scene
        return self._based(scene, rule)

    def bare(self, seen: Seen) -> Scene:
        """What is known where the base cannot be judged by what its policy asks for."""
        acts = tuple(self._store.acts(seen.key))
        orders = orders_of(acts, seen.pull.head.sha)
        facts = PullFacts(
            open=seen.pull.open,
            draft=seen.pull.draft,
            gate=Gated(),
            insider=seen.insider,
            landing=Mergeable("", ""),
            orders=orders,
        )
        return Scene(seen, facts, orders, acts)

    def is_gated(self, seen: Seen) -> bool:
        """Whether its base is gated, by the policy that the mirror holds by now."""
        gate, _ = self._ruled(seen)
        return not isinstance(gate, Ungated)

    def _ruled(self, seen: Seen) -> tuple[Gate, Rule | None]:
        """Whether the base is gated, by the default branch's policy, and what rules."""
        default = self._in_force(seen, seen.repository.default_branch)
        match default:
            case None | NoPolicy():
                return Ungated(ruling.NO_POLICY), None
            case Broken(faults=faults):
                return _unruled(faults), None
            case Found() | LastGood():
                name, ref = seen.repository.default_branch, seen.pull.base.ref
                if not gated(default.policy, name, ref):
                    return Ungated(ruling.not_gated(ref)), None
                return self._on_base(seen, ref, default)

    def _on_base(
        self, seen: Seen, ref: str, default: Found | LastGood
    ) -> tuple[Gate, Rule | None]:
        same = ref == seen.repository.default_branch
        match default if same else self._in_force(seen, ref):
            case Found(policy=policy, text=text, source=source):
                return Gated(), Rule(policy, text, source)
            case LastGood(policy=policy, text=text, source=source, faults=faults):
                return Gated(), Rule(policy, text, source, faults)
            case Broken(faults=faults):
                return _unruled(faults), None
            case _:
                return Unruled(*ruling.absent(ref)), None

    def _in_force(self, seen: Seen, branch: str) -> InForce | None:
        tip = seen.mirror.branch(branch)
        if tip is None:
            return None
        base = replace(seen.source.resolve(tip), name=branch)
        return policy_in_force(seen.source, base, self._parse)

    def _based(self, scene: Scene, rule: Rule) -> Scene:
        """With the base that counts: the one it was begun on, as long as that holds."""
        seen, source = scene.seen, scene.seen.source
        head, ref = seen.pull.head.sha, seen.pull.base.ref
        now = seen.mirror.branch(ref) or seen.pull.base.sha
        landing = source.merge(now, head)
        if not isinstance(landing, Merged):
            return _stuck(scene, landing)
        pin = self._store.pin(Pin(seen.key, head, ref, now, self._now()))
        ground = Ground(seen.mirror, self._parse, now, rule.policy, landing.tree)
        state = moved_on(ground, pin, self._now())
        if isinstance(state, Again):
            pin = Pin(seen.key, head, ref, now, self._now())
            pin, state = self._store.pin(pin, renew=True), Same()
        found = replace(scene, pin=pin, base_now=now, moved=state)
        return self._landed(found, rule, pin)

    def _landed(self, scene: Scene, rule: Rule, pin: Pin) -> Scene:
        source, head = scene.seen.source, scene.seen.pull.head.sha
        accepted = standing(scene.acts, head, self._now())
        scene = replace(scene, accepted=accepted)
        outcome = source.merge(pin.base, head)
        if not isinstance(outcome, Merged):
            return _stuck(scene, outcome)
        base = source.resolve(pin.base).tree
        nothing = not_needed(source, rule.policy, base, outcome.tree)
        landing = Mergeable(base, outcome.tree, relevant=nothing is None)
        return replace(_landing(scene, landing), nothing=nothing)


def _unruled(faults: Sequence[PolicyFault]) -> Unruled:
    return Unruled(*ruling.broken(faults))


def _landing(scene: Scene, landing: Landing) -> Scene:
    return replace(scene, facts=replace(scene.facts, landing=landing))


def _stuck(scene: Scene, outcome: Conflicted | Unrelated) -> Scene:
    """With why nothing can land."""
    if isinstance(outcome, Conflicted):
        return _landing(scene, Unmergeable(outcome.files))
    return _landing(scene, Unmergeable(related=False))
