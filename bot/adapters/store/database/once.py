"""A database whose transactions are made once: who asked is told, and asks again."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from sqlalchemy import Connection, Engine, make_url

from bot.adapters.store.database.faults import StoreError, translated
from bot.adapters.store.database.opening import LOG_PAGES, READ_ONLY, open_engine
from bot.adapters.store.database.urls import store_name
from bot.domain.errors import MachineryFault, UserFault

AGAIN_S = 1.0
"""How soon a store that could not be opened is tried again."""


class Once:
    """Transactions at a database URL, on connections of their own.

    For requests of others, which have little time: `Calls` tries again for a while.
    """

    def __init__(
        self,
        url: str,
        patience_s: float,
        *,
        log_pages: int = LOG_PAGES,
        late: bool = False,
    ) -> None:
        """Open the store at `url`, made or migrated if due; see `open_engine`.

        One that is `late` is opened by whoever asks something first, and again by
        whoever asks later where it could not be.
        """
        self.name = store_name(make_url(url))
        opening = partial(open_engine, url, patience_s, log_pages=log_pages)
        self._opened = _Opened(opening)
        if not late:
            self._opened.now()

    def close(self) -> None:
        """Give every connection back to the system."""
        self._opened.close()

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction; raises `StoreError`."""
        with translated(self.name), self._opened.engine().begin() as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One that only reads; raises `StoreError`."""
        reads = {READ_ONLY: True}
        with translated(self.name), self._opened.engine().connect() as connection:
            yield connection.execution_options(**reads)


class _Opened:
    """The engine, from when it could be opened on."""

    def __init__(self, opening: Callable[[], tuple[Engine, str]]) -> None:
        self._opening, self._lock = opening, threading.Lock()
        self._engine: Engine | None = None
        self._why = ("", "")
        self._again_at = float("-inf")

    def now(self) -> None:
        """Open it; raises what `open_engine` does."""
        self._engine, _ = self._opening()

    def engine(self) -> Engine:
        """It; one thread at a time opens it. Raises `StoreError` where that fails."""
        with self._lock:
            if self._engine is None and time.monotonic() >= self._again_at:
                self._try()
            if self._engine is None:
                raise StoreError(*self._why)
            return self._engine

    def _try(self) -> None:
        try:
            self.now()
        except (MachineryFault, UserFault) as fault:
            self._why = (fault.problem, fault.mend)
            self._again_at = time.monotonic() + AGAIN_S

    def close(self) -> None:
        """End it, if it is there; an opening that hangs is not waited for."""
        if self._engine is not None:
            self._engine.dispose()
