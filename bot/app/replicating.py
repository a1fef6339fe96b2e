"""Further runs of a baseline, ahead of the branches that will need them.

Each is a run that any branch on that base would want by itself: the same tree, and one
of the seeds that all branches on the base share. So what ran here serves there, within
the policy's `baseline.cached_share`. Nothing is ever replaced.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from itertools import count, islice

from bot.app.engine import Pulse
from bot.app.informing import Subject, scene_of
from bot.app.ports import EvaluationStore, Store, StoredTrial
from bot.app.remembering import replaced, seen_of
from bot.app.running import run_all
from bot.domain.arms import Baseline
from bot.domain.errors import MachineryFault
from bot.domain.history import Place, Summary
from bot.domain.judgement import needs_baseline
from bot.domain.past import CANARIES, drifted, keys, restarted
from bot.domain.plan import Plan, Slot, spec_of
from bot.domain.plan.seeds import is_shared
from bot.domain.plan.whole import digest_of
from bot.domain.pulls.baseline_runs import Added, Runs, added
from bot.domain.trials import Observation
from workers.contract import FINISHED, Infra, TrialSpec

MOST_PLACES = 2_000
"""Places in dispatch order that are looked through for one that is free."""
_MOST_REPLICATES = 50


@dataclass(frozen=True, slots=True)
class Moved:
    """A metric whose baseline moves: its CUSUM, and since when it was counted."""

    place: Place
    cusum: float
    threshold: float
    since: float


@dataclass(frozen=True, slots=True)
class Replicated:
    """What was added, by metric, and which baselines have moved by now."""

    added: tuple[Added, ...]
    runs: int = 0
    moved: tuple[Moved, ...] = ()


@dataclass(frozen=True, slots=True)
class Base:
    """A base that is run, in whose name, and what runs it.

    `plan` is that of a branch which changes nothing. `hold` says that somebody carries
    the runs of that name on, for as long as the block lasts.
    """

    plan: Plan
    subject: Subject
    store: Store
    pulse: Pulse
    hold: Callable[[str], AbstractContextManager[None]]

    @property
    def compared(self) -> "Base":
        """With those modes alone that are compared with a baseline."""
        modes = tuple(one for one in self.plan.modes if needs_baseline(one))
        return replace(self, plan=replace(self.plan, modes=modes))


def first_places(plan: Plan) -> tuple[int, ...]:
    """The places that all branches share up to the first look."""
    share = plan.policy.baseline.cached_share
    return tuple(one for one in range(plan.looks[0]) if is_shared(one, share))


def warm(base: Base, free: Callable[[], bool]) -> bool:
    """Run what the first look on this base will share; whether it is all there.

    One seed at a time, and only while `free`: whoever waits for a verdict goes first.
    What runs since before a restart is gone on with all the same. Raises MachineryFault
    if our machinery lost a run for good.
    """
    base = base.compared
    plan, store = base.plan, base.store
    name = _name(plan, "warm", "")
    with base.hold(name):
        begun = name in store.wishing()
        for place in first_places(plan):
            wanted = _specs(plan, [(place, 0)])
            if not _there(wanted, store):
                if not (begun or free()):
                    return False
                _run(name, wanted, base)
                begun = False
    specs = _specs(plan, [(one, 0) for one in first_places(plan)])
    _remember(base, name, {}, store.find([one.key for one in specs]), {})
    return True


def refreshing(base: Base, called: str) -> bool:
    """Whether runs of a refresh are under way, since before a restart."""
    return _name(base.compared.plan, "refresh", called) in base.store.wishing()


def refresh(base: Base, called: str) -> Replicated:
    """Add runs to the baseline, as many as one first look shares, and look at them.

    `called` names this refresh: under the same name it is gone on with. They are held
    against those that serve now. Raises MachineryFault if our machinery lost one for
    good.
    """
    base = base.compared
    plan = base.plan
    name = _name(plan, "refresh", called)
    size = max(CANARIES, len(first_places(plan)))
    free = _Free(base, name)
    chosen = list(islice(free.places(), size)) if plan.modes else []
    with base.hold(name):
        stored = _run(name, _specs(plan, chosen), base)
    old = {one.key: one for one in free.serving}
    found = _remember(base, name, old, stored, _replaced(base, chosen))
    return Replicated(found, len(stored), _moved(base))


def _name(plan: Plan, what: str, called: str) -> str:
    """The id of these runs in the store, beside those of evaluations."""
    parts = {
        what: called,
        "base": [plan.trees.base_commit, plan.trees.base_tree],
        "policy": plan.policy.sha256,
        "stage": plan.stage.name,
        "machine": plan.machine,
        "secret": digest_of({"secret": plan.secret}),
    }
    return digest_of(parts)[:16]


_Where = tuple[int, int]
"""A place in dispatch order, and a replicate."""


def _specs(plan: Plan, wanted: Sequence[_Where]) -> list[TrialSpec]:
    """The runs of all modes at these places, seed by seed."""
    return [
        spec_of(plan, Slot(mode.name, Baseline(), place), replicate)
        for place, replicate in wanted
        for mode in plan.modes
    ]


class _Free:
    """Places of the shared seeds that have no run which serves; `serving` have one."""

    def __init__(self, base: Base, name: str) -> None:
        self._plan, self._store, self._name = base.plan, base.store, name
        self._oldest = base.pulse.now() - base.plan.policy.baseline.max_age_s
        self._anew = _counted_anew(base)
        self.serving: list[StoredTrial] = []

    def places(self) -> Iterator[_Where]:
        """In dispatch order; what was begun under this name is among them."""
        share = self._plan.policy.baseline.cached_share
        for place in islice(count(), MOST_PLACES):
            if is_shared(place, share):
                yield from self._at(place)

    def _at(self, place: int) -> Iterator[_Where]:
        """As whoever evaluates looks for it: what is too old has a next replicate."""
        for replicate in range(_MOST_REPLICATES):
            specs = _specs(self._plan, [(place, replicate)])
            stored = self._store.find([one.key for one in specs])
            others = [o for o in stored.values() if o.evaluation != self._name]
            if len(others) < len(specs):
                yield place, replicate
                return
            fresh = [one for one in others if not self._too_old(one)]
            if fresh:
                self.serving += [one for one in fresh if one.state in FINISHED]
                return

    def _too_old(self, stored: StoredTrial) -> bool:
        ended = stored.finished_at
        anew = self._anew.get(stored.spec.mode, 0.0)
        return ended is not None and ended < max(anew, self._oldest)


def _counted_anew(base: Base) -> Mapping[str, float]:
    """By mode, when its baseline was last counted anew (Unix seconds, 0 for never).

    As for whoever evaluates, nothing stored before serves.
    """
    found: dict[str, float] = {}
    for key in keys(scene_of(base.plan, base.subject), base.plan.modes):
        at = restarted(base.store.past(key))
        found[key.mode] = max(at, found.get(key.mode, 0.0))
    return found


def _there(specs: Sequence[TrialSpec], store: EvaluationStore) -> bool:
    stored = store.find([one.key for one in specs])
    return all(one.key in stored and stored[one.key].state in FINISHED for one in specs)


def _run(
    name: str, specs: Sequence[TrialSpec], base: Base
) -> Mapping[str, StoredTrial]:
    if not specs:
        return {}
    stored = run_all(name, specs, base.store, base.pulse, lambda _: None)
    lost = [one.result.outcome for one in stored.values() if one.result is not None]
    details = [one.detail for one in lost if isinstance(one, Infra)]
    if details:
        problem = f"{len(details)} of {len(stored)} runs were lost: {details[0]}"
        raise MachineryFault(problem, "Runs that ended are kept; order it once more.")
    return stored


_Stored = Mapping[str, StoredTrial]


def _replaced(base: Base, chosen: Iterable[_Where]) -> Runs:
    """The runs in whose stead these replicates were run, and that still count."""
    again = [
        (Slot(mode.name, Baseline(), place), replicate)
        for place, replicate in chosen
        for mode in base.plan.modes
    ]
    return replaced(base.store, base.plan, again, _counted_anew(base))


def _remember(
    base: Base, name: str, old: _Stored, new: _Stored, earlier: Runs
) -> tuple[Added, ...]:
    """Keep what these runs show for whoever pools them: every run counts once."""
    plan = base.plan
    mine = [one for one in new.values() if one.evaluation == name]
    found = added(plan.modes, _runs(plan, old.values()), _runs(plan, mine), earlier)
    if not mine:
        return found
    by_place = {(one.mode, one.metric): one for one in found}
    asked = keys(scene_of(plan, base.subject), plan.modes)
    shown = {
        key: Summary(
            baseline=by_place[key.place].sums,
            residual=by_place[key.place].residual,
            base_tree=plan.trees.base_tree,
        )
        for key in asked
    }
    base.store.record(name, shown)
    return found


def _runs(plan: Plan, stored: Iterable[StoredTrial]) -> Runs:
    found: dict[str, list[Observation]] = {mode.name: [] for mode in plan.modes}
    for one in stored:
        seen = seen_of(one)
        if seen is not None:
            found[one.spec.mode].append(seen)
    return found


def _moved(base: Base) -> tuple[Moved, ...]:
    found = []
    for key in keys(scene_of(base.plan, base.subject), base.plan.modes):
        past = base.store.past(key)
        chart = drifted(past)
        if chart.alarmed:
            since = restarted(past)
            found.append(Moved(key.place, chart.cusum, chart.threshold, since))
    return tuple(found)
