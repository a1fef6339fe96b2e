"""How far sweeps came, as small texts in the store.

Losing any of them costs a few looks, a mirror that is fetched anew, or a press.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, astuple, dataclass, field

from bot.app.pulls.ports import Notes
from bot.domain.github import Place
from bot.domain.pulls.acts import PullKey


def tips(notes: Notes, repository: int) -> dict[str, str]:
    """Where base branches of a repository were, by their names."""
    return _texts(notes, f"tips:{repository}")


def keep_tips(notes: Notes, repository: int, found: Mapping[str, str]) -> None:
    """Keep where they are."""
    _keep(notes, f"tips:{repository}", dict(found))


def default_branch(notes: Notes, repository: int) -> str:
    """What a repository's default branch was called; empty where it is not known."""
    return notes.recall(f"default:{repository}")


def keep_default_branch(notes: Notes, repository: int, name: str) -> None:
    """Keep what it is called."""
    notes.remember(f"default:{repository}", name)


@dataclass(frozen=True, slots=True)
class Rest:
    """How often git failed to bring a repository here, and until when it rests.

    Times are Unix seconds. After news (a push, a pull request with a higher number than
    the `newest` that was seen) it is tried `soon`.
    """

    count: int
    until: float
    soon: float
    newest: int


def rest(notes: Notes, repository: int) -> Rest | None:
    """How it rests; None where nothing failed the last time."""
    text = notes.recall(f"rest:{repository}")
    return Rest(**json.loads(text)) if text else None


def keep_rest(notes: Notes, repository: int, found: Rest | None) -> None:
    """Keep how it rests; None for not any more."""
    text = json.dumps(asdict(found)) if found is not None else ""
    notes.remember(f"rest:{repository}", text)


def reached(notes: Notes) -> dict[int, int]:
    """Repositories that were reached, with the installation through which."""
    return _through(notes, "reached")


def keep_reached(notes: Notes, found: Mapping[int, int]) -> None:
    """Keep which are reached."""
    _keep_through(notes, "reached", found)


def mirrored(notes: Notes) -> dict[int, int]:
    """Repositories that may have a mirror, with the last installation through which."""
    return _through(notes, "mirrored")


def keep_mirrored(notes: Notes, found: Mapping[int, int]) -> None:
    """Keep which may have one."""
    _keep_through(notes, "mirrored", found)


def left(notes: Notes) -> dict[Place, float]:
    """Repositories that were left, and since when: their mirrors are to go."""
    known = _texts(notes, "left")
    return {Place(*map(int, one.split(":"))): float(at) for one, at in known.items()}


def keep_left(notes: Notes, found: Mapping[Place, float]) -> None:
    """Keep which were left."""
    plain = {f"{one.installation}:{one.repository}": at for one, at in found.items()}
    _keep(notes, "left", {one: str(at) for one, at in plain.items()})


def redelivered(notes: Notes) -> dict[str, float]:
    """Deliveries that were asked for again, and when, by their guid."""
    known = _texts(notes, "redelivered")
    return {guid: float(at) for guid, at in known.items()}


def keep_redelivered(notes: Notes, found: Mapping[str, float]) -> None:
    """Keep which were asked for again."""
    _keep(notes, "redelivered", {guid: str(at) for guid, at in found.items()})


@dataclass(frozen=True, slots=True)
class Unasked:
    """A delivery that failed and is to be asked for again, by the id of an attempt.

    `tried_at` is when GitHub failed to send it the last time, 0 for never.
    """

    guid: str
    id: int
    at: float
    pressed: bool
    tried_at: float = 0.0


def unasked(notes: Notes) -> list[Unasked]:
    """Those that wait, in the order in which they are to be asked for."""
    text = notes.recall("unasked")
    return [Unasked(*one) for one in json.loads(text)] if text else []


def keep_unasked(notes: Notes, found: Iterable[Unasked]) -> None:
    """Keep which wait; there may be thousands."""
    notes.remember("unasked", json.dumps([astuple(one) for one in found]))


def moment(notes: Notes, what: str) -> float | None:
    """Until when something was gone through, in Unix seconds; None for never."""
    text = notes.recall(f"until:{what}")
    return float(text) if text else None


def keep_moment(notes: Notes, what: str, at: float) -> None:
    """Keep until when."""
    notes.remember(f"until:{what}", str(at))


@dataclass(frozen=True, slots=True)
class ReviewsRead:
    """Until when reviews of a repository were read, by GitHub's clock.

    Of all pull requests until `since`; of those in `later`, by number, until then.
    `failed` says when those were tried last that could not be read.
    """

    since: float
    later: Mapping[int, float] = field(default_factory=dict)
    failed: Mapping[int, float] = field(default_factory=dict)

    def until(self, number: int) -> float:
        """Until when those of one pull request were read."""
        return self.later.get(number, self.since)

    def tried(self, number: int) -> float:
        """When those of one pull request were read, or could not be, the last time."""
        return max(self.until(number), self.failed.get(number, self.since))

    def gone_on(
        self,
        later: Mapping[int, float],
        failed: Mapping[int, float],
        listed: Collection[int],
    ) -> "ReviewsRead":
        """With what was read, and what could not be; of those that are `listed`."""
        was = {n: at for n, at in self.later.items() if n in listed}
        bad = {n: at for n, at in self.failed.items() if n in listed and n not in later}
        return ReviewsRead(self.since, {**was, **later}, {**bad, **failed})


