"""Which GitHub App a process is: from the environment, else from what setup stored."""

import os
import stat
from dataclasses import replace
from pathlib import Path

from pydantic import SecretStr

from bot.adapters.app_file import FILE, open_to_others, read_app_file
from bot.compose.site import make_private
from bot.domain.errors import UserFault
from bot.domain.github.configuration import (
    AppConfig,
    Given,
    Whereabouts,
    configured,
    whereabouts,
)
from bot.domain.github.values import Secret
from bot.settings import Settings


def load(settings: Settings) -> AppConfig | None:
    """The App that is configured, its key checked; None where none is.

    Raises `UserFault` for one that is given by half, or wrongly.
    """
    config = load_at_once(settings)
    if config is not None:
        require_key(config.private_key, settings)
    return config


def load_at_once(settings: Settings) -> AppConfig | None:
    """The same, the key not checked yet: reading in what can do that takes a while."""
    given = from_environment(settings).over(stored(settings))
    config = configured(given)
    if config is None:
        return None
    make_private(settings.cache_dir)
    return replace(config, link_secret=Secret(settings.signing()))


def loaded(settings: Settings) -> AppConfig:
    """The same, where nothing can be done without one: `UserFault`."""
    config = load(settings)
    if config is None:
        raise UserFault(
            "No GitHub App is configured.",
            "`seedgate setup` makes one; or name one by SEEDGATE_APP_ID, "
            "SEEDGATE_PRIVATE_KEY_FILE, SEEDGATE_WEBHOOK_SECRET and "
            "SEEDGATE_PUBLIC_URL.",
        )
    return config


def place_of(settings: Settings) -> Whereabouts:
    """The addresses, as far as they are known before there is an App."""
    return whereabouts(from_environment(settings).over(stored(settings)))


def app_file(settings: Settings) -> Path:
    """Where setup stores the App."""
    return settings.cache_dir / FILE


def stored(settings: Settings) -> Given:
    """What setup has stored; nothing where it has not."""
    return read_app_file(app_file(settings)) or Given()


def from_environment(settings: Settings) -> Given:
    """What the environment says, the private key as a text or from a file."""
    return Given(
        app_id=settings.app_id,
        private_key=_private_key(settings),
        webhook_secret=_secret(settings.webhook_secret),
        former_secret=_secret(settings.webhook_secret_former),
        api_url=settings.api_url,
        public_url=settings.public_url,
        listen=settings.listen,
    )


def require_key(private_key: Secret, settings: Settings) -> None:
    """Raises `UserFault` for a private key that is none; it says where it is from."""
    from bot.adapters.github.tokens import AppCredential

    try:
        AppCredential(1, private_key)
    except UserFault as fault:
        origin = str(app_file(settings))
        if settings.private_key is not None:
            origin = "SEEDGATE_PRIVATE_KEY"
        elif settings.private_key_file is not None:
            origin = f"{settings.private_key_file} (SEEDGATE_PRIVATE_KEY_FILE)"
        problem = f"{fault.problem.removesuffix('.')} from {origin}."
        raise UserFault(problem, fault.mend) from None


def open_key(settings: Settings) -> UserFault | None:
    """What is to be said of a file with the key that others may read, if it is one.

    No reason to refuse it: secrets that are mounted into a container are such files.
    """
    path = settings.private_key_file
    if path is None or settings.private_key is not None:
        return None
    try:
        found = path.stat()
    except OSError:
        return None
    # A group of a file that is not ours was given it on purpose: we are in it.
    ours = found.st_uid == os.getuid()
    mode = stat.S_IMODE(found.st_mode)
    if not mode & (stat.S_IRWXO | (stat.S_IRWXG if ours else 0)):
        return None
    fault = open_to_others(path, mode)
    mend = "A secret that is mounted into a container of Seedgate's own may stay so."
    return UserFault(fault.problem, f"{fault.mend} {mend}")


def _private_key(settings: Settings) -> Secret | None:
    if settings.private_key is not None:
        # Files of variables hold no newlines, so people write `\n`.
        text = settings.private_key.get_secret_value()
        return Secret(text.replace("\\n", "\n"))
    path = settings.private_key_file
    if path is None:
        return None
    try:
        return Secret(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is no text"
        problem = f"The private key {path} cannot be read: {why}."
        raise UserFault(problem, "Mend SEEDGATE_PRIVATE_KEY_FILE.") from None


def _secret(value: SecretStr | None) -> Secret | None:
    return None if value is None else Secret(value.get_secret_value())
