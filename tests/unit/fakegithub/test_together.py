"""All of it at once: PyGithub, real git, people and webhooks on one fake."""

import ast
import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from github import Auth, GithubIntegration

from tests.fakegithub.deliveries import Deliveries
from tests.fakegithub.fates import Fate
from tests.fakegithub.server import FakeGitHub
from tests.fakegithub.serving import served
from tests.fakegithub.state import Clock
from tests.unit.fakegithub.stage import keys
from tests.unit.fakegithub.test_deliveries import SECRET, Receiver
from tests.unit.fakegithub.towns import Scene, founded


@dataclass
class Life:
    """A town whose GitHub is served, with the App's client and its hook."""

    scene: Scene
    fake: FakeGitHub
    receiver: Receiver
    deliveries: Deliveries
    app: GithubIntegration

    def heard(self) -> list[tuple[str, str | None]]:
        """The deliveries that came since last asked, in order."""
        self.deliveries.settle()
        came = [
            (headers["x-github-event"], json.loads(body).get("action"))
            for headers, body in self.receiver.came
        ]
        self.receiver.came.clear()
        return came


@pytest.fixture
def life(tmp_path) -> Iterator[Life]:
    private, public = keys()
    scene = founded(tmp_path)
    world, receiver = scene.town.world, Receiver()
    world.clock = Clock()  # App tokens are dated by the real one
    scene.app.public_key, scene.app.webhook_secret = public, SECRET
    fake = FakeGitHub(world, scene.town.git())
    with ExitStack() as stack:
        url = stack.enter_context(fake.running())
        scene.app.hook_url = stack.enter_context(served(receiver)) + "/hook"
        deliveries = Deliveries(world)
        stack.callback(deliveries.close)
        client = GithubIntegration(
            auth=Auth.AppAuth(scene.app.id, private),
            base_url=url,
            retry=None,
            lazy=True,
            per_page=100,
            api_version="2022-11-28",
            seconds_between_requests=None,
            seconds_between_writes=None,
        )
        stack.callback(client.close)
        yield Life(scene, fake, receiver, deliveries, client)
        assert fake.gateway.breaks == []


def test_a_pull_request_is_opened_judged_commented_and_merged(life):
    scene, bob = life.scene, life.scene.bob
    bob.pushes(scene.digits, "idea", {"train.py": "lr = 2\n"})
    pull = bob.opens_pull(scene.digits, "idea")
    assert life.heard() == [
        ("push", None),
        ("check_suite", "requested"),
        ("pull_request", "opened"),
    ]
    github = life.app.get_github_for_installation(scene.installation.id)
    repository = github.get_repo("ann/digits")
    said = {"title": "Passed", "summary": "No worse."}
    run = repository.create_check_run(
        "gate", pull.head.sha, status="in_progress", output=said
    )
    scene.ann.requires_check(scene.digits, "main", "gate", scene.app.id, seen=False)
    assert "is pending" in scene.town.page(scene.digits, pull)
    run.edit(conclusion="success", output=said)
    repository.get_issue(pull.number).create_comment("It passed.")
    assert life.heard() == [
        ("check_run", "created"),
        ("check_run", "completed"),
        ("check_suite", "completed"),
        ("issue_comment", "created"),
    ]
    assert len(scene.town.unread()) == 2
    page = scene.town.page(scene.digits, pull)
    assert "[success] gate (gate): Passed\n  No worse." in page
    assert "gate[bot] commented:\n  It passed." in page
    assert page.endswith("This may be merged.\n")
    assert scene.town.unread() == []
    scene.ann.merges(scene.digits, pull)
    assert life.heard()[0] == ("pull_request", "closed")
    github.close()


def test_whether_it_merges_is_known_only_to_the_second_who_asks(life):
    scene = life.scene
    scene.bob.pushes(scene.digits, "idea", {"a": "1"})
    pull = scene.bob.opens_pull(scene.digits, "idea")
    scene.ann.pushes(scene.digits, "main", {"b": "1"})
    github = life.app.get_github_for_installation(scene.installation.id)
    repository = github.get_repo("ann/digits")
    said = [repository.get_pull(pull.number).mergeable for _ in range(2)]
    github.close()
    assert said == [None, True]


def test_a_lost_delivery_is_found_in_the_list_and_asked_for_again(life):
    scene = life.scene
    life.deliveries.policy = lambda d: Fate("deliver" if d.redelivery else "drop")
    scene.bob.pushes(scene.digits, "idea", {"a": "1"})
    assert life.heard() == []
    ask = life.app.requester.requestJsonAndCheck
    _, listed = ask("GET", "/app/hook/deliveries?per_page=100")
    assert [(d["event"], d["status"]) for d in listed] == [
        ("check_suite", "failed to connect to host"),
        ("push", "failed to connect to host"),
    ]
    ask("POST", f"/app/hook/deliveries/{listed[1]['id']}/attempts")
    life.deliveries.settle()
    assert life.receiver.came[0][0]["x-github-delivery"] == listed[1]["guid"]
    assert life.heard() == [("push", None)]
    _, listed = ask("GET", "/app/hook/deliveries?per_page=100")
    assert (listed[0]["redelivery"], listed[0]["status"]) == (True, "OK")


def test_the_fake_knows_nothing_of_who_is_tested_with_it():
    folder = Path(__file__).parents[2] / "fakegithub"
    named = {
        name.split(".")[0] if not name.startswith("tests.") else name
        for file in folder.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        for name in _imports(node)
    }
    assert not {name for name in named if name in {"bot", "workers", "seedgate"}}
    own = {name for name in named if name.startswith("tests")}
    assert {".".join(name.split(".")[:2]) for name in own} == {"tests.fakegithub"}


def _imports(node):
    match node:
        case ast.Import(names=names):
            return [alias.name for alias in names]
        case ast.ImportFrom(module=str(module)):
            return [module]
        case _:
            return []


def test_a_new_pull_request_does_not_know_yet_whether_it_merges(life):
    scene = life.scene
    scene.bob.pushes(scene.digits, "idea", {"a": "1"})
    pull = scene.bob.opens_pull(scene.digits, "idea")
    github = life.app.get_github_for_installation(scene.installation.id)
    repository = github.get_repo("ann/digits")
    before = pull.merge_commit_sha
    said = [repository.get_pull(pull.number).mergeable for _ in range(2)]
    github.close()
    assert said == [None, True]
    assert pull.merge_commit_sha == before
