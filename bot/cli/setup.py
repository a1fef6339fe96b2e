"""`seedgate setup`: make the GitHub App from a browser, or take one that is there."""

import json
from typing import TYPE_CHECKING, Annotated

from typer import Option

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.compose.setup import Wish
    from bot.settings import Settings


def setup(
    public_url: Annotated[
        str, Option(help="Where GitHub reaches Seedgate: https://gate.example.com.")
    ] = "",
    org: Annotated[
        str, Option(help="The organization that is to own the App; default: yourself.")
    ] = "",
    name: Annotated[
        str, Option(help="The App's name; GitHub lets you change it.")
    ] = "",
    print_manifest: Annotated[
        bool, Option("--print-manifest", help="Only print what GitHub would be asked.")
    ] = False,
    existing: Annotated[
        bool, Option("--import", help="Store an App that the environment names.")
    ] = False,
) -> None:
    """Register Seedgate's own GitHub App: one link, one click, no keys to copy.

    Serves a page on SEEDGATE_LISTEN until the App is made, and stores its keys in the
    cache folder for this user alone.
    """
    from bot.compose.setup import Wish, printed_manifest
    from bot.domain.errors import UserFault
    from bot.settings import Settings

    if print_manifest and existing:
        problem = "--print-manifest and --import do not go together."
        raise UserFault(problem, "Name one of them.")
    settings, wish = Settings(), Wish(public_url, org, name)
    if print_manifest:
        _say([json.dumps(printed_manifest(settings, wish), indent=2)])
    elif existing:
        _import(settings)
    else:
        _serve(settings, wish)


def _serve(settings: "Settings", wish: "Wish") -> None:
    from bot.compose.app_config import app_file
    from bot.compose.setup import serve_setup
    from bot.presentation.words.setup import made, opened

    done = serve_setup(settings, wish, lambda link: _say(opened(link)))
    place = str(app_file(settings))
    _say(made(done.app.slug, done.app.id, place, done.install))


def _import(settings: "Settings") -> None:
    from bot.compose.app_config import app_file
    from bot.compose.setup import import_app
    from bot.presentation.words.setup import imported

    profile = import_app(settings)
    _say(imported(profile.slug, profile.id, str(app_file(settings))))


def _say(lines: "Sequence[str]") -> None:
    from bot.cli.screen import clean, out

    console = out()
    for line in lines:
        console.print(clean(line))
    console.file.flush()
