"""What defines the metrics of an evaluation, found in the trees of its arms."""

from collections.abc import Mapping, Sequence

import pytest

from bot.app.versioning import version_of
from bot.domain.changes import Change, PlannedChange, read_globs
from bot.domain.errors import UserFault
from bot.domain.metric_version import MetricVersion
from bot.domain.policy import Data, EvaluationRule, Policy, Stage, StageKind
from tests.fakes.policies import mode, policy

BASE = {
    "train.py": "t1",
    "evaluate.py": "e1",
    "data/val/0.csv": "v1",
    "models.py": "m1",
}
WATCHED = EvaluationRule(paths=("evaluate.py", "data/val/**"))
COMMAND = ("python", "evaluate.py", "--checkpoint", "{checkpoint}")
SCORED = EvaluationRule(WATCHED.paths, COMMAND)


class Trees:
    """Trees by name; what a source repository says of the files that patterns mean."""

    def __init__(self, **trees: Mapping[str, str]) -> None:
        self.trees = {name: dict(files) for name, files in trees.items()}

    def matching(self, tree: str, patterns: Sequence[str]) -> Mapping[str, str]:
        glob = read_globs(patterns)
        files = self.trees[tree].items()
        return {path: name for path, name in sorted(files) if glob.matches(path)}

    def overlay(self, tree: str, source: str, patterns: Sequence[str]) -> str:
        kept = self.trees[tree].keys() - self.matching(tree, patterns).keys()
        files = {path: self.trees[tree][path] for path in kept}
        files |= self.matching(source, patterns)
        equal = [name for name, one in self.trees.items() if one == files]
        name = equal[0] if equal else f"{tree} by {source}"
        self.trees[name] = files
        return name


def trees(**merged: str | None) -> Trees:
    """The base, and a branch that changes files: `evaluate` is `evaluate.py`."""
    branch: dict[str, str] = {**BASE, "train.py": "t2"}
    for short, name in merged.items():
        path = "data/val/0.csv" if short == "val" else f"{short}.py"
        if name is None:
            del branch[path]
        else:
            branch[path] = name
    return Trees(base=BASE, branch=branch)


def rules(evaluation: EvaluationRule = WATCHED, **changes: object) -> Policy:
    runner = mode(checkpoint="model.pt")
    return policy(runner, evaluation=evaluation, **changes)


def version(there: Trees, asked: Policy | None = None, **given: object):
    return version_of(there, asked or rules(), "base", "branch", **given)


def test_a_policy_that_names_nothing_has_no_version() -> None:
    assert version(trees(), policy()) == MetricVersion()


def test_a_branch_that_touches_other_files_is_judged_by_the_version_of_the_base() -> (
    None
):
    found = version(trees())
    assert not found.changed
    assert (found.before, found.files, found.baseline) == (found.after, (), None)


def test_a_branch_that_changes_the_evaluation_takes_the_baseline_along() -> None:
    there = trees(evaluate="e2")
    found = version(there)
    assert found.changed
    assert found.files == ("evaluate.py",)
    assert found.baseline is not None
    assert there.trees[found.baseline] == {**BASE, "evaluate.py": "e2"}


def test_data_that_defines_the_metric_is_part_of_it() -> None:
    found = version(trees(val="v2"), rules(EvaluationRule(), data=Data(("data/**",))))
    assert found.files == ("data/val/0.csv",)


def test_the_version_of_the_data_and_the_command_are_part_of_the_name() -> None:
    names = {
        version(trees(), one).before
        for one in (
            rules(),
            rules(data=Data(version="2")),
            rules(SCORED),
        )
    }
    assert len(names) == 3


def test_every_part_of_a_branch_is_judged_by_the_branchs_evaluation() -> None:
    """The evaluation is one change of two; both parts are judged under the new one."""
    there = trees(evaluate="e2")
    there.trees["no-eval"] = {**BASE, "train.py": "t2"}
    there.trees["eval"] = {**BASE, "evaluate.py": "e2"}
    parts = (
        PlannedChange(Change("eval"), without="no-eval", only="eval"),
        PlannedChange(Change("train"), without="eval", only="no-eval"),
        PlannedChange(Change("broken")),
    )
    found = version(there, changes=parts)
    assert dict(found.trained) == {
        "without:eval": "branch",  # the same training: it is no harm and no gain
        "only:eval": "eval",
        "without:train": "eval",
        "only:train": "branch",
    }
    assert found.baseline == "eval"


def test_a_pinned_release_is_judged_by_it_as_well() -> None:
    there = trees()
    there.trees["v1"] = {"train.py": "t0", "evaluate.py": "e0"}
    found = version(there, anchor="v1")
    laid = dict(found.trained)["anchor"]
    assert there.trees[laid] == {
        "train.py": "t0",
        "evaluate.py": "e1",
        "data/val/0.csv": "v1",
    }


