"""What is kept of a remark: the orders that it gave, and when it gave them."""

from collections.abc import Iterator

from bot.app.pulls.ports import Remark
from bot.domain.commands import Accept, CommandLine, Refused, Unaccept
from bot.domain.pulls.acts import Act, Moment
from bot.domain.pulls.ordering import Granted, is_question


def acts_of(
    remark: Remark,
    line: CommandLine,
    outcome: Granted | Refused,
    moments: tuple[float, Moment],
) -> Iterator[Act]:
    """The order of one line; the same line of the same remark is the same order.

    `moments` are now, by our clock, and when it was said.
    """
    if isinstance(outcome, Refused):
        return
    command, sha = outcome.command, outcome.sha
    if sha is None or remark.author is None or is_question(command):
        return
    source, (at, said) = f"{remark.key}:{line.number}", moments
    by, login = remark.author, remark.login
    yield Act(source, remark.pull, sha, command, by, login, at, *said)


def accepted_after(
    outcome: Granted | Refused, before: frozenset[str]
) -> frozenset[str]:
    """Ids of what is accepted after one more line of the same remark."""
    match outcome:
        case Granted(command=Accept(finding=name)):
            return before | {name}
        case Granted(command=Unaccept(finding=name)):
            return before - {name}
        case _:
            return before
