"""GitHub by PyGithub, which nothing else here imports."""

from bot.adapters.github.connected import ConnectedGitHub, Identity
from bot.adapters.github.lanes import Lanes

__all__ = ["ConnectedGitHub", "Identity", "Lanes"]
