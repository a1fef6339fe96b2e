"""The seeds of the places in dispatch order."""

import hashlib
import hmac
import math

from bot.domain.plan.whole import Plan

SMALLEST_SEED = 1_000
LARGEST_SEED = 2**31 - 1
"""Seeds are in [SMALLEST_SEED, LARGEST_SEED): every framework takes them."""


def seed_at(plan: Plan, position: int) -> int:
    """The seed of one place in dispatch order, equal for all modes and arms.

    A place is either shared by all evaluations on one base commit, so that stored
    baseline trials serve again, or belongs to this branch alone. Fresh places come
    first, and at every look at most `baseline.cached_share` of an arm is shared.
    """
    shared = is_shared(position, plan.policy.baseline.cached_share)
    pool = "shared" if shared else plan.pool or plan.trees.merged_tree
    message = f"{plan.trees.base_commit}|{pool}|{position}".encode()
    digest = hmac.new(plan.secret.encode(), message, hashlib.sha256).digest()
    span = LARGEST_SEED - SMALLEST_SEED
    return SMALLEST_SEED + int.from_bytes(digest[:8], "big") % span


def is_shared(position: int, share: float) -> bool:
    """Whether all branches on one base share the seed of a place."""
    return math.floor((position + 1) * share) > math.floor(position * share)
