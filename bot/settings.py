"""Process settings, read once from the environment."""

import contextlib
import os
import secrets
from pathlib import Path

from platformdirs import user_cache_path
from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.domain.errors import UserFault

SECRET_BYTES = 32
"""Of a secret that is made here; it is written with two digits each."""


class Settings(BaseSettings):
    """Where Seedgate keeps things, and what a person may set.

    `SEEDGATE_CACHE_DIR` (store, trees, logs, reports), `SEEDGATE_DATABASE_URL` (a
    PostgreSQL database for the store; default: an SQLite file in the cache folder;
    `PGPASSWORD` is its password if the URL has none), `SEEDGATE_SEED_SECRET` (the
    secret that seeds come from), `RAY_ADDRESS` (a cluster to join; default embedded),
    `VIRTUAL_ENV` (the environment that trials run in).

    Of the GitHub App, each before what `seedgate setup` has stored: `SEEDGATE_APP_ID`,
    `SEEDGATE_PRIVATE_KEY` (PEM) or `SEEDGATE_PRIVATE_KEY_FILE`,
    `SEEDGATE_WEBHOOK_SECRET`, `SEEDGATE_WEBHOOK_SECRET_FORMER` (counts too, while the
    secret is changed), `SEEDGATE_API_URL`, `SEEDGATE_PUBLIC_URL`, `SEEDGATE_LISTEN`
    (host and port), `SEEDGATE_LINK_SECRET` (the secret that links are signed with).
    """

    model_config = SettingsConfigDict(
        env_prefix="SEEDGATE_", env_ignore_empty=True, extra="ignore"
    )

    cache_dir: Path = Field(default_factory=lambda: user_cache_path("seedgate"))
    database_url: SecretStr | None = None
    pg_password: SecretStr | None = Field(default=None, validation_alias="PGPASSWORD")
    seed_secret: SecretStr | None = None
    ray_address: str | None = Field(default=None, validation_alias="RAY_ADDRESS")
    virtual_env: Path | None = Field(default=None, validation_alias="VIRTUAL_ENV")
    app_id: str | None = None
    private_key: SecretStr | None = None
    private_key_file: Path | None = None
    webhook_secret: SecretStr | None = None
    webhook_secret_former: SecretStr | None = None
    api_url: str | None = None
    public_url: str | None = None
    listen: str | None = None
    link_secret: SecretStr | None = None

    @field_validator("cache_dir")
    @classmethod
    def _same_for_all(cls, given: Path) -> Path:
        """Children may start elsewhere: for them it has to be the same folder."""
        return given.absolute()

    def secret(self) -> str:
        """The seed secret: from the environment, else made once and kept (mode 600).

        Raises `UserFault` where it cannot be kept, and where it was not kept whole.
        """
        return self._kept(self.seed_secret, "seed-secret")

    def signing(self) -> str:
        """The same for the secret of links."""
        return self._kept(self.link_secret, "link-secret")

    def _kept(self, given: SecretStr | None, name: str) -> str:
        if given is not None:
            return given.get_secret_value()
        path = self.cache_dir / name
        try:
            with contextlib.suppress(FileExistsError):
                _write_once(path, secrets.token_hex(SECRET_BYTES))
            return _whole(path)
        except OSError as error:
            problem = f"The secret {path} cannot be kept: {error.strerror}."
            mend = "Make its folder writable and give it room, or name another with the"
            mend += " environment variable SEEDGATE_CACHE_DIR."
            raise UserFault(problem, mend) from None


def _whole(path: Path) -> str:
    """The secret of a file; raises `UserFault` for less than was written.

    A loss of power, or a full disk, may leave none of it, or zeros in its place.
    """
    text = path.read_text(encoding="latin-1")
    if text.isascii() and len(text.strip("\0 \n")) >= 2 * SECRET_BYTES:
        return text
    variable = f"SEEDGATE_{path.name.replace('-', '_').upper()}"
    problem = f"The file {path} does not hold the whole secret that was written."
    mend = f"Bring it back from a backup, or name the secret with {variable}. Else"
    raise UserFault(problem, f"{mend} remove the file: another one is made.")


def _write_once(path: Path, text: str) -> None:
    """Create a private file with all of its text, or raise `FileExistsError`.

    Written beside and linked into place, so that a second process that starts at the
    same moment never reads half a secret.
    """
    if path.exists():
        raise FileExistsError(path)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())  # else a loss of power keeps the name alone
        os.link(draft, path)
    finally:
        draft.unlink()
