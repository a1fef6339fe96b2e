"""What will be done about a command, with the commit that it is about in full."""

from typing import assert_never

from bot.domain.commands import (
    Ablate,
    Accept,
    Baseline,
    Cancel,
    Command,
    Help,
    More,
    Ok,
    Retry,
    Run,
    Scan,
    Split,
    Status,
    Target,
    Unaccept,
    Until,
    UntilCommit,
    UntilDays,
    Why,
)
from bot.domain.pulls.overrides import USUAL_DAYS
from bot.presentation import numbers
from bot.presentation.escape import code, markdown
from bot.presentation.words.commands.help import help_on, help_text
from bot.presentation.words.pulls import BY_A_BRANCH

NO_SANDBOX = (
    "This version of Seedgate has no sandbox for untrusted code, so nothing runs by "
    f"that. To have a fork's commit judged, {BY_A_BRANCH}"
)
_LATER = "What comes of it will be said in another comment."


def acknowledgement(command: Command, sha: str | None) -> str:
    """What will be done; `sha` is the commit in full. Empty for what has an answer.

    The help is its own answer; `why`, `status` and showing the baseline are answered
    from the evaluation.
    """
    match command:
        case Help(about=about):
            return help_text() if about is None else help_on(about)
        case Why() | Status() | Baseline(refresh=False):
            return ""
        case Ok() | Accept() | Unaccept():
            return _trust(command, _commit(sha))
        case Ablate() | Split() | Scan() | Baseline():
            return _study(command, _commit(sha))
        case _:
            return _trials(command, _commit(sha))


def _trials(command: Run | More | Retry | Cancel | Target, commit: str) -> str:
    match command:
        case Run():
            return f"Judging {commit}{_run_parts(command)}."
        case More(seeds=seeds):
            amount = numbers.counted(seeds, "seed")
            return f"Adding {amount} per arm to {commit}, past the last look."
        case Retry():
            return f"Repeating the trials of {commit} that were lost to machines."
        case Cancel(errands=True):
            return f"Stopping what was begun beside {commit}; its answer stands."
        case Cancel():
            return f"Stopping the trials of {commit}; what is finished is kept."
        case Target(modes=modes):
            return f"{commit} means to change {_names(modes)}: each is judged in full."
        case _:
            assert_never(command)


def _run_parts(command: Run) -> str:
    stage = f", stage {code(command.stage)} only" if command.stage else ""
    modes = f", {_modes(command.modes)} only" if command.modes else ""
    return f"{stage}{modes}"


def _study(command: Ablate | Split | Scan | Baseline, commit: str) -> str:
    match command:
        case Ablate(changes=()):
            return f"Judging every change of {commit} apart."
        case Ablate(changes=changes):
            return f"Judging {_names(changes)} of {commit} apart."
        case Split(without=without):
            return f"Begun: {commit} without {_names(without)}. {_LATER}"
        case Scan(param=param, values=values):
            return f"Begun: {code(param)} at {_names(values)} on {commit}. {_LATER}"
        case Baseline():
            return f"Adding runs to the baseline of {commit}; none is replaced."
        case _:
            assert_never(command)


def _trust(command: Ok | Accept | Unaccept, commit: str) -> str:
    match command:
        case Ok():
            return f"Recorded: {commit} is trusted, and only it."
        case Accept(finding=finding, reason=reason, until=until):
            end = _end(until, commit)
            return f"Accepted {code(finding)} {end}, because: {markdown(reason, 500)}"
        case Unaccept(finding=finding):
            return f"{code(finding)} is no longer accepted."
        case _:
            assert_never(command)


def _end(until: Until | None, commit: str) -> str:
    match until:
        case UntilDays(days=days):
            return f"for {numbers.counted(days, 'day')}"
        case UntilCommit():
            return f"as long as {commit} is the head"
        case None:
            return f"for {USUAL_DAYS} days, as no end was named"
        case _:
            assert_never(until)


def _commit(sha: str | None) -> str:
    return code(sha or "")


def _modes(modes: tuple[str, ...]) -> str:
    return f"mode{'s' if len(modes) > 1 else ''} {_names(modes)}"


def _names(names: tuple[str, ...]) -> str:
    return numbers.joined([code(one, 80) for one in names])
