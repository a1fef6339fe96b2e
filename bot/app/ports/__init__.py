"""What the engine asks of the outside; one fake and one real thing behind each."""

from bot.app.ports.archive import Archive
from bot.app.ports.evaluations import EvaluationStore, StoredTrial
from bot.app.ports.memory import LATEST, Memory
from bot.app.ports.repository import (
    ChangeSource,
    Conflicted,
    Merged,
    MergeOutcome,
    Revision,
    SourceRepository,
    Unrelated,
)
from bot.app.ports.store import Store

__all__ = [
    "LATEST",
    "Archive",
    "ChangeSource",
    "Conflicted",
    "EvaluationStore",
    "Memory",
    "MergeOutcome",
    "Merged",
    "Revision",
    "SourceRepository",
    "Store",
    "StoredTrial",
    "Unrelated",
]
