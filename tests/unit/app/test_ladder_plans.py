"""From a comparison to all that is climbed: changes, versions, one plan a stage."""

from collections.abc import Callable, Mapping

import pytest

from bot.adapters.policy_file import load_policy
from bot.app.informing import Subject
from bot.app.ladder import Course
from bot.app.local import POLICY_PATH, Request, compare
from bot.app.planning import Ground, Known, course_of, plans_of, probed_plan
from bot.app.preparing import Prepared, prepare, versioned_again
from bot.domain.errors import UserFault
from bot.domain.ladder import RungKind
from bot.domain.plan import Plan, Slot, reachable, spec_of
from bot.domain.verdict import Reason
from tests.fakes.repository import FakeRepository
from tests.fakes.store import MemoryStore
from workers.contract import Node, ProbeKind, ProbeSpec

BASE = b"""\
version: 1
modes:
  mlp:
    train: [python, train.py, --seed, "{seed}"]
    metrics: {loss: {direction: minimize, tolerance: 0.1}}
"""
STAGES = b"stages: {fast: {seeds: [4, 5]}, full: {seeds: [4, 6]}}\n"
NODE = Node("n", "cpu", "env", 4.0, 0.0, 2**33)
GROUND = Ground(NODE, "a secret")


def story(rules: bytes) -> FakeRepository:
    """Main with a policy, and a branch of two commits that is checked out."""
    made = FakeRepository()
    made.commit({"train.py": b"lr = 1\n", "evaluate.py": b"1\n", POLICY_PATH: rules})
    made.branch("idea")
    made.commit({"train.py": b"lr = 2\n"})
    made.commit({"model.py": b"width = 9\n"})
    return made


def prepared(repository: FakeRepository, **request: object) -> Prepared:
    asked = Request(**request)  # type: ignore[arg-type]
    comparison = compare(repository, asked, load_policy)
    assert comparison.trees is not None
    return prepare(comparison, comparison.trees, repository, load_policy)


def planned(rules: bytes, **request: object) -> Mapping[str, Plan]:
    return plans_of(prepared(story(rules), **request), GROUND)


def coursed(
    repository: FakeRepository,
    store: MemoryStore | None = None,
    now: Callable[[], float] = lambda: 1.0,
    **request: object,
) -> Course:
    ready = prepared(repository, **request)
    store = store or MemoryStore(lambda: 1.0)
    subject = Subject("/r", "main", "idea", "head")
    known = Known(store, {}, now)
    return course_of(ready, plans_of(ready, GROUND), subject, repository, known)


def test_each_training_stage_has_a_plan_and_an_id_of_its_own() -> None:
    plans = planned(BASE + STAGES)
    assert [*plans] == ["fast", "full"]
    fast, full = plans.values()
    assert fast.evaluation != full.evaluation
    assert (fast.stage.name, full.stage.looks, fast.slots) == ("fast", (4, 6), 4)


def test_a_policy_without_sections_plans_neither_changes_nor_probes() -> None:
    (plan,) = planned(BASE).values()
    assert (plan.changes, plan.version, plan.watched) == ((), None, None)
    assert not plan.ablated


def test_fewer_trials_at_once_are_planned_where_the_caller_says_so() -> None:
    ready = prepared(story(BASE))
    (plan,) = plans_of(ready, Ground(NODE, "a secret", jobs=1)).values()
    assert plan.slots == 1


def test_a_node_without_room_is_refused_before_anything_is_spent() -> None:
    small = Node("n", "cpu", "env", 0.5, 0.0, 2**33)
    with pytest.raises(UserFault, match="asks for 1 CPUs"):
        plans_of(prepared(story(BASE)), Ground(small, "a secret"))


ABLATION = b"ablation: {unit: commit}\n"


def test_changes_are_taken_apart_in_the_cheapest_stage() -> None:
    fast, full = planned(BASE + STAGES + ABLATION).values()
    assert len(fast.changes) == fast.found == 2
    assert fast.ablated
    assert fast.policy.ablation.when == "on-pass-or-fail"
    assert full.policy.ablation.when == "on-fail"  # dear: only to say who did it


