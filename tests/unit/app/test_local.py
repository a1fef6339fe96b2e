"""What `seedgate local` would judge, and all that it refuses before it spends."""

from pathlib import PurePosixPath

import pytest

from bot.adapters.policy_file import load_policy
from bot.app.local import (
    POLICY_PATH,
    Comparison,
    Request,
    baseline_alone,
    compare,
)
from bot.app.refusals import require_own_code
from bot.domain.errors import PolicyFaults, UserFault
from tests.fakes.repository import FakeRepository
from workers.contract import Node

POLICY = b"""\
version: 1
modes:
  mlp: &mode
    train: [python, train.py, --seed, "{seed}"]
    metrics: {loss: {direction: minimize, tolerance: 0.1}}
  conv: *mode
"""


@pytest.fixture
def repository() -> FakeRepository:
    """Main with a policy, and a branch `idea` that is checked out."""
    made = FakeRepository()
    made.commit({"train.py": b"lr = 1\n", POLICY_PATH: POLICY})
    made.branch("idea")
    made.commit({"train.py": b"lr = 2\n"})
    return made


def ask(repository: FakeRepository, **request: object) -> Comparison:
    return compare(repository, Request(**request), load_policy)


def with_policy(extra: bytes) -> dict[str, object]:
    return {"policy_text": POLICY + extra, "policy_source": "mine.yml"}


def test_the_branch_is_merged_into_the_main_branch_and_all_modes_are_judged(
    repository: FakeRepository,
) -> None:
    found = ask(repository)
    assert (found.base.name, found.head.name) == ("main", "idea")
    assert found.trees is not None
    assert found.trees.base_tree != found.trees.merged_tree
    assert [mode.name for mode in found.modes] == ["mlp", "conv"]
    assert (found.narrowed, found.stage.name) == ((), "fast")
    assert found.policy_source == f"main:{POLICY_PATH}"


@pytest.mark.parametrize("called", ["HEAD", "also-a-tag", "main"])
def test_head_stays_head_where_its_branch_s_name_does_not_mean_it(
    repository: FakeRepository, monkeypatch: pytest.MonkeyPatch, called: str
) -> None:
    """On no branch; or a tag has that name, too, and is refused, or goes first."""
    monkeypatch.setattr(repository, "branch_name", lambda _: called)
    found = ask(repository)
    assert found.head == repository.resolve("HEAD")


def test_the_policy_of_the_base_rules_not_that_of_the_branch(
    repository: FakeRepository,
) -> None:
    loose = POLICY.replace(b"0.1", b"99")
    repository.commit({POLICY_PATH: loose})
    found = ask(repository)
    assert found.policy.sha256 == load_policy(POLICY, "base").sha256


def test_a_base_without_a_policy_is_told_of_init() -> None:
    repository = FakeRepository()
    repository.commit({"train.py": b""})
    with pytest.raises(UserFault, match="has no") as caught:
        ask(repository)
    assert "seedgate init" in caught.value.mend


def test_a_policy_that_is_only_on_the_branch_is_seen_and_named() -> None:
    repository = FakeRepository()
    repository.commit({"train.py": b""})
    repository.branch("idea")
    repository.commit({POLICY_PATH: POLICY})
    with pytest.raises(UserFault) as caught:
        ask(repository)
    assert "The head idea has one" in caught.value.mend
    assert "--policy .github/seedgate.yml" in caught.value.mend


def test_a_policy_file_can_be_tried_before_it_is_merged(
    repository: FakeRepository,
) -> None:
    found = ask(repository, **with_policy(b"stages: {quick: {}}\n"))
    assert (found.stage.name, found.policy_source) == ("quick", "mine.yml")


def test_a_broken_policy_raises_all_its_faults(repository: FakeRepository) -> None:
    with pytest.raises(PolicyFaults):
        ask(repository, **with_policy(b"nonsense: 1\nmore: 2\n"))


def test_uncommitted_work_is_refused_with_the_files(repository: FakeRepository) -> None:
    repository.write("train.py", b"lr = 3\n")
    with pytest.raises(UserFault, match=r"not committed: train\.py") as caught:
        ask(repository)
    assert "--allow-dirty" in caught.value.mend


def test_many_uncommitted_files_are_cut_short(repository: FakeRepository) -> None:
    for index in range(9):
        repository.write(f"{index}.py", b"")
    with pytest.raises(UserFault, match=r"0.py, 1.py, 2.py, 3.py, 4.py, \.\.\."):
        ask(repository)


def test_uncommitted_work_can_be_committed_to_a_scratch_ref(
    repository: FakeRepository,
) -> None:
    repository.write("train.py", b"lr = 3\n")
    found = ask(repository, allow_dirty=True)
    assert found.scratch_ref is not None
    assert found.head.commit != repository.resolve("idea").commit


def test_uncommitted_work_does_not_concern_another_branch(
    repository: FakeRepository,
) -> None:
    repository.switch("main")
    repository.write("train.py", b"lr = 3\n")
    found = ask(repository, head="idea", base="main")
    assert found.scratch_ref is None


