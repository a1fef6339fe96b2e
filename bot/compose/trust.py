"""What a request from outside is believed by: the secrets that the web server knows."""

from dataclasses import dataclass, field

from bot.domain.github.configuration import AppConfig
from bot.domain.links import key_of
from bot.web.signature import secrets


@dataclass(frozen=True, slots=True)
class Trust:
    """What signs webhooks (`former` too, while it is changed), and links of ours."""

    webhook: str = field(repr=False)
    former: str | None = field(repr=False)
    links: str = field(repr=False)


def trust(config: AppConfig) -> Trust:
    """That of the App; raises `UserFault` for a secret that is as good as none."""
    former = config.former_secret.revealed if config.former_secret else None
    made = Trust(config.webhook_secret.revealed, former, config.link_secret.revealed)
    secrets(made.webhook, made.former)
    key_of(made.links)
    return made
