"""The policy as one value."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.domain.policy.modes import Mode
from bot.domain.policy.rules import (
    Ablation,
    BaselineRule,
    Budget,
    Data,
    Decision,
    EvaluationRule,
    Invasive,
)
from bot.domain.policy.stages import Stage

POLICY_PATH = ".github/seedgate.yml"
"""Where a repository keeps its policy."""


@dataclass(frozen=True, slots=True)
class Policy:
    """A whole policy, with the SHA-256 of the text that it came from.

    `given` holds the dotted names of all optional keys that the file itself set, so
    that a feature which cannot run yet can be refused by name.
    """

    modes: tuple[Mode, ...]
    stages: tuple[Stage, ...]
    sha256: str
    branches: tuple[str, ...] = ()
    evaluation: EvaluationRule = field(default_factory=EvaluationRule)
    ablation: Ablation = field(default_factory=Ablation)
    invasive: Invasive = field(default_factory=Invasive)
    protected: tuple[str, ...] = ()
    decision: Decision = field(default_factory=Decision)
    baseline: BaselineRule = field(default_factory=BaselineRule)
    budget: Budget = field(default_factory=Budget)
    permissions: Mapping[str, str] = field(default_factory=dict)
    enforcement: str = "enforce"
    relevant: tuple[str, ...] = ()
    data: Data = field(default_factory=Data)
    shadowed: str = "block"
    base_moved: str = "keep"
    anchor: str | None = None
    tolerance_budget: float | None = None
    given: frozenset[str] = frozenset()

    def mode(self, name: str) -> Mode | None:
        """The mode of that name, or None."""
        return next((mode for mode in self.modes if mode.name == name), None)

    def stage(self, name: str) -> Stage | None:
        """The stage of that name, or None."""
        return next((stage for stage in self.stages if stage.name == name), None)
