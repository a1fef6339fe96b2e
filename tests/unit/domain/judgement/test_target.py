"""The `target` role: a mean against a fixed number."""

import numpy as np
import pytest

from bot.domain.verdict import Reason, Ruling
from tests.fakes.looks import crash, judge, noise, of, reasons, trials
from tests.fakes.policies import mode, target


def test_a_target_shown_on_the_right_side_passes_without_a_baseline() -> None:
    runs = mode("mlp", target("loss", 1.2))
    verdict = judge([], trials(noise(1)), runs, paired=False)
    assert verdict.state is Ruling.PASS
    assert of(verdict, Reason.TARGET_SHOWN).evidence["mean"] == pytest.approx(
        1, abs=0.1
    )


def test_a_target_shown_on_the_wrong_side_blocks() -> None:
    verdict = judge(
        [], trials(noise(1)), mode("mlp", target("loss", 0.8)), paired=False
    )
    assert verdict.state is Ruling.BLOCK
    assert Reason.TARGET_MISSED in reasons(verdict)


def test_a_target_in_the_middle_of_the_noise_is_undecided() -> None:
    runs = mode("mlp", target("loss", float(np.mean(noise(5)))))
    verdict = judge([], trials(noise(5)), runs, paired=False)
    assert verdict.state is Ruling.UNDECIDED
    assert Reason.TARGET_NOT_SHOWN in reasons(verdict)


def test_a_failed_trial_keeps_a_target_from_passing() -> None:
    branch = [crash(0), *trials(noise(1))[1:]]
    runs = mode("mlp", target("loss", 1.2))
    verdict = judge([], branch, runs, paired=False)
    assert verdict.state is Ruling.UNDECIDED


def test_one_trial_alone_says_nothing_of_a_target() -> None:
    runs = mode("mlp", target("loss", 1.2))
    verdict = judge([], trials([1.0]), runs, looks=(1,), paired=False)
    assert verdict.state is Ruling.UNDECIDED
