"""The arms of an ablation, and which of their trials may be compared."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.domain.judgement.evidence import ArmEvidence, Evidence, Look, Rulebook
from bot.domain.judgement.strict import strict
from bot.domain.policy import Seeding
from bot.domain.stats.estimate import Values
from bot.domain.trials import Measured, Observation

Trials = tuple[Observation, ...]
UNPAID = "the budget was spent before its first look"


@dataclass(frozen=True, slots=True)
class ChangeArms:
    """All arms in dispatch order, those of an ablation by the change's id.

    `full` is the whole branch, `without` the branch less one change, `only` the
    baseline with one change alone. `not_estimable` says in words why an arm could not
    be made ("does not apply"). `order` lists changes as the branch has them.
    `looks_made` None means: every scheduled look below an arm's number of trials.
    `lost` says in words why trials of an arm that was made will never be there.
    `groups` are changes that hold several, with the ids of those; `inside` names the
    group of each half of one, which is only judged where its group was flagged (see
    `family`). `unpaid` had no look at all before the budget was spent.
    """

    full: Trials
    baseline: Trials = ()
    without: Mapping[str, Trials] = field(default_factory=dict)
    only: Mapping[str, Trials] = field(default_factory=dict)
    not_estimable: Mapping[str, str] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)
    commits: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    order: tuple[str, ...] = ()
    looks_made: tuple[int, ...] | None = None
    lost: Mapping[str, str] = field(default_factory=dict)
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    inside: Mapping[str, str] = field(default_factory=dict)
    unpaid: frozenset[str] = frozenset()

    @property
    def changes(self) -> tuple[str, ...]:
        """The ids of all changes."""
        known = (self.order, self.without, self.not_estimable, self.only)
        return tuple(dict.fromkeys(one for many in known for one in many))

    @property
    def made(self) -> tuple[str, ...]:
        """The changes whose arm could be made, run or not: the family, whatever ends.

        Trials that failed or are missing must not widen the boundary of the others.
        """
        return tuple(one for one in self.changes if one not in self.not_estimable)

    def left_out(self, change: str) -> Trials:
        """The trials of the branch without a change; none where there are none."""
        return () if self.why_not(change) else self.without.get(change, ())

    def why_not(self, change: str) -> str:
        """In words why there is no arm to judge the change by; empty if there is."""
        why = self.not_estimable.get(change) or self.lost.get(change, "")
        return why or (UNPAID if change in self.unpaid else "")


def strictly(rules: Rulebook, arms: ChangeArms) -> ChangeArms:
    """The arms with trials that lack a value that is judged as failed ones.

    What is asked of the branch is asked of every arm that it is compared with.
    """

    def seen(trials: Trials) -> Trials:
        alone = Evidence(ArmEvidence(), ArmEvidence(trials), paired=False)
        return strict(rules.mode, alone).branch.observations

    return dataclasses.replace(
        arms,
        full=seen(arms.full),
        baseline=seen(arms.baseline),
        without={name: seen(one) for name, one in arms.without.items()},
        only={name: seen(one) for name, one in arms.only.items()},
    )


def matched(arms: Sequence[Trials], rules: Rulebook) -> tuple[tuple[Trials, ...], bool]:
    """The trials of each arm that may be compared, and whether they are paired.

    Arms are paired on the seeds of the smallest where all others list them too (an arm
    may be shorter than the branch); otherwise they are compared as they are. Nothing
    beyond the last look counts, so that nobody extends an ablation until it flags.
    """
    most = rules.looks[-1]
    smallest = min(arms, key=len)
    rows = [{one.seed: one for one in arm} for arm in arms]
    known = [one.seed for one in smallest]
    shared = rules.mode.seeding is Seeding.SHARED and None not in known
    if shared and known and all(set(known) <= row.keys() for row in rows):
        return tuple(tuple(row[one] for one in known[:most]) for row in rows), True
    return tuple(arm[:most] for arm in arms), False


def evidence_of(rules: Rulebook, full: Trials, without: Trials) -> Evidence:
    """The whole branch, in the branch's place, against it without a change."""
    (old, new), paired = matched((without, full), rules)
    return Evidence(ArmEvidence(old), ArmEvidence(new), paired)


def look_of(rules: Rulebook, evidence: Evidence, made: tuple[int, ...] | None) -> Look:
    """The look that the trials of an arm reach, by an information of its own."""
    first, second = evidence.baseline.n, evidence.branch.n
    n = first if first == second else 2.0 / (1.0 / first + 1.0 / second)
    looks = rules.looks if made is None else made
    earlier = tuple(float(one) for one in looks if one < n)
    return Look(float(n), earlier, rules.looks[-1], n >= rules.looks[-1])


def values_of(arms: Sequence[Trials], metric: str, *, paired: bool) -> list[Values]:
    """The values of each arm; of the seeds that ended well in all, where paired."""
    if not paired:
        return [ArmEvidence(arm).values(metric) for arm in arms]
    rows = [
        [one.metrics.get(metric) for one in row if isinstance(one, Measured)]
        for row in zip(*arms, strict=True)
    ]
    whole = [row for row in rows if len(row) == len(arms) and None not in row]
    columns = zip(*whole, strict=True) if whole else ((),) * len(arms)
    return [tuple(one for one in column if one is not None) for column in columns]
