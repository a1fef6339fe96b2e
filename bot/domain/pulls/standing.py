"""What is said of a pull request by now, and who speaks for a commit that several have.

A check run belongs to a commit, not to a pull request; so what each of them has to say
is kept, and the one that decides is shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.conclusions import Part, deciding_part
from bot.domain.github import Annotation, CheckChange, Place
from bot.domain.pulls.acts import PullKey
from bot.domain.pulls.posts import CheckPost


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
    seconds) is when time alone changes something.
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

    @property
    def place(self) -> Place:
        """Where its repository is reached."""
        return Place(self.installation, self.pull.repository)


def check_post(standings: Sequence[Standing], head: str) -> CheckPost | None:
    """The check run of a commit; None where no pull request has anything to say."""
    heard = [one for one in standings if one.head == head and one.voice is not None]
    voices = {one.pull.number: (one, one.voice) for one in heard if one.voice}
    if not voices:
        return None
    decides = deciding_part([voice.part for _, voice in voices.values()])
    standing, voice = voices[decides.pull]
    return CheckPost(standing.place, head, voice.change, voice.annotations)
