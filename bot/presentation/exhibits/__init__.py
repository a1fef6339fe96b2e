"""What stands beside the verdict's own tables, as sections of rows that readers share.

Terminal, Markdown and HTML lay out the same sections; every text in them is raw, and
whoever shows it escapes it for its place. A section without rows is not made.
"""

from bot.presentation.exhibits.ideas import price_line
from bot.presentation.exhibits.samples import SampleCard, sample_cards
from bot.presentation.exhibits.section import Column, Drawn, Row, Section
from bot.presentation.exhibits.whole import first_sections, last_sections

__all__ = [
    "Column",
    "Drawn",
    "Row",
    "SampleCard",
    "Section",
    "first_sections",
    "last_sections",
    "price_line",
    "sample_cards",
]
