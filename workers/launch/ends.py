"""How a command's end is classified, and the sentence that says it. Pure."""

import errno
import os
import re
import signal
from collections.abc import Sequence
from dataclasses import dataclass

from workers.contract import (
    Failed,
    FailureReason,
    Infra,
    InfraReason,
    Resources,
)
from workers.launch.spawn import Report
from workers.launch.watch import Cause, Ended
from workers.metrics.numbers import cleaned

CANCELLED = Infra(InfraReason.AGENT, "cancelled on request")
_TRACEBACK = "Traceback (most recent call last)"
_WIDTH = 300
_LINES = 5
_NO_MEMORY = re.compile(
    r"\bMemoryError\b|OutOfMemoryError|out of memory\b|std::bad_alloc"
    r"|[Cc]an(?:'t|not) allocate memory|CUBLAS_STATUS_ALLOC_FAILED"
)
_NO_ROOM = re.compile(r"No space left on device|Disk quota exceeded|Errno 28\b")
_TOO_LARGE = re.compile(r"File too large|Errno 27\b")
_KILLED = re.compile(r"\bKilled\b|signal 9\b|SIGKILL")
_EXCEPTION = re.compile(r"[\w.]+(?:Error|Exception|Interrupt|Warning)\b")
_GIB = 1024**3


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that is known about a command's end.

    `last_words` is what it last wrote to stderr (to stdout if nothing), `oom_kills`
    how many processes the kernel killed for memory while it ran. Bytes.
    """

    argv: Sequence[str]
    path: str
    resources: Resources
    ended: Ended
    last_words: str
    peak_bytes: int
    oom_kills: int
    file_bytes: int


def classify(evidence: Evidence) -> Failed | Infra | None:
    """Why the trial is no success; None if its command ended normally by itself."""
    report = evidence.ended.report
    if report is None or report.asked:
        return _ended_from_outside(evidence)
    if report.errno:
        return not_started(evidence.argv, evidence.path, report.errno)
    most = evidence.resources.memory_bytes
    if most and evidence.peak_bytes > most:
        return _too_much_memory(evidence.peak_bytes, most)
    return _own_end(evidence, os.waitstatus_to_exitcode(report.status))


def _ended_from_outside(evidence: Evidence) -> Failed | Infra:
    match evidence.ended.cause:
        case Cause.CANCELLED:
            return CANCELLED
        case Cause.TIMEOUT:
            return _too_slow(evidence.resources.timeout_s, evidence.ended.report)
        case Cause.MEMORY:
            most = evidence.resources.memory_bytes or 0
            return _too_much_memory(evidence.peak_bytes, most)
        case None:
            sentence = "The trial's supervisor was ended from outside, and it with it."
            return Infra(InfraReason.AGENT, sentence)


def not_started(argv: Sequence[str], path: str, number: int) -> Failed:
    """The failure of a command that never ran, by the errno of the attempt."""
    name = argv[0]
    match number:
        case errno.ENOENT if "/" in name:
            why = "there is no such file, or the program on its first line is missing."
        case errno.ENOENT:
            why = (
                f"it is not on PATH ({path}). Install it there, or start seedgate from"
                " the environment that has it."
            )
        case errno.EACCES:
            why = (
                "it is not executable. Mark it so (git update-index --chmod=+x), or"
                " start it through its interpreter, such as [python, ...]."
            )
        case errno.ENOEXEC:
            why = "it is no program: a script needs a first line such as #!/bin/sh."
        case _:
            why = f"{os.strerror(number)}."
    sentence = f"The command {name} could not be started: {why}"
    return Failed(FailureReason.START, sentence)


def _too_much_memory(peak: int, most: int) -> Failed:
    sentence = f"It used {_size(peak)} of memory and reserves only {_size(most)}."
    return Failed(FailureReason.OUT_OF_MEMORY, sentence)


def _too_slow(timeout_s: float, report: Report | None) -> Failed:
    sentence = f"It ran past its time limit of {timeout_s:g} s and was ended."
    if report is None or os.waitstatus_to_exitcode(report.status) == -signal.SIGKILL:
        sentence += " It ignored SIGTERM and had to be killed."
    return Failed(FailureReason.TIMEOUT, sentence)


def _own_end(evidence: Evidence, status: int) -> Failed | None:
    if status == 0:
        return None
    words = final_words(evidence.last_words)
    special = _ran_out(evidence, status, words)
    if special is not None:
        return special
    if status < 0:
        name = signal.Signals(-status).name
        sentence = f"It was ended by {name}.{_said(words)}"
        return Failed(FailureReason.SIGNAL, sentence)
    sentence = f"It ended with exit status {status}.{_said(words)}"
    return Failed(FailureReason.EXCEPTION, sentence)


def _ran_out(evidence: Evidence, status: int, words: Sequence[str]) -> Failed | None:
    text = "\n".join(words)
    killed = status in {-signal.SIGKILL, 128 + signal.SIGKILL}
    if evidence.oom_kills and (killed or _KILLED.search(text)):
        sentence = "The kernel killed it because the machine ran out of memory."
        return Failed(FailureReason.OUT_OF_MEMORY, sentence)
    if status == -signal.SIGXFSZ or _TOO_LARGE.search(text):
        sentence = f"It wrote a file larger than {_size(evidence.file_bytes)}."
        return Failed(FailureReason.DISK_FULL, sentence)
    if _NO_ROOM.search(text):
        return Failed(FailureReason.DISK_FULL, f"Its disk was full.{_said(words)}")
    if _NO_MEMORY.search(text):
        sentence = f"It ran out of memory.{_said(words)}"
        return Failed(FailureReason.OUT_OF_MEMORY, sentence)
    return None


def final_words(text: str) -> list[str]:
    """The exception that ended a program, or else its last lines; newest last."""
    lines = [line for line in text.splitlines() if line.strip()]
    for index in range(len(lines) - 1, -1, -1):
        if _TRACEBACK in lines[index]:
            after = lines[index + 1 :]
            told = [at for at, line in enumerate(after) if not line.startswith(" ")]
            return after[told[0] : told[0] + _LINES] if told else lines[-1:]
    return lines[-_LINES:]


def _said(words: Sequence[str]) -> str:
    """The one line that says most: an exception's first, a program's last."""
    if not words:
        return " It printed nothing."
    named = (line for line in words if _EXCEPTION.match(line))
    line = cleaned(next(named, words[-1])).strip()
    return f" {line[:_WIDTH]}"


def disk_end(own_bytes: int, free_before: int, free_now: int) -> Failed | Infra:
    """Who filled the disk: the trial, if it wrote half of what was free before it."""
    if 2 * own_bytes >= free_before:
        sentence = f"It filled its disk: it wrote {_size(own_bytes)}"
        sentence += f" where {_size(free_before)} were free."
        return Failed(FailureReason.DISK_FULL, sentence)
    sentence = (
        f"The node's disk is full ({_size(free_now)} free), and the trial wrote only"
        f" {_size(own_bytes)}. Free some space and run again."
    )
    return Infra(InfraReason.DISK, sentence)


def _size(count: int) -> str:
    for unit, name in ((_GIB, "GiB"), (1024**2, "MiB"), (1024, "KiB")):
        if count >= unit:
            return f"{count / unit:.3g} {name}"
    return f"{count} bytes"
