"""Exhibits in Markdown: brief sections in view, all others and samples folded."""

from collections.abc import Iterable, Iterator

from bot.domain.verdict import Report
from bot.presentation.escape import block, code, element, markdown
from bot.presentation.exhibits import (
    Column,
    Row,
    SampleCard,
    Section,
    price_line,
    sample_cards,
)
from bot.presentation.markdown_tables import folded, left_out
from bot.presentation.rows import NOTHING

_MOST_ROWS = 20
_MOST_SAMPLES = 6
_LONGEST_SAMPLE = 600
_LONGEST_CELL = 400
_RULES = {Column.NUMBER: "--:"}


def sections_in_view(sections: Iterable[Section]) -> Iterator[str]:
    """Every brief section with its title."""
    for one in sections:
        if one.brief:
            about = [one.about, ""] if one.about else []
            yield "\n".join([f"### {markdown(one.title)}", "", *about, *_table(one)])


def folded_sections(sections: Iterable[Section]) -> Iterator[str]:
    """Every other section, folded under its title."""
    for one in sections:
        if not one.brief:
            title = element(one.title)
            about = [markdown(one.about), ""] if one.about else []
            yield folded(title, [*about, *_table(one)])


def _table(section: Section) -> list[str]:
    titles = " | ".join(f"{one[:1].upper()}{one[1:]}" for one, _ in section.columns)
    rules = "|".join(_RULES.get(kind, ":--") for _, kind in section.columns)
    rows = [_row(section, one) for one in section.rows[:_MOST_ROWS]]
    left = left_out(len(section.rows) - len(rows), "row")
    return [f"| {titles} |", f"|{rules}|", *rows, *left]


def _row(section: Section, row: Row) -> str:
    kinds = [kind for _, kind in section.columns]
    cells = [_cell(text, kind) for text, kind in zip(row.cells, kinds, strict=True)]
    return f"| {' | '.join(cells)} |"


def _cell(text: str, kind: Column) -> str:
    """A name as code; the lines of other cells one below the other."""
    if kind is Column.NAME and text != NOTHING:
        return code(text, 120)
    lines = [markdown(one, _LONGEST_CELL) for one in text.split("\n")]
    shown = "<br>".join(lines)
    return f"**{shown}**" if kind is Column.BADGE and shown != NOTHING else shown


def price(report: Report) -> str:
    """What the branch costs in code, beside what it gains."""
    line = price_line(report)
    return f"**Cost of the change.** {markdown(line)}" if line else ""


def samples(report: Report) -> str:
    """Sample outputs, one below the other; the page has them side by side."""
    cards = list(sample_cards(report))
    parts = [line for one in cards[:_MOST_SAMPLES] for line in _sample(one)]
    left = left_out(len(cards) - _MOST_SAMPLES, "sample")
    title = f"Sample outputs ({len(cards)}), which are self-reported"
    return folded(title, [*parts, *left] if parts else [])


def _sample(card: SampleCard) -> Iterator[str]:
    yield f"{code(card.title, 120)}, {markdown(card.about)}"
    for arm, text in card.panes:
        yield ""
        yield f"{markdown(arm)}:"
        yield ""
        cut = "\n[cut; the page has more]" if len(text) > _LONGEST_SAMPLE else ""
        yield block(f"{text[:_LONGEST_SAMPLE]}{cut}")
    yield ""
