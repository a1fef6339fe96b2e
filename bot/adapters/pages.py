"""The report page: one HTML file that needs nothing else and runs nothing.

Its policy forbids scripts and every address but pictures inside the page itself; all
text is escaped by the template engine and freed of control characters before.
"""

import base64
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cache, partial

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from bot.domain.trials import Trial
from bot.domain.verdict import Report
from bot.presentation.escape import plain, spans
from bot.presentation.frames import Picture
from bot.presentation.page import page
from bot.presentation.steps import Advice, next_steps
from bot.presentation.words import pages as words

Pictures = Mapping[tuple[str, str, str], Picture]

LARGEST = 5 * 1024 * 1024
"""Bytes of a page that is served, at most, where leaving things out can do it."""


def render_page(report: Report, pictures: Pictures) -> str:
    """The page of a report; `pictures` by mode, metric and kind, any may be missing."""
    return _rendered(next_steps, report, pictures, "")


def bounded_page(
    report: Report,
    pictures: Pictures,
    most: int = LARGEST,
    advice: Advice = next_steps,
) -> str:
    """The page in at most `most` bytes; what it leaves out for that is said in it.

    Pictures go first, the last ones before the first, then the ends of logs, at last
    the table of trials. What is left is the verdict with its tables. `advice` says what
    to do to those who read it.
    """
    made = ""
    for smaller, tables in _ever_smaller(report):
        drawn = partial(_with_first, advice, smaller, pictures, tables)
        kept = _that_fit(drawn, len(pictures), most)
        made = drawn(max(0, kept))
        if kept >= 0:
            break
    return made


def _ever_smaller(report: Report) -> Iterator[tuple[Report, str]]:
    yield report, ""
    yield replace(report, trials=tuple(map(_without_log, report.trials))), words.LOGS
    yield replace(report, trials=()), words.TRIALS


def _without_log(trial: Trial) -> Trial:
    if trial.result is None:
        return trial
    return replace(trial, result=replace(trial.result, log_tail=""))


def _that_fit(drawn: Callable[[int], str], pictures: int, most: int) -> int:
    """How many of the pictures leave the page small enough; -1 where none does."""
    if _size(drawn(pictures)) <= most:
        return pictures
    counts = range(pictures)  # the page grows with each
    return bisect_right(counts, most, key=lambda kept: _size(drawn(kept))) - 1


def _with_first(
    advice: Advice, report: Report, pictures: Pictures, tables: str, kept: int
) -> str:
    """The page with the first pictures; the others are known to be drawn, and empty."""
    shown = {
        key: one if place < kept else replace(one, light=b"", dark=b"")
        for place, (key, one) in enumerate(pictures.items())
    }
    missing = words.left_out(len(pictures) - kept, len(pictures), tables)
    return _rendered(advice, report, shown, missing)


def _size(html: str) -> int:
    return len(html.encode("utf-8", "replace"))


def _rendered(advice: Advice, report: Report, pictures: Pictures, left_out: str) -> str:
    return _template().render(
        page=page(report, advice),
        pictures=pictures,
        left_out=left_out,
        picture_left_out=words.PICTURE_LEFT_OUT,
    )


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("bot.adapters", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_clean,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["data_uri"] = _data_uri
    environment.filters["spans"] = spans
    return environment.get_template("report.html")


def _clean(value: object) -> object:
    return plain(value) if type(value) is str else value


def _data_uri(svg: bytes) -> str:
    return f"data:image/svg+xml;base64,{base64.b64encode(svg).decode('ascii')}"
