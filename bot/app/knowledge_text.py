"""What was known before an evaluation as JSON text, and back, exactly."""

import dataclasses
import json
from collections.abc import Mapping
from typing import Any

from bot.domain.errors import MachineryFault
from bot.domain.history import Knowledge, MetricHistory, Pilot, Place

_VERSION = 1


def dump_knowledge(knowledge: Knowledge) -> str:
    """`knowledge` as JSON text; every finite number survives bit for bit."""
    plain = {
        "v": _VERSION,
        "history": _listed(knowledge.history),
        "pilots": _listed(knowledge.pilots),
        "attempt": knowledge.attempt,
        "lost": [[*place, lost] for place, lost in knowledge.lost.items()],
        "baselines": _listed(knowledge.baselines),
        "drift": [[*place, cusum] for place, cusum in knowledge.drift.items()],
        "fresh_from": dict(knowledge.fresh_from),
        "begun_at": knowledge.begun_at,
    }
    return json.dumps(plain, allow_nan=False, separators=(",", ":"))


def _listed(many: Mapping[Place, MetricHistory] | Mapping[Place, Pilot]) -> list[Any]:
    return [[*place, dataclasses.asdict(one)] for place, one in many.items()]


def load_knowledge(text: str) -> Knowledge:
    """What `dump_knowledge` wrote; `MachineryFault` for anything else."""
    try:
        return _built(json.loads(text))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        problem = f"What was known of this evaluation cannot be read: {error!r}."
        mend = "It was written by another version: use that one, or judge a new commit."
        raise MachineryFault(problem, mend) from error


def _built(plain: dict[str, Any]) -> Knowledge:
    if plain["v"] != _VERSION:
        raise ValueError(plain["v"])
    return Knowledge(
        history={(m, n): MetricHistory(**one) for m, n, one in plain["history"]},
        pilots={(m, n): Pilot(**one) for m, n, one in plain["pilots"]},
        attempt=int(plain["attempt"]),
        lost={(m, n): float(one) for m, n, one in plain["lost"]},
        baselines={(m, n): Pilot(**one) for m, n, one in plain["baselines"]},
        drift={(m, n): float(one) for m, n, one in plain["drift"]},
        fresh_from={mode: float(at) for mode, at in plain["fresh_from"].items()},
        begun_at=float(plain.get("begun_at", 0.0)),
    )
