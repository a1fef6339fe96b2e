"""Where two probed runs first differ, bit for bit."""

import itertools
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from bot.domain.invasiveness.quantities import (
    Quantity,
    apart,
    number,
    placeless,
    readable,
)
from workers.contract import OptimizerSeen, Probed, StepSeen, Tensor


@dataclass(frozen=True, slots=True)
class Difference:
    """Where two runs first differ.

    `place` is the place among the records of steps, -1 for what is fixed before the
    first of them. `step` is the step as the probe counts, None before the first.
    """

    quantity: Quantity
    place: int = -1
    step: int | None = None
    tensor: str = ""
    before: str = ""
    after: str = ""
    relative: float | None = None


def first_difference(base: Probed, branch: Probed) -> Difference | None:
    """The first thing in which two runs differ, None where every bit agrees.

    What is fixed before the first step comes first, then the earliest step, and of one
    step the quantity that stands first in `Quantity`. Names of tensors do not count: a
    renamed layer computes the same. Commands are compared without absolute paths.
    """
    return next(_differences(base, branch), None)


def _differences(base: Probed, branch: Probed) -> Iterator[Difference]:
    looks: tuple[Callable[[Probed, Probed], Iterator[Difference]], ...] = (
        _commands,
        _optimizers,
        _settings,
        _shapes,
        _processes,
        _steps,
        _counts,
        _asides,
        _ends,
    )
    for look in looks:
        yield from look(base, branch)


def _commands(base: Probed, branch: Probed) -> Iterator[Difference]:
    old, new = placeless(base.command), placeless(branch.command)
    if old != new:
        before, after = _told_apart(old, new)
        yield Difference(Quantity.COMMAND, before=before, after=after)


def _told_apart(old: tuple[str, ...], new: tuple[str, ...]) -> tuple[str, str]:
    """Two lists of words from the first word on that differs, at most three words."""
    pairs = itertools.zip_longest(old, new)
    start = next(i for i, (one, other) in enumerate(pairs) if one != other)
    cut = slice(max(0, start - 1), start + 2)
    return " ".join(old[cut]), " ".join(new[cut])


def _optimizers(base: Probed, branch: Probed) -> Iterator[Difference]:
    old, new = _kinds(base), _kinds(branch)
    if old != new:
        before, after = ", ".join(old) or "none", ", ".join(new) or "none"
        yield Difference(Quantity.OPTIMIZER, before=before, after=after)


def _kinds(probed: Probed) -> tuple[str, ...]:
    return tuple(one.kind for one in probed.optimizers)


def _both(
    base: Probed, branch: Probed
) -> Iterator[tuple[OptimizerSeen, OptimizerSeen]]:
    return zip(base.optimizers, branch.optimizers, strict=False)


def _settings(base: Probed, branch: Probed) -> Iterator[Difference]:
    for old, new in _both(base, branch):
        was, now = dict(old.settings), dict(new.settings)
        for name in (*was, *(one for one in now if one not in was)):
            if was.get(name) != now.get(name):
                yield _setting(name, was.get(name), now.get(name))


def _setting(name: str, was: str | None, now: str | None) -> Difference:
    before, after = number(was), number(now)
    said = readable(before, after)
    if before is None or after is None:
        said = was or "not set", now or "not set"
    return Difference(
        Quantity.SETTINGS,
        before=f"{name} {said[0]}",
        after=f"{name} {said[1]}",
        relative=apart(before, after),
    )


def _shapes(base: Probed, branch: Probed) -> Iterator[Difference]:
    for old, new in _both(base, branch):
        yield from _forms(old.parameters, new.parameters)
        yield from _forms(old.beside, new.beside)


def _forms(old: tuple[Tensor, ...], new: tuple[Tensor, ...]) -> Iterator[Difference]:
    for was, now in itertools.zip_longest(old, new):
        before, after = _form(was), _form(now)
        if before != after:
            name = next(one.name for one in (was, now) if one is not None)
            yield Difference(Quantity.SHAPES, tensor=name, before=before, after=after)


def _form(tensor: Tensor | None) -> str:
    return "none" if tensor is None else form(tensor)


def form(tensor: Tensor) -> str:
    """`64 x 10 float32`; `scalar float32` for a tensor without axes."""
    size = " x ".join(str(one) for one in tensor.shape) or "scalar"
    return f"{size} {tensor.dtype}".strip()


