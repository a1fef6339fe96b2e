"""The work of the App: everything started, done again and again, ended in order.

Whoever leads the store works; another instance takes webhooks in and stands by.
"""

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Self

from typing_extensions import override

from bot.adapters.store import StoreError
from bot.app.mirroring import MirrorError
from bot.app.pulls import remembered
from bot.app.pulls.intake import MOST_TOGETHER
from bot.app.pulls.ports import Remark
from bot.compose.serving.heirs import LONGEST_S, Heirs, unsure
from bot.compose.serving.leading import Leading, Turns
from bot.compose.serving.looks import AT_ONCE, Looks
from bot.compose.serving.loops import Loop
from bot.compose.serving.patience import Patience
from bot.compose.serving.sends import Sends, pause
from bot.compose.serving.wiring import Wiring
from bot.domain.errors import MachineryFault
from bot.domain.github import GitHubError, Place
from bot.domain.github.configuration import AppConfig
from bot.domain.pulls.acts import PullKey
from bot.settings import Settings

LOG = logging.getLogger("seedgate")
SOON_S = 0.05
INTAKE_S = 0.125
IDLE_S = 0.25
"""How long loops rest that nobody rings: whoever makes work for another one does."""
STANDBY_S = 1.0
SENDS = 4
SWEEP_S, REDELIVER_S = 180.0, 15.0
DAY_S = 86_400.0
TIDY_S, TIDY_PAUSE_S = 3600.0, 1.0
INBOX_S, PAGES_S, MIRRORS_S = 7 * DAY_S, 90 * DAY_S, 60 * DAY_S
"""How long deliveries, pages and commits that nobody asked for are kept."""
PULLS_S = 90 * DAY_S
"""How long pull requests are known after they were closed; their orders, for ever."""
RESULTS_S = 180 * DAY_S
"""How long results of trials, and reports, are kept that nobody uses."""
REMARKS = 500
ALL = 1_000_000
"""More than there ever are."""
PATIENCE_S = 20.0


