"""The shape of a mode in a policy file: command, metrics, resources, surroundings.

The descriptions are what editors show; `docs/reference/policy.md` says more.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

from bot.adapters.policy_file.fields import (
    Alpha,
    Checkpoint,
    Command,
    Duration,
    Examples,
    Glob,
    Key,
    Number,
    OutputFolder,
    OutputPath,
    Pattern,
    Range,
    Reference,
    Size,
    Text,
    ToleranceField,
)
from bot.domain.policy import Direction, Launch, Role, Seeding
from workers.contract import EnvironmentManager, Take


class Strict(BaseModel):
    """A mapping in which unknown keys are faults."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class FileSource(Strict):
    """Where a metric is read from: exactly one of the five places."""

    stdout: Pattern | None = Field(
        default=None,
        description="RE2 pattern on the output, with a group named `value`.",
    )
    jsonl: OutputPath | None = Field(default=None, description="A file of JSON lines.")
    csv: OutputPath | None = Field(
        default=None, description="A CSV file with a header."
    )
    tensorboard: OutputFolder | None = Field(
        default=None, description="An event file, or the folder of it."
    )
    trainer_state: OutputFolder | None = Field(
        default=None, description="The `trainer_state.json` of a Hugging Face Trainer."
    )
    key: Text | None = Field(
        default=None,
        description="JSON field, column or tag; default: the metric's name.",
    )
    take: Take = Field(
        default=Take.LAST, description="Which of the values of one trial."
    )


Measured = Literal["wall_clock", "peak_memory"]


def _form(value: object) -> str | None:
    if isinstance(value, dict):
        return "a file"
    return "a measurement" if isinstance(value, str) else None


Source = Annotated[
    Annotated[FileSource, Tag("a file")] | Annotated[Measured, Tag("a measurement")],
    Discriminator(_form),
]


class MetricModel(Strict):
    """One metric. Which further keys it needs depends on its role."""

    role: Role = Field(default=Role.PRIMARY, description="What the metric is for.")
    direction: Direction | None = Field(
        default=None, description="Which way is better."
    )
    source: Source | None = Field(
        default=None, description="Default: the trial reports it by `SEEDGATE_METRICS`."
    )
    tolerance: ToleranceField | None = Field(
        default=None, description="How much worse is tolerated: 0.01, 1% or auto."
    )
    target: Number | None = Field(default=None, description="The mean to be reached.")
    margin: Annotated[Number, Field(ge=0)] | None = Field(
        default=None,
        description="How much better than the baseline it must be shown to be.",
    )
    alpha: Alpha | None = Field(
        default=None, description="Error rate of this metric's test."
    )
    max: Number | None = Field(default=None, description="No trial may be above.")
    min: Number | None = Field(default=None, description="No trial may be below.")
    slices: list[Text] = Field(
        default=[],
        description="Parts of the data: each `metric/slice` is judged as a guardrail.",
    )
    bounds: Range | None = Field(
        default=None,
        description="Smallest and largest possible value: [0, 1], null for no end.",
    )
    examples: Examples | None = Field(
        default=None,
        description="How many right or wrong answers the metric is a mean over.",
    )


class ResourcesModel(Strict):
    """What one trial reserves."""

    cpus: Annotated[Number, Field(gt=0)] = Field(default=1.0, description="CPUs.")
    gpus: Annotated[Number, Field(ge=0)] = Field(
        default=0.0, description="GPUs; a fraction shares one."
    )
    memory: Size | None = Field(default=None, description="Memory, such as 2GiB.")
    timeout: Duration = Field(default=3600.0, description="Wall time, such as 20m.")
    accelerator: Text | None = Field(
        default=None, description="Kind of GPU, such as H100."
    )


class EnvironmentModel(Strict):
    """The packages that a trial imports."""

    manager: EnvironmentManager = Field(description="none: what the worker has.")
    files: list[Glob] | None = Field(
        default=None, description="The files that pin packages."
    )


class QuantityModel(Strict):
    """A quantity of which histograms are shown."""

    range: Range = Field(description="Allowed range: [min, max], null for no end.")


class SharedModeModel(Strict):
    """What a mode can say, and `defaults` can say for all of them."""

    resources: ResourcesModel = Field(
        default=ResourcesModel(), description="What one trial reserves."
    )
    environment: EnvironmentModel | None = Field(default=None, description="Packages.")
    seeding: Seeding = Field(
        default=Seeding.SHARED,
        description="none: the seed cannot be set, arms are unpaired.",
    )
    launch: Launch = Field(
        default=Launch.AUTO, description="How the command is started."
    )
    checkpoint: Checkpoint | None = Field(
        default=None,
        description="Path pattern of the checkpoint in the output directory.",
    )
    network: list[Text] = Field(default=[], description="Hosts that a trial may reach.")
    quantities: dict[Key, QuantityModel] = Field(
        default={}, description="Histograms with their allowed ranges."
    )
    samples: OutputPath | None = Field(
        default=None, description="Path pattern of sample outputs."
    )
    references: dict[Key, Reference] = Field(
        default={},
        description="Reference lines: a number, or a command that shows one.",
    )


class DefaultsModel(SharedModeModel):
    """Merged into every mode; what a mode says itself wins."""

    train: Command | None = Field(default=None, description="The training command.")
    metrics: dict[Key, MetricModel] = Field(default={}, description="Metrics by name.")


class ModeModel(SharedModeModel):
    """One way of running the repository that somebody relies on."""

    train: Command = Field(description="The training command: a list, no shell.")
    metrics: dict[Key, MetricModel] = Field(
        min_length=1, description="Metrics by name."
    )
