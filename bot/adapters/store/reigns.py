"""Whose turn it is to write what the App keeps: a mark in the store, changed by each.

A lock says who may begin to lead; whoever lost it may not have noticed. So each leader
leaves its own mark, and whatever it writes is refused once somebody else's is there.
"""

from collections.abc import Callable, Collection
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, select

from bot.adapters.store import alarms, outbox, sweeping
from bot.adapters.store.database.calling import Calls
from bot.adapters.store.database.faults import StoreError
from bot.adapters.store.pull_codec import load_outline
from bot.adapters.store.register import unanswered
from bot.adapters.store.schema_sweeps import outlines

P = ParamSpec("P")
T = TypeVar("T")

NOTE = "reign"


class DeposedError(StoreError):
    """Another instance leads by now: nothing was written."""


class Reign:
    """Calls on the App's part of the store; those that write, only while we lead.

    Who never began to lead may write: commands that are no server's.
    """

    def __init__(self, calls: Calls, name: str) -> None:
        """Nothing is marked before `begin`."""
        self._calls, self._name, self._mark = calls, name, ""

    def begin(self, mark: str, now: float) -> Collection[str]:
        """Lead from now on, by a mark that nobody else ever has.

        What was begun, or ordered and not answered, is looked at again. Gives the keys
        of posts that whoever led before may have on their way still.
        """
        doubted = self._calls.write(_begin, mark, now)
        self._mark = mark
        return doubted

    def require(self) -> None:
        """Raises `DeposedError` where we lead no more."""
        self._calls.read(self._require)

    def read(
        self,
        work: Callable[Concatenate[Connection, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Do `work` on one state of the store."""
        return self._calls.read(work, *args, **kwargs)

    def write(
        self,
        work: Callable[Concatenate[Connection, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Do `work` in one transaction; raises `DeposedError` where we lead no more."""

        def ours(connection: Connection) -> T:
            self._require(connection)
            return work(connection, *args, **kwargs)

        return self._calls.write(ours)

    def _require(self, connection: Connection) -> None:
        if self._mark and sweeping.recall(connection, NOTE) != self._mark:
            problem = f"Another instance leads on the store {self._name} now."
            raise DeposedError(problem, "It goes on with what this one had begun.")


def _begin(connection: Connection, mark: str, now: float) -> Collection[str]:
    sweeping.remember(connection, NOTE, mark)
    for document in connection.execute(select(outlines.c.document)).scalars().all():
        one = load_outline(document)
        if one.waits:
            # What runs is gone on with before what only waits for its turn.
            at = now - 1.0 if one.runs else now
            alarms.wake(connection, one.pull, one.installation, at)
    for pull, installation in unanswered(connection):
        alarms.wake(connection, pull, installation, now)
    return outbox.doubted(connection)
