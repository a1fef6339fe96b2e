"""A kept report read back from its JSON, as far as questions are answered from it.

The other way round is `report_json`. Trials, exhibits and forecasts stay behind, but
for whether a run was lost (`runs_lost`).
"""

import dataclasses
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.domain.policy import Direction, Role
from bot.domain.stats.method import Method
from bot.domain.verdict import (
    SCHEMA_VERSION,
    Apart,
    ChangeVerdict,
    Cost,
    Finding,
    FindingKind,
    Fingerprint,
    MetricVerdict,
    ModeVerdict,
    Override,
    Provenance,
    Reason,
    Report,
    Ruling,
    Verdict,
)
from workers.contract import SourceKind, TrialState

Document = Mapping[str, Any]
"""What `json.loads` makes of an object."""


def report_of(document: Document) -> Report | None:
    """The report of a document; None for one that this version does not understand.

    All findings are the verdict's, and those of modes are empty.
    """
    try:
        return _report(document)
    except (AttributeError, KeyError, TypeError, ValueError):
        return None


def runs_lost(document: Document) -> bool:
    """Whether a machine lost any run, of whatever rung, for good."""
    trials = document.get("trials", ())
    return any(one.get("state") == TrialState.INFRA for one in trials)


def _report(one: Document) -> Report:
    if one["schema_version"] != SCHEMA_VERSION:
        raise ValueError(one["schema_version"])
    verdict = Verdict(
        Ruling(one["verdict"]),
        tuple(_finding(found) for found in one["findings"]),
        tuple(_mode(name, mode) for name, mode in one["modes"].items()),
        tuple(_change(change) for change in one["changes"]),
    )
    provenance = Provenance(**_fields(Provenance, one["provenance"]))
    cost = Cost(**_fields(Cost, one["cost"]))
    accepted = tuple(_override(found) for found in one["findings"])
    return Report(
        one["evaluation"],
        tuple(one["stages"]),
        provenance,
        verdict,
        cost=cost,
        accepted=tuple(filter(None, accepted)),
        apart=Apart(**_fields(Apart, one.get("apart", {}))),  # earlier ones have none
    )


def _finding(one: Document) -> Finding:
    evidence: dict[str, Any] = {
        key: _value(value) for key, value in one["evidence"].items()
    }
    reason = Reason(str(evidence.pop("reason")))
    return Finding(
        one["id"],
        FindingKind(one["kind"]),
        Ruling(one["state"]),
        reason,
        one["mode"],
        one["metric"],
        one["change"],
        evidence,
        one.get("digest", ""),  # reports of before have none
    )


def _override(one: Document) -> Override | None:
    """Who accepted a finding; reports of before do not say."""
    lifted = one.get("accepted")
    if lifted is None:
        return None
    ends = lifted["ends"]
    return Override(
        one["id"],
        lifted["by"],
        lifted["reason"],
        lifted["commit"] or "",
        None if ends is None else datetime.fromisoformat(ends),
        one["digest"],
    )


def _mode(name: str, one: Document) -> ModeVerdict:
    return ModeVerdict(
        name,
        Ruling(one["state"]),
        one["targeted"],
        tuple(_metric(metric, told) for metric, told in one["metrics"].items()),
        (),
        tuple(one["looks"]),
        one["look"],
        one["decided"],
        Fingerprint(one["fingerprint"]),
    )


def _metric(name: str, one: Document) -> MetricVerdict:
    low, high = one["ci"]
    failures, reason, direction = one["failures"], one["reason"], one["direction"]
    told = {
        **_fields(MetricVerdict, one),
        "name": name,
        "role": Role(one["role"]),
        "direction": None if direction is None else Direction(direction),
        "source": SourceKind(one["source"]),
        "state": Ruling(one["state"]),
        "reason": None if reason is None else Reason(reason),
        "method": Method(one["method"]),
        "low": low,
        "high": high,
        "failed_baseline": failures["baseline"],
        "failed_branch": failures["branch"],
        "per_seed": tuple(map(_seed, one["per_seed"])),
    }
    return MetricVerdict(**told)


def _seed(one: Document) -> tuple[int | None, float | None, float | None]:
    return one["seed"], one["baseline"], one["branch"]


def _change(one: Document) -> ChangeVerdict:
    return ChangeVerdict(
        one["id"],
        title=one["title"],
        commits=tuple(one["commits"]),
        estimable=one["estimable"],
        why_not=one["why_not"] or "",
        parts=tuple(one["parts"]),
        inside=one["inside"] or "",
        stage=one["stage"] or "",
    )


def _fields(of: Any, one: Document) -> dict[str, Any]:
    """What is told of the fields of a dataclass; lists as tuples."""
    names = {field.name for field in dataclasses.fields(of)}
    return {key: _value(value) for key, value in one.items() if key in names}


def _value(value: Any) -> Any:
    return tuple(map(_value, value)) if isinstance(value, list) else value
