"""A small town on the fake: Ann owns digits, Bob helps, the App `gate` is installed."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.fakegithub.check_changes import Place, create_run, update_run
from tests.fakegithub.events import Message, messages
from tests.fakegithub.people import Person, Town
from tests.fakegithub.records import App, CheckRun, Installation, Repository
from tests.fakegithub.state import Clock, Happening

NOON = 1_772_366_400.0  # 2026-03-01 12:00 UTC
PERMISSIONS = {
    "checks": "write",
    "contents": "read",
    "issues": "write",
    "merge_queues": "read",
    "metadata": "read",
    "pull_requests": "write",
}
EVENTS = [
    "issue_comment",
    "issues",
    "merge_group",
    "pull_request",
    "pull_request_review",
    "push",
    "repository",
    "status",
]


@dataclass
class Scene:
    """The town with its people; `heard` is what the App would be sent, in order."""

    town: Town
    ann: Person
    bob: Person
    digits: Repository
    app: App
    installation: Installation
    heard: list[Message] = field(default_factory=list)

    @property
    def place(self) -> Place:
        """Where checks of digits are made."""
        return Place(self.town.world, self.digits)

    def hear(self, happening: Happening) -> None:
        """Listens as deliveries do."""
        self.heard += messages(self.town.world, happening)

    def told(self, event: str, action: str | None = None) -> list[dict[str, Any]]:
        """Payloads of an event that were made so far, oldest first."""
        wanted = (event, action)
        return [m.payload for m in self.heard if (m.event, m.action) == wanted]

    def names(self) -> list[str]:
        """Everything that was told, as `event/action`, and forgets it."""
        said = [f"{m.event}/{m.action}" if m.action else m.event for m in self.heard]
        self.heard.clear()
        return said

    def check(
        self, sha: str, conclusion: str | None = None, name: str = "gate", **more: Any
    ) -> CheckRun:
        """The App's check run at a commit; without a conclusion it goes on."""
        fields: dict[str, Any] = {"name": name, "head_sha": sha, **more}
        fields |= {"conclusion": conclusion} if conclusion else {}
        with self.town.world.lock:
            return create_run(self.place, self.app, fields)

    def concludes(self, run: CheckRun, conclusion: str, **more: Any) -> None:
        """Ends a check run."""
        with self.town.world.lock:
            update_run(self.place, self.app, run, {"conclusion": conclusion, **more})


def founded(folder: Path) -> Scene:
    """The town at noon."""
    town = Town.founded(folder, Clock(base=lambda: NOON))
    ann, bob = town.person("ann"), town.person("bob")
    app = town.app("gate", ann, PERMISSIONS, EVENTS)
    app.hook_url = "http://127.0.0.1:1/hook"
    installation = ann.installs(app)
    digits = ann.founds("digits", {"train.py": "lr = 1\n"})
    ann.invites(digits, bob, "write")
    scene = Scene(town, ann, bob, digits, app, installation)
    town.world.listeners.append(scene.hear)
    return scene
