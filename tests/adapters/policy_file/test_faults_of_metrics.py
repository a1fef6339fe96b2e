"""Faults of metrics: each is told at its place, with what would mend it."""

import pytest

from tests.adapters.policy_file.texts import said, with_metric


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            with_metric("tolerance: 0.01"),
            [
                "6:7 modes.mlp.metrics.loss: `direction` is missing: the role "
                "primary needs it. Write `direction: minimize` or `direction: "
                "maximize`.",
            ],
            id="a metric without direction",
        ),
        pytest.param(
            with_metric("direction: minimize"),
            [
                "6:7 modes.mlp.metrics.loss: `tolerance` is missing: the role "
                "primary needs it. Write how much worse is tolerated: 0.01, 1% or "
                "auto.",
            ],
            id="a primary metric without tolerance",
        ),
        pytest.param(
            with_metric("directoin: minimize", "tolerance: 0.01"),
            [
                "6:7 modes.mlp.metrics.loss: `direction` is missing: the role "
                "primary needs it. Write `direction: minimize` or `direction: "
                "maximize`.",
                "7:9 modes.mlp.metrics.loss.directoin: `directoin` is no key here. "
                "Did you mean `direction`?",
            ],
            id="an unknown key beside a known one",
        ),
        pytest.param(
            with_metric("direction: down", "tolerance: 0.01"),
            [
                "7:20 modes.mlp.metrics.loss.direction: `down` is not known here. "
                "Write `minimize` or `maximize`.",
            ],
            id="a direction that is no direction",
        ),
        pytest.param(
            with_metric("direction: minimze", "tolerance: 0.01"),
            [
                "7:20 modes.mlp.metrics.loss.direction: `minimze` is not known here. "
                "Did you mean `minimize`?",
            ],
            id="a direction with a slip",
        ),
        pytest.param(
            with_metric("direction: minimize", "tolerance: -1"),
            [
                "8:20 modes.mlp.metrics.loss.tolerance: `-1` is below 0. Write how "
                "much worse is tolerated, as a number of 0 or more.",
            ],
            id="a tolerance below zero",
        ),
        pytest.param(
            with_metric("direction: minimize", "tolerance: 0"),
            [
                "8:20 modes.mlp.metrics.loss.tolerance: A tolerance of 0 can never "
                "be shown to be kept. Write the smallest loss that matters to you, "
                "such as 0.01 or 1%.",
            ],
            id="a primary tolerance of zero",
        ),
        pytest.param(
            with_metric("direction: minimize", "tolerance: 0%"),
            [
                "8:20 modes.mlp.metrics.loss.tolerance: A tolerance of 0 can never "
                "be shown to be kept. Write the smallest loss that matters to you, "
                "such as 0.01 or 1%.",
            ],
            id="a primary tolerance of no share",
        ),
        pytest.param(
            with_metric("direction: minimize", "tolerance: small"),
            [
                "8:20 modes.mlp.metrics.loss.tolerance: `small` is not a tolerance. "
                "Write an amount such as 0.01, a share such as 1%, or auto.",
            ],
            id="a tolerance in words",
        ),
        pytest.param(
            with_metric("direction: minimize", "tolerance: [1]"),
            [
                "8:20 modes.mlp.metrics.loss.tolerance: A list is not a tolerance. "
                "Write an amount such as 0.01, a share such as 1%, or auto.",
            ],
            id="a tolerance that is a list",
        ),
        pytest.param(
            with_metric("direction: minimize", "tolerance:"),
            [
                "8:9 modes.mlp.metrics.loss.tolerance: `tolerance` is empty. Give it "
                "a value, or remove the key.",
            ],
            id="a tolerance that is empty",
        ),
        pytest.param(
            with_metric("direction: minimize", "tolerance: .nan"),
            [
                "8:20 modes.mlp.metrics.loss.tolerance: `.nan` is not finite. Write "
                "a finite number.",
            ],
            id="a tolerance that is not a number",
        ),
        pytest.param(
            with_metric("direction: minimize", "tolerance: true"),
            [
                "8:20 modes.mlp.metrics.loss.tolerance: `true` is not a tolerance. "
                "Write an amount such as 0.01, a share such as 1%, or auto.",
            ],
            id="a tolerance that is a truth value",
        ),
        pytest.param(
            with_metric("direction: minimize", "tolerance: '0.01'"),
            [
                "8:20 modes.mlp.metrics.loss.tolerance: `0.01` is not a tolerance. "
                "Remove the quotes.",
            ],
            id="a tolerance in quotes",
        ),
        pytest.param(
            with_metric("role: target", "direction: minimize"),
            [
                "6:7 modes.mlp.metrics.loss: `target` is missing: the role target "
                "needs it. Write the mean to be reached, such as `target: 3.28`.",
            ],
            id="a target metric without target",
        ),
        pytest.param(
            with_metric("role: target", "direction: minimize", "target: '3.2'"),
            [
                "9:17 modes.mlp.metrics.loss.target: `3.2` is not a number. Remove "
                "the quotes.",
            ],
            id="a target in quotes",
        ),
        pytest.param(
            with_metric(
                "role: target",
                "direction: minimize",
                "target: 3",
                "tolerance: 1",
                "margin: 1",
            ),
            [
                "10:9 modes.mlp.metrics.loss.tolerance: `tolerance` has no meaning "
                "for the role target. Remove it; it belongs to the role primary or "
                "guardrail.",
                "11:9 modes.mlp.metrics.loss.margin: `margin` has no meaning for the "
                "role target. Remove it; it belongs to the role improve.",
            ],
            id="keys that belong to other roles",
        ),
        pytest.param(
            with_metric("role: improve", "direction: minimize"),
            [
                "6:7 modes.mlp.metrics.loss: `margin` is missing: the role improve "
                "needs it. Write how much better it must be, such as `margin: 0`.",
            ],
            id="an improve metric without margin",
        ),
        pytest.param(
            with_metric("role: improve", "direction: minimize", "margin: -1"),
            [
                "9:17 modes.mlp.metrics.loss.margin: `-1` is below 0. Write a number "
                "of 0 or more.",
            ],
            id="a margin below zero",
        ),
        pytest.param(
            with_metric(
                "role: improve", "direction: minimize", "margin: 0", "alpha: 0.5"
            ),
            [
                "10:16 modes.mlp.metrics.loss.alpha: `0.5` is not below 0.5. Write a "
                "number below 0.5.",
            ],
            id="an alpha of a half",
        ),
        pytest.param(
            with_metric("role: limit"),
            [
                "6:7 modes.mlp.metrics.loss: `max` or `min` is missing: the role "
                "limit needs one. Write the bound, such as `max: 600`.",
            ],
            id="a limit without a bound",
        ),
        pytest.param(
            with_metric("role: limit", "max: 1", "min: 2"),
            [
                "9:14 modes.mlp.metrics.loss.min: `min` is above `max`: no trial can "
                "satisfy both. Write the smaller number as `min`.",
            ],
            id="a limit that nothing can satisfy",
        ),
        pytest.param(
            with_metric("role: limit", "max: 1", "tolerance: 1"),
            [
                "9:9 modes.mlp.metrics.loss.tolerance: `tolerance` has no meaning "
                "for the role limit. Remove it; it belongs to the role primary or "
                "guardrail.",
            ],
            id="a limit with a tolerance",
        ),
        pytest.param(
            with_metric("role: guard", "direction: minimize"),
            [
                "7:15 modes.mlp.metrics.loss.role: `guard` is not known here. Did "
                "you mean `guardrail`?",
            ],
            id="a role that is no role",
        ),
        pytest.param(
            with_metric("role: report", "target: 1"),
            [
                "8:9 modes.mlp.metrics.loss.target: `target` has no meaning for the "
                "role report. Remove it; it belongs to the role target.",
            ],
            id="a reported metric with a target",
        ),
        pytest.param(
            with_metric().replace("loss:", "loss: lower"),
            [
                "6:13 modes.mlp.metrics.loss: `lower` is no mapping. Write keys with "
                "their values.",
            ],
            id="a metric that is no mapping",
        ),
    ],
)
def test_it_is_told_where_it_stands(text: str, expected: list[str]) -> None:
    assert said(text) == expected
