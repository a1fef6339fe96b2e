"""What is kept of a remark: the orders that it gave, and when it gave them."""

from collections.abc import Iterator
from dataclasses import replace

from bot.app.pulls.ports import Remark
from bot.domain.commands import Accept, Cancel, CommandLine, Refused, Unaccept
from bot.domain.pulls.acts import Act, Moment, is_errand
from bot.domain.pulls.ordering import Facts, Granted, is_question


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


def facts_after(outcome: Granted | Refused, facts: Facts) -> Facts:
    """What the next line of the same remark hangs on: what was ordered may run."""
    if isinstance(outcome, Refused) or outcome.idle or is_question(outcome.command):
        return facts
    match outcome.command:
        case Cancel():
            return replace(facts, errands=False)
        case errand if is_errand(errand):
            return replace(facts, errands=True)
        case Accept(finding=name):
            return replace(facts, stands=None, accepted=facts.accepted | {name})
        case Unaccept(finding=name):
            return replace(facts, stands=None, accepted=facts.accepted - {name})
        case _:
            return replace(facts, stands=None)
