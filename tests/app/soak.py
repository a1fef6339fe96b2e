"""The soak: an App that is killed again and again, beside people and bad luck.

    soak(folder, Wishes(seed=7, seconds=45.0))

Raises `AssertionError` with what is wrong. At the end a wrong verdict is put on GitHub
behind the App's back: whoever checks has to notice, and the App has to mend it.
"""

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.app.soaking.checker import problems
from tests.app.soaking.city import City, House, founded
from tests.app.soaking.oracle import verdict
from tests.app.soaking.people import ORDERS, Deed, perform, planned
from tests.fakegithub import fates
from tests.fakegithub.faults import Chance, Kind
from tests.fakegithub.records import Comment, Pull
from tests.waiting import until

KINDS: tuple[Kind, ...] = (
    *("500", "502", "503", "504", "reset_before", "reset_mid_body"),
    *("truncated_json", "html_200", "slow_drip", "secondary_403", "secondary_429"),
    *("moved_301", "redirect_307", "flicker_404"),
)
FATES: dict[fates.Kind, float] = {
    "drop": 0.08,
    "vanish": 0.03,
    "delay": 0.1,
    "duplicate": 0.1,
    "reorder": 0.1,
    "tamper": 0.04,
    "forge": 0.02,
}


TRIES = 5


@dataclass(frozen=True)
class Wishes:
    """What a soak is like; `seconds` are those in which people are busy.

    `a_second` are their deeds, `rate` the share of calls that fail, `patience` the
    seconds in which all has to be right after that.
    """

    seed: int
    seconds: float = 45.0
    houses: int = 3
    a_second: float = 1.6
    rate: float = 0.12
    kill_s: tuple[float, float] = (6.0, 16.0)
    patience: float = 180.0


@dataclass
class Soaked:
    """What happened, in numbers."""

    deeds: int = 0
    kills: int = 0
    faults: int = 0
    pulls: int = 0
    trials: int = 0
    settled_s: float = 0.0
    mended: bool = False


def soak(folder: Path, wishes: Wishes) -> Soaked:
    """Carry one out; what it came to."""
    with founded(folder, wishes.houses) as city:
        try:
            return _soaked(city, wishes)
        except AssertionError as wrong:
            story = folder / "story.txt"
            story.write_text("\n".join(city.said))
            wrong.add_note(f"seed {wishes.seed}; {story}, {city.served.log}")
            raise


def _soaked(city: City, wishes: Wishes) -> Soaked:
    told = Soaked()
    _trouble(city, wishes)
    _live(city, wishes, told)
    _calm(city)
    begun = time.monotonic()
    _again(city)
    _plain(city, wishes)
    right(city, wishes.patience)
    told.settled_s = time.monotonic() - begun
    told.faults = len(city.fake.faults.struck)
    told.pulls = sum(len(one.repository.pulls) for one in city.houses)
    told.trials = len(city.crew.paid)
    told.mended = _injected(city, wishes)
    return told


def _trouble(city: City, wishes: Wishes) -> None:
    with city.lock:
        chance = Chance(wishes.seed, wishes.rate, "*", KINDS, 0.02)
        city.fake.faults.chance = chance
        city.deliveries.policy = fates.seeded(wishes.seed, FATES, 2.0)


def _live(city: City, wishes: Wishes, told: Soaked) -> None:
    """People act by their plan; a thread of its own kills the App now and then."""
    ended = threading.Event()
    killer = threading.Thread(target=_kills, args=(city, wishes, told, ended))
    killer.start()
    begun = time.monotonic()
    try:
        for deed in planned(
            wishes.seed, wishes.seconds, wishes.houses, wishes.a_second
        ):
            ended.wait(max(0.0, begun + deed.at - time.monotonic()))
            _deed(city, deed, told)
    finally:
        ended.set()
        killer.join()


def _deed(city: City, deed: Deed, told: Soaked) -> None:
    perform(city, deed)
    told.deeds += 1


def _kills(city: City, wishes: Wishes, told: Soaked, ended: threading.Event) -> None:
    draw = random.Random(f"kills/{wishes.seed}")
    while not ended.wait(draw.uniform(*wishes.kill_s)):
        city.served.kill()
        city.tell("the App was killed")
        told.kills += 1
        ended.wait(draw.uniform(0.0, 2.0))
        city.served.start()
        city.tell("the App was started")


def _calm(city: City) -> None:
    """Luck is good from here on."""
    with city.lock:
        city.fake.faults.clear()
        city.deliveries.policy = fates.faithful
    city.deliveries.settle()


def _again(city: City) -> None:
    """The App begins anew, and goes through everything."""
    city.served.kill()
    city.served.start()
    city.tell("the App was started")


def _plain(city: City, wishes: Wishes) -> None:
    """Where somebody ordered something, what is wanted in the end is said once more."""
    asked = [
        (house, pull)
        for house in city.houses
        for pull in house.pulls()
        if _ordered(house, pull)
    ]
    for house, pull in asked:
        if pull.draft:
            city.bob.readies(house.repository, pull)
    for house, pull in asked:
        if verdict(city, house, pull) is not None:
            _heard(city, house, pull, wishes.patience)


def _heard(city: City, house: House, pull: Pull, patience: float) -> None:
    """Say it until it is taken: of a head that nobody has recorded yet it is not."""
    for _ in range(TRIES):
        said = city.bob.comments(house.repository, pull, "/gate run")
        city.tell(f"{house.repository.name} #{pull.number} /gate run, to be plain")
        _until(lambda said=said: len(_faces(said)) > 1, patience, lambda: ["no answer"])
        if "+1" in _faces(said):
            return
    raise AssertionError(f"{house.repository.name}#{pull.number} never heard it")


def _ordered(house: House, pull: Pull) -> bool:
    comments = house.repository.comments.values()
    mine = [one.body for one in comments if one.number == pull.number]
    return any(body in ORDERS for body in mine)


def _faces(comment: Comment) -> set[str]:
    """The reactions to a comment: eyes, and then what became of it."""
    return {one.content for one in comment.reactions}


def right(city: City, patience: float) -> None:
    """All is right in time; raises with what is not."""
    _until(lambda: not problems(city), patience, lambda: problems(city))


def _until(
    holds: Callable[[], bool], patience: float, wrong: Callable[[], list[str]]
) -> None:
    pause, end = threading.Event(), time.monotonic() + patience
    while not holds():
        assert time.monotonic() < end, "\n".join(wrong())
        pause.wait(0.5)


def _injected(city: City, wishes: Wishes) -> bool:
    """A wrong verdict is noticed, and mended by the App after two sweeps."""
    house, pull = next(_judged(city))
    with city.lock:
        (run,) = [
            one
            for one in house.repository.runs.values()
            if one.head_sha == pull.head.sha and one.name == "seedgate"
        ]
        wrong = "failure" if run.conclusion == "success" else "success"
        run.conclusion = wrong
    noticed = problems(city)
    assert any(f"is {wrong}" in one for one in noticed), noticed
    for _ in range(2):
        swept = city.served.sweeps()
        _again(city)
        until(lambda before=swept: city.served.sweeps() > before, "a whole sweep")
    right(city, wishes.patience)
    return True


def _judged(city: City):
    for house in city.houses:
        for pull in house.pulls():
            if verdict(city, house, pull) in ("success", "failure"):
                yield house, pull
