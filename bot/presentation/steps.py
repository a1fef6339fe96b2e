"""What to do after a verdict: at most three steps, one with the line that does it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from bot.domain.verdict import FLAGS, Finding, Provenance, Reason, Report, Ruling
from bot.domain.verdict.counting import extendable
from bot.presentation.changes import hidden_harm
from bot.presentation.headline import (
    all_findings,
    and_more,
    deciding,
    distinct,
    nested,
)
from bot.presentation.splitting import nothing_left, split_line
from bot.presentation.words import steps as say
from bot.presentation.words import words
from bot.presentation.words.phrase import Facts, Words

_MOST = 3
_WORTH_SAYING = (
    Reason.METRIC_VERSION_CHANGED,
    Reason.DIRTY_COMMITTED,
    Reason.NOTHING_RELEVANT,
    Reason.SEED_HAS_NO_EFFECT,
    Reason.MIXED_MACHINES,
    Reason.SATURATED,
    Reason.TEST_SET_SMALL,
    Reason.TOLERANCE_SPENT,
)


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do. `command` is a line for a POSIX shell, or empty.

    Names in both are raw: `text` is escaped on show, `command` is shown as code.
    """

    text: str
    command: str = ""


@dataclass(frozen=True, slots=True)
class Channel:
    """Where the steps are taken: how to merge, how to go on, and what splits a branch.

    `split` gives the line for the branch without these changes, or nothing, `does` says
    what it does, and `one_out` how to leave out a change by hand. `mend` says what to
    do about a finding there.
    """

    merge: Callable[[Provenance], str]
    go_on: str
    split: Callable[[Report, Sequence[str]], str]
    mend: Callable[[Words], str]
    does: say.Does
    one_out: str


SHELL = Channel(
    say.merge,
    say.GO_ON,
    split_line,
    lambda one: one.on_shell,
    say.made,
    say.SPLIT_ONE,
)
Advice = Callable[[Report], tuple[Step, ...]]
"""What to do after a report, where it is read."""


def next_steps(report: Report, channel: Channel = SHELL) -> tuple[Step, ...]:
    """What to do now, the changes that did it first."""
    match report.verdict.state:
        case Ruling.PASS:
            mends = _warnings(report, channel)
            first = (
                Step(channel.merge(report.provenance)),
                *_reported(report, channel),
            )
        case Ruling.BLOCK:
            mends = (*_mends(report, channel), *_told_apart(report))
            first = taken_out(report, channel)
        case _:
            first = taken_out(report, channel)
            mends = _mends(report, channel) or (() if first else (channel.go_on,))
    return (*first, *(Step(one) for one in mends))[:_MOST]


def taken_out(report: Report, channel: Channel = SHELL) -> tuple[Step, ...]:
    """The step that names who did it, or may have, and gives the branch without it.

    None where the branch passes, or is open for another reason.
    """
    match report.verdict.state:
        case Ruling.PASS:
            return ()
        case Ruling.BLOCK:
            return tuple(_taken_out(report, channel))
        case _:
            flagged = any(map(_of_change, deciding(report)))
            return tuple(_taken_out(report, channel)) if flagged else ()


def _mends(report: Report, channel: Channel) -> tuple[str, ...]:
    """The mends of what decided, and of a budget that left changes open.

    But for changes that did it: they have a step of their own. Nor for what a broken
    baseline leaves open, where only its own mend is one.
    """
    decisive = deciding(report)
    broken = {one.mode for one in decisive if _of_broken_baseline(one)}
    own = [
        one
        for one in decisive
        if not (_of_change(one) or (_is_open(one) and one.mode in broken))
    ]
    spent = [one for one in all_findings(report) if one.reason is Reason.BUDGET_SPENT]
    return distinct(channel.mend(_said(report, one)) for one in (*own, *spent))


def _said(report: Report, one: Finding) -> Words:
    """Its words; seeds past the last look only where they would be run."""
    said, found = words(one), all_findings(report)
    stuck = any(
        mode.name == one.mode and not extendable(mode, found)
        for mode in report.verdict.modes
    )
    return replace(said, local="") if _is_open(one) and stuck else said


def _told_apart(report: Report) -> tuple[str, ...]:
    """How to learn which change did it, where there are several and nobody asked."""
    harmed = any(one.reason is Reason.HARM_SHOWN for one in deciding(report))
    asked = bool(report.verdict.changes) or report.apart.asked
    if not harmed or asked or report.apart.found == 1:
        return ()
    return (say.TELL_APART,)


def _of_broken_baseline(one: Finding) -> bool:
    """Not of a broken release, which leaves nothing open against the baseline."""
    return one.reason is Reason.BASELINE_BROKEN and not Facts(one).text("anchor")


def _is_open(one: Finding) -> bool:
    return one.reason is Reason.NOT_SHOWN


def _of_change(one: Finding) -> bool:
    return bool(one.change) and one.reason in FLAGS


def _taken_out(report: Report, channel: Channel) -> Iterator[Step]:
    """The changes that did it, or may have done it, and the branch without them."""
    guilty, suspects = _accused(report)
    every = {**guilty, **suspects}
    if not every:
        return
    if nothing_left(report, tuple(every)):
        yield Step(say.mend(every, channel.one_out))
        return
    line = channel.split(report, tuple(every))
    yield Step(say.take_out(guilty, suspects, channel.does if line else None), line)


def _accused(report: Report) -> tuple[dict[str, str], dict[str, str]]:
    """Changes that are shown to do harm, and suspects, each with its title."""
    beyond = nested(report)
    guilty: dict[str, str] = {}
    suspects: dict[str, str] = {}
    for one in all_findings(report):
        if _of_change(one) and one.key not in beyond and not report.override_of(one):
            proven = one.state is Ruling.BLOCK
            title = str(one.evidence.get("title") or "")
            (guilty if proven else suspects)[one.change or ""] = title
        if one.reason is Reason.MODE_INVASIVE and one.state is Ruling.BLOCK:
            guilty |= _culprits(one)
    return guilty, {name: suspects[name] for name in suspects if name not in guilty}


def _culprits(one: Finding) -> dict[str, str]:
    """The changes by which a mode changed, with their titles."""
    facts = Facts(one)
    titles = (*facts.listed("titles"), *("" for _ in facts.listed("changes")))
    return dict(zip(facts.listed("changes"), titles, strict=False))


def _reported(report: Report, channel: Channel) -> tuple[Step, ...]:
    """The harm of single changes that the policy only reports, in one step."""
    beyond = nested(report)
    found = [
        one
        for one in hidden_harm(report.verdict)
        if one.key not in beyond and not report.override_of(one)
    ]
    if not found:
        return ()
    names = tuple(dict.fromkeys(one.change or "" for one in found))
    line = channel.split(report, names)
    what = and_more(distinct(words(one).short for one in found))
    return (Step(say.reported(what, channel.does if line else None), line),)


def _warnings(report: Report, channel: Channel) -> tuple[str, ...]:
    found = (one for one in all_findings(report) if one.reason in _WORTH_SAYING)
    return distinct(channel.mend(words(one)) for one in found)
