"""What goes wrong and when: a plan of faults, and a seeded stream of them."""

import random
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import Literal, get_args

Kind = Literal[
    "500",  # an HTML page, as the front end answers
    "502",
    "503",
    "504",  # after `seconds`
    "reset_before",  # the connection goes before a byte of the answer
    "reset_mid_body",  # or in the middle of its body
    "truncated_json",  # a whole answer with half the JSON
    "html_200",  # a page of some proxy in place of the answer
    "slow_drip",  # the right answer in small pieces, `seconds` apart
    "secondary_403",  # with `retry_after`, or without when it is None
    "secondary_429",  # GraphQL knows no 429: there it is a 200 with its words
    "primary_exhausted",
    "revoked_401",  # the token is really revoked
    "moved_301",
    "redirect_307",
    "flicker_404",  # read-your-writes lag
    "conflict_409",
    "refused_422",
]
When = Literal["before", "after"]
KINDS: tuple[Kind, ...] = get_args(Kind)
# These show the true answer in part, so the effect is always had.
NEED_EFFECT = frozenset({"reset_mid_body", "truncated_json", "slow_drip"})
# Whoever is not let in has had no effect.
NEVER_AFTER = frozenset({"revoked_401"})


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: on the nth matching call, before or after the call's effect."""

    operation: str  # a glob over operation ids: `checks/*`
    kind: Kind
    nth: int = 1
    when: When = "before"
    times: int = 1  # how many matching calls in a row
    seconds: float = 0.0  # for 504 and slow_drip
    retry_after: int | None = 60  # for the secondary limits

    @property
    def after_effect(self) -> bool:
        """Whether the call does its work first."""
        if self.kind in NEVER_AFTER:
            return False
        return self.when == "after" or self.kind in NEED_EFFECT


@dataclass(slots=True)
class _Armed:
    fault: Fault
    seen: int = 0

    def meets(self, operation: str) -> bool:
        """Counts a matching call; whether the fault strikes it."""
        if not fnmatchcase(operation, self.fault.operation):
            return False
        self.seen += 1
        return self.seen >= self.fault.nth  # a spent one is taken away

    @property
    def spent(self) -> bool:
        return self.seen >= self.fault.nth + self.fault.times - 1


@dataclass(slots=True)
class Chance:
    """Faults at random with a rate, the same ones for the same seed and calls."""

    seed: int
    rate: float
    operations: str = "*"
    kinds: tuple[Kind, ...] = KINDS
    seconds: float = 0.0
    retry_after: int | None = 1
    draws: random.Random = field(init=False)

    def __post_init__(self) -> None:
        """Starts the stream of draws."""
        self.draws = random.Random(self.seed)

    def strike(self, operation: str) -> Fault | None:
        """A fault for this call, or none; matching calls draw alike either way."""
        if not fnmatchcase(operation, self.operations):
            return None
        hit = self.draws.random() < self.rate
        kind = self.draws.choice(self.kinds)
        when: When = "after" if self.draws.random() < 0.5 else "before"
        if not hit:
            return None
        fault = Fault(operation, kind, when=when, seconds=self.seconds)
        return replace(fault, retry_after=self.retry_after)


@dataclass(slots=True)
class Faults:
    """The plan; `struck` lists what has happened, with the operations."""

    chance: Chance | None = None
    struck: list[tuple[str, Fault]] = field(default_factory=list)
    _armed: list[_Armed] = field(default_factory=list)

    def plan(self, *faults: Fault) -> None:
        """Adds faults; each counts its matching calls from now."""
        self._armed += [_Armed(fault) for fault in faults]

    def clear(self) -> None:
        """Takes back what has not happened yet."""
        self._armed.clear()
        self.chance = None

    @property
    def pending(self) -> list[Fault]:
        """Planned faults that have not struck for the last time."""
        return [armed.fault for armed in self._armed]

    def take(self, operation: str) -> Fault | None:
        """The fault that strikes this call; the first planned one wins."""
        hits = [a.fault for a in self._armed if a.meets(operation)]
        self._armed = [a for a in self._armed if not a.spent]
        fault = hits[0] if hits else None
        if fault is None and self.chance is not None:
            fault = self.chance.strike(operation)
        if fault is not None:
            self.struck.append((operation, fault))
        return fault
