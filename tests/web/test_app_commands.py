"""Verbs of the App as people call them, on the fake GitHub."""

import json
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.adapters.store import SqlPages
from bot.app.checkup import MOST_BRANCHES
from bot.cli.app import run
from bot.compose.database import store_url
from bot.domain.github.needs import EVENTS, PERMISSIONS
from bot.settings import Settings
from tests.fakegithub.faults import Fault
from tests.fakegithub.people import Person, Town
from tests.fakegithub.records import App, CheckRun, Installation, Repository
from tests.fakegithub.server import FakeGitHub
from tests.waiting import until
from tests.web.wire import running

POLICY = """\
version: 1
modes:
  mlp:
    train: [python, train.py]
    metrics: {loss: {direction: minimize, tolerance: 0.1}}
stages: {fast: {seeds: [4, 8]}}
"""
FILES = {"train.py": "lr = 1\n", ".github/seedgate.yml": POLICY}
Said = dict[str, list[dict[str, Any]]]


@dataclass
class Scene:
    """An App that is installed on Ann's account, and configured by the environment."""

    town: Town
    fake: FakeGitHub
    ann: Person
    digits: Repository
    app: App
    installation: Installation
    folder: Path

    def doctor(self, *more: str) -> tuple[int, Said]:
        """The exit code, and the checks by their ids."""
        target = self.folder / "doctor.json"
        code = run(["doctor", "--json", str(target), *more])
        said: Said = {}
        for one in json.loads(target.read_text())["checks"]:
            said.setdefault(one["id"], []).append(one)
        return code, said

    def smoke(self, *more: str) -> int:
        return run(["smoke", "--repo", "ann/digits", "--pause", "0", *more])

    def ours(self) -> list[CheckRun]:
        """The check runs of the App, oldest first."""
        every = self.digits.runs.values()
        return [one for one in every if one.app_id == self.app.id]


