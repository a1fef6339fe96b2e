"""What the pages of the setup show, as values; a template only places them."""

import json
from dataclasses import dataclass
from urllib.parse import quote

from bot.domain.errors import UserFault
from bot.domain.github.configuration import HOOK
from bot.domain.github.needs import EVENTS, PERMISSIONS
from bot.presentation.github.manifest import manifest
from bot.presentation.words import setup as words


@dataclass(frozen=True, slots=True)
class Form:
    """The one form, which is sent to GitHub: an address, and a hidden field."""

    action: str
    manifest: str
    button: str


@dataclass(frozen=True, slots=True)
class Page:
    """A page: paragraphs, then tables of (name, level, reason), then a form."""

    title: str
    paragraphs: tuple[str, ...]
    tables: tuple[tuple[str, tuple[tuple[str, str, str], ...]], ...] = ()
    form: Form | None = None
    last: str = ""


@dataclass(frozen=True, slots=True)
class Terms:
    """Which App is to be made, where; an empty `organization` means one's own account.

    `web_url` is where people see GitHub; addresses end without a slash.
    """

    name: str
    web_url: str
    public_url: str
    organization: str = ""


def setup_page(terms: Terms, state: str) -> Page:
    """The page with the button; `state` comes back with GitHub's answer."""
    asked = tuple((n, level, words.REASONS[n]) for n, level in PERMISSIONS.items())
    heard = tuple((name, "", words.EVENT_REASONS[name]) for name in EVENTS)
    tables = (
        (words.REGISTERED, _registered(terms)),
        (words.PERMISSIONS, asked),
        (words.EVENTS, heard),
    )
    text = json.dumps(manifest(terms.name, terms.public_url))
    return Page(
        words.TITLE,
        (words.INTRO,),
        tables,
        Form(_action(terms, state), text, words.BUTTON),
        words.PLEDGE,
    )


def gone_page() -> Page:
    """For a link that is none of ours, or no more."""
    return Page(words.GONE, (words.GONE_WHY,))


def fault_page(fault: UserFault) -> Page:
    """For an App that could not be made or kept."""
    return Page(words.FAILED, tuple(one for one in (fault.problem, fault.mend) if one))


def made_page(slug: str, install: str) -> Page:
    """For an App whose page is not where it was looked for, so it is not gone to."""
    return Page(words.MADE, (words.made_elsewhere(slug, install),))


def _registered(terms: Terms) -> tuple[tuple[str, str, str], ...]:
    return (
        (words.OWNER, "", words.owner(terms.organization)),
        (words.NAME, "", terms.name),
        (words.WHERE, "", terms.web_url),
        (words.HOOKS, "", f"{terms.public_url}{HOOK}"),
    )


def _action(terms: Terms, state: str) -> str:
    owner = quote(terms.organization, safe="")
    path = f"/organizations/{owner}" if owner else ""
    return f"{terms.web_url}{path}/settings/apps/new?state={quote(state, safe='')}"
