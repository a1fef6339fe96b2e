"""Rows of text that terminal, Markdown and HTML share: one finding, one trial.

Names and log lines in them are raw; whoever shows them escapes them for its place.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.domain.arms import label as arm_label
from bot.domain.trials import Trial
from bot.domain.verdict import Finding, Report, Ruling
from bot.presentation import numbers
from bot.presentation.headline import all_findings
from bot.presentation.repro import repro
from bot.presentation.rows import NOTHING
from bot.presentation.words import words
from workers.contract import Failed, Infra

_KEY_DIGITS = 10


@dataclass(frozen=True, slots=True)
class FindingRow:
    """One finding, in words."""

    id: str
    kind: str
    state: Ruling
    sentence: str
    mend: str
    of_metric: bool


@dataclass(frozen=True, slots=True)
class TrialRow:
    """One trial, in words. `log` is the end of what its own code printed."""

    key: str
    arm: str
    mode: str
    stage: str
    seed: str
    state: str
    reason: str
    values: str
    wall: str
    cached: bool
    repro: str
    log: str
    notes: tuple[str, ...]

    @property
    def bad(self) -> bool:
        """Whether it failed or was lost."""
        return bool(self.reason)


def finding_rows(report: Report) -> tuple[FindingRow, ...]:
    """Every finding, what decides first."""
    return tuple(_finding_row(one) for one in all_findings(report))


def _finding_row(finding: Finding) -> FindingRow:
    said = words(finding)
    kind = str(finding.kind).replace("_", " ")
    return FindingRow(
        id=finding.id,
        kind=kind,
        state=finding.state,
        sentence=said.sentence,
        mend=said.mend,
        of_metric=finding.metric is not None,
    )


def trial_row(trial: Trial, most_log: int = 4000) -> TrialRow:
    """The row of one trial, with at most the last `most_log` characters it wrote."""
    result = trial.result
    return TrialRow(
        key=trial.key[:_KEY_DIGITS],
        arm=arm_label(trial.arm),
        mode=trial.mode,
        stage=trial.stage,
        seed=NOTHING if trial.seed is None else str(trial.seed),
        state=str(trial.state),
        reason=_reason(trial),
        values=_values(result.metrics) if result else "",
        wall=numbers.duration(result.wall_s) if result else NOTHING,
        cached=trial.cached,
        repro=repro(trial),
        log=result.log_tail[-most_log:] if result else "",
        notes=result.notes if result else (),
    )


def _values(metrics: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {numbers.number(one)}" for name, one in metrics.items())


def _reason(trial: Trial) -> str:
    match trial.result.outcome if trial.result else None:
        case Failed(reason, detail) | Infra(reason, detail):
            words_of = str(reason).replace("_", " ")
            return f"{words_of}: {detail}" if detail else words_of
        case _:
            return ""
