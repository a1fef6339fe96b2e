"""A git repository on this machine, read by revision through GitPython."""

from bot.adapters.repository.repository import GitRepository

__all__ = ["GitRepository"]
