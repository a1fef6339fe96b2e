"""The whole fake on real git: by its control port, in this process and in its own."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from github import Auth, GithubIntegration

from tests.fakegithub.control import Control
from tests.fakegithub.deliveries import Deliveries
from tests.fakegithub.people import Town
from tests.fakegithub.server import FakeGitHub
from tests.unit.fakegithub.stage import ALL, VERSION, keys

ROOT = Path(__file__).parents[3]


@pytest.fixture
def control(tmp_path: Path) -> Iterator[Control]:
    town = Town.founded(tmp_path)
    deliveries = Deliveries(town.world)
    yield Control(town, FakeGitHub(town.world, town.git()), deliveries)
    deliveries.close()


def call(control: Control, name: str, **given: Any) -> Any:
    status, said = control.answer(f"/{name}", json.dumps(given).encode())
    assert status == 200, said
    return said["done"]


def refusal(control: Control, name: str, **given: Any) -> str:
    status, said = control.answer(f"/{name}", json.dumps(given).encode())
    assert status in {404, 422}
    return str(said["refused"])


def act(control: Control, who: str, deed: str, **given: Any) -> Any:
    return call(control, "do", who=who, deed=deed, **{"with": given})


def test_people_live_through_the_control_port(control: Control) -> None:
    act(control, "ann", "founds", name="digits", files={"a.py": "1\n"})
    act(control, "ann", "invites", repository="digits", person="bob", role="write")
    act(control, "bob", "pushes", repository="digits", branch="x", files={"a.py": "2"})
    pull = act(control, "bob", "opens_pull", repository="ann/digits", branch="x")
    act(control, "ann", "comments", repository="digits", on=pull["number"], body="hi")
    place = {"repository": "digits", "number": pull["number"]}
    assert "hi" in call(control, "page", **place)
    assert call(control, "judge", **place) == {"allowed": True, "why_not": []}
    merged = act(control, "bob", "merges", repository="digits", pull=pull["number"])
    assert len(merged) == 40
    assert call(control, "unread") == []
    assert "merges" in call(control, "deeds")


def test_what_cannot_be_is_said_in_a_sentence(control: Control) -> None:
    assert "the controls are" in refusal(control, "nothing")
    assert "people can" in refusal(control, "do", who="ann", deed="may")
    assert "KeyError" in refusal(control, "do", who="ann")
    act(control, "ann", "founds", name="digits", files={"a.py": "1\n"})
    said = refusal(control, "do", who="ann", deed="founds", **{"with": {"nme": 1}})
    assert "does not take ['nme']" in said
    missing = {"repository": "digits", "pull": 7}
    said = refusal(control, "do", who="ann", deed="closes", **{"with": missing})
    assert said == "there is no pull 7"
    wrong = {"repository": "nope", "branch": "x"}
    said = refusal(control, "do", who="ann", deed="opens_pull", **{"with": wrong})
    assert "no one repository" in said
    said = refusal(control, "do", who="ann", deed="founds", **{"with": {"name": "x"}})
    assert "files" in said
    assert "no App" in refusal(control, "hook", app="x", url="")


def test_trouble_is_made_and_taken_back(control: Control) -> None:
    planned = [{"operation": "checks/*", "kind": "502", "nth": 2}]
    assert call(control, "faults", faults=planned) == 1
    call(control, "chance", seed=1, rate=1.0, kinds=["502"])
    assert control.fake.faults.chance is not None
    call(control, "deliveries", vanish=True)
    call(control, "clear")
    assert control.fake.faults.pending == []
    call(control, "deliveries", seed=1, shares={"drop": 1.0})
    call(control, "settle")
    before = call(control, "clock")
    assert call(control, "clock", advance=3600) >= before + 3600
    assert call(control, "ledger")["breaks"] == []


def test_a_process_of_its_own_serves_api_git_and_control(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.fakegithub", "--folder", str(tmp_path / "git")],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        walk(json.loads(process.stdout.readline()), tmp_path)
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
        if process.stdout is not None:
            process.stdout.close()


def walk(at: dict[str, str], folder: Path) -> None:
    """One pull request's life, from outside."""
    with httpx.Client(base_url=at["control"], trust_env=False, verify=False) as client:

        def say(path: str, **given: Any) -> Any:
            answer = client.post(path, json=given)
            assert answer.status_code == 200, answer.text
            return answer.json()["done"]

        def ann(deed: str, **given: Any) -> Any:
            return say("/do", who="ann", deed=deed, **{"with": given})

        ann("founds", name="digits", files={"a.py": "1\n"})
        app = {"slug": "gate", "owner": "ann", "permissions": ALL, "events": []}
        made = say("/app", **app, public_key=keys()[1])
        installed = ann("installs", app="gate")
        ann("pushes", repository="digits", branch="x", files={"a.py": "2\n"})
        pull = ann("opens_pull", repository="digits", branch="x")
        integration = GithubIntegration(
            auth=Auth.AppAuth(made["id"], keys()[0]),
            base_url=at["api"],
            retry=None,
            api_version=VERSION,
            seconds_between_writes=None,
        )
        token = integration.get_access_token(installed["id"]).token
        github = integration.get_github_for_installation(installed["id"])
        repository = github.get_repo("ann/digits")
        repository.create_check_run("seedgate", pull["head_sha"], conclusion="success")
        file = repository.get_contents("a.py", ref="x")
        assert not isinstance(file, list)
        assert file.decoded_content == b"2\n"
        assert repository.compare("main", "x").ahead_by == 1
        place = {"repository": "digits", "number": pull["number"]}
        assert "seedgate" in say("/page", **place)
        assert say("/unread") == []
        assert say("/ledger")["breaks"] == []
        clone(at["web"], token, folder / "clone")
        github.close()
        integration.close()


def clone(web: str, token: str, into: Path) -> None:
    """As git does it: the token in the environment, nowhere else."""
    header = httpx.BasicAuth("x-access-token", token)
    request = next(header.auth_flow(httpx.Request("GET", web)))
    settings = {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"http.{web}/.extraHeader",
        "GIT_CONFIG_VALUE_0": f"Authorization: {request.headers['authorization']}",
        "GIT_TERMINAL_PROMPT": "0",
    }
    subprocess.run(
        ["git", "clone", "-q", f"{web}/ann/digits.git", str(into)],
        env={**os.environ, **settings},
        check=True,
    )
    assert (into / "a.py").read_text() == "1\n"
