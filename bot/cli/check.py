"""`seedgate check`: is the policy sound, and what plan does it imply."""

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Argument

from bot.cli.screen import clean, out
from bot.domain.errors import UserFault

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from rich.console import Console

    from bot.cli.foresight import Foreseen
    from bot.domain.history import Knowledge
    from bot.domain.policing import Prospect
    from bot.domain.policy import Policy, Stage
    from bot.presentation.policy_text import Levels, Means, Row, Section

    Recall = Callable[[Policy, Stage], Knowledge]

POLICY_PATH = Path(".github/seedgate.yml")
_WIDEST = 100
_WIDEST_NAME = 24
_TIED = "\N{NO-BREAK SPACE}"


def check(
    file: Annotated[
        Path | None,
        Argument(help="The policy file; default: .github/seedgate.yml", metavar="FILE"),
    ] = None,
) -> None:
    """Validate a policy file and print the plan that it implies.

    Every fault is listed at once with its line and column. Nothing is run.
    """
    from bot.compose.check import recall_in

    path = file if file is not None else find_policy(Path.cwd())
    show_plan(path, recall_in(path.absolute().parent))


def show_plan(path: Path, recall: "Recall | None" = None) -> None:
    """Print the plan of a policy file; `recall` gives what is known of a stage."""
    from bot.adapters.policy_file import load_policy, unfilled
    from bot.domain.policy import unsupported
    from bot.presentation.first_policy import EDIT
    from bot.presentation.foresight_text import (
        absent_section,
        notes_section,
        refusals_section,
        unfilled_section,
    )
    from bot.presentation.policy_text import headline, plan_sections
    from bot.presentation.power_text import prospects_section

    text = read_bytes(path)
    policy = load_policy(text, str(path))
    blank = unfilled(text, EDIT)
    *planned, last = plan_sections(
        policy, _levels(policy), unsupported(policy), means=_means(policy, recall)
    )
    foreseen = _foreseen(policy, recall)
    between = (
        unfilled_section(blank),
        absent_section(_absent(policy, path)),
        prospects_section(_prospects(policy, recall)),
        notes_section({name: one.notes for name, one in foreseen.items()}),
        refusals_section({name: one.faults for name, one in foreseen.items()}),
    )
    told = [one for one in between if one.rows]
    sections = (*planned, *told, last) if last.warns else (*planned, last, *told)
    console = out()
    first = clean(headline(policy, str(path), len(blank)))
    console.print(first, style="bold yellow" if blank else "bold green")
    _show(sections, console)


def find_policy(start: Path) -> Path:
    """The policy of the repository that holds `start`, relative to `start` if near."""
    top = repository_top(start)
    path = (top or start) / POLICY_PATH
    return path.relative_to(start) if path.is_relative_to(start) else path


def repository_top(start: Path) -> Path | None:
    """The nearest folder, from `start` upwards, that holds a `.git`."""
    folders = (start, *start.parents)
    return next((one for one in folders if (one / ".git").exists()), None)


def _absent(policy: "Policy", path: Path) -> "Mapping[str, Sequence[str]]":
    """Programs that commands run, and that the repository of the policy lacks.

    Nothing can be said where the file is not a repository's own policy.
    """
    from bot.domain.policy import own_programs

    whole = path.resolve()
    top = repository_top(whole.parent)
    if top is None or whole != top / POLICY_PATH:
        return {}
    programs = own_programs(policy).items()
    return {path: names for path, names in programs if _lacks(top, path)}


def _lacks(top: Path, path: str) -> bool:
    try:
        (top / path).lstat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:  # it may be there
        return False
    return False


def read_bytes(path: Path) -> bytes:
    """The bytes of a policy file; `UserFault` where it cannot be read."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        mend = "`seedgate init` writes a first one; or name the file."
        raise UserFault(f"There is no policy file {path}.", mend) from None
    except OSError as error:
        problem = f"{path} cannot be read: {error.strerror}."
        raise UserFault(problem, "Name a file that you may read.") from None


def _levels(policy: "Policy") -> "Levels":
    """The levels that one evaluation uses, where several share the error rate."""
    from bot.domain.policy import Role, StageKind
    from bot.domain.stats.boundaries import levels

    rule = policy.decision
    alpha = rule.alpha / (rule.attempts or 1)
    roles = {metric.role for mode in policy.modes for metric in mode.metrics}
    return {
        stage.name: levels(stage.looks, alpha, rule.spending)
        for stage in policy.stages
        if stage.kind is StageKind.TRAINING and Role.PRIMARY in roles
    }


def _means(policy: "Policy", recall: "Recall | None") -> "Means":
    """What is known of each metric's mean, at the last stage that knows it."""
    means = dict[tuple[str, str], float]()
    if not recall or not any(
        one.share for mode in policy.modes for one in mode.metrics
    ):
        return means  # nothing is said of them
    for stage in _planned(policy):
        known = recall(policy, stage)
        means |= {place: pilot.mean for place, pilot in known.pilots.items()}
        past = ((place, one.mean) for place, one in known.history.items())
        means |= {place: mean for place, mean in past if mean is not None}
    return means


def _foreseen(policy: "Policy", recall: "Recall | None") -> "Mapping[str, Foreseen]":
    """What planning would say of each planned stage."""
    from bot.cli.foresight import foresee
    from bot.domain.history import Knowledge

    return {
        stage.name: foresee(
            policy, stage, recall(policy, stage) if recall else Knowledge()
        )
        for stage in _planned(policy)
    }


def _planned(policy: "Policy") -> "Sequence[Stage]":
    """The stages that train in every evaluation."""
    from bot.domain.policy import StageKind

    return [
        stage
        for stage in policy.stages
        if stage.kind is StageKind.TRAINING and stage.planned
    ]


def _prospects(policy: "Policy", recall: "Recall | None") -> "Mapping[str, Prospect]":
    """How a branch without effect fares in each planned stage, and in all of them."""
    from bot.domain.history import Knowledge
    from bot.domain.policing import outlooks, prospect

    stages = {
        stage.name: outlooks(
            policy.decision,
            stage,
            policy.modes,
            recall(policy, stage) if recall else Knowledge(),
        )
        for stage in _planned(policy)
    }
    found = {f"in {name}": prospect([one]) for name, one in stages.items()}
    if len(stages) > 1:
        found["in all"] = prospect(list(stages.values()))
    return {name: one for name, one in found.items() if one is not None}


def _show(sections: "Sequence[Section]", console: "Console") -> None:
    width = min(console.width, _WIDEST)
    for section in sections:
        console.print()
        console.print(
            clean(section.title), style="bold yellow" if section.warns else "bold"
        )
        longest = max(len(clean(row.name)) for row in section.rows)
        for row in section.rows:
            _show_row(row, min(longest, _WIDEST_NAME), width, console)


def _show_row(row: "Row", column: int, width: int, console: "Console") -> None:
    """The name, then what is said of it in a column of its own."""
    name = clean(row.name)
    indent = " " * (4 + column)
    head = f"  {name:<{column}}  "
    if len(name) > column:
        console.print(head.rstrip())
        head = indent
    for number, line in enumerate((row.text, *row.more)):
        first = head if number == 0 else indent
        said = textwrap.fill(
            clean(line).replace(" %", f"{_TIED}%"),
            width,
            initial_indent=first,
            subsequent_indent=indent,
            break_long_words=False,
            break_on_hyphens=False,
        )
        console.print(said.replace(_TIED, " "), style="" if number == 0 else "dim")
