"""What is asked of a metric, short enough for a cell of a table."""

from typing import assert_never

from bot.domain.policy import Role
from bot.domain.verdict import MetricVerdict, Ruling
from bot.presentation.numbers import number


def rule(metric: MetricVerdict) -> str:
    """`tolerance 0.01`, `at most 0.44 worse`, `at least 0.005 better`, ..."""
    match metric.role:
        case Role.PRIMARY:
            return _primary(metric)
        case Role.GUARDRAIL:
            return _guardrail(metric)
        case Role.IMPROVE:
            return _improve(metric)
        case Role.TARGET:
            side = "at most" if _minimised(metric) else "at least"
            return f"mean {side} {number(metric.target)}"
        case Role.LIMIT:
            return _limit(metric)
        case Role.REPORT:
            return "shown only"
        case _:
            assert_never(metric.role)


def _only_shown(metric: MetricVerdict) -> bool:
    """Whether nothing was asked of it: past the last look a guardrail is not tested."""
    return metric.state is Ruling.INFO and metric.reason is None


def _primary(metric: MetricVerdict) -> str:
    if metric.tolerance is None:
        return str(metric.role)
    return f"tolerance {number(metric.tolerance)}"


def _guardrail(metric: MetricVerdict) -> str:
    if _only_shown(metric):
        return "shown only"
    if not metric.tolerance:
        return "not worse"
    return f"at most {number(metric.tolerance)} worse"


def _improve(metric: MetricVerdict) -> str:
    return f"at least {number(metric.margin)} better" if metric.margin else "better"


def _limit(metric: MetricVerdict) -> str:
    if metric.maximum is not None:
        return f"each at most {number(metric.maximum)}"
    return f"each at least {number(metric.minimum)}"


def _minimised(metric: MetricVerdict) -> bool:
    return metric.direction is not None and metric.direction.orientation < 0
