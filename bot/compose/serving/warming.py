"""Bases run ahead of the pull requests that will need them, when nobody waits.

A base that a push made is run up to what first looks share; one whose policy asks for
`baseline.refresh` gets further runs in each such period. Which bases wait is kept, so
that whoever leads next runs them: a sweep finds a tip that moved once and not again.
"""

import logging
import threading
import time
from collections.abc import Callable, Collection, Hashable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace

from bot.adapters.policy_file import load_policy
from bot.adapters.store import StoreError
from bot.app.mirroring import Mirror, Mirrors
from bot.app.pulls import remembered
from bot.app.pulls.beside.alarms import Alarms
from bot.app.pulls.evaluations import Task
from bot.app.pulls.in_force import Found, LastGood, policy_in_force
from bot.app.pulls.known import Known
from bot.app.pulls.ports import PullStore
from bot.app.replicating import Base, refresh, refreshing, warm
from bot.compose.serving.errands import ErrandWork
from bot.compose.serving.heartbeat import Ending, Heartbeat, Stopped
from bot.domain.errors import MachineryFault, UserFault
from bot.domain.github import GitHubError, Place
from bot.domain.pulls.acts import PullKey
from bot.domain.pulls.gated import gated
from bot.domain.pulls.refreshing import RefreshDue, next_refresh

LOG = logging.getLogger("seedgate")
LOOK_S = 2.0
REFRESH_LOOK_S = 600.0
"""How often policies are asked whether a refresh is due."""


@dataclass(frozen=True, slots=True)
class Warmth:
    """What is asked for bases; `free` says that nobody else waits for a trial."""

    store: PullStore
    mirrors: Mirrors
    known: Known
    work: ErrandWork
    alarms: Alarms
    free: Callable[[], bool]


@dataclass(frozen=True, slots=True)
class _Wish:
    place: Place
    branch: str
    sha: str

    @property
    def key(self) -> tuple[int, str]:
        return self.place.repository, self.branch


def _never() -> bool:
    return False


@contextmanager
def _minded(what: str, wish: _Wish) -> Iterator[None]:
    """What fails of one base is said, and holds up no other; the store is all's."""
    try:
        yield
    except StoreError:
        raise
    except (GitHubError, MachineryFault, UserFault) as fault:
        said = "The baseline of %s in repository %s was not %s: %s"
        place = wish.place.repository
        LOG.warning(said, ascii(wish.branch), place, what, fault)


