"""Which pull requests are judged at all."""

import pytest

from bot.domain.pulls.gated import gated
from tests.fakes.policies import policy


def test_without_a_list_the_default_branch_alone_is_gated() -> None:
    assert gated(policy(), "trunk", "trunk")
    assert not gated(policy(), "trunk", "main")


def test_a_list_names_all_that_are_gated() -> None:
    rules = policy(branches=("main", "release/2"))
    assert gated(rules, "main", "release/2")
    assert gated(rules, "trunk", "main")
    assert not gated(rules, "trunk", "trunk")


@pytest.mark.parametrize("other", ["Main", "main2", "release/*", ""])
def test_names_are_compared_letter_by_letter(other: str) -> None:
    assert not gated(policy(branches=("main", "release/2")), "main", other)


def test_a_branch_may_be_written_in_full() -> None:
    assert gated(policy(branches=("refs/heads/main",)), "trunk", "main")
    assert gated(policy(), "main", "refs/heads/main")
