"""What further runs of a baseline show beside those that were there."""

import pytest

from bot.domain.pulls.baseline_runs import Added, added
from bot.domain.trials import Crashed, Measured
from tests.fakes.policies import mode, shown

STORED = (1.00, 1.02, 0.98, 1.01)


def test_every_metric_has_its_values_before_and_after() -> None:
    here = mode("mlp")
    name = here.metrics[0].name
    old = [Measured(1, {name: 1.0})]
    new = [Measured(2, {name: 1.1}), Crashed(3, "exit")]
    (found,) = added([here], {"mlp": old}, {"mlp": new})
    assert found == Added("mlp", name, (1.0,), (1.1,), failed=1)


def test_a_seed_that_gave_the_same_value_again_is_shown_and_counted_once() -> None:
    here = mode("mlp")
    name = here.metrics[0].name
    new = [Measured(1, {name: 1.0}), Measured(2, {name: 1.0}), Crashed(3, "exit")]
    replaced = [Measured(1, {name: 1.0}), Measured(2, {name: 1.2})]
    (found,) = added([here], {}, {"mlp": new}, {"mlp": replaced})
    assert (found.after, found.again) == ((1.0, 1.0), (1.0,))
    assert (found.sums.trials, found.sums.failed, found.sums.n) == (3, 1, 1)


def test_what_nobody_ran_has_no_values() -> None:
    (found,) = added([mode("mlp", shown("steps"))], {}, {})
    assert found == Added("mlp", "steps", (), ())


@pytest.mark.parametrize(
    ("before", "after"), [((), (1.0,)), ((1.0,), (1.0,)), (STORED, ())]
)
def test_too_few_runs_say_nothing(
    before: tuple[float, ...], after: tuple[float, ...]
) -> None:
    found = Added("mlp", "loss", before, after)
    assert found.residual is None
    assert found.unlike is None


def test_runs_like_those_before_raise_no_doubt() -> None:
    assert Added("mlp", "loss", STORED, (1.0, 1.01)).unlike is False


def test_runs_far_away_are_not_like_those_before() -> None:
    high = Added("mlp", "loss", STORED, (1.3, 1.31))
    assert high.unlike
    assert high.residual is not None
    assert high.residual > 0.0
    assert Added("mlp", "loss", STORED, (0.7, 0.71)).unlike