def _processes(base: Probed, branch: Probed) -> Iterator[Difference]:
    if base.processes != branch.processes:
        before, after = str(base.processes), str(branch.processes)
        yield Difference(Quantity.PROCESSES, before=before, after=after)


def _steps(base: Probed, branch: Probed) -> Iterator[Difference]:
    pairs = zip(base.steps, branch.steps, strict=False)
    for place, (old, new) in enumerate(pairs):
        if old != new:
            found = step_difference(place, old, new, base.optimizers)
            moved = found.quantity is Quantity.BATCH and _reordered(base, branch)
            quantity = Quantity.BATCHES if moved else found.quantity
            yield replace(found, quantity=quantity)


def _reordered(base: Probed, branch: Probed) -> bool:
    """Whether both saw the same batches, each as often, at other steps."""
    old, new = (Counter(one.batch for one in run.steps) for run in (base, branch))
    return old == new and None not in old


def step_difference(
    place: int, old: StepSeen, new: StepSeen, optimizers: tuple[OptimizerSeen, ...]
) -> Difference:
    """In what two unequal records of a step differ, the first quantity of the order."""
    if (old.step, old.optimizer) != (new.step, new.optimizer):
        before, after = _turn(old), _turn(new)
        return Difference(Quantity.ORDER, place, old.step, "", before, after)
    if old.batch != new.batch:
        return Difference(Quantity.BATCH, place, old.step)
    if old.backwards != new.backwards:
        calls = str(old.backwards), str(new.backwards)
        return Difference(Quantity.BACKWARDS, place, old.step, "", *calls)
    if old.rates != new.rates:
        return _rates(place, old, new)
    for quantity, was, now in (
        (Quantity.LOSS, old.loss, new.loss),
        (Quantity.GRADIENT, old.gradient, new.gradient),
    ):
        if was != now:
            values = number(was), number(now)
            before, after = readable(*values)
            relative = apart(*values)
            return Difference(quantity, place, old.step, "", before, after, relative)
    tensor = _tensor(old, new, optimizers)
    return Difference(Quantity.PARAMETERS, place, old.step, tensor)


def _turn(record: StepSeen) -> str:
    return f"step {record.step} of optimizer {record.optimizer}"


def _rates(place: int, old: StepSeen, new: StepSeen) -> Difference:
    pairs = itertools.zip_longest(old.rates, new.rates)
    was, now = next((one, other) for one, other in pairs if one != other)
    before, after = readable(was, now)
    relative = apart(was, now)
    return Difference(Quantity.RATES, place, old.step, "", before, after, relative)


def _tensor(old: StepSeen, new: StepSeen, optimizers: tuple[OptimizerSeen, ...]) -> str:
    """The name of the first parameter whose digest differs; empty if not known."""
    pairs = enumerate(zip(old.tensors, new.tensors, strict=False))
    place = next((i for i, (was, now) in pairs if was != now), None)
    if place is None or old.optimizer >= len(optimizers):
        return ""
    seen = optimizers[old.optimizer]
    tensors = (*seen.parameters, *seen.beside)
    return tensors[place].name if place < len(tensors) else ""


def _counts(base: Probed, branch: Probed) -> Iterator[Difference]:
    old, new = len(base.steps), len(branch.steps)
    if old != new:
        fewer = min(old, new)
        before, after = f"{old}", f"{new}"
        longer = base.steps if old > new else branch.steps
        step = longer[fewer].step
        yield Difference(Quantity.STEPS, fewer, step, before=before, after=after)


def _asides(base: Probed, branch: Probed) -> Iterator[Difference]:
    """What is learnt in models that nobody calls: averages of the network, say."""
    old, new = base.aside, branch.aside
    if old != new:
        before, after = (f"{len(one)} moved" for one in (old, new))
        same = len(old) == len(new)
        said = ("", "") if same else (before, after)
        yield Difference(Quantity.ASIDE, before=said[0], after=said[1])


def _ends(base: Probed, branch: Probed) -> Iterator[Difference]:
    """Equally many steps that ended in other ways: not the same, whatever it is."""
    if base.end is not branch.end:
        before, after = str(base.end), str(branch.end)
        yield Difference(Quantity.OUTCOME, before=before, after=after)
