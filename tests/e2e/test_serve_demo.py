"""`make serve-demo`: it walks from an empty GitHub to a merge, and leaves nothing."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.app.stage import keys
from tests.demo.children import FAREWELL_S
from tests.demo.gate import SERVES
from tests.waiting import until

PATIENCE_S = 240.0
OUTLINE = """\
== 1. Seedgate starts without an App; Ann makes one from its link
one click later the App is there, and the gate serves
== 2. Ann founds quick, installs the App, requires its check
== 3. Bob opens a pull request that makes the loss worse
the check run is there
it says no
the comment says so too
== 4. Bob asks why
it was heard
the answer is there
and it is marked as done
== 5. Bob pushes a fix
it may be merged
the comment says so too
== 6. Ann merges it
it is merged
== 7. # calls to GitHub in all
none broke its contract or its limits
"""

pytestmark = [pytest.mark.e2e, pytest.mark.ray]


def walking(folder: Path) -> "subprocess.Popen[str]":
    """The demo under way, with everything that it makes below a folder."""
    words = [sys.executable, "-m", "tests.demo"]
    environment = {**os.environ, "TMPDIR": str(folder)}
    out = (folder.parent / "out.txt").open("w")
    with out:
        return subprocess.Popen(
            words, stdout=out, stderr=subprocess.STDOUT, env=environment, text=True
        )


def outline(said: str) -> str:
    """Scenes and what came of them, without numbers and pages."""
    kept = re.compile(r"== |   [ \d.]{5} s  |   none broke")
    found = [one for one in said.splitlines() if kept.match(one)]
    plain = [re.sub(r"^   (?:[ \d.]{5} s  )?", "", one) for one in found]
    return re.sub(r"\d+ calls", "# calls", "\n".join(plain) + "\n")


def left(folder: Path) -> list[str]:
    """Files and processes that the demo has left."""
    told = [str(one) for one in folder.iterdir()]
    for one in psutil.process_iter(["cmdline"]):
        words = " ".join(one.info["cmdline"] or ())
        if str(folder) in words:
            told.append(words)
    return told


def test_the_walk_goes_from_an_app_that_is_made_to_a_merge(tmp_path: Path) -> None:
    (folder := tmp_path / "t").mkdir()
    demo = walking(folder)
    code = demo.wait(PATIENCE_S)
    said = (tmp_path / "out.txt").read_text()
    assert code == 0, said
    assert outline(said) == OUTLINE
    assert "Merging is blocked:" in said
    assert "This may be merged." in said
    assert "got worse in quick" in said
    assert left(folder) == []


def test_ctrl_c_in_the_middle_ends_everything(tmp_path: Path) -> None:
    (folder := tmp_path / "t").mkdir()
    demo = walking(folder)
    out = tmp_path / "out.txt"
    until(lambda: "the check run is there" in out.read_text(), "the first check run")
    demo.send_signal(signal.SIGINT)
    assert demo.wait(PATIENCE_S) == 130, out.read_text()
    assert "Stopped; nothing is left." in out.read_text()
    assert left(folder) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_server_that_is_told_to_end_ended_well(tmp_path: Path, number: int) -> None:
    environment = {
        **os.environ,
        "SEEDGATE_CACHE_DIR": str(tmp_path / "cache"),
        "SEEDGATE_API_URL": "http://127.0.0.1:9",
        "SEEDGATE_PUBLIC_URL": "http://127.0.0.1:9",
        "SEEDGATE_LISTEN": "127.0.0.1:0",
        "SEEDGATE_APP_ID": "1",
        "SEEDGATE_PRIVATE_KEY": keys()[0],
        "SEEDGATE_WEBHOOK_SECRET": "a secret of hooks",
    }
    words = [sys.executable, "-m", "bot", "serve", "--no-dispatch"]
    log = tmp_path / "serve.log"
    with log.open("w") as err:
        gate = subprocess.Popen(words, stderr=err, env=environment)
    try:
        until(lambda: SERVES in log.read_text(), "the gate to serve")
        gate.send_signal(number)
        assert gate.wait(FAREWELL_S) == 0, log.read_text()
    finally:
        gate.kill()
        gate.wait()
