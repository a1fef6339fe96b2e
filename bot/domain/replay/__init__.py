"""A policy against past results, as if the gate had been there.

Public: `replay` judges runs that somebody has, look by look in the order given.
`runs` are what is given, `machines` notices arms that mix machines, `sides` are both
arms of a comparison, `once` judges one, `changes` takes it apart, `whole` sums up.
"""

from bot.domain.replay.changes import Part
from bot.domain.replay.once import Replayed
from bot.domain.replay.runs import Comparison, Comparisons, Run, Runs
from bot.domain.replay.whole import Replay, replay

__all__ = [
    "Comparison",
    "Comparisons",
    "Part",
    "Replay",
    "Replayed",
    "Run",
    "Runs",
    "replay",
]
