"""After the storm: what people want in the end, said so that nobody can doubt it."""

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from tests.app.soaking import blocks
from tests.app.soaking.checker import lasting, problems
from tests.app.soaking.city import City, House
from tests.app.soaking.oracle import CRASH, changes, harm, is_prose, verdict
from tests.app.soaking.talking import ORDERS
from tests.app.stage import POLICY
from tests.fakegithub.changes import Refused
from tests.fakegithub.people import Person
from tests.fakegithub.records import Comment, Pull

TRIES = 5
DONE, NOT_DONE = "+1", "confused"


@dataclass(frozen=True)
class Saying:
    """What somebody wants on a pull request; `heard` are faces that show it taken."""

    house: House
    pull: Pull
    who: Person
    text: str
    heard: tuple[str, ...] = (DONE,)

    @property
    def name(self) -> str:
        """For whoever has to find out why."""
        return f"{self.house.repository.name}#{self.pull.number} {self.text!r}"

    def said(self, city: City) -> Comment:
        """Say it."""
        city.tell(f"{self.name}, to be plain")
        return self.who.comments(self.house.repository, self.pull, self.text)

    def taken(self, comment: Comment) -> bool:
        """Whether it was taken, by the answer to it."""
        return bool(_faces(comment) & set(self.heard))


def all_spoken_of(city: City, patience: float) -> None:
    """Every head has been seen, and something was said of it: now it can be named."""
    wait(lambda: not _unspoken(city), patience, lambda: _unspoken(city))


def _unspoken(city: City) -> list[str]:
    return [
        f"{house.repository.name}#{pull.number} at {pull.head.sha[:7]} is not concluded"
        for house, pull in _everywhere(city)
        if _gated(city, house, pull) and not _concluded(house, pull)
    ]


def _concluded(house: House, pull: Pull) -> bool:
    run = blocks.shown_run(house, pull.head.sha)
    return run is not None and run.status == "completed"


def take_acceptances_back(city: City, patience: float) -> None:
    """Whatever an owner ever accepted holds no more; it may not have been heard."""
    sayings = list[Saying]()
    for house, pull in _everywhere(city):
        names = blocks.accepted(house, pull)
        if names and _gated(city, house, pull):
            text, heard = _lines("/gate unaccept {}", names), (DONE, NOT_DONE)
            sayings.append(Saying(house, pull, house.owner, text, heard))
    _say(city, sayings, patience)


def order_anew(city: City, patience: float) -> None:
    """Where somebody ordered something: it is to be judged."""
    asked = [one for one in _everywhere(city) if _ordered(*one)]
    for house, pull in asked:
        if pull.draft:
            city.bob.readies(house.repository, pull)
    gated = [one for one in asked if _gated(city, *one)]
    sayings = [
        Saying(house, pull, _orderer(city, house, pull), "/gate run", heard)
        for house, pull in gated
        for heard in [(DONE, NOT_DONE) if _needless(city, house, pull) else (DONE,)]
    ]
    _say(city, sayings, patience)


def _needless(city: City, house: House, pull: Pull) -> bool:
    """Whether nothing has to run for it: whoever orders that is told so."""
    with city.lock:
        return is_prose(changes(city, house, pull))


def _orderer(city: City, house: House, pull: Pull) -> Person:
    """Where the policy is edited, or nobody knows, who may only write orders nothing.

    Of a head in conflict with its base nobody knows what it would edit.
    """
    with city.lock:
        known = verdict(city, house, pull) != "action_required"
        edited = POLICY in changes(city, house, pull)
    return city.bob if known and not edited else house.owner


def queue_what_may_land(city: City) -> None:
    """All that passed and has a queue goes into it."""
    for house, pull in _everywhere(city):
        if house.queued:
            with suppress(Refused):
                city.bob.queues(house.repository, pull)
                city.tell(f"{house.repository.name}#{pull.number} to the queue")


def accept_what_blocks(city: City, patience: float) -> None:
    """Where an owner wanted to bear it, she does; of what she left open, every other.

    One that crashes, nobody can bear.
    """
    sayings = list[Saying]()
    for house, pull in _everywhere(city):
        if not _to_bear(city, house, pull):
            continue
        names = blocks.shown(city, house, pull)
        assert names, f"{house.repository.name}#{pull.number} shows nothing to accept"
        text = _lines('/gate accept {} reason="we know"', names)
        sayings.append(Saying(house, pull, house.owner, text))
    _say(city, sayings, patience)
    for one in sayings:
        one.house.upheld.add(one.pull.number)


def _to_bear(city: City, house: House, pull: Pull) -> bool:
    """Whether it is blocked for what its owner wanted to bear."""
    with city.lock:
        blocked = verdict(city, house, pull) == "failure"
        if not blocked or harm(changes(city, house, pull)) == CRASH:
            return False
    return house.lifted.get(pull.number, pull.number % 2 == 0)


def _gated(city: City, house: House, pull: Pull) -> bool:
    with city.lock:
        return pull.state == "open" and verdict(city, house, pull) is not None


def _everywhere(city: City) -> list[tuple[House, Pull]]:
    with city.lock:
        return [(house, pull) for house in city.houses for pull in house.pulls()]


def _ordered(house: House, pull: Pull) -> bool:
    comments = house.repository.comments.values()
    mine = [one.body for one in comments if one.number == pull.number]
    return any(body in ORDERS for body in mine)


def _lines(form: str, names: list[str]) -> str:
    return "\n".join(form.format(one) for one in names)


def _say(city: City, sayings: Sequence[Saying], patience: float) -> None:
    """Say it until it is taken: of a head that nobody has recorded yet it is not."""
    left = list(sayings)
    for _ in range(TRIES):
        said = [(one, one.said(city)) for one in left]
        wait(_answered(said), patience, _unanswered(said))
        left = [one for one, comment in said if not one.taken(comment)]
        if not left:
            return
    raise AssertionError(f"never heard: {[one.name for one in left]}")


Said = Sequence[tuple[Saying, Comment]]


def _unanswered(said: Said) -> Callable[[], list[str]]:
    return lambda: [
        f"{one.name}: no answer" for one, comment in said if len(_faces(comment)) < 2
    ]


def _answered(said: Said) -> Callable[[], bool]:
    return lambda: not _unanswered(said)()


def _faces(comment: Comment) -> set[str]:
    """The reactions to a comment: eyes, and then what became of it."""
    return {one.content for one in comment.reactions}


def right(city: City, patience: float) -> None:
    """All is right in time; raises with what is not."""

    def wrong() -> list[str]:
        never = lasting(city)
        assert not never, "\n".join(never)
        return problems(city)

    wait(lambda: not wrong(), patience, wrong)


def wait(
    holds: Callable[[], bool], patience: float, wrong: Callable[[], list[str]]
) -> None:
    """Look again and again; raises with all that is wrong."""
    pause, end = threading.Event(), time.monotonic() + patience
    while not holds():
        assert time.monotonic() < end, "\n".join(wrong())
        pause.wait(0.5)
