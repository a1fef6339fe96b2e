"""The report page: one HTML file that needs nothing else and runs nothing.

Its policy forbids scripts and every address but pictures inside the page itself; all
text is escaped by the template engine and freed of control characters before.
"""

import base64
from collections.abc import Mapping
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from bot.domain.verdict import Report
from bot.presentation.escape import plain
from bot.presentation.frames import Picture
from bot.presentation.page import page

Pictures = Mapping[tuple[str, str, str], Picture]


def render_page(report: Report, pictures: Pictures) -> str:
    """The page of a report; `pictures` by mode, metric and kind, any may be missing."""
    return _template().render(page=page(report), pictures=pictures)


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
    return environment.get_template("report.html")


def _clean(value: object) -> object:
    return plain(value) if type(value) is str else value


def _data_uri(svg: bytes) -> str:
    return f"data:image/svg+xml;base64,{base64.b64encode(svg).decode('ascii')}"
