"""A replay as one JSON object; numbers are finite or null."""

import dataclasses

from bot.domain.replay import Replay, Replayed
from bot.domain.verdict import Finding, MetricVerdict
from bot.presentation.plain_json import Json, plain
from bot.presentation.replay_text import answer, mixed

SCHEMA_VERSION = 1


def replay_document(replay: Replay, policy_sha256: str) -> dict[str, Json]:
    """The whole replay; `json.dumps(..., allow_nan=False)` never refuses it."""
    return {
        "schema_version": SCHEMA_VERSION,
        "policy_sha256": policy_sha256,
        "mode": replay.mode.name,
        "stage": replay.stage.name,
        "looks": list(replay.stage.looks),
        "comparisons": [_comparison(one) for one in replay.each],
        "summary": _summary(replay),
    }


def _summary(replay: Replay) -> Json:
    wanted = [one.more for one in replay.asking if one.more]
    return {
        "comparisons": len(replay.each),
        "agree": _names(replay.agreeing),
        "agree_at_once": _names(replay.agreeing_at_once),
        "disagree": _names(replay.disagreeing),
        "asked_for_more": _names(replay.asking),
        "mixed": _names(replay.unfair),
        "runs_given": replay.given,
        "runs_saved": replay.saved,
        "more_least": sum(least for least, _ in wanted),
        "more_most": sum(most for _, most in wanted),
    }


def _names(many: tuple[Replayed, ...]) -> list[Json]:
    return [one.comparison.name for one in many]


def _comparison(one: Replayed) -> Json:
    least, most = one.more or (None, None)
    asked, verdict = one.comparison, one.verdict
    return {
        "name": asked.name,
        "baseline": asked.baseline,
        "branch": asked.branch,
        "merged": asked.merged,
        "note": asked.note,
        "state": str(one.state),
        "answer": answer(one),
        "at_once": None if one.at_once is None else str(one.at_once),
        "look": verdict.look if verdict else 0,
        "runs_given": one.given,
        "runs_used": one.used,
        "runs_saved": one.saved,
        "more_least": least,
        "more_most": most,
        "agrees": one.agrees,
        "metrics": _metrics(verdict.metrics if verdict else ()),
        "left_out": list(one.left_out),
        "mixed": [_mixed(finding) for finding in one.mixed],
        "changes": [
            {
                "change": part.change,
                "look": part.look,
                "metrics": _metrics(part.metrics),
            }
            for part in one.parts
        ],
        "ablation": [plain(dataclasses.asdict(change)) for change in one.changes],
    }


def _metrics(metrics: tuple[MetricVerdict, ...]) -> Json:
    return {one.name: plain(dataclasses.asdict(one)) for one in metrics}


def _mixed(finding: Finding) -> Json:
    return {
        "id": finding.id,
        "message": mixed(finding),
        "evidence": plain(dict(finding.evidence)),
    }
