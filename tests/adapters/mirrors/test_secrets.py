"""Stories about the token: who gets to see it, and who never does."""

import base64
import logging
import threading
import traceback
from pathlib import Path

import pytest

from bot.adapters.mirrors.network import Server, network_git
from bot.app.mirroring import Denied, MirrorError, Unreachable, WantedBranch
from bot.domain.github import Secret
from tests.adapters.mirrors.stage import OnFake, noise, processes
from tests.adapters.mirrors.wires import stalling, strange

MAIN = WantedBranch("main")


def _spellings(token: Secret) -> tuple[str, str, str]:
    """The token as it is, as git sends it, and a piece of it."""
    told = base64.b64encode(f"x-access-token:{token.revealed}".encode()).decode()
    return token.revealed, told, token.revealed[100:160]


def _files_with(folder: Path, token: Secret) -> list[Path]:
    files = [one for one in folder.rglob("*") if one.is_file()]
    contents = [(one, one.read_bytes()) for one in files]
    assert contents
    wanted = [text.encode() for text in _spellings(token)]
    return [one for one, text in contents if any(w in text for w in wanted)]


def test_the_token_is_in_no_argument_file_or_log(
    real: OnFake, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    real.pushes("main", {"data.bin": noise()})
    with stalling(real.url, 100_000) as stall:
        mirrors = real.another(stall.url)
        asked = (real.place, real.name, real.token, [MAIN])
        work = threading.Thread(target=mirrors.refresh, args=asked)
        work.start()
        assert stall.stalled.wait(30)
        lines = [line for _, line in processes()]
        assert any(stall.url in line and "git" in line for line in lines)
        said = "\n".join(lines)
        assert not any(text in said for text in _spellings(real.token))
        assert _files_with(real.cache, real.token) == []
        stall.goes_on.set()
        work.join(30)
    assert _files_with(real.cache, real.token) == []
    assert not any(text in caplog.text for text in _spellings(real.token))


def test_the_token_is_in_no_error_though_the_server_says_it_back(real: OnFake) -> None:
    with strange(500) as (server, url):
        mirrors = real.another(url)
        with pytest.raises(MirrorError) as caught:
            mirrors.refresh(real.place, real.name, real.token, [MAIN])
    assert isinstance(caught.value.failure, Unreachable)
    assert any(_spellings(real.token)[1] in one for one in server.heard)
    told = "".join(traceback.format_exception(caught.value)) + repr(caught.value)
    assert not any(text in told for text in _spellings(real.token))


def test_what_git_repeats_is_hidden(real: OnFake) -> None:
    from bot.adapters.mirrors.network import _hidden

    said = " and ".join(_spellings(real.token)[:2])
    assert _hidden(said, real.token) == "*** and ***"


def test_a_git_that_holds_the_token_does_not_show_it(real: OnFake) -> None:
    git = network_git(real.home, Server(real.url), real.token, 60)
    assert not any(text in repr(git) for text in _spellings(real.token))


def test_nobody_but_the_server_is_told_the_token(real: OnFake) -> None:
    with strange(200) as (other, elsewhere):
        to = f"{elsewhere}/ann/digits.git/info/refs?service=git-upload-pack"
        with strange(302, (b"location", to.encode())) as (_, url):
            mirrors = real.another(url)
            with pytest.raises(MirrorError, match="another name"):
                mirrors.refresh(real.place, real.name, real.token, [MAIN])
    assert other.heard == []


def test_a_password_of_the_person_at_home_is_never_used(
    real: OnFake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real.town.world.personal_tokens["annspassword"] = real.ann.id
    home = tmp_path / "home"
    netrc = "machine 127.0.0.1 login ann password annspassword\n"
    (home / ".netrc").write_text(netrc)
    (home / ".netrc").chmod(0o600)
    helper = home / "helper"
    helper.write_text(f"#!/bin/sh\ntouch {home}/asked\necho annspassword\n")
    helper.chmod(0o700)
    (home / ".gitconfig").write_text(f"[credential]\n\thelper = {helper}\n")
    monkeypatch.setenv("GIT_ASKPASS", str(helper))
    monkeypatch.setenv("SSH_ASKPASS", str(helper))
    with pytest.raises(MirrorError) as caught:
        real.mirrors.refresh(real.place, real.name, Secret("ghs_wrong"), [MAIN])
    assert isinstance(caught.value.failure, Denied)
    assert not (home / "asked").exists()


def test_only_http_is_an_address(real: OnFake) -> None:
    for base in ("file:///tmp", "ext::sh -c x", "ssh://host", "-x", ""):
        with pytest.raises(ValueError, match="not an address"):
            network_git(real.home, Server(base), real.token, 60)
