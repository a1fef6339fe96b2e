"""What the probe says of real trainings, each an own way of writing a training loop."""

import math
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.unit.workers.probe_bench import Heard, order, running
from workers.contract import Check, CheckState, ProbeKind, StepSeen
from workers.probe.records import Told

WATCHED = (
    "plain",
    "scheduled",
    "scheduled_otherwise",
    "by_hand",
    "adversaries",
    "made_and_not_used",
    "leaving",
    "nothing",
    "strange",
    "by_iterators",
    "made_anew",
    "in_phases",
    "scripting",
    "interrupted",
)
CHECKED = (
    "plain",
    "by_keywords",
    "criterion",
    "adversaries",
    "exploding",
    "blind_to_input",
    "badly_begun",
    "frozen_by_mistake",
    "short",
    "scripting",
    "traced",
    "complex_ones",
    "frozen_on_purpose",
    "partly_held",
    "by_gradients",
    "replaced",
)
PARTS = frozenset({"step", "optimizer", "loss", "gradient", "batch", "rates"})


@pytest.fixture(scope="module")
def heard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[ProbeKind, Heard]]:
    """All scenarios, under all three kinds of probe at the same time."""
    asked = {
        ProbeKind.FINGERPRINT: (order(), 1),
        ProbeKind.SANITY: (CHECKED, 1),
        ProbeKind.WATCH: (WATCHED, 10),
    }
    with ExitStack() as stack:
        started = {
            kind: stack.enter_context(
                running(kind, tmp_path_factory.mktemp(kind), names, every=every)
            )
            for kind, (names, every) in asked.items()
        }
        yield {kind: one.heard() for kind, one in started.items()}


@pytest.fixture
def seen(heard: dict[ProbeKind, Heard]) -> Heard:
    return heard[ProbeKind.FINGERPRINT]


@pytest.fixture
def checked(heard: dict[ProbeKind, Heard]) -> Heard:
    return heard[ProbeKind.SANITY]


@pytest.fixture
def watched(heard: dict[ProbeKind, Heard]) -> Heard:
    return heard[ProbeKind.WATCH]


def parts(step: StepSeen) -> dict[str, object]:
    return {name: getattr(step, name) for name in PARTS}


def number(text: str | None) -> float:
    assert text is not None
    return float.fromhex(text)


# -- fingerprints ---------------------------------------------------------------------


def test_a_run_is_ended_after_the_steps_that_were_asked_for(seen: Heard) -> None:
    told = seen.told["plain"]
    assert [one.step for one in told.steps] == [1, 2, 3, 4, 5, 6]
    assert told.why == "steps"
    assert told.torch
    assert told.faults == told.notes == []


def test_a_step_tells_all_that_was_there_to_be_seen(seen: Heard) -> None:
    step = seen.steps("plain")[0]
    assert 0.9 < number(step.loss) < 1.4
    assert 0 < number(step.gradient) < 1
    assert step.rates == (0.1,)
    assert step.backwards == 1
    assert step.batch
    assert step.parameters
    assert len(step.tensors) == 4
    moved = 0.1 * number(step.gradient)
    assert math.isclose(number(step.moved), moved, rel_tol=1e-3)


def test_an_optimizer_tells_its_settings_and_the_names_of_its_parameters(
    seen: Heard,
) -> None:
    (optimizer,) = seen.told["plain"].optimizers.values()
    assert optimizer.kind == "SGD"
    assert dict(optimizer.settings)["lr"] == "0.1"
    shapes = [(one.name, one.shape, one.dtype) for one in optimizer.parameters]
    assert shapes[0] == ("0.weight", (8, 4), "float32")
    assert [name for name, _, _ in shapes] == [
        "0.weight",
        "0.bias",
        "2.weight",
        "2.bias",
    ]


def test_renaming_all_of_a_model_changes_not_one_bit(seen: Heard) -> None:
    assert seen.steps("renamed") == seen.steps("plain")
    (optimizer,) = seen.told["renamed"].optimizers.values()
    assert optimizer.parameters[0].name == "first.weight"


