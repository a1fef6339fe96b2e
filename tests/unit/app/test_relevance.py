"""A branch that training could not tell from its base needs no trial."""

import pytest

from bot.app.local import POLICY_PATH
from bot.app.relevance import not_needed, require_relevant, seen_by_training
from bot.domain.errors import UserFault
from bot.domain.verdict import Reason, Ruling, Verdict
from tests.fakes.policies import policy
from tests.fakes.repository import FakeRepository

FILES = {
    "train.py": b"print(1)\n",
    "README.md": b"hello\n",
    "docs/a.md": b"1\n",
    "src/net.py": b"1\n",
    POLICY_PATH: b"version: 1\n",
}
RULES = policy()
NARROW = policy(relevant=("src/**",))


def judged(changes: dict[str, bytes | None], rules=RULES) -> Verdict | None:
    repository = FakeRepository()
    repository.commit(FILES)
    base = repository.resolve("main").tree
    repository.branch("idea")
    repository.commit(changes)
    return not_needed(repository, rules, base, repository.resolve("idea").tree)


def test_a_branch_of_docs_passes_and_says_which_files_it_is_about() -> None:
    verdict = judged({"README.md": b"hi\n", "docs/a.md": None, "docs/b.md": b"x\n"})
    assert verdict is not None
    assert verdict.state is Ruling.PASS
    (only,) = verdict.findings
    assert (only.reason, only.state) == (Reason.NOTHING_RELEVANT, Ruling.PASS)
    assert only.evidence == {
        "files": ("README.md", "docs/a.md", "docs/b.md"),
        "patterns": (),
    }


def test_what_the_policy_calls_irrelevant_is_told_with_its_patterns() -> None:
    verdict = judged({"notes/plan.py": b"x\n"}, NARROW)
    assert verdict is not None
    assert verdict.findings[0].evidence == {
        "files": ("notes/plan.py",),
        "patterns": ("src/**",),
    }


def test_a_module_beside_the_program_is_never_irrelevant() -> None:
    assert judged({"torch.py": b"x\n"}, NARROW) is None


def test_a_branch_without_any_change_is_told_as_such() -> None:
    verdict = judged({})
    assert verdict is not None
    assert [one.reason for one in verdict.findings] == [Reason.NOTHING_CHANGED]


@pytest.mark.parametrize(
    "changes",
    [
        {"train.py": b"print(2)\n"},
        {"README.md": b"hi\n", "src/net.py": b"2\n"},
        {"README.md": None, "docs/train.py": b"hello\n"},
        {POLICY_PATH: b"version: 1 # looser\n"},
        {POLICY_PATH: None},
    ],
)
def test_anything_else_has_to_be_trained(changes: dict[str, bytes | None]) -> None:
    assert judged(changes) is None


def test_the_policy_file_is_never_irrelevant() -> None:
    assert judged({POLICY_PATH: b"version: 1 # looser\n"}, NARROW) is None


def test_protected_docs_are_never_irrelevant() -> None:
    assert judged({"docs/a.md": b"2\n"}, policy(protected=("docs/**",))) is None


def test_a_misspelled_pattern_is_refused_before_it_lets_everything_pass() -> None:
    with pytest.raises(UserFault, match=r"names scr/\*\*, and the base has") as caught:
        judged({"src/net.py": b"2\n"}, policy(relevant=("scr/**",)))
    assert "not trained at all" in caught.value.mend


def test_a_policy_that_would_land_is_held_against_its_own_tree() -> None:
    repository = FakeRepository()
    repository.commit(FILES)
    tree = repository.resolve("main").tree
    require_relevant(repository, RULES, tree)
    require_relevant(repository, NARROW, tree)
    with pytest.raises(UserFault, match="names lib"):
        require_relevant(repository, policy(relevant=("lib",)), tree)


def test_trees_that_differ_in_docs_alone_look_the_same_to_training() -> None:
    repository = FakeRepository()
    repository.commit(FILES)
    first = repository.resolve("main").tree
    repository.commit({"docs/a.md": b"2\n"})
    second = repository.resolve("main").tree
    repository.commit({"src/net.py": b"2\n"})
    third = repository.resolve("main").tree
    seen = [seen_by_training(repository, RULES, one) for one in (first, second, third)]
    assert seen[0] == seen[1] != seen[2]
