"""The policy of a repository as a frozen value: what is judged, by which rule.

Parsed from `.github/seedgate.yml` by `bot.adapters.policy_file`; nothing here reads
files. Sizes are bytes and durations seconds.
"""

from bot.domain.policy.metrics import (
    AbsoluteTolerance,
    AutoTolerance,
    Direction,
    Metric,
    RelativeTolerance,
    Role,
    Share,
    Tolerance,
)
from bot.domain.policy.modes import Launch, Mode, Quantity, Seeding, reference_runs
from bot.domain.policy.programs import own_programs
from bot.domain.policy.rules import (
    Ablation,
    BaselineRule,
    Budget,
    Data,
    Decision,
    EvaluationRule,
    Invasive,
    SmallTolerance,
    Spending,
    SpendingFamily,
    parse_spending,
)
from bot.domain.policy.stages import Gate, Stage, StageKind
from bot.domain.policy.support import Unsupported, unsupported
from bot.domain.policy.whole import POLICY_PATH, Policy

__all__ = [
    "POLICY_PATH",
    "Ablation",
    "AbsoluteTolerance",
    "AutoTolerance",
    "BaselineRule",
    "Budget",
    "Data",
    "Decision",
    "Direction",
    "EvaluationRule",
    "Gate",
    "Invasive",
    "Launch",
    "Metric",
    "Mode",
    "Policy",
    "Quantity",
    "RelativeTolerance",
    "Role",
    "Seeding",
    "Share",
    "SmallTolerance",
    "Spending",
    "SpendingFamily",
    "Stage",
    "StageKind",
    "Tolerance",
    "Unsupported",
    "own_programs",
    "parse_spending",
    "reference_runs",
    "unsupported",
]
