"""Pages seen before, by entity tag: what has not changed costs nothing of the limit."""

import re
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.adapters.github.lines import Answered, Request

MOST_CHARACTERS = 16_000_000
_NEXT = re.compile(r'<([^<>]+)>;\s*rel="next"')

Key = tuple[str, str, tuple[tuple[str, str], ...]]


def next_page(headers: Mapping[str, str]) -> str | None:
    """The address of the page after this one, as GitHub gives it."""
    found = _NEXT.search(headers.get("link", ""))
    return found[1] if found else None


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
        """Keep an answer that has a tag; the oldest ones make room."""
        etag = answered.headers.get("etag", "")
        if not etag or len(answered.text) > self._most:
            return
        key = _key(caller, request)
        with self._lock:
            self._drop(key)
            self._seen[key] = _Seen(etag, answered)
            self._kept += len(answered.text)
            while self._kept > self._most:
                self._drop(next(iter(self._seen)))

    def _drop(self, key: Key) -> None:
        old = self._seen.pop(key, None)
        if old is not None:
            self._kept -= len(old.answered.text)


def _key(caller: str, request: Request) -> Key:
    return caller, request.path, tuple(sorted(request.query.items()))
