"""What people do at random: a plan from a seed, carried out as far as GitHub lets them.

The plan is the same for a seed; what a deed finds when its turn comes may differ.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass

from tests.app.soaking.city import SIDE, City, House
from tests.app.soaking.oracle import verdict
from tests.app.stage import POLICY
from tests.fakegithub.changes import Refused
from tests.fakegithub.records import Pull
from tests.samples.quick import quick_policy

EFFECTS = ("0.0", "0.0", "-0.1", "0.2", "0.2", "crash")
ORDERS = ("/gate run", "/gate retry", "/gate cancel", "/gate more 1")
QUESTIONS = ("/gate status", "/gate why", "/gate help", "Looks fine.\n\n/gate help run")
NONSENSE = (
    "/gate rnu",
    "/gate more lots",
    "/gate accept nothing reason=",
    "> /gate cancel",
    "```\n/gate cancel\n```",
    "/gate run 0000000",
    "@seedgate please /gate run",
)


@dataclass(frozen=True)
class Deed:
    """Who does what when; `seed` draws everything that is open about it."""

    at: float
    house: int
    name: str
    seed: int


def planned(seed: int, seconds: float, houses: int, a_second: float) -> list[Deed]:
    """The deeds of a soak."""
    draw = random.Random(f"deeds/{seed}")
    names, weights = list(DEEDS), [weight for _, weight in DEEDS.values()]
    times = sorted(draw.uniform(0, seconds) for _ in range(int(seconds * a_second)))
    return [
        Deed(
            at,
            draw.randrange(houses),
            draw.choices(names, weights)[0],
            draw.getrandbits(32),
        )
        for at in times
    ]


class WrongError(AssertionError):
    """Something happened that must never happen, at once."""


def perform(city: City, deed: Deed) -> None:
    """Do it; what GitHub forbids, or there is nothing to do it to, is left."""
    house, draw = city.houses[deed.house], random.Random(deed.seed)
    try:
        with city.lock:
            told = DEEDS[deed.name][0](city, house, draw)
    except Refused as refused:
        told = f"refused: {refused.message[:60]}"
    city.tell(f"{house.repository.name} {deed.name}: {told}")


def _any(pulls: list[Pull], draw: random.Random) -> Pull:
    if not pulls:
        raise Refused("there is no such pull request")
    return draw.choice(pulls)


def _opens(city: City, house: House, draw: random.Random) -> str:
    branch, effect = house.fresh("idea"), draw.choice(EFFECTS)
    files = {f"effects/{branch}": f"{effect}\n"}
    city.bob.pushes(house.repository, branch, files)
    base = SIDE if draw.random() < 0.1 else "main"
    draft = draw.random() < 0.15
    pull = city.bob.opens_pull(house.repository, branch, base, draft=draft)
    return f"#{pull.number} {effect} onto {base}, draft {draft}"


def _opens_other(city: City, house: House, draw: random.Random) -> str:
    """Documents alone, a file that others change too, or the policy."""
    branch = house.fresh("other")
    files = draw.choice(
        (
            {"README.md": f"{branch}\n"},
            {"shared.txt": f"{branch}\n"},
            {POLICY: quick_policy(tolerance="0.5")},
        )
    )
    city.bob.pushes(house.repository, branch, files)
    pull = city.bob.opens_pull(house.repository, branch)
    return f"#{pull.number} {list(files)}"


def _forks(city: City, house: House, draw: random.Random) -> str:
    """A stranger proposes from a fork."""
    fork = city.eve.forks(house.repository)
    branch = house.fresh("strange")
    city.eve.pushes(fork, branch, {f"effects/{branch}": "0.0\n"})
    pull = city.eve.opens_pull(house.repository, branch, source=fork)
    return f"#{pull.number}"


def _pushes(city: City, house: House, draw: random.Random) -> str:
    pull, effect = _own(house, draw), draw.choice(EFFECTS)
    files = {f"effects/{pull.head.ref}": f"{effect}\n"}
    if draw.random() < 0.4:
        sha = city.bob.force_pushes(house.repository, pull.head.ref, files)
    else:
        sha = city.bob.pushes(house.repository, pull.head.ref, files)
    return f"#{pull.number} {effect} {sha[:7]}"


def _own(house: House, draw: random.Random) -> Pull:
    """One whose branch is in the repository itself."""
    here = [p for p in house.pulls() if p.head.repository_id == house.repository.id]
    return _any(here, draw)


def _moves_base(city: City, house: House, draw: random.Random) -> str:
    """Somebody pushes to main itself, as owners may."""
    name = house.fresh("base")
    files = draw.choice(
        (
            {"README.md": f"{name}\n"},
            {f"effects/{name}": "0.0\n"},
            {"shared.txt": f"{name}\n"},
        )
    )
    house.owner.pushes(house.repository, "main", files)
    return f"{list(files)}"


def _retargets(city: City, house: House, draw: random.Random) -> str:
    pull = _own(house, draw)
    base = "main" if pull.base.ref == SIDE else SIDE
    city.bob.retargets(house.repository, pull, base)
    return f"#{pull.number} to {base}"


def _drafts(city: City, house: House, draw: random.Random) -> str:
    pull = _any(house.pulls(), draw)
    change = city.bob.readies if pull.draft else city.bob.drafts
    change(house.repository, pull)
    return f"#{pull.number} draft {pull.draft}"


def _closes(city: City, house: House, draw: random.Random) -> str:
    pull = _any(house.pulls(), draw)
    city.bob.closes(house.repository, pull)
    return f"#{pull.number}"


def _reopens(city: City, house: House, draw: random.Random) -> str:
    gone = [one for one in house.pulls("closed") if one.merged_at is None]
    pull = _any(gone, draw)
    city.bob.reopens(house.repository, pull)
    return f"#{pull.number}"


def _merges(city: City, house: House, draw: random.Random) -> str:
    """Presses the button; it must not work unless the oracle says so too."""
    for pull in draw.sample(house.pulls(), len(house.pulls())):
        expected = verdict(city, house, pull)
        try:
            city.bob.merges(house.repository, pull, draw.choice(("merge", "squash")))
        except Refused:
            continue
        if pull.base.ref == "main" and expected != "success":
            raise WrongError(f"#{pull.number} was merged and is {expected}")
        return f"#{pull.number}"
    raise Refused("nothing could be merged")


def _orders(city: City, house: House, draw: random.Random) -> str:
    pull, text = _any(house.pulls(), draw), draw.choice(ORDERS)
    city.bob.comments(house.repository, pull, text)
    return f"#{pull.number} {text}"


def _asks(city: City, house: House, draw: random.Random) -> str:
    pull, text = _any(house.pulls(), draw), draw.choice(QUESTIONS)
    city.eve.comments(house.repository, pull, text)
    return f"#{pull.number} {text!r}"


def _errs(city: City, house: House, draw: random.Random) -> str:
    """What is no command, wrong, or not hers to give."""
    pull, text = _any(house.pulls(), draw), draw.choice((*NONSENSE, *ORDERS))
    city.eve.comments(house.repository, pull, text)
    return f"#{pull.number} {text!r} by eve"


def _clicks(city: City, house: House, draw: random.Random) -> str:
    runs = list(house.repository.runs.values())
    shown = [one for one in runs if one.status == "completed" and one.actions]
    if not shown:
        raise Refused("there is no button")
    run = draw.choice(shown[-8:])
    name = draw.choice(run.actions)["identifier"]
    city.bob.clicks(house.repository, run, name)
    return f"{run.head_sha[:7]} {name}"


def _reruns(city: City, house: House, draw: random.Random) -> str:
    runs = list(house.repository.runs.values())
    if not runs:
        raise Refused("there is nothing to run again")
    run = draw.choice(runs[-8:])
    again = city.bob.reruns if draw.random() < 0.5 else city.bob.reruns_suite
    again(house.repository, run)
    return run.head_sha[:7]


Doing = Callable[[City, House, random.Random], str]
DEEDS: dict[str, tuple[Doing, int]] = {
    "opens": (_opens, 16),
    "opens other": (_opens_other, 5),
    "forks": (_forks, 2),
    "pushes": (_pushes, 14),
    "moves base": (_moves_base, 3),
    "retargets": (_retargets, 4),
    "drafts": (_drafts, 6),
    "closes": (_closes, 4),
    "reopens": (_reopens, 5),
    "merges": (_merges, 8),
    "orders": (_orders, 10),
    "asks": (_asks, 5),
    "errs": (_errs, 6),
    "clicks": (_clicks, 6),
    "reruns": (_reruns, 4),
}
