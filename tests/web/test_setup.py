"""Making the App from a browser, on the fake GitHub: one link, one click, no keys."""

import html
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from bot.adapters.github import ConnectedGitHub, Identity
from bot.compose.app_config import app_file, load
from bot.compose.setup import Wish, setup_desk
from bot.domain.github import needs
from bot.domain.github.configuration import AppConfig, NewApp
from bot.settings import Settings
from bot.web.serving import listen
from bot.web.setup import STATE_S, States, setup_application
from tests.fakegithub.faults import Fault
from tests.fakegithub.people import Person, Town
from tests.fakegithub.server import FakeGitHub
from tests.web.wire import running


@dataclass
class Scene:
    """A Seedgate without an App, a person with a browser, and GitHub."""

    town: Town
    fake: FakeGitHub
    ann: Person
    settings: Settings
    link: str
    browser: httpx.Client
    made: list[tuple[NewApp, AppConfig]] = field(default_factory=list)

    def opens(self) -> httpx.Response:
        return self.browser.get(self.link)

    def presses(self, page: httpx.Response) -> httpx.Response:
        """The button of our page, then GitHub's: the way back is not gone yet."""
        return self.browser.post(action(page), data={"manifest": manifest(page)})

    def comes_back(self) -> str:
        """The address that GitHub sends the person back to."""
        return self.presses(self.opens()).headers["location"]

    @property
    def file(self) -> Path:
        return app_file(self.settings)


def action(page: httpx.Response) -> str:
    (found,) = re.findall(r'<form action="([^"]*)" method="post">', page.text)
    return html.unescape(found)


def manifest(page: httpx.Response) -> str:
    (found,) = re.findall(r'name="manifest" value="([^"]*)"', page.text)
    return html.unescape(found)


@contextmanager
def staged(
    folder: Path, monkeypatch: pytest.MonkeyPatch, organization: str = ""
) -> Iterator[Scene]:
    listening = listen("127.0.0.1", 0)
    public = f"http://127.0.0.1:{listening.getsockname()[1]}"
    town = Town.founded(folder / "town")
    fake = FakeGitHub(town.world)
    ann = town.person("ann")
    with fake.running() as api_url, httpx.Client(trust_env=False) as browser:
        monkeypatch.setenv("SEEDGATE_CACHE_DIR", str(folder / "cache"))
        monkeypatch.setenv("SEEDGATE_API_URL", api_url)
        settings = Settings()
        made: list[tuple[NewApp, AppConfig]] = []
        wish = Wish(public, organization)
        desk = setup_desk(settings, wish, lambda *app: made.append(app))
        with running(setup_application(desk), listening):
            scene = Scene(town, fake, ann, settings, desk.link, browser, made)
            yield scene
    assert fake.gateway.breaks == []


