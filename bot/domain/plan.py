"""The plan of an evaluation: which trials there can be, in which order, by which key.

Seeds come from a secret and the base commit, never from 0..19, so that nobody can tune
to them. The key of a trial is a hash of everything that can change its result.
"""

import dataclasses
import hashlib
import hmac
import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from bot.domain.arms import Anchor, Arm, Baseline, Branch, label
from bot.domain.errors import UserFault
from bot.domain.history import Knowledge
from bot.domain.judgement import needs_baseline, per_attempt
from bot.domain.judgement.evidence import Rulebook
from bot.domain.policy import Metric, Mode, Policy, Role, Stage
from bot.domain.stats.choice import choose
from bot.domain.verdict import Finding
from workers.contract import (
    CONTRACT_VERSION,
    SEED,
    MetricSource,
    Node,
    SourceKind,
    TrialSpec,
)

SMALLEST_SEED = 1_000
LARGEST_SEED = 2**31 - 1
"""Seeds are in [SMALLEST_SEED, LARGEST_SEED): every framework takes them."""


@dataclass(frozen=True, slots=True)
class Trees:
    """What is compared: the base commit, and the trees of both arms in `objects`."""

    base_commit: str
    base_tree: str
    merged_tree: str
    objects: str


@dataclass(frozen=True, slots=True)
class Pinned:
    """A release that slow losses are held against: its name and its tree."""

    name: str
    tree: str


@dataclass(frozen=True, slots=True)
class Plan:
    """All that an evaluation may do, fixed before its first trial.

    `secret` feeds the seeds. `max_seeds` cuts the schedule of looks. `slots` is how
    many trials can run at once. `narrowed` names what the caller left out of the
    policy's plan: with anything in it, the best answer is UNDECIDED. `machine` is the
    `Node.machine` of the node: hardware and environment, as far as they change results.
    `knowledge` is what was known before the first trial, `notes` what that says.
    `more` are further seeds per arm that somebody asked for past the last look.
    `anchor` is the pinned release.
    """

    policy: Policy
    stage: Stage
    modes: tuple[Mode, ...]
    trees: Trees
    machine: str
    secret: str
    targeted: frozenset[str] = frozenset()
    max_seeds: int | None = None
    slots: int = 1
    narrowed: tuple[str, ...] = ()
    knowledge: Knowledge = field(default_factory=Knowledge)
    notes: tuple[Finding, ...] = ()
    more: int = 0
    anchor: Pinned | None = None

    @property
    def looks(self) -> tuple[int, ...]:
        """Seeds per arm at each look, cut at `max_seeds` (which is then the last)."""
        if self.max_seeds is None or self.max_seeds >= self.stage.looks[-1]:
            return self.stage.looks
        kept = tuple(n for n in self.stage.looks if n < self.max_seeds)
        return (*kept, self.max_seeds)

    @property
    def beyond(self) -> tuple[int, ...]:
        """Seeds per arm past the last look, where only e-values decide."""
        last = self.looks[-1]
        return tuple(range(last + 1, last + self.more + 1))

    @property
    def schedule(self) -> tuple[int, ...]:
        """All looks, those past the last planned one too."""
        return (*self.looks, *self.beyond)

    @property
    def tolerance_budget(self) -> float:
        """How much may be lost since the anchor, in tolerances of each metric."""
        return self.policy.tolerance_budget or 1.0

    @property
    def evaluation(self) -> str:
        """The id: equal inputs resume one evaluation instead of starting another."""
        parts = {
            "trees": [self.trees.base_commit, self.trees.base_tree],
            "merged": self.trees.merged_tree,
            "policy": self.policy.sha256,
            "stage": self.stage.name,
            "modes": [mode.name for mode in self.modes],
            "targeted": sorted(self.targeted),
            "looks": self.looks,
            "machine": self.machine,
            "secret": hashlib.sha256(self.secret.encode()).hexdigest(),
            "contract": CONTRACT_VERSION,
        }
        return _digest(parts)[:16]


@dataclass(frozen=True, slots=True)
class Slot:
    """A place for one trial: which mode, which arm, which place in dispatch order."""

    mode: str
    arm: Arm
    position: int


def rulebook(plan: Plan, mode: Mode) -> Rulebook:
    """The rules of one mode: its error rates, and the tests that history chose."""
    judged, decision = per_attempt(mode, plan.policy.decision)
    chosen = {
        name: choose(history, metric.direction, metric.bounds, plan.looks[0])
        for metric in mode.metrics
        for name in (metric.name, *metric.slice_names)
        if (history := plan.knowledge.history.get((mode.name, name)))
    }
    return Rulebook(judged, decision, plan.looks, {}, plan.beyond, chosen)


def anchored_metrics(plan: Plan, mode: Mode) -> tuple[Metric, ...]:
    """The primary metrics whose tolerated losses have used up their budget."""
    if plan.anchor is None:
        return ()
    lost, budget = plan.knowledge.lost, plan.tolerance_budget
    return tuple(
        metric
        for metric in mode.metrics
        if metric.role is Role.PRIMARY
        and lost.get((mode.name, metric.name), 0.0) >= budget
    )


def arms_of(plan: Plan, mode: Mode) -> tuple[Arm, ...]:
    """The arms that a mode trains."""
    if not needs_baseline(mode):
        return (Branch(),)
    anchor = (Anchor(),) if anchored_metrics(plan, mode) else ()
    return (Baseline(), Branch(), *anchor)


