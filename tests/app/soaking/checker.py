"""Looks at everything from outside when all is quiet, and says what is wrong."""

import sqlite3
from collections import Counter
from collections.abc import Iterator

from tests.app.soaking.city import City, House
from tests.app.soaking.oracle import verdict
from tests.app.soaking.serving import LINKS, SEEDS
from tests.app.stage import SECRET, keys
from tests.fakegithub.check_changes import Place
from tests.fakegithub.limits import Violation
from tests.fakegithub.pull_changes import judge
from tests.fakegithub.records import Pull

FLIGHT_S = 0.3
LIVING = ("queued", "reserved", "preparing", "running", "collecting")


def problems(city: City) -> list[str]:
    """Every sentence is something that people would have to suffer."""
    with city.lock:
        seen = [
            one
            for house in city.houses
            for pull in house.pulls()
            for one in _pull(city, house, pull)
        ]
        seen += [f"the contract: {one}" for one in city.fake.gateway.breaks]
        broken = city.fake.limits.violations
        seen += [f"the limits: {one}" for one in broken if not _in_flight(city, one)]
    return [*seen, *_trials(city), *_paid(city), *_secrets(city)]


def _in_flight(city: City, one: Violation) -> bool:
    """Whether it was on its way when GitHub told another call of ours to wait.

    Nobody can call that back; who goes on calling is another matter.
    """
    told = [
        seen.at
        for seen in city.fake.gateway.log
        if seen.caller == one.caller and seen.status in {403, 429}
    ]
    return one.rule == "impatient" and any(0 <= one.at - at < FLIGHT_S for at in told)


def _pull(city: City, house: House, pull: Pull) -> Iterator[str]:
    expected = verdict(city, house, pull)
    name = f"{house.repository.name}#{pull.number} at {pull.head.sha[:7]}"
    if expected is None:
        return
    runs = [
        one
        for one in house.repository.runs.values()
        if one.head_sha == pull.head.sha and one.name == "seedgate"
    ]
    if len(runs) != 1 or runs[0].app_id != city.app.id:
        yield f"{name} has {len(runs)} check runs"
        return
    if runs[0].status != "completed" or runs[0].conclusion != expected:
        got = runs[0].conclusion or runs[0].status
        title = runs[0].output.get("title")
        yield f"{name} is {got} ({title}), not {expected}"
    if len(_stickies(city, house, pull)) != 1:
        yield f"{name} has {len(_stickies(city, house, pull))} comments of ours"
    allowed = judge(Place(city.town.world, house.repository), pull).allowed
    if allowed != (expected == "success" and not pull.draft):
        yield f"{name} may {'' if allowed else 'not '}be merged"


def _stickies(city: City, house: House, pull: Pull) -> list[int]:
    mark = f"<!-- seedgate pull-{pull.number} -->"
    return [
        one.id
        for one in house.repository.comments.values()
        if one.app_id == city.app.id and one.body.startswith(mark)
    ]


def _trials(city: City) -> Iterator[str]:
    """Nothing is left that somebody still would run, or that nobody wants."""
    path = city.served.cache / "seedgate.sqlite"
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=20) as store:
        marks = ", ".join("?" * len(LIVING))
        query = f"select key, state from trials where state in ({marks})"
        for key, state in store.execute(query, LIVING):
            yield f"trial {key[:12]} is left {state}"
        query = "select key, number from attempts where ended_at is null"
        for key, number in store.execute(query):
            yield f"attempt {number} of trial {key[:12]} never ended"


def _paid(city: City) -> Iterator[str]:
    """No trial that had a result was run again, and each attempt began once."""
    results = Counter(one.key for one in city.crew.paid if one.outcome != "Infra")
    for key, count in results.items():
        if count > 1:
            yield f"trial {key[:12]} was paid {count} times"
    begun = Counter(one.attempt for one in city.crew.paid)
    for attempt, count in begun.items():
        if count > 1:
            yield f"attempt {attempt} was begun {count} times"
    ran = city.ledger.read_text().splitlines()
    starts = sum(line.startswith("start ") for line in ran)
    if starts > len(city.crew.ran):
        yield f"{starts} trainings began for {len(city.crew.ran)} attempts"


def _secrets(city: City) -> Iterator[str]:
    """Nothing that anybody must not read is in what the App wrote down."""
    log = city.served.log.read_text(errors="replace")
    with city.lock:
        tokens = list(city.town.world.tokens)
    line = keys()[0].splitlines()[1]
    for secret in (SECRET, SEEDS, LINKS, line, *tokens):
        if secret in log:
            yield f"a secret is in the log: {secret[:6]}..."
