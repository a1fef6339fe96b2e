"""The one table of verbs: arguments, who may, what they are bound to.

The parser, the permissions, the usage lines and the help all read it.
"""

from dataclasses import dataclass
from enum import IntEnum, StrEnum

from bot.domain.commands.values import Verb

PREFIX = "/gate"
MOST_COMMANDS = 10
"""In one comment; one with more is refused as a whole, so that none is half done."""
LONGEST_LINE = 1000
"""Characters of a command line; reasons are sentences, not essays."""
FEWEST_MORE, USUAL_MORE, MOST_MORE = 1, 5, 200
MOST_VALUES = 8
MOST_NAMES = 20
LONGEST_DAYS = 90


class Role(IntEnum):
    """What somebody may do in a repository; the order is GitHub's."""

    NONE = 0
    READ = 1
    TRIAGE = 2
    WRITE = 3
    MAINTAIN = 4
    ADMIN = 5


class Kind(StrEnum):
    """What an argument is; a verb has at most one of each kind."""

    SHA = "sha"
    STAGE = "stage"
    MODES = "modes"
    COUNT = "count"
    CHANGES = "changes"
    VALUES = "values"
    FINDING = "finding"
    REASON = "reason"
    UNTIL = "until"
    REFRESH = "refresh"
    VERB = "verb"


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument: `shown` is how the usage shows it.

    `key` is what stands before `=`; empty for an argument without one. `any_key` means
    that the key is a name of the owner's own.
    """

    kind: Kind
    shown: str
    key: str = ""
    required: bool = False
    any_key: bool = False

    @property
    def usage(self) -> str:
        """`stage=fast`, in brackets where it may be left out."""
        return self.shown if self.required else f"[{self.shown}]"


@dataclass(frozen=True, slots=True)
class Entry:
    """All that is fixed about a verb.

    `role` is the least role that may give it, None for anybody who can comment;
    `author` means that the author of the pull request may too. `tightened_by` is the
    key of the policy's `permissions` that may ask for more. `bound` means that it is
    about the head that the person saw; a question, and what only makes the gate
    stricter, is not. `trusts` means that it vouches for a commit.
    """

    verb: Verb
    role: Role | None
    arguments: tuple[Argument, ...] = ()
    examples: tuple[str, ...] = ()
    author: bool = False
    tightened_by: str = ""
    bound: bool = True
    trusts: bool = False

    @property
    def usage(self) -> str:
        """The line that people type: `/gate more [N]`."""
        return " ".join([PREFIX, self.verb, *(one.usage for one in self.arguments)])

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys that it knows."""
        return tuple(one.key for one in self.arguments if one.key)


_MODES = Argument(Kind.MODES, "mode=a,b", "mode")
_FINDING = Argument(Kind.FINDING, "FINDING", required=True)
_SOME_SHA = "4f1c9a7b20d34e5f86a1b2c3d4e5f60718293a4b"
_SOME_FINDING = "regression-5bd0c3a1"

_ENTRIES = (
    Entry(
        Verb.RUN,
        Role.WRITE,
        (
            Argument(Kind.SHA, "SHA"),
            Argument(Kind.STAGE, "stage=fast", "stage"),
            _MODES,
        ),
        ("", "4f1c9a7", "stage=fast mode=gru,transformer"),
        tightened_by="run",
    ),
    Entry(
        Verb.MORE,
        Role.WRITE,
        (Argument(Kind.COUNT, "N"),),
        ("", "10"),
        tightened_by="run",
    ),
    Entry(Verb.RETRY, Role.WRITE, examples=("",), tightened_by="run"),
    Entry(Verb.CANCEL, Role.WRITE, examples=("",), author=True),
    Entry(
        Verb.TARGET,
        Role.WRITE,
        (Argument(Kind.MODES, "mode=a,b", "mode", required=True),),
        ("mode=gru",),
        author=True,
    ),
    Entry(
        Verb.ABLATE,
        Role.WRITE,
        (Argument(Kind.CHANGES, "change=SHA,...", "change"),),
        ("", "change=4f1c9a7,b20d34e"),
        tightened_by="run",
    ),
    Entry(
        Verb.SPLIT,
        Role.WRITE,
        (Argument(Kind.CHANGES, "without=SHA,...", "without", required=True),),
        ("without=4f1c9a7",),
        tightened_by="run",
    ),
    Entry(
        Verb.SCAN,
        Role.WRITE,
        (Argument(Kind.VALUES, "PARAM=V1,V2,...", required=True, any_key=True),),
        ("lr=0.0005,0.001,0.002",),
        tightened_by="run",
    ),
    Entry(
        Verb.OK,
        Role.WRITE,
        (Argument(Kind.SHA, "SHA", required=True),),
        (_SOME_SHA,),
        tightened_by="ok",
        trusts=True,
    ),
    Entry(
        Verb.ACCEPT,
        Role.MAINTAIN,
        (
            _FINDING,
            Argument(Kind.REASON, 'reason="..."', "reason", required=True),
            Argument(Kind.UNTIL, "until=SHA|7d", "until"),
        ),
        (
            f'{_SOME_FINDING} reason="slower, but the data is right now" until=7d',
            f'{_SOME_FINDING} reason="for the release" until={_SOME_SHA}',
        ),
        tightened_by="accept",
        trusts=True,
    ),
    Entry(
        Verb.UNACCEPT,
        Role.MAINTAIN,
        (_FINDING,),
        (_SOME_FINDING,),
        tightened_by="accept",
        bound=False,
    ),
    Entry(
        Verb.BASELINE,
        Role.WRITE,
        (Argument(Kind.REFRESH, "refresh"),),
        ("", "refresh"),
        tightened_by="run",
    ),
    Entry(Verb.WHY, None, examples=("",), bound=False),
    Entry(Verb.STATUS, None, examples=("",), bound=False),
    Entry(
        Verb.HELP,
        None,
        (Argument(Kind.VERB, "VERB"),),
        ("", "accept"),
        bound=False,
    ),
)

TABLE = {one.verb: one for one in _ENTRIES}
"""Every verb's entry, in the order in which the help lists them."""
