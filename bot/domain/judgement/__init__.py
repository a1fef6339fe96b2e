"""How one mode is judged at one look: a file for each rule, `mode` puts them together.

Public: `judge_looks` for trials that come in, `judge_given` for results that are there.
"""

from bot.domain.judgement.attempts import per_attempt
from bot.domain.judgement.evidence import ArmEvidence, Evidence, Look, needs_baseline
from bot.domain.judgement.given import Given, judge_given
from bot.domain.judgement.mode import judge_look, judge_looks

__all__ = [
    "ArmEvidence",
    "Evidence",
    "Given",
    "Look",
    "judge_given",
    "judge_look",
    "judge_looks",
    "needs_baseline",
    "per_attempt",
]
