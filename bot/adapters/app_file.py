"""The file in which the App's id and secrets are kept: this user's alone, written once.

It is JSON with the names below; what is not in it comes from the environment.
"""

import json
import os
import secrets
import stat
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.domain.errors import UserFault
from bot.domain.github.configuration import Given, NewApp
from bot.domain.github.values import Secret

FILE = "app.json"
"""In the cache folder."""

_OTHERS = 0o077
_ANOTHER = "Name a folder of your own with SEEDGATE_CACHE_DIR."


class _AppFile(BaseModel):
    """What is in the file; faults of it never show what was read."""

    model_config = ConfigDict(
        strict=True, extra="ignore", frozen=True, hide_input_in_errors=True
    )

    app_id: int
    private_key: str
    webhook_secret: str
    webhook_secret_former: str | None = None
    api_url: str | None = None
    public_url: str | None = None

    def given(self) -> Given:
        """As settings."""
        former = self.webhook_secret_former
        return Given(
            app_id=str(self.app_id),
            private_key=Secret(self.private_key),
            webhook_secret=Secret(self.webhook_secret),
            former_secret=None if former is None else Secret(former),
            api_url=self.api_url,
            public_url=self.public_url,
        )


def read_app_file(path: Path) -> Given | None:
    """What the file says; None where there is none.

    Raises `UserFault` for one that others may read, and one that is not whole.
    """
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            if mode & _OTHERS:
                raise open_to_others(path, mode)
            text = file.read()
    except FileNotFoundError:
        return None
    except OSError as error:
        problem = f"{path} cannot be read: {error.strerror}."
        mend = "It must belong to the user that runs this."
        if isinstance(error, NotADirectoryError):
            mend = _ANOTHER
        raise UserFault(problem, mend) from None
    return _parsed(path, text)


def write_app_file(path: Path, app: NewApp, api_url: str, public_url: str) -> None:
    """Keep a new App, whole or not at all, for this user alone (mode 600).

    An App that is there already is never written over: `UserFault`.
    """
    document = {
        "app_id": app.id,
        "slug": app.slug,
        "private_key": app.private_key.revealed,
        "webhook_secret": app.webhook_secret.revealed,
        "api_url": api_url,
        "public_url": public_url,
    }
    text = json.dumps(document, indent=2) + "\n"
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(path, error) from None
    try:
        _write_private(path, text)
    except FileExistsError:
        raise _there_already(path) from None
    except OSError as error:
        raise _unwritable(path, error) from None


def require_no_app_file(path: Path) -> None:
    """Refuse what could not be written later, before an App is made for it."""
    if path.exists():
        raise _there_already(path)
    trial = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        trial.touch(mode=0o600, exist_ok=False)
        trial.unlink()
    except OSError as error:
        raise _unwritable(path, error) from None


def _write_private(path: Path, text: str) -> None:
    """Written beside, synced and linked into place: nobody ever sees half of it."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    finally:
        draft.unlink()


def _parsed(path: Path, text: bytes) -> Given:
    try:
        return _AppFile.model_validate_json(text).given()
    except ValidationError as fault:
        first = fault.errors(include_input=False, include_url=False)[0]
    place = ".".join(str(one) for one in first["loc"])
    what = f"{place}: {first['msg']}" if place else str(first["msg"])
    problem = f"{path} does not hold an App: {what}."
    raise UserFault(problem, "Move it away, and run `seedgate setup` again.")


def open_to_others(path: Path, mode: int) -> UserFault:
    """What is the matter with a secret that others may read, and how to mend it."""
    problem = f"{path} holds secrets and is open to others (mode {mode:03o})."
    return UserFault(problem, f"Run `chmod 600 {path}`, and ask who could read it.")


def _there_already(path: Path) -> UserFault:
    problem = f"An App is configured already, in {path}."
    return UserFault(problem, "Move that file away to make another one.")


def _unwritable(path: Path, error: OSError) -> UserFault:
    problem = f"{path} cannot be written: {error.strerror}."
    return UserFault(problem, _ANOTHER)
