"""The plan of an evaluation: which trials there can be, in which order, by which key.

Seeds come from a secret and the base commit, never from 0..19, so that nobody can tune
to them. The key of a trial is a hash of everything that can change its result.
"""

from bot.domain.plan.room import judges_time, room
from bot.domain.plan.rules import anchored_metrics, rulebook
from bot.domain.plan.seeds import LARGEST_SEED, SMALLEST_SEED, is_shared, seed_at
from bot.domain.plan.slots import Slot, arms_of, originals, reachable, slots_of
from bot.domain.plan.specs import keyed, spec_of, tree_of
from bot.domain.plan.whole import Pinned, Plan, Trees, digest_of

__all__ = [
    "LARGEST_SEED",
    "SMALLEST_SEED",
    "Pinned",
    "Plan",
    "Slot",
    "Trees",
    "anchored_metrics",
    "arms_of",
    "digest_of",
    "is_shared",
    "judges_time",
    "keyed",
    "originals",
    "reachable",
    "room",
    "rulebook",
    "seed_at",
    "slots_of",
    "spec_of",
    "tree_of",
]
