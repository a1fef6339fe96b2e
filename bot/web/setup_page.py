"""The pages of the setup as HTML that runs and loads nothing, and is kept nowhere."""

import base64
import hashlib
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from starlette.responses import HTMLResponse, Response

from bot.presentation.setup_page import Page

STYLE = (
    "body{font:1rem/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;"
    "padding:0 1rem}table{border-collapse:collapse}th,td{text-align:left;"
    "vertical-align:top;padding:.2rem 1rem .2rem 0}"
    "td:last-child{overflow-wrap:anywhere}form{margin:1.5rem 0}"
    "button{font:inherit;padding:.5rem 1rem}"
)
_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode("ascii")
QUIET = {
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
"""Of every answer whose address is a secret: it is kept nowhere, and told to nobody."""


def shown(page: Page, status: int = 200, form_to: str = "'none'") -> Response:
    """The page; its form, if it has one, may go to `form_to` alone."""
    text = _template().render(page=page, style=STYLE)
    policy = (
        f"default-src 'none'; style-src 'sha256-{_HASH}'; form-action {form_to}; "
        "base-uri 'none'; frame-ancestors 'none'"
    )
    return HTMLResponse(text, status, QUIET | {"content-security-policy": policy})


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("bot.web", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("setup.html")
