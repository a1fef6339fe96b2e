"""The ladder: which rung comes next, and how rungs that do not train are judged.

Rungs go from cheap to dear: the repository's own tests, sanity of the network,
fingerprints of its modes, then training stages in the policy's order. A rung starts
only if the one before passed.
"""

from bot.domain.ladder.agreement import (
    foretold,
    later_stages,
    provisional,
    speed_up,
    stage_pairs,
)
from bot.domain.ladder.behaving import behaving, fingerprinted, with_findings
from bot.domain.ladder.climbed import Climbed, summed, told_apart, trained
from bot.domain.ladder.lifted import lifted
from bot.domain.ladder.rungs import (
    FINGERPRINT,
    Planned,
    RungKind,
    ladder_of,
    next_rung,
    skipped,
)
from bot.domain.ladder.sanity import SanityRun, asks_seed_again, judge_sanity
from bot.domain.ladder.tests import judge_tests

__all__ = [
    "FINGERPRINT",
    "Climbed",
    "Planned",
    "RungKind",
    "SanityRun",
    "asks_seed_again",
    "behaving",
    "fingerprinted",
    "foretold",
    "judge_sanity",
    "judge_tests",
    "ladder_of",
    "later_stages",
    "lifted",
    "next_rung",
    "provisional",
    "skipped",
    "speed_up",
    "stage_pairs",
    "summed",
    "told_apart",
    "trained",
    "with_findings",
]
