"""Check runs: what is asked of GitHub and what it answers, within GitHub's limits.

Limits from GitHub's description of the REST API, "Checks": they are held when a value
is made, so that a text too long is our fault here and not a refusal of GitHub's later.
What it calls characters of a summary and a text it counts as bytes of UTF-8
(github/docs, issue 35252).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

LONGEST_TEXT = 65_535
LONGEST_MESSAGE = 64 * 1024
LONGEST_TITLE = 255
MOST_ANNOTATIONS = 50
MOST_BUTTONS = 3
LONGEST_LABEL = 20
LONGEST_DESCRIPTION = 40


class CheckStatus(StrEnum):
    """How far a check run is; `OTHER` is a word of GitHub's that the App never sets."""

    QUEUED = "queued"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    OTHER = "other"


class Conclusion(StrEnum):
    """How a check run ended.

    `success`, `neutral` and `skipped` let a required check pass. `stale` is GitHub's
    own, after 14 days; `OTHER` is a word that is not known here.
    """

    SUCCESS = "success"
    FAILURE = "failure"
    NEUTRAL = "neutral"
    CANCELLED = "cancelled"
    SKIPPED = "skipped"
    TIMED_OUT = "timed_out"
    ACTION_REQUIRED = "action_required"
    STALE = "stale"
    OTHER = "other"


def octets(text: str) -> int:
    """UTF-8 bytes; whatever is no character counts, too."""
    return len(text.encode("utf-8", "surrogatepass"))


@dataclass(frozen=True, slots=True)
class Annotation:
    """A remark at lines of a file; lines count from 1."""

    path: str
    start_line: int
    end_line: int
    level: str  # notice, warning or failure
    message: str
    title: str = ""

    def __post_init__(self) -> None:
        """Hold GitHub's limits; raises `ValueError`."""
        _hold("lines", self.start_line <= self.end_line)
        _hold("message", 0 < octets(self.message) <= LONGEST_MESSAGE)
        _hold("title", len(self.title) <= LONGEST_TITLE)


@dataclass(frozen=True, slots=True)
class Button:
    """A button that shows once a check run is completed."""

    label: str
    description: str
    identifier: str

    def __post_init__(self) -> None:
        """Hold GitHub's limits; raises `ValueError`."""
        _hold("label", 0 < len(self.label) <= LONGEST_LABEL)
        _hold("description", 0 < len(self.description) <= LONGEST_DESCRIPTION)
        _hold("identifier", 0 < len(self.identifier) <= LONGEST_LABEL)


@dataclass(frozen=True, slots=True)
class Output:
    """What a check run says, in Markdown; annotations are added to those there."""

    title: str
    summary: str
    text: str = ""
    annotations: tuple[Annotation, ...] = ()

    def __post_init__(self) -> None:
        """Hold GitHub's limits; raises `ValueError`."""
        _hold("title", 0 < len(self.title) <= LONGEST_TITLE)
        _hold("summary", octets(self.summary) <= LONGEST_TEXT)
        _hold("text", octets(self.text) <= LONGEST_TEXT)
        _hold("annotations", len(self.annotations) <= MOST_ANNOTATIONS)


@dataclass(frozen=True, slots=True)
class CheckChange:
    """What a check run is to be: with a conclusion it is completed, else `status`."""

    status: CheckStatus
    output: Output
    conclusion: Conclusion | None = None
    details_url: str = ""
    buttons: tuple[Button, ...] = ()

    def __post_init__(self) -> None:
        """Completed has a conclusion, nothing else has; raises `ValueError`."""
        ended = self.status is CheckStatus.COMPLETED
        _hold("conclusion", ended == (self.conclusion is not None))
        _hold("status", self.status is not CheckStatus.OTHER)
        ours = self.conclusion not in {Conclusion.STALE, Conclusion.OTHER}
        _hold("conclusion", ours)
        _hold("buttons", len(self.buttons) <= MOST_BUTTONS)


@dataclass(frozen=True, slots=True)
class CheckDraft:
    """A check run to make; `external_id` is ours, and how it is found again."""

    head_sha: str
    name: str
    external_id: str
    change: CheckChange

    def __post_init__(self) -> None:
        """Without an id of ours it could not be found again; raises `ValueError`."""
        _hold("external_id", bool(self.external_id))


@dataclass(frozen=True, slots=True)
class CheckRun:
    """A check run; `annotations` is how many it has."""

    id: int
    head_sha: str
    name: str
    external_id: str
    status: CheckStatus
    conclusion: Conclusion | None
    app: int | None
    annotations: int

    def answers(self, draft: CheckDraft, app: int) -> bool:
        """Whether it is what an earlier try of this draft made, by that App.

        One that has ended otherwise is not: it cannot become what the draft says.
        """
        mine = (self.app, self.head_sha, self.name, self.external_id)
        ends = self.conclusion in {None, draft.change.conclusion}
        return ends and mine == (app, draft.head_sha, draft.name, draft.external_id)


@dataclass(frozen=True, slots=True)
class Remarks:
    """All annotations that a run is to have, in order, under what it says."""

    output: Output
    annotations: tuple[Annotation, ...]

    def __post_init__(self) -> None:
        """They are in one place; raises `ValueError`."""
        _hold("annotations", not self.output.annotations)


def next_annotations(
    annotations: Sequence[Annotation], shown: int
) -> tuple[Annotation, ...]:
    """Those of the next request, when `shown` are there already; none at the end."""
    return tuple(annotations[shown : shown + MOST_ANNOTATIONS])


def _hold(name: str, kept: bool) -> None:  # noqa: FBT001 - one condition, at once
    if not kept:
        raise ValueError(f"{name} is outside of GitHub's limits")