def test_a_rate_that_differs_by_a_ten_thousandth_is_seen_at_the_first_step(
    seen: Heard,
) -> None:
    one, other = seen.steps("plain")[0], seen.steps("slightly_faster")[0]
    assert one.loss == other.loss
    assert one.parameters != other.parameters
    assert all(a != b for a, b in zip(one.tensors, other.tensors, strict=True))
    ratio = number(other.moved) / number(one.moved)
    assert math.isclose(ratio, 1 + 1e-4, rel_tol=2e-5)


def test_the_same_is_seen_of_an_optimizer_that_torch_does_not_know(
    seen: Heard,
) -> None:
    one, other = seen.steps("by_hand")[0], seen.steps("by_hand_slightly_faster")[0]
    assert (one.loss, one.gradient) == (other.loss, other.gradient)
    assert one.parameters != other.parameters
    ratio = number(other.moved) / number(one.moved)
    assert math.isclose(ratio, 1 + 1e-4, rel_tol=2e-5)


def test_steps_by_hand_are_those_of_torch_bit_for_bit(seen: Heard) -> None:
    (optimizer,) = seen.told["by_hand"].optimizers.values()
    assert optimizer.kind == "own optimizer"
    assert optimizer.parameters == seen.told["plain"].optimizers[0].parameters
    pairs = zip(seen.steps("by_hand"), seen.steps("plain"), strict=True)
    for by_hand, by_torch in pairs:
        assert by_hand.tensors == by_torch.tensors
        assert by_hand.moved == by_torch.moved
        assert (by_hand.loss, by_hand.batch) == (by_torch.loss, by_torch.batch)


def test_an_optimizer_that_is_made_and_never_steps_hides_nobody_else(
    seen: Heard,
) -> None:
    told = seen.told["made_and_not_used"]
    assert [one.loss for one in told.steps] == [
        one.loss for one in seen.steps("by_hand")
    ]
    assert [one.kind for one in told.optimizers.values()] == ["own optimizer"]


def test_gradients_that_are_asked_for_make_steps_too(seen: Heard) -> None:
    steps = seen.steps("by_gradients")
    assert len(steps) == 6
    assert len({one.parameters for one in steps}) == 6
    assert number(steps[-1].moved) > number(steps[0].moved) > 0


def test_running_means_count_though_no_loss_shows_them(seen: Heard) -> None:
    one, other = seen.steps("normed")[0], seen.steps("normed_otherwise")[0]
    assert (one.loss, one.gradient, one.moved) == (
        other.loss,
        other.gradient,
        other.moved,
    )
    assert one.parameters != other.parameters
    (optimizer,) = seen.told["normed"].optimizers.values()
    names = [tensor.name for tensor in (*optimizer.parameters, *optimizer.beside)]
    differing = [
        name
        for name, a, b in zip(names, one.tensors, other.tensors, strict=True)
        if a != b
    ]
    assert differing == ["0.running_mean", "0.running_var"]


def test_every_optimizer_makes_all_its_steps(seen: Heard) -> None:
    steps = seen.steps("adversaries")
    assert [(one.step, one.optimizer) for one in steps[:4]] == [
        (1, 0),
        (1, 1),
        (2, 0),
        (2, 1),
    ]
    assert len(steps) == 12
    kinds = [one.kind for one in seen.told["adversaries"].optimizers.values()]
    assert kinds == ["SGD", "Adam"]


def test_thirty_parts_of_a_step_are_one_step(seen: Heard) -> None:
    steps = seen.steps("accumulated")
    assert [one.backwards for one in steps] == [30] * 6
    assert seen.told["accumulated"].why == "steps"


def test_a_closure_is_called_within_its_step(seen: Heard) -> None:
    steps = seen.steps("closures")
    assert len(steps) == 6
    assert all(one.gradient and one.backwards > 1 for one in steps)


def test_a_step_that_a_scaler_skips_is_none_and_the_loss_is_not_the_scaled_one(
    seen: Heard,
) -> None:
    steps = seen.steps("scaled")
    assert [one.backwards for one in steps[:3]] == [1, 2, 1]
    assert all(0.5 < number(one.loss) < 2 for one in steps)


def test_optimizers_that_step_within_backward_are_seen(seen: Heard) -> None:
    steps = seen.steps("within_backward")
    assert len(steps) == 24
    assert all(one.backwards == 1 and one.loss for one in steps)


