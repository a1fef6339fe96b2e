"""The App in one process: everything made, started, and ended in order.

Whoever leads the store works; another instance takes webhooks in and stands by.
"""

import logging
import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from typing import Self

from bot.adapters.commonmark import command_lines
from bot.adapters.github import ConnectedGitHub, Identity, Lanes
from bot.adapters.hooks import read
from bot.adapters.mirrors import GitMirrors
from bot.adapters.policy_file import load_policy
from bot.adapters.store import AppLead, SqlInbox, SqlPages, SqlPulls, SqlStore
from bot.app.pulls.at_desk import AppDesk, Shelf
from bot.app.pulls.commanding import Commander, seen
from bot.app.pulls.intake import Intake
from bot.app.pulls.keeping import Keeper, Outside
from bot.app.pulls.known import Known
from bot.app.pulls.ports import Due, Queued
from bot.app.pulls.scenes import Scenes
from bot.app.pulls.sending import Sender
from bot.compose.database import locks, store_url
from bot.compose.judging import Bench
from bot.compose.pages import html_of
from bot.compose.serving.dispatcher import OwnDispatcher, node_for
from bot.compose.serving.holding import Holding
from bot.compose.serving.judging import Judging
from bot.compose.serving.loops import Loop
from bot.compose.serving.threads import EvaluationThreads, Heartbeat
from bot.compose.site import make_private
from bot.domain.github import GitHubError, Place
from bot.domain.github.configuration import AppConfig
from bot.domain.links import Kind, Subject, expiry, key_of, permanent, signed
from bot.domain.pulls.acts import PullKey
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
REMARKS = 500
LONGEST_WAIT_S = 300.0
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
        self._loops: list[Loop] = []
        self._busy: set[PullKey] = set()
        self._sending: set[int] = set()
        self._lock = threading.Lock()
        self._leads = False
        self._patience: dict[str, tuple[int, float]] = {}
        self._open(dispatch=dispatch, jobs=jobs)

    def _open(self, *, dispatch: bool, jobs: int | None) -> None:
        settings, config, url = self._settings, self._config, store_url(self._settings)
        now = time.time
        self.store = SqlStore(url, now)
        self.inbox, self.pulls = SqlInbox(url, now), SqlPulls(url, now)
        self.pages, self.lead = SqlPages(url), AppLead(url)
        for one in (self.store, self.inbox, self.pulls, self.pages, self.lead):
            self._stack.callback(one.close)
        identity = Identity(config.app, config.private_key, config.api_url)
        self.github = ConnectedGitHub(identity, now)
        self._stack.callback(self.github.close)
        self.known = Known(self.github, now)
        self.mirrors = GitMirrors(settings.cache_dir, config.web_url, now)
        self.holding = Holding(locks(settings, self.store), self.store)
        self._dispatcher = OwnDispatcher(settings, jobs) if dispatch else None
        judging = Judging(settings.secret(), self._bench, jobs)
        self.evaluations = EvaluationThreads(judging, self._woken)
        self.key = key_of(config.link_secret.revealed)
        self._wire()

    def _wire(self) -> None:
        now = time.time
        self.keeper = Keeper(
            Outside(
                github=self.github,
                known=self.known,
                mirrors=self.mirrors,
                store=self.pulls,
                evaluations=self.evaluations,
                scenes=Scenes(self.pulls, load_policy, now),
                page=self._page,
                now=now,
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
        self.intake = Intake(self.inbox, self.pulls, read, self._effects(desk), now)

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

    def _effects(self, desk: AppDesk) -> "_Effects":
        return _Effects()

    def _reconcile(self) -> None:
        return None

    def _page(self, place: Place, report: Report) -> str:
        """Keep a report's page; the address that stays."""
        html = html_of(report)
        self.pages.keep(place.repository, report.evaluation, html, time.time())
        return permanent(self._config.public_url, Kind.PAGE, report.evaluation)

    def _link(self, repository: int, evaluation: str) -> str:
        generation = self.pages.generation(repository)
        subject = Subject(repository, evaluation, Kind.PAGE, generation)
        until = expiry(time.time())
        return signed(self._config.public_url, subject, until, self.key)

    # Trials ----------------------------------------------------------------------

    def _bench(self, pulse: Heartbeat) -> Bench:
        joined = bool(self._settings.ray_address)
        node = node_for(self._dispatcher, self.store, pulse, joined=joined)
        return Bench(self.store, pulse, node, self.holding.hold)

    def _woken(self, pull: PullKey, installation: int) -> None:
        self.pulls.wake(pull, installation, time.time())
        self._ring()

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
        }
        if self._dispatcher is not None:
            works["dispatcher"] = self._dispatch
        for name, work in works.items():
            loop = Loop(name, partial(self._leading, name, work), self._stop)
            self._loops.append(loop)
            loop.start()
        return self

    def _ring(self) -> None:
        for loop in self._loops:
            loop.ring()

    def _leading(self, name: str, work: Callable[[], float]) -> float:
        """Do it where we lead; whether we do is asked by one of the loops."""
        if name == "intake":
            self._leads = self.lead.take()
        return work() if self._leads else STANDBY_S

    def _take_in(self) -> float:
        return SOON_S if self.intake.work() else IDLE_S / 2

    def _answer(self) -> float:
        """Remarks in order; one that cannot be handled now lets the others pass."""
        for remark in self.pulls.remarks(REMARKS):
            tries, at = self._patience.get(remark.key, (0, 0.0))
            if time.monotonic() < at:
                continue
            try:
                self.commander.handle(remark)
            except GitHubError as fault:
                LOG.warning("%s waits: %s", remark.key, fault)
                wait = min(2.0**tries, LONGEST_WAIT_S)
                self._patience[remark.key] = (tries + 1, time.monotonic() + wait)
            else:
                self._patience.pop(remark.key, None)
        return IDLE_S / 2

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
        finally:
            with self._lock:
                self._sending.discard(one.installation)

    def _sweep(self) -> float:
        self._reconcile()
        return SWEEP_S

    def _dispatch(self) -> float:
        if self._dispatcher is not None:
            self._dispatcher.check()
        return STANDBY_S

    @property
    def idle(self) -> bool:
        """Whether nothing is left to be done now: trials apart, and what waits."""
        now = time.time()
        with self._lock:
            if self._busy or self._sending:
                return False
        return not (
            self.inbox.pending(1)
            or self.pulls.remarks(1)
            or self.pulls.due(now, 1)
            or self.pulls.waiting(now, 1)
            or self.evaluations.busy()
        )

    def close(self) -> None:
        """End: what is under way is let go, and nothing finished is lost."""
        self._stop.set()
        for loop in self._loops:
            loop.join(PATIENCE_S)
        self.evaluations.close()
        if self._dispatcher is not None:
            self._dispatcher.close()
        self._stack.close()

    def __enter__(self) -> Self:
        """Nothing is started by this."""
        return self

    def __exit__(self, *raised: object) -> None:
        """End everything."""
        self.close()


def _told(future: "Future[None]") -> None:
    """What a thread raised is logged; its alarm stays, so it is done again."""
    fault = future.exception()
    if fault is not None:
        LOG.error("A look or a post failed; it is tried again.", exc_info=fault)


class _Effects:
    def remarked(self, remark):
        return seen(remark, tuple(command_lines(remark.body)))

    def pressed(self, hook): ...
    def asked(self, hook): ...
    def gone(self, hook): ...
    def pushed(self, hook): ...
    def installed(self, hook): ...
    def changed(self, hook): ...
