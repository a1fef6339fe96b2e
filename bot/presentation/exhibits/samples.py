"""Sample outputs side by side."""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.domain.verdict import Report
from bot.presentation import numbers
from bot.presentation.exhibits.arms import arm_words
from bot.presentation.rows import NOTHING


@dataclass(frozen=True, slots=True)
class SampleCard:
    """One output: its title, and (arm, text) of what it was in each."""

    title: str
    about: str
    panes: tuple[tuple[str, str], ...]


def sample_cards(report: Report) -> Iterator[SampleCard]:
    """Every output that both arms made of one seed; equal ones are shown once."""
    shown = report.exhibits.samples if report.exhibits else ()
    for one in shown:
        mode = f" in mode {one.mode}" if len(report.verdict.modes) > 1 else ""
        seed = NOTHING if one.seed is None else str(one.seed)
        panes = [(arm_words(pane.arm), pane.text) for pane in one.panes]
        if one.same:
            panes = [("in both arms", panes[0][1])]
        steps = ", ".join(
            f"{arm_words(pane.arm)} at step {numbers.number(pane.step)}"
            for pane in one.panes
            if pane.step
        )
        yield SampleCard(
            title=f"{one.name}{mode}",
            about=f"seed {seed}{f'; {steps}' if steps else ''}",
            panes=tuple(panes),
        )
