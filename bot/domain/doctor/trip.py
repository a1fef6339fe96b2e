"""A live round trip: the steps that are tried, and how each of them went."""

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.github import Failure

CHECK = "seedgate-smoke"
"""Never the name of the gate's own check: nothing may wait for it, or pass by it."""


class Step(StrEnum):
    """What is tried, in this order."""

    FIND = "find"
    REPOSITORY = "repository"
    RULES = "rules"
    TOKEN = "token"  # noqa: S105 - the name of a step
    DELIVERIES = "deliveries"
    PULL = "pull"
    HEAD = "head"
    CREATE = "create"
    ADOPT = "adopt"
    CHANGE = "change"
    ANNOTATE = "annotate"
    READ_CHECK = "read-check"
    PERMISSION = "permission"
    COMMENT = "comment"
    ADOPT_COMMENT = "adopt-comment"
    EDIT = "edit"
    READ_COMMENT = "read-comment"
    REACT = "react"
    FOLD = "fold"
    CONCLUDE = "conclude"
    ANEW = "anew"
    CONCLUDE_ANEW = "conclude-anew"


@dataclass(frozen=True, slots=True)
class Tried:
    """How a step went.

    `failure` is there where the call failed, `odd` where it did not and what it should
    have done is not there.
    """

    step: Step
    failure: Failure | None = None
    odd: bool = False

    @property
    def ok(self) -> bool:
        """Whether it went as it should."""
        return self.failure is None and not self.odd
