"""Who has what and who holds what: the arithmetic of placing trials. Pure.

Only what can start now is given to Ray, which has neither priorities nor an end of
waiting. Ray stays the one that enforces; this book is never more than a forecast.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from workers.cluster.interface import Later, Never, Placed, Placement
from workers.contract import Attempt, Resources

MOST_AT_ONCE = 256
"""Trials a node runs at the same time, whatever little they ask for."""

WHOLE_GPUS = "Above 1, only whole GPUs can be reserved: change `resources`."

SLACK = 1e-6
"""Rounding of sums such as ten times 0.1 CPU."""


@dataclass(frozen=True, slots=True)
class Share:
    """What one node offers; `accelerators` are Ray's names for its kinds."""

    node: str
    cpus: float
    gpus: float
    memory_bytes: float
    accelerators: tuple[str, ...] = ()

    def accelerator(self, kind: str) -> str | None:
        """Ray's name for `kind`, however it was written; None if it is not here."""
        same = (one for one in self.accelerators if one.lower() == kind.lower())
        return next(same, None)

    def offers(self, wanted: Resources) -> bool:
        """Whether an empty node could run it."""
        kind = wanted.accelerator
        return (kind is None or self.accelerator(kind) is not None) and self.fits(
            wanted, ()
        )

    def fits(self, wanted: Resources, held: Sequence[Resources]) -> bool:
        """Whether there is room beside what is `held`."""
        everything = [*held, wanted]
        if held and any(one.alone for one in everything):
            return False
        return (
            len(everything) <= MOST_AT_ONCE
            and sum(one.cpus for one in everything) <= self.cpus + SLACK
            and sum(one.gpus for one in everything) <= self.gpus + SLACK
            and sum(one.memory_bytes or 0 for one in everything) <= self.memory_bytes
        )


class Book:
    """The shares of all nodes, and the trials that hold parts of them."""

    def __init__(self) -> None:
        """No nodes yet."""
        self._shares: Mapping[str, Share] = {}
        self._held: dict[Attempt, tuple[str, Resources]] = {}

    def update(self, shares: Sequence[Share]) -> None:
        """Replace what is known of the nodes; what is held stays held."""
        self._shares = {share.node: share for share in shares}

    def share(self, node: str) -> Share:
        """The share of a node that was named by `enter`."""
        return self._shares[node]

    def enter(self, attempt: Attempt, wanted: Resources) -> Placement:
        """Reserve room on the first node that has it; no node at all means later."""
        if wanted.gpus > 1 and not wanted.gpus.is_integer():
            return Never(f"It asks for {wanted.gpus:g} GPUs. {WHOLE_GPUS}")
        able = [one for one in self._shares.values() if one.offers(wanted)]
        if self._shares and not able:
            return Never(refusal(list(self._shares.values()), wanted))
        for share in able:
            if share.fits(wanted, self._on(share.node)):
                self._held[attempt] = (share.node, wanted)
                return Placed(share.node)
        return Later()

    def strike(self, attempt: Attempt) -> None:
        """Give back what an attempt held."""
        self._held.pop(attempt, None)

    def _on(self, node: str) -> Sequence[Resources]:
        return [held for place, held in self._held.values() if place == node]


def refusal(shares: Sequence[Share], wanted: Resources) -> str:
    """Why no node can ever run it: each thing that even the largest node lacks."""
    lacks = [
        f"{_amount(asked, word)} (the largest node has {_number(most)})"
        for word, asked, most in (
            ("CPU", wanted.cpus, _most(shares, lambda one: one.cpus)),
            ("GPU", wanted.gpus, _most(shares, lambda one: one.gpus)),
            ("GiB of memory", _gib(wanted.memory_bytes or 0), _memory(shares)),
        )
        if asked > most + SLACK
    ]
    lacks += _missing_accelerator(shares, wanted.accelerator)
    asked = " and ".join(lacks) or "more at once than any one node has"
    return f"It asks for {asked}. Lower `resources` in the policy, or add such a node."


def _missing_accelerator(shares: Sequence[Share], kind: str | None) -> list[str]:
    if kind is None or any(share.accelerator(kind) for share in shares):
        return []
    known = sorted({name for share in shares for name in share.accelerators})
    return [f"the accelerator {kind} (there is {', '.join(known) or 'none'})"]


def _most(shares: Sequence[Share], of: Callable[[Share], float]) -> float:
    return max(of(share) for share in shares)


def _memory(shares: Sequence[Share]) -> float:
    return _gib(_most(shares, lambda one: one.memory_bytes))


def _gib(count: float) -> float:
    return count / 2**30


def _number(value: float) -> str:
    return f"{value:,.2f}".rstrip("0").rstrip(".")


def _amount(value: float, word: str) -> str:
    plural = "s" if value != 1 and word.endswith("PU") else ""
    return f"{_number(value)} {word}{plural}"
