"""A mode on base and branch, bit by bit: never a wrong "identical" or "changed"."""

import dataclasses

import pytest

from bot.domain.invasiveness import compare, settled
from bot.domain.verdict import Behaviour, Fingerprint
from tests.unit.domain.invasiveness.runs import (
    ADAMW,
    BASE,
    TENSORS,
    crashed,
    lost,
    probed,
    ran,
    result,
    step,
    steps,
)
from workers.contract import Aside, OptimizerSeen, ProbeEnd, Tensor, TrialResult

IDENTICAL, NUMERIC = Fingerprint.IDENTICAL, Fingerprint.NUMERIC
CHANGED, UNKNOWN = Fingerprint.CHANGED, Fingerprint.UNKNOWN


def against(branch: TrialResult, base: TrialResult = BASE) -> Behaviour:
    return compare(base, base, branch)


def other_settings(**settings: str) -> OptimizerSeen:
    return dataclasses.replace(
        ADAMW, settings=tuple((dict(ADAMW.settings) | settings).items())
    )


# Identical


def test_steps_that_agree_in_every_bit_are_identical() -> None:
    seen = against(ran())
    assert (seen.fingerprint, seen.steps, seen.step) == (IDENTICAL, 20, None)


def test_two_runs_that_agree_need_no_second_run_of_the_base() -> None:
    assert settled(BASE, ran())
    assert compare(BASE, None, ran()).fingerprint is IDENTICAL


def test_a_run_that_ends_by_itself_before_is_compared_over_its_own_steps() -> None:
    short = ran(steps(3), end=ProbeEnd.EXIT)
    assert (against(short, short).fingerprint, against(short, short).steps) == (
        IDENTICAL,
        3,
    )


def test_a_renamed_layer_changes_nothing() -> None:
    renamed = tuple(
        dataclasses.replace(one, name=one.name.replace("fc", "head")) for one in TENSORS
    )
    branch = ran(optimizers=(dataclasses.replace(ADAMW, parameters=renamed),))
    seen = against(branch)
    assert (seen.fingerprint, seen.shapes) == (IDENTICAL, ())


def test_folders_of_a_run_are_no_part_of_its_command() -> None:
    here = ran(command=("/opt/one/python", "train.py", "--out=/tmp/run-1/output"))
    there = ran(command=("/opt/two/python", "train.py", "--out=/tmp/run-2/output"))
    seen = compare(here, None, there)
    assert (seen.fingerprint, seen.same_command) == (IDENTICAL, True)


def test_two_optimizers_that_take_turns_are_compared_turn_by_turn() -> None:
    turns = [step(n, optimizer=one) for n in range(1, 4) for one in (0, 1)]
    both = ran(turns, optimizers=(ADAMW, ADAMW))
    assert against(both, both).steps == 3
    swapped = ran([turns[1], turns[0], *turns[2:]], optimizers=(ADAMW, ADAMW))
    seen = against(swapped, both)
    assert (seen.fingerprint, seen.quantity) == (CHANGED, "order of optimizer steps")


# Unknown


def test_a_base_that_does_not_repeat_itself_is_never_called_changed() -> None:
    again = ran(steps(since=3, loss=(9.9).hex()))
    seen = compare(BASE, again, ran(steps(since=2, loss=(7.7).hex())))
    assert seen.fingerprint is UNKNOWN
    assert seen.why == "two runs of the base differ from step 3 on, first in the loss"


def test_a_base_that_differs_before_its_first_step_says_in_what() -> None:
    again = ran(optimizers=(other_settings(lr="0.1"),))
    seen = compare(BASE, again, ran(steps(since=2, loss=(7.7).hex())))
    assert seen.why == "two runs of the base differ, first in the optimizer settings"


def test_a_branch_that_crashes_is_not_blamed_where_the_base_is_not_repeatable() -> None:
    again = ran(steps(since=3, loss=(9.9).hex()))
    assert compare(BASE, again, crashed()).fingerprint is UNKNOWN


def test_without_a_second_run_of_the_base_a_difference_says_nothing() -> None:
    branch = ran(steps(since=3, loss=(9.9).hex()))
    assert not settled(BASE, branch)
    seen = compare(BASE, None, branch)
    assert (seen.fingerprint, "run once" in seen.why) == (UNKNOWN, True)


