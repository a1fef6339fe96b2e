"""What the planned seeds can police, and what a branch without effect has to fear."""

from bot.domain.policing.known import Known, known_of
from bot.domain.policing.outlook import (
    Outlook,
    Prospect,
    chance_finding,
    outlooks,
    prospect,
)
from bot.domain.policing.tolerances import Policed, findings, police, refusal

__all__ = [
    "Known",
    "Outlook",
    "Policed",
    "Prospect",
    "chance_finding",
    "findings",
    "known_of",
    "outlooks",
    "police",
    "prospect",
    "refusal",
]
