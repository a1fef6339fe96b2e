"""The baseline alone over pilot seeds: its spread, and what the rule does to no change.

Pilot runs measure what `tolerance: auto` is made of, and by being split at random into
pretended arms they show the realised error rates of this repository (an A/A check).
"""

from bot.domain.calibration.found import (
    FEWEST,
    Calibrated,
    Calibration,
    Check,
    PilotRuns,
    Trouble,
)
from bot.domain.calibration.whole import calibrate

__all__ = [
    "FEWEST",
    "Calibrated",
    "Calibration",
    "Check",
    "PilotRuns",
    "Trouble",
    "calibrate",
]
