"""The report page of an evaluation, as it is kept for whoever has a link to it."""

from bot.domain.verdict import Report


def html_of(report: Report) -> str:
    """One HTML document with all pictures inside, of bounded size."""
    from bot.adapters.pages import bounded_page
    from bot.adapters.plots import pictures

    return bounded_page(report, pictures(report))
