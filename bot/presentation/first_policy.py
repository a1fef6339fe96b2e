"""The first policy of a repository, as text, from what could be guessed about it.

Every guess carries where it comes from; a line that a person must look at says CHECK,
and one that could not be guessed says EDIT.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.policy import Direction
from bot.presentation.numbers import joined

EDIT = "EDIT-ME"


@dataclass(frozen=True, slots=True)
class Option:
    """Arguments of the command: the flag, its value, and what is to be said of it."""

    words: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class CommandGuess:
    """The training command. `variants` are values of `variant_flag`: one mode each.

    `params` are the placeholders of the stage with their values as written.
    """

    script: str
    options: tuple[Option, ...] = ()
    variant_flag: str = ""
    variants: tuple[str, ...] = ()
    params: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MetricGuess:
    """A metric: its key, the field of its source, and the place where it was seen.

    `form` is stdout, jsonl, csv, tensorboard or trainer_state. `seldom`: a run may show
    it too few times to be called bit-identical.
    """

    name: str
    direction: Direction
    form: str
    locator: str
    key: str = ""
    seen: str = ""
    seldom: bool = False


NO_METRIC = MetricGuess(
    "loss", Direction.MINIMIZE, "stdout", r"\bloss: *(?P<value>\S+)"
)


def policy_text(command: CommandGuess | None, metric: MetricGuess | None) -> str:
    """The YAML text; it is sound whatever was guessed."""
    parts = [*_head(), *_modes(command, metric), "", *_stages(command), *_looks(), ""]
    return "\n".join(parts)


def _head() -> list[str]:
    return [
        "# What must not get worse on the main branch. `seedgate check` explains it.",
        "# Lines with CHECK were guessed, lines with EDIT could not be.",
        "version: 1",
        "",
        "modes:",
    ]


def _modes(command: CommandGuess | None, metric: MetricGuess | None) -> list[str]:
    variants = command.variants if command else ()
    names = variants or ("train",)
    lines = _mode(names[0], command, variants[:1])
    lines += _metric(metric, "&shared " if len(names) > 1 else "")
    for name in names[1:]:
        lines += _mode(name, command, (name,))
        lines.append("    metrics: *shared")
    return lines


def _mode(
    name: str, command: CommandGuess | None, variant: tuple[str, ...]
) -> list[str]:
    words = _words(command, variant)
    remark = "" if command and EDIT not in words else "  # EDIT: the command"
    return [
        f"  {name}:",
        f"    train: [{', '.join(map(quoted, words))}]{remark}",
        "    resources: {cpus: 1, gpus: 0, timeout: 30m}  # CHECK: what one run needs",
    ]


def _words(command: CommandGuess | None, variant: tuple[str, ...]) -> Sequence[str]:
    if command is None:
        return ("python", "train.py", "--seed", "{seed}")
    chosen = (command.variant_flag, *variant) if variant else ()
    rest = (word for option in command.options for word in option.words)
    return ("python", command.script, *chosen, *rest)


_PLAIN = re.compile(r"-{0,2}[A-Za-z][A-Za-z0-9_./-]*")
_MEANT = ("null", "true", "false")


def quoted(word: str) -> str:
    """One argument in a YAML flow list."""
    is_plain = _PLAIN.fullmatch(word) and word.lower() not in _MEANT
    return word if is_plain else _double(word)


def _double(text: str) -> str:
    """The text in YAML's double quotes, with every other character by its number."""
    plain = text.replace("\\", r"\\").replace('"', r"\"")
    return (
        '"' + "".join(c if c.isprintable() else f"\\U{ord(c):08X}" for c in plain) + '"'
    )


def _metric(metric: MetricGuess | None, anchor: str) -> list[str]:
    guess, word = metric or NO_METRIC, "CHECK" if metric else "EDIT"
    better = "lower" if guess.direction is Direction.MINIMIZE else "higher"
    return [
        f"    metrics: {anchor}".rstrip(),
        f"      {guess.name}:",
        f"        direction: {guess.direction}  # {word}: {better} is better",
        *([f"        # {line}" for line in _OFTEN] if guess.seldom else []),
        f"        source: {{{_source(guess)}}}  # {word}: {_seen(guess)}",
        "        tolerance: 1%  # CHECK: the largest loss that you would still merge",
    ]


