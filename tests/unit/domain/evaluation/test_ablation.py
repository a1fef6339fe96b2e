"""Which change did it: the branch is taken apart once its own answer is known."""

from collections.abc import Mapping

import pytest

from bot.domain.arms import Anchor, Baseline, Only, Without
from bot.domain.arms import Branch as Whole
from bot.domain.history import Knowledge
from bot.domain.plan import Pinned, Slot
from bot.domain.policy import Ablation, Decision, Policy
from bot.domain.verdict import Reason, Ruling
from tests.fakes.branches import Branch
from tests.fakes.policies import limit, mode, policy, primary, target
from tests.unit.domain.evaluation.story import Story, change, effect, of
from workers.contract import Ok, TrialResult

HIDDEN = {"A": -0.4, "B": 0.9}
HARMLESS = {"A": 0.0, "B": 0.0}


def when(said: str, **changes: object) -> Policy:
    return policy(ablation=Ablation(when=said), **changes)


def apart(story: Story) -> list[str]:
    return [arm for arm in story.cost if arm.startswith(("without", "only"))]


def test_a_part_that_is_proven_harmful_blocks_a_branch_that_passes_as_a_whole() -> None:
    verdict = Story(Branch("AB"), HIDDEN).end()
    assert verdict.modes[0].state is Ruling.PASS
    assert verdict.state is Ruling.BLOCK
    (one,) = of(verdict, Reason.CHANGE_HARMFUL)
    assert (one.change, one.mode, one.state) == ("A", "mlp", Ruling.BLOCK)
    assert one.evidence["d"] == pytest.approx(-0.4, abs=0.05)
    assert effect(verdict, "B").state is Ruling.PASS
    assert [(one.id, one.title) for one in verdict.changes] == [
        ("A", "Do A"),
        ("B", "Do B"),
    ]
    assert change(verdict, "A").commits == ("A0",)


def test_a_policy_may_ask_to_have_hidden_harm_only_reported() -> None:
    verdict = Story(Branch("AB"), HIDDEN, policy(shadowed="report")).end()
    assert verdict.state is Ruling.PASS
    assert of(verdict, Reason.CHANGE_HARMFUL)[0].state is Ruling.INFO


def test_a_branch_without_a_harmful_part_passes_with_all_its_changes_shown() -> None:
    verdict = Story(Branch("AB"), HARMLESS).end()
    assert verdict.state is Ruling.PASS
    assert [one.estimable for one in verdict.changes] == [True, True]
    assert of(verdict, Reason.CHANGE_HARMFUL) == []


def test_after_a_block_the_guilty_change_is_a_suspect_and_the_block_stands() -> None:
    verdict = Story(Branch("AB"), {"A": -0.5}).end()
    assert verdict.state is Ruling.BLOCK
    assert [one.change for one in of(verdict, Reason.CHANGE_SUSPECT)] == ["A"]
    assert of(verdict, Reason.CHANGE_SUSPECT)[0].state is Ruling.INFO


@pytest.mark.parametrize(
    ("said", "passing", "blocked"),
    [
        ("on-pass-or-fail", True, True),
        ("on-pass", True, False),
        ("on-fail", False, True),
        ("never", False, False),
    ],
)
def test_the_ablation_goes_on_only_where_the_policy_asks(
    said: str, passing: bool, blocked: bool
) -> None:
    for effects, asked in ((HARMLESS, passing), ({"A": -0.5}, blocked)):
        story = Story(Branch("AB"), effects, when(said))
        verdict = story.end()
        assert bool(apart(story)) is asked
        assert bool(verdict.changes) is asked


def test_an_undecided_branch_is_not_taken_apart() -> None:
    story = Story(Branch("AB"), HARMLESS, sd=1.0)
    assert story.end().state is Ruling.UNDECIDED
    assert apart(story) == []


@pytest.mark.parametrize(
    "branch", [Branch("A"), Branch("AB", inert="B"), Branch("AB", inert="AB")]
)
def test_a_branch_of_one_change_is_that_change(branch: Branch) -> None:
    story = Story(branch, {})
    assert story.end().state is Ruling.PASS
    assert apart(story) == []


def test_a_mode_without_a_primary_metric_judges_no_change() -> None:
    for metric in (target("loss", 3.0), limit("loss", maximum=3.0)):
        story = Story(Branch("AB"), HARMLESS, policy(mode("mlp", metric)))
        assert story.end().state is Ruling.PASS
        assert apart(story) == []


class Repeated(Story):
    """Every run shows the same values in every arm; streams are known to be equal."""

    def shown(self, slot: Slot) -> TrialResult:
        loss = 1.0 + slot.position / 100
        return TrialResult(Ok(), {"loss": loss}, stream_digest=f"{loss}")


