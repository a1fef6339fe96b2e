"""A repeated trial as sentences, tables and JSON; and what a stored trial was."""

import shlex
from collections.abc import Mapping

from bot.domain.invasiveness.differences import Difference
from bot.domain.repetition import Compared, Repetition, Sameness, Steps
from bot.presentation import numbers
from bot.presentation.calibration_text import Grid
from bot.presentation.escape import one_line
from workers.contract import TrialResult, TrialSpec

_SHOWN = 12
_LONGEST = 200
_SAME = {
    Sameness.BITWISE: "equal",
    Sameness.WITHIN_NOISE: "within noise",
    Sameness.DIFFERS: "differs",
    Sameness.UNKNOWN: "not known",
}
_ANSWERS = {
    Sameness.BITWISE: "Bit for bit the same: every value that it reported, in order.",
    Sameness.WITHIN_NOISE: (
        "Not bit for bit the same, and within the noise of other seeds."
    ),
    Sameness.DIFFERS: "It differs by more than the noise of other seeds.",
    Sameness.UNKNOWN: (
        "Not bit for bit the same; how much is noise is not known here."
    ),
}

_Json = dict[str, object]


def headline(found: Repetition) -> str:
    """The answer in one sentence."""
    if found.lost:
        return f"It could not be repeated: {one_line(found.lost, _LONGEST)}"
    if found.ends != ("ok", "ok"):
        return _ends(found)
    if found.steps is not None:
        return _steps(found.steps)
    if not any(one.decides for one in found.metrics):
        return "It ends well, as it did before; it has no values to compare."
    if found.same is Sameness.BITWISE and not found.digests:
        return "Bit for bit the same, as far as its few values can tell."
    return _ANSWERS[found.same]


def _ends(found: Repetition) -> str:
    first, second = found.ends
    if first == second:
        return f"It fails as it did before: {first}."
    return f"It differs: it ended with {first}, and now with {second}."


def _steps(steps: Steps) -> str:
    if steps.blind:
        why = one_line(steps.blind, _LONGEST)
        return f"It ends well, as it did before; no steps can be compared: {why}."
    if steps.first is None:
        number = numbers.counted(steps.seen, "step")
        return f"Bit for bit the same in all {number} that were looked at."
    return f"Not bit for bit the same: the runs differ first in {_first(steps.first)}."


def _first(first: Difference) -> str:
    at = "" if first.step is None else f" at step {first.step}"
    of = f" of {one_line(first.tensor, _LONGEST)}" if first.tensor else ""
    return f"the {first.quantity}{of}{at}"


def sentences(found: Repetition, *, moved: bool) -> tuple[str, ...]:
    """What to know beside the answer; empty where there is nothing."""
    said = []
    if moved:
        said.append(
            "It ran on other hardware or with other packages than the stored trial: "
            "equal bits were not to be expected, only values within noise."
        )
    decisive = [one for one in found.metrics if one.decides]
    if any(one.same is Sameness.UNKNOWN for one in decisive):
        said.append(
            "Too few stored trials differ from this one in the seed alone; a judged "
            "branch leaves them."
        )
    if found.digests is False and found.same is Sameness.WITHIN_NOISE:
        said.append("The streams of reported values differ on the way.")
    return tuple(said)


def grid(found: Repetition) -> Grid:
    """Every metric: the stored value, the new one, and what noise would explain."""
    return Grid(
        "Stored and repeated",
        ("metric", "stored", "repeated", "difference", "noise", "seeds", ""),
        tuple(_row(one) for one in found.metrics),
    )


def _row(one: Compared) -> tuple[str, ...]:
    gap = None
    if one.before is not None and one.after is not None:
        gap = one.after - one.before
    digits = numbers.places(one.sd, gap)
    return (
        one.metric,
        numbers.fixed(one.before, digits),
        numbers.fixed(one.after, digits),
        numbers.signed(gap, digits),
        f"±{numbers.rough(one.room)}" if one.room is not None else numbers.UNKNOWN,
        str(one.n),
        _SAME[one.same] if one.decides else f"{_SAME[one.same]} (machine)",
    )


def provenance(
    spec: TrialSpec, result: TrialResult | None, known: Mapping[str, str]
) -> tuple[tuple[str, str], ...]:
    """What the trial was: a name and a text a row; `known` of the evaluation it is of.

    Keys of `known`: evaluation, repository, packages.
    """
    hardware, _, packages = spec.machine.rpartition("/")
    rows = (
        ("trial", spec.key),
        ("arm", f"{spec.arm} of mode {spec.mode}, stage {spec.stage}"),
        ("tree", spec.tree),
        ("commit", spec.commit),
        ("command", shlex.join(spec.argv)),
        ("scored by", shlex.join(spec.scoring.argv) if spec.scoring else ""),
        ("scored in", spec.scoring.tree if spec.scoring else ""),
        ("looked at", _probe(spec)),
        ("seed", f"{spec.seed}, replicate {spec.replicate}"),
        ("policy", spec.policy),
        ("hardware", hardware),
        ("packages", " ".join(filter(None, (packages, known.get("packages", ""))))),
        ("node", result.node if result else ""),
        ("objects", spec.objects),
        ("evaluation", known.get("evaluation", "")),
        ("repository", known.get("repository", "")),
    )
    return tuple((name, text) for name, text in rows if text)


def _probe(spec: TrialSpec) -> str:
    """What a probe beside the run is for; nothing of it happens by hand."""
    if spec.probe is None:
        return ""
    steps = f"{spec.probe.kind}, {numbers.counted(spec.probe.steps, 'step')}"
    return f"{steps} (by hand the command runs to its end, without the probe)"


def document(key: str, again: TrialSpec, found: Repetition, *, moved: bool) -> _Json:
    """The JSON of a repetition; what is not known is null."""
    return {
        "schema": 1,
        "trial": key,
        "repeated_as": again.key,
        "replicate": again.replicate,
        "result": str(found.same),
        "digests_equal": found.digests,
        "other_machine": moved,
        "ends": list(found.ends),
        "lost": found.lost or None,
        "steps": None if found.steps is None else _looked(found.steps),
        "metrics": [_metric(one) for one in found.metrics],
    }


def _looked(steps: Steps) -> _Json:
    return {
        "seen": steps.seen,
        "first_difference": None if steps.first is None else _first(steps.first),
        "not_seen_because": steps.blind or None,
    }


def _metric(one: Compared) -> _Json:
    return {
        "metric": one.metric,
        "stored": one.before,
        "repeated": one.after,
        "sd": one.sd,
        "noise": one.room,
        "seeds": one.n,
        "result": str(one.same),
        "decides": one.decides,
    }
