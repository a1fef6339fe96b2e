"""When the baseline of a base branch is run anew, by `baseline.refresh` of its policy.

A refresh adds trials and replaces none: it notices a machine or an environment that
changed while nobody sent a pull request.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NoRefresh:
    """The policy asks for none."""


@dataclass(frozen=True, slots=True)
class RefreshAt:
    """The next one is due at this time, in Unix seconds."""

    at: float


@dataclass(frozen=True, slots=True)
class RefreshDue:
    """One is due now, once, however many were missed. `late_s` seconds have passed."""

    late_s: float = 0.0


Refresh = NoRefresh | RefreshAt | RefreshDue


def next_refresh(refresh_s: float | None, last: float | None, now: float) -> Refresh:
    """Whether a baseline is to be run anew.

    `refresh_s` is the policy's period, None for none. `last` is when the last refresh
    began, None where there was none: then one is due. Times are Unix seconds; a `last`
    that lies ahead was written by a clock that was wrong, and counts as now.
    """
    if refresh_s is None:
        return NoRefresh()
    if last is None:
        return RefreshDue()
    due = min(last, now) + refresh_s
    return RefreshDue(now - due) if now >= due else RefreshAt(due)
