"""Words for how modes behave, step by step, and who changed it."""

from typing import Literal, assert_never

from bot.domain.verdict import Reason
from bot.presentation.escape import one_line
from bot.presentation.words.phrase import Facts, Words

_LONGEST = 200
"""Characters of what was seen before and after; the rest is cut."""
_NO_STEP = ("outcome", "number of steps")
"""What no single step is the first to show."""
REORDERED = "order of the data"
"""What differs first where both saw the same batches."""

Behaviours = Literal[
    Reason.MODE_IDENTICAL,
    Reason.MODE_NUMERIC,
    Reason.MODE_CHANGED,
    Reason.MODE_INVASIVE,
    Reason.MODE_UNTOUCHED,
    Reason.MODE_EQUIVALENT,
    Reason.MODE_UNKNOWN,
    Reason.TARGETS_INFERRED,
]


def behaviours(  # noqa: C901, PLR0911 - a closed list, read down
    reason: Behaviours, facts: Facts
) -> Words:
    """Modes compared bit for bit over their first steps."""
    match reason:
        case Reason.MODE_IDENTICAL:
            return _mode_identical(facts)
        case Reason.MODE_NUMERIC:
            return _mode_numeric(facts)
        case Reason.MODE_CHANGED:
            return _mode_changed(facts)
        case Reason.MODE_INVASIVE:
            return _mode_invasive(facts)
        case Reason.MODE_UNTOUCHED:
            return _mode_untouched(facts)
        case Reason.MODE_EQUIVALENT:
            return _mode_equivalent(facts)
        case Reason.MODE_UNKNOWN:
            return _mode_unknown(facts)
        case Reason.TARGETS_INFERRED:
            return _targets_inferred(facts)
        case _:
            assert_never(reason)


def _steps(facts: Facts) -> str:
    """`the first 20 steps are`, `the only step is`."""
    steps = facts.count("steps")
    return "the only step is" if steps == 1 else f"the first {steps} steps are"


def _lines(facts: Facts) -> str:
    """A sentence on the changed lines that ran; empty where none was watched."""
    if facts.real("changed_lines") is None:
        return ""
    ran, all_lines = facts.count("executed"), facts.count("changed_lines")
    if all_lines == 1:
        return (
            f" The one changed line of code {'ran' if ran else 'did not run'} in them."
        )
    lines = f"{all_lines} changed lines"
    if not ran:
        return f" None of the {lines} of code ran in them."
    return f" {ran} of the {lines} of code ran in them."


def _notes(facts: Facts) -> str:
    """What could not be seen beside the steps: the probe's own sentences."""
    notes = (one_line(one, _LONGEST) for one in facts.listed("notes"))
    return "".join(f" {one}" for one in notes)


def _first(facts: Facts) -> str:
    """What differs first, and where: `the loss, at step 3 (2.3 before, 2.4 now)`."""
    tensor = facts.text("tensor")
    of = f" of {one_line(tensor, _LONGEST)}" if tensor else ""
    return f"the {facts.text('quantity')}{of}{_at(facts)}{_values(facts)}"


def _at(facts: Facts) -> str:
    """` at step 3`; before the first step there is none."""
    no_step = facts.real("step") is None or facts.text("quantity") in _NO_STEP
    return "" if no_step else f" at step {facts.count('step')}"


def _values(facts: Facts) -> str:
    before, after = (one_line(facts.text(key), _LONGEST) for key in ("before", "after"))
    return f" (before: {before}; now: {after})" if before or after else ""


def _difference(facts: Facts) -> str:
    """The sentence that both kinds of changed mode share, after `In mode mlp, `."""
    late = facts.text("seen_in") == "fast"
    since = (
        f"the first {facts.count('steps')} steps are the same, and whole trials differ "
        "later, first in "
        if late
        else "base and branch differ first in "
    )
    return f"{since}{_first(facts)}."


def _data(facts: Facts) -> str:
    """What is known of data that differ, and what is not."""
    if facts.text("quantity") == REORDERED:
        return " The batches are the same ones, at other steps."
    if facts.text("quantity") == "data":
        return (
            " Of each batch only a digest is known: it may be another order, another "
            "draw, or other values of the same data."
        )
    return ""