def slots_of(plan: Plan, mode: Mode, n: int) -> tuple[Slot, ...]:
    """Slots for the first n seeds: same-seed arms side by side, the order alternating.

    Alternation (baseline first, then branch first) cancels a slow drift of the machine.
    """
    arms = arms_of(plan, mode)
    return tuple(
        Slot(mode.name, arm, position)
        for position in range(n)
        for arm in (arms if position % 2 == 0 else arms[::-1])
    )


def seed_at(plan: Plan, position: int) -> int:
    """The seed of one place in dispatch order, equal for all modes and arms.

    A place is either shared by all evaluations on one base commit, so that stored
    baseline trials serve again, or belongs to this branch alone. Fresh places come
    first, and at every look at most `baseline.cached_share` of an arm is shared.
    """
    shared = _is_shared(position, plan.policy.baseline.cached_share)
    pool = "shared" if shared else plan.trees.merged_tree
    message = f"{plan.trees.base_commit}|{pool}|{position}".encode()
    digest = hmac.new(plan.secret.encode(), message, hashlib.sha256).digest()
    span = LARGEST_SEED - SMALLEST_SEED
    return SMALLEST_SEED + int.from_bytes(digest[:8], "big") % span


def _is_shared(position: int, share: float) -> bool:
    return math.floor((position + 1) * share) > math.floor(position * share)


def spec_of(plan: Plan, slot: Slot, replicate: int = 0) -> TrialSpec:
    """The trial of a slot, with its content key."""
    mode = next(one for one in plan.modes if one.name == slot.mode)
    seed = seed_at(plan, slot.position)
    tree = _tree(plan, slot.arm)
    draft = TrialSpec(
        key="",
        objects=plan.trees.objects,
        tree=tree,
        arm=label(slot.arm),
        mode=mode.name,
        stage=plan.stage.name,
        seed=seed,
        argv=_argv(mode, plan.stage.params, seed),
        metrics=_sources(mode),
        resources=dataclasses.replace(mode.resources, alone=judges_time(mode)),
        environment=mode.environment,
        checkpoint=mode.checkpoint,
        replicate=replicate,
        machine=plan.machine,
    )
    return _with_key(draft, plan)


def _tree(plan: Plan, arm: Arm) -> str:
    match arm:
        case Baseline():
            return plan.trees.base_tree
        case Anchor() if plan.anchor is not None:
            return plan.anchor.tree
        case _:
            return plan.trees.merged_tree


def _sources(mode: Mode) -> tuple[MetricSource, ...]:
    """What a trial must show: every metric, and each slice of it by its own name."""
    return tuple(
        source
        for metric in mode.metrics
        for source in (metric.source, *_slice_sources(metric))
    )


def _slice_sources(metric: Metric) -> Iterator[MetricSource]:
    key = metric.source.key
    for part, name in zip(metric.slices, metric.slice_names, strict=True):
        yield dataclasses.replace(
            metric.source, name=name, key=f"{key}/{part}" if key else ""
        )


def _argv(mode: Mode, params: Mapping[str, str], seed: int) -> tuple[str, ...]:
    filled = {**params, SEED: str(seed)}
    return tuple(_fill(word, filled) for word in mode.train)


_PLACEHOLDER = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")


def _fill(word: str, values: Mapping[str, str]) -> str:
    """Fill every placeholder once; a value that looks like one stays as it is."""
    return _PLACEHOLDER.sub(lambda one: values.get(one[1], one[0]), word)


def _with_key(draft: TrialSpec, plan: Plan) -> TrialSpec:
    parts = dataclasses.asdict(draft)
    # Where objects lie and which arm a tree plays do not change what a trial shows:
    # a baseline of one evaluation may be the branch of another.
    for name in ("key", "objects", "arm"):
        del parts[name]
    parts |= {
        "contract": CONTRACT_VERSION,
        "data_version": plan.policy.data.version,
        "sandbox": "none",
    }
    return dataclasses.replace(draft, key=_digest(parts))


def _digest(parts: Mapping[str, object]) -> str:
    text = json.dumps(parts, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def judges_time(mode: Mode) -> bool:
    """Whether wall time can block: such trials must not disturb one another."""
    return any(
        metric.source.kind is SourceKind.WALL_CLOCK and metric.role is not Role.REPORT
        for metric in mode.metrics
    )


def room(node: Node, mode: Mode) -> int:
    """How many trials of a mode fit on a node at once.

    Raises `UserFault` if not even one does: it would wait for ever.
    """
    asked = mode.resources
    have = [
        ("CPUs", asked.cpus, node.cpus),
        ("GPUs", asked.gpus, node.gpus),
        ("bytes of memory", float(asked.memory_bytes or 0), float(node.memory_bytes)),
    ]
    for what, wanted, there in have:
        if wanted > there:
            problem = (
                f"The mode `{mode.name}` asks for {wanted:g} {what}, and this machine "
                f"has {there:g}."
            )
            raise UserFault(problem, "Lower its `resources`, or use a larger machine.")
    kind = (asked.accelerator or "").lower()
    if kind not in (node.accelerator or "").lower():
        problem = f"The mode `{mode.name}` asks for the accelerator {asked.accelerator}"
        there_is = node.accelerator or "none"
        mend = "Name the one that is there, or use a machine that has it."
        raise UserFault(f"{problem}, and this machine has {there_is}.", mend)
    if judges_time(mode):
        return 1
    return min(int(there / wanted) for _, wanted, there in have if wanted)
