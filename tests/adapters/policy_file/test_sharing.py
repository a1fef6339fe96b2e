"""Aliases and `defaults`: written once, used in many modes, at fault once."""

from bot.domain.policy import AbsoluteTolerance
from tests.adapters.policy_file.texts import load, mode, said
from workers.contract import Environment, EnvironmentManager

SHARED = """\
version: 1
defaults:
  resources: {cpus: 2, memory: 1GiB}
  environment: {manager: uv}
  metrics:
    loss: {direction: minimize, tolerance: 0.1}
modes:
  mlp:
    train: [python, train.py]
  conv:
    train: [python, train.py, --conv]
    resources: {cpus: 4}
    environment: {manager: none}
    metrics:
      loss: {direction: minimize, tolerance: 0.2}
      time: {role: report}
"""

ALIASED = """\
version: 1
modes:
  mlp:
    train: [python, train.py]
    metrics: &loss
      loss: {direction: minimize, tolerance: 0.1}
  conv:
    train: [python, train.py, --conv]
    metrics: *loss
"""


def test_defaults_reach_every_mode_and_what_a_mode_says_wins() -> None:
    policy = load(SHARED)
    mlp, conv = mode(policy, "mlp"), mode(policy, "conv")
    assert (mlp.resources.cpus, conv.resources.cpus) == (2.0, 4.0)
    assert conv.resources.memory_bytes == mlp.resources.memory_bytes == 2**30
    assert mlp.environment.manager is EnvironmentManager.UV
    assert conv.environment == Environment()
    assert [one.name for one in mlp.metrics] == ["loss"]
    assert [one.name for one in conv.metrics] == ["loss", "time"]
    assert conv.metrics[0].tolerance == AbsoluteTolerance(0.2)


def test_an_alias_stands_for_what_its_anchor_holds() -> None:
    policy = load(ALIASED)
    assert mode(policy, "conv").metrics == mode(policy, "mlp").metrics


def test_a_fault_in_an_aliased_part_is_told_once_where_it_is_written() -> None:
    assert said(ALIASED.replace("minimize", "down")) == [
        "6:25 modes.mlp.metrics.loss.direction: `down` is not known here. Write "
        "`minimize` or `maximize`."
    ]


def test_a_key_that_is_missing_in_an_aliased_part_is_told_at_the_anchor() -> None:
    (fault,) = said(ALIASED.replace("direction: minimize, ", ""))
    assert fault.startswith("6:7 modes.mlp.metrics.loss: `direction` is missing")


def test_a_fault_in_the_defaults_is_told_once_where_it_is_written() -> None:
    assert said(SHARED.replace("cpus: 2", "cpus: two")) == [
        "3:21 defaults.resources.cpus: `two` is not a number. Write a plain number."
    ]


def test_an_unknown_key_in_the_defaults_is_told_once() -> None:
    assert said(SHARED.replace("manager: uv", "manger: uv")) == [
        "4:3 defaults.environment: `manager` is missing. Write `manager: none`, `uv` or"
        " `pip`.",
        "4:17 defaults.environment.manger: `manger` is no key here. Did you mean"
        " `manager`?",
    ]


def test_a_role_is_checked_in_metrics_that_come_from_the_defaults() -> None:
    (fault,) = said(SHARED.replace("tolerance: 0.1", "role: improve"))
    assert fault.startswith("6:5 modes.mlp.metrics.loss: `margin` is missing")


def test_defaults_that_are_no_mapping_are_told_beside_the_rest() -> None:
    text = "version: 1\ndefaults: none\nmodes: {mlp: 3}\n"
    assert said(text) == [
        "2:11 defaults: `none` is no mapping. Write keys with their values.",
        "3:14 modes.mlp: `3` is no mapping. Write keys with their values.",
    ]


def test_a_mode_that_is_no_mapping_is_told_beside_sound_defaults() -> None:
    text = "version: 1\ndefaults: {launch: spawn}\nmodes: {mlp: 3}\n"
    assert said(text) == [
        "3:14 modes.mlp: `3` is no mapping. Write keys with their values."
    ]


def test_a_fourth_primary_metric_is_told_at_its_name() -> None:
    rules = "{direction: minimize, tolerance: 0.1}"
    metrics = "".join(f"      {name}: {rules}\n" for name in "abcd")
    text = ALIASED.replace(f"      loss: {rules}\n", metrics)
    assert said(text) == [
        "9:7 modes.mlp.metrics.d: The mode has 4 primary metrics, and 3 are the most. "
        "Give this one another role, such as `role: report`."
    ]
