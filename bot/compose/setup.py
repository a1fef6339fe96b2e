"""`seedgate setup` wired: a page that makes the App, or one that is there already."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from bot.adapters.app_file import require_no_app_file, write_app_file
from bot.adapters.github import ConnectedGitHub, Identity
from bot.adapters.github.manifest import convert
from bot.compose.app_config import (
    app_file,
    from_environment,
    load,
    place_of,
    require_key,
)
from bot.domain.errors import MachineryFault, UserFault
from bot.domain.github import AppProfile, Failure, GitHubError, RateLimited, Transient
from bot.domain.github.configuration import (
    AppConfig,
    NewApp,
    Whereabouts,
    configured,
    public_address,
    web_address,
)
from bot.presentation.github.manifest import LONGEST_NAME, manifest, proposed_name
from bot.presentation.plain_json import Json
from bot.presentation.setup_page import Terms
from bot.presentation.words import setup as words
from bot.presentation.words.failures import why
from bot.settings import Settings
from bot.web.serving import listen, server
from bot.web.setup import SetupDesk, Works, setup_application

_LOGIN = re.compile(r"[0-9A-Za-z](?:[0-9A-Za-z-]{0,38})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Wish:
    """What was said on the command line; empty: of the settings, or proposed."""

    public_url: str = ""
    organization: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Registered:
    """An App that is made and kept; `install` is where it is installed."""

    app: NewApp
    install: str


def place_for(settings: Settings, wish: Wish) -> Whereabouts:
    """The addresses with the wish; raises `UserFault` without a public one."""
    place = place_of(settings)
    public = wish.public_url and public_address(wish.public_url)
    if not public and not place.public_url:
        problem = "Where GitHub reaches Seedgate is not said."
        mend = (
            "Set SEEDGATE_PUBLIC_URL, or run `seedgate setup --public-url https://...`."
        )
        raise UserFault(problem, mend)
    return replace(place, public_url=public or place.public_url)


def terms_of(place: Whereabouts, wish: Wish) -> Terms:
    """Which App is to be made; raises `UserFault` for names that GitHub cannot take."""
    if wish.organization and not _LOGIN.fullmatch(wish.organization):
        problem = f"{wish.organization!r} is no organization's name."
        raise UserFault(problem, "Give its login, as in its address on GitHub.")
    if len(wish.name) > LONGEST_NAME or not wish.name.isprintable():
        problem = f"An App's name has at most {LONGEST_NAME} characters."
        raise UserFault(problem, "Give a shorter --name.")
    host = urlsplit(place.public_url).hostname or ""
    name = wish.name or proposed_name(wish.organization, host)
    web_url = web_address(place.api_url)
    return Terms(name, web_url, place.public_url, wish.organization)


def printed_manifest(settings: Settings, wish: Wish) -> dict[str, Json]:
    """What GitHub would be asked to register."""
    terms = terms_of(place_for(settings, wish), wish)
    return manifest(terms.name, terms.public_url)


def setup_desk(
    settings: Settings,
    wish: Wish,
    made: Callable[[NewApp, AppConfig], None],
) -> SetupDesk:
    """The desk behind `bot.web.setup.setup_routes`, for a process without an App.

    `made` is called once, in a thread, when the App is stored and its configuration is
    whole: whoever serves may go on with it at once. Raises `UserFault` where an App is
    stored already, or could not be.
    """
    place, path = place_for(settings, wish), app_file(settings)

    def ready() -> None:
        require_no_app_file(path)

    def converted(code: str) -> NewApp:
        return convert(place.api_url, code, time.time())

    def keep(app: NewApp) -> None:
        write_app_file(path, app, place.api_url, place.public_url)
        config = load(settings)
        if config is None:
            raise UserFault(f"{path} was taken away.", "Run the setup again.")
        made(app, config)

    ready()
    works = Works(ready, converted, keep)
    return SetupDesk(terms_of(place, wish), works, time.time)


def serve_setup(
    settings: Settings, wish: Wish, tell: Callable[[str], None]
) -> Registered:
    """Serve the page until the App is made; `tell` is given its secret link once."""
    if load(settings) is not None:
        problem = (
            "An App is configured already, by the environment or by an earlier setup."
        )
        raise UserFault(problem, "`seedgate doctor` says whether it works.")
    done: list[NewApp] = []

    def made(app: NewApp, _config: AppConfig) -> None:
        done.append(app)
        serving.should_exit = True  # after the answer that is under way

    desk = setup_desk(settings, wish, made)
    serving = server(setup_application(desk))
    place = place_for(settings, wish).listen
    try:
        listening = listen(place.host, place.port)
    except OSError as error:
        problem = f"{place.host}:{place.port} cannot be listened on: {error.strerror}."
        raise UserFault(problem, "Name another address with SEEDGATE_LISTEN.") from None
    tell(desk.link)
    serving.run(sockets=[listening])
    if not done:
        raise KeyboardInterrupt
    return Registered(done[0], f"{done[0].html_url}/installations/new")


def import_app(settings: Settings) -> AppProfile:
    """Store an App that the environment names, after asking GitHub for it."""
    given, path = from_environment(settings), app_file(settings)
    config = configured(given)
    if config is None:
        problem = "No App is given that could be imported."
        mend = (
            "Set SEEDGATE_APP_ID, SEEDGATE_PRIVATE_KEY_FILE, SEEDGATE_WEBHOOK_SECRET "
            "and SEEDGATE_PUBLIC_URL."
        )
        raise UserFault(problem, mend)
    require_key(config.private_key, settings)
    require_no_app_file(path)
    profile = _asked(config)
    page = f"{config.web_url}/apps/{profile.slug}"
    keys = config.private_key, config.webhook_secret
    app = NewApp(profile.id, profile.slug, page, *keys)
    write_app_file(path, app, config.api_url, config.public_url)
    return profile


def _asked(config: AppConfig) -> AppProfile:
    identity = Identity(config.app, config.private_key, config.api_url)
    github = ConnectedGitHub(identity)
    try:
        return github.app()
    except GitHubError as fault:
        failure = fault.failure
    finally:
        github.close()
    raise fault_of(failure, config.api_url)


def fault_of(failure: Failure, api_url: str) -> UserFault | MachineryFault:
    """A failed call to the API at `api_url` as the end of a command."""
    said = why(failure)
    problem, mend = f"{said[0].upper()}{said[1:]}.", words.asked_at(api_url)
    if isinstance(failure, RateLimited):
        return MachineryFault(problem, words.LATER)
    if isinstance(failure, Transient):
        return MachineryFault(problem, f"{mend} {words.LATER}")
    return UserFault(problem, f"{mend} `seedgate doctor` says more.")