def test_a_conflict_is_reported_by_file(repository: FakeRepository) -> None:
    repository.switch("main")
    repository.commit({"train.py": b"lr = 9\n"})
    found = ask(repository, head="idea")
    assert found.conflicts == ("train.py",)
    assert found.trees is None


def test_histories_that_never_met_want_another_base(
    repository: FakeRepository,
) -> None:
    repository.orphan("anew")
    repository.commit({"train.py": b"lr = 9\n"})
    with pytest.raises(UserFault, match="no history in common") as caught:
        ask(repository, head="anew", base="main")
    assert "--base" in caught.value.mend


def test_an_unknown_revision_is_named(repository: FakeRepository) -> None:
    with pytest.raises(UserFault, match="ideas"):
        ask(repository, head="ideas")


def test_a_narrower_request_says_what_it_leaves_out(repository: FakeRepository) -> None:
    found = ask(
        repository,
        **with_policy(b"ablation: {unit: commit}\n"),
        modes=("conv",),
        max_seeds=5,
        ablation=False,
    )
    assert found.narrowed == ("mode mlp", "seeds 6 to 20", "ablation")
    assert found.max_seeds == 5


def test_naming_everything_narrows_nothing(repository: FakeRepository) -> None:
    found = ask(repository, modes=("conv", "mlp"), stage="fast", max_seeds=20)
    assert found.narrowed == ()


def test_a_stage_left_out_by_name_is_said(repository: FakeRepository) -> None:
    ladder = b"stages: {tests: {command: [pytest]}, fast: {}, full: {when: on-pass}}\n"
    found = ask(repository, **with_policy(ladder), stage="fast")
    assert found.narrowed == ("stage tests", "stage full")


LADDER = b"""\
stages:
  full: {when: label:big}
  fast: {}
  sanity: {}
  tests: {command: [pytest]}
"""


def rungs(found: Comparison) -> list[str]:
    return [one.name for one in found.ladder]


def test_a_stage_that_waits_for_a_label_is_not_missed(
    repository: FakeRepository,
) -> None:
    found = ask(repository, **with_policy(LADDER))
    assert (found.stage.name, found.narrowed) == ("fast", ())
    assert rungs(found) == ["tests", "sanity", "fast"]


def test_a_label_runs_the_stage_that_waits_for_it(repository: FakeRepository) -> None:
    found = ask(repository, **with_policy(LADDER), labels=("big",))
    assert rungs(found) == ["tests", "sanity", "full", "fast"]
    assert (found.stage.name, found.narrowed) == ("full", ())


def test_a_stage_alone_leaves_every_other_rung_out_and_says_so(
    repository: FakeRepository,
) -> None:
    rules = with_policy(LADDER + b"invasive: {steps: 5}\n")
    found = ask(repository, **rules, stage="full")
    assert rungs(found) == ["full"]
    assert found.narrowed == (
        "stage fast",
        "stage sanity",
        "stage tests",
        "fingerprints",
    )


def test_modes_are_fingerprinted_where_the_policy_says_so_or_targets_are_named(
    repository: FakeRepository,
) -> None:
    assert rungs(ask(repository)) == ["fast"]
    assert rungs(ask(repository, targets=("mlp",))) == ["fingerprint", "fast"]
    rules = with_policy(b"invasive: {steps: 5}\n")
    assert rungs(ask(repository, **rules)) == ["fingerprint", "fast"]


def test_changes_are_judged_apart_where_the_policy_has_the_section(
    repository: FakeRepository,
) -> None:
    asked = with_policy(b"ablation: {unit: commit}\n")
    assert ask(repository, **asked).ablation
    assert not ask(repository).ablation
    assert not ask(repository, **asked, ablation=False).ablation
    never = with_policy(b"ablation: {when: never}\n")
    assert not ask(repository, **never).ablation
    assert ask(repository, **never, ablation=False).narrowed == ()


def test_fewer_seeds_are_said_of_each_stage_that_plans_more(
    repository: FakeRepository,
) -> None:
    rules = with_policy(b"stages: {fast: {seeds: 6}, full: {}, old: {seeds: 5}}\n")
    found = ask(repository, **rules, max_seeds=5)
    assert found.narrowed == ("seed 6 of fast", "seeds 6 to 20 of full")


