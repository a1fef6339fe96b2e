"""What follows from how modes behave: targets, and what blocks a branch.

The behaviours may be forged by the code that is watched: IDENTICAL is shown, and saves
no trial of anybody.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import assert_never

from bot.domain.invasiveness.equivalent import Alike, shown_equivalent
from bot.domain.policy import Invasive
from bot.domain.verdict import (
    Behaviour,
    Evidence,
    Finding,
    Fingerprint,
    Reason,
    Ruling,
)
from bot.domain.verdict.findings import finding

Equivalences = Mapping[str, tuple[Alike, ...] | None]
"""What trials say of the primary metrics of each mode; None where nothing."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What was declared: the targets, the policy's rule, the titles of changes."""

    targeted: frozenset[str] = frozenset()
    rule: Invasive = field(default_factory=Invasive)
    titles: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Judged:
    """The targets, declared or inferred, and what was found of each mode.

    `findings` of modes carry the name of their mode; one of the inference has none.
    """

    targets: frozenset[str]
    findings: tuple[Finding, ...]
    behaviours: Mapping[str, Behaviour]

    def of(self, mode: str) -> tuple[Finding, ...]:
        """The findings of one mode."""
        return tuple(one for one in self.findings if one.mode == mode)


def judge(
    behaviours: Mapping[str, Behaviour],
    terms: Terms,
    equivalence: Equivalences | None = None,
) -> Judged:
    """Targets and findings. `equivalence` is None until trials have been judged.

    A mode that changed and is no target blocks if the policy says so. Where the policy
    allows equivalent ones it is UNDECIDED until trials have told.
    """
    targets = targets_of(behaviours, terms.targeted)
    inferred = () if terms.targeted or not targets else (_inferred(targets),)
    found = tuple(
        one
        for mode, seen in behaviours.items()
        for one in _Judge(mode, seen, terms, targets, equivalence).findings()
    )
    return Judged(targets, (*inferred, *found), behaviours)


def targets_of(
    behaviours: Mapping[str, Behaviour], targeted: frozenset[str]
) -> frozenset[str]:
    """The declared targets, else the one mode that changed; none if several did."""
    if targeted:
        return targeted
    changed = [
        mode
        for mode, seen in behaviours.items()
        if seen.fingerprint is Fingerprint.CHANGED
    ]
    return frozenset(changed if len(changed) == 1 else ())


def _inferred(targets: frozenset[str]) -> Finding:
    modes: Evidence = {"modes": tuple(sorted(targets))}
    return finding(Reason.TARGETS_INFERRED, Ruling.INFO, modes)


@dataclass(frozen=True, slots=True)
class _Judge:
    """One mode before the rules."""

    mode: str
    seen: Behaviour
    terms: Terms
    targets: frozenset[str]
    equivalence: Equivalences | None

    def findings(self) -> tuple[Finding, ...]:
        match self.seen.fingerprint:
            case Fingerprint.IDENTICAL:
                return (self._identical(),)
            case Fingerprint.NUMERIC:
                return (self._found(Reason.MODE_NUMERIC, self._difference()),)
            case Fingerprint.CHANGED:
                return self._changed()
            case Fingerprint.UNKNOWN:
                return (self._unknown(),)
            case _:
                assert_never(self.seen.fingerprint)

    def _identical(self) -> Finding:
        aimed = self.mode in self.targets
        reason = Reason.MODE_UNTOUCHED if aimed else Reason.MODE_IDENTICAL
        return self._found(reason, self._lines())

    def _lines(self) -> Evidence:
        return {
            "steps": self.seen.steps,
            "executed": self.seen.executed,
            "changed_lines": self.seen.changed_lines,
            "notes": self.seen.notes,
        }

    def _difference(self) -> Evidence:
        seen = self.seen
        return {
            "step": seen.step,
            "tensor": seen.tensor,
            "quantity": str(seen.quantity),
            "before": seen.before,
            "after": seen.after,
            "relative": seen.relative,
            "steps": seen.steps,
        }

    def _change(self) -> Evidence:
        seen, titles = self.seen, self.terms.titles
        return {
            **self._difference(),
            "changes": seen.changed_by,
            "titles": tuple(titles.get(one, "") for one in seen.changed_by),
            "cut": len(titles),
            "seen_in": "fast" if seen.late else "probe",
            "shifted": seen.shifted,
            "why": seen.why,
        }

    def _changed(self) -> tuple[Finding, ...]:
        if self.mode in self.targets:
            return (self._found(Reason.MODE_CHANGED, self._change()),)
        shown = shown_equivalent(self._tests())
        if shown and self.terms.rule.equivalent == "allow":
            return tuple(self._equivalent(one) for one in self._tests() or ())
        evidence = {**self._change(), "equivalent": shown}
        return (self._found(Reason.MODE_INVASIVE, evidence, self._state()),)

    def _state(self) -> Ruling:
        """What an unnamed change leads to where it is not shown equivalent."""
        if self.terms.rule.undeclared == "allow":
            return Ruling.INFO
        waits = self.equivalence is None and self.terms.rule.equivalent == "allow"
        return Ruling.UNDECIDED if waits else Ruling.BLOCK

    def _tests(self) -> tuple[Alike, ...] | None:
        return (self.equivalence or {}).get(self.mode)

    def _equivalent(self, one: Alike) -> Finding:
        reason, state = Reason.MODE_EQUIVALENT, Ruling.INFO
        evidence = _tested(one)
        return finding(reason, state, evidence, mode=self.mode, metric=one.metric)

    def _unknown(self) -> Finding:
        """Not known bit by bit: the metrics are judged, and may be shown equivalent."""
        shown = shown_equivalent(self._tests())
        first = next(iter(self._tests() or ()), None)
        evidence: Evidence = {
            "why": self.seen.why,
            "equivalent": shown,
            "notes": self.seen.notes,
        }
        if shown and first:
            evidence = {**evidence, **_tested(first)}
        return self._found(Reason.MODE_UNKNOWN, evidence)

    def _found(
        self, reason: Reason, evidence: Evidence, state: Ruling = Ruling.INFO
    ) -> Finding:
        return finding(reason, state, evidence, mode=self.mode)


def _tested(one: Alike) -> Evidence:
    return {
        "metric": one.metric,
        "d": one.d,
        "low": one.low,
        "high": one.high,
        "margin": one.margin,
        "p": one.p,
        "level": one.level,
        "look": one.look,
    }