def test_a_branch_that_does_bit_by_bit_what_the_base_does_hides_nothing() -> None:
    story = Repeated(Branch("AB"), {})
    verdict = story.end()
    assert verdict.modes[0].metrics[0].reason is Reason.BIT_IDENTICAL
    assert (verdict.state, apart(story)) == (Ruling.PASS, [])


# What it costs


def test_first_the_whole_branch_is_judged_and_only_then_its_changes() -> None:
    story = Story(Branch("AB"), HARMLESS)
    first, second = story.step(), None
    story.run(first.wanted)
    second = story.step()
    assert {slot.arm for slot in first.wanted} == {Baseline(), Whole()}
    assert {slot.arm for slot in second.wanted} == {Without("A"), Without("B")}
    assert len(second.wanted) == 2 * 4


class Trembling(Story):
    """The branch without A swings so widely that A takes many looks."""

    def metrics(self, slot: Slot) -> Mapping[str, float]:
        wide = 0.15 * (-1) ** slot.position * (slot.arm == Without("A"))
        return {"loss": super().metrics(slot)["loss"] + wide}


def test_seeds_come_in_turn_over_all_changes_the_whole_branch_first() -> None:
    story = Trembling(Branch("ABC"), {}, policy(looks=(4, 8)))
    step = story.until(lambda one: Slot("mlp", Without("A"), 4) in one.wanted)
    positions = [slot.position for slot in step.wanted]
    assert positions == sorted(positions)
    assert positions[0] == 4
    assert step.wanted[0].arm == Whole()


def test_a_change_stops_at_its_own_answer_and_the_branch_goes_on_with_the_rest() -> (
    None
):
    effects = {"A": -0.13, "B": 0.9, "C": 0.0}
    story = Story(Branch("ABC"), effects, policy(looks=tuple(range(4, 21))), sd=0.05)
    story.end()
    seeds = {name: story.cost[f"without:{name}"] for name in "ABC"}
    assert seeds["B"] == 4
    assert max(seeds.values()) > 4
    assert story.cost["branch"] == max(4, *seeds.values())
    assert story.cost["baseline"] == 4


def test_idle_slots_start_the_next_round_early_until_it_is_not_needed() -> None:
    busy, idle = (Story(Branch("ABC"), {}, slots=n) for n in (1, 18))
    for story in (busy, idle):
        first = story.step().wanted
        story.run(tuple(slot for slot in first if slot.position < 4))
    assert {slot.position for slot in busy.step().wanted} == {0, 1, 2, 3}
    step = idle.step()
    early = tuple(slot for slot in step.wanted if slot.position > 3)
    assert len(step.wanted) == 18
    assert early[0].arm == Whole()
    idle.start(early)
    idle.run(tuple(slot for slot in step.wanted if slot.position < 4))
    last = idle.step()
    assert last.verdict is not None
    assert set(last.cancel) == set(early)


def test_only_what_was_closed_is_withdrawn_while_other_changes_go_on() -> None:
    looks = policy(looks=tuple(range(4, 21)))
    story = Trembling(Branch("ABC"), {}, looks, slots=30)
    step = story.until(lambda one: Slot("mlp", Without("B"), 4) in one.wanted)
    early = (Slot("mlp", Without("B"), 4), Slot("mlp", Without("A"), 4))
    story.start(early)
    story.run(tuple(slot for slot in step.wanted if slot not in early))
    after = story.step()
    assert after.verdict is None
    assert Slot("mlp", Without("A"), 4) in after.wanted
    assert after.cancel == (Slot("mlp", Without("B"), 4),)


def test_what_is_open_after_its_last_look_stays_open_and_holds_nothing_up() -> None:
    story = Story(Branch("AB"), {"A": -0.09, "B": 0.5}, sd=0.1)
    verdict = story.end()
    one = effect(verdict, "A")
    assert (one.state, one.reason, one.n) == (Ruling.UNDECIDED, Reason.NOT_SHOWN, 8)
    assert verdict.state is Ruling.PASS


# Each change alone


def test_a_flagged_change_is_taken_alone_on_no_more_seeds_than_the_base_has() -> None:
    looks = policy(looks=tuple(range(4, 21)))
    story = Story(Branch("ABC"), {"A": -0.25, "B": 0.9, "C": 0.0}, looks, sd=0.08)
    verdict = story.end()
    assert [one.change for one in of(verdict, Reason.CHANGE_HARMFUL)] == ["A"]
    assert effect(verdict, "A").n > 4
    assert (story.cost["only:A"], story.cost["baseline"]) == (4, 4)
    assert story.cost["only:B"] == story.cost["only:C"] == 0
    single = effect(verdict, "A").single
    assert single is not None
    assert single[0] == pytest.approx(-0.25, abs=0.15)
    assert effect(verdict, "B").single is None


