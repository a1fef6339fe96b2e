"""What people say and press."""

import random

from tests.app.soaking import blocks
from tests.app.soaking.city import City, House
from tests.app.soaking.oracle import CRASH, WORST, changes, harm, verdict
from tests.app.soaking.proposing import one_of
from tests.fakegithub.changes import Refused
from tests.fakegithub.records import Pull

ORDERS = (
    *("/gate run", "/gate retry", "/gate cancel", "/gate more 1", "/gate ablate"),
    *("/gate target mode=quick", "/gate baseline refresh"),
)
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


def accepts(city: City, house: House, draw: random.Random) -> str:
    """The owner takes it upon herself that a branch is worse; never that it crashes."""
    shown = list[tuple[Pull, float, list[str]]]()
    for pull in house.pulls():
        bad = harm(changes(city, house, pull))
        if WORST < bad < CRASH and verdict(city, house, pull) == "failure":
            shown.append((pull, bad, blocks.shown(city, house, pull)))
    found = [one for one in shown if one[2]]
    if not found:
        raise Refused("nothing is blocked that could be accepted")
    pull, bad, names = draw.choice(found)
    house.borne.setdefault(pull.number, set()).add(bad)
    house.lifted[pull.number] = True
    text = "\n".join(f'/gate accept {name} reason="we know"' for name in names)
    house.owner.comments(house.repository, pull, text)
    return f"#{pull.number} {names}"


def unaccepts(city: City, house: House, draw: random.Random) -> str:
    """The owner takes back all that she accepted of one."""
    pull = one_of([one for one in house.pulls() if one.number in house.borne], draw)
    names = blocks.accepted(house, pull)
    house.lifted[pull.number] = False
    text = "\n".join(f"/gate unaccept {name}" for name in names)
    house.owner.comments(house.repository, pull, text)
    return f"#{pull.number} {names}"


def orders(city: City, house: House, draw: random.Random) -> str:
    pull, text = one_of(house.pulls(), draw), draw.choice(ORDERS)
    city.bob.comments(house.repository, pull, text)
    return f"#{pull.number} {text}"


def asks(city: City, house: House, draw: random.Random) -> str:
    pull, text = one_of(house.pulls(), draw), draw.choice(QUESTIONS)
    city.eve.comments(house.repository, pull, text)
    return f"#{pull.number} {text!r}"


def errs(city: City, house: House, draw: random.Random) -> str:
    """What is no command, wrong, or not hers to give."""
    pull, text = one_of(house.pulls(), draw), draw.choice((*NONSENSE, *ORDERS))
    city.eve.comments(house.repository, pull, text)
    return f"#{pull.number} {text!r} by eve"


def clicks(city: City, house: House, draw: random.Random) -> str:
    runs = list(house.repository.runs.values())
    shown = [one for one in runs if one.status == "completed" and one.actions]
    if not shown:
        raise Refused("there is no button")
    run = draw.choice(shown[-8:])
    name = draw.choice(run.actions)["identifier"]
    city.bob.clicks(house.repository, run, name)
    return f"{run.head_sha[:7]} {name}"


def reruns(city: City, house: House, draw: random.Random) -> str:
    runs = list(house.repository.runs.values())
    if not runs:
        raise Refused("there is nothing to run again")
    run = draw.choice(runs[-8:])
    again = city.bob.reruns if draw.random() < 0.5 else city.bob.reruns_suite
    again(house.repository, run)
    return run.head_sha[:7]
