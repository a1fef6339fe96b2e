"""The plan as one value, fixed before the first trial."""

import dataclasses
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.domain.changes import PlannedChange
from bot.domain.history import Knowledge
from bot.domain.metric_version import MetricVersion
from bot.domain.policy import Mode, Policy, Stage
from bot.domain.verdict import Finding
from workers.contract import CONTRACT_VERSION, ProbeSpec


@dataclass(frozen=True, slots=True)
class Trees:
    """What is compared: the base commit, and the trees of both arms in `objects`.

    `head_commit` is what was merged into the base, empty where nothing was.
    """

    base_commit: str
    base_tree: str
    merged_tree: str
    objects: str
    head_commit: str = ""


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
    `anchor` is the pinned release. `changes` are the parts of the branch that are
    judged apart, none where no ablation is asked for; they grow as groups are halved:
    `halves` maps each group for which that was tried to the ids of its halves. `found`
    is how many changes there were before grouping, `cut_notes` what could not be cut.
    `pool` names the seeds that belong to this branch alone (default: the merged tree):
    a branch split off another one shares its seeds, and so its trials. `version` is
    what defines the metrics, where the policy says so. `watched` asks for a probe
    beside every trial. `apart` are ids of the changes that somebody asked for by
    name: only they are judged apart, all where it is empty. `whose` names for whom it
    is judged, where reports are not to be shared: two branches may land one tree.
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
    changes: tuple[PlannedChange, ...] = ()
    halves: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    found: int = 0
    cut_notes: tuple[str, ...] = ()
    pool: str = ""
    version: MetricVersion | None = None
    watched: ProbeSpec | None = None
    apart: tuple[str, ...] = ()
    whose: str = ""

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
    def inside(self) -> Mapping[str, str]:
        """Each half of a group, and the group."""
        return {half: group for group, both in self.halves.items() for half in both}

    @property
    def first_cut(self) -> tuple[PlannedChange, ...]:
        """The changes as the branch was cut, without halves of groups."""
        inside = self.inside
        return tuple(one for one in self.changes if one.id not in inside)

    @property
    def asked_cut(self) -> tuple[PlannedChange, ...]:
        """The changes of the first cut that are judged apart."""
        if not self.apart:
            return self.first_cut
        return tuple(one for one in self.first_cut if one.id in self.apart)

    @property
    def ablated(self) -> bool:
        """Whether the branch has parts to be told apart, and the policy asks for it.

        Two changes that leave a trace, or one group: without its one change a branch
        would be its baseline.
        """
        live = [one for one in self.first_cut if not one.inert]
        parts = len(live) > 1 or any(len(one.change.parts) > 1 for one in live)
        return parts and self.policy.ablation.when != "never"

    def halved(self, group: str, both: Sequence[PlannedChange]) -> "Plan":
        """The same plan with the halves of a group as further changes.

        The group stays, with its answer. No halves: it is not asked for again.
        """
        ids = tuple(one.id for one in both)
        return dataclasses.replace(
            self,
            changes=(*self.changes, *both),
            halves={**self.halves, group: ids},
        )

    @property
    def evaluation(self) -> str:
        """The id: equal inputs resume one evaluation instead of starting another.

        Halving a group goes on with the same evaluation. One that was asked for
        without its ablation is another, with a report of its own, and so is that of
        somebody else; trials have keys of their own, so that each finds what the other
        has run.
        """
        parts = {**self._compared, "targeted": sorted(self.targeted)}
        if self.ablated:  # without changes, ids are what they were before there was it
            parts["ablated"] = True
        if self.ablated and self.apart:
            parts["apart"] = sorted(self.apart)
        if self.whose:
            parts["whose"] = self.whose
        return digest_of(parts)[:16]

    @property
    def comparison(self) -> str:
        """The id of what decides about the branch as a whole: trials, and their test.

        Evaluations that differ only in which changes are judged apart, and in which
        modes the branch means to change, have it in common: they look at the very same
        numbers by the very same test, so none is a further chance to pass by luck.
        """
        release = self.anchor.tree if self.anchor else ""
        return digest_of({**self._compared, "anchor": release})[:16]

    @property
    def _compared(self) -> dict[str, object]:
        parts: dict[str, object] = {
            "trees": [self.trees.base_commit, self.trees.base_tree],
            "merged": self.trees.merged_tree,
            "policy": self.policy.sha256,
            "stage": self.stage.name,
            "modes": [mode.name for mode in self.modes],
            "looks": self.looks,
            "machine": self.machine,
            "secret": hashlib.sha256(self.secret.encode()).hexdigest(),
            "contract": CONTRACT_VERSION,
        }
        if self.pool:  # other seeds than those of this branch by itself
            parts["pool"] = self.pool
        return parts


def digest_of(parts: Mapping[str, object]) -> str:
    """A SHA-256 of plain values, the same whatever their order."""
    text = json.dumps(parts, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()
