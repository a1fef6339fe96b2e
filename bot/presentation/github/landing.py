"""What landed, said in the comment that is there already, and in an issue."""

from bot.domain.github import Place
from bot.domain.pulls.posts import IssuePost
from bot.presentation.escape import markdown
from bot.presentation.github.marker import mark
from bot.presentation.github.sizes import units
from bot.presentation.github.sticky import LIMIT
from bot.presentation.words import landing

_NOTE, _CAUTION = "NOTE", "CAUTION"


def elsewhere(body: str, onto: str, judged: str) -> str:
    """The comment with a line: it landed on another base than it was judged on."""
    return _with(body, _NOTE, landing.elsewhere(onto, judged))


def not_judged(body: str, landed: str, judged: str) -> str:
    """The comment with a red banner: nobody judged what landed."""
    return _with(body, _CAUTION, landing.banner(landed, judged))


def recalled(key: str, title: str, summary: str) -> str:
    """The comment by its check run's title and summary, where its text was lost.

    A summary that no comment has room for is left to the check run.
    """
    answer = title.partition(": ")[0].lower()
    heading = f"{mark(key)}\n## Seedgate: {markdown(answer)}\n\n"
    return heading + summary if units(summary) <= LIMIT - units(heading) else heading


def issue(place: Place, number: int, facts: tuple[str, str, str]) -> IssuePost:
    """The issue; `facts` are commits: what landed, the judged head, and its base."""
    marker = mark(f"landed-{number}")
    body = f"{marker}\n{landing.explained(number, *facts)}"
    return IssuePost(place, f"landed-{number}", landing.title(number), body, marker)


def _with(body: str, kind: str, text: str) -> str:
    """An alert below the heading, once; the longest body has room for it.

    Below, as the mark has to stay the first line and the answer the first on screen.
    """
    alert = f"> [!{kind}]\n> {markdown(text)}"
    plain = body.replace("\r\n", "\n")
    if alert in plain:
        return plain
    heading, gap, rest = plain.partition("\n\n")
    return f"{heading}\n\n{alert}{gap}{rest}"
