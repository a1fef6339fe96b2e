"""Commands carried out: a comment or review becomes orders, answers and reactions.

Who may is asked when it is handled, never when it was written. All is gathered first,
then decided; one transaction keeps what came of it, so a crash before that repeats
questions alone.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import assert_never

from bot.app.github import GitHub
from bot.app.pulls.commands import asking
from bot.app.pulls.commands.answered import decided, lossless, needless
from bot.app.pulls.commands.answering import (
    Said,
    admitted,
    place_of,
    refused_posts,
    said_posts,
)
from bot.app.pulls.commands.desk import Desk
from bot.app.pulls.commands.hearing import Hearing
from bot.app.pulls.commands.orders import acts_of, facts_after
from bot.app.pulls.ports import Register, Remark
from bot.domain.commands import (
    Ablate,
    Accept,
    Allowed,
    Baseline,
    Cancel,
    Command,
    CommandLine,
    Heads,
    Help,
    More,
    Ok,
    Passed,
    Person,
    Refused,
    Retry,
    Run,
    Split,
    Status,
    Why,
    parse_comment,
    permit,
)
from bot.domain.github import Account, Place, Pull
from bot.domain.pulls.acts import Act, Moment
from bot.domain.pulls.ordering import (
    UNKNOWN,
    Facts,
    Granted,
    Terms,
    is_question,
    named_changes,
    needs_person,
    needs_role,
    ordered,
)
from bot.domain.pulls.overrides import accepted_ids, spoken_of
from bot.domain.pulls.standing import Standing
from bot.presentation.github import answers
from bot.presentation.github.known import Known
from bot.presentation.words.commands import (
    NO_SANDBOX,
    acknowledgement,
    refusal,
)

_TRUNCATED_S = 1.0
"""GitHub cuts the time of a comment to whole seconds, so it was written up to one later
than it says; the first head, seen within that second, may have been on screen. Of two
nobody knows which one was.
"""


class Commander:
    """Handles remarks, one at a time; `now` is Unix seconds by our clock."""

    def __init__(
        self,
        github: GitHub,
        register: Register,
        now: Callable[[], float],
        hearing: Hearing,
        desk: Desk,
    ) -> None:
        """Keep what it asks; nothing is called yet."""
        self._github = github
        self._register = register
        self._now = now
        self._hearing = hearing
        self._desk = desk

    def handle(self, remark: Remark) -> None:
        """Do what a remark says, once: it is settled, whatever it says.

        Without a command nothing is said, and GitHub is not called; nor where somebody
        who may not write was answered often enough in this hour. Raises `GitHubError`
        for a failure that passes, and `MachineryFault`; then it is not settled, and may
        be handled again.
        """
        lines = tuple(self._hearing.read_lines(remark.body))
        may_be_read = admitted(remark)
        heard = lines and not isinstance(may_be_read, Passed)
        if not heard or not self._hearing.welcomes(remark, self._github):
            self._register.settle(remark, (), (), self._now())
            return
        if isinstance(may_be_read, Refused):
            self._refuse(remark, may_be_read)
            return
        told = parse_comment(lines)
        if isinstance(told, Refused):
            self._refuse(remark, told)
            return
        self._carry_out(remark, lines, told)

    def _refuse(self, remark: Remark, refused: Refused) -> None:
        posts = refused_posts(remark, refusal(refused))
        self._register.settle(remark, (), posts, self._now())

    def _carry_out(
        self,
        remark: Remark,
        lines: Sequence[CommandLine],
        told: Sequence[Command | Refused],
    ) -> None:
        commands = [one for one in told if not isinstance(one, Refused)]
        facts, known = self._gathered(remark, commands)
        moments = self._now(), self._moment(remark)
        acts, said = list[Act](), list[Said]()
        for line, one in zip(lines, told, strict=True):
            outcome = one if isinstance(one, Refused) else ordered(one, facts)
            said.append(Said(line, outcome, self._text(outcome, facts, known)))
            acts.extend(acts_of(remark, line, outcome, moments))
            facts = facts_after(outcome, facts)
        posts = said_posts(remark, said)
        self._register.settle(remark, acts, posts, self._now())

    def _gathered(
        self, remark: Remark, commands: Sequence[Command]
    ) -> tuple[Facts, Known]:
        """All that the commands hang on, each thing asked once and only if needed."""
        if not any(needs_person(one) for one in commands):
            nobody = Facts(Person(None), Terms(), Heads(None, None))
            return nobody, self._known(remark, commands)
        place = place_of(remark)
        pull = asking.pull(self._github, place, remark.pull.number)
        person = self._person(remark, commands, pull)
        known = self._known(remark, commands)
        facts = self._facts(remark, pull, person, known)
        if pull is None:
            return facts, known
        return self._with_changes(place, pull, commands, facts), known

    def _known(self, remark: Remark, commands: Sequence[Command]) -> Known:
        """What is known after GitHub was asked: that takes a while, and trials end."""
        if any(_asks_known(one) for one in commands):
            return self._desk.known(remark.pull)
        return Known()

    def _person(
        self, remark: Remark, commands: Sequence[Command], pull: Pull | None
    ) -> Person:
        """Who wrote it; the role is asked only where being the author is not enough."""
        author = pull.author if pull is not None else None
        is_author = author is not None and author.id == remark.author
        asked = any(needs_role(one, is_author=is_author) for one in commands)
        if remark.author is None or not asked:
            return Person(None, is_author)
        account = Account(remark.author, remark.login, remark.kind)
        role = asking.role(self._github, place_of(remark), account)
        self._hearing.knows(remark, role)
        return Person(role, is_author)

    def _facts(
        self, remark: Remark, pull: Pull | None, person: Person, known: Known
    ) -> Facts:
        if pull is None:
            return Facts(person, UNKNOWN, Heads(None, None))
        head = pull.head.sha
        recorded, said = self._recorded(remark), self._moment(remark)
        acts = self._register.acts(remark.pull)
        mine = known.standing is not None and known.standing.head == head
        stands = self._stands(known.standing, pull, acts)
        return Facts(
            person,
            self._desk.terms(place_of(remark), pull),
            Heads(recorded, head),
            (*self._register.heads(remark.pull), head),
            pull.open,
            known.findings if mine else (),
            accepted_ids(one for one in acts if one.moment <= said),
            spoken_of(one for one in acts if one.moment > said),
            stands=stands,
            errands=stands is not None and self._desk.errands(remark.pull, head),
            merged=pull.merged,
            needless=needless(known.standing) if stands else "",
            decided=mine and decided(known),
            lossless=mine and lossless(known),
        )

    def _stands(
        self, kept: Standing | None, pull: Pull, acts: Sequence[Act]
    ) -> str | None:
        """What the check run says of a head that rests; None where trials may run."""
        if kept is None or not kept.rests(pull, acts) or self._desk.renews(kept, pull):
            return None
        return "" if kept.voice is None else kept.voice.change.output.title

    def _moment(self, remark: Remark) -> Moment:
        """When it was said; now, where GitHub did not say."""
        return remark.created_at or self._github.their_now(), remark.id

    def _recorded(self, remark: Remark) -> str | None:
        """The head that was on screen; None where that is not known."""
        pull, said_at = remark.pull, remark.created_at
        last = self._register.head_at(pull, said_at + _TRUNCATED_S)
        before = self._register.head_at(pull, said_at)
        if before is None:  # the first of all heads, or one of two in that second
            heads = self._register.heads(pull)
            return last if last in heads[:1] else None
        return last if before == last else None

    def _with_changes(
        self, place: Place, pull: Pull, commands: Sequence[Command], facts: Facts
    ) -> Facts:
        """With the changes of the branch, and what it has of those that they name.

        To find that out is work, which only those who may can have done.
        """
        person, rules = facts.person, facts.terms.rules
        about = [
            one
            for one in commands
            if isinstance(one, Ablate | Split)
            and isinstance(permit(one.verb, person, rules), Allowed)
        ]
        if not about:
            return facts
        typed = [name for one in about for name in named_changes(one)]
        return replace(facts, changes=self._desk.changes(place, pull, typed))

    def _text(self, outcome: Granted | Refused, facts: Facts, known: Known) -> str:
        """What is said of one command."""
        match outcome:
            case (Refused() as wrong) | Granted(idle=Refused() as wrong):
                return refusal(wrong)
            case Granted(command=command, sha=sha):
                return self._answer(command, sha, facts, known)
            case _:
                assert_never(outcome)

    def _answer(
        self, command: Command, sha: str | None, facts: Facts, known: Known
    ) -> str:
        match command:
            case Why():
                return answers.why(known)
            case Status():
                return answers.status(known)
            case Baseline(refresh=False):
                return answers.baseline(known, self._now())
            case Ok() if not facts.terms.sandboxed:
                done = acknowledgement(command, sha)
                return f"{done} {NO_SANDBOX}"
            case _:
                return acknowledgement(command, sha)


def _asks_known(command: Command) -> bool:
    """Whether it is answered, or refused, by what is known of the pull request."""
    if isinstance(command, Accept | Cancel | Run | More | Retry | Ablate):
        return True
    return is_question(command) and not isinstance(command, Help)
