"""Protected files."""

import dataclasses

import pytest

from bot.app.local import POLICY_PATH
from bot.app.watching import watched
from bot.domain.verdict import Finding, Reason, Ruling
from tests.fakes.policies import policy
from tests.fakes.repository import FakeRepository

RULES = policy(protected=("data/**", "prepare.py", "*.lock"))
FILES = {
    "train.py": b"print(1)\n",
    "prepare.py": b"",
    "data/a.csv": b"1\n",
    "data/deep/b.csv": b"2\n",
    POLICY_PATH: b"version: 1\n",
}


def seen(changes: dict[str, bytes | None], rules=RULES) -> tuple[Finding, ...]:
    repository = FakeRepository()
    repository.commit(FILES)
    base = repository.resolve("main").tree
    repository.branch("idea")
    repository.commit(changes)
    return watched(repository, rules, base, repository.resolve("idea").tree)


def test_other_files_are_nobodys_business() -> None:
    assert seen({"train.py": b"print(2)\n", "notes.md": b"x"}) == ()
    assert seen({}) == ()


@pytest.mark.parametrize(
    ("changes", "files"),
    [
        ({"data/a.csv": b"3\n"}, ("data/a.csv",)),
        ({"data/new.csv": b"3\n"}, ("data/new.csv",)),
        ({"data/deep/b.csv": None}, ("data/deep/b.csv",)),
        ({"data/a.csv": None, "moved/a.csv": b"1\n"}, ("data/a.csv",)),
        ({"train.py": None, "data/train.py": b"print(1)\n"}, ("data/train.py",)),
    ],
)
def test_a_protected_file_that_is_touched_in_any_way_blocks(
    changes: dict[str, bytes | None], files: tuple[str, ...]
) -> None:
    (only,) = seen(changes)
    assert (only.reason, only.state) == (Reason.PROTECTED_TOUCHED, Ruling.BLOCK)
    assert only.evidence["files"] == files
    assert only.evidence["patterns"] == ("data/**",)
    assert sorted(only.evidence) == ["digest", "files", "patterns"]


def test_the_same_change_is_the_same_finding_and_a_further_one_another() -> None:
    (first,) = seen({"data/a.csv": b"3\n"})
    (again,) = seen({"data/a.csv": b"3\n", "train.py": b"print(2)\n"})
    (further,) = seen({"data/a.csv": b"4\n"})
    (gone,) = seen({"data/a.csv": None})
    assert first.id == again.id
    assert len({first.id, further.id, gone.id}) == 3


def test_all_patterns_that_were_hit_are_named_in_the_order_of_the_policy() -> None:
    (only,) = seen({"uv.lock": b"", "prepare.py": b"x", "data/a.csv": None})
    assert only.evidence["files"] == ("data/a.csv", "prepare.py", "uv.lock")
    assert only.evidence["patterns"] == ("data/**", "prepare.py", "*.lock")


def test_a_protected_policy_blocks_as_any_other_file() -> None:
    rules = dataclasses.replace(RULES, protected=(".github/**",))
    (only,) = seen({POLICY_PATH: b"version: 2\n"}, rules)
    assert (only.reason, only.state) == (Reason.PROTECTED_TOUCHED, Ruling.BLOCK)
    assert seen({POLICY_PATH: b"version: 2\n"}) == ()
