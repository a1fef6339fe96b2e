"""What people want to look at beside a verdict: curves, histograms, data, outputs.

`arm` is always the label of an arm (`bot.domain.arms`). Texts and names that a trial
wrote are raw: whoever shows them escapes them for its place.
"""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Band:
    """The learning curve of one arm over `steps`: mean, SD (ddof 1), lowest, highest.

    `runs` did not fail and saw two values or more; at each step those count that had
    begun and not yet ended. `sd` is 0 where only one did.
    """

    arm: str
    runs: int
    steps: tuple[float, ...]
    mean: tuple[float, ...]
    sd: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Curves:
    """One metric over training for all arms, on one grid of steps."""

    mode: str
    metric: str
    bands: tuple[Band, ...]


@dataclass(frozen=True, slots=True)
class Spread:
    """The mean histogram of one arm: shares between edges, and the range of all trials.

    `outside` of `trials` left the allowed range.
    """

    arm: str
    trials: int
    shares: tuple[float, ...]
    low: float
    high: float
    outside: int = 0


@dataclass(frozen=True, slots=True)
class QuantityShown:
    """A declared quantity with its allowed range, on the same edges for all arms.

    No arm at all means that no trial reported it.
    """

    mode: str
    name: str
    minimum: float | None
    maximum: float | None
    edges: tuple[float, ...] = ()
    arms: tuple[Spread, ...] = ()


class Diagnosis(StrEnum):
    """What the gap between training and evaluation says (Ng 2018, ch. 20 to 27)."""

    BIAS = "bias"
    VARIANCE = "variance"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class GapArm:
    """One arm: means over its trials; `gap` is how much worse the evaluation is."""

    arm: str
    trials: int
    train: float
    evaluation: float
    gap: float
    diagnosis: Diagnosis


@dataclass(frozen=True, slots=True)
class Gap:
    """A pair of metrics of one kind, on training and on evaluation data."""

    mode: str
    train: str
    evaluation: str
    arms: tuple[GapArm, ...]


@dataclass(frozen=True, slots=True)
class DataArm:
    """One split of the data in one arm: means over its trials.

    `classes` are (name, mean count); `missing` are classes that the mode has elsewhere.
    """

    arm: str
    trials: int
    examples: float
    classes: tuple[tuple[str, float], ...] = ()
    missing: tuple[str, ...] = ()
    mean: float | None = None
    scale: float | None = None


@dataclass(frozen=True, slots=True)
class DataSplit:
    """One split of the data in all arms; `differs` names what is not the same."""

    mode: str
    split: str
    arms: tuple[DataArm, ...]
    differs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OverlapArm:
    """How many examples are in both splits: least and most over the arm's trials.

    `at_least`: only a part of the examples could be compared.
    """

    arm: str
    least: int
    most: int
    at_least: bool = False


@dataclass(frozen=True, slots=True)
class Overlap:
    """Examples that are in two splits at once, by their hashes."""

    mode: str
    split: str
    other: str
    arms: tuple[OverlapArm, ...]


@dataclass(frozen=True, slots=True)
class SamplePane:
    """What one arm put out."""

    arm: str
    step: float
    text: str


@dataclass(frozen=True, slots=True)
class SamplePair:
    """One output by baseline and branch, from the same seed."""

    mode: str
    name: str
    seed: int | None
    panes: tuple[SamplePane, ...]

    @property
    def same(self) -> bool:
        """Whether all arms put out the same text."""
        return len({one.text for one in self.panes}) == 1


class Unmeasured(StrEnum):
    """Why a reference that is a command has no value."""

    NOT_RUN = "not_run"  # nobody ran it, such as for results that were given
    FAILED = "failed"
    LOST = "lost"
    BUDGET = "budget"


@dataclass(frozen=True, slots=True)
class ReferenceShown:
    """A simple baseline beside the arms: its value, and (arm, mean) of the metric.

    `value` is the policy's own number, or the mean of the `runs` of its command; None
    where there is none, for the reason in `unmeasured`. `beaten` is whether the mean of
    the branch is better, None where one of the two is not known.
    """

    mode: str
    metric: str
    name: str
    value: float | None
    arms: tuple[tuple[str, float], ...] = ()
    beaten: bool | None = None
    runs: int = 0
    unmeasured: Unmeasured | None = None


@dataclass(frozen=True, slots=True)
class EnsembleArm:
    """The averaged prediction of an arm's trials, beside the mean of single ones."""

    arm: str
    trials: int
    accuracy: float
    log_loss: float
    single_accuracy: float
    single_log_loss: float


@dataclass(frozen=True, slots=True)
class SetNoise:
    """The difference in accuracy (branch minus baseline) and what the test set adds.

    `here` is its 90 % interval on this test set (seeds vary), `anew` on a new one of
    the same size (examples vary too).
    """

    d: float
    here: tuple[float, float]
    anew: tuple[float, float]
    seeds: int


@dataclass(frozen=True, slots=True)
class Ensemble:
    """The seeds of each arm as an ensemble, over the examples that all trials share."""

    mode: str
    examples: int
    arms: tuple[EnsembleArm, ...]
    noise: SetNoise | None = None


@dataclass(frozen=True, slots=True)
class TypedFault:
    """A sentence on a typed line that could not be read, and in how many trials."""

    mode: str
    arm: str
    sentence: str
    trials: int


@dataclass(frozen=True, slots=True)
class Exhibits:
    """All of it for one evaluation; empty parts are not shown."""

    curves: tuple[Curves, ...] = ()
    quantities: tuple[QuantityShown, ...] = ()
    gaps: tuple[Gap, ...] = ()
    data: tuple[DataSplit, ...] = ()
    overlaps: tuple[Overlap, ...] = ()
    samples: tuple[SamplePair, ...] = ()
    references: tuple[ReferenceShown, ...] = ()
    ensembles: tuple[Ensemble, ...] = ()
    faults: tuple[TypedFault, ...] = ()
