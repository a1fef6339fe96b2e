"""All that the App is made of, opened and wired to each other; nothing runs yet."""

import random
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial

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
)
from bot.app.mirroring import Mirror, Wanted
from bot.app.pulls.beside.alarms import Alarms
from bot.app.pulls.beside.errands import Errands
from bot.app.pulls.commands.at_desk import AppDesk, Shelf
from bot.app.pulls.commands.commanding import Commander
from bot.app.pulls.commands.hearing import Hearing
from bot.app.pulls.commands.pressing import Presser
from bot.app.pulls.effects import AppEffects, Doings
from bot.app.pulls.intake import Intake
from bot.app.pulls.known import Known
from bot.app.pulls.looking.keeping import Keeper
from bot.app.pulls.looking.outside import Outside
from bot.app.pulls.looking.scenes import Scenes
from bot.app.pulls.queue.groups import Groups
from bot.app.pulls.queue.landing import Landing
from bot.app.pulls.reach import Reach
from bot.app.pulls.releases import Releases
from bot.app.pulls.sending import Sender
from bot.app.pulls.sweeping.bases import Bases
from bot.app.pulls.sweeping.reconciling import Reconciler
from bot.compose.database import locks, store_url
from bot.compose.judging import Bench
from bot.compose.pages import html_of, load_printing
from bot.compose.serving.aside import Aside
from bot.compose.serving.complaints import Complaints
from bot.compose.serving.dispatcher import OwnDispatcher, node_for
from bot.compose.serving.errand_threads import ErrandThreads
from bot.compose.serving.errands import ErrandWork, Tools
from bot.compose.serving.evaluations import EvaluationThreads
from bot.compose.serving.hearing import heard_by
from bot.compose.serving.heartbeat import Heartbeat
from bot.compose.serving.holding import Holding
from bot.compose.serving.judging import Judging
from bot.compose.serving.printing import Press, printed_by
from bot.compose.serving.warming import Warming, Warmth
from bot.compose.site import make_private
from bot.domain.github import Place
from bot.domain.github.configuration import AppConfig
from bot.domain.links import Kind, Subject, expiry, key_of, permanent, signed
from bot.domain.pulls.acts import PullKey
from bot.domain.verdict import Report
from bot.settings import Settings


