"""What is said of one finding, and the facts that it is said with."""

from dataclasses import dataclass

from bot.domain.verdict import Finding
from bot.presentation import numbers


@dataclass(frozen=True, slots=True)
class Words:
    """What people read of one finding.

    `short` is a clause without a full stop, for headlines. `sentence` says all of it.
    `mend` says what to do; empty where nothing must be done.
    """

    short: str
    sentence: str
    mend: str = ""


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

    @property
    def metric(self) -> str:
        """The metric's name."""
        return self.finding.metric or "the metric"

    @property
    def here(self) -> str:
        """` in mlp`, or nothing where the finding is of no mode."""
        return f" in {self.finding.mode}" if self.finding.mode else ""

    @property
    def lead(self) -> str:
        """`In mode mlp, `, or nothing."""
        return f"In mode {self.finding.mode}, " if self.finding.mode else ""

    @property
    def oriented(self) -> str:
        """The metric with the way that is better: `loss (lower is better)`."""
        orientation = self.real("orientation")
        if orientation is None:
            return self.metric
        way = "higher" if orientation > 0 else "lower"
        return f"{self.metric} ({way} is better)"

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
        return numbers.places(width or self.real("d"), self.real("tolerance"))

    def amount(self, key: str) -> str:
        """The number under `key` with the places of this comparison."""
        return numbers.fixed(self.real(key), self.places)

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
