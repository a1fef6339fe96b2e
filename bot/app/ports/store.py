"""The engine's store: the three that are asked of it, as one."""

from typing import Protocol

from bot.app.ports.archive import Archive
from bot.app.ports.evaluations import EvaluationStore
from bot.app.ports.memory import Memory


class Store(EvaluationStore, Memory, Archive, Protocol):
    """All that is asked of the engine's store."""
