"""A full pass of the reconciler over a thousand open pull requests."""

import argparse
from pathlib import Path

from tests.benchmarks.figures import Figures


def sweep(folder: Path, figures: Figures, given: argparse.Namespace) -> None:
    """How long, how many calls, and what memory is left behind."""
    figures.note("not there yet")
