"""The manifest of the App: what GitHub is asked to register, and nothing beyond.

docs.github.com, "Registering a GitHub App from a manifest".
"""

from bot.domain.github.configuration import HOOK, SETUP_DONE
from bot.domain.github.needs import EVENTS, PERMISSIONS
from bot.presentation.plain_json import Json, plain

LONGEST_NAME = 34
"""Characters that GitHub takes."""
_DESCRIPTION = (
    "Trains a branch and its baseline over several seeds and says, with known error "
    "rates, whether the metric got worse."
)


def manifest(name: str, public_url: str) -> dict[str, Json]:
    """An App that only its owner can install; `public_url` is without a slash."""
    return {
        "name": name[:LONGEST_NAME],
        "url": public_url,
        "description": _DESCRIPTION,
        "hook_attributes": {"url": f"{public_url}{HOOK}", "active": True},
        "redirect_url": f"{public_url}{SETUP_DONE}",
        "public": False,
        "default_permissions": plain(PERMISSIONS),
        "default_events": list(EVENTS),
    }


def proposed_name(organization: str, host: str) -> str:
    """A name that nobody else may have: names are unique on all of GitHub."""
    whose = organization or host.replace(".", "-")
    return f"seedgate-{whose}"[:LONGEST_NAME].rstrip("-")
