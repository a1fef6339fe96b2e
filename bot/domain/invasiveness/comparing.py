"""One mode on base and branch, compared bit for bit over its first steps."""

from dataclasses import replace

from bot.domain.invasiveness.differences import Difference, first_difference
from bot.domain.invasiveness.quantities import Quantity, placeless
from bot.domain.invasiveness.rounding import by_rounding, furthest, shifted
from bot.domain.invasiveness.seen import (
    blindness,
    crash,
    idle,
    lost,
    too_slow,
    why_idle,
)
from bot.domain.invasiveness.surroundings import surrounded
from bot.domain.verdict import Behaviour, Fingerprint
from workers.contract import Probed, TrialResult


def compare(
    first: TrialResult,
    second: TrialResult | None,
    branch: TrialResult,
    once_more: TrialResult | None = None,
) -> Behaviour:
    """How a mode behaves on the branch, held against the base that was run twice.

    `second` may be missing where `settled(first, branch)`. Two runs of the base that
    differ make the mode UNKNOWN, never CHANGED, and so does everything that kept the
    probe from seeing: IDENTICAL is said of steps that were seen, at least one.
    `once_more` is a second run of the branch: one that is the base's again makes the
    mode UNKNOWN, too, for then the first one differed by chance.
    """
    found = _compared(first, second, branch)
    if once_more is not None and found.fingerprint is Fingerprint.CHANGED:
        again = _compared(first, second, once_more)
        if again.fingerprint in (Fingerprint.IDENTICAL, Fingerprint.NUMERIC):
            found = _unknown(_by_chance(found, branch))
    return replace(found, notes=_notes(first, branch))


def _by_chance(found: Behaviour, branch: TrialResult) -> str:
    if found.quantity == Quantity.OUTCOME and crash(branch):
        return f"the branch fails in one of two runs: {crash(branch)}".rstrip(".")
    step = "" if found.step is None else f" from step {found.step} on"
    return (
        f"two runs of the branch differ{step}, first in the {found.quantity}, and one "
        "of them is that of the base"
    )


def _notes(base: TrialResult, branch: TrialResult) -> tuple[str, ...]:
    """What the probe could not see on either side, each sentence once."""
    sides = (base.probed, branch.probed)
    return tuple(dict.fromkeys(note for one in sides if one for note in one.notes))


def _compared(
    first: TrialResult, second: TrialResult | None, branch: TrialResult
) -> Behaviour:
    base = _seen(first)
    if base is None:
        return _unknown(_why(first, "the base"))
    if settled(first, branch):
        return _settled(base, branch)
    if second is None:
        return _unknown("the base was run once, and the branch differs from it")
    again = _seen(second)
    if again is None:
        return _unknown(_why(second, "the base"))
    return _repeated(base, again, branch)


def settled(first: TrialResult, branch: TrialResult) -> bool:
    """Whether a second run of the base could not tell more.

    It cannot where a side cannot be compared, and where both made the same steps bit
    for bit: two runs that agree prove a mode repeatable, whichever trees they ran on.
    """
    base, seen = _seen(first), _seen(branch)
    if base is None:
        return True
    if seen is None:
        return not _crashed_itself(branch)
    return idle(base) if idle(seen) else first_difference(base, seen) is None


def _seen(result: TrialResult) -> Probed | None:
    """What a run showed; None where it was lost, failed or could not be seen."""
    if lost(result) or crash(result) or blindness(result.probed):
        return None
    return result.probed


def _crashed_itself(result: TrialResult) -> bool:
    return bool(crash(result)) and not (lost(result) or too_slow(result))


def _settled(base: Probed, branch: TrialResult) -> Behaviour:
    seen = _seen(branch)
    if seen is None:
        return _unknown(_why(branch, "the branch"))
    return _unknown(why_idle(base)) if idle(base) else _identical(base, seen)


def _unknown(why: str) -> Behaviour:
    return Behaviour(Fingerprint.UNKNOWN, why=why)


def _why(result: TrialResult, where: str) -> str:
    if lost(result):
        return f"a run of {where} was lost: {lost(result)}".rstrip(".")
    if too_slow(result):
        return f"{where} ran out of time before its steps were seen"
    if crash(result):
        return f"{where} itself fails: {crash(result)}".rstrip(".")
    return f"on {where}, {blindness(result.probed)}"


def _where(uneven: Difference) -> str:
    """` from step 3 on, first in the loss`."""
    since = "" if uneven.step is None else f" from step {uneven.step} on"
    return f"{since}, first in the {uneven.quantity}"


def _identical(base: Probed, branch: Probed) -> Behaviour:
    plain = Behaviour(Fingerprint.IDENTICAL, steps=steps_of(base))
    return surrounded(plain, base, branch)


def _repeated(base: Probed, again: Probed, branch: TrialResult) -> Behaviour:
    """The branch against two runs of the base.

    A command in which they differ (a port, a name made of the time) is not compared.
    """
    if placeless(base.command) != placeless(again.command):
        base, again = replace(base, command=()), replace(again, command=())
        bare = branch.probed and replace(branch.probed, command=())
        branch = replace(branch, probed=bare)
    uneven = first_difference(base, again)
    if uneven is not None:
        return _unknown(f"two runs of the base differ{_where(uneven)}")
    seen = _seen(branch)
    return _crashed(base, branch) if seen is None else _against(base, seen)


def _against(base: Probed, branch: Probed) -> Behaviour:
    first = first_difference(base, branch)
    if first is None:
        return _identical(base, branch)
    made = idle(base), idle(branch)
    found = _stopped(base, branch) if any(made) else _differing(base, branch, first)
    return surrounded(found, base, branch)


def _crashed(base: Probed, branch: TrialResult) -> Behaviour:
    """The branch fails where the base runs: after as many steps as were seen."""
    made = branch.probed.steps if branch.probed else ()
    return Behaviour(
        Fingerprint.CHANGED,
        steps=steps_of(base),
        step=made[-1].step if made else None,
        quantity=Quantity.OUTCOME,
        before="it runs",
        after=f"it fails: {crash(branch)}".rstrip("."),
    )


def _stopped(base: Probed, branch: Probed) -> Behaviour:
    """One of the two makes no steps that can be seen."""
    return Behaviour(
        Fingerprint.CHANGED,
        quantity=Quantity.STEPS,
        before=str(steps_of(base)),
        after=str(steps_of(branch)),
    )


def _differing(base: Probed, branch: Probed, first: Difference) -> Behaviour:
    numeric = by_rounding(base, branch, first)
    found = behaviour_of(first, Fingerprint.NUMERIC if numeric else Fingerprint.CHANGED)
    return replace(
        found,
        steps=min(steps_of(base), steps_of(branch)),
        relative=furthest(base, branch) if numeric else first.relative,
        shifted=not numeric and shifted(base, branch, first),
    )


def behaviour_of(first: Difference, fingerprint: Fingerprint) -> Behaviour:
    """A behaviour that says where two runs first differ."""
    return Behaviour(
        fingerprint,
        step=first.step,
        tensor=first.tensor,
        quantity=first.quantity,
        before=first.before,
        after=first.after,
        relative=first.relative,
    )


def steps_of(probed: Probed) -> int:
    """How many steps were seen, those of several optimizers counted once."""
    return len({record.step for record in probed.steps})
