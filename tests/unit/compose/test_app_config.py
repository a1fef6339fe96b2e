"""Which App a process is: the environment first, then what setup has stored."""

import os
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from bot.adapters.app_file import write_app_file
from bot.compose.app_config import app_file, load, loaded, open_key, place_of
from bot.compose.setup import Wish, place_for, terms_of
from bot.domain.errors import UserFault
from bot.domain.github.configuration import Listen, NewApp
from bot.domain.github.values import Secret
from bot.settings import Settings

PUBLIC = "https://gate.example.com"
NAMES = (
    "APP_ID",
    "PRIVATE_KEY",
    "PRIVATE_KEY_FILE",
    "WEBHOOK_SECRET",
    "WEBHOOK_SECRET_FORMER",
    "API_URL",
    "PUBLIC_URL",
    "LISTEN",
    "LINK_SECRET",
)


def pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


@pytest.fixture(scope="module")
def key() -> str:
    return pem(rsa.generate_private_key(public_exponent=65_537, key_size=2048))


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in NAMES:
        monkeypatch.delenv(f"SEEDGATE_{name}", raising=False)
    monkeypatch.setenv("SEEDGATE_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path


def stores(key: str) -> None:
    app = NewApp(4711, "gate", "https://x.example", Secret(key), Secret("hush"))
    write_app_file(app_file(Settings()), app, "https://api.github.com", PUBLIC)


def sets(monkeypatch: pytest.MonkeyPatch, **values: str) -> None:
    for name, value in values.items():
        monkeypatch.setenv(f"SEEDGATE_{name.upper()}", value)


def test_nothing_said_is_no_app_and_leaves_nothing_behind(cache: Path) -> None:
    assert load(Settings()) is None
    assert not (cache / "cache").exists()
    with pytest.raises(UserFault, match="No GitHub App"):
        loaded(Settings())


def test_what_setup_stored_is_the_app(cache: Path, key: str) -> None:
    stores(key)
    config = loaded(Settings())
    assert (config.app, config.public_url) == (4711, PUBLIC)
    assert len(config.link_secret.revealed) == 64
    assert loaded(Settings()).link_secret == config.link_secret


def test_the_environment_goes_first(
    cache: Path, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stores(key)
    sets(
        monkeypatch,
        webhook_secret="new",
        webhook_secret_former="hush",
        listen="0.0.0.0:80",
        link_secret="links",
    )
    config = loaded(Settings())
    assert (config.webhook_secret, config.former_secret) == (
        Secret("new"),
        Secret("hush"),
    )
    assert config.listen == Listen("0.0.0.0", 80)
    assert config.link_secret == Secret("links")
    assert not (cache / "cache" / "link-secret").exists()


@pytest.mark.parametrize("escaped", [True, False])
def test_a_key_may_come_as_a_text_also_on_one_line(
    cache: Path, key: str, monkeypatch: pytest.MonkeyPatch, escaped: bool
) -> None:
    text = key.replace("\n", "\\n") if escaped else key
    sets(
        monkeypatch,
        app_id="1",
        private_key=text,
        webhook_secret="hush",
        public_url=PUBLIC,
    )
    settings = Settings()
    assert loaded(settings).private_key == Secret(key)
    assert "BEGIN" not in f"{settings!r} {settings.model_dump_json()}"


def test_a_key_may_come_from_a_file(
    cache: Path, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = cache / "key.pem"
    path.write_text(key)
    sets(monkeypatch, app_id="1", webhook_secret="hush", public_url=PUBLIC)
    sets(monkeypatch, private_key_file=str(path))
    assert loaded(Settings()).private_key == Secret(key)
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(UserFault, match="it is no text"):
        load(Settings())
    path.unlink()
    with pytest.raises(UserFault, match="SEEDGATE_PRIVATE_KEY_FILE"):
        load(Settings())


def test_a_key_that_is_none_or_of_another_kind_is_refused(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sets(monkeypatch, app_id="1", webhook_secret="hush", public_url=PUBLIC)
    for text in ("no key", pem(ec.generate_private_key(ec.SECP256R1()))):
        sets(monkeypatch, private_key=text)
        with pytest.raises(UserFault, match="private key cannot be read") as caught:
            load(Settings())
        assert "from SEEDGATE_PRIVATE_KEY." in caught.value.problem
        assert "no key" not in str(caught.value)


def test_a_wrong_key_is_told_with_the_file_that_it_is_from(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stores("no key")
    with pytest.raises(UserFault, match=r"from .*/app\.json\. "):
        load(Settings())
    path = cache / "key.pem"
    path.write_text("no key")
    sets(monkeypatch, private_key_file=str(path))
    with pytest.raises(UserFault) as caught:
        load(Settings())
    assert f"from {path} (SEEDGATE_PRIVATE_KEY_FILE)." in caught.value.problem


@pytest.mark.parametrize(
    ("mode", "ours", "told"),
    [
        (0o600, True, False),
        (0o400, True, False),
        (0o640, True, True),
        (0o644, True, True),
        (0o440, False, False),  # the group of a mounted secret is ours
        (0o444, False, True),
    ],
)
def test_a_key_that_others_may_read_is_told_of_and_taken(
    cache: Path,
    key: str,
    monkeypatch: pytest.MonkeyPatch,
    mode: int,
    ours: bool,
    told: bool,
) -> None:
    path = cache / "key.pem"
    path.write_text(key)
    path.chmod(mode)
    sets(monkeypatch, app_id="1", webhook_secret="hush", public_url=PUBLIC)
    sets(monkeypatch, private_key_file=str(path))
    if not ours:
        monkeypatch.setattr(os, "getuid", lambda: path.stat().st_uid + 1)
    assert loaded(Settings()).private_key == Secret(key)
    fault = open_key(Settings())
    assert (fault is not None) is told
    if fault is not None:
        assert f"open to others (mode {mode:03o})" in fault.problem
        assert f"chmod 600 {path}" in fault.mend
    sets(monkeypatch, private_key=key)
    assert open_key(Settings()) is None


def test_a_cache_folder_that_is_a_file_is_named_as_one(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (cache / "file").write_text("")
    sets(monkeypatch, cache_dir=str(cache / "file"))
    with pytest.raises(UserFault, match="cannot be read: Not a dir") as caught:
        load(Settings())
    assert caught.value.mend.endswith("of your own with SEEDGATE_CACHE_DIR.")


def test_the_addresses_are_known_before_there_is_an_app(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert place_of(Settings()).public_url == ""
    with pytest.raises(UserFault, match="`seedgate setup --public-url") as caught:
        place_for(Settings(), Wish())  # `serve` asks so too, and has no such option
    assert "SEEDGATE_PUBLIC_URL" in caught.value.mend
    sets(monkeypatch, public_url=PUBLIC, api_url="https://ghe.lab/api/v3")
    place = place_for(Settings(), Wish())
    assert terms_of(place, Wish()).web_url == "https://ghe.lab"
    said = place_for(Settings(), Wish("https://other.example/"))
    assert said.public_url == "https://other.example"


@pytest.mark.parametrize(
    "wish", [Wish(organization="a/b"), Wish(organization="-x"), Wish(name="x" * 35)]
)
def test_names_that_github_cannot_take_are_refused(cache: Path, wish: Wish) -> None:
    place = place_for(Settings(), Wish(PUBLIC))
    with pytest.raises(UserFault):
        terms_of(place, wish)