@pytest.mark.parametrize(
    ("base", "why"),
    [
        (crashed(), "the base itself fails: NameError: no such name"),
        (lost(), "a run of the base was lost: The node went away"),
        (result(), "on the base, the probe left no word"),
        (
            ran((), end=ProbeEnd.BLIND),
            "on the base, something kept the probe from looking",
        ),
        (
            ran((), end=ProbeEnd.BLIND, faults=("The code has its own site.",)),
            "on the base, The code has its own site",
        ),
        (
            ran((), end=ProbeEnd.MISSING),
            "on the base, the process ended without a word of the probe",
        ),
        (ran(faults=("Steps were skipped.",)), "on the base, Steps were skipped"),
        (
            ran([step(1, loss=None, gradient=None, parameters=None)]),
            "on the base, the probe saw steps, and neither a loss nor the parameters "
            "in them",
        ),
    ],
)
def test_a_base_of_which_nothing_was_seen_leaves_the_mode_unknown(
    base: TrialResult, why: str
) -> None:
    assert settled(base, ran())
    seen = compare(base, None, ran())
    assert (seen.fingerprint, seen.why) == (UNKNOWN, why)
    again = compare(BASE, base, ran(steps(since=2, loss=(7.7).hex())))
    assert (again.fingerprint, again.why) == (UNKNOWN, why)


@pytest.mark.parametrize("branch", [lost(), result(), ran((), end=ProbeEnd.BLIND)])
def test_a_branch_of_which_nothing_was_seen_leaves_the_mode_unknown(
    branch: TrialResult,
) -> None:
    assert settled(BASE, branch)
    assert compare(BASE, None, branch).fingerprint is UNKNOWN


@pytest.mark.parametrize(
    ("end", "word"), [(ProbeEnd.NO_TORCH, "torch"), (ProbeEnd.NO_STEPS, "optimizer")]
)
def test_a_mode_without_steps_is_unknown_and_not_identical(
    end: ProbeEnd, word: str
) -> None:
    idle = ran((), end=end, optimizers=())
    seen = compare(idle, None, idle)
    assert (seen.fingerprint, word in seen.why) == (UNKNOWN, True)


# Changed


@pytest.mark.parametrize(
    ("changes", "quantity"),
    [
        ({"batch": "other"}, "data"),
        ({"rates": (0.0006,), "loss": (9.0).hex()}, "learning rates"),
        ({"rates": (0.0005, 0.1)}, "learning rates"),
        ({"loss": (9.0).hex(), "parameters": "other"}, "loss"),
        ({"gradient": (9.0).hex()}, "gradient norm"),
        ({"loss": None}, "loss"),
        ({"backwards": 2, "rates": (0.1,)}, "calls of backward"),
        ({"parameters": "other"}, "parameters"),
    ],
)
def test_the_first_step_and_the_first_quantity_that_differ_are_named(
    changes: dict[str, object], quantity: str
) -> None:
    seen = against(ran(steps(since=4, **changes)))
    assert (seen.fingerprint, seen.step, seen.quantity) == (
        NUMERIC if quantity in ("data", "parameters") else CHANGED,
        4,
        quantity,
    )


def test_losses_are_told_as_numbers_with_their_distance() -> None:
    seen = against(ran(steps(since=4, loss=(2.7).hex())))
    assert (seen.before, seen.after) == ("2.26", "2.7")
    assert seen.relative == pytest.approx(0.44 / 2.7)


def test_numbers_that_look_alike_are_told_with_all_their_digits() -> None:
    rates = (0.0005000000001,)
    seen = against(ran(steps(since=4, rates=rates)))
    assert (seen.before, seen.after) == ("0.0005", "0.0005000000001")


def test_a_loss_that_is_no_number_is_told_as_well() -> None:
    seen = against(ran(steps(since=4, loss=float("nan").hex())))
    assert (seen.fingerprint, seen.after, seen.relative) == (
        CHANGED,
        "nan",
        float("inf"),
    )


def test_a_forged_number_breaks_nothing() -> None:
    seen = against(ran(steps(since=4, loss="0x1p99999999")))
    assert (seen.fingerprint, seen.after, seen.relative) == (CHANGED, "", None)


def test_parameters_are_named_by_the_first_tensor_that_differs() -> None:
    changes = {"parameters": "other", "tensors": ("weight-20", "other")}
    seen = against(ran([*steps(19), step(20, **changes)]))
    assert (seen.fingerprint, seen.quantity) == (CHANGED, "parameters")
    assert (seen.step, seen.tensor) == (20, "fc.bias")


