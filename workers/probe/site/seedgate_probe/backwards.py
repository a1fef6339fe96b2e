"""Steps of optimizers that torch knows nothing of: a step is a call of `backward`.

Where no optimizer of torch steps, the parameters are those of the models and the other
leaves of the graph. What the user's own optimizer made of them is there when the next
forward or backward pass begins, or at the end: the record is finished then.

In a short run calls after which nothing has moved belong to one step: gradients are
gathered. Records are held back until it is seen that somebody makes steps of them.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Sequence
from typing import Any

from . import digest
from .entry import Entry, norm
from .journal import Held
from .losses import Losses
from .session import Session

KIND = "own optimizer"
STILL = (
    "Backward was called again and again, and no parameter has moved since: the probe"
    " waited for no step of them."
)
_MOST_NODES = 1_000_000
_ENDLESS = 50
"""Calls for each step asked for, after which no optimizer of torch is waited for."""


class Backwards:
    """Hears of every call of `backward`, and of every beginning of a forward pass."""

    def __init__(self, session: Session, losses: Losses) -> None:
        """No call yet."""
        self._session = session
        self._losses = losses
        self.on_turn: Callable[[], None] = lambda: None
        self.on_finish: Callable[[], None] = lambda: None
        self.on_step: Callable[[Entry, Sequence[Any]], None] = lambda entry, ps: None
        self.forget()

    def forget(self) -> None:
        """Nothing that was seen is ours."""
        self.entry: Entry | None = None
        self.pending = False
        self._held: Held | None = None
        self._unsure = False
        self._sample = ""
        self._leaves: dict[int, Any] = {}
        self._described = 0

    def due(self) -> bool:
        """Whether the next call is digested."""
        if self.entry is None:
            return True
        return self.entry.due() and not self._enough()

    def _enough(self) -> bool:
        """Whether a short run has made its steps."""
        asked, entry = self._session.asked, self.entry
        return asked.short and entry is not None and entry.count >= asked.steps

    def before(self, found: Sequence[Any]) -> None:
        """Gradients of `found` are about to be made; the step before is over.

        It is, too, where they are those of new tensors in the place of old ones.
        """
        self.settle(over=any(self._is_new(leaf) for leaf in found))
        alive = self._leaves.items()
        self._leaves = {key: leaf for key, leaf in alive if leaf() is not None}
        for leaf in found:
            self._leaves.setdefault(id(leaf), weakref.ref(leaf))

    def _is_new(self, leaf: Any) -> bool:
        known = self._leaves.get(id(leaf))
        return known is None or known() is not leaf

    def after(self, gradients: Sequence[Any] | None, *, unsure: bool) -> None:
        """They are made (None: they are in `grad`); the step is still to come.

        `unsure`: an optimizer of torch exists. Its steps count if it makes any, so the
        records are held back until the end, and the run is not ended by them.
        """
        session = self._session
        self._unsure = unsure
        if self.entry is None:
            self._held = Held(session.journal)
            self.entry = Entry(session, KIND, self._held)
        if self.due():
            with session.working():
                self._begin(self.entry, gradients)
        elif not self._enough():
            self.pass_by(self.entry)
        if session.asked.short and self._is_endless(self.entry):
            if not self._enough():
                session.note(STILL)
            self.release()
            session.finish(self.on_finish)
        self.on_turn()

    def _is_endless(self, entry: Entry) -> bool:
        """Whether calls have gone on and on, and made no step of anybody."""
        calls = self._losses.calls if self._enough() else entry.record.get("backwards")
        return bool((calls or 0) >= _ENDLESS * self._session.asked.steps)

    def pass_by(self, entry: Entry) -> None:
        """A step that is not digested is made."""
        entry.calls = self._losses.calls
        entry.passed()
        if entry.due():
            self.on_turn()

    def drop(self) -> None:
        """An optimizer of torch makes the steps: what was held back is not wanted."""
        if self._held is not None:
            self._session.optimizers -= 1
            self._session.losses.clear()
            self.forget()
        self.pending = False

    def release(self) -> None:
        """The process ends: write what was held back."""
        self.settle(last=True)
        self._let_go()

    def _let_go(self) -> None:
        if self._held is not None:
            self._held.release()
            self._held = None

    def _begin(self, entry: Entry, made: Sequence[Any] | None) -> None:
        parameters = self._parameters()
        tensors = [one for _, one in parameters]
        if len(parameters) > self._described:
            self._described = len(parameters)
            entry.describe((), parameters)
        entry.remember(tensors)
        gathered = entry.record.get("backwards", 0) if self.pending else 0
        if not self.pending:
            self._sample = self._sampled(tensors) if self._asks() else ""
            entry.open()
        entry.functional = entry.functional or made is not None
        gradients = list(made or ())
        if made is None:
            gradients = [one.grad for one in tensors if one.grad is not None]
        entry.record["gradient"] = norm(self._session.torch, gradients)
        entry.record["batch"] = self._session.batch.take(keep=True)
        self.on_step(entry, tensors)
        entry.tell_loss(self._losses)
        entry.record["backwards"] += gathered
        self.pending = True

    def settle(self, *, over: bool = False, last: bool = False) -> None:
        """Finish the record that is open, if its step was made by now.

        `over`: it was, whatever is seen of it; `last`: and it was the last.
        """
        session, entry = self._session, self.entry
        if not self.pending or entry is None or session.over:
            return
        closed = False
        with session.working():
            closed = self._settle(entry, over=over or last)
        if not closed:
            return
        self.on_turn()
        if self._enough() and self._held is None and not last:
            session.finish(self.on_finish)

    def _settle(self, entry: Entry, *, over: bool) -> bool:
        parameters = self._parameters()
        moved = self._moved([one for _, one in parameters])
        if not (moved or over) and self._session.asked.short:
            return False
        self.pending = False
        if moved and not self._unsure:
            self._let_go()
        # Kept for who may turn out to make the steps.
        self._session.batch.take(keep=self._held is not None)
        entry.close(parameters)
        entry.record = {}
        return True

    def _moved(self, tensors: Sequence[Any]) -> bool:
        """Whether parameters have changed since the record was opened."""
        return not self._asks() or self._sampled(tensors) != self._sample

    def _asks(self) -> bool:
        """Whether it counts if they have: not in a long run, once they had."""
        return self._held is not None or self._session.asked.short

    def _sampled(self, tensors: Sequence[Any]) -> str:
        return digest.sampled(self._session.torch, tensors)

    def _parameters(self) -> list[tuple[str, Any]]:
        """Parameters of the models in their order, then other leaves as they came."""
        places = self._session.models.places("_parameters")
        held = [one for one in (place.get() for place in places) if one is not None]
        trained = {id(one): one for one in held if one.requires_grad}
        for key, leaf in self._leaves.items():
            one = leaf()
            if one is not None:
                trained.setdefault(key, one)
        return [(str(number), one) for number, one in enumerate(trained.values())]


def leaves(torch: Any, roots: Sequence[Any]) -> list[Any]:
    """The leaf tensors that a backward pass from `roots` would give gradients to."""
    found: list[Any] = [one for one in roots if one.is_leaf and one.requires_grad]
    stack = [one.grad_fn for one in reversed(roots) if one.grad_fn is not None]
    seen = set(stack)
    while stack and len(seen) < _MOST_NODES:
        node = stack.pop()
        if hasattr(node, "variable"):
            found.append(node.variable)
        for inner, _ in reversed(node.next_functions):
            if inner is not None and inner not in seen:
                seen.add(inner)
                stack.append(inner)
    return found
