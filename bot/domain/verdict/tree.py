"""A verdict as a tree: branch, modes, metrics, changes, and the findings of each."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from bot.domain.policy import Direction, Role
from bot.domain.stats.method import Method
from bot.domain.verdict.reasons import FindingKind, Reason, Ruling
from workers.contract import SourceKind

Scalar = str | int | float | bool | None
Evidence = Mapping[str, Scalar | tuple[Scalar, ...]]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that the gate found. `id` is stable: same evidence, same id.

    `digest` is the whole of what `id` is the beginning of, as 64 hex digits: two
    findings of one id can be made, of one digest not. Empty in older reports.
    """

    id: str
    kind: FindingKind
    state: Ruling
    reason: Reason
    mode: str | None = None
    metric: str | None = None
    change: str | None = None
    evidence: Evidence = field(default_factory=dict)
    digest: str = ""

    @property
    def key(self) -> str:
        """What tells it from every other finding: the id alone can be another's."""
        return self.digest or self.id


@dataclass(frozen=True, slots=True)
class MetricVerdict:
    """What was found of one metric in one mode.

    `d` is oriented so that positive is better; [`low`, `high`] is the repeated
    confidence interval at `look` (seeds per arm), from the same test as `state`.
    `tolerance` is in units of the metric. Fields that a role does not have are None.
    For `improve`, p_ni shows a gain above `margin` and p_harm rules it out; for
    `guardrail`, p_harm shows a loss beyond the tolerance. `level` is the boundary in
    force, a Holm boundary where `family` hypotheses are tested together. `slice_of`
    is the metric that this is a slice of. `e_ni` and `e_harm` are e-values, known
    beyond the last look only.
    `per_seed` lists (seed, baseline value, branch value) in dispatch order, None for a
    failed trial or an arm that was not run. `detectable` is the smallest loss that the
    look in force can show with 80 % power, in units of the metric.
    """

    name: str
    role: Role
    direction: Direction | None
    source: SourceKind
    state: Ruling
    reason: Reason | None = None
    method: Method = Method.NONE
    d: float | None = None
    low: float | None = None
    high: float | None = None
    tolerance: float | None = None
    p_ni: float | None = None
    p_harm: float | None = None
    level: float | None = None
    look: int = 0
    n_baseline: int = 0
    n_branch: int = 0
    failed_baseline: int = 0
    failed_branch: int = 0
    baseline_mean: float | None = None
    branch_mean: float | None = None
    sd: float | None = None
    target: float | None = None
    maximum: float | None = None
    minimum: float | None = None
    detectable: float | None = None
    per_seed: tuple[tuple[int | None, float | None, float | None], ...] = ()
    margin: float | None = None
    family: int = 1
    slice_of: str | None = None
    e_ni: float | None = None
    e_harm: float | None = None


class Fingerprint(StrEnum):
    """Whether a mode behaves as before; UNKNOWN until it is probed."""

    IDENTICAL = "identical"
    NUMERIC = "numeric"
    CHANGED = "changed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How a mode behaves on branch and base, bit by bit over its first steps.

    `step`, `tensor` and `quantity` are where they first differ, `before` and `after`
    what was seen there. `changed_by` are ids of the changes that did it, found on the
    trees of the ablation. `executed` of `changed_lines` lines of the diff were run.
    `late` says that it was seen beside whole trials, after the probe's steps. `notes`
    are sentences on what could not be seen beside all that was. The rest are plain
    comparisons, None where they were not made.
    """

    fingerprint: Fingerprint
    steps: int = 0
    step: int | None = None
    tensor: str = ""
    quantity: str = ""
    before: str = ""
    after: str = ""
    relative: float | None = None
    shifted: bool = False
    late: bool = False
    why: str = ""
    changed_by: tuple[str, ...] = ()
    executed: int | None = None
    changed_lines: int | None = None
    same_command: bool | None = None
    same_data_order: bool | None = None
    files_added: tuple[str, ...] = ()
    files_gone: tuple[str, ...] = ()
    parameters: tuple[int, int] | None = None
    shapes: tuple[str, ...] = ()
    flops: tuple[float, float] | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rung:
    """One rung of the ladder: a stage, what it was for, and how it ended.

    `kind` is one of tests, sanity, fingerprint and training; `note` a clause such as
    "14 trials in 41 s". A rung that was not started is INFO.
    """

    stage: str
    kind: str
    state: Ruling
    note: str = ""


@dataclass(frozen=True, slots=True)
class ModeVerdict:
    """What was found of one mode; `looks` is the schedule, `look` the one used."""

    name: str
    state: Ruling
    targeted: bool
    metrics: tuple[MetricVerdict, ...]
    findings: tuple[Finding, ...]
    looks: tuple[int, ...] = ()
    look: int = 0
    decided: bool = False
    fingerprint: Fingerprint = Fingerprint.UNKNOWN
    behaviour: Behaviour | None = None


@dataclass(frozen=True, slots=True)
class ChangeEffect:
    """What one change does to one metric: the whole branch against it left out.

    `d` is oriented so that positive is better. `single` is the same with the change
    alone on the baseline, oriented `d` and its interval, None where it was not run.
    """

    mode: str
    metric: str
    state: Ruling
    reason: Reason | None
    d: float | None = None
    low: float | None = None
    high: float | None = None
    tolerance: float | None = None
    p_ni: float | None = None
    p_harm: float | None = None
    level: float | None = None
    n: int = 0
    failed: int = 0
    single: tuple[float, float | None, float | None] | None = None


@dataclass(frozen=True, slots=True)
class ChangeVerdict:
    """One change of the branch; `why_not` says why nothing is known of its effects.

    `parts` are the single changes that a group holds, `inside` is the group that this
    is a half of. `stage` is where it was judged, empty where one stage alone trains.
    """

    id: str
    effects: tuple[ChangeEffect, ...] = ()
    title: str = ""
    commits: tuple[str, ...] = ()
    estimable: bool = True
    why_not: str = ""
    parts: tuple[str, ...] = ()
    inside: str = ""
    stage: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer for one branch: the worst state of its parts, and why."""

    state: Ruling
    findings: tuple[Finding, ...]
    modes: tuple[ModeVerdict, ...] = ()
    changes: tuple[ChangeVerdict, ...] = ()
    rungs: tuple[Rung, ...] = ()


_ORDER = (Ruling.BLOCK, Ruling.UNDECIDED, Ruling.PASS, Ruling.INFO)


def worst(states: tuple[Ruling, ...]) -> Ruling:
    """BLOCK before UNDECIDED before PASS; nothing at all is UNDECIDED."""
    decisive = [state for state in states if state is not Ruling.INFO]
    return min(decisive, key=_ORDER.index, default=Ruling.UNDECIDED)
