"""Which states of metrics decide a mode, whoever asks: a look, or an acceptance."""

from collections.abc import Collection, Iterable, Sequence

from bot.domain.policy import Role
from bot.domain.stats.method import Method
from bot.domain.verdict.reasons import Reason, Ruling
from bot.domain.verdict.tree import Evidence, Finding, MetricVerdict, ModeVerdict

DECIDING = (Role.PRIMARY, Role.TARGET, Role.IMPROVE, Role.LIMIT)
"""Roles that must pass before the mode does. A tested guardrail must not block."""

ALONE = (Role.TARGET, Role.LIMIT)
"""Roles that face a fixed number: a broken baseline takes nothing from them."""

SAMPLING = (Role.PRIMARY, Role.TARGET, Role.IMPROVE)
"""Roles that ask for seeds until they are final."""


def counted(
    metrics: Sequence[MetricVerdict], *, broken: bool = False
) -> tuple[Ruling, ...]:
    """The states that decide: a guardrail that is not broken holds nothing up.

    One that could not even be tested does. With a `broken` baseline only what needs
    none counts.
    """
    if broken:
        return tuple(one.state for one in metrics if one.role in ALONE)
    deciding = [one.state for one in metrics if one.role in DECIDING]
    guarding = [one for one in metrics if one.role is Role.GUARDRAIL]
    harmed = [one.state for one in guarding if one.state is Ruling.BLOCK]
    return *deciding, *harmed, *(one.state for one in guarding if untested(one))


def untested(metric: MetricVerdict) -> bool:
    """Whether this is a guardrail that no test has looked at: it guards nothing."""
    guards = metric.role is Role.GUARDRAIL
    return guards and metric.method is Method.NONE


def only_guarded(roles: Collection[Role]) -> bool:
    """Whether guardrails are all that could ever ask for a look."""
    return Role.GUARDRAIL in roles and not set(roles).intersection(SAMPLING)


def more_failed(failed: int, n: int, failed_before: int, n_before: int) -> bool:
    """Whether more trials failed than before (of `n_before`), or a larger share."""
    return failed > failed_before or failed * n_before > failed_before * n


def only_unshown(metrics: Iterable[MetricVerdict]) -> bool:
    """Whether nothing but primary metrics is open, each looked at to the last look."""
    waiting = [
        one for one in metrics if one.state is Ruling.UNDECIDED and one.role in DECIDING
    ]
    return bool(waiting) and all(one.reason is Reason.NOT_SHOWN for one in waiting)


def extendable(mode: ModeVerdict, findings: Iterable[Finding]) -> bool:
    """Whether seeds past the last look would be run for this mode, if one asked.

    Not where trials failed too often at the last look of the schedule, which no further
    seed mends. Where they did so only past it (there are e-values then), it may.
    `findings` are all that were found, of this mode and others.
    """
    ended = mode.decided and mode.state is Ruling.UNDECIDED
    own = [one for one in findings if one.mode == mode.name and not one.change]
    failed = [one.reason for one in own if "anchor" not in one.evidence]
    extended = any(one.e_ni is not None for one in mode.metrics)
    left = Reason.FAILURES_LEFT in failed and not extended
    stuck = left or Reason.BASELINE_BROKEN in failed
    return ended and only_unshown(mode.metrics) and not stuck


def so_far(metric: MetricVerdict) -> Evidence:
    """What is known of a metric that was not judged to its end (STOPPED_EARLY)."""
    return {
        "look": metric.look,
        "d": metric.d,
        "low": metric.low,
        "high": metric.high,
        "tolerance": metric.tolerance,
    }
