"""Mirrors of GitHub's repositories: bare clones that git fetches with a token."""

from bot.adapters.mirrors.mirrors import GitMirrors
from bot.adapters.mirrors.watching import Limits

__all__ = ["GitMirrors", "Limits"]
