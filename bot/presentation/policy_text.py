"""The plan that a policy implies, in words: what `seedgate check` prints.

Names and commands in it are raw; whoever shows them escapes them for its place.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import assert_never

from bot.domain.history import Place
from bot.domain.policy import (
    Gate,
    Metric,
    Mode,
    Policy,
    Role,
    Seeding,
    Stage,
    StageKind,
    Unsupported,
    reference_runs,
)
from bot.presentation import policy_words
from bot.presentation.numbers import counted, joined, number
from bot.presentation.policy_rates import error_rates, slow_losses
from bot.presentation.policy_rows import Row, Section
from workers.contract import EnvironmentManager

__all__ = ["Levels", "Means", "Row", "Section", "headline", "plan_sections", "trials"]

Levels = Mapping[str, tuple[float, ...]]
"""Nominal one-sided levels at each look of a stage, by the stage's name."""

Means = Mapping[Place, float]
"""The mean of a metric in past runs, by mode and metric."""


def plan_sections(
    policy: Policy,
    levels: Levels,
    left_out: Sequence[Unsupported],
    extra: Sequence[Row | Section] = (),
    means: Means | None = None,
) -> tuple[Section, ...]:
    """The whole plan: modes, stages, error rates, cost, and what does not run yet.

    `extra` says more of the error rates: rows join theirs, sections follow them.
    `means` are those of metrics that are known.
    """
    more = tuple(one for one in extra if isinstance(one, Row))
    refused = tuple(Row("-", one.sentence) for one in left_out)
    looks = (_level(policy, name, one) for name, one in levels.items())
    rates = (*error_rates(policy), *looks)
    sections = [
        *(
            _mode(mode, policy.modes[:i], means or {})
            for i, mode in enumerate(policy.modes)
        ),
        Section("Stages", tuple(_stage(stage, policy) for stage in policy.stages)),
        Section("Error rates", (*rates, *more)),
        Section("Slow losses", slow_losses(policy)),
        *(one for one in extra if isinstance(one, Section)),
        Section("Cost", _cost(policy)),
        Section("Not executed by `seedgate local`: it refuses", refused, warns=True),
    ]
    return tuple(one for one in sections if one.rows)


def headline(policy: Policy, source: str, unfilled: int = 0) -> str:
    """One line: the file is sound, and how much it gates.

    `unfilled` of its values are still to be filled in: no trial can run with them.
    """
    if unfilled:
        places = counted(unfilled, "place")
        return f"{source} is no sound policy yet: {places} still to be filled in."
    modes, stages = (
        counted(len(policy.modes), "mode"),
        counted(len(policy.stages), "stage"),
    )
    return f"{source} is a sound policy: {modes}, {stages}."


def _mode(mode: Mode, before: Sequence[Mode], means: Means) -> Section:
    twin = next((one for one in before if one.metrics == mode.metrics), None)
    metrics = (
        tuple(_metric(one, means.get((mode.name, one.name))) for one in mode.metrics)
        if twin is None
        else (Row("metrics", f"the same as in {twin.name}"),)
    )
    rows = (
        *_note(mode),
        *metrics,
        Row("each trial", policy_words.resources(mode.resources), _surroundings(mode)),
        Row("command", policy_words.command(mode.train)),
        *_references(mode),
    )
    return Section(f"Mode {mode.name}", rows)


def _references(mode: Mode) -> Iterator[Row]:
    for name, given in mode.references.items():
        if isinstance(given, tuple):
            runs = counted(reference_runs(given), "run")
            how = f"{runs} on the base, after all trials and within the budget"
            yield Row(f"reference {name}", policy_words.command(given), (how,))
        else:
            yield Row(f"reference {name}", number(given))


def _note(mode: Mode) -> tuple[Row, ...]:
    if any(metric.role is not Role.REPORT for metric in mode.metrics):
        return ()
    return (Row("note", "no metric here can block: every one is only reported"),)


def _metric(metric: Metric, mean: float | None) -> Row:
    return Row(
        metric.name,
        f"{metric.role}: {policy_words.rule(metric)}",
        (
            policy_words.source(metric.source),
            *policy_words.slices(metric),
            *policy_words.examples(metric, mean),
        ),
    )


