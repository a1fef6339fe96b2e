"""What a maintainer has to accept, whatever the policy protects."""

import dataclasses

import pytest

from bot.domain.metric_version import MetricVersion
from bot.domain.policy import POLICY_PATH
from bot.domain.pulls.acceptance import app_policy, new_definition
from bot.domain.verdict import FindingKind, Reason, Ruling
from tests.fakes.policies import policy

CHANGED = MetricVersion("aaaa", "bbbb", files=("evaluate.py",), baseline="tree")


def test_the_policy_file_is_protected_by_the_same_policy() -> None:
    rules = policy(protected=("data/**",))
    found = app_policy(rules)
    assert found.protected == ("data/**", POLICY_PATH)
    assert dataclasses.replace(found, protected=rules.protected) == rules
    assert app_policy(found) is found


def test_a_new_definition_of_the_metrics_waits_for_somebody_to_accept_it() -> None:
    found = new_definition(CHANGED)
    assert found is not None
    assert (found.reason, found.state) == (
        Reason.METRIC_VERSION_CHANGED,
        Ruling.UNDECIDED,
    )
    assert found.kind is FindingKind.METRIC_VERSION
    assert (found.mode, found.metric) == (None, None)


def test_what_is_accepted_is_the_definition_and_nothing_beside_it() -> None:
    first = new_definition(CHANGED)
    elsewhere = dataclasses.replace(CHANGED, baseline="other", trained=(("a", "t"),))
    assert new_definition(elsewhere) == first
    again = dataclasses.replace(CHANGED, after="cccc")
    second = new_definition(again)
    assert first is not None
    assert second is not None
    assert first.id != second.id


@pytest.mark.parametrize(
    "version",
    [
        None,
        MetricVersion(),
        MetricVersion("aaaa", "aaaa"),
        dataclasses.replace(CHANGED, gone=("evaluate.py",)),
    ],
)
def test_where_nothing_is_defined_anew_there_is_nothing_to_accept(
    version: MetricVersion | None,
) -> None:
    assert new_definition(version) is None
