"""The App in one process: everything made, started, and ended in order.

Whoever leads the store works; another instance takes webhooks in and stands by.
"""

import logging
import random
import threading
import time
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from typing import Self

from bot.adapters.commonmark import command_lines
from bot.adapters.github import ConnectedGitHub, Identity, Lanes
from bot.adapters.hooks import read
from bot.adapters.mirrors import GitMirrors
from bot.adapters.policy_file import load_policy
from bot.adapters.store import (
    AppLead,
    SqlInbox,
    SqlPages,
    SqlPulls,
    SqlStore,
    StoreError,
)
from bot.app.pulls import remembered
from bot.app.pulls.alarms import Alarms
from bot.app.pulls.at_desk import AppDesk, Shelf
from bot.app.pulls.bases import Bases
from bot.app.pulls.commanding import Commander, seen
from bot.app.pulls.effects import AppEffects, Doings
from bot.app.pulls.errands import Errands
from bot.app.pulls.groups import Groups
from bot.app.pulls.intake import Intake
from bot.app.pulls.keeping import Keeper, Outside
from bot.app.pulls.known import Known
from bot.app.pulls.landing import Landing
from bot.app.pulls.ports import Due, Queued, Remark
from bot.app.pulls.pressing import Presser
from bot.app.pulls.reach import Reach
from bot.app.pulls.reconciling import Reconciler
from bot.app.pulls.scenes import Scenes
from bot.app.pulls.sending import Sender
from bot.compose.database import locks, store_url
from bot.compose.judging import Bench
from bot.compose.pages import html_of
from bot.compose.serving.complaints import Complaints
from bot.compose.serving.dispatcher import OwnDispatcher, node_for
from bot.compose.serving.errands import ErrandWork, Tools
from bot.compose.serving.hearing import heard_by
from bot.compose.serving.holding import Holding
from bot.compose.serving.judging import Judging
from bot.compose.serving.leading import Leading, Turns
from bot.compose.serving.loops import Loop
from bot.compose.serving.patience import Patience
from bot.compose.serving.porters import ErrandThreads
from bot.compose.serving.threads import EvaluationThreads, Heartbeat
from bot.compose.serving.warming import Warming, Warmth
from bot.compose.site import make_private
from bot.domain.errors import MachineryFault
from bot.domain.github import GitHubError, Place
from bot.domain.github.configuration import AppConfig
from bot.domain.links import Kind, Subject, expiry, key_of, permanent, signed
from bot.domain.pulls.acts import PullKey
from bot.domain.pulls.posts import Post
from bot.domain.verdict import Report
from bot.settings import Settings
from bot.web import Application, Receiver, application, secrets
from bot.web.pages import page_routes

LOG = logging.getLogger("seedgate")
SOON_S = 0.05
IDLE_S = 0.25
STANDBY_S = 1.0
LOOKS, SENDS, DUE = 4, 4, 32
SWEEP_S = 180.0
DAY_S = 86_400.0
TIDY_S = 3600.0
INBOX_S, PAGES_S, MIRRORS_S = 7 * DAY_S, 90 * DAY_S, 60 * DAY_S
"""How long deliveries, pages and commits that nobody asked for are kept."""
REMARKS = 500
PATIENCE_S = 20.0