# With a scoring command.


def test_checkpoints_of_both_arms_are_scored_with_the_files_of_the_base() -> None:
    there = trees()
    there.trees["without"] = {**BASE, "train.py": "t3", "evaluate.py": "e9"}
    part = PlannedChange(Change("a"), without="without")
    found = version(there, rules(SCORED), changes=(part,))
    scored = dict(found.scored)
    assert scored["baseline"] == "base"
    assert scored["branch"] == "branch"
    assert there.trees[scored["without:a"]] == {**BASE, "train.py": "t3"}
    assert (found.trained, found.baseline) == ((), None)
    assert "original" not in scored


def test_a_changed_evaluation_scores_both_arms_alike_and_trains_nothing_anew() -> None:
    there = trees(evaluate="e2")
    found = version(there, rules(SCORED))
    scored = dict(found.scored)
    assert found.baseline is None
    assert there.trees[scored["baseline"]] == {**BASE, "evaluate.py": "e2"}
    assert scored["branch"] == "branch"
    assert scored["original"] == "base"


def test_an_installed_program_may_score_without_any_file_of_the_repository() -> None:
    rule = EvaluationRule(command=("lm-eval", "{checkpoint}"))
    found = version(trees(), rules(rule))
    assert not found.changed
    assert dict(found.scored) == {"baseline": "base", "branch": "branch"}


# What cannot be judged.


@pytest.mark.parametrize("evaluation", [WATCHED, SCORED])
def test_a_branch_that_removes_or_renames_the_evaluation_is_told_so(
    evaluation: EvaluationRule,
) -> None:
    there = trees(evaluate=None)
    there.trees["branch"]["scoring.py"] = "e1"
    found = version(there, rules(evaluation))
    assert found.gone == ("evaluate.py",)
    assert found.files == ("evaluate.py",)
    assert (found.baseline, found.scored) == (None, ())


def test_a_program_that_is_gone_while_its_folder_stays_is_told_too() -> None:
    base = {"eval/score.py": "1", "eval/other.py": "2"}
    there = Trees(base=base, branch={"eval/other.py": "2"})
    rule = EvaluationRule(("eval",), ("python", "-m", "eval.score", "{checkpoint}"))
    assert version(there, rules(rule)).gone == ("eval/score.py",)


@pytest.mark.parametrize(
    ("asked", "key", "pattern"),
    [
        (
            rules(EvaluationRule(("evaluate.py", "score/*"))),
            "evaluation.paths",
            "score",
        ),
        (rules(data=Data(("images/**",))), "data.paths", "images"),
    ],
)
def test_a_pattern_that_matches_nothing_on_the_base_is_refused(
    asked: Policy, key: str, pattern: str
) -> None:
    with pytest.raises(UserFault, match=rf"`{key}` names {pattern}.* no such file"):
        version(trees(), asked)


def test_a_program_that_a_branch_could_change_unseen_is_refused() -> None:
    rule = EvaluationRule(("data/val/**",), COMMAND)
    with pytest.raises(UserFault, match=r"runs evaluate\.py, which no pattern"):
        version(trees(), rules(rule))
    bare = EvaluationRule(command=COMMAND)
    with pytest.raises(UserFault, match="could grade itself"):
        version(trees(), rules(bare))


def test_a_mode_that_does_not_say_where_its_checkpoint_is_is_refused() -> None:
    asked = policy(mode("mlp"), mode("conv", checkpoint="m.pt"), evaluation=SCORED)
    with pytest.raises(UserFault, match="by the mode `mlp`") as fault:
        version(trees(), asked)
    assert "checkpoint: PATH" in fault.value.mend
    both = policy(mode("mlp"), mode("conv"), evaluation=SCORED)
    with pytest.raises(UserFault, match="by modes `mlp`, `conv`"):
        version(trees(), both)


def test_a_command_that_takes_no_checkpoint_is_refused() -> None:
    rule = EvaluationRule(WATCHED.paths, ("python", "evaluate.py"))
    with pytest.raises(UserFault, match="does not say where it takes the checkpoint"):
        version(trees(), rules(rule))


def test_a_parameter_that_only_some_stages_define_is_refused() -> None:
    rule = EvaluationRule(WATCHED.paths, (*COMMAND, "--size", "{size}", "{seed}"))
    stages = (
        Stage("tests", kind=StageKind.TESTS, command=("pytest",)),
        Stage("fast", params={"size": "5"}, looks=(4,)),
        Stage("full", looks=(4,)),
    )
    with pytest.raises(UserFault, match=r"`{size}`, which is not defined in the stage"):
        version(trees(), rules(rule, stages=stages))
    one = rules(rule, stages=stages[:2])
    assert not version(trees(), one).changed
