"""The three-valued rule at one look."""

import pytest

from bot.domain.stats.comparison import Comparison
from bot.domain.stats.method import Method
from bot.domain.stats.sequential import Crossing, crossed, crossing


@pytest.mark.parametrize(
    ("p_ni", "p_harm", "expected"),
    [
        (0.01, 0.5, Crossing.PASS),
        (0.02, 0.5, Crossing.PASS),
        (0.5, 0.01, Crossing.BLOCK),
        (0.5, 0.02, Crossing.BLOCK),
        (0.01, 0.01, Crossing.TOLERATED),
        (0.03, 0.03, Crossing.NONE),
    ],
)
def test_a_look_passes_blocks_tolerates_or_goes_on(p_ni, p_harm, expected):
    found = Comparison(Method.PAIRED_T, p_ni=p_ni, p_harm=p_harm)
    assert crossing(found, 0.02) is expected
    passed, harmed = p_ni <= 0.02, p_harm <= 0.02
    assert crossed(passed=passed, harmed=harmed) is expected