@pytest.mark.parametrize(
    ("request_", "sentence"),
    [
        ({"modes": ("gru",)}, "There is no mode `gru`"),
        ({"targets": ("gru",)}, "There is no mode `gru`"),
        ({"modes": ("mlp",), "targets": ("conv",)}, "`conv` is not among the modes"),
        ({"stage": "slow"}, "There is no stage `slow`"),
        ({"max_seeds": 3}, "--max-seeds 3 is too few"),
        ({"labels": ("big",)}, "No stage waits for the label `big`"),
        (
            {
                **with_policy(b"stages: {fast: {}, full: {when: label:big}}\n"),
                "labels": ("huge",),
            },
            "No stage waits for the label `huge`",
        ),
        (
            {
                **with_policy(b"stages: {fast: {}, full: {when: label:big}}\n"),
                "labels": ("big",),
                "stage": "fast",
            },
            "--stage runs one stage alone",
        ),
        (with_policy(b"base_moved: rejudge\n"), "`base_moved`"),
        (with_policy(b"stages: {fast: {when: never}}\n"), "No training stage"),
        (
            {
                **with_policy(b"stages: {tests: {command: [pytest]}, fast: {}}\n"),
                "stage": "tests",
            },
            "trains nothing",
        ),
    ],
)
def test_what_cannot_be_done_is_refused_by_name(
    repository: FakeRepository, request_: dict[str, object], sentence: str
) -> None:
    with pytest.raises(UserFault, match=sentence):
        ask(repository, **request_)


def test_a_feature_of_a_mode_that_is_not_judged_is_no_obstacle(
    repository: FakeRepository,
) -> None:
    conv = b"""conv:
    train: [python, train.py]
    network: [example.org]
    metrics: {loss: {direction: minimize, tolerance: 0.1}}"""
    text = POLICY.replace(b"conv: *mode", conv)
    with pytest.raises(UserFault, match="network"):
        ask(repository, policy_text=text, policy_source="mine.yml")
    found = ask(repository, policy_text=text, policy_source="m.yml", modes=("mlp",))
    assert [mode.name for mode in found.modes] == ["mlp"]


@pytest.mark.parametrize(
    ("editables", "refused"),
    [
        ((), False),
        (("/home/ann/other",), False),
        (("/home/ann",), False),
        (("/home/ann/other", "/home/ann/digits/package"), True),
        (("/home/ann/digits",), True),
    ],
)
def test_a_working_copy_that_every_arm_would_import_is_refused(
    editables: tuple[str, ...], refused: bool
) -> None:
    node = Node("n", "cpu", "env", 1.0, 0.0, 1, editables=editables)
    repository = PurePosixPath("/home/ann/digits")
    if not refused:
        require_own_code(node, repository)
        return
    with pytest.raises(UserFault, match="/home/ann/digits") as caught:
        require_own_code(node, repository)
    assert "PYTHONPATH" in caught.value.mend


def test_more_seeds_are_only_added_past_the_last_look(
    repository: FakeRepository,
) -> None:
    assert ask(repository, more=5).more == 5
    with pytest.raises(UserFault, match="past the last look, at 20 seeds"):
        ask(repository, more=5, max_seeds=8)
    with pytest.raises(UserFault, match="--more -1 is negative"):
        ask(repository, more=-1)


def test_a_pinned_release_is_resolved_and_a_missing_one_is_the_owners_fault(
    repository: FakeRepository,
) -> None:
    found = ask(repository, **with_policy(b"anchor: main\n"))
    assert found.anchor == repository.resolve("main")
    assert ask(repository).anchor is None
    with pytest.raises(UserFault, match="The policy's `anchor` is 'v1'"):
        ask(repository, **with_policy(b"anchor: v1\n"))


def test_the_baseline_alone_is_the_base_with_its_own_policy(
    repository: FakeRepository,
) -> None:
    repository.write("train.py", b"lr = 3\n")  # work that is not committed is no matter
    found = baseline_alone(repository, Request(modes=("conv",)), load_policy)
    main = repository.resolve("main")
    assert found.base == main
    assert (found.trees.base_commit, found.trees.base_tree) == (main.commit, main.tree)
    assert found.trees.merged_tree == "pilot"
    assert ([mode.name for mode in found.modes], found.stage.name) == (["conv"], "fast")


@pytest.mark.parametrize(
    "harmless",
    [
        b"protected: [data/**]\n",
        b"ablation: {unit: commit}\n",
        b"invasive: {steps: 5}\n",
        b"stages: {tests: {command: [pytest]}, fast: {}, full: {}}\n",
    ],
)
def test_what_does_not_matter_to_the_baseline_is_no_obstacle_to_run_it(
    repository: FakeRepository, harmless: bytes
) -> None:
    request = Request(**with_policy(harmless))
    assert baseline_alone(repository, request, load_policy).stage.name == "fast"


def test_what_would_change_the_baseline_is_refused_as_ever(
    repository: FakeRepository,
) -> None:
    request = Request(**with_policy(b"defaults: {environment: {manager: uv}}\n"))
    with pytest.raises(UserFault, match="environment"):
        baseline_alone(repository, request, load_policy)
    with pytest.raises(UserFault, match="There is no mode `gru`"):
        baseline_alone(repository, Request(modes=("gru",)), load_policy)


def test_more_seeds_are_refused_where_no_metric_could_use_them(
    repository: FakeRepository,
) -> None:
    target = POLICY.replace(
        b"{direction: minimize, tolerance: 0.1}",
        b"{role: target, target: 1, direction: minimize}",
    )
    with pytest.raises(UserFault, match="no metric is primary"):
        ask(repository, more=5, policy_text=target, policy_source="mine.yml")
