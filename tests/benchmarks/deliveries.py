"""Webhooks at 200 a second: how long an answer takes, and what a kill loses.

    python -m tests.benchmarks.deliveries [--only app,receiver,burst] [--seconds 60]
        [--rate 200] [--postgres [--apart]]

- `app`: `seedgate serve` with all that it does beside, on one core; it works off what a
  busy organisation sends (`traffic`), and is killed with SIGKILL and started again in
  the middle.
- `receiver`: its intake alone, of which nobody works off anything.
- `burst`: a hundred at once to `seedgate serve` on all cores, again and again, while
  trials run.

On its core a server is together with PostgreSQL, where that holds the store, but for
`--apart`; who sends is on another one, with the fake GitHub. An answer's time counts
from when the delivery is due. What is due while nobody serves is a line of its own.
What was not answered is sent again at the end with its GUID, as GitHub does when it is
asked to.
"""

import argparse
import itertools
import os
import signal
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.app.hooks import DeliveryState
from bot.compose.database import store_url
from tests.app.processes import Processes, processes
from tests.app.stage import Stage, staged
from tests.benchmarks import kept
from tests.benchmarks.figures import Figures
from tests.benchmarks.hooked import Alone, Whole
from tests.benchmarks.sending import Sent, at_once, sending, steady
from tests.benchmarks.stores import database, store
from tests.benchmarks.traffic import Place, traffic
from tests.samples.quick import BETTER, quick_policy
from tests.waiting import until

P99_MS = 50.0
SETTLED_S = 2.0
AT_ONCE, SLOWEST_S = 100, 1.0
BURSTS, BURST_PAUSE_S = 10, 0.3
PULLS, SEEDS = 6, "{min: 20, max: 24}"
PATIENCE_S, SOON_S = 600.0, 0.2


@dataclass(frozen=True, slots=True)
class Given:
    """What was asked for; `cores` are those of a server, and of who sends."""

    folder: Path
    seconds: float
    rate: float
    postgres: bool
    apart: bool
    cores: tuple[int, int]

    @property
    def of_database(self) -> list[int]:
        """The core of a database of ours."""
        return [self.cores[1 if self.apart else 0]]


def app(given: Given, figures: Figures) -> None:
    """The whole App on one core."""
    _stay_on(given.of_database)  # which inherits it
    with database(postgres=given.postgres) as url:
        _stay_on([given.cores[1]])
        with staged(given.folder, database=url) as stage:
            place = _documented(stage)
            with processes(stage, given.folder) as many:
                server = Whole(many, [given.cores[0]])
                server.start()
                sent = _driven(server, place, given, figures)
                _worked_off(many, sent, figures)
                many.reads()


def receiver(given: Given, figures: Figures) -> None:
    """What takes webhooks in, alone on one core."""
    _stay_on(given.of_database)
    with store(given.folder, postgres=given.postgres) as url:
        _stay_on([given.cores[1]])
        server = Alone(url, [given.cores[0]])
        server.start()
        try:
            place = Place(1, "ann/quick", 1, range(1, 1 + PULLS))
            sent = _driven(server, place, given, figures)
        finally:
            server.kill()
        states = kept.states(url)
        lost = [guid for guid in sent.taken if guid not in states]
        figures.at_most("answered 202 and not kept", len(lost), 0)


def bursts(given: Given, figures: Figures) -> None:
    """A hundred at once while trials run, everything on all cores."""
    _stay_on(given.cores)
    with (
        database(postgres=given.postgres) as url,
        staged(given.folder, quick_policy(seeds=SEEDS), database=url) as stage,
        processes(stage, given.folder) as many,
    ):
        server = Whole(many, given.cores)
        server.start()
        stage.app.hook_url = server.hook
        pulls = [stage.proposes(f"idea-{one}", BETTER) for one in range(PULLS)]
        _burst(server, stage, figures)
        heads = [one.head.sha for one in pulls]
        until(lambda: all(_ended(stage, one) for one in heads), "verdicts", PATIENCE_S)
        many.reads()


def _burst(server: Whole, stage: Stage, figures: Figures) -> None:
    """Each time when another trial has just begun."""
    hooks, ran = traffic(_place(stage)), stage.crew.ran
    slowest, missed, before = 0.0, 0, 0
    with sending() as sender:
        for number in range(BURSTS):
            many = list(itertools.islice(hooks, AT_ONCE))
            before = _another(ran, before)
            name = f"burst-{number}"
            sent = sender.submit(at_once, server.target, many, name).result()
            slowest = max(slowest, *sent.took())
            missed += len(sent.missed)
            threading.Event().wait(BURST_PAUSE_S)
    figures.at_most("not answered", missed, 0)
    figures.under(f"slowest answer of {AT_ONCE} at once", slowest, SLOWEST_S)


def _another(ran: Sequence[str], before: int) -> int:
    """Wait until one more trial was begun than before; how many there were."""
    until(lambda: len(ran) > before, "another trial to begin")
    return len(ran)


