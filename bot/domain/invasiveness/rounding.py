"""Whether two runs that are not the same bit for bit differ by rounding alone."""

from bot.domain.invasiveness.differences import Difference, form
from bot.domain.invasiveness.quantities import Quantity, apart, number
from workers.contract import OptimizerSeen, Probed, StepSeen, Tensor

ROUNDING = 1e-5
"""Relative: losses and gradient norms this near are the same but for rounding."""
RATE_ROUNDING = 1e-12
"""Relative: a learning rate is computed from few numbers, in double precision."""
NEAR_LOSS = 0.1
"""Relative: losses this near may come from other random numbers of one kind."""


def by_rounding(base: Probed, branch: Probed, first: Difference) -> bool:
    """Whether losses, gradients and buffers agree within `ROUNDING` at every step.

    What is set before the first step must be the same. Where the last record is the
    first to differ nothing was computed from it, and so it counts as a change.
    """
    if not _set_alike(base, branch, first) or len(base.steps) != len(branch.steps):
        return False
    records = list(zip(base.steps, branch.steps, strict=True))
    after = records[max(first.place, 0) + 1 :]
    seen = any(old.loss or old.gradient for old, _ in after)
    near = all(_near(old, new) for old, new in records)
    return seen and near and _asides_near(base, branch)


def _asides_near(base: Probed, branch: Probed) -> bool:
    """Whether models that are never called moved as far, whichever stands first."""
    old, new = (sorted(_distances(one)) for one in (base, branch))
    return len(old) == len(new) and all(
        _within(was, now, ROUNDING) for was, now in zip(old, new, strict=True)
    )


def _distances(probed: Probed) -> list[float]:
    found = (number(one.moved) for one in probed.aside)
    return [one for one in found if one is not None]


def _set_alike(base: Probed, branch: Probed, first: Difference) -> bool:
    """The same command, networks and settings, but for the rounding of rates."""
    if first.quantity is Quantity.COMMAND or _frame(base) != _frame(branch):
        return False
    pairs = zip(base.optimizers, branch.optimizers, strict=True)
    return all(_settings_near(old, new) for old, new in pairs)


def _frame(probed: Probed) -> tuple[object, ...]:
    optimizers = [
        (one.kind, _forms(one.parameters), _forms(one.beside))
        for one in probed.optimizers
    ]
    return optimizers, probed.processes, probed.end


def _forms(tensors: tuple[Tensor, ...]) -> list[str]:
    return [form(one) for one in tensors]


def _settings_near(old: OptimizerSeen, new: OptimizerSeen) -> bool:
    was, now = dict(old.settings), dict(new.settings)
    return was.keys() == now.keys() and all(
        was[name] == now[name]
        or _within(number(was[name]), number(now[name]), RATE_ROUNDING)
        for name in was
    )


def _near(old: StepSeen, new: StepSeen) -> bool:
    same_turn = _turn(old) == _turn(new)
    same_rates = len(old.rates) == len(new.rates) and all(
        _within(was, now, RATE_ROUNDING)
        for was, now in zip(old.rates, new.rates, strict=True)
    )
    return (
        same_turn
        and same_rates
        and _text_near(old.loss, new.loss)
        and _text_near(old.gradient, new.gradient)
        # A rule of one's own shows in no rate, and at a small one hardly in losses.
        and _text_near(old.moved, new.moved)
        # What is learnt beside the parameters shows in no loss of training.
        and _text_near(old.drifted, new.drifted)
    )


def _turn(record: StepSeen) -> tuple[int, int, int]:
    return record.step, record.optimizer, record.backwards


def _text_near(before: str | None, after: str | None) -> bool:
    return before == after or _within(number(before), number(after), ROUNDING)


def _within(before: float | None, after: float | None, most: float) -> bool:
    distance = apart(before, after)
    return distance is not None and distance <= most


def furthest(base: Probed, branch: Probed) -> float | None:
    """The largest relative distance of two losses of one step; None if unknown."""
    pairs = zip(base.steps, branch.steps, strict=False)
    found = (apart(number(old.loss), number(new.loss)) for old, new in pairs)
    return max((one for one in found if one is not None), default=None)


def shifted(base: Probed, branch: Probed, first: Difference) -> bool:
    """Whether it looks as if only the stream of random numbers had moved on.

    Another loss on other data from the first step on, the same shapes and settings, as
    much work a step, and losses near one another at the first step and on average.
    Where data is seen and is the same, numbers were not shifted.
    """
    from_the_start = first.place == 0 and first.quantity in (
        Quantity.BATCHES,
        Quantity.BATCH,
        Quantity.LOSS,
    )
    same_work = base.flops == branch.flops
    if not (from_the_start and same_work) or same_data_order(base, branch):
        return False
    old, new = _losses(base), _losses(branch)
    return (
        old[:1] != new[:1]
        and _within(_first(old), _first(new), NEAR_LOSS)
        and _within(_mean(old), _mean(new), NEAR_LOSS)
    )


def same_data_order(base: Probed, branch: Probed) -> bool | None:
    """Whether each step saw the same data; None where that is not known."""
    pairs = zip(base.steps, branch.steps, strict=False)
    known = [(old.batch, new.batch) for old, new in pairs if old.batch and new.batch]
    return all(old == new for old, new in known) if known else None


def _losses(probed: Probed) -> list[float]:
    found = (number(record.loss) for record in probed.steps)
    return [one for one in found if one is not None]


def _first(losses: list[float]) -> float | None:
    return losses[0] if losses else None


def _mean(losses: list[float]) -> float | None:
    return sum(losses) / len(losses) if losses else None
