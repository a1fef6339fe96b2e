"""Probed runs to tell stories with: twenty steps of a small network."""

import dataclasses
from collections.abc import Sequence

from workers.contract import (
    Failed,
    FailureReason,
    Infra,
    InfraReason,
    Ok,
    OptimizerSeen,
    Outcome,
    Probed,
    ProbeEnd,
    StepSeen,
    Tensor,
    TrialResult,
)

TENSORS = (
    Tensor("fc.weight", (64, 10), "float32"),
    Tensor("fc.bias", (10,), "float32"),
)
ADAMW = OptimizerSeen("AdamW", (("lr", "0.0005"), ("weight_decay", "0.01")), TENSORS)


def step(number: int, **changes: object) -> StepSeen:
    """What a step of the base shows; every digest is a word that names it."""
    plain = StepSeen(
        step=number,
        loss=(2.3 - 0.01 * number).hex(),
        gradient=(0.5).hex(),
        rates=(0.0005,),
        parameters=f"parameters-{number}",
        tensors=(f"weight-{number}", f"bias-{number}"),
        batch=f"batch-{number}",
    )
    return dataclasses.replace(plain, **changes)  # type: ignore[arg-type]


def steps(count: int = 20, since: int = 99, **changes: object) -> tuple[StepSeen, ...]:
    """Steps 1 to `count`; those from `since` on are changed."""
    return tuple(
        step(number, **(changes if number >= since else {}))
        for number in range(1, count + 1)
    )


def probed(records: Sequence[StepSeen] | None = None, **changes: object) -> Probed:
    """A run that the probe ended after its twenty steps."""
    plain = Probed(
        ProbeEnd.STEPS,
        command=("python", "train.py", "--type", "gru"),
        optimizers=(ADAMW,),
        steps=steps() if records is None else tuple(records),
        files=("names.py", "train.py"),
        flops=1000.0,
    )
    return dataclasses.replace(plain, **changes)  # type: ignore[arg-type]


def result(seen: Probed | None = None, outcome: Outcome | None = None) -> TrialResult:
    return TrialResult(outcome or Ok(), probed=seen)


def ran(records: Sequence[StepSeen] | None = None, **changes: object) -> TrialResult:
    """A run that ended as the probe ends it."""
    return result(probed(records, **changes))


def crashed(seen: Probed | None = None) -> TrialResult:
    return result(seen, Failed(FailureReason.EXCEPTION, "NameError: no such name."))


def lost() -> TrialResult:
    return result(None, Infra(InfraReason.NODE_LOST, "The node went away."))


BASE = ran()