@pytest.mark.parametrize("name", ["scripted", "bfloat", "by_keywords", "criterion"])
def test_other_kinds_of_models_are_seen_whole(seen: Heard, name: str) -> None:
    told = seen.told[name]
    assert told.why == "steps"
    assert told.faults == []
    assert all(one.loss and one.gradient and one.batch for one in told.steps)
    assert len({one.parameters for one in told.steps}) == 6
    assert told.flops


def test_other_targets_that_are_given_by_keyword_are_other_data(seen: Heard) -> None:
    one, other = seen.steps("by_keywords")[0], seen.steps("other_targets")[0]
    assert one.batch != other.batch
    assert one.loss != other.loss


def test_a_criterion_adds_its_targets_to_the_data_and_not_the_scores(
    seen: Heard,
) -> None:
    one, other = seen.steps("plain"), seen.steps("criterion")
    assert [step.loss for step in one] == [step.loss for step in other]
    assert [step.batch for step in one] != [step.batch for step in other]


def test_a_script_that_never_seeds_is_seeded_and_one_that_does_is_not(
    seen: Heard, heard: dict[ProbeKind, Heard]
) -> None:
    assert len(seen.steps("unseeded")) == len(seen.steps("own_seed")) == 6
    assert seen.steps("unseeded") != seen.steps("own_seed")


def test_a_run_that_ends_before_says_so(seen: Heard) -> None:
    assert len(seen.steps("short")) == len(seen.steps("crashing")) == 3
    assert seen.told["short"].why == seen.told["crashing"].why == "exit"
    assert seen.told["leaving"].why == ""
    assert seen.steps("leaving") == seen.steps("short")
    assert "this is the end" in seen.output


def test_a_run_without_steps_has_none(seen: Heard) -> None:
    told = seen.told.get("nothing", Told())
    assert told.steps == []
    assert told.faults == []


def test_an_error_of_the_probe_is_a_fault_and_ends_a_run_that_is_only_for_it(
    seen: Heard,
) -> None:
    told = seen.told["strange"]
    assert told.why == "blind"
    assert "The probe failed: TypeError" in told.faults[0]
    assert "the run went on" not in seen.output


def test_gradients_that_are_gathered_by_hand_make_one_step_that_is_seen(
    seen: Heard,
) -> None:
    steps, other = seen.steps("gathered_by_hand"), seen.steps("gathered_by_hand_faster")
    assert [one.backwards for one in steps] == [4] * 6
    assert len({one.parameters for one in steps}) == 6
    assert steps[0].loss == other[0].loss
    assert steps[0].parameters != other[0].parameters


def test_iterators_are_left_to_who_asked_for_them(seen: Heard, watched: Heard) -> None:
    assert len({one.parameters for one in seen.steps("by_iterators")}) == 6
    assert watched.steps("by_iterators")[-1].step == 80
    assert "AssertionError" not in watched.output


def test_what_came_before_an_optimizer_was_made_belongs_to_its_first_step(
    seen: Heard,
) -> None:
    told = seen.told["made_late"]
    assert [one.kind for one in told.optimizers.values()] == ["SGD"]
    assert [one.backwards for one in told.steps] == [11, 1, 1, 1, 1, 1]
    assert all(one.batch for one in told.steps)


def test_an_optimizer_that_is_made_anew_for_each_step_is_one(
    seen: Heard, watched: Heard
) -> None:
    told = seen.told["made_anew"]
    assert (len(told.optimizers), told.why) == (1, "steps")
    assert [one.step for one in told.steps] == [1, 2, 3, 4, 5, 6]
    assert [one.parameters for one in told.steps] == [
        one.parameters for one in seen.steps("plain")
    ]
    assert [one.step for one in watched.steps("made_anew")] == [1, 10, 20, 30, 40]


def test_complex_numbers_are_taken_whole_and_without_a_warning(
    seen: Heard, checked: Heard
) -> None:
    steps = seen.steps("complex_ones")
    assert all(one.gradient and one.moved for one in steps)
    assert "Casting complex" not in seen.output + checked.output
    checks = checked.checks("complex_ones")
    assert checks["parameters_move"].state is CheckState.PASSED
    assert checks["stays_bounded"].state is CheckState.PASSED