class Service(Wiring):
    """One instance of the App; a context that ends everything it began."""

    def __init__(
        self, settings: Settings, config: AppConfig, *, dispatch: bool, jobs: int | None
    ) -> None:
        """Open the store; nothing runs before `start`. `swept` counts whole sweeps."""
        self._stop = threading.Event()
        self._loops: dict[str, Loop] = {}
        self._sweep_at, self.heirs = 0.0, Heirs(())
        self.swept = 0
        self._patience = Patience()
        super().__init__(settings, config, dispatch=dispatch, jobs=jobs)
        ring = self._rings
        self.looks = Looks(
            self.pulls, self.keeper.look, partial(ring, "looks", "sends")
        )
        self.sends = Sends(self.pulls, lambda: self.sender, partial(ring, "sends"))
        turns = Turns(self._begun, self._lost, self._still_busy)
        self.leading = Leading(self.lead, turns)

    # The loops -------------------------------------------------------------------

    def start(self) -> Self:
        """Begin to work."""
        stack = self._stack
        looks = stack.enter_context(ThreadPoolExecutor(AT_ONCE, "look"))
        sends = stack.enter_context(ThreadPoolExecutor(SENDS, "send"))
        works: dict[str, Callable[[], float]] = {
            "intake": self._take_in,
            "remarks": self._answer,
            "looks": partial(self._look, looks),
            "sends": partial(self._send, sends),
            "sweeps": self._sweep,
            "redeliveries": self._redeliver,
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
        self.lanes.recall()
        self.sender.inherit(self.pulls.reign())
        self.heirs = Heirs({*self._due(0.0), *self.warming.left()})
        self._sweep_at = 0.0

    def _lost(self) -> None:
        """Another one may lead: what is carried on is its."""
        self.heirs.end()
        self.evaluations.let_go()
        self.errands.let_go()
        self.aside.let_go()
        self.warming.let_go()

    def _still_busy(self) -> bool:
        return self.looks.busy() or self.aside.busy() or self.sends.busy()

    def _take_in(self) -> float:
        found = self.intake.work()
        if found:
            self._rings("remarks", "looks", "sends")
        return SOON_S if found == MOST_TOGETHER else INTAKE_S

    def _answer(self) -> float:
        """Remarks in order; one that cannot be handled now lets the others pass."""
        for remark in self.pulls.remarks(REMARKS):
            if not self._patience.rests(remark.key):
                self._handle(remark)
                self._rings("looks", "sends")
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
        self.looks.begin(pool)
        return IDLE_S / 2

    def _send(self, pool: ThreadPoolExecutor) -> float:
        return pause(self.sends.begin(pool), time.time())

    def _sweep(self) -> float:
        """Go through everything: at the start, every few minutes, and when asked."""
        if time.monotonic() < self._sweep_at:
            return min(STANDBY_S, self._sweep_at - time.monotonic())
        again_at, self._sweep_at = self._sweep_at, time.monotonic() + SWEEP_S
        heirs = self.heirs
        try:
            swept = self.reconciler.sweep()
        except Exception:
            self._sweep_at = again_at
            raise
        self._rings("looks", "sends")
        LOG.info("Swept %s open pull requests; woke %s.", swept.pulls, swept.woken)
        for fault in swept.faults:
            LOG.warning("The sweep left something out: %s", ascii(fault))
        self.swept += 1
        due = self._unsure()  # before who waits: so things go on
        waiting = self.evaluations.waiting() | self.errands.waiting()
        if heirs.have_come({*waiting, *self.warming.left()}, due):
            self.holding.sweep(heirs.leads)
        return IDLE_S

    def _unsure(self) -> frozenset[PullKey]:
        judged, served = self.evaluations.carried, self.errands.carried
        return unsure(self._due(0.0), self._due(LONGEST_S), judged(), served())

    def _due(self, within_s: float) -> list[PullKey]:
        return [one.pull for one in self.pulls.due(time.time() + within_s, ALL)]

    def _redeliver(self) -> float:
        """Lost deliveries that wait: beside sweeps, for those may take long."""
        self.reconciler.redeliver()
        return REDELIVER_S

    def _tidy(self) -> float:
        """Let go of what nobody will ask for again."""
        now = time.time()
        self.inbox.prune(now - INBOX_S)
        self.pages.prune(now - PAGES_S)
        self._portions(lambda: self.pulls.prune(now - PULLS_S))
        self._portions(lambda: self.store.prune(now - RESULTS_S))
        for repository, installation in remembered.reached(self.pulls).items():
            self._tidy_mirror(Place(installation, repository))
        return TIDY_S

    def _portions(self, prune: Callable[[], int]) -> None:
        """Until there are no more, with a pause after each: webhooks come between."""
        while prune() and self.leading.leads:
            if self._stop.wait(TIDY_PAUSE_S):
                break

    def _tidy_mirror(self, place: Place) -> None:
        """One that cannot be tidied now waits for the next hour, and holds up none."""
        try:
            self.mirrors.prune(place, MIRRORS_S)
        except (MirrorError, MachineryFault) as fault:
            LOG.warning(
                "The mirror %s was not tidied: %s", place.repository, ascii(fault)
            )

    @override
    def sweep_soon(self, _installation: int) -> None:
        """Whatever it is: all are gone through, for a few calls each."""
        self._sweep_at = 0.0

    @override
    def ring(self, name: str) -> None:
        """There is work for a loop."""
        if name in self._loops:
            self._loops[name].ring()

    def _rings(self, *names: str) -> None:
        for name in names:
            self.ring(name)

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
            or self.aside.busy()
            or self.pulls.remarks(1)
            or self.evaluations.busy()
            or self.pulls.due(now, 1)
            or self.looks.busy()
            or self.evaluations.busy()
            or self.errands.busy()
            or self.pulls.due(time.time(), 1)
            or self.pulls.waiting(time.time(), 1)
            or self.sends.busy()
        )

    def close(self) -> None:
        """End: what is under way is let go, and nothing finished is lost."""
        self._stop.set()
        self.heirs.end()
        give_up = time.monotonic() + PATIENCE_S
        for loop in self._loops.values():
            loop.join(max(0.0, give_up - time.monotonic()))
        self.evaluations.close()
        self.errands.close()
        self.aside.close()
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
