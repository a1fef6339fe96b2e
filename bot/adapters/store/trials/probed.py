"""What a probe is asked, and what it saw, as JSON values and back.

Learning rates are written as `float.hex()` texts: they may be infinite.
"""

from dataclasses import asdict
from typing import Any

from workers.contract import (
    Aside,
    Check,
    CheckSeen,
    CheckState,
    OptimizerSeen,
    Probed,
    ProbeEnd,
    ProbeKind,
    ProbeSpec,
    StepSeen,
    Tensor,
)

_Json = dict[str, Any]
_Lines = tuple[tuple[str, tuple[int, ...]], ...]


def dump_probe(probe: ProbeSpec | None) -> _Json | None:
    """Plain values; None stays None."""
    return None if probe is None else asdict(probe)


def load_probe(plain: _Json | None) -> ProbeSpec | None:
    """What `dump_probe` made; KeyError, TypeError or ValueError for anything else."""
    if plain is None:
        return None
    kind = ProbeKind(plain["kind"])
    return ProbeSpec(kind, plain["steps"], plain["every"], _lines(plain["lines"]))


def dump_probed(probed: Probed | None) -> _Json | None:
    """Plain values; None stays None. `ValueError` later if a duration is not finite."""
    if probed is None:
        return None
    plain = asdict(probed)
    for step in plain["steps"]:
        step["rates"] = [float(rate).hex() for rate in step["rates"]]
    return plain


def load_probed(plain: _Json | None) -> Probed | None:
    """What `dump_probed` made; KeyError, TypeError or ValueError for anything else."""
    if plain is None:
        return None
    texts = ("command", "files", "faults", "notes")
    read = {
        "end": ProbeEnd(plain["end"]),
        "optimizers": tuple(_optimizer(one) for one in plain["optimizers"]),
        "steps": tuple(_step(one) for one in plain["steps"]),
        "executed": _lines(plain["executed"]),
        "checks": tuple(_check(one) for one in plain["checks"]),
        "aside": tuple(Aside(**one) for one in plain.get("aside", ())),
        **{name: tuple(plain[name]) for name in texts if name in plain},
    }
    return Probed(**{**plain, **read})


def _lines(plain: Any) -> _Lines:
    return tuple((path, tuple(numbers)) for path, numbers in plain)


def _optimizer(plain: _Json) -> OptimizerSeen:
    return OptimizerSeen(
        plain["kind"],
        tuple((name, value) for name, value in plain["settings"]),
        tuple(_tensor(one) for one in plain["parameters"]),
        tuple(_tensor(one) for one in plain.get("beside", ())),
    )


def _tensor(plain: _Json) -> Tensor:
    return Tensor(**{**plain, "shape": tuple(plain["shape"])})


def _step(plain: _Json) -> StepSeen:
    rates = tuple(float.fromhex(rate) for rate in plain["rates"])
    return StepSeen(**{**plain, "rates": rates, "tensors": tuple(plain["tensors"])})


def _check(plain: _Json) -> CheckSeen:
    return CheckSeen(Check(plain["check"]), CheckState(plain["state"]), plain["saw"])