class Warming:
    """One base at a time, in a thread of its own."""

    def __init__(self, warmth: Warmth) -> None:
        """Nothing is begun before `work`."""
        self._warmth = warmth
        self._pool = ThreadPoolExecutor(1, "warming")
        self._stop, self._closing = threading.Event(), threading.Event()
        self._lock = threading.Lock()
        self._wanted: dict[tuple[int, str], _Wish] = {}
        self._recalled, self._left = False, False
        self._under_way: Future[None] | None = None
        self._asked_at = float("-inf")

    def prewarm(self, place: Place, branch: str, sha: str) -> None:
        """Run the base that a branch has now, once nobody waits for anything."""
        wish = _Wish(place, branch, sha)
        with self._lock:
            self._kept(wish, sha)
            self._wanted[wish.key] = wish

    def look(self) -> float:
        """Begin what can be begun; seconds to the next look."""
        under_way = self._under_way
        if under_way is not None and not under_way.done():
            return LOOK_S
        with self._lock:
            self._recall()
            left, wish = self._left, next(iter(self._wanted.values()), None)
        if not self._warmth.free():
            if left:
                self._begin(self._go_on)
            return LOOK_S
        self._left = False  # where nobody waits for a trial, none is under way
        if wish is not None:
            self._begin(lambda: self._warm(wish, self._warmth.free))
        elif time.monotonic() >= self._asked_at + REFRESH_LOOK_S:
            self._asked_at = time.monotonic()
            self._begin(lambda: self._refresh_all(self._warmth.free))
        return LOOK_S

    @property
    def asked(self) -> bool:
        """Whether it was asked, in this process, which baselines are due."""
        under_way = self._under_way
        ended = under_way is not None and under_way.done()
        return self._asked_at > float("-inf") and ended

    def left(self) -> Collection[Hashable]:
        """What may yet go on with a base that was run before we led."""
        return {"a base"} if self._left or not self._recalled else ()

    def busy(self) -> bool:
        """Whether a base is run now, or waits for it."""
        under_way = self._under_way
        with self._lock:
            wanted = bool(self._wanted)
        return wanted or (under_way is not None and not under_way.done())

    def let_go(self) -> None:
        """Another process leads: what is run is left to it; finished runs are kept."""
        with self._lock:
            stop, closing = self._stop, self._closing
            self._stop, self._closing = threading.Event(), threading.Event()
            self._wanted.clear()
            self._recalled, self._left = False, False
        closing.set()
        stop.set()

    def close(self) -> None:
        """Let go of it, and wait until it has ended."""
        self.let_go()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _recall(self) -> None:
        """Take up what waits since another process led, once; some of it may run."""
        if self._recalled:
            return
        store = self._warmth.store
        for repository, installation in remembered.reached(store).items():
            place = Place(installation, repository)
            for branch, sha in remembered.prewarms(store, repository).items():
                wish = _Wish(place, branch, sha)
                self._wanted.setdefault(wish.key, wish)
        self._recalled, self._left = True, True

    def _go_on(self) -> None:
        """Go on with what runs since another process led, whoever waits by now.

        Nothing else is begun. Where the store fails all of it is tried again.
        """
        with self._lock:
            wishes = list(self._wanted.values())
        for wish in wishes:
            with _minded("run ahead", wish):
                self._warm(wish, _never)
        self._refresh_all(_never)
        self._left = False

    def _kept(self, wish: _Wish, sha: str | None) -> None:
        """Keep what a branch waits for; None for nothing any more."""
        store, repository = self._warmth.store, wish.place.repository
        known = remembered.prewarms(store, repository)
        others = {name: tip for name, tip in known.items() if name != wish.branch}
        now = others if sha is None else {**others, wish.branch: sha}
        if now != known:
            remembered.keep_prewarms(store, repository, now)

    def _begin(self, work: Callable[[], None]) -> None:
        def minded() -> None:
            try:
                work()
            except Stopped:
                return
            except Exception:
                LOG.exception("A base was not run ahead.")

        self._under_way = self._pool.submit(minded)

    def _warm(self, wish: _Wish, free: Callable[[], bool]) -> None:
        """It is forgotten once it is done or has failed: this only saves time later."""
        done = True
        try:
            task = self._task(wish)
            if task is not None:
                base = self._base(task)
                done = warm(base, lambda: self._wants(wish) and free())
        finally:
            with self._lock:
                if done and self._wanted.get(wish.key) == wish:
                    self._kept(wish, None)
                    del self._wanted[wish.key]

    def _wants(self, wish: _Wish) -> bool:
        with self._lock:
            return self._wanted.get(wish.key) == wish

    def _refresh_all(self, free: Callable[[], bool]) -> None:
        """Each baseline that is due; one that cannot be refreshed holds up no other."""
        store = self._warmth.store
        for repository, installation in remembered.reached(store).items():
            place = Place(installation, repository)
            for branch, tip in remembered.tips(store, repository).items():
                wish = _Wish(place, branch, tip)
                with _minded("refreshed", wish):
                    self._refresh(wish, free)

    def _refresh(self, wish: _Wish, free: Callable[[], bool]) -> None:
        """Add runs where the policy's period has passed; the alarm, where they tell.

        What was begun is gone on with though nothing is `free`.
        """
        warmth, now = self._warmth, time.time()
        task = self._task(wish)
        if task is None:
            return
        what = f"refreshed:{wish.place.repository}:{wish.branch}"
        last = remembered.moment(warmth.store, what)
        due = next_refresh(task.policy.baseline.refresh_s, last, now)
        if not isinstance(due, RefreshDue) or not self._gated(task, wish):
            return
        base, called = self._base(task), f"{what}:{last or 0.0:.0f}"
        if not (refreshing(base, called) or free()):
            return
        found = refresh(base, called)
        warmth.alarms.heard(wish.place, wish.branch, found.moved)
        remembered.keep_moment(warmth.store, what, now)

    def _base(self, task: Task) -> Base:
        """Once runs are held that were under way none is left: one goes at a time."""
        base = self._warmth.work.base(task, self._pulse())

        @contextmanager
        def hold(name: str) -> Iterator[None]:
            with base.hold(name):
                if name in base.store.wishing():
                    self._left = False
                yield

        return replace(base, hold=hold)

    def _gated(self, task: Task, wish: _Wish) -> bool:
        """Whether the default branch's policy gates it; asked last, for it may cost."""
        default = self._warmth.known.repository(wish.place).default_branch
        if default == wish.branch:
            return gated(task.policy, default, wish.branch)
        tips = remembered.tips(self._warmth.store, wish.place.repository)
        rule = self._task(replace(wish, branch=default, sha=tips.get(default, "")))
        return rule is not None and gated(rule.policy, default, wish.branch)

    def _task(self, wish: _Wish) -> Task | None:
        """A branch that changes nothing, by the policy of its base; None without."""
        mirror: Mirror | None = self._warmth.mirrors.known(wish.place)
        if mirror is None or not mirror.has(wish.sha):
            return None
        source = mirror.repository
        base = replace(source.resolve(wish.sha), name=wish.branch)
        rule = policy_in_force(source, base, load_policy)
        if not isinstance(rule, Found | LastGood):
            return None
        return Task(
            pull=PullKey(wish.place.repository, 0),
            installation=wish.place.installation,
            digest="",
            repository=source,
            full_name="",
            base=wish.sha,
            head=wish.sha,
            base_ref=wish.branch,
            head_ref=wish.branch,
            policy=rule.policy,
            policy_text=rule.text,
            policy_source=rule.source,
        )

    def _pulse(self) -> Heartbeat:
        return Heartbeat(Ending(self._closing, self._stop))
