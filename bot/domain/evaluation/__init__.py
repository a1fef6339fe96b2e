"""The heart: what is known of an evaluation gives what to do next.

`next_step` is pure. The engine gathers the facts, calls it, stores and performs the
step, and comes back when a trial has ended. An evaluation has no phase of its own.
"""

from bot.domain.evaluation.ending import circumstances, unjudged
from bot.domain.evaluation.facts import Distrust, Facts, Step
from bot.domain.evaluation.notes import node_effects
from bot.domain.evaluation.step import next_step

__all__ = [
    "Distrust",
    "Facts",
    "Step",
    "circumstances",
    "next_step",
    "node_effects",
    "unjudged",
]
