"""Rows of text that terminal, Markdown and HTML share: one finding, one trial.

Names and log lines in them are raw; whoever shows them escapes them for its place.
"""

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.domain.arms import label as arm_label
from bot.domain.trials import Trial
from bot.domain.verdict import (
    Finding,
    Override,
    Provenance,
    Reason,
    Report,
    Ruling,
)
from bot.presentation import numbers
from bot.presentation.headline import all_findings, nested
from bot.presentation.repro import by_hand, repro
from bot.presentation.rows import NOTHING
from bot.presentation.words import around, words
from workers.contract import Failed, Infra

_KEY_DIGITS = 10
_ELSEWHERE = Reason.ANCHOR_KEPT
"""A metric's row compares it with the baseline, and says nothing of the anchor."""


@dataclass(frozen=True, slots=True)
class FindingRow:
    """One finding, in words. `quiet`: a row of a table says as much.

    Such are slices that hold, and groups of changes of which a part was found.

    `of_metric`: it is about what the metric's own row shows. `accepted` says who lifted
    it, until when and why; empty where it counts.
    """

    id: str
    kind: str
    state: Ruling
    sentence: str
    mend: str
    of_metric: bool
    quiet: bool = False
    accepted: str = ""


@dataclass(frozen=True, slots=True)
class TrialRow:
    """One trial, in words. `log` is the end of what its own code printed.

    `origin` are (what, value) of where it came from, as far as is known.
    """

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
    origin: tuple[tuple[str, str], ...] = ()
    by_hand: str = ""

    @property
    def bad(self) -> bool:
        """Whether it failed or was lost."""
        return bool(self.reason)


def finding_rows(report: Report) -> tuple[FindingRow, ...]:
    """Every finding, what decides first."""
    beyond = nested(report)
    return tuple(
        _finding_row(one, report.override_of(one), outdone=one.key in beyond)
        for one in all_findings(report)
    )


def _finding_row(
    finding: Finding, lifted: Override | None, *, outdone: bool
) -> FindingRow:
    said = words(finding)
    kind = str(finding.kind).replace("_", " ")
    more = outdone or _slice_kept(finding)
    return FindingRow(
        id=finding.id,
        kind=kind,
        state=finding.state,
        sentence=said.sentence,
        mend=said.mend,
        of_metric=finding.metric is not None and finding.reason is not _ELSEWHERE,
        quiet=more and lifted is None,
        accepted=_accepted(lifted) if lifted is not None else "",
    )


def _accepted(one: Override) -> str:
    return around.accepted_by(one.by, one.reason, around.until(one.commit, one.ends))


def _slice_kept(finding: Finding) -> bool:
    return finding.reason is Reason.GUARDRAIL_KEPT and "/" in (finding.metric or "")


def commit_of(trial: Trial, provenance: Provenance) -> str:
    """The commit that its tree was made from; empty where that is not known."""
    if trial.spec is None:
        return ""
    known = {
        provenance.merged_tree: provenance.head_commit,
        provenance.base_tree: provenance.base_commit,
    }
    return trial.spec.commit or known.get(trial.spec.tree, "")


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
        origin=tuple(_origin(trial)),
        by_hand=by_hand(trial.spec) if trial.spec and trial.spec.objects else "",
    )


def _origin(trial: Trial) -> Iterator[tuple[str, str]]:
    if trial.spec:
        if trial.spec.commit:
            yield "commit", trial.spec.commit
        yield "tree", trial.spec.tree
        yield "command", shlex.join(trial.spec.argv)
    if trial.result and trial.result.node:
        yield "node", " ".join((trial.result.node, *trial.result.devices))


def _values(metrics: Mapping[str, float]) -> str:
    """Every whole metric; slices are only counted, as they have a table."""
    whole = [one for one in metrics if "/" not in one]
    shown = [f"{name} {numbers.number(metrics[name])}" for name in whole]
    slices = len(metrics) - len(whole)
    counted = [numbers.counted(slices, "value") + " of slices"] if slices else []
    return ", ".join([*shown, *counted])


def _reason(trial: Trial) -> str:
    match trial.result.outcome if trial.result else None:
        case Failed(reason, detail) | Infra(reason, detail):
            words_of = str(reason).replace("_", " ")
            return f"{words_of}: {detail}" if detail else words_of
        case _:
            return ""
