"""A verdict as a tree of findings, and the report value that every reader renders.

Terminal, JSON, Markdown and HTML are made from one `Report`; none of them decides.
"""

from bot.domain.verdict.reasons import (
    FindingKind,
    Reason,
    Ruling,
)
from bot.domain.verdict.report import (
    SCHEMA_VERSION,
    Cost,
    Provenance,
    Report,
)
from bot.domain.verdict.tree import (
    ChangeEffect,
    ChangeVerdict,
    Evidence,
    Finding,
    Fingerprint,
    MetricVerdict,
    ModeVerdict,
    Scalar,
    Verdict,
    worst,
)

__all__ = [
    "SCHEMA_VERSION",
    "ChangeEffect",
    "ChangeVerdict",
    "Cost",
    "Evidence",
    "Finding",
    "FindingKind",
    "Fingerprint",
    "MetricVerdict",
    "ModeVerdict",
    "Provenance",
    "Reason",
    "Report",
    "Ruling",
    "Scalar",
    "Verdict",
    "worst",
]
