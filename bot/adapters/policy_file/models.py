"""The shape of a policy file: every key with its type, default and description.

The descriptions are what editors show; `docs/reference/policy.md` says more.
"""

from typing import Annotated, Literal

from pydantic import Field

from bot.adapters.policy_file.fields import (
    Age,
    Alpha,
    Command,
    Duration,
    Glob,
    Key,
    Looks,
    Number,
    OnOff,
    Param,
    SpendingField,
    Text,
    When,
    Whole,
    Word,
)
from bot.adapters.policy_file.mode_models import DefaultsModel, ModeModel, Strict
from bot.domain.policy import SmallTolerance


class StageModel(Strict):
    """One rung of the ladder."""

    params: dict[Param, Word] = Field(default={}, description="Values of placeholders.")
    seeds: Looks | None = Field(
        default=None,
        description="Seeds per arm at each look; default: 4 to 20, every one.",
    )
    command: Command | None = Field(
        default=None, description="The repository's own tests."
    )
    when: When | None = Field(
        default=None,
        description="always, never, on-pass or label:NAME; default always.",
    )


class EvaluationModel(Strict):
    """What defines the metric; a change here is a new metric version."""

    paths: list[Glob] = Field(default=[], description="Files that define the metric.")
    command: Command | None = Field(default=None, description="Scores a checkpoint.")


class AblationModel(Strict):
    """How a branch is cut into changes."""

    unit: Literal["commit", "trailer", "file"] = Field(
        default="commit", description="What counts as one change."
    )
    when: Literal["on-pass-or-fail", "on-fail", "on-pass", "never"] = Field(
        default="on-pass-or-fail", description="After which verdicts it is done."
    )
    max_changes: Annotated[Whole, Field(ge=1)] = Field(
        default=8, description="More changes than these are not taken apart."
    )


class InvasiveModel(Strict):
    """How modes that are not targeted are watched."""

    steps: Annotated[Whole, Field(ge=1)] = Field(
        default=20, description="Steps compared."
    )
    undeclared: Literal["block", "allow"] = Field(
        default="block", description="A mode that changed and was not named."
    )
    equivalent: Literal["block", "allow"] = Field(
        default="block", description="One that changed and is shown to be equivalent."
    )


class DecisionModel(Strict):
    """The error rates of the gate."""

    alpha: Alpha = Field(default=0.05, description="One-sided error rate of a verdict.")
    improvement_alpha: Alpha = Field(
        default=0.025, description="Of a shown improvement."
    )
    tolerance_too_small: SmallTolerance = Field(
        default=SmallTolerance.REFUSE,
        description="A tolerance that the seeds cannot police, where it is known.",
    )
    spending: SpendingField | None = Field(
        default=None, description="pocock, obf, kd:RHO or hsd:GAMMA; default hsd:3."
    )
    futility: OnOff = Field(
        default=False, description="Stop where no verdict is in reach."
    )
    attempts: Annotated[Whole, Field(ge=1)] | None = Field(
        default=None,
        description="Evaluations of a branch that alpha is divided among.",
    )


class BaselineModel(Strict):
    """When stored baseline trials may serve."""

    refresh: Duration | None = Field(default=None, description="Re-run on a schedule.")
    max_age: Age = Field(
        default=14 * 86400.0, description="Oldest trial that serves; 180d at most."
    )
    cached_share: Annotated[Number, Field(ge=0, le=0.5)] = Field(
        default=0.5, description="Largest share of stored trials per arm and look."
    )


class BudgetModel(Strict):
    """The most that one evaluation may spend."""

    trials: Annotated[Whole, Field(ge=1)] | None = Field(
        default=None, description="Trials; default: no bound."
    )
    gpu_hours: Annotated[Number, Field(gt=0)] | None = Field(
        default=None, description="GPU hours; default: no bound."
    )


class PermissionsModel(Strict):
    """Who may give a command; may only be made stricter."""

    run: Literal["write", "maintain", "admin"] | None = Field(
        default=None, description="Who may start a run; default write."
    )
    accept: Literal["maintain", "admin"] | None = Field(
        default=None, description="Who may lift a finding; default maintain."
    )
    ok: Literal["write", "maintain", "admin"] | None = Field(
        default=None, description="Who may trust a fork's commit; default write."
    )


class DataModel(Strict):
    """The data set."""

    paths: list[Glob] = Field(default=[], description="Files of the data set.")
    version: Text | None = Field(default=None, description="Part of every trial's key.")


class PolicyModel(Strict):
    """The gate of one repository: `.github/seedgate.yml`."""

    version: Annotated[Whole, Field(ge=1, le=1)] = Field(description="Always 1.")
    branches: list[Text] = Field(default=[], description="Bases that are gated.")
    defaults: DefaultsModel = Field(
        default=DefaultsModel(), description="Merged into every mode."
    )
    modes: dict[Key, ModeModel] = Field(
        min_length=1, description="The ways of running the repository."
    )
    stages: dict[Key, StageModel] = Field(
        default={},
        description="A ladder; a stage starts only if the one before passed.",
    )
    evaluation: EvaluationModel = Field(
        default=EvaluationModel(), description=EvaluationModel.__doc__
    )
    ablation: AblationModel = Field(
        default=AblationModel(), description=AblationModel.__doc__
    )
    invasive: InvasiveModel = Field(
        default=InvasiveModel(), description=InvasiveModel.__doc__
    )
    protected: list[Glob] = Field(
        default=[], description="Paths that block until accepted."
    )
    decision: DecisionModel = Field(
        default=DecisionModel(), description=DecisionModel.__doc__
    )
    baseline: BaselineModel = Field(
        default=BaselineModel(), description=BaselineModel.__doc__
    )
    budget: BudgetModel = Field(default=BudgetModel(), description=BudgetModel.__doc__)
    permissions: PermissionsModel = Field(
        default=PermissionsModel(), description=PermissionsModel.__doc__
    )
    enforcement: Literal["enforce", "advisory"] = Field(
        default="enforce",
        description="advisory: an undecided verdict lets the merge pass.",
    )
    relevant: list[Glob] = Field(
        default=[],
        description="Paths that can matter to training; default: all but docs.",
    )
    data: DataModel = Field(default=DataModel(), description=DataModel.__doc__)
    shadowed: Literal["block", "report"] = Field(
        default="block", description="A harmful change that another one pays for."
    )
    base_moved: Literal["keep", "rejudge"] = Field(
        default="keep", description="What becomes of a verdict when the base moves on."
    )
    anchor: Text | None = Field(
        default=None,
        description="Release (tag or commit) that slow losses are held against.",
    )
    tolerance_budget: Annotated[Number, Field(gt=0)] | None = Field(
        default=None,
        description="Losses tolerated since the anchor, in tolerances; default 1.",
    )
