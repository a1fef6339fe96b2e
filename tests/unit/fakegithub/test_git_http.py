"""Real git against the fake's smart HTTP: who may fetch, who may push, what moves."""

import base64
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.fakegithub.git_access import read_request
from tests.fakegithub.git_http import GitHttp, RefMove
from tests.fakegithub.plumbing import Draft
from tests.fakegithub.records import App, Installation, Repository, Token
from tests.fakegithub.repositories import Repositories
from tests.fakegithub.serving import served
from tests.fakegithub.state import Clock, GitPerson, World

NOW = datetime(2026, 3, 1, tzinfo=UTC)
ANN = GitPerson("Ann", "ann@example.com", NOW)
LONG = "ghs_4711_" + "x.Y-z_" * 85  # today's installation tokens have 520 characters


@dataclass
class Host:
    """A world with ann/digits, an App on it, and its address."""

    world: World
    repositories: Repositories
    digits: Repository
    shas: list[str]
    home: Path
    url: str = ""
    landed: list[tuple[str, list[RefMove], int]] = field(default_factory=list)

    def token(
        self, value: str, repositories: frozenset[int] | None = None, **permissions: str
    ) -> str:
        """An installation token, an hour old at most."""
        installation = next(iter(self.world.installations))
        self.world.tokens[value] = Token(
            value, installation, permissions, repositories, NOW + timedelta(hours=1)
        )
        return value

    def git(
        self, *arguments: str, token: str | None = None, at: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        """A user's git, with the token in the environment only."""
        given = {}
        if token is not None:
            basic = base64.b64encode(f"x-access-token:{token}".encode()).decode()
            given = {
                "GIT_CONFIG_COUNT": "1",
                "GIT_CONFIG_KEY_0": f"http.{self.url}/.extraHeader",
                "GIT_CONFIG_VALUE_0": f"Authorization: Basic {basic}",
            }
        return subprocess.run(
            ["git", *arguments], check=False, capture_output=True, text=True,
            cwd=at or self.home,
            env={
                "PATH": os.environ["PATH"], "HOME": str(self.home), "LC_ALL": "C",
                "GIT_TERMINAL_PROMPT": "0", "GIT_CONFIG_NOSYSTEM": "1",
                "GIT_AUTHOR_NAME": "Ann", "GIT_AUTHOR_EMAIL": "ann@example.com",
                "GIT_COMMITTER_NAME": "Ann", "GIT_COMMITTER_EMAIL": "ann@example.com",
                **given,
            },
        )  # fmt: skip

    def clone(self, token: str | None, name: str = "work") -> Path:
        """A clone of ann/digits."""
        at = self.home / name
        done = self.git("clone", f"{self.url}/ann/digits.git", str(at), token=token)
        assert done.returncode == 0, done.stderr
        return at


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    clock = Clock(base=NOW.timestamp)
    repositories = Repositories(tmp_path / "host")
    world = World(repositories, clock)
    ann = world.add_account("ann")
    bot = world.add_account("gate[bot]", "Bot")
    digits = Repository(world.new_id(), ann.id, "digits", NOW)
    world.repositories[digits.id] = digits
    repositories.create(digits)
    shas = repositories.write(
        digits,
        "refs/heads/main",
        [
            Draft("one", ANN, changes={"train.py": "lr = 1\n"}),
            Draft("two", ANN, changes={"train.py": "lr = 2\n"}),
        ],
    )
    world.apps[7] = App(7, "gate", "Gate", ann.id, bot.id, "", "s", "", {}, [], NOW)
    world.installations[70] = Installation(70, 7, ann.id, {}, [], NOW)
    home = tmp_path / "home"
    home.mkdir()
    made = Host(world, repositories, digits, shas, home)

    def landed(repository: Repository, moves: list[RefMove], sender: int) -> None:
        made.landed.append((repository.name, moves, sender))

    with served(GitHttp(world, landed)) as url:
        made.url = world.web_url = url
        yield made


def test_a_token_that_reads_contents_clones_and_leaves_no_trace_of_itself(host):
    token = host.token(LONG, contents="read")
    work = host.clone(token)
    assert (work / "train.py").read_text() == "lr = 2\n"
    assert "ghs_" not in (work / ".git/config").read_text()


def test_a_pull_request_of_a_fork_is_fetched_from_the_base(host):
    token = host.token(LONG, contents="read")
    fork = Repository(host.world.new_id(), host.digits.owner_id, "fork", NOW)
    host.repositories.fork(host.digits, fork)
    head = host.repositories.write(
        fork, "refs/heads/idea", [Draft("idea", ANN, host.shas[1], {"a": "1\n"})]
    )[0]
    host.repositories.set_pull_head(host.digits, 7, head)
    work = host.clone(token)
    fetched = host.git("fetch", "origin", "refs/pull/7/head", token=token, at=work)
    assert fetched.returncode == 0, fetched.stderr
    assert host.git("rev-parse", "FETCH_HEAD", at=work).stdout.strip() == head


def test_any_commit_is_fetched_by_its_sha_even_when_no_branch_holds_it(host):
    token = host.token(LONG, contents="read")
    work = host.clone(token)
    lost = host.repositories.write(
        host.digits, "refs/heads/x", [Draft("lost", ANN, host.shas[0], {"b": "2"})]
    )[0]
    host.repositories.move(host.digits, "refs/heads/x", None)
    for version in ("2", "0"):  # the newer one gives any commit whatever is allowed
        spoken = ("-c", f"protocol.version={version}", "fetch", "--depth=1")
        fetched = host.git(*spoken, "origin", lost, token=token, at=work)
        assert fetched.returncode == 0, fetched.stderr


def test_a_push_with_write_moves_the_branch_and_is_told_before_the_client_is_done(host):
    token = host.token(LONG, contents="write")
    work = host.clone(token)
    (work / "train.py").write_text("lr = 3\n")
    host.git("commit", "-qam", "three", at=work)
    tip = host.git("rev-parse", "HEAD", at=work).stdout.strip()
    done = host.git("push", "origin", "HEAD:refs/heads/idea", token=token, at=work)
    assert done.returncode == 0, done.stderr
    bot = host.world.apps[7].bot_id
    assert host.landed == [("digits", [("refs/heads/idea", None, tip)], bot)]
    assert host.repositories.ref(host.digits, "refs/heads/idea") == tip


def test_a_large_push_streams_in_and_out_again(host):
    token = host.token(LONG, contents="write")
    work = host.clone(token)
    (work / "weights.bin").write_bytes(os.urandom(6_000_000))
    host.git("add", ".", at=work)
    host.git("commit", "-qm", "weights", at=work)
    done = host.git("push", "origin", "HEAD:main", token=token, at=work)
    assert done.returncode == 0, done.stderr
    again = host.clone(token, "again")
    sent, back = (work / "weights.bin"), (again / "weights.bin")
    assert sent.read_bytes() == back.read_bytes()


def test_nobody_pushes_into_the_refs_of_pull_requests(host):
    token = host.token(LONG, contents="write")
    work = host.clone(token)
    done = host.git("push", "origin", "HEAD:refs/pull/1/head", token=token, at=work)
    assert done.returncode != 0
    assert "deny updating a hidden ref" in done.stderr


def test_a_token_that_only_reads_may_not_push(host):
    token = host.token(LONG, contents="read")
    work = host.clone(token)
    done = host.git("push", "origin", "HEAD:refs/heads/x", token=token, at=work)
    assert done.returncode != 0
    assert "403" in done.stderr
    assert host.landed == []


@pytest.mark.parametrize("case", ["unknown", "expired", "revoked", "suspended", "none"])
def test_without_a_token_that_counts_there_is_no_clone(host, case):
    token: str | None = host.token(LONG, contents="read")
    match case:
        case "unknown":
            token = "ghs_somebody_elses"
        case "expired":
            host.world.clock.advance(3600)
        case "revoked":
            host.world.tokens[LONG].revoked = True
        case "suspended":
            host.world.installations[70].suspended_at = NOW
        case "none":
            token = None
    done = host.git("clone", f"{host.url}/ann/digits.git", "x", token=token)
    assert done.returncode != 0
    assert "could not read Username" in done.stderr or "Authentication" in done.stderr


def test_a_repository_outside_the_token_or_the_installation_is_not_there(host):
    inside = host.token("ghs_inside", frozenset({1}), contents="read")
    done = host.git("clone", f"{host.url}/ann/digits.git", "x", token=inside)
    assert "not found" in done.stderr
    host.world.installations[70].selection = "selected"
    token = host.token(LONG, contents="read")
    done = host.git("clone", f"{host.url}/ann/digits.git", "x", token=token)
    assert "not found" in done.stderr


def test_a_public_repository_is_cloned_by_anybody_and_pushed_to_by_its_people(host):
    host.digits.private = False
    work = host.clone(None)
    refused = host.git("push", "origin", "HEAD:refs/heads/x", at=work)
    assert refused.returncode != 0
    eve = host.world.add_account("eve")
    host.world.personal_tokens["github_pat_eve"] = eve.id
    push = ("push", "origin", "HEAD:refs/heads/x")
    assert "403" in host.git(*push, token="github_pat_eve", at=work).stderr
    host.digits.collaborators[eve.id] = "write"
    assert host.git(*push, token="github_pat_eve", at=work).returncode == 0
    assert host.landed[0][2] == eve.id


def test_the_former_name_of_a_repository_still_leads_to_it(host):
    token = host.token(LONG, contents="read")
    host.digits.former_names.append("ann/numbers")
    done = host.git("clone", f"{host.url}/ann/numbers.git", "x", token=token)
    assert done.returncode == 0, done.stderr
    host.digits.archived = True
    work = host.clone(token)
    writer = host.token("ghs_writer", contents="write")
    pushed = host.git("push", "origin", "HEAD:refs/heads/x", token=writer, at=work)
    assert "403" in pushed.stderr


@pytest.mark.parametrize(
    ("method", "path", "query"),
    [
        ("GET", "/ann/digits.git/info/refs", b""),
        ("GET", "/ann/digits.git/info/refs", b"service=git-evil"),
        ("GET", "/ann/digits.git/git-upload-pack", b""),
        ("POST", "/ann/digits.git/info/refs", b"service=git-upload-pack"),
        ("GET", "/ann/../digits.git/info/refs", b"service=git-upload-pack"),
        ("GET", "/ann/digits.git/HEAD", b""),
    ],
)
def test_what_is_not_smart_git_is_not_served(method, path, query):
    assert read_request(method, path, query) is None
