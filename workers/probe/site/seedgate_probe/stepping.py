"""Steps of torch's optimizers and of every class made from them."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Sequence
from typing import Any

from .entry import Entry, norm, settings_of
from .losses import Losses
from .session import Session

_RESTING = 100
"""Steps of others after which an optimizer that makes none has done its part."""


class Stepping:
    """Hears of every optimizer step, before and after it."""

    def __init__(self, session: Session, losses: Losses) -> None:
        """No optimizer was made yet."""
        self._session = session
        self._losses = losses
        self.made: weakref.WeakSet[Any] = weakref.WeakSet()
        self._entries: dict[int, tuple[Any, Entry]] = {}
        self._all: list[Entry] = []
        self._turns = 0
        self._held: dict[Any, tuple[Entry, list[Any]]] = {}
        self.on_turn: Callable[[], None] = lambda: None
        self.on_finish: Callable[[], None] = lambda: None
        self.on_step: Callable[[Entry, Sequence[Any]], None] = lambda entry, ps: None

    def forget(self) -> None:
        """Nothing that was seen is ours."""
        self._entries.clear()
        self._all.clear()
        self._held.clear()

    @property
    def seen(self) -> bool:
        """Whether an optimizer made a step."""
        return bool(self._all)

    def entries(self) -> list[Entry]:
        """All optimizers that made steps, in the order of their first."""
        return list(self._all)

    def due(self) -> bool:
        """Whether a step that comes is digested; one of long ago is not waited for."""
        since = self._turns - _RESTING - 2 * len(self._all)
        return any(one.due() and one.turn >= since for one in self._all)

    def held(self) -> set[int]:
        """The ids of all parameters that some optimizer holds."""
        return {id(one) for made in list(self.made) for _, one in parameters_of(made)}

    def known(self, optimizer: Any) -> Entry | None:
        """The records of an optimizer that has stepped before."""
        found = self._entries.get(id(optimizer))
        return found[1] if found is not None and found[0]() is optimizer else None

    def before(self, optimizer: Any) -> None:
        """An optimizer is about to step."""
        session = self._session
        entry = self._entry(optimizer)
        if session.asked.short and entry.count >= session.asked.steps:
            session.finish(self.on_finish)  # the others had their turn
        if entry.due():
            with session.working():
                self._open(entry, optimizer)

    def after(self, optimizer: Any) -> None:
        """An optimizer has stepped."""
        session = self._session
        entry = self._entry(optimizer)
        if not entry.record:
            self.pass_by(entry, optimizer)
            return
        self._turns += 1
        entry.turn = self._turns
        with session.working():
            self._close(entry, optimizer)
        if session.over:
            return
        self.on_turn()
        steps = session.asked.steps
        if session.asked.short and all(one.count >= steps for one in self.entries()):
            session.finish(self.on_finish)

    def pass_by(self, entry: Entry, optimizer: Any) -> None:
        """An optimizer has made a step that is not digested."""
        self._turns += 1
        entry.turn = self._turns
        entry.calls = self._losses.calls
        entry.rates = rates_of(optimizer, entry.rates, read=False)
        entry.passed()
        if entry.due() or not self._turns % _RESTING:
            self.on_turn()

    def _entry(self, optimizer: Any) -> Entry:
        known = self.known(optimizer)
        if known is not None:
            return known
        kind, parameters = type(optimizer).__name__, parameters_of(optimizer)
        tensors = [one for _, one in parameters]
        key = kind, tuple(id(one) for one in tensors)
        entry = self._again(key, tensors)
        if entry is None:
            entry = Entry(self._session, kind)
            self._all.append(entry)
            self._held[key] = entry, [weakref.ref(one) for one in tensors]
            with self._session.working():
                entry.describe(settings_of(optimizer.param_groups), parameters)
                entry.remember(tensors)
        if len(self._entries) > 2 * len(self._all):
            alive = self._entries.items()
            self._entries = {key: one for key, one in alive if one[0]() is not None}
        self._entries[id(optimizer)] = (weakref.ref(optimizer), entry)
        self.made.add(optimizer)
        return entry

    def _again(self, key: Any, tensors: Sequence[Any]) -> Entry | None:
        """The records of one that was of the same kind and held the same parameters.

        Some make an optimizer anew for every step or phase.
        """
        entry, held = self._held.get(key, (None, ()))
        same = all(ref() is one for ref, one in zip(held, tensors))
        return entry if same else None

    def _open(self, entry: Entry, optimizer: Any) -> None:
        entry.open()
        parameters = [one for _, one in parameters_of(optimizer)]
        entry.rates = rates_of(optimizer, entry.rates, read=True)
        entry.record["gradient"] = self._gradient(parameters)
        entry.record["batch"] = self._session.batch.take()
        self.on_step(entry, parameters)

    def _close(self, entry: Entry, optimizer: Any) -> None:
        parameters = parameters_of(optimizer)
        if entry.record["gradient"] is None:  # a closure made them within the step
            tensors = [one for _, one in parameters]
            entry.record["gradient"] = self._gradient(tensors)
            self.on_step(entry, tensors)
            entry.record["batch"] = entry.record["batch"] or self._session.batch.take()
        entry.tell_loss(self._losses)
        entry.close(parameters)
        entry.record = {}

    def _gradient(self, parameters: Sequence[Any]) -> str | None:
        found = [one.grad for one in parameters if one.grad is not None]
        return norm(self._session.torch, found)


def parameters_of(optimizer: Any) -> list[tuple[str, Any]]:
    """Every parameter with its place, `group.number`."""
    return [
        (f"{group}.{number}", one)
        for group, each in enumerate(optimizer.param_groups)
        for number, one in enumerate(each["params"])
    ]


def rates_of(optimizer: Any, known: list[float], *, read: bool) -> list[float]:
    """The learning rate of each group; one on a device only where it may be `read`."""
    rates = [group.get("lr") for group in optimizer.param_groups]
    if all(type(rate) is float for rate in rates):
        return rates
    if not read:
        return known
    return [float(rate) for rate in rates if rate is not None]