_OFTEN = (
    "Print it as it goes, three times a run or more: identical runs then pass at the",
    "first look, and else need all seeds.",
)


def _source(guess: MetricGuess) -> str:
    key = f", key: {_single(guess.key)}" if guess.key else ""
    return f"{guess.form}: {_single(guess.locator)}{key}"


def _single(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _seen(guess: MetricGuess) -> str:
    return f"seen in {guess.seen}" if guess.seen else "where the number is printed"


def _stages(command: CommandGuess | None) -> list[str]:
    params = command.params if command else ()
    values = ", ".join(f"{name}: {quoted_value(value)}" for name, value in params)
    given = f"params: {{{values}}}, " if params else ""
    remark = "  # CHECK: less training is a faster answer" if params else ""
    return ["stages:", f"  fast: {{{given}seeds: {{min: 4, max: 12}}}}{remark}"]


def _looks() -> list[str]:
    """Two sections that are in force because they are there."""
    return [
        "",
        "# Remove a section to do without it.",
        "ablation: {unit: commit}  # which change did it: each is left out in turn",
        "invasive: {steps: 20}     # a mode that changes and is no --target blocks",
    ]


def quoted_value(value: str) -> str:
    """A parameter's value: numbers as they are, anything else in quotes."""
    return value if re.fullmatch(r"[0-9]{1,12}", value) else _double(value)


@dataclass(frozen=True, slots=True)
class Advice:
    """What is said after the file is written: facts, things to check, next steps."""

    guessed: tuple[tuple[str, str], ...]
    check: tuple[str, ...]
    following: tuple[tuple[str, str], ...]


def advice(
    command: CommandGuess | None,
    metric: MetricGuess | None,
    path: str,
    *,
    in_git: bool = True,
) -> Advice:
    """What was guessed, what to look at, what to type next."""
    to_check = [
        *([] if in_git else ["git: this folder is no repository; `git init` first."]),
        *_about_command(command),
        *_about_metric(metric),
        "tolerance: 1% of the baseline mean; say what loss you would still merge.",
        "resources: one CPU, no GPU, 30 minutes; say what one run needs.",
    ]
    guessed = (
        ("command", _command_origin(command)),
        ("metric", _metric_origin(metric)),
    )
    return Advice(guessed, tuple(to_check), _following(path))


def _command_origin(command: CommandGuess | None) -> str:
    if command is None:
        return "nothing found that looks like a training script"
    words = [option.words[0] for option in command.options]
    flags = [word for word in (command.variant_flag, *words) if word.startswith("-")]
    return f"{command.script}, with {joined(flags)}" if flags else command.script


def _metric_origin(metric: MetricGuess | None) -> str:
    if metric is None:
        return "nothing found in logs, metric files or prints"
    return f"{metric.name}, seen in {metric.seen}"


def _about_command(command: CommandGuess | None) -> list[str]:
    if command is None:
        return ["train: EDIT the command; a list of arguments, there is no shell."]
    notes = [option.note for option in command.options if option.note]
    return [*notes, *command.notes]


def _about_metric(metric: MetricGuess | None) -> list[str]:
    if metric is None:
        return ["metrics: EDIT name, direction and source of the number that counts."]
    better = "lower" if metric.direction is Direction.MINIMIZE else "higher"
    return [
        f"direction: {metric.name} by its name: {better} is better.",
        *([f"source: {' '.join(_OFTEN)}"] if metric.seldom else []),
    ]


def _following(path: str) -> tuple[tuple[str, str], ...]:
    commit = f"git add {path} && git commit -m 'Add the merge gate'"
    return (
        ("seedgate check", "what the policy means, and what it costs"),
        (commit, "it is read from the base branch"),
        ("seedgate local", "on a branch with a change to judge"),
    )
