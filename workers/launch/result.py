"""What is made of a trial that has ended: its outcome, and everything it showed."""

import errno
import os
import shutil
from dataclasses import dataclass

from workers.contract import Failed, FailureReason, Infra, InfraReason, Ok, Outcome
from workers.launch.ends import CANCELLED, Evidence, classify, disk_end
from workers.launch.folders import RunFolder
from workers.launch.spawn import Report
from workers.limits import oom_kills
from workers.metrics.collect import Measurement

NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})
"""Errors of a full disk."""
_FULL_BYTES = 64 * 1024 * 1024
"""A disk with less than this free is full."""


@dataclass(frozen=True, slots=True)
class Machine:
    """What is remembered of the machine just before a launch."""

    free_bytes: int
    oom_kills: int

    @classmethod
    def before(cls, folder: RunFolder) -> "Machine":
        """Look at it now."""
        return cls(shutil.disk_usage(folder.root).free, oom_kills())


def outcome_of(
    evidence: Evidence,
    measured: Measurement,
    log_fault: OSError | None,
    machine: Machine,
    folder: RunFolder,
) -> Outcome:
    """The one end of a trial: how the command ended, then what its metrics came to."""
    outcome = classify(evidence) or measured.failure or Ok()
    if outcome == CANCELLED:
        return outcome
    if log_fault is not None and log_fault.errno not in NO_ROOM:
        return Infra(InfraReason.DISK, f"The log could not be written: {log_fault}.")
    free_now = shutil.disk_usage(folder.root).free
    if log_fault is not None or (_filled_up(outcome) and free_now < _FULL_BYTES):
        return disk_end(folder.used_bytes(), machine.free_bytes, free_now)
    return outcome


def _filled_up(outcome: Outcome) -> bool:
    return isinstance(outcome, Failed) and outcome.reason is FailureReason.DISK_FULL


def exit_status(report: Report | None) -> int | None:
    """The command's exit status, minus the signal that ended it; None if none ran."""
    if report is None or report.errno:
        return None
    return os.waitstatus_to_exitcode(report.status)


def notes(report: Report | None, measured: Measurement) -> tuple[str, ...]:
    """What a person should know besides the outcome, in sentences."""
    told: list[str] = []
    if report is not None and report.background and not report.asked:
        told.append(
            _counted(report.background, "background process", "had to be ended")
        )
    if report is not None and report.left:
        told.append(_counted(report.left, "process", "could not be ended"))
    return (*told, *measured.notes)


def _counted(count: int, noun: str, what: str) -> str:
    ending = "" if count == 1 else "es"
    return f"{count} {noun}{ending} {what}."
