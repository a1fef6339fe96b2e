"""Looks at everything from outside when all is quiet, and says what is wrong."""

import sqlite3
from collections import Counter
from collections.abc import Collection, Iterator
from itertools import product

from tests.app.soaking.blocks import check_runs, doubled, shown_run, stickies
from tests.app.soaking.city import City, House
from tests.app.soaking.oracle import conflicts, head_verdict, landed_well, verdict
from tests.app.soaking.serving import LINKS, SEEDS
from tests.app.stage import SECRET, keys
from tests.fakegithub.check_changes import Place
from tests.fakegithub.limits import Violation
from tests.fakegithub.pull_changes import judge
from tests.fakegithub.queueing import QUEUE_SENTENCE
from tests.fakegithub.records import Pull

HEARD_S = 1.0
"""In which an answer is read for sure. GitHub's fake stamps a call as it comes in, and
the refusal as it is decided; with eight threads on a machine with ten times more to do
than it can, 54 calls came up to 0.41 s after one of 13 refusals, and none later.
"""
LIVING = ("queued", "reserved", "preparing", "running", "collecting")


def problems(city: City) -> list[str]:
    """Every sentence is something that people would have to suffer."""
    with city.lock:
        seen = [
            one
            for house in city.houses
            for one in [*_house(city, house), *_groups(city, house)]
        ]
    return [*seen, *_trials(city), *lasting(city)]


def lasting(city: City) -> list[str]:
    """What no time mends: a soak may end at once."""
    with city.lock:
        seen = [f"the contract: {one}" for one in city.fake.gateway.breaks]
        broken = [one for one in city.fake.limits.violations if not excused(city, one)]
        seen += [f"the limits: {one}" for one in broken]
        seen += [one for house in city.houses for one in _landed(city, house)]
    return [*seen, *_paid(city), *_secrets(city)]


def excused(city: City, one: Violation) -> bool:
    """Whether who called could not know that GitHub had said to rest.

    Another thread was told, and had not read the answer yet; or the App was started
    since, and a new process has not been told.
    """
    told_at = one.at - one.after
    new = any(told_at <= at <= one.at for at in city.served.started)
    return one.rule == "impatient" and (one.after < HEARD_S or new)


def _house(city: City, house: House) -> Iterator[str]:
    """Its check runs by what all pull requests of their commit are, and the rest."""
    for pull in house.pulls():
        if verdict(city, house, pull) is None:
            continue
        name = f"{house.repository.name}#{pull.number} at {pull.head.sha[:7]}"
        conflict = conflicts(city, house, pull)
        yield from _check(city, house, (pull, name), _words(city, house, pull))
        comments = len(stickies(city, house, pull))
        if comments != 1:
            yield f"{name} has {comments} comments of ours"
        allowed = _allowed(city, house, pull)
        run = shown_run(house, pull.head.sha)
        green = run is not None and run.conclusion == "success"
        if allowed != (green and not pull.draft and not conflict):
            yield f"{name} may {'' if allowed else 'not '}be merged"


def _words(city: City, house: House, pull: Pull) -> set[str]:
    """What the check run of its head may be, by all that have that head."""
    heads = [one for one in house.pulls() if one.head.sha == pull.head.sha]
    words = set[str]()
    for drafts in (True, False):
        each = [_may_be(city, house, one, drafts=drafts) for one in heads]
        words = words.union(*(head_verdict(list(some)) for some in product(*each)))
    return words


def _may_be(
    city: City, house: House, pull: Pull, *, drafts: bool
) -> Collection[str | None]:
    """Of one that conflicts a verdict of before stands: GitHub lets nothing land."""
    said = verdict(city, house, pull, drafts=drafts)
    before = conflicts(city, house, pull) and said is not None
    return {said, "success", "failure"} if before else {said}


def _check(
    city: City, house: House, told: tuple[Pull, str], words: set[str]
) -> Iterator[str]:
    pull, name = told
    sha = pull.head.sha
    run = shown_run(house, sha)
    if run is None or run.app_id != city.app.id or doubled(house, sha):
        yield f"{name} has {len(check_runs(house, sha))} check runs"
    elif run.status != "completed" or run.conclusion not in words:
        got = run.conclusion or run.status
        title = run.output.get("title")
        yield f"{name} is {got} ({title}), not {' or '.join(sorted(words))}"


def _allowed(city: City, house: House, pull: Pull) -> bool:
    """Whether GitHub lets it land: by the button, or through the queue."""
    why_not = judge(Place(city.town.world, house.repository), pull).why_not
    return not [one for one in why_not if one != QUEUE_SENTENCE]


def _groups(city: City, house: House) -> Iterator[str]:
    """Merge groups: each has come to an end, and none landed that was not to."""
    for group in house.repository.queue:
        name = f"{house.repository.name} group of {group.pull_numbers}"
        runs = check_runs(house, group.head_sha)
        if group.destroyed is None:
            yield f"{name} is still in the queue ({[one.status for one in runs]})"
        elif doubled(house, group.head_sha):
            yield f"{name} has {len(runs)} check runs"
        elif runs and runs[-1].status != "completed":
            yield f"{name} was {group.destroyed} and is {runs[-1].status}"


def _landed(city: City, house: House) -> Iterator[str]:
    for group in house.repository.queue:
        if group.destroyed == "merged" and not landed_well(city, house, group):
            name = f"{house.repository.name} group of {group.pull_numbers}"
            yield f"{name} was merged and makes it worse"


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
    """No trial whose result was kept began again, and each attempt began once.

    What a crew that was killed had begun is nobody's result: it is begun again.
    """
    if not city.crew.alive:
        yield f"the crew ended by itself; {city.crew.diary} has a log beside it"
    entries = city.crew.entries()
    kept = set[str]()
    for one in entries:
        if one.what == "begun" and one.key in kept:
            yield f"trial {one.key[:12]} was paid and began again"
        if one.what == "kept" and one.outcome != "Infra":
            kept.add(one.key)
    begun = Counter((one.key, one.number) for one in entries if one.what == "begun")
    for (key, number), count in begun.items():
        if count > 1:
            yield f"attempt {number} of trial {key[:12]} was begun {count} times"
    ran = city.ledger.read_text().splitlines()
    starts = sum(line.startswith("start ") for line in ran)
    if starts > begun.total():
        yield f"{starts} trainings began for {begun.total()} attempts"


def _secrets(city: City) -> Iterator[str]:
    """Nothing that anybody must not read is in what the App wrote down."""
    log = city.served.log.read_text(errors="replace")
    with city.lock:
        tokens = list(city.town.world.tokens)
    line = keys()[0].splitlines()[1]
    for secret in (SECRET, SEEDS, LINKS, line, *tokens):
        if secret in log:
            yield f"a secret is in the log: {secret[:6]}..."