def test_later_stages_do_not_look_for_the_guilty_where_the_policy_does_not() -> None:
    rules = BASE + STAGES + b"ablation: {when: on-pass}\n"
    _, full = planned(rules).values()
    assert full.policy.ablation.when == "never"
    assert not full.ablated


def test_without_ablation_nothing_is_taken_apart() -> None:
    (plan,) = planned(BASE + ABLATION, ablation=False).values()
    assert (plan.changes, plan.narrowed) == ((), ("ablation",))


INVASIVE = b"invasive: {steps: 7}\n"


def test_modes_are_watched_beside_the_trials_of_the_first_stage_alone() -> None:
    fast, full = planned(BASE + STAGES + INVASIVE).values()
    assert fast.watched == ProbeSpec(ProbeKind.WATCH, 7, every=10)
    assert full.watched is None


def keys_of(plan: Plan) -> Mapping[Slot, str]:
    """The key of every trial that the plan may want."""
    slots = [slot for mode in plan.modes for slot in reachable(plan, mode)]
    return {slot: spec_of(plan, slot).key for slot in slots}


LABELS = b"""\
stages:
  tests: {command: [python, -c, pass]}
  first: {seeds: [4], when: label:first}
  fast: {seeds: [4, 5]}
  full: {seeds: [4, 6], when: label:full}
"""
"""Stages of which only one is trained unasked; another that would come before it."""


@pytest.mark.parametrize("rest", [b"", INVASIVE])
@pytest.mark.parametrize("stages", [STAGES, LABELS])
def test_targets_and_stages_alone_find_the_trials_of_the_whole_plan(
    stages: bytes, rest: bytes
) -> None:
    labels = ("full",) if stages is LABELS else ()
    whole = planned(BASE + stages + rest, labels=labels)
    assert [*whole] == ["fast", "full"]
    meant = planned(BASE + stages + rest, targets=("mlp",), labels=labels)
    for name, plan in whole.items():
        assert keys_of(meant[name]) == keys_of(plan)
        (alone,) = planned(BASE + stages + rest, stage=name).values()
        assert keys_of(alone) == keys_of(plan)


WATCH = ProbeSpec(ProbeKind.WATCH, 7, every=10)


def test_each_stage_that_labels_may_make_the_first_is_watched_in_any_case() -> None:
    rules = BASE + LABELS + INVASIVE
    whole = planned(rules, labels=("first", "full"))
    assert [one.watched for one in whole.values()] == [WATCH, WATCH, None]
    for request in ({}, {"labels": ("full",)}, {"stage": "first"}, {"stage": "fast"}):
        for name, plan in planned(rules, **request).items():
            assert keys_of(plan) == keys_of(whole[name])
            assert plan.evaluation == whole[name].evaluation


def test_where_each_stage_waits_for_its_label_any_may_be_the_first() -> None:
    waiting = b"""\
stages:
  fast: {seeds: [4, 5], when: label:fast}
  full: {seeds: [4, 6], when: label:full}
"""
    rules = BASE + waiting + INVASIVE
    whole = planned(rules, labels=("fast", "full"))
    assert [one.watched for one in whole.values()] == [WATCH, WATCH]
    for request in ({"labels": ("full",)}, {"stage": "full"}, {"labels": ("fast",)}):
        ((name, plan),) = planned(rules, **request).items()
        assert keys_of(plan) == keys_of(whole[name])


def test_a_stage_that_no_label_makes_the_first_is_not_watched() -> None:
    rules = BASE + LABELS.replace(b"label:first", b"never") + INVASIVE
    (alone,) = planned(rules, stage="first").values()
    assert alone.watched is None
    (fast,) = planned(rules).values()
    assert fast.watched == WATCH


