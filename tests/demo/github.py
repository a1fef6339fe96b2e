"""The fake GitHub as a process of its own, and what people do and see there."""

import json
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.demo.children import child


class Odd(Exception):  # noqa: N818 - not a fault of the walk
    """GitHub would not let somebody do that."""


@dataclass(frozen=True, slots=True)
class GitHub:
    """A GitHub that lives elsewhere; `api` is for Apps, `control` for people."""

    api: str
    control: str

    def do(self, who: str, deed: str, **given: Any) -> Any:
        """Have a person do something; raises `Odd` for what cannot be done."""
        return self.ask("do", {"who": who, "deed": deed, "with": given})

    def page(self, number: int) -> str:
        """A pull request as a person sees it."""
        said: str = self.ask("page", {"repository": "quick", "number": number})
        return said

    def ledger(self) -> dict[str, Any]:
        """Calls, and whatever broke the contract or a limit."""
        kept: dict[str, Any] = self.ask("ledger", {})
        return kept

    def ask(self, name: str, given: dict[str, Any]) -> Any:
        """One call of the control port."""
        body = json.dumps(given).encode()
        request = urllib.request.Request(f"{self.control}/{name}", body, method="POST")
        try:
            with urllib.request.urlopen(request) as answer:
                return json.load(answer)["done"]
        except urllib.error.HTTPError as refused:
            raise Odd(refused.read().decode()) from None


@contextmanager
def github(folder: Path) -> Iterator[GitHub]:
    """One that keeps its repositories below `folder`, until the block is left."""
    words = [sys.executable, "-m", "tests.fakegithub", "--folder", str(folder / "git")]
    with child(words, {}, folder / "github.log") as started:
        assert started.stdout is not None
        told = json.loads(started.stdout.readline())
        yield GitHub(told["api"], told["control"])
