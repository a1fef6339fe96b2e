"""Whether a probed run can be compared at all, and if not, a clause that says why."""

from typing import assert_never

from workers.contract import (
    Failed,
    FailureReason,
    Infra,
    Ok,
    Probed,
    ProbeEnd,
    StepSeen,
    TrialResult,
)


def lost(result: TrialResult) -> str:
    """Why our machinery lost the run; empty where it did not."""
    outcome = result.outcome
    return outcome.detail if isinstance(outcome, Infra) else ""


def crash(result: TrialResult) -> str:
    """Why the run failed before the probe had seen its steps; empty where it did not.

    The probe ends a run itself once it has seen them: how the rest of the processes
    took that says nothing.
    """
    ended = result.probed is not None and result.probed.end is ProbeEnd.STEPS
    match result.outcome:
        case Failed(_, detail):
            return "" if ended else detail
        case Ok() | Infra():
            return ""
        case _:
            assert_never(result.outcome)


def too_slow(result: TrialResult) -> bool:
    """Whether it was ended for its time: a busy machine can do that to any run."""
    outcome = result.outcome
    timeout = isinstance(outcome, Failed) and outcome.reason is FailureReason.TIMEOUT
    return timeout and bool(crash(result))


def blindness(probed: Probed | None) -> str:
    """Why the probe saw nothing that could be compared; empty where it did.

    A run without steps is not blind: see `idle`.
    """
    if probed is None:
        return "the probe left no word"
    match probed.end:
        case ProbeEnd.BLIND:
            return _faults(probed) or "something kept the probe from looking"
        case ProbeEnd.MISSING:
            return _faults(probed) or "the process ended without a word of the probe"
        case ProbeEnd.STEPS | ProbeEnd.EXIT:
            return _poor(probed)
        case ProbeEnd.NO_STEPS | ProbeEnd.NO_TORCH:
            return ""
        case _:
            assert_never(probed.end)


def _poor(probed: Probed) -> str:
    """Faults beside steps, or steps of which nothing was seen, prove nothing either."""
    if probed.faults:
        return _faults(probed)
    if not all(_seen(record) for record in probed.steps):
        return "the probe saw steps, and neither a loss nor the parameters in them"
    return ""


def _seen(record: StepSeen) -> bool:
    return any((record.loss, record.gradient, record.parameters))


def _faults(probed: Probed) -> str:
    return " ".join(probed.faults).rstrip(".")


def idle(probed: Probed) -> bool:
    """Whether nothing was optimized, as far as the probe can see."""
    return not probed.steps


def why_idle(probed: Probed) -> str:
    """The clause for a mode that makes no steps on either side."""
    if probed.end is ProbeEnd.NO_TORCH:
        return "it never imports torch, so the probe sees nothing of it"
    return "it makes no optimizer step that the probe sees"
