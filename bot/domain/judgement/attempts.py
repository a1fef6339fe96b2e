"""Error rates for one of several attempts: five fresh tries must not add up."""

import dataclasses

from bot.domain.policy import Decision, Mode


def per_attempt(mode: Mode, decision: Decision) -> tuple[Mode, Decision]:
    """The mode and decision as one of `decision.attempts` evaluations is judged.

    Every alpha is divided by their number (Bonferroni). The decision that comes back
    has no attempts left to divide by, so that doing it twice changes nothing.
    """
    share = decision.attempts or 1
    shared = dataclasses.replace(
        decision,
        alpha=decision.alpha / share,
        improvement_alpha=decision.improvement_alpha / share,
        attempts=None,
    )
    metrics = tuple(
        metric
        if metric.alpha is None
        else dataclasses.replace(metric, alpha=metric.alpha / share)
        for metric in mode.metrics
    )
    return dataclasses.replace(mode, metrics=metrics), shared
