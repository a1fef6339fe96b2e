"""Expectations as people write them."""

import pytest

from bot.domain.forecast import Read, names_of, read
from bot.domain.verdict import Forecast, Reason, Ruling
from tests.fakes.policies import mode, primary

NAMES = {
    "mlp": ("test_loss", "test_loss/night", "accuracy"),
    "gru": ("test_loss",),
}


def one(line: str) -> Forecast:
    found = read([line], NAMES)
    assert found.unreadable == ()
    (only,) = found.claims
    return only.forecast


def why(line: str) -> dict[str, object]:
    found = read([line], NAMES)
    assert found.claims == ()
    (said,) = found.unreadable
    assert (said.reason, said.state) == (Reason.HYPOTHESIS_UNREADABLE, Ruling.INFO)
    return {key: value for key, value in said.evidence.items() if key != "text"}


FULL = Forecast("test_loss", -0.02, 0.6, "2h")


def test_the_whole_line_is_read() -> None:
    assert one("Expected: test_loss -0.02 (likelihood 60%, effort 2h)") == FULL


@pytest.mark.parametrize(
    "line",
    [
        "expected: test_loss -0.02 (likelihood 60%, effort 2h)",
        "EXPECTED : `test_loss` \u22120.02 (Likelihood: 0.6; effort: 2h)",
        "- Expected: test_loss \u2013.02 [likelihood 60 %, effort 2h]",
        "* **Expected:** `test_loss -0.02` (60% likely, effort 2h)",
        "> 1. _Expected:_ test_loss: - 0.02 (60 % confidence) (effort 2h)",
        "\t• Expected = TEST_LOSS by ~ -2e-2, effort 2h, probability of 60",
        "Expected: test_loss changes by -0.020 ± 0.005, chance is 60 %, effort 2h",
        "Expected: test_loss\u00a0-0.02\u00a0(likelihood ~60%, effort 2h)\r",
    ],
)
def test_the_ways_of_writing_it_are_borne(line: str) -> None:
    assert one(line) == FULL


def test_a_percent_change_is_a_share_of_the_baseline() -> None:
    assert one("Expected: test_loss -1%") == Forecast("test_loss", -0.01, relative=True)
    assert one("Expected: accuracy +2.5 % (effort a day)") == Forecast(
        "accuracy", 0.025, effort="a day", relative=True
    )


def test_a_mode_may_stand_before_the_metric() -> None:
    assert one("Expected: gru/test_loss +0.1").mode == "gru"
    night = one("Expected: mlp/test_loss/night +0.1")
    assert (night.mode, night.metric) == ("mlp", "test_loss/night")
    assert one("Expected: test_loss/night +0.1").mode is None
    assert one("Expected: GRU/Test_Loss +0.1").mode == "gru"


@pytest.mark.parametrize("zero", ["0", "±0", "+/-0.0", "-0", "0%"])
def test_no_change_needs_no_sign(zero: str) -> None:
    expected = one(f"Expected: accuracy {zero}").expected
    assert expected == 0.0
    assert str(expected) == "0.0"


def test_words_without_numbers_may_follow() -> None:
    assert one("Expected: accuracy +0.1 because of the schedule").likelihood is None


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("Expected: a much lower loss", "form"),
        ("Expected:", "form"),
        ("Expected: test_loss", "form"),
        ("Expected: test_loss-0.02", "form"),
        ("Expected: test_loss -0.02nats", "form"),
        ("Expected: test_loss -1.2.3", "form"),
        ("Expected: test_loss -1e999", "size"),
        ("Expected: test_loss 0.02", "sign"),
        ("Expected: test_loss ±0.02", "sign"),
        ("Expected: test_loss -0.02 (likelihood high)", "likelihood"),
        ("Expected: test_loss -0.02 (likelihood 160%)", "likelihood"),
        ("Expected: test_loss -0.02, accuracy +0.1", "numbers"),
        ("Expected: test_loss -0.02 to -0.04", "numbers"),
    ],
)
def test_what_cannot_be_read_says_why(line: str, reason: str) -> None:
    assert why(line) == {"why": reason}


def test_an_unknown_metric_comes_with_the_nearest_one() -> None:
    assert why("Expected: test_los -0.02") == {
        "why": "metric",
        "name": "test_los",
        "nearest": "test_loss",
    }
    assert why("Expected: perplexity -0.02") == {
        "why": "metric",
        "name": "perplexity",
        "known": ("test_loss", "test_loss/night", "accuracy"),
    }
    assert why("Expected: conv/test_loss -0.02")["why"] == "metric"


def test_a_name_that_differs_from_two_in_letter_case_alone_is_neither() -> None:
    names = {"mlp": ("Loss", "LOSS")}
    (said,) = read(["Expected: loss -0.1"], names).unreadable
    assert said.evidence["why"] == "metric"


def test_other_words_are_left_alone() -> None:
    text = "Raise the rate\n\nAs expected: nothing\nI expected more -0.1\nUnexpected: 1"
    assert read([text], NAMES) == Read()


def test_every_line_is_kept_with_where_it_stands() -> None:
    texts = [
        "Second try\n\n- Expected: test_loss -0.01\nExpected: test_loss -0.5",
        "First try\n\nExpected: gru/test_loss -0.02\nExpected: accuracy +1%",
    ]
    claims = read(texts, NAMES).claims
    assert [(each.text, each.place, each.line) for each in claims] == [
        (0, 0, "- Expected: test_loss -0.01"),
        (0, 1, "Expected: test_loss -0.5"),
        (1, 2, "Expected: gru/test_loss -0.02"),
        (1, 3, "Expected: accuracy +1%"),
    ]


def test_a_later_text_goes_first_then_a_named_mode_then_the_last_line() -> None:
    late = "Expected: test_loss -1\nExpected: gru/test_loss -2\nExpected: test_loss -3"
    claims = read([late, "Expected: gru/test_loss -4"], NAMES).claims
    ranked = sorted(claims, key=lambda each: each.rank)
    assert [each.forecast.expected for each in ranked] == [-2, -3, -1, -4]


def test_equal_faults_are_said_once_and_endless_lists_are_cut() -> None:
    assert len(read(["Expected: x\nExpected: x"], NAMES).unreadable) == 1
    many = "\n".join(f"Expected: x{number}" for number in range(500))
    assert len(read([many], NAMES).unreadable) == 20


def test_the_names_of_modes_hold_their_slices() -> None:
    modes = [mode("mlp", primary("loss", 0.1, "night")), mode("gru", primary("loss"))]
    assert names_of(modes) == {"mlp": ("loss", "loss/night"), "gru": ("loss",)}
