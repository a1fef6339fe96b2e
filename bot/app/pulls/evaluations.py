"""Evaluations that are carried on beside the App's other work, by name."""

from dataclasses import dataclass
from typing import Protocol

from bot.app.ports import SourceRepository
from bot.domain.conclusions import Plain
from bot.domain.policy import Policy
from bot.domain.pulls.acts import Orders, PullKey
from bot.domain.verdict import Override, Report
from bot.presentation.github import Progress


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be judged for a pull request; `digest` tells one task from the next.

    `base` and `head` are commits, `base_ref` and `head_ref` the names of their
    branches. `policy` rules, and was read from `policy_source`. `accepted` are
    findings that count no more, `labels` those of the pull request, `description` is
    its text.
    """

    pull: PullKey
    installation: int
    digest: str
    repository: SourceRepository
    full_name: str
    base: str
    head: str
    base_ref: str
    head_ref: str
    policy: Policy
    policy_text: bytes
    policy_source: str
    orders: Orders = Orders()  # noqa: RUF009 - frozen
    accepted: tuple[Override, ...] = ()
    labels: tuple[str, ...] = ()
    description: str = ""


@dataclass(frozen=True, slots=True)
class Absent:
    """Nobody carries that task on."""


@dataclass(frozen=True, slots=True)
class Busy:
    """It is carried on; `progress` is None before anything is known of it."""

    progress: Progress | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """It ended so. `report` is None where it never came to one."""

    outcome: Plain
    report: Report | None = None


State = Absent | Busy | Done


class Evaluations(Protocol):
    """At most one task for each pull request; none outlives this process.

    Whoever is told of an end is woken by the pull request's alarm.
    """

    def begin(self, task: Task) -> None:
        """Carry a task on; another one of the same pull request is stopped first.

        What that one has running goes on until this one has asked for its own trials.
        One that is carried on already, or has ended, is left alone.
        """
        ...

    def state(self, pull: PullKey, digest: str) -> State:
        """How far a task is."""
        ...

    def progress(self, pull: PullKey) -> Progress | None:
        """The latest that is known of what is carried on; None where nothing is."""
        ...

    def stop(self, pull: PullKey) -> None:
        """Carry none on for this pull request; its trials are withdrawn."""
        ...
