"""Words for baselines and machines that are not what they were."""

from typing import Literal, assert_never

from bot.domain.verdict import Reason
from bot.presentation import numbers
from bot.presentation.words.phrase import MOST_NAMES, Facts, Words

Surroundings = Literal[
    Reason.MIXED_MACHINES, Reason.NODE_EFFECT, Reason.CANARY_OUTSIDE, Reason.DRIFT
]

_LOOK = "Look for what changed on the machines: drivers, packages, data."


def surroundings(reason: Surroundings, facts: Facts) -> Words:
    """Trials that differ by where or when they ran."""
    match reason:
        case Reason.MIXED_MACHINES:
            return _mixed(facts)
        case Reason.NODE_EFFECT:
            return _nodes(facts)
        case Reason.CANARY_OUTSIDE:
            return _canary(facts)
        case Reason.DRIFT:
            return _drift(facts)
        case _:
            assert_never(reason)


def _mixed(facts: Facts) -> Words:
    arm = facts.text("arm") or "one arm"
    return Words(
        f"the trials of {arm} come from different machines{facts.here}",
        f"{facts.lead}the trials of {arm} come from different "
        f"machines{_groups(facts)}. A mean over both would say nothing of either.",
        "Run both arms on one kind of machine (accelerator in the policy) and judge "
        "again.",
    )


def _groups(facts: Facts) -> str:
    """The two groups that the values of an arm fall into."""
    low, high = facts.real("low"), facts.real("high")
    what, n = facts.text("what"), facts.count("n")
    if low is None or high is None:
        return f": they differ in {what}" if what else ""
    above = facts.count("n_high")
    return (
        f": {what or 'a value'} is about {numbers.number(low)} in {n - above} of them "
        f"and about {numbers.number(high)} in {above}"
    )


def _nodes(facts: Facts) -> Words:
    worst, p = facts.text("worst") or "one node", numbers.p_value(facts.real("p"))
    nodes = numbers.some(facts.listed("nodes"), MOST_NAMES)
    over = f" ({nodes})" if nodes else ""
    gap = facts.real("gap")
    by = "" if gap is None else f" by {numbers.rough(abs(gap))}"
    return Words(
        f"{facts.metric} depends on the machine that ran it{facts.here}",
        f"{facts.lead}{facts.metric} depends on which machine ran the trial{over}: "
        f"{worst} is off{by} (p {p}).",
        f"Find what is different about {worst}, or keep it out of the gate. Branch "
        "and baseline of one seed ran side by side, so their difference still counts.",
    )


def _canary(facts: Facts) -> Words:
    value, stored = facts.real("value"), facts.count("stored")
    gave = "failed" if value is None else f"gave {numbers.number(value)}"
    seed = "" if facts.real("seed") is None else f" with seed {facts.count('seed')}"
    among = f"the {stored} stored ones" if stored else "the stored ones"
    return Words(
        f"a fresh baseline run of {facts.metric} is not like the stored "
        f"ones{facts.here}",
        f"{facts.lead}a fresh baseline run{seed} {gave} for {facts.metric}; with 99 % "
        f"probability a run like {among} lies in {_range(facts)}. So the stored runs "
        "were dropped and run anew.",
        _LOOK,
    )


def _range(facts: Facts) -> str:
    low, high = facts.real("low"), facts.real("high")
    width = None if low is None or high is None else (high - low) / 2
    return numbers.plain_interval(low, high, numbers.places(width or low))


def _drift(facts: Facts) -> Words:
    cusum, threshold = (numbers.rough(facts.real(k)) for k in ("cusum", "threshold"))
    since = _since(facts)
    return Words(
        f"the baseline of {facts.metric} moves over time{facts.here}",
        f"{facts.lead}the baseline of {facts.metric} moves over time, without any "
        f"change of the code: its repeated runs lie to one side{since} (sum {cusum}, "
        f"alarm above {threshold}). No branch is to blame. The runs stored before were "
        "dropped, and the baseline is run anew.",
        _LOOK,
    )


def _since(facts: Facts) -> str:
    place = facts.real("since")
    if place is not None:
        return f" since the repeated run number {facts.count('since') + 1}"
    return f" since {facts.text('since')}" if facts.text("since") else ""