def test_a_target_has_modes_fingerprinted_and_no_trial_watched() -> None:
    ready = prepared(story(BASE), targets=("mlp",))
    (plan,) = plans_of(ready, GROUND).values()
    rungs = [one.kind for one in ready.comparison.ladder]
    assert rungs == [RungKind.FINGERPRINT, RungKind.TRAINING]
    assert (plan.watched, plan.targeted) == (None, {"mlp"})
    assert [one.path for one in ready.lines] == ["model.py", "train.py"]


def test_who_changed_a_mode_is_found_without_training_changes_apart() -> None:
    ready = prepared(story(BASE + INVASIVE))
    (plan,) = plans_of(ready, GROUND).values()
    probed = probed_plan(ready, plan)
    assert (plan.changes, len(probed.changes)) == ((), 2)
    assert probed.evaluation == plan.evaluation
    assert [one.path for one in ready.lines] == ["model.py", "train.py"]


def test_fingerprints_and_ablations_share_their_changes() -> None:
    ready = prepared(story(BASE + INVASIVE + ABLATION))
    (plan,) = plans_of(ready, GROUND).values()
    assert probed_plan(ready, plan) is plan


def test_evaluation_files_make_a_version_with_trees_for_every_change() -> None:
    rules = BASE + ABLATION + b"evaluation: {paths: [evaluate.py]}\n"
    repository = story(rules)
    ready = prepared(repository)
    assert ready.version is not None
    assert ready.version.before
    assert len(ready.version.trained) == 2 * len(ready.cut.changes)
    (plan,) = plans_of(ready, GROUND).values()
    assert versioned_again(plan, repository) == plan
    (bare,) = planned(BASE).values()
    assert versioned_again(bare, repository) is bare


def test_a_pinned_release_is_held_to_the_same_evaluation() -> None:
    rules = BASE + b"anchor: main\nevaluation: {paths: [evaluate.py]}\n"
    repository = story(rules)
    ready = prepared(repository)
    (plan,) = plans_of(ready, GROUND).values()
    assert plan.anchor is not None
    assert ready.version is not None
    assert ready.version.trained[0] == ("anchor", plan.anchor.tree)
    assert versioned_again(plan, repository) == plan


def test_protected_paths_and_the_policy_are_watched() -> None:
    repository = story(BASE + b"protected: [data/**]\n")
    repository.commit({"data/a.csv": b"1\n", POLICY_PATH: BASE})
    course = coursed(repository)
    assert [one.reason for one in course.beside] == [
        Reason.PROTECTED_TOUCHED,
        Reason.POLICY_TOUCHED,
    ]


def test_all_stages_are_informed_and_count_as_one_evaluation() -> None:
    course = coursed(story(BASE + STAGES))
    fast, full = course.plans.values()
    assert course.first is fast
    assert course.subject.begins == fast.stage
    begun = [course.begun(one) for one in (fast, full)]
    assert [one.knowledge.attempt for one in begun] == [1, 1]


def test_a_branch_that_never_gets_to_a_stage_has_had_no_evaluation() -> None:
    rules = BASE + STAGES + b"decision: {attempts: 2}\n"
    repository, store = story(rules), MemoryStore(lambda: 1.0)
    for words in (b"1", b"2", b"3"):  # three tries, of which none is trained
        repository.commit({"words.md": words})
        coursed(repository, store)
    repository.commit({"words.md": b"4"})
    course = coursed(repository, store)
    assert course.begun(course.first).knowledge.attempt == 1


@pytest.mark.parametrize("stage", ["fast", "full"])
def test_a_stage_that_is_run_alone_on_every_head_is_a_try_of_each(stage: str) -> None:
    repository, store = story(BASE + STAGES), MemoryStore(lambda: 1.0)
    for number in (1, 2, 3):
        repository.commit({"words.md": b"%d" % number})
        alone = coursed(repository, store, stage=stage)
        whole = coursed(repository, store)
        begun = [alone.begun(alone.first), *map(whole.begun, whole.plans.values())]
        assert [one.knowledge.attempt for one in begun] == [number] * 3


