"""Where an evaluation stands that has not ended: queue, price, time left, modes."""

from collections.abc import Iterator
from typing import assert_never

from bot.presentation import numbers
from bot.presentation.escape import markdown
from bot.presentation.github.situation import Price, Progress, Queued, Started
from bot.presentation.progress import (
    climbing_line,
    estimate,
    line,
    on_rung,
    rung_line,
    spent,
)
from bot.presentation.words import around

_MOST_MODES = 20
_LONGEST = 300


def standing(progress: Progress) -> Iterator[str]:
    """Blocks of Markdown: the price first, then the queue or the modes."""
    match progress:
        case Queued():
            queue = " ".join(_queue(progress))
            yield from _titled(around.PROGRESS, [queue] if queue else [])
            yield from _titled(around.PRICE, [price_line(progress.price)])
        case Started():
            yield from _titled(around.PROGRESS, list(_lines(progress)))
            prices = [_spent(progress)]
            prices += [price_line(progress.price)] if progress.price else []
            yield from _titled(around.PRICE, prices)
        case _:
            assert_never(progress)


def _titled(title: str, lines: list[str]) -> Iterator[str]:
    if lines:
        items = [f"- {markdown(one, _LONGEST)}" for one in lines]
        yield "\n".join([f"**{title}**", "", *items])


def _queue(one: Queued) -> Iterator[str]:
    if not one.machines:
        yield around.NO_MACHINE
    if one.place is not None:
        yield around.place(one.place)
    if one.starts_s is not None:
        yield around.starts(one.starts_s)


def price_line(price: Price | None) -> str:
    """What it takes, from the first looks to the last ones."""
    if price is None:
        return around.NO_PRICE
    low, high = price.trials
    parts = [f"{around.between(str(low), str(high))} trials"]
    for amounts, unit in ((price.gpu_hours, "GPU"), (price.cpu_hours, "CPU")):
        if amounts is not None:
            ends = (numbers.rough(one) for one in amounts)
            parts.append(f"{around.between(*ends)} {unit} hours")
    if price.seconds is not None:
        ends = (numbers.duration(one) for one in price.seconds)
        parts.append(f"a verdict {around.between(*ends)} after the start")
    return f"Planned: {', '.join(parts)}."


def _lines(one: Started) -> Iterator[str]:
    for rung in one.ladder.done:
        yield rung_line(rung)
    if one.ladder.total:
        yield climbing_line(one.ladder)
    modes = one.snapshot.modes
    for mode in modes[:_MOST_MODES]:
        yield on_rung(one.ladder, line(mode))
    if len(modes) > _MOST_MODES:
        yield f"and {len(modes) - _MOST_MODES} more modes"
    if left := estimate(one.snapshot):
        yield f"{left[0].upper()}{left[1:]}."


def _spent(one: Started) -> str:
    return f"So far: {spent(one.snapshot)}."