@pytest.mark.parametrize(
    "changes",
    [
        {"parameters": "other"},
        {"parameters": "other", "tensors": ("weight-20", "bias-20", "third")},
    ],
)
def test_a_tensor_that_is_not_known_has_no_name(changes: dict[str, object]) -> None:
    seen = against(ran([*steps(19), step(20, **changes)]))
    assert (seen.fingerprint, seen.tensor) == (CHANGED, "")


def test_a_tensor_beyond_those_of_its_optimizer_has_no_name() -> None:
    base = ran([*steps(19), step(20, tensors=("a", "b", "c"))])
    branch = ran([*steps(19), step(20, tensors=("a", "b", "d"))])
    assert against(branch, base).tensor == ""


def test_a_step_of_an_optimizer_that_was_not_seen_has_no_tensors() -> None:
    base = ran([step(1, optimizer=7, tensors=("a",))])
    branch = ran([step(1, optimizer=7, tensors=("b",))])
    assert (against(branch, base).quantity, against(branch, base).tensor) == (
        "parameters",
        "",
    )


@pytest.mark.parametrize(
    ("settings", "before", "after"),
    [
        ({"lr": "0.00050005"}, "lr 0.0005", "lr 0.00050005"),
        ({"weight_decay": "None"}, "weight_decay 0.01", "weight_decay None"),
        ({"nesterov": "True"}, "nesterov not set", "nesterov True"),
    ],
)
def test_settings_of_the_optimizer_are_told_before_all_steps(
    settings: dict[str, str], before: str, after: str
) -> None:
    branch = ran(
        steps(since=1, batch="other"), optimizers=(other_settings(**settings),)
    )
    seen = against(branch)
    assert (seen.fingerprint, seen.quantity, seen.step) == (
        CHANGED,
        "optimizer settings",
        None,
    )
    assert (seen.before, seen.after) == (before, after)


def test_a_setting_that_is_gone_is_told() -> None:
    bare = dataclasses.replace(ADAMW, settings=ADAMW.settings[:1])
    seen = against(ran(optimizers=(bare,)))
    assert (seen.before, seen.after) == ("weight_decay 0.01", "weight_decay not set")


def test_another_optimizer_is_told_by_its_name() -> None:
    seen = against(ran(optimizers=(dataclasses.replace(ADAMW, kind="SGD"),)))
    assert (seen.quantity, seen.before, seen.after) == ("optimizer", "AdamW", "SGD")
    none = against(ran(optimizers=()))
    assert (none.quantity, none.after) == ("optimizer", "none")


def test_shapes_are_told_with_the_tensor() -> None:
    wide = (Tensor("fc.weight", (128, 10), "float32"), TENSORS[1])
    branch = ran(optimizers=(dataclasses.replace(ADAMW, parameters=wide),))
    seen = against(branch)
    assert (seen.quantity, seen.tensor) == ("parameter shapes", "fc.weight")
    assert (seen.before, seen.after) == ("64 x 10 float32", "128 x 10 float32")
    assert seen.parameters == (650, 1290)
    assert seen.shapes == ("fc.weight: 64 x 10 float32 -> 128 x 10 float32",)


def test_a_buffer_beside_the_parameters_is_compared_as_well() -> None:
    mean = Tensor("norm.running_mean", (8,), "float32")
    base = ran(
        steps(since=20, tensors=("weight", "bias", "mean")),
        optimizers=(dataclasses.replace(ADAMW, beside=(mean,)),),
    )
    gone = against(ran(), base)
    assert (gone.quantity, gone.tensor) == ("parameter shapes", "norm.running_mean")
    moved = steps(since=20, tensors=("weight", "bias", "other"))
    other = dataclasses.replace(base, probed=probed(moved, optimizers=base_of(base)))
    assert (against(other, base).tensor, against(other, base).parameters) == (
        "norm.running_mean",
        (650, 650),
    )


def base_of(result_: TrialResult) -> tuple[OptimizerSeen, ...]:
    assert result_.probed is not None
    return result_.probed.optimizers


def test_a_parameter_more_is_a_change_of_shapes() -> None:
    more = (*TENSORS, Tensor("scale", (), "float32"))
    branch = ran(optimizers=(dataclasses.replace(ADAMW, parameters=more),))
    seen = against(branch)
    assert (seen.tensor, seen.before, seen.after) == ("scale", "none", "scalar float32")
    assert against(BASE, branch).after == "none"
    assert seen.shapes == ("scale: none -> scalar float32",)


