"""Pages seen before, by entity tag: what has not changed costs nothing of the limit.

A tag is of a page's items, not of the links beside them: a page that is full stays as
it is when another one comes to be behind it (github.com/app-sre/github-mirror, issue
113). So links are taken from each answer anew, and a full last page is not kept.
"""

import json
import re
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.adapters.github.lines import PER_PAGE, Answered, Request

MOST_CHARACTERS = 16_000_000
_NEXT = re.compile(r'<([^<>]+)>;\s*rel="next"')

Key = tuple[str, str, tuple[tuple[str, str], ...]]


def next_page(headers: Mapping[str, str]) -> str | None:
    """The address of the page after this one, as GitHub gives it."""
    found = _NEXT.search(headers.get("link", ""))
    return found[1] if found else None


def renewed(known: Answered, unchanged: Answered) -> Answered:
    """What is known, with the links of the answer that it has not changed.

    An answer may leave them out: then those stay that were there.
    """
    link = unchanged.headers.get("link")
    if link is None:
        return known
    return replace(known, headers={**known.headers, "link": link})


def _tells_all(answered: Answered) -> bool:
    """Whether nothing can come to be behind this page without a change to it."""
    if next_page(answered.headers) is not None:
        return True
    try:
        found = json.loads(answered.text)
    except ValueError:
        return False
    lists = found.values() if isinstance(found, dict) else [found]
    return not any(isinstance(one, list) and len(one) >= PER_PAGE for one in lists)


@dataclass(frozen=True, slots=True)
class _Seen:
    etag: str
    answered: Answered


class SeenPages:
    """The last answers, as many as fit; one for each caller and address."""

    def __init__(self, most_characters: int = MOST_CHARACTERS) -> None:
        """Bounded by the characters that are kept."""
        self._most = most_characters
        self._kept = 0
        self._seen: OrderedDict[Key, _Seen] = OrderedDict()
        self._lock = threading.Lock()

    def asking(self, caller: str, request: Request) -> tuple[Request, Answered | None]:
        """The request with the tag of what is known, and what is known."""
        key = _key(caller, request)
        with self._lock:
            seen = self._seen.get(key)
            if seen is None:
                return request, None
            self._seen.move_to_end(key)
        return replace(request, etag=seen.etag), seen.answered

    def keep(self, caller: str, request: Request, answered: Answered) -> None:
        """Keep an answer whose tag tells all; the oldest ones make room.

        Only one that could be read: of another one GitHub would say that it has not
        changed, for as long as what it was to be stays as it is.
        """
        etag, key = answered.headers.get("etag", ""), _key(caller, request)
        fits = etag and len(answered.text) <= self._most
        keeps = fits and _tells_all(answered)
        with self._lock:
            self._drop(key)
            if not keeps:
                return
            self._seen[key] = _Seen(etag, answered)
            self._kept += len(answered.text)
            while self._kept > self._most:
                self._drop(next(iter(self._seen)))

    def forget(self, caller: str, request: Request) -> None:
        """What was kept of it is of no use; it is read anew."""
        with self._lock:
            self._drop(_key(caller, request))

    def _drop(self, key: Key) -> None:
        old = self._seen.pop(key, None)
        if old is not None:
            self._kept -= len(old.answered.text)


def _key(caller: str, request: Request) -> Key:
    return caller, request.path, tuple(sorted(request.query.items()))
