"""Pages as GitHub cuts them: by number with `Link`, or by cursor."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlencode

Item = TypeVar("Item")
PER_PAGE = 30
MOST = 100


@dataclass(frozen=True, slots=True)
class Asked:
    """What page is wanted, of which address and query."""

    url: str  # without a query
    query: dict[str, str]

    @property
    def page(self) -> int:
        """The page's number, from 1."""
        return max(1, int(self.query.get("page", "1")))

    @property
    def per_page(self) -> int:
        """How many on a page, 100 at most."""
        return min(MOST, max(1, int(self.query.get("per_page", PER_PAGE))))

    def link(self, relation: str, **changed: str | int) -> str:
        """One entry of a `Link` header."""
        query = {**self.query, **{k: str(v) for k, v in changed.items()}}
        return f'<{self.url}?{urlencode(query)}>; rel="{relation}"'


def page(items: Sequence[Item], asked: Asked) -> tuple[Sequence[Item], dict[str, str]]:
    """The items of the page asked for, and its headers."""
    size, number = asked.per_page, asked.page
    last = max(1, -(-len(items) // size))
    links = []
    if number > 1:
        links.append(asked.link("prev", page=number - 1))
    if number < last:
        links.append(asked.link("next", page=number + 1))
        links.append(asked.link("last", page=last))
    if number > 1:
        links.append(asked.link("first", page=1))
    headers = {"Link": ", ".join(links)} if links else {}
    return items[(number - 1) * size : number * size], headers


def cursor_page(
    items: Sequence[Item], keys: Sequence[int], asked: Asked
) -> tuple[Sequence[Item], dict[str, str]]:
    """The items after the cursor; `keys` are theirs, falling. There is no last page."""
    cursor = asked.query.get("cursor", "")
    start = 0
    if cursor:
        below = int(cursor.removeprefix("v1_"))
        start = next((i for i, key in enumerate(keys) if key < below), len(items))
    end = start + asked.per_page
    if end >= len(items):
        return items[start:end], {}
    link = asked.link("next", cursor=f"v1_{keys[end - 1]}")
    return items[start:end], {"Link": link}