def _surroundings(mode: Mode) -> tuple[str, ...]:
    seeded = mode.seeding is Seeding.SHARED
    reached = any("{seed}" in word for word in mode.train)
    how = "by {seed}" if reached else "in $SEEDGATE_SEED, which the code must read"
    pairs = f"seed {how}: arms are paired" if seeded else "no seed: arms are unpaired"
    manager = mode.environment.manager
    files = joined(mode.environment.files)
    packages = f"packages by {manager} from {files}"
    installed = "packages: those that the worker has"
    return pairs, installed if manager is EnvironmentManager.NONE else packages


def _stage(stage: Stage, policy: Policy) -> Row:
    params = ", ".join(f"{key}={value}" for key, value in stage.params.items())
    with_params = f"with {params}" if params else ""
    more = (with_params, _trials(stage, policy))
    what = f"{_what(stage)}{_when(stage)}"
    return Row(stage.name, what, tuple(filter(None, more)))


def _what(stage: Stage) -> str:
    match stage.kind:
        case StageKind.TESTS:
            command = policy_words.command(stage.command)
            return f"the repository's own tests, once per arm: {command}"
        case StageKind.SANITY:
            return "checks of the network, once per arm"
        case StageKind.TRAINING:
            return policy_words.looks(stage.looks)
        case _:
            assert_never(stage.kind)


def _when(stage: Stage) -> str:
    match stage.when:
        case Gate.ALWAYS:
            return ""
        case Gate.ON_PASS:
            return "; only if the stage before passed"
        case Gate.NEVER:
            return "; only when asked for by name"
        case Gate.LABEL:
            return f"; only with the label {stage.label}"
        case _:
            assert_never(stage.when)


def trials(stage: Stage, modes: Sequence[Mode]) -> tuple[int, int]:
    """The fewest and the most trials of a training stage, all modes and arms."""
    arms = sum(2 if _compares(mode) else 1 for mode in modes)
    return arms * stage.looks[0], arms * stage.looks[-1]


_COMPARED = (Role.PRIMARY, Role.GUARDRAIL, Role.IMPROVE)


def _compares(mode: Mode) -> bool:
    return any(metric.role in _COMPARED for metric in mode.metrics)


def _trials(stage: Stage, policy: Policy) -> str:
    if stage.kind is not StageKind.TRAINING:
        return ""
    return f"{_span(*trials(stage, policy.modes))} trials in all"


def _span(fewest: int, most: int) -> str:
    return f"{fewest}" if fewest == most else f"{fewest} to {most}"


def _level(policy: Policy, name: str, found: tuple[float, ...]) -> Row:
    stage = next(one for one in policy.stages if one.name == name)
    first, last = stage.looks[0], stage.looks[-1]
    text = f"one-sided level {found[0]:.4f} at {counted(first, 'seed')}"
    if len(found) > 1:
        text += f", {found[-1]:.4f} at {last}"
    return Row(f"looks of {name}", text)


def _cost(policy: Policy) -> tuple[Row, ...]:
    planned = [
        one for one in policy.stages if one.kind is StageKind.TRAINING and one.planned
    ]
    spans = [trials(stage, policy.modes) for stage in planned]
    fewest, most = sum(one[0] for one in spans), sum(one[1] for one in spans)
    seconds = sum(_longest(stage, policy.modes) for stage in planned)
    budget = policy.budget
    limits = (
        f"{budget.trials} trials" if budget.trials else "",
        f"{number(budget.gpu_hours)} GPU hours" if budget.gpu_hours else "",
    )
    return (
        Row("trials", f"{_span(fewest, most)} in one evaluation"),
        Row(
            "time",
            f"at most {policy_words.time(seconds)} if every trial uses all of its time",
        ),
        Row("budget", joined([*filter(None, limits)]) or "no bound"),
    )


def _longest(stage: Stage, modes: Sequence[Mode]) -> float:
    """Seconds of all trials of a stage, one after another, each at its time limit."""
    return sum(trials(stage, (one,))[1] * one.resources.timeout_s for one in modes)
