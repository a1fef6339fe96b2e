"""How the App is configured: who it is, where its GitHub is, where it is reached.

What is given comes from a file and from the environment, and may be incomplete; what
is configured is whole. Every fault names the setting and how to mend it.
"""

from dataclasses import dataclass, field, fields
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from bot.domain.errors import UserFault
from bot.domain.github.values import Secret

HOOK = "/webhook"
HEALTH = "/healthz"
SETUP = "/setup"
SETUP_DONE = "/setup/done"
PUBLIC, API = "SEEDGATE_PUBLIC_URL", "SEEDGATE_API_URL"
GITHUB_API = "https://api.github.com"
_GITHUB_WEB = "https://github.com"
_ENTERPRISE = "/api/v3"
_CLOUD = ".ghe.com"
_MOST_PORT = 65_535


@dataclass(frozen=True, slots=True)
class Listen:
    """Where the process takes requests; TLS and the outside are a proxy's."""

    host: str = "127.0.0.1"
    port: int = 8000


@dataclass(frozen=True, slots=True)
class Given:
    """Settings of the App as they were found, texts as they were typed."""

    app_id: str | None = None
    private_key: Secret | None = None
    webhook_secret: Secret | None = None
    former_secret: Secret | None = None
    api_url: str | None = None
    public_url: str | None = None
    listen: str | None = None

    def over(self, other: "Given") -> "Given":
        """Each setting from here, and from `other` where it is not given here."""
        names = [one.name for one in fields(self)]
        ours = {name: getattr(self, name) for name in names}
        theirs = {name: getattr(other, name) for name in names}
        return Given(**theirs | {k: v for k, v in ours.items() if v is not None})


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """What is known of the place before there is an App; `public_url` may be empty."""

    api_url: str
    public_url: str
    listen: Listen


@dataclass(frozen=True, slots=True)
class AppConfig:
    """A configured App.

    `former_secret` signs webhooks too, while the secret is being changed on GitHub.
    `link_secret` signs links of our own. Addresses end without a slash.
    """

    app: int
    private_key: Secret
    webhook_secret: Secret
    former_secret: Secret | None
    api_url: str
    public_url: str
    listen: Listen
    link_secret: Secret = field(default=Secret(""))

    @property
    def hook_url(self) -> str:
        """Where GitHub is to deliver to."""
        return f"{self.public_url}{HOOK}"

    @property
    def web_url(self) -> str:
        """Where people see the GitHub whose API this is."""
        return web_address(self.api_url)


@dataclass(frozen=True, slots=True)
class NewApp:
    """An App that GitHub has just registered; its secrets are told this once."""

    id: int
    slug: str
    html_url: str
    private_key: Secret
    webhook_secret: Secret


def whereabouts(given: Given) -> Whereabouts:
    """Addresses, checked; raises `UserFault` for one that cannot be meant."""
    public = given.public_url
    return Whereabouts(
        api_url=_api(given.api_url or GITHUB_API),
        public_url=public_address(public) if public else "",
        listen=_listen(given.listen) if given.listen else Listen(),
    )


def configured(given: Given) -> AppConfig | None:
    """The App; None where nothing is said of one. Raises `UserFault` for half of one.

    That the private key is a key at all is for who reads keys to say; the secret of
    links is for who keeps secrets to add.
    """
    place = whereabouts(given)
    number, key, secret = given.app_id, given.private_key, given.webhook_secret
    if number is None and key is None and secret is None:
        return None
    if number is None or key is None or secret is None or not place.public_url:
        raise _half(given)
    return AppConfig(
        app=_number(number),
        private_key=_filled("private key", key),
        webhook_secret=_filled("webhook secret", secret),
        former_secret=_former(given.former_secret),
        api_url=place.api_url,
        public_url=place.public_url,
        listen=place.listen,
    )


