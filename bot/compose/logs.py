"""What our processes write on standard error: a line for each thing worth knowing."""

import logging
import sys


def log_here() -> None:
    """Such lines, each with its time."""
    logging.basicConfig(
        stream=sys.stderr,
        level=logging.WARNING,
        format="%(asctime)s %(levelname)s %(message)s",
    )
    logging.getLogger("seedgate").setLevel(logging.INFO)