def reviews_read(notes: Notes, repository: int) -> ReviewsRead | None:
    """Until when; None where they never were."""
    text = notes.recall(f"reviews:{repository}")
    if not text:
        return None
    plain = json.loads(text)
    later, failed = (
        {int(number): at for number, at in plain.get(name, {}).items()}
        for name in ("later", "failed")
    )
    return ReviewsRead(plain["since"], later, failed)


def keep_reviews_read(notes: Notes, repository: int, found: ReviewsRead) -> None:
    """Keep until when."""
    later, failed = (
        {str(number): at for number, at in some.items()}
        for some in (found.later, found.failed)
    )
    plain = {"since": found.since, "later": later, "failed": failed}
    notes.remember(f"reviews:{repository}", json.dumps(plain, sort_keys=True))


def prewarms(notes: Notes, repository: int) -> dict[str, str]:
    """Bases that are to be run ahead: tips by the names of their branches."""
    return _texts(notes, f"prewarm:{repository}")


def keep_prewarms(notes: Notes, repository: int, found: Mapping[str, str]) -> None:
    """Keep which are."""
    _keep(notes, f"prewarm:{repository}", found)


def hint_wanted(notes: Notes, repository: int) -> bool:
    """Whether a repository is to be told that the App is there."""
    return notes.recall(f"hint:{repository}") == "wanted"


def want_hint(notes: Notes, repository: int) -> None:
    """Have it told, unless it ever was."""
    if not notes.recall(f"hint:{repository}"):
        notes.remember(f"hint:{repository}", "wanted")


def hinted(notes: Notes, repository: int) -> None:
    """It was told, or need not be, for ever."""
    notes.remember(f"hint:{repository}", "told")


@dataclass(frozen=True, slots=True)
class Round:
    """How far the round of check runs is: the last one, and what looked wrong."""

    last: tuple[int, int] | None = None
    doubts: tuple[str, ...] = ()


def round_of(notes: Notes, installation: int) -> Round:
    """How far the round of an installation is."""
    text = notes.recall(f"round:{installation}")
    if not text:
        return Round()
    plain = json.loads(text)
    last: Sequence[int] | None = plain["last"]
    doubts: Sequence[str] = plain["doubts"]
    return Round((last[0], last[1]) if last else None, tuple(doubts))


def keep_round(notes: Notes, installation: int, found: Round) -> None:
    """Keep how far it is."""
    plain = {"last": found.last, "doubts": found.doubts}
    notes.remember(f"round:{installation}", json.dumps(plain))


def revived(notes: Notes, installation: int) -> dict[str, float]:
    """Posts that were given up and sent once more, and when, by their keys."""
    known = _texts(notes, f"revived:{installation}")
    return {key: float(at) for key, at in known.items()}


def keep_revived(notes: Notes, installation: int, found: Mapping[str, float]) -> None:
    """Keep which were sent once more."""
    plain = {key: str(at) for key, at in found.items()}
    _keep(notes, f"revived:{installation}", plain)


@dataclass(frozen=True, slots=True)
class Queue:
    """Of a merge group: the branch that the queue made for it, and its time.

    `until` (Unix seconds) is when there has to be an answer, None before that was
    asked. `trusted` says that insiders stand behind all of it; None for not known yet.
    """

    ref: str
    until: float | None = None
    trusted: bool | None = None


def queue_of(notes: Notes, group: PullKey) -> Queue:
    """What is known of a group."""
    text = notes.recall(f"group:{group}")
    if not text:
        return Queue("")
    plain = json.loads(text)
    return Queue(plain["ref"], plain["until"], plain["trusted"])


def keep_queue(notes: Notes, group: PullKey, found: Queue) -> None:
    """Keep what is known of it."""
    plain = {"ref": found.ref, "until": found.until, "trusted": found.trusted}
    notes.remember(f"group:{group}", json.dumps(plain))


def _through(notes: Notes, name: str) -> dict[int, int]:
    known = _texts(notes, name)
    return {int(one): int(through) for one, through in known.items()}


def _keep_through(notes: Notes, name: str, found: Mapping[int, int]) -> None:
    _keep(notes, name, {str(one): str(through) for one, through in found.items()})


def _texts(notes: Notes, name: str) -> dict[str, str]:
    text = notes.recall(name)
    return dict(json.loads(text)) if text else {}


def _keep(notes: Notes, name: str, plain: Mapping[str, str]) -> None:
    notes.remember(name, json.dumps(plain, sort_keys=True))