def test_very_many_shapes_are_counted() -> None:
    many = tuple(Tensor(f"layer.{n}", (2,), "float32") for n in range(60))
    branch = ran(optimizers=(dataclasses.replace(ADAMW, parameters=many),))
    seen = against(branch)
    assert (len(seen.shapes), seen.shapes[-1]) == (51, "12 more")


def test_a_resolved_command_is_told_by_the_words_that_differ() -> None:
    branch = ran(command=("python", "train.py", "--type", "gru", "--epochs", "20"))
    seen = against(branch)
    assert (seen.fingerprint, seen.quantity) == (CHANGED, "command")
    assert (seen.before, seen.after) == ("gru", "gru --epochs 20")
    assert seen.same_command is False


def test_a_word_of_the_command_that_no_two_runs_share_is_not_compared() -> None:
    ports = [ran(command=("torchrun", f"--port={n}", "train.py")) for n in (1, 2, 3)]
    seen = compare(ports[0], ports[1], ports[2])
    assert (seen.fingerprint, seen.same_command) == (IDENTICAL, None)
    other = ran(steps(since=5, loss=(9.9).hex()), command=("torchrun", "--port=4"))
    seen = compare(ports[0], ports[1], other)
    assert (seen.fingerprint, seen.quantity) == (CHANGED, "loss")
    assert compare(ports[0], ports[1], crashed()).fingerprint is CHANGED


def test_another_number_of_processes_is_a_change() -> None:
    seen = against(ran(processes=2))
    assert (seen.quantity, seen.before, seen.after) == (
        "number of processes",
        "1",
        "2",
    )


def test_fewer_steps_are_a_change_at_the_first_that_is_missing() -> None:
    seen = against(ran(steps(15), end=ProbeEnd.EXIT))
    assert (seen.fingerprint, seen.quantity, seen.step) == (
        CHANGED,
        "number of steps",
        16,
    )
    assert (seen.before, seen.after, seen.steps) == ("20", "15", 15)
    more = against(BASE, ran(steps(15), end=ProbeEnd.EXIT))
    assert (more.before, more.after, more.step) == ("15", "20", 16)


def test_as_many_steps_that_end_in_another_way_are_not_identical() -> None:
    seen = against(ran(end=ProbeEnd.EXIT))
    assert (seen.fingerprint, seen.before, seen.after) == (CHANGED, "steps", "exit")


def test_a_branch_that_crashes_within_the_steps_is_changed() -> None:
    branch = crashed(probed(steps(7), end=ProbeEnd.EXIT))
    assert not settled(BASE, branch)
    seen = against(branch)
    assert (seen.fingerprint, seen.quantity, seen.step) == (CHANGED, "outcome", 7)
    assert seen.after == "it fails: NameError: no such name"
    assert against(crashed()).step is None


def test_what_becomes_of_a_run_that_the_probe_has_ended_says_nothing() -> None:
    assert against(crashed(probed())).fingerprint is IDENTICAL


@pytest.mark.parametrize("end", [ProbeEnd.NO_STEPS, ProbeEnd.NO_TORCH])
def test_a_branch_that_makes_no_more_steps_is_changed(end: ProbeEnd) -> None:
    idle = ran((), end=end, optimizers=())
    assert not settled(BASE, idle)
    seen = against(idle)
    assert (seen.fingerprint, seen.quantity) == (CHANGED, "number of steps")
    assert (seen.before, seen.after) == ("20", "0")
    assert against(BASE, idle).after == "20"


# Numeric


def test_parameters_that_move_otherwise_are_changed_though_no_loss_shows_it() -> None:
    """As a rate of one's own does that is a hundredth larger, and small."""
    base = ran(steps(since=4, moved=(1e-6).hex()))
    far = ran(steps(since=4, moved=(1.01e-6).hex(), parameters="other"))
    near = ran(steps(since=4, moved=(1e-6 * (1 + 3e-7)).hex(), parameters="other"))
    assert against(far, base).fingerprint is CHANGED
    assert against(near, base).fingerprint is NUMERIC


def test_models_that_nobody_calls_count() -> None:
    average = ran(aside=(Aside("ab", (0.5).hex()),))
    faster = ran(aside=(Aside("cd", (0.6).hex()),))
    seen = against(faster, average)
    assert (seen.fingerprint, seen.quantity) == (CHANGED, "models that are not called")
    assert (seen.before, seen.after) == ("", "")
    gone = against(ran(), average)
    assert (gone.fingerprint, gone.before, gone.after) == (
        CHANGED,
        "1 moved",
        "0 moved",
    )
    rounded = ran(
        steps(loss=(2.3).hex(), parameters="other"),
        aside=(Aside("ef", (0.5 * (1 + 1e-7)).hex()),),
    )
    base = ran(steps(loss=(2.3).hex()), aside=(Aside("ab", (0.5).hex()),))
    assert against(rounded, base).fingerprint is NUMERIC


