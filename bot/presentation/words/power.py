"""Words for what the seeds can show, and what the error rates promise."""

from typing import Literal, assert_never

from bot.domain.verdict import Reason
from bot.presentation import numbers
from bot.presentation.words.phrase import Facts, Words

Planning = Literal[
    Reason.DETECTABLE,
    Reason.FUTILE,
    Reason.CHANCE_OF_STOP,
    Reason.TOLERANCE_SMALL,
]
Attempts = Literal[
    Reason.EVALUATIONS_COUNTED, Reason.ATTEMPTS_SPENT, Reason.TEST_CHOSEN
]


def planning(reason: Planning, facts: Facts) -> Words:
    """What this plan can decide, and how often it errs."""
    match reason:
        case Reason.DETECTABLE:
            return _detectable(facts)
        case Reason.FUTILE:
            return _futile(facts)
        case Reason.CHANCE_OF_STOP:
            return _chance(facts)
        case Reason.TOLERANCE_SMALL:
            return _small(facts)
        case _:
            assert_never(reason)


def design(reason: Attempts, facts: Facts) -> Words:
    """What was fixed before the first trial: the test, the share of this attempt."""
    match reason:
        case Reason.EVALUATIONS_COUNTED:
            return _counted(facts)
        case Reason.ATTEMPTS_SPENT:
            return _attempts_spent(facts)
        case Reason.TEST_CHOSEN:
            return _test(facts)
        case _:
            assert_never(reason)


def _detectable(facts: Facts) -> Words:
    detectable, tolerance = facts.real("detectable"), facts.real("tolerance")
    power = numbers.percent(facts.real("power"))
    coarse = detectable is not None and detectable > (tolerance or 0.0)
    loss = numbers.rough(detectable)
    return Words(
        f"{facts.metric} can be judged down to {loss}{facts.here}",
        f"{facts.lead}{numbers.counted(facts.count('n'), 'seed')} per arm would "
        f"show a worsening of {facts.metric} by {loss} with {power} probability; the "
        f"tolerance is {numbers.number(tolerance)}.",
        "Losses between the two can stay undecided: allow more seeds or widen the "
        "tolerance."
        if coarse
        else "",
    )


def _futile(facts: Facts) -> Words:
    look, most = facts.count("look"), facts.count("n_max")
    passing, blocking = (numbers.percent(facts.real(k)) for k in ("p_pass", "p_block"))
    return Words(
        f"more seeds would hardly decide {facts.metric}{facts.here}",
        f"{facts.lead}more seeds would hardly decide {facts.metric}: after {look} of "
        f"at most {most} per arm, a branch that changes nothing would still pass with "
        f"{passing} probability, and one that is worse by the whole tolerance would "
        f"be blocked with {blocking}.",
        "Widen the tolerance, plan more seeds, or make single runs less noisy (train "
        "longer, evaluate on more data).",
    )


def _chance(facts: Facts) -> Words:
    chance = numbers.percent(facts.real("chance"))
    promised = facts.real("promised")
    single = f" Each rule alone promises to block at most {numbers.percent(promised)}."
    blocked, open_ = (numbers.percent(facts.real(k)) for k in ("blocked", "undecided"))
    ends = f" (blocked {blocked}, undecided {open_})"
    known = facts.real("blocked") is not None
    price = failing_price(facts.real("failing"), facts.real("sound"))
    assumed = facts.text("assumed").rstrip(".")
    return Words(
        f"a branch that changes nothing is stopped with {chance} probability",
        f"A branch that changes nothing is stopped with {chance} "
        f"probability{ends if known else ''}, over all metrics, modes and stages "
        "together."
        f"{f' {price}.' if price else ''}"
        f"{single if promised else ''}"
        f"{f' Assumed: {assumed}.' if assumed else ''}",
    )


def failing_price(failing: float | None, sound: float | None) -> str:
    """What failed trials add to that chance, without a stop; empty if none failed."""
    if not failing or sound is None:
        return ""
    return (
        f"{numbers.percent(failing)} of past trials failed; if none did, it would be "
        f"stopped with {numbers.percent(sound)} probability"
    )


def _small(facts: Facts) -> Words:
    tolerance = numbers.number(facts.real("tolerance"))
    smallest, sd = (numbers.rough(facts.real(key)) for key in ("smallest", "sd"))
    return Words(
        f"the tolerance of {facts.metric} ({tolerance}) is small for the planned "
        f"seeds{facts.here}",
        f"{facts.lead}the tolerance of {facts.metric} ({tolerance}) is small for the "
        f"planned seeds: single runs vary by {sd} (SD), so a branch that changes "
        f"nothing would pass {numbers.percent(facts.real('passing'))} of the time. "
        f"From {smallest} on, 90 % of such branches pass.",
        f"Widen the tolerance to {smallest} or more, or allow more seeds.",
    )


def _counted(facts: Facts) -> Words:
    attempt, attempts = max(1, facts.count("attempt")), facts.count("attempts")
    alpha = numbers.percent(facts.real("alpha"))
    if attempts:
        return Words(
            f"this is evaluation {attempt} of {attempts} of this branch",
            f"This is evaluation {attempt} of at most {attempts} of this branch; each "
            f"uses an error rate of {alpha}, so that trying again buys nothing.",
        )
    tries = "; a change that is worse by its tolerance gets through one time in five"
    again = attempt > 1
    return Words(
        f"this is evaluation {attempt} of this branch",
        f"This is evaluation {attempt} of this branch, each with the full error rate "
        f"of {alpha}{f'{tries} where five are tried' if again else ''}.",
        "Set decision.attempts on the base branch to share the error rate among tries."
        if again
        else "",
    )


def _attempts_spent(facts: Facts) -> Words:
    attempts = facts.count("attempts")
    number = f"all {attempts} evaluations" if attempts else "all evaluations"
    return Words(
        f"{number} of this branch are used up",
        f"The policy allows a branch only so many tries, and {number} of this branch "
        "are used up: one more would find a pass by luck.",
        "Raise decision.attempts on the base branch, or bring the idea as a new "
        "branch that says what changed.",
    )


_TESTS = {"paired": "the paired t test", "welch": "Welch's t test (no pairs)"}
_SCALES = {"logit": "logit", "log": "logarithmic"}


def _test(facts: Facts) -> Words:
    test = _TESTS.get(facts.text("test"), "a t test")
    scale = _SCALES.get(facts.text("scale"), "")
    guard = " The exact permutation test must agree, as past runs had outliers."
    stretched = f" Values are compared on a {scale} scale, as they lie near a bound."
    return Words(
        f"{facts.metric} is compared by {test}{facts.here}",
        f"{facts.lead}{facts.metric} is compared by {test}, as past runs say"
        f"{_past(facts)}.{guard if facts.flag('guarded') else ''}"
        f"{stretched if scale else ''}",
    )


def _past(facts: Facts) -> str:
    correlation, even = facts.real("correlation"), facts.real("break_even")
    if correlation is None:
        return ""
    pairs = numbers.counted(facts.count("pairs"), "pair")
    pays = f"; pairing pays from {numbers.rough(even)} on" if even is not None else ""
    return (
        f": over {pairs} with the same seed their correlation is "
        f"{numbers.rough(correlation)}{pays}"
    )
