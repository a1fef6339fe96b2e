"""Which change of a branch changed a mode, by the trees of the ablation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.domain.changes import PlannedChange
from bot.domain.verdict import Behaviour, Fingerprint

_UNHURT = (Fingerprint.IDENTICAL, Fingerprint.NUMERIC)


@dataclass(frozen=True, slots=True)
class Blame:
    """The ids of the changes that changed a mode; `why` says what kept it open."""

    changes: tuple[str, ...] = ()
    why: str = ""


def left_out(changes: Sequence[PlannedChange]) -> tuple[str, ...]:
    """The changes that are to be left out, one at a time, to find the culprits.

    None where one change alone can have done it. A change without which the tree is the
    same has done nothing.
    """
    able = _able(changes)
    if _settled(able):
        return ()
    return tuple(one.id for one in able if one.without is not None)


def taken_alone(
    changes: Sequence[PlannedChange], without: Mapping[str, Behaviour]
) -> tuple[str, ...]:
    """The changes that are to be taken alone, where leaving out one mends nothing."""
    if _culprits(without, _UNHURT) or _settled(_able(changes)):
        return ()
    return tuple(one.id for one in _able(changes) if one.only is not None)


def blame(
    changes: Sequence[PlannedChange],
    without: Mapping[str, Behaviour],
    alone: Mapping[str, Behaviour],
) -> Blame:
    """The culprits: those without which, else those with which alone, it changes.

    `without` and `alone` are behaviours against the base, of the trees that were run.
    """
    able = _able(changes)
    if len(able) == 1:
        return Blame((able[0].id,))
    found = _culprits(without, _UNHURT) or _culprits(alone, (Fingerprint.CHANGED,))
    return Blame(found, "" if found else _open(able))


def _able(changes: Sequence[PlannedChange]) -> list[PlannedChange]:
    return [one for one in changes if not one.inert]


def _settled(able: Sequence[PlannedChange]) -> bool:
    """Whether there is nothing to find out: one change, or none at all."""
    return len(able) <= 1


def _culprits(
    seen: Mapping[str, Behaviour], wanted: tuple[Fingerprint, ...]
) -> tuple[str, ...]:
    return tuple(id_ for id_, one in seen.items() if one.fingerprint in wanted)


def _open(changes: Sequence[PlannedChange]) -> str:
    """Why nobody can be named."""
    if not changes:
        return "the branch was not cut into changes"
    unmade = [one for one in changes if one.without is None]
    if not unmade:
        return "no single change did it: leaving out any one of them mends nothing"
    first = unmade[0]
    reason = f" ({first.why_not})" if first.why_not else ""
    return f"there is no tree without the change {first.id}{reason}"
