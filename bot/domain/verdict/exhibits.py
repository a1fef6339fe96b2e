"""What people want to look at beside a verdict: curves, histograms, data, outputs."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Exhibits:
    """All of it for one evaluation; empty parts are not shown."""
