"""Webhooks of GitHub: raw bytes in, values of `bot.domain.hooks` out (pydantic)."""

from bot.adapters.hooks.reading import read

__all__ = ["read"]
