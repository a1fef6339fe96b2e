"""How error is spent over the looks, and how a spending function is written."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import UserFault
from bot.domain.policy import Spending, SpendingFamily
from bot.domain.stats.spending import spending_of, spent
from tests.unit.domain.stats.reference import HSD2, KD2, OBRIEN_FLEMING, POCOCK, steady

FAMILIES = [
    POCOCK,
    OBRIEN_FLEMING,
    KD2,
    HSD2,
    Spending(SpendingFamily.HWANG_SHIH_DECANI, 0.0),
    Spending(SpendingFamily.HWANG_SHIH_DECANI, -4.0),
    Spending(SpendingFamily.HWANG_SHIH_DECANI, 1e6),
    Spending(SpendingFamily.HWANG_SHIH_DECANI, -1e6),
    Spending(SpendingFamily.KIM_DEMETS, 1e6),
]


@pytest.mark.parametrize("spending", FAMILIES, ids=str)
def test_everything_is_spent_at_full_information_and_nothing_at_none(spending):
    assert spent(1.0, 0.05, spending) == pytest.approx(0.05, rel=1e-12)
    assert spent(7.0, 0.05, spending) == pytest.approx(0.05, rel=1e-12)
    assert spent(0.0, 0.05, spending) == 0.0
    assert spent(-1.0, 0.05, spending) == 0.0


@steady
@given(
    st.sampled_from(FAMILIES), st.floats(0, 1), st.floats(0, 1), st.floats(1e-12, 0.49)
)
def test_spending_never_takes_back(spending, one, two, alpha):
    low, high = sorted((one, two))
    assert (
        0 <= spent(low, alpha, spending) <= spent(high, alpha, spending) * (1 + 1e-12)
    )
    assert spent(high, alpha, spending) <= alpha * (1 + 1e-12)


def test_half_of_the_information_spends_what_the_formulas_say():
    assert spent(0.5, 0.05, POCOCK) == pytest.approx(0.05 * math.log(0.5 + math.e / 2))
    assert spent(0.5, 0.05, KD2) == pytest.approx(0.0125)
    assert spent(0.5, 0.05, HSD2) == pytest.approx(0.05 / (1 + math.exp(-1)))
    assert spent(0.5, 0.05, OBRIEN_FLEMING) == pytest.approx(0.0055746, abs=1e-7)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("pocock", POCOCK),
        ("obf", OBRIEN_FLEMING),
        ("kd:2", KD2),
        (" hsd:2 ", HSD2),
        ("hsd:-4", Spending(SpendingFamily.HWANG_SHIH_DECANI, -4.0)),
        ("hsd:0", Spending(SpendingFamily.HWANG_SHIH_DECANI, 0.0)),
    ],
)
def test_a_spending_function_is_named_by_its_family_and_parameter(text, expected):
    assert spending_of(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "kd",
        "hsd:",
        "kd:0",
        "kd:-1",
        "kd:nan",
        "hsd:inf",
        "hsd:x",
        "obf:2",
        "haybittle",
    ],
)
def test_anything_else_is_refused_with_the_way_to_write_it(text):
    with pytest.raises(UserFault) as fault:
        spending_of(text)
    assert repr(text) in fault.value.problem
    assert "kd:RHO" in fault.value.mend
