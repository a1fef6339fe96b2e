"""One optimizer and what is recorded of its steps."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

from . import digest
from .losses import Losses
from .session import Cadence, Session

_MOST_DIGESTS = 20_000
_MOST_SETTINGS = 64
_MOST_TENSORS = 20_000
_MOST_SNAPSHOT = 1 << 30
_PLAIN = (bool, int, float, str, type(None))


class Entry:
    """Records of one optimizer, `index` counting optimizers in order of first steps."""

    def __init__(self, session: Session, kind: str, journal: Any = None) -> None:
        """It is about to make its first step; it writes to `journal`."""
        self._session = session
        self._journal = journal or session.journal
        self._kind = kind
        self.index = session.begin_steps()
        self.count = 0
        self.calls = 0  # of backward, up to the last step
        self.functional = False  # gradients are asked for, and kept on no parameter
        self.turn = 0  # of all optimizers, when it stepped last
        self.rates: list[float] = []
        asked = session.asked
        self._cadence = Cadence(asked.every, thinned=not asked.short)
        self._told_rates: list[float] | None = None
        self._changes = 0
        self._told = True
        self._digests = 0
        self._before: dict[int, Any] = {}
        self._bytes = 0
        self._models = 0
        self._beside: list[Any] = []
        self._drifting: list[tuple[Any, Any]] = []
        self.record: dict[str, Any] = {}

    def due(self) -> bool:
        """Whether the step after `count` is digested."""
        return self.count + 1 >= self._cadence.next

    def describe(self, settings: Sequence[tuple[str, str]], parameters: Any) -> None:
        """Write what it is: called at the first step, and when it has grown."""
        names = self._session.models.names()
        shown = {
            "index": self.index,
            "kind": self._kind,
            "settings": settings,
            "parameters": _listed(
                [(names.get(id(one), place), one) for place, one in parameters]
            ),
            "beside": _listed(self.beside(parameters)),
        }
        self._journal.write("optimizer", shown)

    def beside(self, parameters: Any) -> list[tuple[str, Any]]:
        """Buffers of the models, and parameters that no optimizer holds.

        Told of the first optimizer only.
        """
        models = self._session.models
        if not self.index and self._models != models.count:
            self._models = models.count
            held = {id(one) for _, one in parameters} | self._session.held_elsewhere()
            places = models.places("_parameters")
            loose = [one for one in places if id(one.get()) not in held]
            self._beside = loose + models.places("_buffers")
        found = ((one.name, one.get()) for one in self._beside)
        return [(name, tensor) for name, tensor in found if tensor is not None]

    def remember(self, parameters: Sequence[Any]) -> None:
        """Keep all tensors as they are before the first step, in a short run."""
        if not self._session.asked.short:
            return
        for one in parameters:
            if id(one) not in self._before and (copy := self._copied(one)) is not None:
                self._before[id(one)] = (one, copy)
        if not self._drifting:
            copies = [(place, self._copied(place.get())) for place in self._beside]
            self._drifting = [one for one in copies if one[1] is not None]

    def _copied(self, tensor: Any | None) -> Any | None:
        """A copy on the host; None where there are too many of them."""
        if tensor is None or not (tensor.is_floating_point() or tensor.is_complex()):
            return None  # counters would hide all else
        size = tensor.numel() * tensor.element_size()
        if self._bytes + size > _MOST_SNAPSHOT:
            return None
        self._bytes += size
        return digest.plain(self._session.torch, tensor).to("cpu", copy=True)

    def before(self) -> Sequence[tuple[Any, Any]]:
        """Each parameter with a copy from before the first step."""
        return list(self._before.values())

    def open(self) -> None:
        """Begin the record of the step after `count`."""
        self.record = {"step": self.count + 1, "optimizer": self.index}

    def tell_loss(self, losses: Losses) -> None:
        """Record the loss of the step, if backward was called for it."""
        calls, self.calls = losses.calls - self.calls, losses.calls
        loss = losses.value() if calls else None
        self.record["loss"] = None if loss is None else loss.hex()
        self.record["backwards"] = calls

    def close(self, parameters: Any) -> None:
        """Finish the record after the step, and write it."""
        session, record = self._session, self.record
        self.count += 1
        self._told = True
        self._cadence.made(self.count)
        tensors = [one for _, one in parameters]
        tensors += [one for _, one in self.beside(parameters)]
        record["rates"] = [rate.hex() for rate in self.rates]
        self._told_rates, self._changes = self.rates, 0
        if session.asked.short:
            self._close_whole(tensors)
        else:
            record["parameters"] = digest.sampled(session.torch, tensors)
        self._journal.write("step", record)
        session.stepped(self.index, record["loss"])

    def _close_whole(self, tensors: Sequence[Any]) -> None:
        torch = self._session.torch
        shorts = [digest.short(torch, one) for one in tensors]
        self.record["parameters"] = digest.whole(shorts)
        self._digests += len(shorts)
        if self._digests <= _MOST_DIGESTS:
            self.record["tensors"] = shorts
        self.record["moved"] = moved(torch, self.before())
        beside = [(place.get(), copy) for place, copy in self._drifting]
        self.record["drifted"] = moved(torch, beside)

    def passed(self) -> None:
        """A step that is not digested was made: note new rates, once until the next."""
        self.count += 1
        self._told = False
        if self.rates != self._told_rates and not self._changes:
            self._changes += 1
            self._told_rates = self.rates
            self.tell_rates()

    def tell_rates(self) -> None:
        """Write the number of the last step and its rates, unless that was done."""
        if self._told:
            return
        self._told = True
        rates = [rate.hex() for rate in self.rates]
        shown = {"step": self.count, "optimizer": self.index, "rates": rates}
        self._journal.write("step", shown)


def moved(torch: Any, pairs: Sequence[tuple[Any, Any]]) -> str | None:
    """The norm of how far parameters have moved, as `float.hex()`; None if unknown."""
    if not pairs:
        return None
    parts: list[float] = []
    for one, before in pairs:
        if one is None:
            return None
        now = digest.plain(torch, one).to("cpu")
        if now.shape != before.shape:
            return None
        if now.numel():
            away = _wide(torch, now) - _wide(torch, before)
            parts.append(float(torch.linalg.vector_norm(away)))
    return _root(parts)


def _root(parts: Iterable[float]) -> str:
    """The norm of norms; a square that is too large is infinite."""
    return math.sqrt(sum(one * one for one in parts)).hex()


def _wide(torch: Any, tensor: Any) -> Any:
    return tensor if tensor.is_complex() else tensor.to(torch.float64)


def norm(torch: Any, gradients: Sequence[Any]) -> str | None:
    """The norm of all gradients as `float.hex()`; None where there is none."""
    if not gradients:
        return None
    plain = [_wide_enough(torch, one) for one in gradients]
    parts = [torch.linalg.vector_norm(one).double() for one in plain]
    if len({one.device for one in parts}) == 1 and parts[0].device.type != "cpu":
        parts = list(
            torch.stack(parts).cpu()
        )  # one copy waits for the device, not many
    return _root(float(one) for one in parts)


def _wide_enough(torch: Any, gradient: Any) -> Any:
    """The values of a gradient; of a sparse one those that it holds."""
    if gradient.is_sparse:
        gradient = gradient.detach().coalesce().values()
    gradient = digest.plain(torch, gradient)
    exact = gradient.is_complex() or gradient.dtype == torch.float64
    return gradient if exact else gradient.float()


def settings_of(groups: Sequence[dict[str, Any]]) -> list[tuple[str, str]]:
    """The plain settings of all groups; of later groups only what differs."""
    found: list[tuple[str, str]] = []
    first = _settings(groups[0]) if groups else {}
    for number, group in enumerate(groups):
        prefix = f"group {number}: " if number else ""
        for name, value in _settings(group).items():
            if not number or first.get(name) != value:
                found.append((prefix + name, value))
    return found[:_MOST_SETTINGS]


def _settings(group: dict[str, Any]) -> dict[str, str]:
    return {
        name: shown
        for name, value in group.items()
        if name != "params" and (shown := _shown(value)) is not None
    }


def _shown(value: Any) -> str | None:
    if isinstance(value, _PLAIN):
        return repr(value)[:200]
    if isinstance(value, (list, tuple)) and all(isinstance(v, _PLAIN) for v in value):
        return repr(tuple(value))[:200]
    if getattr(value, "numel", int)() == 1:
        return repr(float(value))
    return None


def _listed(named: Sequence[tuple[str, Any]]) -> list[list[Any]]:
    """All tensors; of very many the rest as one, which tells of all their forms."""
    rest = [_tensor("", one) for _, one in named[_MOST_TENSORS:]]
    shown = [_tensor(name, one) for name, one in named[:_MOST_TENSORS]]
    if rest:
        count = sum(math.prod(shape) for _, shape, _ in rest)
        forms = digest.whole(f"{shape}{kind}" for _, shape, kind in rest)
        shown.append([f"{len(rest)} more", [count], forms])
    return shown


def _tensor(name: str, tensor: Any) -> list[Any]:
    kind = str(tensor.dtype).rpartition(".")[2]
    return [name[:200], list(tensor.shape)[:16], kind]