class Service:
    """One instance of the App; a context that ends everything it began."""

    def __init__(
        self, settings: Settings, config: AppConfig, *, dispatch: bool, jobs: int | None
    ) -> None:
        """Open the store; nothing runs before `start`."""
        make_private(settings.cache_dir)
        self._settings, self._config = settings, config
        self._stop = threading.Event()
        self._stack = ExitStack()
        self._loops: dict[str, Loop] = {}
        self._busy: set[PullKey] = set()
        self._sending: set[int] = set()
        self._lock = threading.Lock()
        self._sweep_at, self._sweeps = 0.0, 0
        self._patience = Patience()
        self._open(dispatch=dispatch, jobs=jobs)
        turns = Turns(self._begun, self._lost, self._still_busy)
        self.leading = Leading(self.lead, turns)

    def _open(self, *, dispatch: bool, jobs: int | None) -> None:
        settings, config, url = self._settings, self._config, store_url(self._settings)
        now = time.time
        self.store = SqlStore(url, now)
        self.inbox, self.pulls = SqlInbox(url, now), SqlPulls(url, now)
        self.pages, self.lead = SqlPages(url), AppLead(url)
        for one in (self.store, self.inbox, self.pulls, self.pages, self.lead):
            self._stack.callback(one.close)
        identity = Identity(config.app, config.private_key, config.api_url)
        self.github = ConnectedGitHub(identity, now, Complaints().hear)
        self._stack.callback(self.github.close)
        self.known = Known(self.github, now)
        self.mirrors = GitMirrors(settings.cache_dir, config.web_url, now)
        self.holding = Holding(locks(settings, self.store), self.store)
        self._dispatcher = OwnDispatcher(settings, jobs) if dispatch else None
        judging = Judging(settings.secret(), self._bench, jobs)
        alarms = Alarms(self.pulls, now)
        self.evaluations = EvaluationThreads(heard_by(alarms, judging), self._woken)
        tools = (settings.secret(), self._bench, jobs, self.pages, self._signed)
        work = ErrandWork(Tools(*tools, alarms))
        self.errands = ErrandThreads(work)
        reach = (self.pulls, self.mirrors, self.known)
        self.warming = Warming(Warmth(*reach, work, alarms, self._free))
        self.key = key_of(config.link_secret.revealed)
        self._wire()

    def _wire(self) -> None:
        now, scenes = time.time, Scenes(self.pulls, load_policy, time.time)
        reach = Reach(
            github=self.github,
            known=self.known,
            mirrors=self.mirrors,
            store=self.pulls,
            evaluations=self.evaluations,
            parse=load_policy,
            now=now,
        )
        groups, landing = Groups(reach, scenes, self._page), Landing(reach)
        self.keeper = Keeper(
            Outside(
                github=self.github,
                known=self.known,
                mirrors=self.mirrors,
                store=self.pulls,
                evaluations=self.evaluations,
                beside=Errands(self.pulls, self.errands),
                scenes=scenes,
                page=self._page,
                now=now,
                speaking=threading.Lock(),
                landed=landing.landed,
                group=groups.look,
            )
        )
        desk = AppDesk(
            Shelf(
                store=self.pulls,
                reports=self.store,
                mirrors=self.mirrors,
                evaluations=self.evaluations,
                parse=load_policy,
                page=self._link,
                now=now,
            )
        )
        self.commander = Commander(self.github, self.pulls, now, command_lines, desk)
        self.sender = Sender(self.pulls, self.github, Lanes(), now, random.random)
        bases = Bases(reach, self.warming.prewarm)
        app = self._config.app
        effects = AppEffects(
            Doings(
                reach=reach,
                bases=bases,
                groups=groups,
                presser=Presser(self.github, self.pulls, now, desk, app),
                remarked=_remarked,
                soon=self._sweep_soon,
            )
        )
        self.intake = Intake(self.inbox, self.pulls, read, effects, now)
        self.reconciler = Reconciler(reach, bases, _remarked, app)

    # The web ---------------------------------------------------------------------

    def web(self) -> Application:
        """What is served over HTTP."""
        former = self._config.former_secret
        known = secrets(
            self._config.webhook_secret.revealed, former.revealed if former else None
        )
        receiver = Receiver(self.inbox, known, time.time)
        pages = page_routes(self.pages, self.key, time.time)
        return application(receiver, self.inbox, pages)

    def _page(self, place: Place, report: Report) -> str:
        """Keep a report's page; the address that stays."""
        html = html_of(report)
        self.pages.keep(place.repository, report.evaluation, html, time.time())
        return permanent(self._config.public_url, Kind.PAGE, report.evaluation)

    def _link(self, repository: int, evaluation: str) -> str:
        return self._signed(repository, evaluation, Kind.PAGE)

    def _signed(self, repository: int, id_: str, kind: Kind) -> str:
        generation = self.pages.generation(repository)
        subject = Subject(repository, id_, kind, generation)
        until = expiry(time.time())
        return signed(self._config.public_url, subject, until, self.key)

    # Trials ----------------------------------------------------------------------

    def _bench(self, pulse: Heartbeat) -> Bench:
        joined = bool(self._settings.ray_address)
        node = node_for(self._dispatcher, self.store, pulse, joined=joined)
        return Bench(self.store, pulse, node, self.holding.hold)

    def _free(self) -> bool:
        """Whether nobody waits for a trial."""
        mine = self.evaluations.busy() or self.errands.busy()
        return not (mine or self.store.wishing())

    def _woken(self, pull: PullKey, installation: int) -> None:
        self.pulls.wake(pull, installation, time.time())
        self.known.woke(pull)
        self._loops["looks"].ring()

    # The loops -------------------------------------------------------------------

    def start(self) -> Self:
        """Begin to work."""
        stack = self._stack
        looks = stack.enter_context(ThreadPoolExecutor(LOOKS, "look"))
        sends = stack.enter_context(ThreadPoolExecutor(SENDS, "send"))
        works: dict[str, Callable[[], float]] = {
            "intake": self._take_in,
            "remarks": self._answer,
            "looks": partial(self._look, looks),
            "sends": partial(self._send, sends),
            "sweeps": self._sweep,
            "tidying": self._tidy,
            "warming": self.warming.look,
        }
        if self._dispatcher is not None:
            works["dispatcher"] = self._dispatch
        for name, work in works.items():
            led = partial(self._where_leading, work)
            self._loops[name] = Loop(name, led, self._stop)
        self._loops["lead"] = Loop("lead", self._ask, self._stop)
        for loop in self._loops.values():
            loop.start()
        return self

    def _ask(self) -> float:
        """Ask whether we lead; whoever begins to has everything looked at."""
        led = self.leading.leads
        wait = self.leading.ask()
        if self.leading.leads and not led:
            for loop in self._loops.values():
                loop.ring()
        return wait

    def _where_leading(self, work: Callable[[], float]) -> float:
        return work() if self.leading.leads else STANDBY_S

    def _begun(self) -> None:
        """We lead: what another instance had under way may be there, or not yet."""
        self.sender.inherit(self.pulls.reign())
        self._sweep_at = 0.0

    def _lost(self) -> None:
        """Another one may lead: what is carried on is its."""
        self.evaluations.let_go()
        self.errands.let_go()
        self.warming.let_go()

    def _still_busy(self) -> bool:
        with self._lock:
            return bool(self._busy or self._sending)

    def _take_in(self) -> float:
        return SOON_S if self.intake.work() else IDLE_S / 2

    def _answer(self) -> float:
        """Remarks in order; one that cannot be handled now lets the others pass."""
        for remark in self.pulls.remarks(REMARKS):
            if not self._patience.rests(remark.key):
                self._handle(remark)
        return IDLE_S / 2

    def _handle(self, remark: Remark) -> None:
        try:
            self.commander.handle(remark)
        except StoreError:
            raise
        except GitHubError as fault:
            LOG.warning("%s waits: %s", remark.key, fault)
            self._patience.failed(remark.key)
        except Exception:
            LOG.exception("%s could not be handled; it waits.", remark.key)
            self._patience.failed(remark.key)
        else:
            self._patience.went(remark.key)

    def _look(self, pool: ThreadPoolExecutor) -> float:
        for due in self.pulls.due(time.time(), DUE):
            with self._lock:
                if due.pull in self._busy or len(self._busy) >= LOOKS:
                    continue
                self._busy.add(due.pull)
            pool.submit(self._looked, due).add_done_callback(_told)
        return IDLE_S / 2

    def _looked(self, due: Due) -> None:
        try:
            self.keeper.look(due)
            self._patience.went(due.pull)
        except StoreError:
            raise
        except Exception:
            LOG.exception("A look at %s failed; it is tried again.", due.pull)
            again = time.time() + self._patience.failed(due.pull)
            self.pulls.rest(due, again)
        finally:
            with self._lock:
                self._busy.discard(due.pull)

    def _send(self, pool: ThreadPoolExecutor) -> float:
        with self._lock:
            busy = set(self._sending)
        picked = self.sender.pick(busy)
        for one in picked.now:
            with self._lock:
                self._sending.add(one.installation)
            pool.submit(self._sent, one).add_done_callback(_told)
        if picked.again_at is None:
            return IDLE_S / 2
        return max(0.01, min(IDLE_S / 2, picked.again_at - time.time()))

    def _sent(self, one: Queued) -> None:
        try:
            self.sender.send(one)
            self._patience.went(one.key)
        except StoreError:
            raise
        except Exception as fault:
            LOG.exception("%s could not be sent; it is tried again.", one.key)
            again = time.time() + self._patience.failed(one.key)
            self.pulls.later(one, again, type(fault).__name__)
        finally:
            with self._lock:
                self._sending.discard(one.installation)

    def _sweep(self) -> float:
        """Go through everything: at the start, every few minutes, and when asked."""
        if time.monotonic() < self._sweep_at:
            return min(STANDBY_S, self._sweep_at - time.monotonic())
        again_at, self._sweep_at = self._sweep_at, time.monotonic() + SWEEP_S
        try:
            swept = self.reconciler.sweep()
        except Exception:
            self._sweep_at = again_at
            raise
        LOG.info("Swept %s open pull requests; woke %s.", swept.pulls, swept.woken)
        self._sweeps += 1
        if self._sweeps > 1 and not self.pulls.due(time.time(), 1):
            self.holding.sweep()  # by now whatever is to go on is carried on
        return IDLE_S

    def _tidy(self) -> float:
        """Let go of what nobody will ask for again."""
        now = time.time()
        self.inbox.prune(now - INBOX_S)
        self.pages.prune(now - PAGES_S)
        for repository, installation in remembered.reached(self.pulls).items():
            self.mirrors.prune(Place(installation, repository), MIRRORS_S)
        return TIDY_S

    def _sweep_soon(self, _installation: int) -> None:
        self._sweep_at = 0.0

    def _dispatch(self) -> float:
        if self._dispatcher is not None:
            self._dispatcher.check()
        return STANDBY_S

    @property
    def idle(self) -> bool:
        """Whether nothing is left to be done now: trials apart, and what waits.

        Asked in the order in which things go on, so that nothing slips by meanwhile.
        """
        now = time.time()
        return not (
            self.inbox.pending(1)
            or self.pulls.remarks(1)
            or self.evaluations.busy()
            or self.pulls.due(now, 1)
            or self._now(self._busy)
            or self.evaluations.busy()
            or self.errands.busy()
            or self.pulls.due(time.time(), 1)
            or self.pulls.waiting(time.time(), 1)
            or self._now(self._sending)
        )

    def _now(self, under_way: Collection[object]) -> bool:
        with self._lock:
            return bool(under_way)

    def close(self) -> None:
        """End: what is under way is let go, and nothing finished is lost."""
        self._stop.set()
        for loop in self._loops.values():
            loop.join(PATIENCE_S)
        self.evaluations.close()
        self.errands.close()
        self.warming.close()
        if self._dispatcher is not None:
            self._dispatcher.close()
        self.leading.resign()
        self._stack.close()

    def __enter__(self) -> Self:
        """Nothing is started by this."""
        return self

    def __exit__(self, *raised: object) -> None:
        """End everything."""
        self.close()


def _told(future: "Future[None]") -> None:
    """What a thread raised is said; its alarm stays, so it is done again."""
    fault = future.exception()
    if isinstance(fault, MachineryFault):
        LOG.warning("%s %s", fault.problem, fault.mend)
    elif fault is not None:
        LOG.error("A look or a post failed; it is tried again.", exc_info=fault)


def _remarked(remark: Remark) -> Sequence[Post]:
    return seen(remark, command_lines(remark.body))
