"""What is said of a pull request by now, and who speaks for a commit that several have.

A check run belongs to a commit, not to a pull request; so what each of them has to say
is kept, and the one that decides is shown.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from bot.domain.conclusions import (
    Conclusion,
    Part,
    Status,
    deciding_part,
    held_up_by,
)
from bot.domain.github import Annotation, CheckChange, Place, Pull
from bot.domain.pulls.acts import Act, PullKey, ordered_of


@dataclass(frozen=True, slots=True)
class Voice:
    """What a pull request has to say of its head: its part, and its check run."""

    part: Part
    change: CheckChange
    annotations: tuple[Annotation, ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a pull request stands: all of it was said, or is on its way.

    `inputs` is a digest of all that it was decided from. `voice` is None where nothing
    is said. `calls` are the names of short comments that are not folded yet.
    `evaluation` is the kept report's id, empty where there is none. `again_at` (Unix
    seconds) is when time alone changes something. `draft` and `labels` are those of the
    pull request. `stale_at` is when the verdict is too old, should the base have moved
    by then; None where it is of no base. `task` is a digest of the evaluation whose
    verdict is said, empty where none is. `base` is the commit of the base branch that
    what is said is of, empty where it is of none. `uncommented` is whether no comment
    was made yet; `heard` is the name of the call that the comment itself is, as it was
    made with it: who makes one calls people, and who edits one does not. `base_now` is
    where the base branch was when it was decided, and `default_now` where the default
    branch was, whose policy says what is gated: whoever finds one of them elsewhere
    knows that this move was not seen. Empty where nobody looked. `judged_on` is the
    base of the last verdict of this head, empty where nothing was judged. `accepted`
    are the digests of the acceptances that what is said counts on. `ordered` is how
    many orders of the head it counts on (see `ordered_of`), None where nobody counted.
    """

    pull: PullKey
    installation: int
    head: str
    base_ref: str
    open: bool
    inputs: str = ""
    voice: Voice | None = None
    calls: tuple[str, ...] = ()
    evaluation: str = ""
    again_at: float | None = None
    draft: bool = False
    labels: tuple[str, ...] = ()
    stale_at: float | None = None
    task: str = ""
    base: str = ""
    uncommented: bool = False
    heard: str = ""
    base_now: str = ""
    default_now: str = ""
    judged_on: str = ""
    accepted: tuple[str, ...] = ()
    ordered: int | None = None

    @property
    def place(self) -> Place:
        """Where its repository is reached."""
        return Place(self.installation, self.pull.repository)

    @property
    def ended(self) -> bool:
        """Whether the answer was given."""
        return self.voice is not None and self.voice.part.state.conclusion is not None

    @property
    def needless(self) -> bool:
        """Whether it is green without a verdict: no trial has to run."""
        said = self.voice.part.state.conclusion if self.voice is not None else None
        return said is Conclusion.SUCCESS and not self.task

    def rests(self, pull: Pull, acts: Iterable[Act]) -> bool:
        """Whether no trial of the pull request as it is now runs or waits to run.

        What was pushed, made ready or ordered and not looked at yet may have some run;
        no order has, where none has to run. A verdict holds where a draft is made
        ready; whether it is judged anew for another reason is not told here.
        """
        same = (self.head, self.base_ref) == (pull.head.sha, pull.base.ref)
        readied = self.draft and not (pull.draft or self.task)
        waits = self.voice is not None and not self.ended
        if not same or not self.open or readied or waits:
            return False
        if self.needless or self.ordered is None:
            return True
        return ordered_of(acts, self.head) <= self.ordered

    @property
    def closed(self) -> "Standing":
        """The same once nothing is to be said any more; a new look begins anew."""
        return replace(self, open=False, inputs="", again_at=None)

    @property
    def unsaid(self) -> "Standing":
        """The same, for the next look to say all of it again."""
        return replace(self, inputs="")

    @property
    def outline(self) -> "Outline":
        """The same without its texts."""
        state = None if self.voice is None else self.voice.part.state
        return Outline(
            pull=self.pull,
            installation=self.installation,
            head=self.head,
            base_ref=self.base_ref,
            speaks=state is not None,
            waits=state is not None and state.conclusion is None,
            draft=self.draft,
            labels=self.labels,
            stale_at=self.stale_at,
            base_now=self.base_now,
            default_now=self.default_now,
            runs=state is not None and state.status is Status.IN_PROGRESS,
        )


@dataclass(frozen=True, slots=True)
class Outline:
    """An open standing without its texts, for going through many of them.

    `speaks` is whether anything is said, `waits` whether that has not ended, and `runs`
    whether it says that trials run. The others are as in `Standing`.
    """

    pull: PullKey
    installation: int
    head: str
    base_ref: str
    speaks: bool = False
    waits: bool = False
    draft: bool = False
    labels: tuple[str, ...] = ()
    stale_at: float | None = None
    base_now: str = ""
    default_now: str = ""
    runs: bool = False

    @property
    def place(self) -> Place:
        """Where its repository is reached."""
        return Place(self.installation, self.pull.repository)


def speaking(standings: Sequence[Standing], head: str) -> Standing | None:
    """Who speaks for a commit; None where no pull request has anything to say."""
    heard = {one.pull.number: one for one in standings if one.head == head}
    parts = [one.voice.part for one in heard.values() if one.voice is not None]
    return heard[deciding_part(parts).pull] if parts else None


def holding_up(
    head: str, voice: Voice | None, others: Sequence[Standing]
) -> Part | None:
    """Who holds up what `voice` says of a head that others have too; None for nobody.

    `others` are open pull requests.
    """
    voices = [one.voice for one in others if one.head == head]
    parts = [one.part for one in voices if one is not None]
    return held_up_by(voice.part, parts) if voice is not None else None
