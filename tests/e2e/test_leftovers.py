"""What a call, or a branch, leaves behind: reports that lie about, a broken policy."""

from pathlib import Path

import pytest

from tests.e2e.conftest import Laptop
from tests.e2e.test_author_tools import built
from tests.samples.digits.build import Git


@pytest.fixture
def git(tmp_path: Path) -> Git:
    return built(tmp_path / "repository")


def test_reports_in_the_judged_repository_stop_no_later_call(
    lone: Laptop, git: Git, tmp_path: Path
) -> None:
    folder = tmp_path / "repository"
    first = lone.run("local", "--report", "reports", cwd=folder)
    assert first.code == 0, first.err
    assert git("status", "--porcelain").split() == ["??", "reports/"]
    again = lone.run("local", cwd=folder)
    assert (again.code, again.verdict, again.ran) == (0, "pass", 0), again.err
    (folder / "train.py").write_text("print('loss', 9)\n")
    refused = lone.run("local", cwd=folder)
    assert refused.code == 64
    assert "changes that are not committed: train.py." in refused.err


def test_a_branch_after_which_nobody_could_be_judged_is_blocked(
    lone: Laptop, git: Git, tmp_path: Path
) -> None:
    policy = tmp_path / "repository/.github/seedgate.yml"
    policy.write_text(policy.read_text() + "enforcment: advisory\n")
    git.commit("Break the policy")
    told = lone.run("local", "--repo", tmp_path / "repository")
    assert (told.code, told.verdict) == (1, "block"), told.err
    (only,) = told.because("policy_touched")
    assert only["state"] == "block"
    assert "line 15: `enforcment` is no key here" in str(only["message"])
    assert told.metric("loss")["state"] == "pass"