def test_an_average_that_nobody_calls_is_told_of_where_it_moves(seen: Heard) -> None:
    one, other = seen.told["averaged"], seen.told["averaged_faster"]
    assert one.steps == other.steps == seen.steps("plain")
    assert len(one.aside) == len(other.aside) == 1
    assert one.aside != other.aside
    assert 1.5 < number(other.aside[0].moved) / number(one.aside[0].moved) < 2


def test_a_module_around_the_model_is_nothing_beside_it(seen: Heard) -> None:
    told = seen.told["wrapped"]
    assert (told.aside, told.steps) == ((), seen.steps("plain"))


def test_modules_that_cannot_be_read_are_in_nobodys_way(seen: Heard) -> None:
    told = seen.told["unmade"]
    assert (told.faults, told.aside) == ([], ())
    assert [one.loss for one in told.steps] == [one.loss for one in seen.steps("plain")]


def test_compiled_code_gets_what_it_gets_without_a_look(
    seen: Heard, watched: Heard, checked: Heard
) -> None:
    for heard in (seen, watched, checked):
        assert len(heard.steps("scripting")) > 4
        assert "[tensor([1., 1.])]" in heard.output
    assert checked.told["traced"].faults == []
    assert checked.checks("traced")["initial_loss"].state is CheckState.PASSED


def test_every_one_of_many_steps_is_seen(tmp_path: Path) -> None:
    with running(ProbeKind.FINGERPRINT, tmp_path, ["plain"], steps=35) as long:
        steps = long.heard().steps("plain")
    assert len(steps) == 35
    assert all(one.loss and one.parameters for one in steps)


# -- watching ------------------------------------------------------------------------


def test_a_watched_run_is_digested_now_and_then_to_its_end(watched: Heard) -> None:
    told = watched.told["plain"]
    assert [one.step for one in told.steps] == [1, 10, 20, 30, 40]
    assert all(one.parameters and one.loss for one in told.steps)
    assert not any(one.tensors for one in told.steps)
    assert told.why == "exit"


def test_what_is_watched_is_what_happens_without_a_look(
    watched: Heard, seen: Heard
) -> None:
    first = watched.steps("plain")[0], seen.steps("plain")[0]
    assert first[0].loss == first[1].loss
    assert first[0].gradient == first[1].gradient
    assert first[0].batch == first[1].batch


def test_a_late_rate_is_noted_at_its_step_and_seen_in_the_digest_after(
    watched: Heard,
) -> None:
    one, other = watched.steps("scheduled"), watched.steps("scheduled_otherwise")
    assert [step.step for step in one] == [1, 10, 20, 26, 30, 40]
    assert one[:3] == other[:3]
    assert (one[3].rates, other[3].rates) == ((0.1 * 0.1,), (0.05,))
    assert one[4].parameters != other[4].parameters


def test_own_optimizers_are_watched_too(watched: Heard) -> None:
    for name in ("by_hand", "made_and_not_used"):
        steps = watched.steps(name)
        assert [one.step for one in steps] == [1, 10, 20, 30, 40]
        assert all(one.loss for one in steps)
    by_hand, by_torch = watched.steps("by_hand"), watched.steps("plain")
    assert [one.loss for one in by_hand] == [one.loss for one in by_torch]
    assert [one.batch for one in by_hand] == [one.batch for one in by_torch]


def test_each_of_two_optimizers_is_watched(watched: Heard) -> None:
    turns = [(one.step, one.optimizer) for one in watched.steps("adversaries")]
    assert turns[:4] == [(1, 0), (1, 1), (10, 0), (10, 1)]
    assert turns[-1] == (40, 1)


def test_a_run_that_leaves_at_once_has_said_its_steps_before(watched: Heard) -> None:
    assert [one.step for one in watched.steps("leaving")] == [1]


def test_an_error_of_the_probe_does_not_touch_the_run(watched: Heard) -> None:
    assert "the run went on" in watched.output
    assert watched.told["strange"].faults


def test_an_optimizer_of_long_ago_is_not_waited_for(watched: Heard) -> None:
    """Else all that comes after it would be looked at closely, and slowly."""
    assert "hooks in the second phase: 0" in watched.output
    steps = [one for one in watched.steps("in_phases") if one.optimizer == 1]
    assert [one.step for one in steps[:4]] == [1, 10, 20, 30]
    assert all(one.batch for one in steps if one.parameters)


