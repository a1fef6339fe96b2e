"""What stands around the steps: data order, files, networks, executed lines."""

import math
from dataclasses import replace

from bot.domain.invasiveness.differences import form
from bot.domain.invasiveness.quantities import placeless
from bot.domain.invasiveness.rounding import same_data_order
from bot.domain.verdict import Behaviour
from workers.contract import Probed, Tensor

MOST_SHAPES = 50
"""Differing shapes that are listed; further ones are counted."""


def surrounded(behaviour: Behaviour, base: Probed, branch: Probed) -> Behaviour:
    """The behaviour with every plain comparison that could be made.

    Lines that the base executed come from the old side of the difference.
    """
    return replace(
        behaviour,
        executed=_lines(base) + _lines(branch),
        same_command=_same_command(base, branch),
        same_data_order=same_data_order(base, branch),
        files_added=tuple(sorted({*branch.files} - {*base.files})),
        files_gone=tuple(sorted({*base.files} - {*branch.files})),
        parameters=_counts(base, branch),
        shapes=shapes(base, branch),
        flops=_flops(base, branch),
    )


def _lines(probed: Probed) -> int:
    return sum(len(lines) for _, lines in probed.executed)


def _same_command(base: Probed, branch: Probed) -> bool | None:
    """Whether the resolved commands agree; None where one is not known."""
    if not (base.command and branch.command):
        return None
    return placeless(base.command) == placeless(branch.command)


def _counts(base: Probed, branch: Probed) -> tuple[int, int] | None:
    old, new = _tensors(base), _tensors(branch)
    if not (old or new):
        return None
    return _size(old), _size(new)


def _size(tensors: list[Tensor]) -> int:
    return sum(math.prod(tensor.shape) for tensor in tensors)


def _tensors(probed: Probed) -> list[Tensor]:
    return [tensor for one in probed.optimizers for tensor in one.parameters]


def shapes(base: Probed, branch: Probed) -> tuple[str, ...]:
    """Parameters whose shape or type differs: `fc.weight: 64 x 10 -> 128 x 10`.

    None where all shapes agree in their order, whatever the parameters are called.
    """
    old, new = _tensors(base), _tensors(branch)
    if [form(one) for one in old] == [form(one) for one in new]:
        return ()
    was = {one.name: form(one) for one in old}
    now = {one.name: form(one) for one in new}
    names = [*was, *(name for name in now if name not in was)]
    found = [
        f"{name}: {was.get(name, 'none')} -> {now.get(name, 'none')}"
        for name in names
        if was.get(name) != now.get(name)
    ]
    more = len(found) - MOST_SHAPES
    return (*found[:MOST_SHAPES], *([f"{more} more"] if more > 0 else []))


def _flops(base: Probed, branch: Probed) -> tuple[float, float] | None:
    if base.flops is None or branch.flops is None:
        return None
    return base.flops, branch.flops
