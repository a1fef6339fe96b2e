"""What becomes of a verdict when the base branch moves on: `moved`.

A verdict is of one base. It is carried over to another one where training could not
tell the two apart; where it could, it stands for a while, so that one merge does not
have every open pull request trained again.
"""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Footing:
    """What a head is judged on: a commit of the base branch, and what follows from it.

    `base` and `landing` are the hashes of what training can see (`relevant_hash`) of
    the base's tree, and of the tree that would land on it. `policy` is the hash of the
    policy that rules there, `metrics` the version of the metrics at the base, empty
    where the policy names nothing that defines them.
    """

    commit: str
    base: str
    landing: str
    policy: str
    metrics: str = ""


@dataclass(frozen=True, slots=True)
class Moving:
    """What the policy of the base says of it.

    `rejudge` is whether it says `base_moved: rejudge`; `max_age_s` is its
    `baseline.max_age`, in seconds.
    """

    rejudge: bool
    max_age_s: float


class Why(StrEnum):
    """Why a verdict does not stand any more."""

    POLICY = "policy"  # another policy rules the base now
    METRICS = "metrics"  # the metrics are defined otherwise on the base now
    ASKED = "asked"  # the policy has everything judged again when the base moves
    AGE = "age"  # the base that it is of was left too long ago
    GONE = "gone"  # nobody can read the base that it is of any more
    NOTHING = "nothing"  # nothing was judged: the branch was as its base then


@dataclass(frozen=True, slots=True)
class Same:
    """The base is where it was."""


@dataclass(frozen=True, slots=True)
class Carried:
    """The base moved, and nothing that training could see: the verdict is of it too."""


@dataclass(frozen=True, slots=True)
class Stands:
    """The verdict stands as one "judged against" its own base, until Unix seconds."""

    until: float


@dataclass(frozen=True, slots=True)
class Again:
    """It has to be judged again, on the base as it is now."""

    why: Why


Moved = Same | Carried | Stands | Again


def moved(
    judged: Footing, judged_at: float, now: Footing, rule: Moving, at: float
) -> Moved:
    """What becomes of a verdict on `judged`, made at `judged_at`, with the base `now`.

    Times are Unix seconds; `at` is the present. The policy and the version of the
    metrics are parts of what an evaluation is: under others a verdict never stands.
    Nor does it stand where nothing was judged: the branch may differ from the base as
    it is now, and to look costs no trials.
    """
    if judged.commit == now.commit:
        return Same()
    if judged.policy != now.policy:
        return Again(Why.POLICY)
    if judged.metrics != now.metrics:
        return Again(Why.METRICS)
    if (judged.base, judged.landing) == (now.base, now.landing):
        return Carried()
    if judged.base == judged.landing:
        return Again(Why.NOTHING)
    return _apart(judged_at, rule, at)


def _apart(judged_at: float, rule: Moving, at: float) -> Stands | Again:
    if rule.rejudge:
        return Again(Why.ASKED)
    until = judged_at + rule.max_age_s
    return Again(Why.AGE) if at >= until else Stands(until)
