"""What defines a metric has a name, and history is cut where it changes."""

import pytest

from bot.domain.metric_version import (
    MetricVersion,
    differing,
    programs,
    version_name,
)
from bot.domain.past import Scene, metric_version
from bot.domain.policy import EvaluationRule
from tests.fakes.policies import LOSS, mode, policy

FILES = {"evaluate.py": "a1", "data/val/0.csv": "b2"}


def test_equal_files_at_equal_paths_are_one_version_in_whichever_order() -> None:
    turned = dict(reversed(FILES.items()))
    assert version_name(FILES, None, ()) == version_name(turned, None, ())
    assert len(version_name(FILES, None, ())) == 16


@pytest.mark.parametrize(
    ("files", "data", "command"),
    [
        ({**FILES, "evaluate.py": "a2"}, None, ()),
        ({"evaluate.py": "a1"}, None, ()),
        ({**FILES, "more.py": "c3"}, None, ()),
        ({"evaluate2.py": "a1", "data/val/0.csv": "b2"}, None, ()),
        (FILES, "2", ()),
        (FILES, None, ("python", "evaluate.py")),
    ],
)
def test_whatever_defines_the_metric_changes_its_version(
    files: dict, data: str | None, command: tuple[str, ...]
) -> None:
    assert version_name(files, data, command) != version_name(FILES, None, ())


def test_files_that_were_added_removed_or_changed_differ() -> None:
    before = {"a": "1", "b": "2", "c": "3", "old.py": "4"}
    after = {"a": "1", "b": "9", "d": "3", "new.py": "4"}
    assert differing(before, after) == ("b", "c", "d", "new.py", "old.py")
    assert differing(before, before) == ()


def test_a_version_is_changed_where_its_names_differ() -> None:
    assert not MetricVersion().changed
    assert not MetricVersion("a", "a").changed
    assert MetricVersion("a", "b").changed


def test_an_arm_trains_its_own_tree_where_no_files_define_the_metric() -> None:
    assert MetricVersion().training_tree("without:a", "own") == "own"
    scored = MetricVersion("a", "b", scored=(("without:a", "score"),))
    assert scored.training_tree("without:a", "own") == "own"
    assert scored.scoring_tree("without:a") == "score"


def test_an_arm_that_a_version_was_not_made_for_is_never_held_against_the_branch() -> (
    None
):
    version = MetricVersion("a", "b", trained=(("only:b", "laid over"),))
    assert version.training_tree("only:b", "own") == "laid over"
    with pytest.raises(KeyError):
        version.training_tree("without:b", "own")
    with pytest.raises(KeyError):
        version.scoring_tree("baseline")


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (("python", "evaluate.py"), ("python", "evaluate.py")),
        (("./tools//score.sh", "{checkpoint}"), ("tools/score.sh",)),
        (
            ("python", "-m", "tools.score", "--fast"),
            ("python", "tools.score", "tools/score.py", "tools/score/__main__.py"),
        ),
        (("/usr/bin/score", "../other.py", "."), ()),
    ],
)
def test_a_command_names_the_programs_that_it_may_run(
    command: tuple[str, ...], expected: tuple[str, ...]
) -> None:
    assert programs(command) == expected


# Keys of history.


def scene(version: str = "", **changes: object) -> Scene:
    rules = policy(**changes)
    return Scene("/repo/.git", rules, rules.stages[0], "machine", version)


def test_history_is_cut_where_the_evaluation_files_change() -> None:
    old, new = (metric_version(scene(one), mode(), LOSS) for one in ("a", "b"))
    assert old != new


def test_history_goes_on_where_the_policy_names_no_evaluation_files() -> None:
    """The hash is that of stored results from before files were looked at."""
    assert metric_version(scene(), mode(), LOSS) == "5dd4699c85bc1350"
    watched = scene(evaluation=EvaluationRule(paths=("evaluate.py",)))
    assert metric_version(watched, mode(), LOSS) == "5dd4699c85bc1350"
