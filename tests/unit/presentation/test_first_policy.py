"""The first policy of a repository is sound, whatever was guessed or was not."""

from hypothesis import given, settings
from hypothesis import strategies as some

from bot.adapters.policy_file import load_policy
from bot.domain.policy import Direction, Policy
from bot.presentation.first_policy import (
    EDIT,
    CommandGuess,
    MetricGuess,
    Option,
    advice,
    policy_text,
)

COMMAND = CommandGuess(
    "train.py",
    (Option(("--seed", "{seed}")), Option(("--steps", "{steps}"), "steps: 500.")),
    params=(("steps", "500"),),
    notes=("modes: add the others.",),
)
METRIC = MetricGuess(
    "val_acc",
    Direction.MAXIMIZE,
    "jsonl",
    "{output_dir}/metrics.jsonl",
    "val/acc",
    "runs/1/metrics.jsonl: val/acc",
)


def load(command: CommandGuess | None, metric: MetricGuess | None) -> Policy:
    return load_policy(policy_text(command, metric).encode(), "seedgate.yml")


def test_what_was_guessed_becomes_a_sound_policy() -> None:
    policy = load(COMMAND, METRIC)
    (mode,) = policy.modes
    assert mode.train == (
        "python",
        "train.py",
        "--seed",
        "{seed}",
        "--steps",
        "{steps}",
    )
    assert mode.metrics[0].source.key == "val/acc"
    assert mode.metrics[0].direction is Direction.MAXIMIZE
    assert policy.stages[0].params == {"steps": "500"}


def test_the_text_says_where_each_guess_comes_from() -> None:
    assert policy_text(COMMAND, METRIC) == (
        "# What must not get worse on the main branch. `seedgate check` explains it.\n"
        "# Lines with CHECK were guessed, lines with EDIT could not be.\n"
        "version: 1\n"
        "\n"
        "modes:\n"
        "  train:\n"
        '    train: [python, train.py, --seed, "{seed}", --steps, "{steps}"]\n'
        "    resources: {cpus: 1, gpus: 0, timeout: 30m}"
        "  # CHECK: what one run needs\n"
        "    metrics:\n"
        "      val_acc:\n"
        "        direction: maximize  # CHECK: higher is better\n"
        "        source: {jsonl: '{output_dir}/metrics.jsonl', key: 'val/acc'}"
        "  # CHECK: seen in runs/1/metrics.jsonl: val/acc\n"
        "        tolerance: 1%"
        "  # CHECK: the largest loss that you would still merge\n"
        "\n"
        "stages:\n"
        "  fast: {params: {steps: 500}, seeds: {min: 4, max: 12}}"
        "  # CHECK: less training is a faster answer\n"
        "\n"
        "# Remove a section to do without it.\n"
        "ablation: {unit: commit}  # which change did it: each is left out in turn\n"
        "invasive: {steps: 20}     # a mode that changes and is no --target blocks\n"
    )


def test_the_first_policy_asks_which_change_did_it_and_what_else_it_touched() -> None:
    assert {"ablation", "invasive"} <= load(None, None).given


def test_with_nothing_guessed_the_places_to_edit_are_marked() -> None:
    text = policy_text(None, None)
    assert text.count("# EDIT") == 3
    assert load(None, None).modes[0].train == ("python", "train.py", "--seed", "{seed}")
    assert [line.partition(":")[0] for line in advice(None, None, "a.yml").check] == [
        "train",
        "metrics",
        "tolerance",
        "resources",
    ]


def test_a_choice_of_models_becomes_a_mode_each() -> None:
    command = CommandGuess("train.py", variant_flag="--arch", variants=("mlp", "conv"))
    policy = load(command, METRIC)
    assert [mode.name for mode in policy.modes] == ["mlp", "conv"]
    assert policy.modes[1].train[-2:] == ("--arch", "conv")
    assert policy.modes[0].metrics == policy.modes[1].metrics


def test_a_value_that_is_not_known_is_marked_in_the_command() -> None:
    command = CommandGuess("train.py", (Option(("--data", EDIT), "say the data."),))
    assert f"--data, {EDIT}]  # EDIT" in policy_text(command, METRIC)
    assert "say the data." in advice(command, METRIC, "a.yml").check


def test_the_advice_says_what_was_guessed_and_what_to_type_next() -> None:
    said = advice(COMMAND, METRIC, ".github/seedgate.yml")
    assert said.guessed == (
        ("command", "train.py, with --seed and --steps"),
        ("metric", "val_acc, seen in runs/1/metrics.jsonl: val/acc"),
    )
    assert said.check[:3] == (
        "steps: 500.",
        "modes: add the others.",
        "direction: val_acc by its name: higher is better.",
    )
    assert [typed.split()[:2] for typed, _ in said.following] == [
        ["seedgate", "check"],
        ["git", "add"],
        ["seedgate", "local"],
    ]


def test_a_script_without_flags_is_named_alone() -> None:
    low = MetricGuess("loss", Direction.MINIMIZE, "stdout", r"(?P<value>\S+)")
    said = advice(CommandGuess("main.py"), low, "a.yml", in_git=False)
    assert said.guessed[0] == ("command", "main.py")
    assert said.check[0].startswith("git: this folder is no repository")
    assert "direction: loss by its name: lower is better." in said.check


@settings(deadline=None, max_examples=50)
@given(
    script=some.text(min_size=1).filter(lambda text: "{" not in text and text.strip()),
    flag=some.text(min_size=1).filter(lambda text: "{" not in text),
    value=some.from_regex(r"[0-9]{1,15}", fullmatch=True),
)
def test_any_script_and_flag_are_written_so_that_they_read_back(
    script: str, flag: str, value: str
) -> None:
    command = CommandGuess(
        script, (Option((flag, "{steps}")),), params=(("steps", value),)
    )
    policy = load(command, METRIC)
    assert policy.modes[0].train == ("python", script, flag, "{steps}")
    assert policy.stages[0].params == {"steps": value}
