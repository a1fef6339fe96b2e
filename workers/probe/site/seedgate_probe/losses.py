"""The losses of a process: the last scalar on which `backward` was called."""

from __future__ import annotations

import weakref
from typing import Any


class Losses:
    """What backward was last called on, and how often; no graph is kept alive."""

    def __init__(self, torch: Any) -> None:
        """No call yet."""
        self._torch = torch
        self._last: Any | None = None
        self._unscaled: Any = (lambda: None, None)
        self.calls = 0

    def scaled(self, outputs: Any, result: Any) -> None:
        """A gradient scaler made `result` of `outputs`: that one is the loss."""
        if self._is_scalar(outputs) and self._is_scalar(result):
            self._unscaled = (weakref.ref(result), outputs.detach().clone())

    def take_in(self, tensors: Any) -> None:
        """Backward is called on `tensors`, one or several."""
        group = [tensors] if isinstance(tensors, self._torch.Tensor) else tensors
        for tensor in group:
            if self._is_scalar(tensor):
                made, unscaled = self._unscaled
                own = made() is tensor
                self._last = unscaled if own else tensor.detach().clone()
                return

    def value(self) -> float | None:
        """The loss as a number; waits for the device."""
        return None if self._last is None else float(self._last)

    def forget(self) -> None:
        """Nothing that was seen is ours."""
        self._last = None
        self.calls = 0

    def _is_scalar(self, tensor: Any) -> bool:
        if not isinstance(tensor, self._torch.Tensor):
            return False
        return tensor.numel() == 1 and not tensor.is_complex()