def test_of_two_changes_the_one_alone_is_the_branch_without_the_other() -> None:
    story = Story(Branch("AB"), HIDDEN)
    verdict = story.end()
    assert effect(verdict, "A").single is not None
    assert story.cost["only:A"] == 0
    assert story.ran(Only("A")) == story.ran(Without("B")) == 4


class Acting(Story):
    """A and B undo each other: each gains alone, together they gain nothing."""

    def metrics(self, slot: Slot) -> Mapping[str, float]:
        shown = super().metrics(slot)["loss"]
        both = slot.arm == Whole()
        return {"loss": shown + 0.5 * both}


def test_changes_that_act_on_each_other_are_both_shown_alone() -> None:
    verdict = Acting(Branch("AB"), {"A": 0.6, "B": 0.6}).end()
    (one,) = of(verdict, Reason.INTERACTION)
    assert (one.evidence["first"], one.evidence["second"]) == ("A", "B")
    assert effect(verdict, "A").single is not None
    assert effect(verdict, "B").single is not None


def test_a_change_that_does_not_apply_alone_is_said_and_not_tried() -> None:
    story = Story(Branch("ABC", lonely="A"), HIDDEN)
    verdict = story.end()
    (one,) = of(verdict, Reason.CHANGES_NOTED)
    assert (one.change, one.state) == ("A", Ruling.INFO)
    assert one.evidence == {"alone": "it does not apply alone", "title": "Do A"}
    assert effect(verdict, "A").single is None
    assert story.cost["only:A"] == 0


def test_a_lost_trial_of_a_change_alone_is_said_and_the_rest_stands() -> None:
    story = Story(Branch("ABC"), HIDDEN, lost=lambda slot: slot.arm == Only("A"))
    verdict = story.end()
    (one,) = of(verdict, Reason.TRIALS_LOST)
    assert (one.state, one.evidence["first"]) == (Ruling.INFO, "The disk is full.")
    assert [one.change for one in of(verdict, Reason.CHANGE_HARMFUL)] == ["A"]
    assert effect(verdict, "A").single is None


# What cannot be judged


def test_a_change_that_does_not_apply_is_not_estimable_and_the_others_are_judged() -> (
    None
):
    story = Story(Branch("ABC", stuck="C"), HIDDEN)
    verdict = story.end()
    assert [one.change for one in of(verdict, Reason.CHANGE_HARMFUL)] == ["A"]
    assert change(verdict, "C").why_not == "it does not apply"
    (one,) = of(verdict, Reason.CHANGE_NOT_ESTIMABLE)
    assert (one.change, one.state) == ("C", Ruling.INFO)
    assert story.cost["without:C"] == 0


def test_where_no_change_applies_nothing_is_trained_and_that_is_said() -> None:
    story = Story(Branch("AB", stuck="AB"), HIDDEN)
    verdict = story.end()
    assert verdict.state is Ruling.PASS
    assert [one.estimable for one in verdict.changes] == [False, False]
    assert len(of(verdict, Reason.CHANGE_NOT_ESTIMABLE)) == 2
    assert apart(story) == []


def test_a_change_without_which_nothing_runs_is_closed_at_the_first_look() -> None:
    story = Story(Branch("AB"), HIDDEN, broken=lambda slot: slot.arm == Without("B"))
    verdict = story.end()
    assert story.cost["without:B"] == 4
    assert change(verdict, "B").why_not == "4 of 4 trials without it failed"
    assert [one.change for one in of(verdict, Reason.CHANGE_HARMFUL)] == ["A"]


def test_the_change_that_makes_the_branch_crash_is_found() -> None:
    def with_a(slot: Slot) -> bool:
        return slot.arm in (Whole(), Without("B"))

    rules = policy(looks=tuple(range(4, 21)))
    story = Story(Branch("AB"), HARMLESS, rules, broken=with_a)
    verdict = story.end()
    assert verdict.state is Ruling.BLOCK
    found = [one for one in of(verdict, Reason.MORE_FAILURES) if one.change]
    assert [(one.change, one.state) for one in found] == [("A", Ruling.INFO)]
    assert story.cost["without:B"] == 4
    assert story.cost["without:A"] < 10