def _shift(facts: Facts) -> str:
    if not facts.flag("shifted"):
        return ""
    if facts.text("quantity") == REORDERED:
        return " Losses stay near: it may be no more than a shift of randomness."
    return (
        " Losses differ from the first step on and stay near, which fits a shift of "
        "randomness (one more random draw) and a small change of the data's values "
        "alike."
    )


def _by(facts: Facts) -> str:
    """Who did it, or why that is not known."""
    titles = (*facts.listed("titles"), *("" for _ in facts.listed("changes")))
    pairs = zip(facts.listed("changes"), titles, strict=False)
    named = [f"{one} ({one_line(title, 60)})" if title else one for one, title in pairs]
    if named:
        return f" Changed by {', '.join(named)}."
    why = facts.text("why")
    return f" Which change did it is not known: {why}." if why else ""


def _mode_identical(facts: Facts) -> Words:
    return Words(
        f"nothing changed{facts.here} in {facts.count('steps')} steps",
        f"{facts.lead}{_steps(facts)} the same bit for bit on base and branch."
        f"{_lines(facts)}{_notes(facts)} This proves nothing of later steps.",
    )


def _mode_numeric(facts: Facts) -> Words:
    relative = facts.real("relative")
    apart = (
        f" Losses differ by {relative:.1g} of themselves at most." if relative else ""
    )
    return Words(
        f"rounding differs{facts.here}",
        f"{facts.lead}base and branch differ by no more than rounding makes in "
        f"{facts.count('steps')} steps, first in {_first(facts)}.{apart}",
    )


def _mode_changed(facts: Facts) -> Words:
    return Words(
        f"the behaviour changed{facts.here}, as meant",
        f"{facts.lead}which is a target, {_difference(facts)}"
        f"{_data(facts)}{_shift(facts)}{_by(facts)}",
        _who(facts).strip(),
    )


def _mode_invasive(facts: Facts) -> Words:
    equal = (
        " Its metrics are shown to be equivalent, and the policy does not take that "
        "for an answer (`invasive.equivalent`)."
        if facts.flag("equivalent")
        else ""
    )
    return Words(
        f"the behaviour changed{facts.here}, which nobody named as a target",
        f"{facts.lead}which nobody named as a target, {_difference(facts)}"
        f"{_data(facts)}{_shift(facts)}{_by(facts)}{equal}",
        f"Take the change out of this mode, or name the mode as a target.{_who(facts)}",
        local="`--target MODE,MODE` names all that are meant to change.",
    )


def _who(facts: Facts) -> str:
    """How to find out who did what only whole trials show."""
    late = facts.text("seen_in") == "fast" and facts.real("step") is not None
    if not late or facts.listed("changes") or not facts.text("why"):
        return ""
    return (
        f" To learn which change did it, set `invasive.steps` to {facts.count('step')} "
        "or more: then the trees without each change are compared as far as that."
    )


def _mode_untouched(facts: Facts) -> Words:
    return Words(
        f"nothing of the target changed{facts.here}",
        f"{facts.lead}which is named as a target, {_steps(facts)} "
        f"the same bit for bit on base and branch.{_lines(facts)}{_notes(facts)}",
    )


def _mode_equivalent(facts: Facts) -> Words:
    return Words(
        f"the behaviour changed{facts.here}, and {facts.metric} is equivalent",
        f"{facts.lead}the behaviour changed, and {facts.metric} "
        f"is shown to differ by less than {facts.amount('margin')}: "
        f"{facts.effect}.",
    )


def _mode_unknown(facts: Facts) -> Words:
    alike = (
        f" Its {facts.text('metric')} is shown to differ by less than "
        f"{facts.amount('margin')}: {facts.effect}."
        if facts.flag("equivalent")
        else ""
    )
    return Words(
        f"it is not known whether the behaviour changed{facts.here}",
        f"{facts.lead}it is not known whether the behaviour changed: "
        f"{facts.text('why')}.{_notes(facts)}{alike}",
    )


def _targets_inferred(facts: Facts) -> Words:
    return Words(
        "the target was inferred",
        "Nobody named a target, and exactly one mode changed: "
        f"{', '.join(facts.listed('modes'))} is taken as the target.",
    )
