"""What a branch was expected to do: read from its words, held against the verdict.

`Expected: test_loss -0.02 (likelihood 60%, effort 2h)`, one metric a line.
"""

from bot.domain.forecast.calibration import (
    ENOUGH,
    Calibration,
    Stated,
    calibrated,
    calibration,
)
from bot.domain.forecast.reading import Read, names_of, read
from bot.domain.forecast.scoring import score, scores

__all__ = [
    "ENOUGH",
    "Calibration",
    "Read",
    "Stated",
    "calibrated",
    "calibration",
    "names_of",
    "read",
    "score",
    "scores",
]
