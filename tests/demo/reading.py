"""A page of GitHub as it looks before anybody unfolds anything; what is new there."""

import re
from collections.abc import Collection

_HIDDEN = re.compile(r"[ \t]*<!--.*?-->\n?", re.DOTALL)
_FOLDED = re.compile(
    r"([ \t]*)<details>\s*<summary>(.*?)</summary>.*?</details>\n?", re.DOTALL
)
_TAG = re.compile(r"</?(?:code|b|sub)>")
_ON_ITS_PAGE = re.compile(r"  ### Ladder\n.*?(?=\n  <[A-Z]|\Z)", re.DOTALL)
_RUN = re.compile(r"\[[a-z_]+\] ")


def blocks(page: str) -> list[str]:
    """The title, every comment, the check and the merge box, as they look at first."""
    page = _HIDDEN.sub("", page)
    page = _FOLDED.sub(lambda one: f"{one[1]}> {_TAG.sub('', one[2])}\n", page)
    found = re.split(r"\n{2,}(?=\S)", page.strip("\n"))
    return [re.sub(r"\n{3,}", "\n\n", _short(one)) for one in found]


def news(page: str, known: Collection[str]) -> str:
    """The blocks that are not `known`; of the others the first line."""
    shown = [
        f"{one.splitlines()[0]} ... as before" if one in known else one
        for one in blocks(page)
    ]
    return "\n\n".join(shown)


def _short(block: str) -> str:
    """A check run without the tables that only its own page has."""
    return _ON_ITS_PAGE.sub(_counted, block) if _RUN.match(block) else block


def _counted(rest: "re.Match[str]") -> str:
    lines = len([one for one in rest[0].splitlines() if one.strip()])
    return f"  (and {lines} lines on the check's own page)"
