"""Whether stored baseline trials may serve: fresh ones are their canaries."""

from bot.domain.evaluation.facts import Distrust, Facts


def distrust(facts: Facts) -> tuple[Distrust, ...]:
    """Stored trials that a fresh baseline trial speaks against."""
    del facts
    return ()