class Wiring(ABC):
    """What is made; whoever does the work says what rings and what is swept."""

    def __init__(
        self, settings: Settings, config: AppConfig, *, dispatch: bool, jobs: int | None
    ) -> None:
        """Open the store, and make all that works on it."""
        make_private(settings.cache_dir)
        self._settings, self._config = settings, config
        self._stack = ExitStack()
        self._open(dispatch=dispatch, jobs=jobs)

    @abstractmethod
    def ring(self, name: str) -> None:
        """There is work for the loop of this name."""

    @abstractmethod
    def sweep_soon(self, installation: int) -> None:
        """An installation is to be gone through before long."""

    def _open(self, *, dispatch: bool, jobs: int | None) -> None:
        settings, config, url = self._settings, self._config, store_url(self._settings)
        now = time.time
        self.store = SqlStore(url, now)
        self.inbox, self.pulls = SqlInbox(url, now), SqlPulls(url, now)
        self.pages, self.lead = SqlPages(url), AppLead(url)
        for one in (self.store, self.inbox, self.pulls, self.pages, self.lead):
            self._stack.callback(one.close)
        identity = Identity(config.app, config.private_key, config.api_url)
        leads, heard = self.pulls.still_reigns, Complaints(config.api_url).hear
        self.github = ConnectedGitHub(identity, now, heard, leads)
        self._stack.callback(self.github.close)
        self.known = Known(self.github, now)
        self.mirrors = GitMirrors(settings.cache_dir, config.web_url, now)
        self.holding = Holding(locks(settings, self.store), self.store)
        self._dispatcher = OwnDispatcher(settings, jobs) if dispatch else None
        releases = Releases(self._mirrored, self.mirrors.known)
        judging = Judging(settings.secret(), self._bench, jobs, releases.pinned)
        alarms = Alarms(self.pulls, now)
        self.press = Press(html_of, load_printing)
        self._stack.callback(self.press.close)
        work_of = heard_by(alarms, printed_by(self.press, judging))
        self.evaluations = EvaluationThreads(work_of, self._woken)
        tools = (settings.secret(), self._bench, jobs, self.pages, self._signed)
        work = ErrandWork(Tools(*tools, alarms, releases.pinned))
        self.errands, self.aside = ErrandThreads(work), Aside()
        self._beside = Errands(self.pulls, self.errands)
        reach = (self.pulls, self.mirrors, self.known)
        self.warming = Warming(Warmth(*reach, work, alarms, self._free))
        self.key = key_of(config.link_secret.revealed)
        self._wire()

    def _wire(self) -> None:
        now, scenes = time.time, Scenes(self.pulls, load_policy, time.time)
        speaking = threading.Lock()
        reach = self._reach = Reach(
            github=self.github,
            known=self.known,
            mirrors=self.mirrors,
            store=self.pulls,
            evaluations=self.evaluations,
            parse=load_policy,
            now=now,
            speaking=speaking,
            redelivering=threading.Lock(),
            drop_errands=self._beside.leave,
        )
        self._wake = reach.wake
        groups = Groups(reach, scenes, self._page, speaking)
        desk = self._desk()
        self.keeper = self._keeper(reach, scenes, groups)
        self.hearing = Hearing(command_lines, now, threading.Lock())
        self.commander = Commander(self.github, self.pulls, now, self.hearing, desk)
        self.lanes = Lanes(self.pulls)
        self.sender = Sender(self.pulls, self.github, self.lanes, now, random.random)
        bases = Bases(reach, self.warming.prewarm)
        effects = self._effects(reach, bases, groups, desk)
        self.intake = Intake(self.inbox, self.pulls, read, effects, now)
        heard, app = self.hearing.seen, self._config.app
        self.reconciler = Reconciler(reach, bases, heard, effects.asked, app)

    def _keeper(self, reach: Reach, scenes: Scenes, groups: Groups) -> Keeper:
        return Keeper(
            Outside(
                github=self.github,
                known=self.known,
                mirrors=self.mirrors,
                store=self.pulls,
                evaluations=self.evaluations,
                beside=self._beside,
                scenes=scenes,
                page=self._page,
                now=time.time,
                speaking=reach.speaking,
                landed=Landing(reach).landed,
                group=groups.look,
            )
        )

    def _desk(self) -> AppDesk:
        return AppDesk(
            Shelf(
                store=self.pulls,
                reports=self.store,
                mirrors=self.mirrors,
                evaluations=self.evaluations,
                parse=load_policy,
                page=self._link,
                now=time.time,
            )
        )

    def _effects(
        self, reach: Reach, bases: Bases, groups: Groups, desk: AppDesk
    ) -> AppEffects:
        app = self._config.app
        return AppEffects(
            Doings(
                reach=reach,
                bases=bases,
                groups=groups,
                presser=Presser(self.github, self.pulls, time.time, desk, app),
                remarked=self.hearing.seen,
                soon=self.sweep_soon,
                aside=self.aside.do,
            )
        )

    # Pages -----------------------------------------------------------------------

    def _page(self, place: Place, report: Report) -> str:
        """Keep a report's page; the address that stays."""
        html = self.press.page(report)
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
        hold = partial(self.holding.hold, pulse.succession)
        return Bench(self.store, pulse, node, hold)

    def _free(self) -> bool:
        """Whether nobody waits for a trial."""
        mine = self.evaluations.busy() or self.errands.busy()
        return not (mine or self.store.wishing())

    def _mirrored(self, place: Place, wanted: Sequence[Wanted]) -> Mirror:
        return self._reach.mirror(place, wanted)

    def _woken(self, pull: PullKey, installation: int) -> None:
        self._wake(pull, installation, time.time())
        self.ring("looks")
