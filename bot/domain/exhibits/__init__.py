"""What people want to look at, gathered from the trials of one stage.

A judgement of its own only where something left its declared range or where training
and evaluation data came to overlap; all else is shown.
"""

from bot.domain.exhibits.curves import bands, curves
from bot.domain.exhibits.references import referred
from bot.domain.exhibits.whole import exhibit

__all__ = ["bands", "curves", "exhibit", "referred"]
