"""Buttons and re-runs of the check run: the same orders as commands, under their rules.

A check run belongs to a commit; so a press is about every pull request whose head that
commit still is, by our own record and by GitHub's word. A merge group is none: its
queue alone asks for it, and what is ordered goes to its pull request.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.app.github import GitHub
from bot.app.pulls.commands import asking
from bot.app.pulls.commands.answering import reply_post
from bot.app.pulls.commands.desk import Desk
from bot.app.pulls.ports import Register
from bot.domain.commands import (
    USUAL_MORE,
    Ablate,
    Command,
    More,
    Person,
    Refused,
    Run,
    Verb,
    permit,
)
from bot.domain.github import Account, CheckStatus, Pull
from bot.domain.hooks import ButtonPressed, RunAsked
from bot.domain.pulls.acts import Act
from bot.domain.pulls.posts import Post
from bot.domain.pulls.standing import Standing
from bot.presentation.github import clicked
from bot.presentation.words.commands import Answer, not_yours

_PERSON = "User"


class Unheard(StrEnum):
    """Why a press orders nothing; counted and logged."""

    NOT_OURS = "not_ours"  # the run is another App's
    NO_BUTTON = "no_button"  # a button that we never showed
    NO_PERSON = "no_person"  # a bot, or an account that is gone
    NO_PULL = "no_pull"  # no open pull request has that head any more
    UNDER_WAY = "under_way"  # it runs already: a click too late, or twice
    NOT_ALLOWED = "not_allowed"


@dataclass(frozen=True, slots=True)
class Pressed:
    """What comes of a press: orders to keep, or why there are none.

    Whoever called keeps both, and wakes the pull requests of the orders.
    """

    acts: tuple[Act, ...] = ()
    posts: tuple[Post, ...] = ()
    why: Unheard | None = None


@dataclass(frozen=True, slots=True)
class _Press:
    """A press by a person, of a button of ours; `at` is by GitHub's clock."""

    command: Command
    head: str
    sender: Account
    at: float


class Presser:
    """Hears presses; `app` is our App's number, `now` Unix seconds by our clock."""

    def __init__(
        self,
        github: GitHub,
        register: Register,
        now: Callable[[], float],
        desk: Desk,
        app: int,
    ) -> None:
        """Keep what it asks; nothing is called yet."""
        self._github = github
        self._register = register
        self._now = now
        self._desk = desk
        self._app = app

    def press(self, hook: ButtonPressed | RunAsked, at: float) -> Pressed:
        """What a press orders. Nothing is kept, so it may be asked again.

        `at` is when we were told of it, by our clock: GitHub does not say when it was.
        Raises `GitHubError` for a failure that passes, and `MachineryFault`. No sweep
        finds a press, so one is not passed over for what GitHub hides for a moment.
        """
        if hook.app_id != self._app:
            return Pressed(why=Unheard.NOT_OURS)
        command = command_of(hook)
        if command is None:
            return Pressed(why=Unheard.NO_BUTTON)
        if hook.sender is None or hook.sender.kind != _PERSON:
            return Pressed(why=Unheard.NO_PERSON)
        theirs = at + self._github.their_now() - self._now()
        press = _Press(command, hook.head, hook.sender, theirs)
        stand = self._register.standings(hook.place.repository_id, hook.head)
        return self._pressed(press, stand)

    def _pressed(self, press: _Press, stand: Sequence[Standing]) -> Pressed:
        voiced = [one for one in stand if one.open and one.voice is not None]
        voiced = [one for one in voiced if not one.pull.is_group]
        asked = [(one, self._pull(one)) for one in voiced]
        here = [(one, pull) for one, pull in asked if pull is not None]
        if not here:
            return Pressed(why=Unheard.NO_PULL)
        ended = [(one, pull) for one, pull in here if _has_ended(one)]
        if not ended:
            return Pressed(why=Unheard.UNDER_WAY)
        first, _ = ended[0]
        person = Person(asking.role(self._github, first.place, press.sender))
        answers = [self._permitted(press, one, pull, person) for one, pull in ended]
        acts = tuple(one for one in answers if isinstance(one, Act))
        refused = [one for one in answers if isinstance(one, Refused)]
        if acts:
            return Pressed(acts)
        return Pressed((), (_told(press, first, refused[0]),), Unheard.NOT_ALLOWED)

    def _pull(self, one: Standing) -> Pull | None:
        """The pull request, if it is open and this is its head."""
        pull = asking.open_pull(self._github, one.place, one.pull.number)
        heads = pull is not None and pull.open and pull.head.sha == one.head
        return pull if heads else None

    def _permitted(
        self, press: _Press, one: Standing, pull: Pull, person: Person
    ) -> Act | Refused:
        rules = self._desk.terms(one.place, pull).rules
        may = permit(press.command.verb, person, rules)
        return may if isinstance(may, Refused) else self._act(press, one)

    def _act(self, press: _Press, one: Standing) -> Act:
        """The order; what is pressed again before it was taken up is the same one.

        `inputs` is what stands decided, orders among it; so it is another one as soon
        as this order has been taken up. There is one check run of a commit, and a suite
        that is run again is one press more on it: so its number is left out.
        """
        who, head, command = press.sender, press.head, press.command
        parts = (command.verb, head, who.id, one.pull.number, one.inputs)
        source = ":".join(["press", *map(str, parts)])
        by, login, now = who.id, who.login, self._now()
        return Act(source, one.pull, head, command, by, login, now, press.at)


def command_of(hook: ButtonPressed | RunAsked) -> Command | None:
    """The command behind a press; None for a button that we never showed."""
    if isinstance(hook, RunAsked):
        return Run()
    match clicked(hook.identifier):
        case Verb.RUN:
            return Run()
        case Verb.MORE:
            return More(USUAL_MORE)
        case Verb.ABLATE:
            return Ablate()
        case _:
            return None


def _has_ended(one: Standing) -> bool:
    """Whether its check run is completed: there are no buttons before."""
    return one.voice is not None and (one.voice.change.status is CheckStatus.COMPLETED)


def _told(press: _Press, one: Standing, refused: Refused) -> Post:
    """Said once to a person and about a head, whatever is pressed."""
    to = f"press:{press.head}:{press.sender.id}"
    text = not_yours(press.sender.login, refused)
    return reply_post(one.place, one.pull.number, to, [Answer("", text)])
