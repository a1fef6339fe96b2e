"""Words for the rungs of the ladder."""

from typing import Literal, assert_never

from bot.domain.verdict import Reason
from bot.presentation import numbers
from bot.presentation.escape import one_line
from bot.presentation.words.phrase import Facts, Words
from bot.presentation.words.sanity import CLAIMS, Claims
from workers.contract import Check, ProbeEnd

_LONGEST = 200
"""Characters of a log line in a sentence."""

Rungs = Literal[
    Reason.TESTS_PASSED,
    Reason.TESTS_FAILED,
    Reason.TESTS_BROKEN,
    Reason.SANITY_PASSED,
    Reason.SANITY_FAILED,
    Reason.SANITY_AS_BEFORE,
    Reason.SANITY_UNSEEN,
    Reason.RUNG_SKIPPED,
    Reason.PROVISIONAL,
    Reason.FIDELITY,
]


def rungs(  # noqa: C901, PLR0911, PLR0912 - a closed list, read down
    reason: Rungs, facts: Facts
) -> Words:
    """Tests, sanity of the network, and how far a fast stage can be trusted."""
    match reason:
        case Reason.TESTS_PASSED:
            return _tests_passed(facts)
        case Reason.TESTS_FAILED:
            return _tests_failed(facts)
        case Reason.TESTS_BROKEN:
            return _tests_broken(facts)
        case Reason.SANITY_PASSED:
            return _sanity_passed(facts)
        case Reason.SANITY_FAILED:
            return _sanity_failed(facts)
        case Reason.SANITY_AS_BEFORE:
            return _sanity_as_before(facts)
        case Reason.SANITY_UNSEEN:
            return _sanity_unseen(facts)
        case Reason.RUNG_SKIPPED:
            return _rung_skipped(facts)
        case Reason.PROVISIONAL:
            return _provisional(facts)
        case Reason.FIDELITY:
            return _fidelity(facts)
        case _:
            assert_never(reason)


def _tests_passed(facts: Facts) -> Words:
    again = " They fail on the base." if _failed_before(facts) else ""
    return Words(
        "the repository's own tests pass",
        f"The repository's own tests pass{_after(_last(facts, 'last'))}.{again}",
    )


def _failed_before(facts: Facts) -> bool:
    status = facts.real("baseline_status")
    return status is not None and status != 0.0


def _tests_failed(facts: Facts) -> Words:
    return Words(
        "the repository's own tests fail",
        "The repository's own tests fail on the branch, and pass on the base"
        f"{_after(_end(facts))}.",
        "Mend them, then judge again.",
    )


def _tests_broken(facts: Facts) -> Words:
    return Words(
        "the repository's own tests fail on the base as well",
        "The repository's own tests fail on the branch and on the base"
        f"{_after(_end(facts))}. So they say nothing of the branch.",
        "Mend them on the base first, or take the stage out of the policy.",
    )


def _end(facts: Facts) -> str:
    """How the tests of the branch ended: their last words, or what ended them."""
    ended_itself = facts.text("failure") in ("", "exception")
    detail, last = facts.text("detail"), _last(facts, "last")
    return (last or detail) if ended_itself else (detail or last)


def _last(facts: Facts, key: str) -> str:
    return one_line(facts.text(key), _LONGEST)


def _after(text: str) -> str:
    """`: text`, without a full stop of its own; nothing where there is no text."""
    said = text.strip().rstrip(".")
    return f": {said}" if said else ""


def _sanity_passed(facts: Facts) -> Words:
    claim = _claims(facts).holds
    return Words(f"{claim}{facts.here}", f"{facts.lead}{claim}{_after(_saw(facts))}.")


def _sanity_failed(facts: Facts) -> Words:
    claims, before = _claims(facts), _last(facts, "baseline_saw")
    on_base = f" On the base {claims.holds}{_after(before)}." if before else ""
    return Words(
        f"{claims.broken}{facts.here}",
        f"{facts.lead}{claims.broken}{_after(_saw(facts))}.{on_base}",
        f"{claims.mend} Then judge again.",
    )


def _sanity_as_before(facts: Facts) -> Words:
    broken = _claims(facts).broken
    return Words(
        f"{broken}{facts.here}, as on the base",
        f"{facts.lead}{broken}{_after(_saw(facts))}. It is the same on the base.",
    )


def _sanity_unseen(facts: Facts) -> Words:
    check, why = _check(facts), _after(_ended(_saw(facts)))
    if check is None:
        return Words(
            f"the network could not be checked{facts.here}",
            f"{facts.lead}nothing of the network could be checked{why}.",
        )
    asked = f"it could not be checked whether {CLAIMS[check].holds}"
    return Words(f"{asked}{facts.here}", f"{facts.lead}{asked}{why}.")