def test_what_the_probe_could_not_see_is_noted_once() -> None:
    blind = ran(notes=("The data is not known.",))
    both = against(blind, blind)
    assert (both.fingerprint, both.notes) == (IDENTICAL, ("The data is not known.",))
    assert against(lost(), blind).notes == ("The data is not known.",)


def test_losses_within_rounding_are_numeric() -> None:
    moved = [
        step(n, loss=((2.3 - 0.01 * n) * (1 + 5e-7)).hex(), parameters="other")
        for n in range(1, 21)
    ]
    seen = against(ran(moved))
    assert (seen.fingerprint, seen.quantity, seen.step) == (NUMERIC, "loss", 1)
    assert seen.relative == pytest.approx(5e-7)
    assert not seen.shifted


def test_losses_that_drift_beyond_rounding_are_changed() -> None:
    moved = [
        step(n, loss=((2.3 - 0.01 * n) * (1 + 2e-6 * n)).hex()) for n in range(1, 21)
    ]
    assert against(ran(moved)).fingerprint is CHANGED


def test_a_gradient_that_drifts_beyond_rounding_is_changed() -> None:
    moved = steps(since=18, gradient=(0.50001).hex())
    assert against(ran(moved)).fingerprint is CHANGED


def test_a_rate_is_allowed_the_rounding_of_one_formula_and_no_more() -> None:
    near, far = 0.0005 * (1 + 4e-16), 0.0005 * (1 + 1e-9)
    assert against(ran(steps(since=4, rates=(near,)))).fingerprint is NUMERIC
    assert against(ran(steps(since=4, rates=(far,)))).fingerprint is CHANGED
    rounded = other_settings(lr=repr(near))
    assert against(ran(optimizers=(rounded,))).fingerprint is NUMERIC
    wide = dataclasses.replace(rounded, parameters=TENSORS[:1])
    assert against(ran(optimizers=(wide,))).fingerprint is CHANGED


def test_a_difference_in_the_last_step_alone_is_no_rounding() -> None:
    seen = against(ran([*steps(19), step(20, parameters="other")]))
    assert seen.fingerprint is CHANGED


def test_digests_that_differ_without_any_loss_or_gradient_are_changed() -> None:
    bare = {"loss": None, "gradient": None}
    base, branch = steps(since=1, **bare), steps(since=1, **bare, parameters="other")
    seen = against(ran(branch), ran(base))
    assert (seen.fingerprint, seen.quantity) == (CHANGED, "parameters")


def test_losses_that_are_nan_on_both_sides_are_no_rounding_of_one_another() -> None:
    nan = float("nan").hex()
    base = ran(steps(since=5, loss=nan))
    branch = ran(steps(since=5, loss=nan, parameters="other"))
    assert against(branch, base).fingerprint is NUMERIC
    assert against(branch).fingerprint is CHANGED


# A shift of randomness


def shifted(**changes: object) -> TrialResult:
    """Other data from the first step on, and losses a little off."""
    return ran([step(n, batch="other", **changes) for n in range(1, 21)])


def test_other_data_from_the_first_step_and_near_losses_look_like_a_shift() -> None:
    seen = against(shifted(loss=(2.25).hex()))
    assert (seen.fingerprint, seen.quantity, seen.shifted) == (
        CHANGED,
        "data",
        True,
    )
    assert seen.same_data_order is False


def backwards(*, end: str = "batch-1", **changes: object) -> TrialResult:
    """The batches of the base from its last to its first, and losses a little off."""
    batches = [*(f"batch-{n}" for n in range(20, 1, -1)), end]
    return ran(
        [step(n, batch=batch, **changes) for n, batch in enumerate(batches, start=1)]
    )


def test_the_same_batches_at_other_steps_are_another_order() -> None:
    seen = against(backwards(loss=(2.25).hex()))
    assert (seen.quantity, seen.step, seen.shifted) == ("order of the data", 1, True)
    assert seen.same_data_order is False


