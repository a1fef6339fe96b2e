"""What is said of one finding, and the facts that it is said with."""

import re
from dataclasses import dataclass

from bot.domain.verdict import Finding
from bot.presentation import numbers
from bot.presentation.escape import one_line

MORE_EVIDENCE = (
    "Allow more seeds (seeds of the stage), widen the tolerance, or make single runs "
    "less noisy (train longer, evaluate on more data); then judge again."
)
WORTH_IT = "If the loss is a price worth paying"
"""Begins a sentence on a loss that may stand."""
ACCEPTED = (
    "have a maintainer accept the finding: `/gate why` has the `/gate accept` line."
)
"""How it may stand on a pull request; ends such a sentence."""
MOST_NAMES = 12
"""Names in one sentence; further ones are counted."""
_LONGEST_TITLE = 60
_PLAIN = re.compile(r"[\w./:+~][\w./:+~-]*")
_UNDIVIDED = {
    "judged": ": both of its halves were judged, and neither is shown to do it alone",
    "unjudged": ": its halves could not be judged, so which of them does it is open",
    "budget": ": the budget was spent before its halves were judged, so which of them "
    "does it is open",
}


@dataclass(frozen=True, slots=True)
class Words:
    """What people read of one finding.

    `short` is a clause without a full stop, for headlines. `sentence` says all of it.
    `mend` says what to do; empty where nothing must be done. `local` and `pull` say
    how to go on then, on the command line alone and on a pull request alone; where
    `instead` is given, it stands in the place of `mend` on a pull request; `queued`
    does so for a merge group, of which nobody can ask for anything.
    """

    short: str
    sentence: str
    mend: str = ""
    local: str = ""
    pull: str = ""
    instead: str = ""
    queued: str = ""

    @property
    def on_shell(self) -> str:
        """What to do, by somebody at a command line."""
        return f"{self.mend} {self.local}".strip()

    @property
    def on_github(self) -> str:
        """What to do, by somebody who reads a pull request."""
        return f"{self.instead or self.mend} {self.pull}".strip()

    @property
    def in_queue(self) -> str:
        """What to do, by somebody who reads the check run of a merge group."""
        return self.queued or self.mend


