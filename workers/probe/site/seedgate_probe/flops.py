"""Floating-point operations of one forward pass, repeated after the last step.

The pass is repeated only when the run is over, because counting takes operations apart
in ways that could change bits. Formulas are those of `torch.utils.flop_counter`.
"""

from __future__ import annotations

from typing import Any


def of_call(torch: Any, call: dict[str, Any]) -> float | None:
    """What a call of a model costs; None where it is not known."""
    distributed = getattr(torch, "distributed", None)
    if distributed is None or not distributed.is_available():
        return _counted(torch, call)
    # In a group the others would have to take part in it.
    return None if distributed.is_initialized() else _counted(torch, call)


def _counted(torch: Any, call: dict[str, Any]) -> float | None:
    from torch.utils._python_dispatch import TorchDispatchMode
    from torch.utils.flop_counter import flop_registry

    total = [0]

    def dispatch(
        mode: Any, function: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        kwargs = kwargs or {}
        result = function(*args, **kwargs)
        formula = flop_registry.get(function._overloadpacket)
        if formula is not None:
            total[0] += formula(*args, **kwargs, out_val=result)
        return result

    counter = type("Counter", (TorchDispatchMode,), {})
    # Set afterwards: in the class's body it would be wrapped, and import the compiler.
    counter.__torch_dispatch__ = dispatch  # type: ignore[attr-defined]
    try:
        with torch.no_grad(), counter():
            call["model"](*call["args"], **call["kwargs"])
    except Exception:  # a model that cannot be called again
        return None
    return float(total[0]) or None
