"""The models of a process, found as they are called, and the data that enters them."""

from __future__ import annotations

import hashlib
import weakref
from collections.abc import Iterator, Mapping
from typing import Any

from . import digest
from .interrupting import by_handler

_DEEPEST = 4
_BIG_BATCH = 1 << 22


class Models:
    """Outermost modules, in the order in which they were first called."""

    def __init__(self, torch: Any) -> None:
        """No module was called yet."""
        self._torch = torch
        self._known: dict[int, tuple[Any, bool]] = {}
        self._roots: list[Any] = []
        self._places: dict[str, list[Place]] = {}

    def is_outermost(self, module: Any) -> bool:
        """Whether a call of `module` is not a call from within a known model."""
        known = self._known.get(id(module))
        if known is None or known[0]() is not module:
            self.add(module)
            return True
        return known[1]

    def add(self, module: Any) -> None:
        """Remember a model and all that is in it."""
        for part in module.modules():
            self._known.setdefault(id(part), (weakref.ref(part), False))
        self._known[id(module)] = (weakref.ref(module), True)
        self._roots.append(weakref.ref(module))
        self._places.clear()

    def roots(self) -> list[Any]:
        """The models that still live, without those that are parts of another."""
        alive = [one for one in (ref() for ref in self._roots) if one is not None]
        parts = {id(part) for one in alive for part in one.modules() if part is not one}
        return [one for one in alive if id(one) not in parts]

    def names(self) -> dict[int, str]:
        """The name of every parameter, by its id."""
        return {id(place.get()): place.name for place in self.places("_parameters")}

    def places(self, kind: str) -> list[Place]:
        """Where the models hold tensors: in `_parameters` or in `_buffers`."""
        if kind not in self._places:
            self._places[kind] = self._found(kind)
        return self._places[kind]

    def _found(self, kind: str) -> list[Place]:
        found: list[Place] = []
        roots = [
            (root, places) for root in self.roots() if (places := _places(root, kind))
        ]
        for root, places in roots:
            prefix = f"{type(root).__name__}." if len(roots) > 1 else ""
            found += [one.under(prefix) for one in places]
        return found

    @property
    def count(self) -> int:
        """How many models were found so far."""
        return len(self._roots)


class Place:
    """A name in a module under which a tensor is held; the tensor may be exchanged."""

    def __init__(self, name: str, owner: Any, kind: str, tensor: Any) -> None:
        """`owner` and `tensor` are weak references."""
        self.name = name
        self.owner = owner
        self.tensor = tensor
        self._kind = kind

    def get(self) -> Any | None:
        """The tensor that is held there now.

        Scripted modules are made anew for whoever asks, and hold the same tensors.
        """
        held = getattr(self.owner(), self._kind, None)
        if not isinstance(held, dict):
            return self.tensor()
        return held.get(self.name.rpartition(".")[2])

    def under(self, prefix: str) -> Place:
        """The same place by a longer name."""
        return Place(prefix + self.name, self.owner, self._kind, self.tensor)


def _places(root: Any, kind: str) -> list[Place]:
    found: dict[int, Place] = {}
    for path, module in root.named_modules():
        for name, tensor in getattr(module, kind).items():
            if tensor is None or is_unmade(tensor):
                continue
            if id(tensor) not in found:  # a shared one once
                full = f"{path}.{name}" if path else name
                owner, held = weakref.ref(module), weakref.ref(tensor)
                found[id(tensor)] = Place(full, owner, kind, held)
    return list(found.values())


def is_unmade(tensor: Any) -> bool:
    """Whether a lazy module has yet to learn the size of it."""
    return type(tensor).__name__.startswith("Uninitialized")


class Batch:
    """A running digest of the tensors that entered models since it was last taken."""

    def __init__(self, torch: Any) -> None:
        """Nothing entered yet."""
        self._torch = torch
        self._hash: Any | None = None
        self._unread = False

    def enter(self, arguments: Any) -> None:
        """Take in the arguments of one call; what was computed from parameters is not.

        Very large tensors are sampled.
        """
        torch = self._torch
        for tensor in tensors_in(torch, arguments):
            if tensor.requires_grad:
                continue
            self._hash = self._hash or hashlib.sha256()
            said = _said(torch, tensor)
            self._unread = self._unread or not said
            self._hash.update(said.encode())

    def take(self, *, keep: bool = False) -> str | None:
        """The digest, None if nothing entered; it starts afresh, or goes on.

        None, too, where something entered that cannot be read.
        """
        made = None if self._unread else self._hash
        if not keep:
            self._hash, self._unread = None, False
        return made.hexdigest()[:32] if made is not None else None


def _said(torch: Any, tensor: Any) -> str:
    inner = torch._C._functorch
    try:
        while inner.is_functorch_wrapped_tensor(tensor):  # within `vmap` and `grad`
            tensor = inner.get_unwrapped(tensor)
        if tensor.numel() <= _BIG_BATCH:
            return digest.short(torch, tensor)
        return digest.sampled(torch, [tensor])
    except Exception as fault:
        if by_handler(fault):
            raise
        return ""  # a kind of tensor without memory that can be read


def tensors_in(torch: Any, value: Any, depth: int = 0) -> Iterator[Any]:
    """The tensors in nested containers and data classes, in their order."""
    if isinstance(value, torch.Tensor):
        yield value
    elif depth < _DEEPEST and isinstance(value, Mapping):
        for one in value.values():
            yield from tensors_in(torch, one, depth + 1)
    elif depth < _DEEPEST and hasattr(type(value), "__dataclass_fields__"):
        for name in type(value).__dataclass_fields__:
            yield from tensors_in(torch, getattr(value, name, None), depth + 1)
    elif depth < _DEEPEST and isinstance(value, (list, tuple)):
        for one in value:
            yield from tensors_in(torch, one, depth + 1)
