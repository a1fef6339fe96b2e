"""The policy that a branch leaves behind is read before anybody depends on it."""

import pytest

from bot.adapters.policy_file import load_policy
from bot.app.local import POLICY_PATH
from bot.app.succession import Succession, succession
from bot.domain.verdict import Finding, Reason, Ruling
from tests.fakes.repository import FakeRepository

GOOD = b"""\
version: 1
modes:
  mlp:
    train: [python, train.py, --seed, "{seed}"]
    metrics:
      loss: {direction: minimize, tolerance: 0.05}
stages:
  fast: {seeds: {min: 4, max: 6}}
"""
LOOSE = GOOD.replace(b"0.05", b"5.0")
UNKNOWN = GOOD.replace(b"tolerance", b"tolerence") + b"enforcment: x\n"
JUDGE = "main:.github/seedgate.yml"


def seen(
    after: bytes | None, before: bytes | None = GOOD, **more: bytes | None
) -> tuple[Finding, ...]:
    repository = FakeRepository()
    first = {"train.py": b"1\n", "evaluate.py": b"1\n"}
    repository.commit(first | ({} if before is None else {POLICY_PATH: before}))
    base = repository.resolve("main").tree
    repository.branch("idea")
    repository.commit({POLICY_PATH: after, **more})
    merged = repository.resolve("idea").tree
    return succession(repository, load_policy, Succession(base, merged, JUDGE))


def only(after: bytes | None, before: bytes | None = GOOD) -> Finding:
    (found,) = seen(after, before)
    assert found.reason is Reason.POLICY_TOUCHED
    assert found.evidence["path"] == POLICY_PATH
    assert found.evidence["judge"] == JUDGE
    return found


def test_a_policy_that_stays_as_it_is_is_nobodys_business() -> None:
    assert seen(GOOD, **{"train.py": b"2\n"}) == ()
    assert seen(None, None) == ()


def test_a_policy_that_only_changes_is_told_with_what_differs() -> None:
    found = only(LOOSE)
    assert found.state is Ruling.INFO
    assert found.evidence["what"] == "changed"
    assert found.evidence["settings"] == ("modes.mlp.metrics.loss.tolerance",)
    assert (found.evidence["before"], found.evidence["after"]) == (("0.05",), ("5",))
    assert found.evidence["count"] == 1


def test_a_comment_changes_no_setting() -> None:
    found = only(GOOD + b"# thanks\n")
    assert (found.state, found.evidence["settings"]) == (Ruling.INFO, ())


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        (b"version: 1\nmodes: [", 2, "modes: ["),
        (GOOD + b"enforcment: advisory\n", 9, "enforcment"),
        (GOOD.replace(b"0.05", b"-3"), 6, "tolerance"),
        (b"\xff\xfe", 1, ""),
    ],
)
def test_a_policy_that_nobody_could_read_after_the_merge_blocks(
    text: bytes, line: int, says: str
) -> None:
    found = only(text)
    assert (found.state, found.evidence["what"]) == (Ruling.BLOCK, "unreadable")
    assert found.evidence["lines"] == (line,)
    assert found.evidence["count"] == 1
    (fault,) = found.evidence["faults"]
    assert isinstance(fault, str)
    assert fault


def test_only_the_first_faults_are_carried_and_all_are_counted() -> None:
    keys = b"".join(b"key%d: 1\n" % number for number in range(8))
    found = only(GOOD + keys)
    assert found.evidence["lines"] == (9, 10, 11, 12, 13)
    assert len(found.evidence["faults"]) == 5
    assert found.evidence["count"] == 8


def test_a_deleted_policy_blocks() -> None:
    found = only(None)
    assert (found.state, found.evidence["what"]) == (Ruling.BLOCK, "deleted")


def test_a_policy_that_asks_for_what_would_be_refused_blocks() -> None:
    network = b"defaults: {network: [example.org]}\n"
    found = only(GOOD + network + b"evaluation: {paths: [gone.py]}\n")
    assert (found.state, found.evidence["what"]) == (Ruling.BLOCK, "refused")
    first, second = found.evidence["faults"]
    assert str(first).startswith("`modes.mlp.network` is not executed by this version")
    assert str(second).startswith("`evaluation.paths` names gone.py")


def test_what_was_refused_before_is_not_held_against_the_branch() -> None:
    before = GOOD + b"defaults: {network: [example.org]}\n"
    found = only(before.replace(b"0.05", b"0.04"), before)
    assert (found.state, found.evidence["what"]) == (Ruling.INFO, "changed")


@pytest.mark.parametrize("more", [b"enforcement: advisory\n", b"base_moved: rejudge\n"])
def test_what_only_pull_requests_are_judged_by_is_no_fault(more: bytes) -> None:
    found = only(GOOD + more)
    assert (found.state, found.evidence["what"]) == (Ruling.INFO, "changed")


def test_a_policy_by_which_hardly_anything_would_be_trained_blocks() -> None:
    found = only(GOOD + b"relevant: [scr/**]\n")
    assert (found.state, found.evidence["what"]) == (Ruling.BLOCK, "refused")
    (fault,) = found.evidence["faults"]
    assert str(fault).startswith("`relevant` names scr/**")
    assert only(GOOD + b"relevant: [train.py]\n").state is Ruling.INFO


def test_files_that_the_branch_brings_along_count_for_its_policy() -> None:
    found = only(GOOD + b"evaluation: {paths: [evaluate.py]}\n")
    assert (found.state, found.evidence["what"]) == (Ruling.INFO, "changed")


def test_a_first_policy_and_a_mended_one_are_told() -> None:
    added = only(GOOD, None)
    assert (added.state, added.evidence["what"]) == (Ruling.INFO, "added")
    mended = only(GOOD, UNKNOWN)
    assert (mended.state, mended.evidence["what"]) == (Ruling.INFO, "mended")


def test_a_fault_of_another_kind_is_told_in_its_own_words() -> None:
    from bot.domain.errors import UserFault

    def parse(text: bytes, source: str):
        raise UserFault("It cannot be read.", "Mend it.")

    repository = FakeRepository()
    repository.commit({POLICY_PATH: GOOD})
    base = repository.resolve("main").tree
    repository.commit({POLICY_PATH: b"x"})
    asked = Succession(base, repository.resolve("main").tree, JUDGE)
    (found,) = succession(repository, parse, asked)
    assert found.evidence["faults"] == ("It cannot be read. Mend it.",)
    assert "lines" not in found.evidence
