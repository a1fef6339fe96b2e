"""The one hint that a repository gets when the App comes to it without a policy."""

from bot.domain.github import Place
from bot.domain.pulls.posts import IssuePost
from bot.presentation.github.marker import mark
from bot.presentation.words import installed


def hint(place: Place) -> IssuePost:
    """The issue, always the same: so it is opened once."""
    marker = mark("installed")
    body = f"{marker}\n{installed.BODY}"
    return IssuePost(place, "installed", installed.TITLE, body, marker)
