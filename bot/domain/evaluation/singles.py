"""Changes taken alone on the baseline, for what was flagged: shown, never judged."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.domain.arms import Only
from bot.domain.evaluation.facts import gone, missing
from bot.domain.evaluation.rounds import Rounds
from bot.domain.plan import Slot
from bot.domain.verdict import Reason

UNKNOWN = "its tree cannot be made"


@dataclass(frozen=True, slots=True)
class Singles:
    """The seeds on which changes are taken alone, and why others are not.

    `unable` says of which no tree can be made, `lost` what took trials for good.
    """

    seeds: Mapping[str, int] = field(default_factory=dict)
    unable: Mapping[str, str] = field(default_factory=dict)
    lost: tuple[str, ...] = ()


def singles_of(here: Rounds) -> Singles:
    """Single arms for changes that were flagged, or that act on each other.

    They come when the rounds are over, and have as many seeds as the look that flagged
    the change, but no more than the baseline has: it is never run for them. A group
    that was halved is not taken alone, its halves tell more.
    """
    if here.due:
        return Singles()
    asked = _wanted(here)
    every = [one for one in here.parts.relevant if one.id in asked]
    made = [one.id for one in every if one.only is not None]
    seeds = {one: min(here.reached[one], here.compared) for one in made}
    lost = {one: gone(here.facts, here.row(Only(one), n)) for one, n in seeds.items()}
    return Singles(
        seeds={one: n for one, n in seeds.items() if not lost[one]},
        unable={
            one.id: one.why_not_alone or UNKNOWN for one in every if one.only is None
        },
        lost=tuple(detail for details in lost.values() for detail in details),
    )


def _wanted(here: Rounds) -> set[str]:
    flagged = {one for one in here.parts.flagged if not here.plan.halves.get(one)}
    acting = {
        str(one.evidence[which])
        for one in here.judged.findings
        if one.reason is Reason.INTERACTION
        for which in ("first", "second")
    }
    return flagged | acting


def lacking(here: Rounds, singles: Singles) -> tuple[Slot, ...]:
    """Slots of single arms that have not ended, by seed."""
    rows = [here.row(Only(one), n) for one, n in singles.seeds.items()]
    slots = [slot for row in rows for slot in missing(here.facts, row)]
    return tuple(sorted(slots, key=lambda slot: slot.position))