def web_address(api_url: str) -> str:
    """Where people see the GitHub of an API: github.com, ghe.com, or the same server.

    `https://HOST/api/v3` of an Enterprise server is the API of `https://HOST`, and
    `https://api.NAME.ghe.com` that of `https://NAME.ghe.com`.
    """
    if api_url == GITHUB_API:
        return _GITHUB_WEB
    parts = urlsplit(api_url)
    host = parts.netloc
    if host.endswith(_CLOUD):
        host = host.removeprefix("api.")
    return f"{parts.scheme}://{host}{parts.path.removesuffix(_ENTERPRISE)}"


def public_address(url: str) -> str:
    """The address of this process on the outside, without a slash at its end."""
    parts = _address("public address", url, PUBLIC)
    if parts.scheme != "https" and not is_loopback(parts.hostname or ""):
        problem = f"The public address {url} is not https."
        raise UserFault(problem, "Put a proxy with a certificate before it.")
    return url.rstrip("/")


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, which GitHub can never reach."""
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _api(url: str) -> str:
    parts = _address("address of GitHub's API", url, API)
    if parts.scheme != "https" and not is_loopback(parts.hostname or ""):
        problem = f"The address of GitHub's API {url} is not https."
        raise UserFault(problem, "Tokens are sent there: give an https address.")
    return url.rstrip("/")


def _address(what: str, url: str, variable: str) -> SplitResult:
    """The parts of an address that is nothing but scheme, host, port and path."""
    try:
        parts = urlsplit(url)
        why = _flaw(url, parts)
    except ValueError as error:
        parts, why = SplitResult("", "", "", "", ""), f"it cannot be read ({error})"
    if not why:
        return parts
    example = f"{GITHUB_API} or https://HOST{_ENTERPRISE}"
    if variable == PUBLIC:
        example = "https://gate.example.com"
    problem = f"The {what} {url!r} is none: {why}."
    raise UserFault(problem, f"Give it whole in {variable}, such as {example}.")


def _flaw(url: str, parts: SplitResult) -> str:
    """Why this is no such address; empty where it is one. `ValueError` for a port."""
    odd = [one for one in url if not one.isprintable() or one in " <>\"'\\"]
    flaws = {
        "it does not begin with https://": parts.scheme not in {"http", "https"},
        "it names no host": not parts.hostname,
        "its port is 0": parts.port == 0,
        "it has a query (`?...`)": "?" in url,
        "it has a fragment (`#...`)": "#" in url,
        "it has a user in it (`...@`)": "@" in parts.netloc,
        f"it has the character {odd[0] if odd else ''!r} in it": bool(odd),
        "it has a letter that is not ASCII; hosts are written as `xn--...`": not (
            url.isascii()
        ),
    }
    return next((why for why, there in flaws.items() if there), "")


def _listen(text: str) -> Listen:
    host, _, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    number = int(port) if port.isascii() and port.isdigit() else -1
    if not host or not 0 <= number <= _MOST_PORT:
        problem = f"SEEDGATE_LISTEN is {text!r}, which is no address to listen on."
        raise UserFault(problem, "Give host and port, such as 127.0.0.1:8000.")
    return Listen(host, number)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text)):
        problem = f"The App's id is {text!r}, which is no number."
        raise UserFault(problem, "Its settings on GitHub show the `App ID`.")
    return int(text)


def _filled(name: str, secret: Secret) -> Secret:
    if not secret.revealed.strip():
        problem = f"The App's {name} is empty."
        raise UserFault(problem, "Set the one that the App has on GitHub.")
    return secret


def _former(secret: Secret | None) -> Secret | None:
    return None if secret is None else _filled("former webhook secret", secret)


def _half(given: Given) -> UserFault:
    wanted = {
        "its id (SEEDGATE_APP_ID)": given.app_id,
        "its private key (SEEDGATE_PRIVATE_KEY_FILE)": given.private_key,
        "its webhook secret (SEEDGATE_WEBHOOK_SECRET)": given.webhook_secret,
        "our public address (SEEDGATE_PUBLIC_URL)": given.public_url,
    }
    missing = [name for name, value in wanted.items() if not value]
    return UserFault(
        f"The App is configured by half: {_listed(missing)} "
        f"{'is' if len(missing) == 1 else 'are'} missing.",
        "Set what is missing, or let `seedgate setup` make an App.",
    )


def _listed(names: list[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last