@dataclass(frozen=True, slots=True)
class Facts:
    """A finding's evidence, read so that a missing key never breaks a sentence."""

    finding: Finding

    def real(self, key: str) -> float | None:
        """The number under `key`, or None."""
        value = self.finding.evidence.get(key)
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return float(value) if is_number else None  # type: ignore[arg-type]

    def count(self, key: str) -> int:
        """The whole number under `key`; 0 if there is none."""
        return round(self.real(key) or 0)

    def text(self, key: str) -> str:
        """The text under `key`; empty if there is none."""
        value = self.finding.evidence.get(key)
        return value if isinstance(value, str) else ""

    def listed(self, key: str) -> tuple[str, ...]:
        """The texts under `key`, one or many."""
        value = self.finding.evidence.get(key)
        many = value if isinstance(value, tuple) else (value,)
        return tuple(str(one) for one in many if one is not None)

    def flag(self, key: str) -> bool:
        """Whether `key` is stated and true."""
        return self.finding.evidence.get(key) is True

    @property
    def metric(self) -> str:
        """The metric's name; of a slice `loss on the slice night`."""
        return f"{self._whole}{self._slice}"

    @property
    def _whole(self) -> str:
        return (self.finding.metric or "the metric").partition("/")[0]

    @property
    def _slice(self) -> str:
        part = (self.finding.metric or "").partition("/")[2]
        return f" on the slice {part}" if part else ""

    @property
    def change(self) -> str:
        """What the finding is about: `change abc1234`, or `the group a..c`."""
        name = self.finding.change
        kind = "the group" if self.listed("parts") else "change"
        return f"{kind} {quoted(name)}" if name else "a change"

    @property
    def titled(self) -> str:
        """The change with the start of its title: `change abc1234 (Wider layer)`."""
        title = one_line(self.text("title"), _LONGEST_TITLE)
        return f"{self.change} ({title})" if title else self.change

    @property
    def undivided(self) -> str:
        """What a group holds, and why nothing smaller is named; empty for a change."""
        why = _UNDIVIDED.get(self.text("halving"), "")
        held = numbers.some(tuple(map(quoted, self.listed("parts"))), MOST_NAMES)
        return f" It holds {held}{why}." if why and held else ""

    @property
    def here(self) -> str:
        """` in mlp`, or nothing where the finding is of no mode."""
        return f" in {self.finding.mode}" if self.finding.mode else ""

    @property
    def lead(self) -> str:
        """`In mode mlp, `, or nothing; with the stage where several were trained."""
        rung = self.text("rung")
        where = f" at stage {rung}" if rung else ""
        return f"In mode {self.finding.mode}{where}, " if self.finding.mode else ""

    @property
    def oriented(self) -> str:
        """The metric with the way that is better: `loss (lower is better)`."""
        orientation = self.real("orientation")
        if orientation is None:
            return self.metric
        way = "higher" if orientation > 0 else "lower"
        return f"{self._whole} ({way} is better){self._slice}"

    @property
    def seeds(self) -> str:
        """How many seeds the sentence rests on."""
        baseline, branch = self.count("n_baseline"), self.count("n_branch")
        if baseline == branch:
            return f"{numbers.counted(branch, 'seed')} per arm"
        return f"{baseline} baseline and {branch} branch trials"

    @property
    def places(self) -> int:
        """Decimal places for every number of this comparison."""
        low, high = self.real("low"), self.real("high")
        width = None if low is None or high is None else (high - low) / 2
        spread, allowed = width or self.real("d"), self.real("tolerance")
        return numbers.places(spread, allowed, self.real("margin"))

    def amount(self, key: str) -> str:
        """The number under `key` with the places of this comparison."""
        return numbers.fixed(self.real(key), self.places)

    def size(self, key: str) -> str:
        """As `amount`, without its sign; empty where it is not known."""
        value = self.real(key)
        return "" if value is None else numbers.fixed(abs(value), self.places)

    def less(self, p: str) -> bool:
        """Whether the p-value under that key is at or below the level in force."""
        found, level = self.real(p), self.real("level")
        return found is not None and level is not None and found <= level

    def seen(self, what: str, bound: str = "") -> str:
        """A sentence on what this many seeds can show; empty where it is not known.

        `bound` is the evidence that a test starts from, if it does not from zero.
        """
        detectable = self.real("detectable")
        if detectable is None:
            return ""
        shown = numbers.rough(detectable)
        size = f"of {shown} beyond it" if self.real(bound) else f"of {shown}"
        return f" This many seeds show a {what} {size} four times in five."

    @property
    def any_time(self) -> str:
        """A sentence on e-values, as the odds of a bet (Shafer 2021); mostly empty."""
        unhurt, harmed = self.real("e_ni"), self.real("e_harm")
        if unhurt is None or harmed is None:
            return ""
        level = self.real("level")
        needed = f"; {numbers.odds(1 / level)} decides" if level else ""
        return (
            " Beyond the last planned look evidence is counted anew: "
            f"{numbers.odds(unhurt)} that it is not worse than tolerated, "
            f"{numbers.odds(harmed)} that it got worse{needed}."
        )

    @property
    def effect(self) -> str:
        """`effect -0.053, interval [-0.058, -0.049]`."""
        digits = self.places
        effect = f"effect {numbers.signed(self.real('d'), digits)}"
        low, high = self.real("low"), self.real("high")
        if low is None and high is None:
            return effect
        return f"{effect}, interval {numbers.interval(low, high, digits)}"

    @property
    def means(self) -> str:
        """`from 2.301 to 2.354`, or nothing where a mean is not known."""
        before, after = self.real("baseline_mean"), self.real("branch_mean")
        if before is None or after is None:
            return ""
        return f" from {self.amount('baseline_mean')} to {self.amount('branch_mean')}"


def quoted(name: str) -> str:
    """A change's name in a sentence; in quotes where it would not be seen as one."""
    return name if _PLAIN.fullmatch(name) else f'"{name}"'


def titled(name: str, title: str) -> str:
    """A change's name with the start of its title: `1a2b3c4 (Wider layer)`."""
    short = one_line(title, _LONGEST_TITLE)
    return f"{quoted(name)} ({short})" if short else quoted(name)


def begun(sentence: str) -> str:
    """The sentence with a capital, for one whose lead may be empty."""
    return f"{sentence[0].upper()}{sentence[1:]}"
