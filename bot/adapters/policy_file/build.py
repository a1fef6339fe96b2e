"""From a valid model to the domain's policy."""

from collections.abc import Iterator

from bot.adapters.policy_file import mode_models, models
from bot.adapters.policy_file.tree import Table, dotted
from bot.domain.policy import (
    Ablation,
    BaselineRule,
    Budget,
    Data,
    Decision,
    EvaluationRule,
    Gate,
    Invasive,
    Metric,
    Mode,
    Policy,
    Quantity,
    Spending,
    Stage,
    StageKind,
)
from workers.contract import (
    Environment,
    EnvironmentManager,
    MetricSource,
    Resources,
    SourceKind,
)

_USUAL_FILES = {
    EnvironmentManager.NONE: (),
    EnvironmentManager.UV: ("pyproject.toml", "uv.lock"),
    EnvironmentManager.PIP: ("requirements.txt",),
}


def build(model: models.PolicyModel, document: Table, sha256: str) -> Policy:
    """The policy of a file without faults."""
    return Policy(
        modes=tuple(_mode(name, one) for name, one in model.modes.items()),
        stages=_stages(model),
        sha256=sha256,
        branches=tuple(model.branches),
        evaluation=EvaluationRule(
            tuple(model.evaluation.paths), tuple(model.evaluation.command or ())
        ),
        ablation=Ablation(**model.ablation.model_dump()),
        invasive=Invasive(**model.invasive.model_dump()),
        protected=tuple(model.protected),
        decision=_decision(model.decision),
        baseline=BaselineRule(
            refresh_s=model.baseline.refresh,
            max_age_s=model.baseline.max_age,
            cached_share=model.baseline.cached_share,
        ),
        budget=Budget(model.budget.trials, model.budget.gpu_hours),
        permissions=model.permissions.model_dump(exclude_none=True),
        enforcement=model.enforcement,
        relevant=tuple(model.relevant),
        data=Data(tuple(model.data.paths), model.data.version),
        shadowed=model.shadowed,
        base_moved=model.base_moved,
        anchor=model.anchor,
        tolerance_budget=model.tolerance_budget,
        given=frozenset(_given(document, ())),
    )


def _given(table: Table, path: tuple[str, ...]) -> Iterator[str]:
    for key, value in table.items():
        at = (*path, key)
        yield dotted(at)
        if isinstance(value, Table):
            yield from _given(value, at)


def _mode(name: str, model: mode_models.ModeModel) -> Mode:
    return Mode(
        name=name,
        train=tuple(model.train),
        metrics=tuple(_metric(key, one) for key, one in model.metrics.items()),
        resources=_resources(model.resources),
        environment=_environment(model.environment),
        seeding=model.seeding,
        launch=model.launch,
        checkpoint=model.checkpoint,
        network=tuple(model.network),
        quantities=tuple(
            Quantity(key, *one.range) for key, one in model.quantities.items()
        ),
        samples=model.samples,
        references=dict(model.references),
    )


def _resources(model: mode_models.ResourcesModel) -> Resources:
    return Resources(
        cpus=model.cpus,
        gpus=model.gpus,
        memory_bytes=model.memory,
        timeout_s=model.timeout,
        accelerator=model.accelerator,
    )


def _environment(model: mode_models.EnvironmentModel | None) -> Environment:
    if model is None:
        return Environment()
    files = _USUAL_FILES[model.manager] if model.files is None else tuple(model.files)
    return Environment(model.manager, files)


def _metric(name: str, model: mode_models.MetricModel) -> Metric:
    return Metric(
        name=name,
        source=_source(name, model.source),
        role=model.role,
        direction=model.direction,
        tolerance=model.tolerance,
        target=model.target,
        margin=model.margin,
        alpha=model.alpha,
        maximum=model.max,
        minimum=model.min,
        slices=tuple(model.slices),
        bounds=model.bounds or (None, None),
        examples=model.examples,
    )


def _source(name: str, model: mode_models.FileSource | str | None) -> MetricSource:
    if model is None:
        return MetricSource(name, SourceKind.REPORTED)
    if isinstance(model, str):
        return MetricSource(name, SourceKind(model))
    kind, locator = next(
        (kind, text)
        for kind in SourceKind
        if (text := getattr(model, kind, None)) is not None
    )
    key = "" if kind is SourceKind.STDOUT else model.key or name
    return MetricSource(name, kind, locator, key, model.take)


def _stages(model: models.PolicyModel) -> tuple[Stage, ...]:
    if not model.stages:
        return (Stage("fast"),)
    return tuple(_stage(name, one) for name, one in model.stages.items())


def _stage(name: str, model: models.StageModel) -> Stage:
    kind = StageKind.SANITY if name == "sanity" else StageKind.TRAINING
    when, label = model.when or (Gate.ALWAYS, None)
    looks = model.seeds or Stage(name).looks
    return Stage(
        name=name,
        kind=StageKind.TESTS if model.command else kind,
        params=dict(model.params),
        looks=looks if kind is StageKind.TRAINING and not model.command else (),
        command=tuple(model.command or ()),
        when=when,
        label=label,
    )


def _decision(model: models.DecisionModel) -> Decision:
    return Decision(
        alpha=model.alpha,
        improvement_alpha=model.improvement_alpha,
        spending=model.spending or Spending(),
        tolerance_too_small=model.tolerance_too_small,
        futility=model.futility,
        attempts=model.attempts,
    )
