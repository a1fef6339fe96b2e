"""`seedgate serve` as a process of its own, and the App that is made in a browser."""

import html
import json
import re
import socket
import sys
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.demo.children import child
from tests.demo.github import GitHub
from tests.waiting import until

LINK = re.compile(r"http\S+/setup\?token=\S+")
SERVES = "Seedgate serves on "


@dataclass(frozen=True, slots=True)
class Gate:
    """A gate that runs; `log` is what it says, `app` the file of its keys."""

    log: Path
    app: Path

    def says(self, words: str) -> bool:
        """Whether it has said that."""
        return words in self.log.read_text()

    def link(self) -> str:
        """The one link by which its App is made, once it was printed."""
        until(lambda: LINK.search(self.log.read_text()), "the link of the setup")
        found = LINK.search(self.log.read_text())
        assert found is not None
        return found.group()

    def number(self) -> int:
        """GitHub's number of its App."""
        number: int = json.loads(self.app.read_text())["app_id"]
        return number


@contextmanager
def gate(folder: Path, api: str) -> Iterator[Gate]:
    """Serve a GitHub, with a cache of its own, until the block is left."""
    here, cache = f"127.0.0.1:{_free_port()}", folder / "cache"
    environment = {
        "SEEDGATE_CACHE_DIR": str(cache),
        "SEEDGATE_API_URL": api,
        "SEEDGATE_LISTEN": here,
        "SEEDGATE_PUBLIC_URL": f"http://{here}",
        "VIRTUAL_ENV": sys.prefix,
    }
    log = folder / "serve.log"
    with child([sys.executable, "-m", "bot", "serve"], environment, log):
        yield Gate(log, cache / "app.json")


def made_in_a_browser(served: Gate, github: GitHub, owner: str) -> None:
    """Open the link, press the button on GitHub, and come back: the App is there."""
    with urllib.request.urlopen(served.link()) as answer:
        page = answer.read().decode()
    manifest = html.unescape(_found(r'name="manifest" value="([^"]*)"', page))
    action = html.unescape(_found(r'action="([^"]*)"', page))
    asked = urllib.parse.parse_qs(urllib.parse.urlsplit(action).query)
    state = asked["state"][0]
    back = github.do(owner, "confirms_manifest", manifest=manifest, state=state)
    _followed(back)
    until(lambda: served.says(SERVES), "the gate to serve")


class _Stays(urllib.request.HTTPRedirectHandler):
    """Goes nowhere: the page to which it would be sent is for people alone."""

    def http_error_303(self, _request: object, answer: Any, *_: object) -> Any:
        """The redirection is the answer."""
        return answer


def _followed(address: str) -> None:
    with urllib.request.build_opener(_Stays).open(address) as answer:
        assert answer.status == 303, answer.read()


def _found(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    assert found is not None, text
    return found.group(1)


def _free_port() -> int:
    """A port that nobody has now."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        number: int = taken.getsockname()[1]
        return number
