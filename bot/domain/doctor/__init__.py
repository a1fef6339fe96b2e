"""A checkup of the installed App: what was seen, and what is to be said of it."""

from bot.domain.doctor.facts import (
    Answer,
    AppSeen,
    BranchSeen,
    Expected,
    Facts,
    Faulty,
    InstallationSeen,
    Missing,
    Outside,
    PolicySeen,
    RepositorySeen,
    Sound,
    StoreSeen,
)
from bot.domain.doctor.findings import Finding, Kind, State, worst
from bot.domain.doctor.judging import judged, misconfigured

__all__ = [
    "Answer",
    "AppSeen",
    "BranchSeen",
    "Expected",
    "Facts",
    "Faulty",
    "Finding",
    "InstallationSeen",
    "Kind",
    "Missing",
    "Outside",
    "PolicySeen",
    "RepositorySeen",
    "Sound",
    "State",
    "StoreSeen",
    "judged",
    "misconfigured",
    "worst",
]
