"""Stories about evidence: whose doing an end was."""

import signal

import pytest

from workers.contract import Failed, FailureReason, Infra, InfraReason, Resources
from workers.launch.ends import (
    CANCELLED,
    Evidence,
    classify,
    disk_end,
    final_words,
    not_started,
)
from workers.launch.spawn import Report
from workers.launch.watch import Cause, Ended

GIB = 1024**3
KILLED, FAILED, FINE = signal.SIGKILL, 1 << 8, 0


def end(
    status: int = FINE,
    words: str = "",
    *,
    oom_kills: int = 0,
    cause: Cause | None = None,
    asked: bool = False,
    supervised: bool = True,
    peak: int = 0,
) -> Failed | Infra | None:
    report = Report(0, status, asked, 0, 0, 100, 1.0, 2.0) if supervised else None
    return classify(
        Evidence(
            argv=("train",),
            path="/bin",
            resources=Resources(memory_bytes=2 * GIB, timeout_s=60),
            ended=Ended(report, cause, 1.0),
            last_words=words,
            peak_bytes=peak,
            oom_kills=oom_kills,
            file_bytes=GIB,
        )
    )


def reason(outcome: Failed | Infra | None) -> object:
    assert outcome is not None
    return outcome.reason


def test_a_normal_end_is_no_failure() -> None:
    assert end() is None


@pytest.mark.parametrize(
    ("status", "words", "oom_kills", "expected"),
    [
        (KILLED, "", 1, FailureReason.OUT_OF_MEMORY),
        (KILLED, "", 0, FailureReason.SIGNAL),
        (137 << 8, "", 1, FailureReason.OUT_OF_MEMORY),
        (FAILED, "DataLoader worker is killed by signal: Killed", 1, "out_of_memory"),
        (FAILED, "ValueError: other", 1, FailureReason.EXCEPTION),
        (signal.SIGSEGV, "", 1, FailureReason.SIGNAL),
        (signal.SIGABRT, "what():  std::bad_alloc", 0, FailureReason.OUT_OF_MEMORY),
        (signal.SIGXFSZ, "", 0, FailureReason.DISK_FULL),
        (FAILED, "OSError: [Errno 122] Disk quota exceeded", 0, "disk_full"),
        (FAILED, "OSError: [Errno 12] Cannot allocate memory", 0, "out_of_memory"),
    ],
    ids=str,
)
def test_the_kernels_killing_is_told_from_any_other(
    status: int, words: str, oom_kills: int, expected: object
) -> None:
    assert reason(end(status, words, oom_kills=oom_kills)) == expected


def test_the_memory_limit_decides_whether_seen_in_time_or_not() -> None:
    late = end(peak=3 * GIB)
    seen = end(KILLED, cause=Cause.MEMORY, asked=True, peak=3 * GIB)
    assert late == seen
    assert reason(seen) is FailureReason.OUT_OF_MEMORY
    assert isinstance(seen, Failed)
    assert seen.detail == "It used 3 GiB of memory and reserves only 2 GiB."


def test_an_end_of_its_own_beats_a_request_that_came_too_late() -> None:
    assert end(cause=Cause.CANCELLED) is None
    assert reason(end(FAILED, cause=Cause.TIMEOUT)) is FailureReason.EXCEPTION


@pytest.mark.parametrize("supervised", [True, False])
def test_a_request_decides_even_if_the_supervisor_had_to_be_killed(
    supervised: bool,
) -> None:
    given = {"asked": True, "supervised": supervised}
    assert end(signal.SIGTERM, cause=Cause.CANCELLED, **given) == CANCELLED
    slow = end(signal.SIGTERM, cause=Cause.TIMEOUT, **given)
    assert reason(slow) is FailureReason.TIMEOUT
    lost = end(signal.SIGTERM, **given)
    assert reason(lost) is InfraReason.AGENT


def test_other_errors_of_starting_are_said_in_the_systems_words() -> None:
    assert not_started(("x",), "", 7).detail.endswith("Argument list too long.")


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("", []),
        ("one\n\ntwo\n", ["one", "two"]),
        (
            "Traceback (most recent call last):\n  File x\n    y\nE: 1\nmore\n",
            ["E: 1", "more"],
        ),
        (
            "Traceback (most recent call last):\n  a\nE: 1\n\nDuring handling:\n\n"
            "Traceback (most recent call last):\n  b\nF: 2\n",
            ["F: 2"],
        ),
        ("Traceback (most recent call last):\n  cut", ["  cut"]),
    ],
    ids=["nothing", "lines", "one", "chained", "cut"],
)
def test_the_final_words_are_the_exception_that_ended_it(
    text: str, last: list[str]
) -> None:
    assert final_words(text) == last


def test_a_full_disk_is_the_trials_only_if_it_filled_it() -> None:
    hog = disk_end(6 * GIB, 10 * GIB, 0)
    assert isinstance(hog, Failed)
    assert hog.detail == "It filled its disk: it wrote 6 GiB where 10 GiB were free."
    innocent = disk_end(2000, 10 * GIB, 512)
    assert isinstance(innocent, Infra)
    assert innocent.reason is InfraReason.DISK
    assert "512 bytes free" in innocent.detail
    assert "wrote only 1.95 KiB" in innocent.detail
