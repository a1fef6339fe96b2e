"""Small policies and plans to tell stories with."""

import dataclasses

from bot.domain.plan import Plan, Trees
from bot.domain.policy import (
    AbsoluteTolerance,
    Direction,
    Metric,
    Mode,
    Policy,
    Role,
    Stage,
)
from workers.contract import MetricSource, SourceKind

LOSS = Metric(
    name="loss",
    source=MetricSource("loss", SourceKind.REPORTED),
    direction=Direction.MINIMIZE,
    tolerance=AbsoluteTolerance(0.1),
)


def limit(name: str, *, maximum: float) -> Metric:
    """A metric that must stay below a bound in every trial."""
    source = MetricSource(name, SourceKind.REPORTED)
    return Metric(name=name, source=source, role=Role.LIMIT, maximum=maximum)


def target(name: str, value: float) -> Metric:
    """A metric whose mean must be shown below a number."""
    source = MetricSource(name, SourceKind.REPORTED)
    return Metric(
        name=name,
        source=source,
        role=Role.TARGET,
        direction=Direction.MINIMIZE,
        target=value,
    )


def primary(name: str, tolerance: float = 0.1, *slices: str) -> Metric:
    """A metric that must be shown not worse."""
    amount = AbsoluteTolerance(tolerance)
    return dataclasses.replace(_lower(name, slices), tolerance=amount)


def guardrail(name: str, tolerance: float | None = None, *slices: str) -> Metric:
    """A metric that must not be shown to be worse; no tolerance is 0."""
    amount = None if tolerance is None else AbsoluteTolerance(tolerance)
    one = _lower(name, slices)
    return dataclasses.replace(one, role=Role.GUARDRAIL, tolerance=amount)


def improve(name: str, margin: float = 0.0, *slices: str) -> Metric:
    """A metric that must be shown better by more than a margin."""
    one = _lower(name, slices)
    return dataclasses.replace(one, role=Role.IMPROVE, margin=margin)


def _lower(name: str, slices: tuple[str, ...]) -> Metric:
    source = MetricSource(name, SourceKind.REPORTED)
    return Metric(name, source, direction=Direction.MINIMIZE, slices=slices)


def shown(name: str) -> Metric:
    """A metric that decides nothing."""
    source = MetricSource(name, SourceKind.REPORTED)
    return Metric(name=name, source=source, role=Role.REPORT)


def mode(name: str = "mlp", *metrics: Metric, **changes: object) -> Mode:
    """A mode that runs `train.py --seed {seed}`."""
    plain = Mode(name, ("python", "train.py", "--seed", "{seed}"), metrics or (LOSS,))
    return dataclasses.replace(plain, **changes)


def policy(
    *modes: Mode, looks: tuple[int, ...] = (4, 6, 8), **changes: object
) -> Policy:
    """A policy with one stage `fast`."""
    plain = Policy(modes or (mode(),), (Stage("fast", looks=looks),), sha256="policy")
    return dataclasses.replace(plain, **changes)


def plan(rules: Policy | None = None, **changes: object) -> Plan:
    """A plan for all modes of a policy on two trees."""
    rules = rules or policy()
    plain = Plan(
        policy=rules,
        stage=rules.stages[0],
        modes=rules.modes,
        trees=Trees("base-commit", "base-tree", "merged-tree", "/objects"),
        machine="a CPU/an environment",
        secret="secret",
        slots=2,
    )
    return dataclasses.replace(plain, **changes)
