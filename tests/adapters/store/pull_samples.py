"""Pull requests, remarks, acts and posts for tests of what the App keeps of them."""

from dataclasses import dataclass

from bot.app.pulls.ports import Remark
from bot.domain.commands import Cancel, Command, Run, Source
from bot.domain.conclusions import CheckState, Part, Status
from bot.domain.github import (
    Annotation,
    Button,
    CheckChange,
    CheckStatus,
    Conclusion,
    Output,
    Place,
    Reaction,
)
from bot.domain.pulls.acts import Act, PullKey
from bot.domain.pulls.posts import (
    CallPost,
    CheckPost,
    IssuePost,
    Post,
    ReactionPost,
    ReplyPost,
    StickyPost,
)
from bot.domain.pulls.standing import Standing, Voice

REPOSITORY = 2**40
PULL = PullKey(REPOSITORY, 12)
OTHER = PullKey(REPOSITORY, 13)
ELSEWHERE = PullKey(7, 12)
PLACE = Place(99, REPOSITORY)
HEAD, NEXT = "a" * 40, "b" * 40
ODD = "\0 \ud800 \u2028 'é' \U0001f600"
"""What people write, half a character among it."""


@dataclass
class Clock:
    seconds: float = 1_000.0

    def __call__(self) -> float:
        return self.seconds


def act(
    source: str = "comment:1:1", command: Command | None = None, pull: PullKey = PULL
) -> Act:
    return Act(source, pull, HEAD, command or Run(), 5, "mara", 900.5)


def remark(
    number: int = 1, body: str = "/gate run", at: float = 900.0, pull: PullKey = PULL
) -> Remark:
    key = f"comment:{number}"
    who = (5, "mara", "User", at)
    return Remark(key, pull, 99, Source.COMMENT, number, body, *who)


def reply(to: str = "comment:1", body: str = "Done. <!-- r -->") -> ReplyPost:
    return ReplyPost(PLACE, PULL.number, to, body, "<!-- r -->")


def sticky(body: str = "50 %", *, progress: bool = False) -> StickyPost:
    marker = "<!-- s -->"
    return StickyPost(PLACE, PULL.number, f"{body} {marker}", marker, progress)


def check(
    sha: str = HEAD, title: str = "Trials run", *, ended: bool = False
) -> CheckPost:
    return CheckPost(PLACE, sha, change(title, ended=ended))


def change(title: str = "Trials run", *, ended: bool = False) -> CheckChange:
    output = Output(title, "4 of 8 trials")
    if ended:
        return CheckChange(CheckStatus.COMPLETED, output, Conclusion.SUCCESS)
    return CheckChange(CheckStatus.IN_PROGRESS, output)


def reaction() -> ReactionPost:
    return ReactionPost(PLACE, 1, Reaction.SEEN)


def standing(pull: PullKey = PULL, head: str = HEAD, inputs: str = "one") -> Standing:
    return Standing(pull, 99, head, "main", open=True, inputs=inputs)


def full_standing() -> Standing:
    """One with all that there can be."""
    line = Annotation("a.py", 1, 2, "notice", "é \0 \u2028", "title")
    button = Button("Stop", "Stop all trials", "cancel")
    output = Output("Title", ODD, "text", (line,))
    ended = (
        CheckStatus.COMPLETED,
        output,
        Conclusion.NEUTRAL,
        "https://x.test",
        (button,),
    )
    part = Part(12, "main", CheckState(Status.IN_PROGRESS), over=False, untrusted=True)
    return Standing(
        PULL,
        99,
        HEAD,
        "main",
        open=False,
        inputs="digest",
        voice=Voice(part, CheckChange(*ended), (line, line)),
        calls=("trust", "target"),
        evaluation="e1",
        again_at=0.1 + 0.2,
        uncommented=True,
        heard="target",
        base_now="b" * 40,
        default_now="d" * 40,
        judged_on="e" * 40,
        accepted=("f" * 64, "0" * 64),
        ordered=2,
    )


def every_post() -> tuple[Post, ...]:
    line = Annotation("a.py", 1, 2, "notice", "é \0 \u2028")
    return (
        CheckPost(PLACE, HEAD, change(ended=True), (line,)),
        sticky(ODD, progress=True),
        CallPost(PLACE, 12, "trust", ODD, ODD, over=True),
        reply(body=ODD),
        reaction(),
        IssuePost(PLACE, "setup", "title", "body", "bod"),
    )


def stop(source: str = "comment:2:1") -> Act:
    return act(source, Cancel())
