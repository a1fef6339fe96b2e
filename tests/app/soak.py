"""The soak: an App that is killed again and again, beside people and bad luck.

    soak(folder, Wishes(seed=7, seconds=45.0))

Raises `AssertionError` with what is wrong. At the end a wrong verdict is put on GitHub
behind the App's back: whoever checks has to notice, and the App has to mend it.
"""

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.app.soaking.blocks import shown_run
from tests.app.soaking.checker import problems
from tests.app.soaking.city import City, House, founded
from tests.app.soaking.landing import queue_keeper
from tests.app.soaking.oracle import verdict
from tests.app.soaking.people import perform, planned
from tests.app.soaking.plainly import (
    accept_what_blocks,
    all_spoken_of,
    order_anew,
    queue_what_may_land,
    right,
    take_acceptances_back,
)
from tests.app.soaking.told import Told, counted
from tests.fakegithub import fates
from tests.fakegithub.faults import Chance, Kind
from tests.fakegithub.records import Pull
from tests.waiting import until

KINDS: tuple[Kind, ...] = (
    *("500", "502", "503", "504", "reset_before", "reset_mid_body"),
    *("truncated_json", "html_200", "slow_drip", "secondary_403", "secondary_429"),
    *("moved_301", "redirect_307", "flicker_404", "revoked_401"),
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
RESTART_S = 2.0
REST_S = 3
"""How long GitHub says to rest: long enough to see whether somebody goes on."""
CREW_SHARE = 0.4
"""Of the kills, those of the crew."""


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
    kill_s: tuple[float, float] = (5.0, 12.0)
    patience: float = 180.0


def soak(folder: Path, wishes: Wishes) -> Told:
    """Carry one out; what happened."""
    with founded(folder, wishes.houses, wishes.seed) as city:
        try:
            return _soaked(city, wishes)
        except AssertionError as wrong:
            story = folder / "story.txt"
            story.write_text("\n".join(city.said))
            wrong.add_note(f"seed {wishes.seed}; {story}, {city.served.log}")
            raise


def _soaked(city: City, wishes: Wishes) -> Told:
    told = Told()
    _trouble(city, wishes, told)
    with queue_keeper(city):
        with _killed(city, wishes, told):
            _live(city, wishes, told)
        _calm(city, told, wishes.patience)
        begun = time.monotonic()
        _again(city)
        _said_plainly(city, wishes.patience)
        told.settled_s = time.monotonic() - begun
        told.mended = _injected(city, wishes)
    told.take_stock(city)
    return told


def _said_plainly(city: City, patience: float) -> None:
    """What is wanted in the end is said once more, and comes true each time."""
    all_spoken_of(city, patience)
    take_acceptances_back(city, patience)
    order_anew(city, patience)
    right(city, patience)
    queue_what_may_land(city)
    right(city, patience)
    accept_what_blocks(city, patience)
    right(city, patience)


def _trouble(city: City, wishes: Wishes, told: Told) -> None:
    with city.lock:
        chance = Chance(wishes.seed, wishes.rate, "*", KINDS, 0.02, REST_S)
        city.fake.faults.chance = chance
        fate = fates.seeded(wishes.seed, FATES, 2.0)
        city.deliveries.policy = counted(fate, told.fates)
        city.git.rate = wishes.rate


def _live(city: City, wishes: Wishes, told: Told) -> None:
    """People act by their plan."""
    begun, pause = time.monotonic(), threading.Event()
    for deed in planned(wishes.seed, wishes.seconds, wishes.houses, wishes.a_second):
        pause.wait(max(0.0, begun + deed.at - time.monotonic()))
        outcome = "done" if perform(city, deed) else "not possible"
        told.deeds[f"{deed.name}: {outcome}"] += 1


@contextmanager
def _killed(city: City, wishes: Wishes, told: Told) -> Iterator[None]:
    """A thread of its own kills the App, or the crew, now and then."""
    ended = threading.Event()
    killer = threading.Thread(target=_kills, args=(city, wishes, told, ended))
    killer.start()
    try:
        yield
    finally:
        ended.set()
        killer.join()


def _kills(city: City, wishes: Wishes, told: Told, ended: threading.Event) -> None:
    draw = random.Random(f"kills/{wishes.seed}")
    while not ended.wait(draw.uniform(*wishes.kill_s)):
        crew = draw.random() < CREW_SHARE
        name, victim = ("crew", city.crew) if crew else ("App", city.served)
        victim.kill()
        city.tell(f"the {name} was killed")
        told.kills[name] += 1
        ended.wait(draw.uniform(0.0, RESTART_S))
        victim.start()
        city.tell(f"the {name} was started")


def _calm(city: City, told: Told, patience: float) -> None:
    """Luck is good from here on."""
    with city.lock:
        city.fake.faults.clear()
        city.deliveries.policy = counted(fates.faithful, told.fates)
        city.git.rate = 0.0
    city.deliveries.settle(patience)


def _again(city: City) -> None:
    """The App begins anew, and goes through everything."""
    city.served.kill()
    city.served.start()
    city.tell("the App was started")


def _injected(city: City, wishes: Wishes) -> bool:
    """A wrong verdict is noticed, and mended by the App after two sweeps."""
    house, pull = next(_judged(city))
    with city.lock:
        run = shown_run(house, pull.head.sha)
        assert run is not None
        wrong = "failure" if run.conclusion == "success" else "success"
        run.conclusion = wrong
    noticed = problems(city)
    assert any(f"is {wrong}" in one for one in noticed), noticed
    for _ in range(2):
        swept = city.served.sweeps()
        _again(city)
        until(_swept_since(city, swept), "a whole sweep", wishes.patience)
    right(city, wishes.patience)
    return True


def _swept_since(city: City, before: int) -> Callable[[], bool]:
    return lambda: city.served.sweeps() > before


def _judged(city: City) -> Iterator[tuple[House, Pull]]:
    """Those of which one word alone is right; of a head with a draft two may be."""
    for house in city.houses:
        heads = [one.head.sha for one in house.pulls()]
        for pull in house.pulls():
            alone = heads.count(pull.head.sha) == 1
            if alone and verdict(city, house, pull) in ("success", "failure"):
                yield house, pull
