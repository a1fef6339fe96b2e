"""Past runs and policies to replay stories with."""

from collections.abc import Sequence

from bot.domain.policy import (
    AbsoluteTolerance,
    Direction,
    Metric,
    Mode,
    Policy,
    Role,
    Seeding,
)
from bot.domain.replay import Comparison, Comparisons, Replayed, Run, replay
from bot.domain.verdict import MetricVerdict
from tests.fakes import policies
from workers.contract import MetricSource, SourceKind

NOISE = (0.0, 1.0, -0.7, 0.4, -1.2, 0.8, -0.3, -0.1, 0.6, -0.9, 0.2, 0.5)


def metric(name: str, role: Role, **changes: object) -> Metric:
    source = MetricSource(name, SourceKind.REPORTED)
    return Metric(name, source, role, Direction.MINIMIZE, **changes)  # type: ignore[arg-type]


LOSS = metric("loss", Role.TARGET, target=3.28, alpha=0.01)
TIME = metric("time_s", Role.IMPROVE, margin=0.0, alpha=0.01)
KEPT = metric("loss", Role.PRIMARY, tolerance=AbsoluteTolerance(0.01))


def rules(
    *metrics: Metric, looks: tuple[int, ...] = (4, 6, 8), **changes: object
) -> Policy:
    """A policy of one mode whose runs list no seeds."""
    mode = policies.mode("record", *(metrics or (LOSS, TIME)), seeding=Seeding.NONE)
    return policies.policy(mode, looks=looks, **changes)


def paired(mode: Mode) -> Policy:
    return policies.policy(mode, looks=(4, 6, 8))


def around(mean: float, spread: float, n: int, start: int = 0) -> list[float]:
    moved = NOISE[start:] + NOISE[:start]
    return [mean + spread * one for one in moved[:n]]


def runs(
    n: int = 8, loss: float = 3.277, time: float = 100.0, start: int = 0
) -> tuple[Run, ...]:
    """Runs of one program on one machine; `start` chooses their noise."""
    losses, times = around(loss, 0.001, n, start), around(time, 0.05, n, start + 3)
    both = zip(losses, times, strict=True)
    return tuple(Run({"loss": a, "time_s": b, "steps": 1480}) for a, b in both)


def numbered(many: Sequence[Run], first: int = 1000) -> tuple[Run, ...]:
    """The same runs with seeds."""
    return tuple(
        Run(one.values, first + at, one.failed, one.node) for at, one in enumerate(many)
    )


def once(
    policy: Policy,
    branch: Sequence[Run],
    baseline: Sequence[Run] | None = None,
    reading: Comparisons | None = None,
    **story: object,
) -> Replayed:
    """One comparison of two arms, replayed."""
    arms = {"new": branch} | ({} if baseline is None else {"old": baseline})
    asked = Comparison("it", "new", None if baseline is None else "old", **story)  # type: ignore[arg-type]
    how = reading or Comparisons(())
    whole = Comparisons((asked,), how.mode, how.stage, how.constant, how.timed)
    (one,) = replay(policy, arms, whole).each
    return one


def found(one: Replayed, name: str) -> MetricVerdict:
    assert one.verdict is not None
    return next(each for each in one.verdict.metrics if each.name == name)
