"""An inbox in memory, held to the same contract as the one on a database."""

import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.app.hooks import Delivery, DeliveryState
from bot.app.hooks.ports import BACK_OFF_S, TRIES


@dataclass
class _Row:
    delivery: Delivery
    state: DeliveryState = DeliveryState.PENDING
    not_before: float = 0.0
    note: str = ""


class MemoryInbox:
    """All of `Inbox`; `fault` is raised while it is set, `gate` holds `keep` up."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._rows: dict[str, _Row] = {}
        self._lock = threading.Lock()
        self.fault: Exception | None = None
        self.gate = threading.Event()
        self.gate.set()
        self.batches: list[int] = []

    def keep(self, deliveries: Sequence[Delivery]) -> Collection[str]:
        self.gate.wait(10)
        self.reach()
        with self._lock:
            self.batches.append(len(deliveries))
            return {one.guid for one in deliveries if self._keep(one)}

    def _keep(self, delivery: Delivery) -> bool:
        known = self._rows.get(delivery.guid)
        if known is not None and known.state is not DeliveryState.FAILED:
            return False
        self._rows[delivery.guid] = _Row(replace(delivery, attempts=0))
        return True

    def pending(self, limit: int) -> Sequence[Delivery]:
        due = [
            row.delivery
            for row in self._rows.values()
            if row.state is DeliveryState.PENDING and row.not_before <= self._now()
        ]
        return sorted(due, key=lambda one: (one.received_at, one.guid))[:limit]

    def done(self, notes: Mapping[str, str]) -> None:
        for guid, note in notes.items():
            row = self._rows.get(guid)
            if row is not None:
                row.delivery = replace(row.delivery, body=b"")
                row.state, row.note = DeliveryState.DONE, note

    def failed(self, guid: str, why: str) -> None:
        row = self._rows.get(guid)
        if row is None or row.state is not DeliveryState.PENDING:
            return
        attempts = row.delivery.attempts + 1
        row.delivery = replace(row.delivery, attempts=attempts)
        row.note = why
        if attempts >= TRIES:
            row.state = DeliveryState.FAILED
        else:
            row.not_before = self._now() + BACK_OFF_S[attempts - 1]

    def later(self, guid: str, at: float, why: str) -> None:
        row = self._rows.get(guid)
        if row is not None and row.state is DeliveryState.PENDING:
            row.not_before, row.note = at, why

    def counts(self) -> Mapping[DeliveryState, int]:
        states = [row.state for row in self._rows.values()]
        return {state: states.count(state) for state in DeliveryState}

    def prune(self, before: float) -> int:
        old = [
            guid
            for guid, row in self._rows.items()
            if row.state is not DeliveryState.PENDING
            and row.delivery.received_at < before
        ]
        for guid in old:
            del self._rows[guid]
        return len(old)

    def reach(self) -> None:
        if self.fault is not None:
            raise self.fault
