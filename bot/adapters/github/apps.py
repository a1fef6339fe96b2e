"""The App itself, its installations and its deliveries."""

import logging
from collections.abc import Sequence
from itertools import islice

from bot.adapters.github.asking import OK, Ask
from bot.adapters.github.desk import FETCH, LOOK, Desk, same
from bot.adapters.github.lines import PER_PAGE, Request
from bot.adapters.github.owner_wire import (
    APP,
    DELIVERIES,
    HOOK,
    INSTALLATION,
    INSTALLATIONS,
    UnreadInstallationWire,
)
from bot.adapters.github.tokens import InstallationCredential, Reach
from bot.adapters.github.wire import REPOSITORIES
from bot.app.github import MOST_DELIVERIES
from bot.domain.github import (
    AppProfile,
    HookDelivery,
    Installation,
    Place,
    Repository,
    Secret,
)

LOG = logging.getLogger("seedgate")
ACCEPTED = frozenset({202})


def profile(desk: Desk) -> AppProfile:
    """The App as it is registered."""
    found = desk.asker.read(desk.app, Ask(Request("GET", "/app")), APP)
    same(desk.app_id, found.id, "the App")
    return found.value()


class AppCalls:
    """Calls with the App's JWT, and tokens."""

    __slots__ = ()
    _desk: Desk

    def app(self) -> AppProfile:
        """The App as it is registered."""
        return profile(self._desk)

    def installations(self) -> Sequence[Installation]:
        """Everywhere that the App is installed, also where not all of it is read."""
        desk, ask = self._desk, Ask(Request("GET", "/app/installations"))
        pages = desk.asker.pages(desk.app, ask, INSTALLATIONS)
        found = [one for page in pages for one in page]
        for one in found:
            if isinstance(one, UnreadInstallationWire):
                LOG.warning("Installation %d cannot be read but for its number", one.id)
        return [one.value() for one in found]

    def installation(self, installation: int) -> Installation:
        """One of them."""
        desk, path = self._desk, f"/app/installations/{installation}"
        found = desk.asker.read(desk.app, Ask(Request("GET", path)), INSTALLATION)
        same(installation, found.id, "the installation")
        return found.value()

    def hook_address(self) -> str:
        """Where GitHub sends webhooks to."""
        desk, ask = self._desk, Ask(Request("GET", "/app/hook/config"))
        return desk.asker.read(desk.app, ask, HOOK).url

    def deliveries(
        self, since: float, most: int = MOST_DELIVERIES
    ) -> Sequence[HookDelivery]:
        """Attempts since a moment, newest first, unfiltered; the newest of too many.

        GitHub's own filter for failures leaves out timeouts; it tells whole seconds.
        """
        desk, ask = self._desk, Ask(Request("GET", "/app/hook/deliveries"))
        found: list[HookDelivery] = []
        pages = desk.asker.pages(desk.app, ask, DELIVERIES)
        for page in islice(pages, most // PER_PAGE):
            found += [one.value() for one in page]
            if found and found[-1].delivered_at < int(since):
                break
        return [one for one in found if one.delivered_at >= int(since)]

    def redeliver(self, delivery: int) -> None:
        """Ask for one more attempt."""
        desk, path = self._desk, f"/app/hook/deliveries/{delivery}/attempts"
        desk.asker.answer(desk.app, Ask(Request("POST", path), ACCEPTED))

    def git_token(self, place: Place) -> Secret:
        """A token that reads the contents of this one repository."""
        return self._desk.tokens.get(_fetching(place))

    def git_refused(self, place: Place) -> None:
        """Forget the token that git was shown; the next one is minted."""
        self._desk.tokens.forget(_fetching(place))

    def ready(self, place: Place) -> None:
        """Have a token for the work in a repository."""
        self._desk.at(place).show()

    def repositories(self, installation: int) -> Sequence[Repository]:
        """What an installation reaches."""
        desk = self._desk
        who = InstallationCredential(desk.tokens, Reach(installation, None, LOOK))
        ask = Ask(Request("GET", "/installation/repositories"), OK, polled=True)
        pages = desk.asker.pages(who, ask, REPOSITORIES)
        return [one.value() for page in pages for one in page.repositories]


def _fetching(place: Place) -> Reach:
    return Reach(place.installation, place.repository, FETCH)
