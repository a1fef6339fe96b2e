"""What a branch was expected to do: read from its commits, scored at the end, kept."""

import dataclasses

from bot.app.local import Comparison
from bot.app.ports import Memory, SourceRepository
from bot.domain.forecast import (
    Held,
    Read,
    calibrated,
    names_of,
    read,
    score,
    scores,
)
from bot.domain.verdict import Report


def expected(
    repository: SourceRepository, comparison: Comparison, description: str = ""
) -> Read:
    """The expectations in a branch's commit messages, and in a `description` of it.

    The description speaks last, so that it can correct a commit.
    """
    ends = comparison.base.commit, comparison.head.commit
    texts = (description, *repository.messages(*ends))
    return read(texts, names_of(comparison.policy.modes))


def settled(report: Report, found: Read, memory: Memory, repository: str) -> Report:
    """The report with every expectation scored; they are kept for calibration.

    A line is kept once, in however many modes it was held. `repository` is what
    evaluations are remembered under. Nothing here decides.
    """
    scored = score(found.claims, report.verdict)
    held = [one for one in scored if isinstance(one, Held)]
    memory.keep_forecasts(report.evaluation, repository, [one.whole for one in held])
    said = (
        *found.unreadable,
        *scores(scored, report.verdict),
        *(calibrated(memory.forecasts(repository)) if scored else ()),
    )
    findings = (*report.verdict.findings, *said)
    verdict = dataclasses.replace(report.verdict, findings=findings)
    rows = tuple(row for one in held for row in one.rows)
    return dataclasses.replace(report, verdict=verdict, forecasts=rows)