def test_an_error_of_a_signal_handler_reaches_who_waits_for_it(
    watched: Heard, seen: Heard
) -> None:
    assert "the bell was heard" in watched.output
    (fault,) = watched.told["interrupted"].faults
    assert fault.startswith("A signal handler of the code raised an error")
    assert "the bell was heard" in seen.output


# -- sanity --------------------------------------------------------------------------


def test_a_sound_network_passes_what_can_be_checked(checked: Heard) -> None:
    checks = checked.checks("plain")
    assert list(checks) == [str(one) for one in Check]
    for name in ("finite_loss", "initial_loss", "gradients", "parameters_move"):
        assert checks[name].state is CheckState.PASSED, checks[name]
    assert checks["overfits"].state is CheckState.PASSED
    assert checks["input_matters"].state is CheckState.PASSED
    assert checks["stays_bounded"].state is CheckState.PASSED
    assert checks["seed_matters"].state is CheckState.UNSEEN
    assert "for 3 classes, where a guess has 1.099" in checks["initial_loss"].saw


def test_a_loss_within_the_model_can_be_repeated(checked: Heard) -> None:
    checks = checked.checks("by_keywords")
    assert checks["overfits"].state is CheckState.PASSED
    assert checks["input_matters"].state is CheckState.PASSED


def test_a_layer_that_is_never_used_gets_no_gradient(checked: Heard) -> None:
    checks = checked.checks("by_keywords")
    assert checks["gradients"].state is CheckState.FAILED
    assert checks["gradients"].saw == (
        "no gradient in 6 steps: unused.weight, unused.bias"
    )
    assert checks["parameters_move"].state is CheckState.FAILED


def test_a_part_that_is_cut_off_by_mistake_is_named(checked: Heard) -> None:
    checks = checked.checks("frozen_by_mistake")
    assert checks["gradients"].state is CheckState.FAILED
    assert checks["gradients"].saw.endswith("Linear.weight, Linear.bias")


def test_what_is_frozen_on_purpose_is_named_and_fails_nothing(checked: Heard) -> None:
    checks = checked.checks("frozen_on_purpose")
    for name in ("gradients", "parameters_move"):
        assert checks[name].state is CheckState.PASSED
        assert "; frozen (requires_grad is off): 0.weight, 0.bias" in checks[name].saw


@pytest.mark.parametrize("name", ["by_gradients", "replaced"])
def test_gradients_that_are_kept_on_no_parameter_are_not_missed(
    checked: Heard, name: str
) -> None:
    checks = checked.checks(name)
    assert checks["gradients"].state is CheckState.UNSEEN
    moves = {"by_gradients": CheckState.PASSED, "replaced": CheckState.UNSEEN}
    assert checks["parameters_move"].state is moves[name]


def test_what_no_optimizer_holds_is_named(checked: Heard) -> None:
    checks = checked.checks("partly_held")
    assert checks["gradients"].state is CheckState.PASSED
    saw = checks["parameters_move"].saw
    assert saw.endswith("tensors have moved; held by no optimizer: 0.weight, 0.bias")


def test_losses_of_several_optimizers_are_not_taken_for_one(checked: Heard) -> None:
    checks = checked.checks("adversaries")
    assert checks["loss_falls"].state is CheckState.UNSEEN
    assert checks["initial_loss"].state is CheckState.UNSEEN


def test_a_network_that_explodes_is_not_bounded(checked: Heard) -> None:
    checks = checked.checks("exploding")
    assert checks["finite_loss"].state is CheckState.FAILED
    assert checks["stays_bounded"].state is CheckState.FAILED


def test_a_network_that_does_not_hear_its_input_is_found_out(checked: Heard) -> None:
    checks = checked.checks("blind_to_input")
    assert checks["input_matters"].state is CheckState.FAILED
    assert checks["input_matters"].saw.startswith("outputs change by up to 0 ")


def test_a_network_that_begins_sure_of_itself_is_found_out(checked: Heard) -> None:
    assert checked.checks("badly_begun")["initial_loss"].state is CheckState.FAILED


def test_a_run_that_ends_early_is_checked_all_the_same(checked: Heard) -> None:
    checks = checked.checks("short")
    assert checks["loss_falls"].state is CheckState.UNSEEN
    assert checks["gradients"].state is CheckState.PASSED
