"""Words for what was judged at all."""

import pytest

from bot.domain.verdict import Evidence, Reason, Ruling
from bot.domain.verdict.findings import finding
from bot.presentation.words import Words, words


def told(*patterns: str) -> Words:
    facts: Evidence = {"files": ("README.md", "docs/how.md"), "patterns": patterns}
    return words(finding(Reason.NOTHING_RELEVANT, Ruling.PASS, facts))


def test_docs_alone_are_said_not_to_matter_with_the_way_to_make_them() -> None:
    one = told()
    assert one.short == "nothing that training depends on changed"
    assert "(README.md and docs/how.md) does not matter to it, being docum" in (
        one.sentence
    )
    assert one.mend.endswith(
        "name it under `data: {paths}` in the policy, or let every file count by "
        '`relevant: ["**"]`.'
    )


@pytest.mark.parametrize("patterns", [("src/**",), ("src/**", "train.py")])
def test_patterns_of_the_policy_are_named(patterns: tuple[str, ...]) -> None:
    one = told(*patterns)
    assert "by `relevant: src/**" in one.sentence
    assert one.mend.endswith("add it to `relevant` in the policy.")
