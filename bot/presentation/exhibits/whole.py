"""All sections of a report, in the order in which they are read."""

from collections.abc import Iterator

from bot.domain.verdict import Exhibits, Report
from bot.presentation.exhibits import data, learning
from bot.presentation.exhibits.ideas import forecasts
from bot.presentation.exhibits.ladder import ladder
from bot.presentation.exhibits.modes import behaviours
from bot.presentation.exhibits.section import Section


def first_sections(report: Report) -> Iterator[Section]:
    """What stands above the metrics: the ladder, and which modes were touched."""
    yield from ladder(report)
    yield from behaviours(report)


def last_sections(report: Report) -> Iterator[Section]:
    """What stands below them."""
    shown = report.exhibits or Exhibits()
    yield from forecasts(report)
    yield from learning.references(report, shown)
    yield from learning.gaps(report, shown)
    yield from learning.ensembles(report, shown)
    yield from data.quantities(report, shown)
    yield from data.data(report, shown)
    yield from data.overlaps(report, shown)
    yield from data.faults(report, shown)
