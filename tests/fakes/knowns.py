"""What is known of example pull requests: one for everything that can be asked."""

from collections.abc import Callable
from dataclasses import replace

from bot.domain.conclusions import (
    CheckState,
    Judged,
    Outcome,
    Running,
    Status,
    part_of,
)
from bot.domain.github import Button, CheckChange, CheckStatus, Conclusion, Output
from bot.domain.pulls.acts import PullKey
from bot.domain.pulls.standing import Standing, Voice
from bot.domain.verdict import Report
from bot.presentation.github import Situation, check_run
from bot.presentation.github.known import Known, Measured
from tests.fakes import reports, situations
from tests.fakes.situations import HEAD, PAGE, SITUATIONS

NOW = 1_790_000_000.0
PULL = PullKey(7, 12)
_HOUR, _DAY = 3600.0, 86_400.0


def change_of(said: Situation) -> CheckChange:
    """The check run of a situation, as it is asked of GitHub."""
    text = check_run(said)
    return CheckChange(
        _status(text.state),
        Output(text.title, text.summary, text.text),
        None if text.state.conclusion is None else Conclusion(text.state.conclusion),
        said.page,
        tuple(Button(b.label, b.description, b.identifier) for b in text.actions),
    )


def _status(state: CheckState) -> CheckStatus:
    return {
        Status.QUEUED: CheckStatus.QUEUED,
        Status.IN_PROGRESS: CheckStatus.IN_PROGRESS,
        Status.COMPLETED: CheckStatus.COMPLETED,
    }[state.status]


def standing_of(said: Situation, **given: object) -> Standing:
    """A pull request of which this is said."""
    voice = Voice(part_of(PULL.number, said.base, said.outcome), change_of(said))
    facts: dict[str, object] = {
        "pull": PULL,
        "installation": 3,
        "head": said.head,
        "base_ref": said.base,
        "open": True,
        "inputs": "d1",
        "voice": voice,
        **given,
    }
    return Standing(**facts)  # type: ignore[arg-type]


def known_of(said: Situation, **given: object) -> Known:
    """What is known of it, with the report that was kept."""
    facts: dict[str, object] = {
        "standing": standing_of(said),
        "report": said.report,
        "progress": said.progress,
        "overrides": said.overrides,
        "held_up_by": said.held_up_by,
        "page": said.page,
        **given,
    }
    return Known(**facts)  # type: ignore[arg-type]


def of(report: Report, **given: object) -> Known:
    return known_of(situations.judged(report), **given)


def measured() -> tuple[Measured, ...]:
    return (
        Measured("mlp", NOW - 12 * _DAY, NOW - 3 * _HOUR),
        Measured("conv", NOW - _HOUR, NOW - _HOUR),
    )


def moved_on() -> Known:
    """The report is one of an earlier head."""
    known = of(reports.blocking(), measured=measured())
    assert known.standing is not None
    return replace(known, standing=replace(known.standing, head="5" * 40))


def outcome(one: Outcome, **given: object) -> Callable[[], Known]:
    return lambda: known_of(situations.situation(one, **given))


KNOWNS: dict[str, Callable[[], Known]] = {
    "nothing": Known,
    "ungated": lambda: Known(
        replace(standing_of(situations.passing()), voice=None), page=PAGE
    ),
    "blocked": lambda: of(reports.blocking(), measured=measured()),
    "undecided": lambda: of(reports.undecided()),
    "invasive": lambda: known_of(situations.invasive()),
    "suspect": lambda: known_of(situations.suspected()),
    "overridden": lambda: known_of(situations.overridden()),
    "passing": lambda: of(reports.passing(), measured=measured()),
    "held_up": lambda: known_of(situations.held_up()),
    "held_up_too": lambda: of(
        reports.blocking(), held_up_by=situations.held_up().held_up_by
    ),
    "queued": lambda: known_of(situations.queued()),
    "running": lambda: known_of(situations.running()),
    "unseen": outcome(Running()),
    "trust": lambda: known_of(SITUATIONS["trust"]()),
    "time": lambda: known_of(SITUATIONS["time"]()),
    "moved_on": moved_on,
}
"""Each with its name, which is that of its golden file."""


def hostile() -> Known:
    """Every name, login and reason in it tries to act."""
    report = reports.hostile()
    provenance = replace(
        report.provenance, head_commit=HEAD, base_commit=reports.HOSTILE
    )
    said = replace(
        situations.hostile(reports.HOSTILE, Judged(report.verdict)), head=HEAD
    )
    report = replace(report, provenance=provenance)
    return known_of(
        replace(said, report=report), measured=(Measured(reports.HOSTILE, NOW, NOW),)
    )
