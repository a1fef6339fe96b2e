"""A verdict as a tree of findings, and the report value that every reader renders.

Terminal, JSON, Markdown and HTML are made from one `Report`; none of them decides.
"""

from bot.domain.verdict.exhibits import Exhibits
from bot.domain.verdict.forecasts import ChangePrice, Forecast
from bot.domain.verdict.innermost import FLAGS, flagged, outdone
from bot.domain.verdict.override import Override, applied, findings_of
from bot.domain.verdict.reasons import (
    FindingKind,
    Reason,
    Ruling,
)
from bot.domain.verdict.report import (
    SCHEMA_VERSION,
    Apart,
    Cost,
    Provenance,
    Report,
)
from bot.domain.verdict.tree import (
    Behaviour,
    ChangeEffect,
    ChangeVerdict,
    Evidence,
    Finding,
    Fingerprint,
    MetricVerdict,
    ModeVerdict,
    Rung,
    Scalar,
    Verdict,
    worst,
)

__all__ = [
    "FLAGS",
    "SCHEMA_VERSION",
    "Apart",
    "Behaviour",
    "ChangeEffect",
    "ChangePrice",
    "ChangeVerdict",
    "Cost",
    "Evidence",
    "Exhibits",
    "Finding",
    "FindingKind",
    "Fingerprint",
    "Forecast",
    "MetricVerdict",
    "ModeVerdict",
    "Override",
    "Provenance",
    "Reason",
    "Report",
    "Ruling",
    "Rung",
    "Scalar",
    "Verdict",
    "applied",
    "findings_of",
    "flagged",
    "outdone",
    "worst",
]
