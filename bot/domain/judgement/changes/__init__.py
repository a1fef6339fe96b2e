"""Which change did it: the whole branch against itself without one change.

Public: `judge_changes` judges arms that are there, `with_changes` adds the answer to a
verdict. `arms` matches seeds, `effects` tests, `says` makes findings, `alone` shows
single changes and how two of them combine.
"""

from bot.domain.judgement.changes.arms import ChangeArms
from bot.domain.judgement.changes.whole import (
    JudgedChanges,
    judge_changes,
    with_changes,
)

__all__ = ["ChangeArms", "JudgedChanges", "judge_changes", "with_changes"]
