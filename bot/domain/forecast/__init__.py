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
from bot.domain.forecast.reading import Claim, Read, names_of, read
from bot.domain.forecast.repeats import told_once
from bot.domain.forecast.scoring import Held, LeftOut, Scored, score, scores

__all__ = [
    "ENOUGH",
    "Calibration",
    "Claim",
    "Held",
    "LeftOut",
    "Read",
    "Scored",
    "Stated",
    "calibrated",
    "calibration",
    "names_of",
    "read",
    "score",
    "scores",
    "told_once",
]
