"""The changes of a branch in the report's JSON."""

from bot.domain.verdict import ChangeEffect, ChangeVerdict, Verdict
from bot.presentation.plain_json import Json, plain


def changes(verdict: Verdict) -> Json:
    """Every change with its effects: by metric; of several modes by `mode/metric`."""
    modes = {one.mode for change in verdict.changes for one in change.effects}
    several = len(modes) > 1
    return [_change(one, several=several) for one in verdict.changes]


def _change(change: ChangeVerdict, *, several: bool) -> Json:
    return {
        "id": change.id,
        "title": change.title,
        "commits": list(change.commits),
        "effect": {
            f"{one.mode}/{one.metric}" if several else one.metric: _effect(one)
            for one in change.effects
        },
        "estimable": change.estimable,
        "why_not": change.why_not or None,
        "parts": list(change.parts),
        "inside": change.inside or None,
        "stage": change.stage or None,
    }


_AS_THEY_ARE = (
    *("d", "p_harm", "state", "mode", "metric", "reason", "tolerance", "p_ni"),
    *("level", "n", "failed"),
)


def _effect(effect: ChangeEffect) -> Json:
    values = {name: plain(getattr(effect, name)) for name in _AS_THEY_ARE}
    return {
        **values,
        "ci": [plain(effect.low), plain(effect.high)],
        "single": _single(effect.single),
    }


def _single(single: tuple[float, float | None, float | None] | None) -> Json:
    if single is None:
        return None
    d, low, high = single
    return {"d": plain(d), "ci": [plain(low), plain(high)]}
