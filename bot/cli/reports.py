"""The report folder: one HTML page, the pull-request text, and the JSON."""

from pathlib import Path

from bot.cli.emit import REPORT_FILES, write_json, write_text
from bot.cli.screen import clean, err
from bot.domain.verdict import Report


def write_reports(report: Report, folder: Path) -> Path:
    """Write report.html, report.md and report.json; the path of the page."""
    from bot.adapters.pages import render_page
    from bot.adapters.plots import pictures
    from bot.presentation.markdown import comment
    from bot.presentation.signature import MARKDOWN

    page, text, data = (folder / name for name in REPORT_FILES)
    write_text(page, render_page(report, pictures(report)))
    write_text(text, MARKDOWN + comment(report))
    write_json(report, data)
    return page.resolve()


def announce(page: Path) -> None:
    """Say where the page is."""
    err().print(clean(f"Report: {page}"))