def test_what_is_inert_is_said_and_not_trained() -> None:
    story = Story(Branch("ABC", inert="C"), HIDDEN)
    verdict = story.end()
    (one,) = of(verdict, Reason.CHANGE_INERT)
    assert (one.change, one.evidence["title"]) == ("C", "Do C")
    assert [one.id for one in verdict.changes] == ["A", "B"]
    assert story.cost["without:C"] == 0


def test_how_the_branch_was_cut_is_said() -> None:
    story = Story(Branch("ABCDE", most=2), {}, cut_notes=("A merge was kept whole.",))
    verdict = story.end()
    (grouped,) = of(verdict, Reason.CHANGES_GROUPED)
    assert grouped.evidence == {"found": 5, "groups": 2, "most": 8}
    (noted,) = of(verdict, Reason.CHANGES_NOTED)
    assert noted.evidence == {"note": "A merge was kept whole."}


# Several modes


def two_modes(**changes: object) -> Policy:
    return policy(mode("mlp"), mode("conv"), **changes)


class Different(Story):
    """What the changes do in `conv` is nothing at all."""

    def metrics(self, slot: Slot) -> Mapping[str, float]:
        shown = super().metrics(slot)
        return shown if slot.mode == "mlp" else {"loss": 1.0 + slot.position / 1e3}


def test_a_change_has_its_effects_in_all_modes() -> None:
    verdict = Story(Branch("AB"), HIDDEN, two_modes()).end()
    effects = change(verdict, "A").effects
    assert [(one.mode, one.reason) for one in effects] == [
        ("mlp", Reason.CHANGE_HARMFUL),
        ("conv", Reason.CHANGE_HARMFUL),
    ]


def test_one_mode_is_taken_apart_while_another_is_still_judged() -> None:
    class Wide(Story):
        def metrics(self, slot: Slot) -> Mapping[str, float]:
            wide = 0.3 * (-1) ** slot.position * (slot.arm == Whole())
            shown = super().metrics(slot)["loss"]
            return {"loss": shown + wide * (slot.mode == "conv")}

    story = Wide(Branch("AB"), HARMLESS, two_modes())
    story.run(story.step().wanted)
    wanted = story.step().wanted
    assert {slot.mode for slot in wanted} == {"mlp", "conv"}
    assert {slot.arm for slot in wanted if slot.mode == "conv"} == {Baseline(), Whole()}


def test_several_primary_metrics_are_all_asked_for_until_a_change_is_flagged() -> None:
    class Two(Story):
        def metrics(self, slot: Slot) -> Mapping[str, float]:
            loss = super().metrics(slot)["loss"]
            wide = 0.12 * (-1) ** (slot.position + (slot.arm == Whole()))
            return {"loss": loss, "error": 1.0 + wide * (slot.arm == Without("B"))}

    both = mode("mlp", primary("loss"), primary("error"))
    rules = policy(both, looks=tuple(range(4, 21)))
    story = Two(Branch("AB"), HIDDEN, rules)
    verdict = story.end()
    assert [one.reason for one in change(verdict, "A").effects] == [
        Reason.CHANGE_HARMFUL,
        Reason.NO_DIFFERENCE if story.cost["without:A"] == 20 else None,
    ]
    assert story.cost["without:B"] > story.cost["without:A"]
    assert [one.reason for one in change(verdict, "B").effects] == [
        Reason.NOT_WORSE,
        Reason.NOT_WORSE,
    ]


# With other parts of an evaluation


def test_futility_and_more_seeds_past_the_last_look_leave_the_ablation_alone() -> None:
    rules = policy(decision=Decision(futility=True))
    verdict = Story(Branch("AB"), HIDDEN, rules, more=3).end()
    assert [one.change for one in of(verdict, Reason.CHANGE_HARMFUL)] == ["A"]


def test_a_branch_that_is_held_against_a_release_needs_both_answers_first() -> None:
    here = {
        "anchor": Pinned("v1.0", "tree old"),
        "knowledge": Knowledge(lost={("mlp", "loss"): 2.0}),
    }
    story = Story(Branch("ABC"), {**HIDDEN, "old": 0.5}, **here)
    first = story.step().wanted
    assert {slot.arm for slot in first} == {Baseline(), Whole(), Anchor()}
    verdict = story.end()
    assert [one.change for one in of(verdict, Reason.CHANGE_HARMFUL)] == ["A"]
    assert story.cost["anchor"] == story.cost["baseline"] == 4


def test_seeds_past_the_last_look_are_not_used_to_find_harm() -> None:
    story = Story(Branch("AB"), {"A": -0.05, "B": 0.0}, sd=0.08, more=40)
    verdict = story.end()
    assert verdict.modes[0].look > 8
    assert apart(story) != []
    assert max(story.cost["without:A"], story.cost["without:B"]) <= 8
