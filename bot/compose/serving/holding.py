"""Evaluations that this instance carries on, and what becomes of their wishes."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial
from typing import Protocol

from bot.adapters.store import StoreError
from bot.app.ports import EvaluationStore
from bot.compose.serving.heartbeat import Followed, LetGo
from bot.compose.serving.judging import PAUSES_S
from bot.compose.serving.succession import Left, Succession
from bot.domain.errors import GitFault

SPARED_S = sum(PAUSES_S) + 180.0
"""How long what was left is not swept: all pauses until it is given up, and the tries
between them."""


class Locks(Protocol):
    """Who carries an evaluation on, on this machine or on the store's server."""

    def hold(self, evaluation: str) -> AbstractContextManager[None]:
        """Be one of those who carry it on."""
        ...

    def abandoned(self, evaluation: str) -> AbstractContextManager[bool]:
        """Whether nobody does; if so, nobody can start to within the block."""
        ...


def _always() -> bool:
    return True


class Holding:
    """Evaluations are held while they are carried on, and leave no wishes behind."""

    def __init__(
        self,
        locks: Locks,
        store: EvaluationStore,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """Nothing is held yet; `now` is any clock in seconds."""
        self._locks, self._store, self._now = locks, store, now
        self._lock = threading.Lock()
        self._spared = dict[str, float]()

    @contextmanager
    def hold(self, succession: Succession, *evaluations: str) -> Iterator[None]:
        """Carry them on; once they end or are stopped, nobody is to train for them.

        Where the process ends its trials go on: the next one takes them up. So do they
        where another task of the pull request follows, until that one has asked for its
        own; and where store or git fail for a moment, until it is carried on again.
        """
        with ExitStack() as held:
            for one in evaluations:
                held.enter_context(self._hold(succession, one))
            yield

    @contextmanager
    def _hold(self, succession: Succession, evaluation: str) -> Iterator[None]:
        try:
            with self._locks.hold(evaluation), succession.carries(evaluation):
                yield
        except LetGo:
            raise
        except (Followed, StoreError, GitFault):
            with self._lock:
                self._spared[evaluation] = self._now() + SPARED_S
            withdraw = partial(self._withdraw, evaluation)
            succession.leave(evaluation, Left(partial(withdraw, begun=False), withdraw))
            raise
        except BaseException:
            self._withdraw(evaluation)
            raise
        else:
            self._withdraw(evaluation)

    def sweep(self, leads: Callable[[], bool]) -> None:
        """Withdraw the wishes of evaluations that nobody carries on, while we lead.

        Whoever asks knows that none of them is to be gone on with (`Heirs`). One that
        was left to be gone on with is spared for `SPARED_S`, however many sweeps there
        are: a store or a git that failed may be tried again as late as that.
        """
        for evaluation in self._store.wishing():
            if not self._spares(evaluation):
                self._withdraw(evaluation, may=leads)

    def _spares(self, evaluation: str) -> bool:
        now = self._now()
        with self._lock:
            spared = self._spared.items()
            self._spared = {one: until for one, until in spared if until > now}
            return evaluation in self._spared

    def _withdraw(
        self, evaluation: str, *, begun: bool = True, may: Callable[[], bool] = _always
    ) -> None:
        """Nobody here goes on with it; where somebody carries it on, it is theirs.

        Without `begun`, what runs of it goes on, for as long as it was spared before.
        Whether it `may` be is asked once it is found abandoned: what is let go as our
        lead ends is so only after that end was told.
        """
        if begun:
            with self._lock:
                self._spared.pop(evaluation, None)
        with self._locks.abandoned(evaluation) as abandoned:
            if abandoned and may():
                self._store.withdraw(evaluation, begun=begun)
