"""Models that are never called and yet learn: averages of a network, say.

They show in no loss. They are looked for once, among all that is alive at the first
step, and again after the last; only those that have moved are told of, because what
merely lies about does nothing.
"""

from __future__ import annotations

import gc
import math
import weakref
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from . import digest
from .models import is_unmade


class Aside:
    """Tensors of modules that are alive by the first step, in groups by module."""

    def __init__(self, torch: Any) -> None:
        """Take an even sample of the elements of each tensor."""
        self._torch = torch
        self._found = [
            (weakref.ref(module), list(self._sampled(module)))
            for module in outermost(torch)
        ]

    def _sampled(self, module: Any) -> Iterator[tuple[Any, int, Any]]:
        tensors = [one for one in _tensors(module) if _is_read(one)]
        most = max(1, digest.SAMPLE // max(1, len(tensors)))
        for one in tensors:
            stride = -(-one.numel() // most)
            yield weakref.ref(one), stride, self._sample(one, stride).clone()

    def _sample(self, tensor: Any, stride: int) -> Any:
        return digest.plain(self._torch, tensor).reshape(-1)[::stride]

    def moved(self, known: Collection[int]) -> list[list[str]]:
        """[digest, how far it moved] of each module that did, in no meaningful order.

        Tensors whose ids are `known` do not count: all is told of them by the steps.
        """
        found = []
        for module, samples in self._found:
            alive = module() is not None
            pairs = [
                (self._sample(one, stride), before)
                for ref, stride, before in (samples if alive else ())
                if (one := ref()) is not None and id(one) not in known
            ]
            told = self._told(
                [pair for pair in pairs if pair[0].shape == pair[1].shape]
            )
            found += [told] if told else []
        return sorted(found)

    def _told(self, pairs: Sequence[tuple[Any, Any]]) -> list[str]:
        norm = self._torch.linalg.vector_norm
        far = math.hypot(*(float(norm(now - before)) for now, before in pairs))
        if not far:
            return []
        return [digest.sampled(self._torch, [now for now, _ in pairs]), far.hex()]


def _tensors(module: Any) -> list[Any]:
    """Its parameters and buffers; none where it does not let them be listed."""
    try:
        return [*module.parameters(), *module.buffers()]
    except Exception:  # code of the user's, of which nobody has asked anything
        return []


def _is_read(tensor: Any) -> bool:
    """Whether it holds numbers: not if it has no size yet, or no memory."""
    if is_unmade(tensor) or tensor.device.type == "meta" or not tensor.numel():
        return False
    return bool(tensor.is_floating_point() or tensor.is_complex())


def outermost(torch: Any) -> list[Any]:
    """All modules that are alive and are no part of another one."""
    kind = torch.nn.Module
    alive = [one for one in gc.get_objects() if issubclass(type(one), kind)]
    inner = (one.__dict__.get("_modules") or {} for one in alive)
    parts = {id(part) for each in inner for part in each.values()}
    return [one for one in alive if id(one) not in parts]