def _ended(saw: str) -> str:
    """What was seen; where that is the word for a probe's end, a clause instead."""
    end = next((one for one in ProbeEnd if one == saw), None)
    match end:
        case None:
            return saw
        case ProbeEnd.NO_TORCH:
            return "it never imports torch"
        case ProbeEnd.NO_STEPS:
            return "it makes no optimizer step that the probe sees"
        case ProbeEnd.STEPS | ProbeEnd.EXIT:
            return "the probe saw steps, and nothing in them that could be checked"
        case ProbeEnd.BLIND:
            return "something kept the probe from looking"
        case ProbeEnd.MISSING:
            return "the process ended without a word of the probe"
        case _:
            assert_never(end)


def _check(facts: Facts) -> Check | None:
    return next((one for one in Check if one == facts.text("check")), None)


def _saw(facts: Facts) -> str:
    """What was seen; two seeds are compared by us and not by the probe."""
    if facts.real("other_seed") is None:
        return _last(facts, "saw")
    seeds = f"seeds {facts.count('seed')} and {facts.count('other_seed')}"
    if facts.real("step") is None:
        steps = numbers.counted(facts.count("steps"), "step")
        return f"{seeds} give the same {steps}, bit for bit"
    return f"{seeds} differ from step {facts.count('step')} on"


_UNNAMED = Claims("the network is sane", "the network is not sane", "Mend the network.")


def _claims(facts: Facts) -> Claims:
    check = _check(facts)
    return CLAIMS[check] if check else _UNNAMED


def _rung_skipped(facts: Facts) -> Words:
    stage, before = _stage(facts, "stage"), facts.text("before") or "a stage before it"
    return Words(
        f"{stage} was not started",
        f"The ladder ends before {stage}, because {before} did not pass.",
    )


def _stage(facts: Facts, key: str) -> str:
    return facts.text(key) or "a later stage"


def _provisional(facts: Facts) -> Words:
    stage, later = _stage(facts, "stage"), _stage(facts, "later")
    label = facts.text("label")
    command = f"seedgate local --label {label}" if label else "seedgate local"
    return Words(
        "the verdict is provisional",
        f"The verdict rests on {stage} alone and is provisional: {_trust(facts)}."
        f"{_speed(facts)}",
        f"`{command}` goes on to {later}.",
    )


def _trust(facts: Facts) -> str:
    stage, later = _stage(facts, "stage"), _stage(facts, "later")
    pairs, needed = facts.count("pairs"), facts.count("needed")
    if pairs >= needed:
        return f"over {pairs} branches it has not foretold {later} well"
    return (
        f"how well {stage} foretells {later} is known once {needed} branches have run "
        f"both ({pairs} so far)"
    )


def _speed(facts: Facts) -> str:
    factor = facts.real("speed_up")
    if factor is None:
        return ""
    stage, later = _stage(facts, "stage"), _stage(facts, "later")
    return (
        f" A run of {later} takes {numbers.rough(factor)} times as long as one of "
        f"{stage}."
    )


def _fidelity(facts: Facts) -> Words:
    stage, later = _stage(facts, "stage"), _stage(facts, "later")
    agreement, low = facts.real("agreement"), facts.real("low")
    same = f"never saw {facts.metric} move"
    if agreement is not None and low is not None:
        share, least = numbers.percent(agreement), numbers.percent(low)
        same = (
            f"agree on which way {facts.metric} moves in {share} (with 95 % confidence "
            f"at least {least})"
        )
    return Words(
        f"{stage} and {later} were compared{facts.here}",
        f"{facts.lead}over {facts.count('pairs')} branches {stage} and {later} "
        f"{same}{_tau(facts)}.{_speed(facts)}",
    )


def _tau(facts: Facts) -> str:
    tau, slope = facts.real("tau"), facts.real("slope")
    order = "" if tau is None else f"; Kendall's tau-b is {numbers.fixed(tau, 2)}"
    if slope is None:
        return order
    return f"{order}; an effect in the first becomes {numbers.rough(slope)} times it"


def rung_note(
    runs: int, wall_s: float, later: tuple[str, float | None] = ("", None)
) -> str:
    """What a rung took: `14 runs, 41 s in all`.

    `later` is a stage after it, and how many times as long a run of it takes.
    """
    took = f"{numbers.counted(runs, 'run')}, {numbers.duration(wall_s)} in all"
    stage, factor = later
    if factor is None:
        return took
    return f"{took}; a run of {stage} takes {numbers.rough(factor)} times as long"
