"""What one process wrote, read line by line into plain values; nothing is trusted."""

import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from workers.contract import (
    Aside,
    Check,
    CheckSeen,
    CheckState,
    OptimizerSeen,
    StepSeen,
    Tensor,
)
from workers.metrics.numbers import cleaned

_LONGEST = 4096
_MOST = 100_000
_HEX = re.compile(r"[0-9a-f]{1,64}")


@dataclass(slots=True)
class Told:
    """The words of one process; `why` is empty where it ended without a last one."""

    rank: int | None = None
    command: tuple[str, ...] = ()
    torch: str | None = None
    optimizers: dict[int, OptimizerSeen] = field(default_factory=dict)
    steps: list[StepSeen] = field(default_factory=list)
    checks: list[CheckSeen] = field(default_factory=list)
    files: tuple[str, ...] = ()
    faults: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    flops: float | None = None
    aside: tuple[Aside, ...] = ()
    why: str = ""
    overhead_s: float = 0.0
    loop_s: float = 0.0


def told_in(text: str) -> Told:
    """The records of a whole file; a last line without an end is left out.

    What cannot be read becomes a fault: it may have been a step.
    """
    told = Told()
    lines = text.split("\n")[:-1]
    for number, line in enumerate(lines, start=1):
        try:
            ((what, value),) = json.loads(line).items()
            _READERS[what](told, value)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            fault = f"Line {number} of what the probe wrote cannot be read."
            told.faults.append(fault)
            break
    return told


def executed_in(text: str) -> dict[str, set[int]]:
    """The executed lines by path that all processes noted together."""
    found: dict[str, set[int]] = {}
    for line in text.split("\n")[:-1]:
        try:
            path, number = json.loads(line)
            found.setdefault(_text(path), set()).add(_count(number))
        except (ValueError, TypeError, RecursionError):
            continue
    return found


def words_in(text: str) -> tuple[str, ...]:
    """The command that the first process left; empty where it cannot be read."""
    try:
        return words(json.loads(text.split("\n", maxsplit=1)[0])["command"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return ()


def _start(told: Told, value: Mapping[str, Any]) -> None:
    told.command = words(value["command"])
    told.rank = None if value["rank"] is None else _count(value["rank"])
    told.torch = None if value["torch"] is None else _text(value["torch"])


def _rank(told: Told, value: object) -> None:
    told.rank = _count(value)


def _optimizer(told: Told, value: Mapping[str, Any]) -> None:
    told.optimizers[_count(value["index"])] = OptimizerSeen(
        _text(value["kind"]),
        tuple((_text(name), _text(one)) for name, one in value["settings"]),
        tuple(_tensor(one) for one in value["parameters"]),
        tuple(_tensor(one) for one in value["beside"]),
    )


def _tensor(value: Any) -> Tensor:
    name, shape, kind = value
    return Tensor(_text(name), tuple(_count(size) for size in shape), _text(kind))


def _step(told: Told, value: Mapping[str, Any]) -> None:
    step = StepSeen(
        step=_count(value["step"]),
        optimizer=_count(value["optimizer"]),
        loss=_number(value.get("loss")),
        gradient=_number(value.get("gradient")),
        rates=tuple(float.fromhex(one) for one in value["rates"]),
        parameters=_digest(value.get("parameters")),
        tensors=tuple(_hex(one) for one in value.get("tensors", ())),
        batch=_digest(value.get("batch")),
        backwards=_count(value.get("backwards", 1)),
        moved=_number(value.get("moved")),
        drifted=_number(value.get("drifted")),
    )
    if len(told.steps) >= _MOST:
        raise ValueError(value)
    told.steps.append(step)


def _check(told: Told, value: Mapping[str, Any]) -> None:
    check, state = Check(value["check"]), CheckState(value["state"])
    told.checks.append(CheckSeen(check, state, _text(value["saw"])))


def _files(told: Told, value: object) -> None:
    told.files = words(value)


def _fault(told: Told, value: object) -> None:
    told.faults.append(_text(value))


def _note(told: Told, value: object) -> None:
    told.notes.append(_text(value))


def _flops(told: Told, value: object) -> None:
    told.flops = None if value is None else _seconds(value)


def _aside(told: Told, value: Any) -> None:
    told.aside = tuple(
        Aside(_hex(digest), float.fromhex(_text(moved)).hex())
        for digest, moved in value
    )


def _end(told: Told, value: Mapping[str, Any]) -> None:
    told.why = _text(value["why"])
    told.overhead_s = _seconds(value["overhead_s"])
    told.loop_s = _seconds(value["loop_s"])


_READERS: Mapping[str, Callable[[Told, Any], None]] = {
    "start": _start,
    "rank": _rank,
    "optimizer": _optimizer,
    "step": _step,
    "check": _check,
    "files": _files,
    "fault": _fault,
    "note": _note,
    "flops": _flops,
    "aside": _aside,
    "end": _end,
}


def words(value: Any) -> tuple[str, ...]:
    """A list of texts; TypeError for anything else."""
    if not isinstance(value, list):
        raise TypeError(value)
    return tuple(_text(one) for one in value)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return cleaned(value.replace("\n", " "))[:_LONGEST]


def _count(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise TypeError(value)
    return value


def _seconds(value: object) -> float:
    if not isinstance(value, int | float) or not math.isfinite(value) or value < 0:
        raise TypeError(value)
    return float(value)


def _number(value: object) -> str | None:
    """A `float.hex()` text, as it would be written here."""
    if value is None:
        return None
    return float.fromhex(_text(value)).hex()


def _digest(value: object) -> str | None:
    return None if value is None else _hex(value)


def _hex(value: object) -> str:
    if not isinstance(value, str) or not _HEX.fullmatch(value):
        raise TypeError(value)
    return value