@pytest.fixture
def scene(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    with staged(tmp_path, monkeypatch) as made:
        yield made


def test_one_link_and_one_click_make_an_app_that_works(scene: Scene) -> None:
    page = scene.opens()
    assert page.status_code == 200
    back = scene.presses(page)
    onward = scene.browser.get(back.headers["location"])
    (app,) = scene.town.world.apps.values()
    assert onward.status_code == 303
    web = scene.town.world.web_url
    assert onward.headers["location"] == f"{web}/apps/{app.slug}/installations/new"

    config = load(scene.settings)
    assert config is not None
    assert (config.app, config.webhook_secret.revealed) == (app.id, app.webhook_secret)
    assert config.hook_url == app.hook_url
    identity = Identity(config.app, config.private_key, config.api_url)
    github = ConnectedGitHub(identity)
    profile = github.app()
    github.close()
    assert (profile.id, profile.permissions) == (app.id, dict(needs.PERMISSIONS))
    assert set(profile.events) == set(needs.EVENTS)


def test_the_process_hears_of_it_and_goes_on_without_a_restart(scene: Scene) -> None:
    scene.browser.get(scene.comes_back())
    ((app, config),) = scene.made
    assert app.id == config.app
    assert len(config.link_secret.revealed) == 64


def test_the_keys_are_this_users_alone(scene: Scene) -> None:
    scene.browser.get(scene.comes_back())
    assert stat.S_IMODE(scene.file.stat().st_mode) == 0o600
    assert [one.name for one in scene.file.parent.iterdir() if "app" in one.name] == [
        "app.json"
    ]
    config = load(scene.settings)
    assert config is not None
    assert config.webhook_secret.revealed not in repr(config)
    assert "PRIVATE KEY" not in repr(config)


def test_the_page_says_what_is_asked_for_and_runs_nothing(scene: Scene) -> None:
    page = scene.opens()
    text = html.unescape(page.text)
    for name, level in needs.PERMISSIONS.items():
        assert f'<tr><th scope="row">{name}</th><td>{level}</td>' in text
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert f"form-action {scene.town.world.web_url};" in policy
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert "<script" not in page.text


@pytest.mark.parametrize("query", ["", "?token=", "?token=guess", "?token=a&token=b"])
def test_nobody_without_the_link_sees_the_page(scene: Scene, query: str) -> None:
    bare = scene.link.partition("?")[0]
    page = scene.browser.get(f"{bare}{query}")
    assert page.status_code == 404
    assert "<form" not in page.text


def test_the_link_is_dead_once_there_is_an_app(scene: Scene) -> None:
    scene.browser.get(scene.comes_back())
    assert scene.opens().status_code == 404


def test_a_state_that_we_did_not_give_slips_no_app_in(scene: Scene) -> None:
    page = scene.opens()
    address = scene.ann.confirms_manifest(manifest(page), "of-somebody-else")
    answer = scene.browser.get(address)
    assert answer.status_code == 403
    assert not scene.file.exists()
    bare = address.partition("&state")[0]
    assert scene.browser.get(bare).status_code == 403


def test_a_state_serves_once(scene: Scene) -> None:
    back = scene.comes_back()
    assert scene.browser.get(back).status_code == 303
    assert scene.browser.get(back).status_code == 403
    assert len(scene.made) == 1


def test_two_windows_make_one_app(scene: Scene) -> None:
    first, second = scene.comes_back(), scene.comes_back()
    assert scene.browser.get(first).status_code == 303
    kept = scene.file.read_text()
    assert scene.browser.get(second).status_code == 403
    assert scene.file.read_text() == kept


def test_states_end_after_an_hour_and_are_bounded() -> None:
    at = [0.0]
    states = States(lambda: at[0])
    old, fresh = states.give(), states.give()
    at[0] = STATE_S
    assert states.take(fresh)
    at[0] = STATE_S + 1
    assert not states.take(old)
    first = states.give()
    for _ in range(64):
        states.give()
    assert not states.take(first)


def test_while_github_is_down_the_person_may_come_again(scene: Scene) -> None:
    back = scene.comes_back()
    scene.fake.faults.plan(Fault("apps/create-from-manifest", "502"))
    answer = scene.browser.get(back)
    assert answer.status_code == 502
    assert "Reload this page" in answer.text
    assert scene.browser.get(back).status_code == 303


def test_a_code_that_github_does_not_know_is_told(scene: Scene) -> None:
    back = scene.comes_back()
    scene.town.world.manifests.clear()
    answer = scene.browser.get(back)
    assert answer.status_code == 502
    assert "SEEDGATE_API_URL" in answer.text
    assert "delete it and begin anew" in answer.text
    assert scene.browser.get(back).status_code == 403


def test_an_app_that_could_not_be_kept_is_not_fetched(scene: Scene) -> None:
    back = scene.comes_back()
    scene.file.parent.mkdir(exist_ok=True)
    scene.file.write_text("somebody was quicker")
    answer = scene.browser.get(back)
    assert answer.status_code == 500
    assert "configured already" in answer.text
    assert scene.town.world.manifests
    assert scene.file.read_text() == "somebody was quicker"


def test_a_look_ahead_by_a_program_takes_no_state(scene: Scene) -> None:
    back = scene.comes_back()
    assert scene.browser.head(back).status_code == 405
    assert scene.browser.post(back).status_code == 405
    assert scene.browser.get(back).status_code == 303


def test_an_organization_owns_the_app_if_it_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with staged(tmp_path, monkeypatch, "lab") as scene:
        lab = scene.town.organization("lab")
        scene.browser.get(scene.comes_back())
        (app,) = scene.town.world.apps.values()
        assert (app.name, app.owner_id) == ("seedgate-lab", lab)


def test_health_is_told_while_the_app_is_made(scene: Scene) -> None:
    address = scene.link.partition("/setup")[0]
    assert scene.browser.get(f"{address}/healthz").text == "Alive.\n"
    ready = scene.browser.get(f"{address}/readyz")
    assert (ready.status_code, "no App yet" in ready.text) == (503, True)
