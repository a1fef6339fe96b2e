"""Words for metrics near their bounds, and for test sets that are too small."""

from typing import Literal, assert_never

from bot.domain.verdict import Reason
from bot.presentation import numbers
from bot.presentation.words.phrase import Facts, Words

Saturation = Literal[Reason.NEAR_BOUND, Reason.SATURATED, Reason.TEST_SET_SMALL]

_HARDER = "Use a harder test set, or judge a metric that has room left, such as a loss."
_TRAIN = (
    "At its worst value a metric can hardly get worse, so that losses stay hidden: "
    "train longer, or judge another metric."
)
_TOLERATED = ("tolerance", "widen the tolerance")
_ON_CURVE = ", so values are compared on a scale that makes up for it"
_SCALES = {
    "raw": "; values are compared as they are, since only past evaluations may choose "
    "another scale",
    "logit": _ON_CURVE,
    "log": _ON_CURVE,
}


def saturation(reason: Saturation, facts: Facts) -> Words:
    """The test set, not the branch, limits what can be seen."""
    match reason:
        case Reason.NEAR_BOUND:
            return _near(facts)
        case Reason.SATURATED:
            return _saturated(facts)
        case Reason.TEST_SET_SMALL:
            return _small(facts)
        case _:
            assert_never(reason)


def _near(facts: Facts) -> Words:
    bound = numbers.number(facts.real("bound"))
    mean, sd = numbers.number(facts.real("mean")), numbers.rough(facts.real("sd"))
    return Words(
        f"{facts.metric} is close to its bound of {bound}{facts.here}",
        f"{facts.lead}{facts.metric} is close to its bound of {bound} (mean {mean}, "
        f"SD of single runs {sd}). Steps get smaller near a bound"
        f"{_SCALES.get(facts.text('scale'), '')}.",
        _TRAIN if facts.text("side") == "worst" else _HARDER,
    )


def _saturated(facts: Facts) -> Words:
    bound, value = (numbers.number(facts.real(key)) for key in ("bound", "value"))
    seed = facts.real("seed")
    place = "" if seed is None else f" (seed {facts.count('seed')})"
    return Words(
        f"{facts.metric} has reached its bound of {bound}{facts.here}",
        f"{facts.lead}{facts.metric} was {value}{place} and has reached its bound of "
        f"{bound}. Differences cannot be measured there, so it can neither pass nor "
        "block.",
        _HARDER,
    )


def _small(facts: Facts) -> Words:
    gain = facts.text("asked") == "margin"
    asked, mend = ("margin", "ask for a larger gain") if gain else _TOLERATED
    tolerance = numbers.number(facts.real("tolerance"))
    resolution, se = (numbers.rough(facts.real(key)) for key in ("resolution", "se"))
    size = facts.real("examples")
    examples = f" of {numbers.number(size)} examples" if size else ""
    return Words(
        f"the test set is small for the {asked} of {facts.metric}{facts.here}",
        f"{facts.lead}the test set{examples} is small for a {asked} of {tolerance} "
        f"of {facts.metric}: one example is worth {resolution}, and which examples "
        f"are in it moves the metric by {se} (standard error).",
        f"Evaluate on more examples or {mend}; more seeds do not help against this.",
    )
