"""The report as one JSON object: the stable contract that scripts rely on.

Described by `docs/reference/report.schema.json`. Numbers are finite or null.
"""

import dataclasses
from collections.abc import Iterable

from bot.domain.arms import label
from bot.domain.trials import Trial
from bot.domain.verdict import (
    SCHEMA_VERSION,
    Behaviour,
    ChangePrice,
    Exhibits,
    Finding,
    Forecast,
    MetricVerdict,
    ModeVerdict,
    Override,
    Provenance,
    Report,
    Rung,
)
from bot.presentation.changes_json import changes
from bot.presentation.headline import all_findings
from bot.presentation.listing import commit_of
from bot.presentation.plain_json import Json, plain
from bot.presentation.repro import repro
from bot.presentation.words import message
from workers.contract import SELF_REPORTED, Failed, Infra


def document(report: Report) -> dict[str, Json]:
    """The whole report; `json.dumps(..., allow_nan=False)` never refuses it."""
    provenance = report.provenance
    return {
        "schema_version": SCHEMA_VERSION,
        "evaluation": report.evaluation,
        "stages": list(report.stages),
        "provenance": plain(dataclasses.asdict(provenance)),
        "verdict": str(report.verdict.state),
        "base": provenance.base_commit or None,
        "head": provenance.head_commit or None,
        "tree": provenance.merged_tree or None,
        "policy_sha256": provenance.policy_sha256 or None,
        "findings": [
            _finding(one, report.override_of(one)) for one in all_findings(report)
        ],
        "modes": {mode.name: _mode(mode) for mode in report.verdict.modes},
        "changes": changes(report.verdict),
        "apart": plain(dataclasses.asdict(report.apart)),
        "rungs": _each(report.verdict.rungs),
        "price": _whole(report.price),
        "forecasts": _each(report.forecasts),
        "exhibits": _whole(report.exhibits),
        "trials": [_trial(one, provenance) for one in report.trials],
        "cost": plain(dataclasses.asdict(report.cost)),
    }


def _whole(value: Behaviour | ChangePrice | Exhibits | None) -> Json:
    return None if value is None else plain(dataclasses.asdict(value))


def _each(values: Iterable[Rung | Forecast]) -> Json:
    return [plain(dataclasses.asdict(one)) for one in values]


def _finding(finding: Finding, lifted: Override | None) -> Json:
    return {
        "id": finding.id,
        "digest": finding.digest,
        "kind": str(finding.kind),
        "mode": finding.mode,
        "metric": finding.metric,
        "change": finding.change,
        "state": str(finding.state),
        "message": message(finding),
        "accepted": None if lifted is None else _override(lifted),
        "evidence": plain({"reason": finding.reason, **finding.evidence}),
    }


def _override(one: Override) -> Json:
    return {
        "by": one.by,
        "reason": one.reason,
        "commit": one.commit or None,
        "ends": one.ends.isoformat() if one.ends is not None else None,
    }


def _mode(mode: ModeVerdict) -> Json:
    return {
        "targeted": mode.targeted,
        "fingerprint": str(mode.fingerprint),
        "state": str(mode.state),
        "decided": mode.decided,
        "look": mode.look,
        "looks": list(mode.looks),
        "behaviour": _whole(mode.behaviour),
        "metrics": {metric.name: _metric(metric) for metric in mode.metrics},
    }


_AS_THEY_ARE = (
    *("d", "tolerance", "p_ni", "p_harm", "look", "n_baseline", "n_branch"),
    *("state", "role", "direction", "source", "reason", "method", "level"),
    *("baseline_mean", "branch_mean", "sd", "target", "maximum", "minimum"),
    *("detectable", "margin", "family", "slice_of", "e_ni", "e_harm"),
)


def _metric(metric: MetricVerdict) -> Json:
    values = {name: plain(getattr(metric, name)) for name in _AS_THEY_ARE}
    failures: dict[str, Json] = {
        "baseline": metric.failed_baseline,
        "branch": metric.failed_branch,
    }
    return {
        **values,
        "ci": [plain(metric.low), plain(metric.high)],
        "failures": failures,
        "self_reported": metric.source in SELF_REPORTED,
        "per_seed": [_seed(*row) for row in metric.per_seed],
    }


def _seed(seed: int | None, baseline: float | None, branch: float | None) -> Json:
    return {"seed": seed, "baseline": plain(baseline), "branch": plain(branch)}


def _trial(trial: Trial, provenance: Provenance) -> Json:
    result = trial.result
    return {
        "key": trial.key,
        "arm": label(trial.arm),
        "mode": trial.mode,
        "stage": trial.stage,
        "seed": trial.seed,
        "state": str(trial.state),
        "reason": _reason(trial),
        "metrics": plain(result.metrics) if result else {},
        "wall_s": plain(result.wall_s) if result else None,
        "cached": trial.cached,
        "repro": repro(trial) or None,
        **_origin(trial, provenance),
    }


def _origin(trial: Trial, provenance: Provenance) -> dict[str, Json]:
    """What it ran: tree, command, policy, machine. What is not known is null."""
    spec, result = trial.spec, trial.result
    return {
        "commit": commit_of(trial, provenance) or None,
        "tree": spec.tree if spec else None,
        "argv": list(spec.argv) if spec else None,
        "policy_sha256": (spec.policy if spec else "")
        or provenance.policy_sha256
        or None,
        "environment_hash": provenance.environment_hash or None,
        "hardware": provenance.hardware_class or None,
        "machine": (spec.machine or None) if spec else None,
        "node": (result.node or None) if result else None,
        "devices": list(result.devices) if result else [],
    }


def _reason(trial: Trial) -> str | None:
    match trial.result.outcome if trial.result else None:
        case Failed(reason) | Infra(reason):
            return str(reason)
        case _:
            return None
