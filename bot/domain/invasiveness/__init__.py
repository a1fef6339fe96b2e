"""What a branch does to modes of the code, seen bit by bit and without their help.

Two probed runs of the base and one of the branch give a `Behaviour`; behaviours, the
declared targets and the policy give findings. Only change can be proven so, never its
absence beyond the steps that were seen.
"""

from bot.domain.invasiveness.beside import confirmed, to_repeat, with_late
from bot.domain.invasiveness.blame import Blame, blame, left_out, taken_alone
from bot.domain.invasiveness.comparing import compare, settled
from bot.domain.invasiveness.equivalent import (
    Alike,
    Design,
    equivalences,
    shown_equivalent,
)
from bot.domain.invasiveness.late import late, late_culprits
from bot.domain.invasiveness.quantities import Quantity
from bot.domain.invasiveness.rules import Equivalences, Judged, Terms, judge, targets_of

__all__ = [
    "Alike",
    "Blame",
    "Design",
    "Equivalences",
    "Judged",
    "Quantity",
    "Terms",
    "blame",
    "compare",
    "confirmed",
    "equivalences",
    "judge",
    "late",
    "late_culprits",
    "left_out",
    "settled",
    "shown_equivalent",
    "taken_alone",
    "targets_of",
    "to_repeat",
    "with_late",
]
