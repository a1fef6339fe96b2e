"""Runs that come out differently on different machines are noticed."""

import numpy as np
import pytest
from scipy.stats import f_oneway

from bot.domain.stats.nodes import Run, node_effect

NODES = ("a", "b", "c")


def one_arm(values: dict[str, list[float]]) -> list[Run]:
    """Runs of the baseline, every one of a seed of its own."""
    flat = [(node, value) for node, some in values.items() for value in some]
    return [Run("baseline", node, v, seed) for seed, (node, v) in enumerate(flat)]


def test_within_one_arm_it_is_the_analysis_of_variance():
    rng = np.random.default_rng(2)
    values = {node: rng.standard_normal(5).tolist() for node in NODES}
    found = node_effect(one_arm(values), 1)
    assert found is not None
    assert found.p == pytest.approx(f_oneway(*values.values()).pvalue)
    means = {node: np.mean(some) for node, some in values.items()}
    assert found.gap == pytest.approx(max(means.values()) - min(means.values()))
    assert found.worst == min(means, key=means.__getitem__)


def test_a_slow_node_is_shown_and_named():
    rng = np.random.default_rng(3)
    runs = [
        Run(arm, node, 10.0 + rng.standard_normal() + (8.0 if node == "b" else 0.0), s)
        for s, node in enumerate(("a", "b") * 5)
        for arm in ("baseline", "branch")
    ]
    found = node_effect(runs, -1)
    assert found is not None
    assert found.shown
    assert found.worst == "b"
    assert found.gap == pytest.approx(8.0, abs=1.5)
    assert found.evidence() == {
        "p": found.p,
        "nodes": ("a", "b"),
        "worst": "b",
        "gap": found.gap,
    }


def test_a_difference_between_the_arms_is_no_node_effect():
    rng = np.random.default_rng(4)
    runs = [
        Run(arm, node, shift + rng.standard_normal(), None)
        for arm, shift in (("baseline", 0.0), ("branch", 50.0))
        for node in ("a", "b")
        for _ in range(4 if (arm == "branch") == (node == "b") else 2)
    ]
    found = node_effect(runs, 1)
    assert found is not None
    assert not found.shown


def share_shown(correlation: float, repetitions: int) -> float:
    """How often nodes that are alike are shown to differ, both arms on one node."""
    rng = np.random.default_rng(5)
    shown = 0
    for _ in range(repetitions):
        luck = rng.standard_normal(10)
        noise = rng.standard_normal((2, 10))
        values = np.sqrt(correlation) * luck + np.sqrt(1 - correlation) * noise
        runs = [
            Run(arm, NODES[seed % 2], float(values[i, seed]), seed)
            for i, arm in enumerate(("baseline", "branch"))
            for seed in range(10)
        ]
        found = node_effect(runs, 1)
        shown += found is not None and found.shown
    return shown / repetitions


@pytest.mark.parametrize("correlation", [0.0, 0.9])
def test_seeds_that_are_alike_in_both_arms_count_once(correlation):
    assert share_shown(correlation, 600) == pytest.approx(0.01, abs=0.013)


@pytest.mark.parametrize(
    "runs",
    [
        [],
        one_arm({"a": [1.0, 2.0, 3.0]}),
        one_arm({"a": [1.0, 2.0], "b": [1.0]}),
        # every arm on a node of its own: nothing tells node from arm
        [Run(arm, arm, float(i), i) for arm in ("x", "y") for i in range(3)],
    ],
)
def test_where_nodes_cannot_be_told_apart_nothing_is_said(runs):
    assert node_effect(runs, 1) is None


def test_two_seeds_a_node_are_enough_to_test():
    found = node_effect(one_arm({"a": [1.0, 1.1], "b": [5.0, 5.1]}), 1)
    assert found is not None
    assert found.shown


def test_values_without_spread_show_a_node_only_if_it_differs():
    same = node_effect(one_arm({"a": [1.0, 1.0], "b": [1.0, 1.0]}), 1)
    other = node_effect(one_arm({"a": [1.0, 1.0], "b": [2.0, 2.0]}), 1)
    assert same is not None
    assert other is not None
    assert (same.p, other.p) == (1.0, 0.0)
    assert other.gap == pytest.approx(1.0)


@pytest.mark.parametrize("scale", [1e-300, 1e-12, 1e12, 1e300])
def test_the_test_does_not_depend_on_the_unit(scale):
    values = {"a": [1.0, 1.2, 0.9], "b": [1.5, 1.3, 1.6]}
    scaled = {node: [scale * one for one in some] for node, some in values.items()}
    plain, found = node_effect(one_arm(values), 1), node_effect(one_arm(scaled), 1)
    assert plain is not None
    assert found is not None
    assert found.p == pytest.approx(plain.p)
    assert found.gap == pytest.approx(scale * plain.gap)