def test_a_stage_that_waits_for_a_label_is_one_attempt_with_the_rest() -> None:
    late = STAGES.replace(b"[4, 6]", b"[4, 6], when: label:full")
    asked = ({"stage": "full"}, {}, {"labels": ("full",)})
    assert attempts_at(BASE + late, *asked) == [1] * 4


def attempts_at(rules: bytes, *asked: Mapping[str, object]) -> list[int]:
    """Which attempt each plan is, where all that is asked is run of one head."""
    repository, store = story(rules), MemoryStore(lambda: 1.0)
    courses = [coursed(repository, store, **one) for one in asked]
    begun = [one.begun(plan) for one in courses for plan in one.plans.values()]
    return [one.knowledge.attempt for one in begun]


@pytest.mark.parametrize("stage", ["first", "fast", "full"])
def test_a_label_that_adds_a_stage_before_the_first_makes_no_other_attempt(
    stage: str,
) -> None:
    alone, labelled = {"stage": stage}, {"labels": ("first", "full")}
    assert attempts_at(BASE + LABELS, alone, labelled, {}) == [1] * 5
    assert attempts_at(BASE + LABELS, labelled, {}, alone) == [1] * 5
    assert attempts_at(BASE + LABELS, {}, labelled, alone) == [1] * 5


def test_each_head_is_one_attempt_whatever_label_it_has() -> None:
    repository, store = story(BASE + LABELS), MemoryStore(lambda: 1.0)
    for number, labels in enumerate([("first",), (), ("first", "full")], start=1):
        repository.commit({"words.md": b"%d" % number})
        course = coursed(repository, store, labels=labels)
        begun = [course.begun(one) for one in course.plans.values()]
        assert {one.knowledge.attempt for one in begun} == {number}


def test_a_later_stage_begins_when_it_is_climbed_to() -> None:
    clock = iter([10.0, 11.0, 20.0, 9_000.0])
    course = coursed(story(BASE + STAGES), now=lambda: next(clock))
    begun = [course.begun(one) for one in course.plans.values()]
    assert [one.knowledge.begun_at for one in begun] == [20.0, 9_000.0]


def test_a_stage_that_has_begun_is_judged_by_what_was_known_then() -> None:
    repository, store = story(BASE), MemoryStore(lambda: 1.0)
    course = coursed(repository, store)
    before = course.begun(course.first)
    again = coursed(repository, store)
    assert again.first.knowledge == before.knowledge


def test_a_tolerance_that_no_stage_can_police_is_refused_before_the_first_rung() -> (
    None
):
    auto = BASE.replace(b"tolerance: 0.1", b"tolerance: auto")
    with pytest.raises(UserFault, match="no calibration"):
        coursed(story(auto))


def test_the_chance_of_a_stop_is_told_once_for_all_stages() -> None:
    course = coursed(story(BASE + STAGES))
    assert [one.reason for one in course.beside] == [Reason.CHANCE_OF_STOP]
    begun = [course.begun(plan) for plan in course.plans.values()]
    notes = [one.reason for plan in begun for one in plan.notes]
    assert Reason.CHANCE_OF_STOP not in notes
    alone = coursed(story(BASE))
    assert alone.beside == ()
    told = alone.begun(alone.first).notes
    assert [one.reason for one in told] == [Reason.CHANCE_OF_STOP]


def test_where_no_branch_can_be_stopped_by_chance_nothing_is_told() -> None:
    shown = BASE.replace(b"tolerance: 0.1", b"role: target, target: 1")
    assert coursed(story(shown + STAGES)).beside == ()


def test_groups_are_halved_with_trees_for_their_halves() -> None:
    rules = BASE + b"ablation: {max_changes: 1}\nevaluation: {paths: [evaluate.py]}\n"
    course = coursed(story(rules))
    (group,) = course.first.changes
    halved = course.halve(course.first, group.id)
    assert len(halved.changes) == 3
    assert halved.version is not None
    assert len(halved.version.trained) == 6
