"""What the world can ask over HTTP: webhooks and health (starlette)."""

from starlette.types import ASGIApp as Application

from bot.web.app import HOOK_PATH, application
from bot.web.body import Limits
from bot.web.receiver import Receiver
from bot.web.signature import Secrets, secrets

__all__ = [
    "HOOK_PATH",
    "Application",
    "Limits",
    "Receiver",
    "Secrets",
    "application",
    "secrets",
]
