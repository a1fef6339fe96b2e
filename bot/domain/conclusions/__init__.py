"""What a check run says of a commit: how an evaluation ended, and GitHub's word for it.

GitHub lets a merge pass on `success`, `neutral` and `skipped`, so nothing that is not
known may end in any of them: `skipped` and `stale` do not exist here, and `neutral` is
for what trials left undecided, in the advisory mode alone.
"""

from bot.domain.conclusions.concluding import (
    CheckState,
    Conclusion,
    Status,
    conclude,
    outcome_of,
    state_of,
)
from bot.domain.conclusions.outcomes import (
    Advisory,
    BudgetSpent,
    Cancelled,
    Closed,
    Conflict,
    Drafted,
    Ended,
    Impossible,
    Judged,
    NotGated,
    NotNeeded,
    Open,
    Outcome,
    OwnFault,
    Partial,
    Plain,
    Running,
    Superseded,
    TimeSpent,
    Waiting,
    WaitingForTarget,
    WaitingForTrust,
)
from bot.domain.conclusions.sharing import (
    Part,
    deciding_part,
    held_up_by,
    part_of,
)

__all__ = [
    "Advisory",
    "BudgetSpent",
    "Cancelled",
    "CheckState",
    "Closed",
    "Conclusion",
    "Conflict",
    "Drafted",
    "Ended",
    "Impossible",
    "Judged",
    "NotGated",
    "NotNeeded",
    "Open",
    "Outcome",
    "OwnFault",
    "Part",
    "Partial",
    "Plain",
    "Running",
    "Status",
    "Superseded",
    "TimeSpent",
    "Waiting",
    "WaitingForTarget",
    "WaitingForTrust",
    "conclude",
    "deciding_part",
    "held_up_by",
    "outcome_of",
    "part_of",
    "state_of",
]
