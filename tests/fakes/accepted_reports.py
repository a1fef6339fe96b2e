"""A report of which everything that blocked was accepted, by whom and why."""

from dataclasses import replace
from datetime import UTC, datetime

from bot.domain.verdict import Finding, Override, Report, applied
from bot.domain.verdict.lifting import lift
from tests.fakes import reports

ENDS = datetime(2026, 11, 28, 10, 30, tzinfo=UTC)
ELSE = Override("invasive-7c1d22aa", "grace", "meant", ends=ENDS, digest="7c1d22aa" * 8)
"""An acceptance of what these trials did not find."""


def overrides() -> tuple[Override, ...]:
    """Of every finding of a blocking report, and of another one."""
    harm, stopped, crash, open_ = reports.blocking().verdict.findings
    return (
        _of(harm, "ada", "slower, but the data is right", ends=ENDS),
        _of(stopped, "ada", "goes with it", ends=ENDS),
        _of(crash, "grace", "for the release", commit=reports.PROVENANCE.head_commit),
        _of(open_, "grace", "for the release"),
        ELSE,
    )


def _of(found: Finding, by: str, why: str, **until: object) -> Override:
    whole: dict[str, object] = {"digest": found.digest, **until}
    return Override(found.id, by, why, **whole)  # type: ignore[arg-type]


def accepted() -> Report:
    """It passes, with four accepted findings."""
    many, report = overrides(), reports.blocking()
    verdict = lift(report.verdict, {one.digest for one in many}).verdict
    return replace(report, verdict=verdict, accepted=applied(verdict, many))


def hostile_accepted() -> Report:
    """Logins and reasons try to act wherever they are shown."""
    text, report = reports.HOSTILE, accepted()
    many = (replace(one, by=text, reason=text) for one in report.accepted)
    return replace(report, accepted=tuple(many))