def new_key() -> tuple[str, str]:
    key = rsa.generate_private_key(public_exponent=65_537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return private.decode(), public.decode()


@pytest.fixture(scope="session")
def keys() -> tuple[str, str]:
    return new_key()


async def healthy(_request: Request) -> Response:
    return PlainTextResponse("Alive.\n")


@contextmanager
def alive() -> Iterator[str]:
    """Somebody who says that we are alive."""
    with running(Starlette(routes=[Route("/healthz", healthy)])) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def scene(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, keys: tuple[str, str]
) -> Iterator[Scene]:
    town = Town.founded(tmp_path / "town")
    ann = town.person("ann")
    digits = ann.founds("digits", FILES)
    app = town.app("gate", ann, PERMISSIONS, EVENTS)
    installation = ann.installs(app)
    fake = FakeGitHub(town.world, town.git())
    (tmp_path / "key.pem").write_text(keys[0])
    (tmp_path / "key.pem").chmod(0o600)
    with fake.running() as api_url, alive() as public_url:
        app.public_key, app.hook_url = keys[1], f"{public_url}/webhook"
        for name, value in {
            "CACHE_DIR": str(tmp_path / "cache"),
            "API_URL": api_url,
            "PUBLIC_URL": public_url,
            "APP_ID": str(app.id),
            "PRIVATE_KEY_FILE": str(tmp_path / "key.pem"),
            "WEBHOOK_SECRET": "hush",
        }.items():
            monkeypatch.setenv(f"SEEDGATE_{name}", value)
        yield Scene(town, fake, ann, digits, app, installation, tmp_path)
    assert fake.gateway.breaks == []
    assert fake.limits.violations == []


def test_an_app_that_is_set_up_well_has_nothing_that_does_not_work(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    scene.ann.requires_check(scene.digits, "main", "seedgate", scene.app.id, seen=False)
    code, said = scene.doctor()
    assert code == 0
    states = {one["state"] for ones in said.values() for one in ones}
    assert states == {"ok", "warn"}
    assert [k for k, ones in said.items() if ones[0]["state"] == "warn"] == [
        "nodes-none"
    ]
    assert said["required"][0]["about"] == "ann/digits"
    assert "Everything works, 1 warning." in capsys.readouterr().out


def test_a_check_that_anybody_may_fake_is_warned_of(scene: Scene) -> None:
    scene.ann.requires_check(scene.digits, "main", "seedgate", None, seen=False)
    code, said = scene.doctor()
    (told,) = said["required-unpinned"]
    assert (code, told["state"]) == (0, "warn")
    assert str(scene.app.id) in told["mend"]


def test_a_check_of_another_app_holds_every_merge_up(scene: Scene) -> None:
    scene.ann.protects(scene.digits, "main", "seedgate", 666)
    code, said = scene.doctor()
    assert code == 1
    assert said["required-of-another"][0]["state"] == "fail"


def test_a_rule_without_a_policy_waits_for_ever(scene: Scene) -> None:
    bare = scene.ann.founds("bare", {"a.py": "1\n"})
    scene.ann.requires_check(bare, "main", "seedgate", scene.app.id, seen=False)
    code, said = scene.doctor()
    assert code == 1
    assert said["required-in-vain"][0]["about"] == "ann/bare"
    assert said["policy-missing"][0]["about"] == "ann/bare"


def test_a_missing_permission_is_named_and_gone_once_it_is_accepted(
    scene: Scene,
) -> None:
    less = {**PERMISSIONS, "checks": "read"}
    scene.installation.permissions = dict(less)
    code, said = scene.doctor()
    (told,) = said["installation-lacks"]
    assert code == 1
    assert "checks: write, only for read" in told["message"]
    scene.ann.accepts_permissions(scene.installation)
    code, said = scene.doctor()
    assert (code, "installation-lacks" in said) == (0, False)


def test_an_app_that_asks_for_too_little_or_too_much_is_told_so(scene: Scene) -> None:
    scene.app.permissions = {**PERMISSIONS, "issues": "read", "actions": "write"}
    scene.app.events = ["push"]
    code, said = scene.doctor()
    assert code == 1
    assert [one["evidence"]["name"] for one in said["permission-lacking"]] == ["issues"]
    assert [one["evidence"]["name"] for one in said["permission-beyond"]] == ["actions"]
    assert len(said["event-lacking"]) == len(EVENTS) - 1


def test_webhooks_that_go_elsewhere_are_found(scene: Scene) -> None:
    scene.app.hook_url = "https://old.example/webhook"
    code, said = scene.doctor()
    assert code == 1
    assert "https://old.example/webhook" in said["hook-elsewhere"][0]["message"]


def test_a_key_that_github_does_not_know_is_told_and_the_rest_is_still_looked_at(
    scene: Scene,
) -> None:
    scene.app.public_key = new_key()[1]
    code, said = scene.doctor()
    assert code == 1
    assert {"app-refused", "store", "reached", "installations-unknown"} <= set(said)


def test_a_clock_that_is_off_is_told(scene: Scene) -> None:
    scene.town.world.clock.skew = 45.0
    code, said = scene.doctor()
    assert (code, said["clock-off"][0]["state"]) == (0, "warn")
    scene.town.world.clock.skew = -150.0
    code, said = scene.doctor()
    assert (code, said["clock-wrong"][0]["state"]) == (1, "fail")
    assert "app" in said  # the key is taken all the same
    assert "installations-unknown" not in said


def test_a_faulty_policy_and_strict_rules_and_a_queue_are_told(scene: Scene) -> None:
    scene.ann.requires_check(
        scene.digits, "main", "seedgate", scene.app.id, strict=True, seen=False
    )
    scene.ann.opens_queue(scene.digits, "main", 90)
    broken = {".github/seedgate.yml": "version: 1\nbranhces: [main]\n"}
    scene.ann.pushes(scene.digits, "main", broken)
    code, said = scene.doctor()
    assert code == 1
    assert "line" in said["policy-faulty"][0]["message"]
    assert said["strict"][0]["state"] == "warn"
    assert "90 minutes" in said["queue"][0]["message"]


def test_one_look_that_fails_does_not_hide_the_others(scene: Scene) -> None:
    scene.fake.faults.plan(Fault("repos/get-branch-rules", "502"))
    scene.fake.faults.plan(Fault("apps/list-webhook-deliveries", "truncated_json"))
    code, said = scene.doctor()
    assert code == 0
    assert {"rules-unknown", "deliveries-unknown", "policy", "hook"} <= set(said)


def test_only_so_many_repositories_are_looked_at(scene: Scene) -> None:
    scene.ann.founds("more", FILES)
    _, said = scene.doctor("--most", "1")
    assert said["repositories-left-out"][0]["evidence"] == {"count": 1}
    assert [one["about"] for one in said["policy"]] == ["ann/digits"]


def test_every_gated_branch_is_looked_at_or_told_of(scene: Scene) -> None:
    names = [f"release-{number}" for number in range(MOST_BRANCHES + 2)]
    policy = f"{POLICY}branches: [{', '.join(names)}]\n"
    scene.ann.pushes(scene.digits, "main", {".github/seedgate.yml": policy})
    _, said = scene.doctor()
    (told,) = said["branches-left-out"]
    assert (told["state"], told["evidence"]["count"]) == ("warn", 2)


def test_what_serve_refuses_at_its_start_is_found_beside_the_rest(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEEDGATE_LINK_SECRET", "short")
    monkeypatch.setenv("VIRTUAL_ENV", str(scene.folder / "gone"))
    monkeypatch.setattr(shutil, "which", lambda _: None)  # the fake's own git is there
    (scene.folder / "cache").mkdir()
    (scene.folder / "cache" / "seed-secret").write_text("")
    code, said = scene.doctor()
    git, python, links, seeds = said["config-wrong"]
    assert (code, git["message"]) == (1, "There is no git program on the PATH.")
    assert python["message"].startswith("VIRTUAL_ENV names ")
    assert "SEEDGATE_LINK_SECRET" in links["mend"]
    assert "SEEDGATE_SEED_SECRET" in seeds["mend"]
    assert {"app", "policy", "store"} <= set(said)


def test_a_key_that_others_may_read_is_warned_of(scene: Scene) -> None:
    (scene.folder / "key.pem").chmod(0o644)
    code, said = scene.doctor()
    (told,) = said["key-open"]
    assert (code, told["state"]) == (0, "warn")
    assert "open to others (mode 644)" in told["message"]


def test_settings_that_cannot_be_used_are_a_finding_and_none_are_not_configured(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("SEEDGATE_WEBHOOK_SECRET")
    code, said = scene.doctor()
    assert (code, list(said)) == (1, ["config-wrong"])
    monkeypatch.delenv("SEEDGATE_APP_ID")
    monkeypatch.delenv("SEEDGATE_PRIVATE_KEY_FILE")
    capsys.readouterr()
    assert run(["doctor"]) == 64
    assert "No GitHub App is configured." in capsys.readouterr().err
    assert scene.smoke() == 64


def test_the_round_trip_on_a_pull_request_tries_everything_and_tidies_up(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    scene.ann.pushes(scene.digits, "idea", {"train.py": "lr = 2\n"})
    pull = scene.ann.opens_pull(scene.digits, "idea")
    assert scene.smoke("--pull", str(pull.number)) == 0
    (comment,) = scene.digits.comments.values()
    assert comment.minimized == "OUTDATED"
    assert [one.content for one in comment.reactions] == ["eyes"]
    check, again = scene.ours()
    assert (again.name, again.conclusion) == (check.name, check.conclusion)
    assert (check.name, check.head_sha) == ("seedgate-smoke", pull.head.sha)
    assert (check.status, check.conclusion) == ("completed", "success")
    assert len(check.annotations) == 1
    out = capsys.readouterr().out
    assert out.count("ok   ") == 21
    assert "The round trip works." in out
    scene.town.page(scene.digits, pull)


def test_without_a_pull_request_the_head_of_the_default_branch_is_used(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    assert scene.smoke() == 0
    check, _ = scene.ours()
    head = scene.town.world.git.ref(scene.digits, "refs/heads/main")
    assert (check.head_sha, check.conclusion) == (head, "success")
    assert "name a pull request with --pull" in capsys.readouterr().out


def test_a_step_that_fails_is_named_and_the_check_run_never_passes(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    scene.ann.pushes(scene.digits, "idea", {"train.py": "lr = 2\n"})
    pull = scene.ann.opens_pull(scene.digits, "idea")
    scene.installation.permissions = {**PERMISSIONS, "pull_requests": "read"}
    assert scene.smoke("--pull", str(pull.number)) == 1
    assert [one.conclusion for one in scene.ours()] == ["cancelled", "cancelled"]
    out = capsys.readouterr().out
    assert "fail comment: GitHub does not let us, it takes pull_requests=write" in out
    assert "ok   conclude the check run" in out


def test_a_repository_that_the_app_does_not_reach_is_said(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["smoke", "--repo", "ann/other"]) == 1
    assert "fail find the repository" in capsys.readouterr().out


@pytest.mark.parametrize("named", ["ann/digits", "Ann/Digits", "the number"])
def test_links_that_were_given_out_are_revoked(
    scene: Scene, capsys: pytest.CaptureFixture[str], named: str
) -> None:
    with closing(SqlPages(store_url(Settings()))) as pages:
        number = scene.digits.id
        assert pages.generation(number) == 0
        assert run(["revoke", "--repo", named.replace("the number", str(number))]) == 0
        assert pages.generation(number) == 1
        said = capsys.readouterr().out
        assert "that was given out opens anything" in said
        assert f"in the store {pages.name}." in said


@pytest.mark.parametrize("named", ["ann/digits", "7"])
def test_where_nothing_is_stored_nothing_is_revoked_and_no_store_is_made(
    scene: Scene, capsys: pytest.CaptureFixture[str], named: str
) -> None:
    assert run(["revoke", "--repo", named]) == 64
    said = capsys.readouterr().err
    assert "There is no store" in said
    assert "SEEDGATE_CACHE_DIR" in said
    assert not list(scene.folder.glob("cache/*.sqlite*"))


@pytest.mark.parametrize(
    "named", ["0", str(2**63), "9" * 20, "9" * 5000, "\uff11\uff12", "\u0661"]
)
def test_digits_that_are_the_number_of_no_repository_are_refused(
    scene: Scene, capsys: pytest.CaptureFixture[str], named: str
) -> None:
    SqlPages(store_url(Settings())).close()
    assert run(["revoke", "--repo", named]) == 64
    assert "is no number of a repository" in capsys.readouterr().err


def test_the_largest_number_of_a_repository_is_taken(scene: Scene) -> None:
    with closing(SqlPages(store_url(Settings()))) as pages:
        assert run(["revoke", "--repo", str(2**63 - 1)]) == 0
        assert pages.generation(2**63 - 1) == 1


def test_a_repository_without_links_of_ours_is_named(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    SqlPages(store_url(Settings())).close()
    assert run(["revoke", "--repo", "ann/other"]) == 64
    said = capsys.readouterr().err
    assert "reaches no repository ann/other" in said
    assert "GitHub's number" in said


def test_an_app_that_github_does_not_know_revokes_nothing_and_says_so(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    SqlPages(store_url(Settings())).close()
    monkeypatch.setenv("SEEDGATE_APP_ID", "999")
    assert run(["revoke", "--repo", "ann/digits"]) == 64
    assert "GitHub could not be asked" in capsys.readouterr().err


def test_an_app_that_exists_is_imported_once_github_knows_it(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["setup", "--import"]) == 0
    assert f"App gate (id {scene.app.id})" in capsys.readouterr().out
    for name in ("APP_ID", "PRIVATE_KEY_FILE", "WEBHOOK_SECRET", "PUBLIC_URL"):
        monkeypatch.delenv(f"SEEDGATE_{name}")
    code, _ = scene.doctor()
    assert code == 0
    assert run(["setup", "--import"]) == 64
    assert "No App is given" in capsys.readouterr().err


def test_an_app_that_github_does_not_know_is_not_imported(
    scene: Scene, keys: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    scene.app.public_key = new_key()[1]
    assert run(["setup", "--import"]) == 64
    said = capsys.readouterr().err
    assert "does not believe who we are" in said
    assert "(SEEDGATE_API_URL) is the API of the App's GitHub" in said
    assert not (scene.folder / "cache" / "app.json").exists()
    scene.app.public_key = keys[1]
    scene.fake.faults.plan(Fault("apps/get-authenticated", "502"))
    assert run(["setup", "--import"]) == 70
    assert "(SEEDGATE_API_URL)" in capsys.readouterr().err
    assert run(["setup", "--import"]) == 0


def test_the_manifest_is_printed_for_who_registers_by_hand(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    address = "https://gate.example.com"
    assert run(["setup", "--print-manifest", "--public-url", address]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["hook_attributes"]["url"] == f"{address}/webhook"
    assert said["default_permissions"] == dict(PERMISSIONS)


def test_the_setup_serves_its_page_until_the_app_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("APP_ID", "PRIVATE_KEY_FILE", "WEBHOOK_SECRET", "PUBLIC_URL"):
        monkeypatch.delenv(f"SEEDGATE_{name}", raising=False)
    port = free_port()
    town = Town.founded(tmp_path / "town")
    ann = town.person("ann")
    fake = FakeGitHub(town.world)
    with fake.running() as api_url, httpx.Client(trust_env=False) as browser:
        monkeypatch.setenv("SEEDGATE_CACHE_DIR", str(tmp_path / "cache"))
        monkeypatch.setenv("SEEDGATE_API_URL", api_url)
        monkeypatch.setenv("SEEDGATE_LISTEN", f"127.0.0.1:{port}")
        public = f"http://127.0.0.1:{port}"
        codes: list[int] = []
        call = ["setup", "--public-url", public]
        served = threading.Thread(target=lambda: codes.append(run(call)))
        served.start()
        said = heard(lambda: capsys.readouterr().out)
        link = re.findall(rf"{public}/setup\?token=\S+", said)[0]
        form = browser.get(link).text
        state = re.findall(r"state=([\w-]+)", form)[0]
        manifest = json.dumps({"url": public, "redirect_url": f"{public}/setup/done"})
        back = browser.get(ann.confirms_manifest(manifest, state))
        served.join(30)
        (app,) = town.world.apps.values()
        assert back.headers["location"].endswith("/installations/new")
        assert codes == [0]
        assert f"(id {app.id}) is registered" in capsys.readouterr().out
        assert run(call) == 64
        assert "configured already" in capsys.readouterr().err


def heard(read: Callable[[], str]) -> str:
    """What is printed, once the link is there."""
    said: list[str] = []

    def linked() -> bool:
        said.append(read())
        return "token=" in "".join(said)

    until(linked, "the link")
    return "".join(said)


def free_port() -> int:
    from bot.web.serving import listen

    listening = listen("127.0.0.1", 0)
    port: int = listening.getsockname()[1]
    listening.close()
    return port