def _ended(stage: Stage, sha: str) -> bool:
    return any(one.conclusion for one in stage.runs(sha))


def _documented(stage: Stage) -> Place:
    """Pull requests that need no trial are open, and all is said of them."""
    for number in range(PULLS):
        branch = f"docs-{number}"
        stage.bob.pushes(stage.quick, branch, {f"docs/{number}.md": f"{number}\n"})
        stage.bob.opens_pull(stage.quick, branch)
    stage.quiet()
    stage.crew.going.clear()  # nothing is to run, so nobody need ask for it
    return _place(stage)


def _place(stage: Stage) -> Place:
    quick = stage.quick
    name = f"{stage.ann.login}/{quick.name}"
    return Place(quick.id, name, stage.installation.id, list(quick.pulls))


def _driven(
    server: Alone | Whole, place: Place, given: Given, figures: Figures
) -> Sent:
    """Have all sent; in the middle it is killed and started again."""
    with sending() as sender:
        begun = time.perf_counter() + SOON_S
        wishes = (given.seconds, given.rate, begun)
        sent_by = sender.submit(steady, server.target, place, *wishes)
        middle = begun + given.seconds / 2
        threading.Event().wait(middle - time.perf_counter())
        server.kill()
        killed_at = time.perf_counter()
        server.start()
        sent = sent_by.result()
    sent.killed_at = killed_at
    share = server.worked / given.seconds
    figures.note(f"processor time of the server, starting included: {share:.0%}")
    _times(sent, figures)
    figures.at_most("not answered in the end", len(sent.missed), 0)
    return sent


def _p99(took: list[float]) -> float:
    if len(took) < 2:
        return float("nan")
    return statistics.quantiles(took, n=100, method="inclusive")[98]


def _times(sent: Sent, figures: Figures) -> None:
    took, late = sent.took(), sent.took(away=True)
    away = sent.back_at - sent.killed_at
    figures.note(
        f"{len(sent.due)} sent; away for {away:.1f} s: of what was due then "
        f"{len(late)} were answered, the last after {max(late, default=0.0):.1f} s, "
        f"and {len(sent.again)} sent again at the end"
    )
    p99 = _p99(took)
    soon, later = sent.back_at + SETTLED_S, float("inf")
    parts = {
        "before it": sent.between(0.0, sent.killed_at),
        f"in the first {SETTLED_S:.0f} s after": sent.between(sent.back_at, soon),
        "after that": sent.between(soon, later),
    }
    shown = ", ".join(f"{_p99(one) * 1e3:.1f} ms {name}" for name, one in parts.items())
    figures.note(f"p99 by the kill: {shown}")
    figures.note(
        f"p50 {statistics.median(took) * 1e3:.1f} ms, most {took[-1] * 1e3:.1f} ms, "
        f"of {len(took)}"
    )
    figures.under("p99 of the answer", p99 * 1e3, P99_MS, "ms")


def _worked_off(many: Processes, sent: Sent, figures: Figures) -> None:
    """Wait for it; whether all that was answered was done, and no comment lost."""
    url = store_url(many.stage.settings())
    begun = time.monotonic()
    until(lambda: not kept.pending(url), "all to be worked off", PATIENCE_S)
    figures.note(f"all was worked off {time.monotonic() - begun:.1f} s after the last")
    many.quiet()
    states, read = kept.states(url), kept.comments(url)
    left = [one for one in sent.taken if states.get(one) is not DeliveryState.DONE]
    figures.at_most("answered 202 and not worked on", len(left), 0)
    told = {sent.comments[one] for one in sent.taken if one in sent.comments}
    unread = len(told - read)
    figures.at_most(f"of {len(told)} comments, answered 202 and not read", unread, 0)


def _stay_on(cores: Collection[int]) -> None:
    """Also what is begun from here on."""
    os.sched_setaffinity(0, cores)


PARTS: dict[str, Callable[[Given, Figures], None]] = {
    "app": app,
    "receiver": receiver,
    "burst": bursts,
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default=",".join(PARTS))
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--rate", type=float, default=200.0)
    parser.add_argument("--postgres", action="store_true", help="instead of SQLite")
    apart = "PostgreSQL on the core of who sends"
    parser.add_argument("--apart", action="store_true", help=apart)
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # ends what was begun
    cores, figures = sorted(os.sched_getaffinity(0)), Figures()
    ends = (cores[0], cores[-1])
    for name in asked.only.split(","):
        print(f"-- {name}", flush=True)
        with tempfile.TemporaryDirectory(prefix="seedgate-bench-") as folder:
            wishes = (asked.seconds, asked.rate, asked.postgres, asked.apart)
            PARTS[name](Given(Path(folder), *wishes, ends), figures)
    return figures.missed


if __name__ == "__main__":
    sys.exit(main())
