"""Forecasts that a branch makes again each time it is evaluated: they count once."""

from collections.abc import Sequence, Set

from bot.domain.verdict import Forecast

Branches = Set[tuple[str, str]]
"""The branches that had an evaluation: base and head by name; none where unknown."""


def told_once(kept: Sequence[tuple[Branches, Sequence[Forecast]]]) -> list[Forecast]:
    """The forecasts of all evaluations, in order of time, without repetitions.

    `kept` is in order of time. What a later evaluation of the same branch foretells
    again counts as that one found it; what was foretold otherwise before still counts:
    who corrects a forecast does not undo it.
    """
    told: list[Sequence[Forecast]] = []
    later: set[tuple[tuple[str, str], _Word]] = set()
    for branches, forecasts in reversed(kept):
        told.append(
            [
                one
                for one in forecasts
                if not any((branch, _word(one)) in later for branch in branches)
            ]
        )
        later |= {(branch, _word(one)) for branch in branches for one in forecasts}
    return [one for some in reversed(told) for one in some]


_Word = tuple[str, float, bool, float | None]


def _word(one: Forecast) -> _Word:
    """What was foretold; in which modes it was held may be another each time."""
    return one.metric, one.expected, one.relative, one.likelihood
