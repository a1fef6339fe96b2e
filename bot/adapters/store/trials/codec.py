"""Values as JSON text and back, exactly; each text names its version.

Python writes a float as the shortest text that reads back as the same float, so every
finite number survives bit for bit. Other numbers are refused: JSON has none.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from functools import lru_cache
from typing import Any, TypeVar

from bot.adapters.store.database.faults import UnreadableError
from bot.adapters.store.trials.observed import dump_observed, load_observed
from bot.adapters.store.trials.probed import (
    dump_probe,
    dump_probed,
    load_probe,
    load_probed,
)
from bot.domain.history import ArmSums, PairSums, Pilot, Summary
from workers.contract import (
    Environment,
    EnvironmentManager,
    Failed,
    FailureReason,
    Infra,
    InfraReason,
    MetricSource,
    Node,
    Ok,
    Outcome,
    Point,
    Progress,
    Resources,
    Scoring,
    SourceKind,
    Take,
    TrialResult,
    TrialSpec,
)

VERSION = 1
_T = TypeVar("_T")
_Json = dict[str, Any]


def dump_spec(spec: TrialSpec) -> str:
    """`spec` as JSON text."""
    plain = _plain(spec)
    plain["metrics"] = [_plain(source) for source in spec.metrics]
    plain["resources"] = _plain(spec.resources)
    plain["environment"] = _plain(spec.environment)
    plain["probe"] = dump_probe(spec.probe)
    plain["scoring"] = None if spec.scoring is None else _plain(spec.scoring)
    return _dump(plain)


@lru_cache(maxsize=4096)
def load_spec(text: str) -> TrialSpec:
    """What `dump_spec` wrote; `UnreadableError` for anything else."""

    def build(plain: _Json) -> TrialSpec:
        manager = EnvironmentManager(plain["environment"]["manager"])
        files = tuple(plain["environment"]["files"])
        plain["metrics"] = tuple(_source(one) for one in plain["metrics"])
        plain["resources"] = Resources(**plain["resources"])
        plain["environment"] = Environment(manager, files)
        plain["argv"] = tuple(plain["argv"])
        plain["probe"] = load_probe(plain.get("probe"))
        plain["scoring"] = _scoring(plain.get("scoring"))
        return TrialSpec(**plain)

    return _load(text, build)


def dump_result(result: TrialResult) -> str:
    """`result` as JSON text; `ValueError` if a number in it is not finite."""
    plain = _plain(result)
    plain["outcome"] = _dump_outcome(result.outcome)
    plain["metrics"] = {name: float(one) for name, one in result.metrics.items()}
    plain["series"] = {name: _pairs(one) for name, one in result.series.items()}
    plain["own"] = {name: float(one) for name, one in result.own.items()}
    plain["observed"] = dump_observed(result.observed)
    plain["probed"] = dump_probed(result.probed)
    return _dump(plain)


def load_result(text: str) -> TrialResult:
    """What `dump_result` wrote; `UnreadableError` for anything else."""

    def build(plain: _Json) -> TrialResult:
        plain["outcome"] = _load_outcome(plain["outcome"])
        series: Mapping[str, list[list[float]]] = plain["series"]
        plain["series"] = {
            name: tuple(Point(*pair) for pair in pairs)
            for name, pairs in series.items()
        }
        plain["devices"] = tuple(plain["devices"])
        plain["notes"] = tuple(plain["notes"])
        plain["observed"] = load_observed(plain.get("observed"))
        plain["probed"] = load_probed(plain.get("probed"))
        return TrialResult(**plain)

    return _load(text, build)


def dump_progress(progress: Progress) -> str:
    """`progress` as JSON text; `ValueError` if a number in it is not finite."""
    values = {name: _pair(point) for name, point in progress.values.items()}
    return _dump({"wall_s": progress.wall_s, "values": values})


def load_progress(text: str) -> Progress:
    """What `dump_progress` wrote; `UnreadableError` for anything else."""

    def build(plain: _Json) -> Progress:
        values = {name: Point(*pair) for name, pair in plain["values"].items()}
        return Progress(plain["wall_s"], values)

    return _load(text, build)


def dump_node(node: Node) -> str:
    """`node` as JSON text."""
    return _dump(_plain(node))


def load_node(text: str) -> Node:
    """What `dump_node` wrote; `UnreadableError` for anything else."""

    def build(plain: _Json) -> Node:
        plain["editables"] = tuple(plain.get("editables", ()))
        return Node(**plain)

    return _load(text, build)


def dump_summary(summary: Summary) -> str:
    """`summary` as JSON text."""
    sums = {"baseline": summary.baseline, "branch": summary.branch}
    plain: _Json = {name: _plain(one) for name, one in sums.items()}
    plain |= {
        "pairs": _plain(summary.pairs),
        "residual": summary.residual,
        "base_tree": summary.base_tree,
        "merged_tree": summary.merged_tree,
        "judged": summary.judged,
        "restarted_at": summary.restarted_at,
    }
    return _dump(plain)


def load_summary(text: str) -> Summary:
    """What `dump_summary` wrote; `UnreadableError` for anything else."""

    def build(plain: _Json) -> Summary:
        return Summary(
            baseline=ArmSums(**plain["baseline"]),
            branch=ArmSums(**plain["branch"]),
            pairs=PairSums(**plain["pairs"]),
            residual=plain["residual"],
            base_tree=plain["base_tree"],
            merged_tree=plain["merged_tree"],
            judged=plain["judged"],
            restarted_at=plain["restarted_at"],
        )

    return _load(text, build)


def dump_pilot(pilot: Pilot) -> str:
    """`pilot` as JSON text."""
    return _dump(_plain(pilot))


def load_pilot(text: str) -> Pilot:
    """What `dump_pilot` wrote; `UnreadableError` for anything else."""
    return _load(text, lambda plain: Pilot(**plain))


def _dump(plain: _Json) -> str:
    return json.dumps({"v": VERSION, **plain}, allow_nan=False, separators=(",", ":"))


def _load(text: str, build: Callable[[_Json], _T]) -> _T:
    try:
        plain = json.loads(text)
        version = plain.pop("v")
        if version == VERSION:
            return build(plain)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise UnreadableError(str(error)) from error
    message = f"version {version} is not known here"
    raise UnreadableError(message)


def _plain(value: Any) -> _Json:
    """The fields of a dataclass, as they are (one level)."""
    return {field.name: getattr(value, field.name) for field in fields(value)}


def _source(plain: _Json) -> MetricSource:
    plain["kind"] = SourceKind(plain["kind"])
    plain["take"] = Take(plain["take"])
    return MetricSource(**plain)


def _scoring(plain: _Json | None) -> Scoring | None:
    if plain is None:
        return None
    lists = {name: tuple(plain[name]) for name in ("argv", "optional")}
    return Scoring(**{**plain, **lists})


def _pair(point: Point) -> tuple[float, float]:
    return float(point.step), float(point.value)


def _pairs(points: Sequence[Point]) -> list[tuple[float, float]]:
    return [_pair(point) for point in points]


def _dump_outcome(outcome: Outcome) -> _Json:
    match outcome:
        case Ok():
            return {"end": "ok"}
        case Failed():
            return {"end": "failed", **_plain(outcome)}
        case Infra():
            return {"end": "infra", **_plain(outcome)}


def _load_outcome(plain: _Json) -> Outcome:
    end = plain.pop("end")
    if end == "ok":
        return Ok()
    if end == "failed":
        reason = FailureReason(plain["reason"])
        return Failed(reason, plain["detail"], plain["metric"])
    return Infra(InfraReason(plain["reason"]), plain["detail"])
