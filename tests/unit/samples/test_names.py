"""The names sample as a repository: its policy, its modes, and branches by edits."""

from pathlib import Path

import pytest

from bot.adapters.policy_file import load_policy
from tests.samples.digits.build import Git
from tests.samples.names.build import FILES, MODES, build_names, edit, edited


def test_every_model_is_a_mode_of_the_policy() -> None:
    rules = load_policy((FILES / ".github/seedgate.yml").read_bytes(), "the sample")
    assert tuple(mode.name for mode in rules.modes) == MODES
    for mode in rules.modes:
        assert mode.train[3] == mode.name


def test_a_branch_has_one_commit_with_its_edits(tmp_path: Path) -> None:
    folder = build_names(tmp_path / "names")
    edit(folder, "hotter", ('"gru": 5e-3', '"gru": 5.0005e-3'))
    git = Git(folder)
    assert git("rev-list", "--count", "main..hotter").strip() == "1"
    changed = git("diff", "--numstat", "main", "hotter").split()
    assert changed == ["1", "1", "names.py"]
    assert git("branch", "--show-current").strip() == "main"


def test_an_edit_of_what_is_not_there_is_refused() -> None:
    assert edited("a b a", ("a", "c")) == "c b c"
    with pytest.raises(ValueError, match="'d' is not there"):
        edited("a b", ("d", "c"))
