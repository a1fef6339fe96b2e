"""The life of a trial, and who may speak for it."""

from dataclasses import dataclass
from enum import StrEnum

from workers.contract.specs import TrialSpec


class TrialState(StrEnum):
    """The life of a trial; every change is one compare-and-set with the attempt."""

    QUEUED = "queued"
    RESERVED = "reserved"
    PREPARING = "preparing"
    RUNNING = "running"
    COLLECTING = "collecting"
    OK = "ok"
    FAILED = "failed"
    INFRA = "infra"
    CANCELLED = "cancelled"
    SUPERSEDED = "superseded"


TERMINAL = frozenset(
    {
        TrialState.OK,
        TrialState.FAILED,
        TrialState.INFRA,
        TrialState.CANCELLED,
        TrialState.SUPERSEDED,
    }
)
FINISHED = frozenset({TrialState.OK, TrialState.FAILED})
"""Ends that are results: stored for good and never run again."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try at one trial; results of an older number are dropped."""

    key: str
    number: int


@dataclass(frozen=True, slots=True)
class Claim:
    """A trial handed to the dispatcher, with the attempt that it may speak for."""

    attempt: Attempt
    spec: TrialSpec
