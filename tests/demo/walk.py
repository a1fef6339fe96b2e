"""The walk: what people do, what they see then, and how long it took to be there."""

import json
import textwrap
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field

from tests.demo.gate import Gate, made_in_a_browser
from tests.demo.github import GitHub
from tests.demo.reading import blocks, news
from tests.samples.quick import BETTER, TRAIN, WORSE, Behaviour, quick_policy
from tests.waiting import until

OWNER, AUTHOR, REPOSITORY, BRANCH = "ann", "bob", "quick", "bigger-steps"
PATIENCE_S = 120.0
_TOO = "the comment says so too"


@dataclass(slots=True)
class Walk:
    """A pull request's life, told line by line to `tell`; `whole` unfolds pages."""

    github: GitHub
    gate: Gate
    tell: Callable[[str], None]
    whole: bool = False
    number: int = 0
    scenes: int = 0
    known: list[str] = field(default_factory=list)

    def go(self) -> None:
        """From an empty GitHub to a merge."""
        self._made()
        self._founded()
        self._opened()
        self._asked()
        self._mended()
        self._merged()
        self._counted()

    def _made(self) -> None:
        self._scene("Seedgate starts without an App; Ann makes one from its link")
        began = time.monotonic()
        made_in_a_browser(self.gate, self.github, OWNER)
        self._took("one click later the App is there, and the gate serves", began)

    def _founded(self) -> None:
        self._scene(f"Ann founds {REPOSITORY}, installs the App, requires its check")
        files = {
            "train.py": TRAIN.read_text(),
            ".github/seedgate.yml": quick_policy(),
            **_tree("main", Behaviour()),
        }
        self._do(OWNER, "founds", name=REPOSITORY, files=files)
        here = {"repository": REPOSITORY}
        self._do(OWNER, "invites", **here, person=AUTHOR, role="write")
        app = self.gate.number()
        self._do(OWNER, "installs", app=app, repositories=[REPOSITORY])
        rule = {"branch": "main", "name": "seedgate", "app_id": app, "seen": False}
        self._do(OWNER, "requires_check", **here, **rule)

    def _opened(self) -> None:
        self._scene("Bob opens a pull request that makes the loss worse")
        self._pushed(WORSE)
        began = time.monotonic()
        opens = {"branch": BRANCH, "title": "Take bigger steps"}
        made = self._do(AUTHOR, "opens_pull", repository=REPOSITORY, **opens)
        self.number = made["number"]
        self._seen("seedgate (", "the check run is there", began)
        self._seen("[failure] seedgate", "it says no", began)
        self._seen("## \N{NO ENTRY} Seedgate", _TOO, began)
        self._shown()

    def _asked(self) -> None:
        self._scene("Bob asks why")
        began = time.monotonic()
        here = {"repository": REPOSITORY, "on": self.number}
        self._do(AUTHOR, "comments", **here, body="/gate why")
        self._seen("\N{EYES}", "it was heard", began)
        self._seen("### Why", "the answer is there", began)
        self._seen("\N{THUMBS UP SIGN}", "and it is marked as done", began)
        self._shown()

    def _mended(self) -> None:
        self._scene("Bob pushes a fix")
        began = time.monotonic()
        self._pushed(BETTER)
        self._seen("[success] seedgate", "it may be merged", began)
        self._seen("## \N{WHITE HEAVY CHECK MARK} Seedgate", _TOO, began)
        self._shown()

    def _merged(self) -> None:
        self._scene("Ann merges it")
        merge = {"repository": REPOSITORY, "pull": self.number}
        self._do(OWNER, "merges", **merge)
        began = time.monotonic()
        self._seen("(merged)", "it is merged", began)

    def _counted(self) -> None:
        """What it took, and whether GitHub's contract and limits were kept."""
        kept = self.github.ledger()
        calls = sum(kept["calls"].values())
        self._scene(f"{calls} calls to GitHub in all")
        broken = [*kept["breaks"], *kept["violations"]]
        for one in broken:
            self.tell(f"   broken: {one}")
        if not broken:
            self.tell("   none broke its contract or its limits")

    # How it is told.

    def _scene(self, title: str) -> None:
        self.scenes += 1
        self.tell(f"\n== {self.scenes}. {title}")

    def _took(self, what: str, began: float) -> None:
        self.tell(f"   {time.monotonic() - began:5.1f} s  {what}")

    def _seen(self, words: str, what: str, began: float) -> None:
        """Wait until the page has these words, and say how long that took."""
        until(lambda: words in self.github.page(self.number), what, PATIENCE_S)
        self._took(what, began)

    def _shown(self) -> None:
        """The page; what was there before is told in a line, where it is not whole."""
        page = self.github.page(self.number)
        text = page if self.whole else news(page, self.known)
        self.known = blocks(page)
        self.tell("")
        self.tell(textwrap.indent(text, "   | ", lambda _: True))

    # What is done.

    def _do(self, who: str, deed: str, **given: object) -> dict[str, int]:
        done: dict[str, int] = self.github.do(who, deed, **given)
        return done

    def _pushed(self, behaviour: Behaviour) -> None:
        push = {"branch": BRANCH, "files": _tree(BRANCH, behaviour)}
        self._do(AUTHOR, "pushes", repository=REPOSITORY, **push)


def _tree(name: str, behaviour: Behaviour) -> dict[str, str]:
    """The file by which a tree of the sample says how it trains."""
    told = {"name": name, **asdict(behaviour)}
    return {"config.json": json.dumps(told, indent=2) + "\n"}