@pytest.mark.parametrize("end", ["batch-2", "other"])
def test_batches_that_are_not_all_the_same_are_not_only_in_another_order(
    end: str,
) -> None:
    assert against(backwards(end=end, loss=(2.25).hex())).quantity == "data"


def test_the_same_batches_drawn_less_often_are_another_draw() -> None:
    base = ran([step(n, batch=str(n // 5)) for n in range(1, 21)])
    branch = ran([step(n, batch=str(n % 5)) for n in range(1, 21)])
    assert against(branch, base).quantity == "data"


def test_batches_that_are_not_all_known_are_not_said_to_be_the_same() -> None:
    names = [None, *(f"batch-{n}" for n in range(2, 21))]
    base = ran([step(n, batch=name) for n, name in enumerate(names, start=1)])
    turned = [step(n, batch=name) for n, name in enumerate(names[::-1], start=1)]
    assert against(ran(turned), base).quantity == "data"


def test_losses_far_off_are_no_shift() -> None:
    assert not against(shifted(loss=(1.5).hex())).shifted


def test_more_work_a_step_is_no_shift() -> None:
    other = shifted(loss=(2.25).hex()).probed
    assert other is not None
    assert not against(result(dataclasses.replace(other, flops=2000.0))).shifted


def test_the_same_data_with_another_loss_is_no_shift() -> None:
    assert not against(ran(steps(since=1, loss=(2.25).hex()))).shifted


def test_the_same_loss_of_the_first_step_is_no_shift() -> None:
    clipped = [
        step(n, batch=None, gradient=(0.1).hex(), loss=(2.3 - 0.012 * (n - 1)).hex())
        for n in range(1, 21)
    ]
    base = [
        step(n, batch=None, loss=(2.3 - 0.01 * (n - 1)).hex()) for n in range(1, 21)
    ]
    assert not against(ran(clipped), ran(base)).shifted


def test_other_data_with_the_same_losses_is_no_shift() -> None:
    branch = [step(n, batch="other", parameters=f"other-{n}") for n in range(1, 20)]
    seen = against(ran([*branch, step(20, batch="other", loss=(3.0).hex())]))
    assert (seen.fingerprint, seen.shifted) == (CHANGED, False)


def test_what_begins_later_is_no_shift() -> None:
    records = [*steps(3), *(step(n, batch="x", loss=(2.2).hex()) for n in range(4, 21))]
    assert not against(ran(records)).shifted


def test_where_data_is_not_seen_near_losses_look_like_a_shift() -> None:
    base = ran(steps(since=1, batch=None))
    branch = ran(steps(since=1, batch=None, loss=(2.25).hex()))
    seen = against(branch, base)
    assert (seen.shifted, seen.same_data_order) == (True, None)
    rates = ran(steps(since=1, batch=None, rates=(0.1,), loss=(2.25).hex()))
    assert not against(rates, base).shifted


def test_without_losses_nothing_looks_like_a_shift() -> None:
    base = ran(steps(since=1, loss=None))
    branch = ran(steps(since=1, loss=None, batch="other", gradient=(3.0).hex()))
    assert not against(branch, base).shifted


# Surroundings


def test_files_that_are_read_or_no_longer_read_are_listed() -> None:
    seen = against(ran(files=("names.py", "words.txt")))
    assert (seen.files_added, seen.files_gone) == (("words.txt",), ("train.py",))


def test_work_is_compared_where_both_sides_know_it() -> None:
    assert against(ran(flops=1500.0)).flops == (1000.0, 1500.0)
    assert against(ran(flops=None)).flops is None


def test_lines_that_ran_are_counted_on_both_sides() -> None:
    base = ran(executed=(("train.py", (3, 4)),))
    branch = ran(executed=(("train.py", (3,)), ("names.py", (7, 8, 9))))
    assert against(branch, base).executed == 6


def test_parameters_that_were_not_seen_are_not_counted() -> None:
    bare = ran(optimizers=(OptimizerSeen("unknown"),))
    assert against(bare, bare).parameters is None


def test_what_is_learnt_beside_the_parameters_is_no_rounding() -> None:
    """Another momentum of batch normalisation shows in no loss of training."""
    beside = {"parameters": "other"}
    base = ran(steps(since=1, drifted=(1.25).hex()))
    near = ran(steps(since=1, drifted=(1.25 * (1 + 1e-7)).hex(), **beside))
    far = ran(steps(since=1, drifted=(1.5).hex(), **beside))
    assert against(near, base).fingerprint is NUMERIC
    assert against(far, base).fingerprint is CHANGED
