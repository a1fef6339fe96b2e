"""Stories about those who die in the middle, and about several at once."""

import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.app.mirroring import MirrorError, Unreachable, WantedBranch, WantedPull
from tests.adapters.mirrors.stage import OnFake, noise, processes
from tests.adapters.mirrors.wires import stalling
from tests.waiting import until

MAIN = WantedBranch("main")
_ALONE = """
import sys
from pathlib import Path
from bot.adapters.mirrors import GitMirrors
from bot.app.mirroring import WantedBranch
from bot.domain.github import Place, Secret
cache, url, number = sys.argv[1:]
mirrors = GitMirrors(Path(cache), url, lambda: 1_790_000_000.0)
token = Secret(sys.stdin.readline().strip())
mirrors.refresh(Place(1, int(number)), "ann/digits", token, [WantedBranch("main")])
"""


def _large(real: OnFake) -> str:
    return real.pushes("main", {"data.bin": noise()})


def _leaders(url: str) -> set[int]:
    """The process groups of the gits that speak to this address."""
    found = set()
    for pid, line in processes():
        if url in line and "git" in line and "python" not in line:
            try:
                found.add(os.getpgid(pid))
            except ProcessLookupError:
                continue
    assert os.getpgid(0) not in found
    return found


def _halves(real: OnFake) -> list[Path]:
    return [*real.home.rglob("tmp_*"), *real.home.rglob("*.lock")]


def test_a_fetch_that_is_killed_leaves_a_mirror_that_works(real: OnFake) -> None:
    before = real.refresh(MAIN).branch("main")
    pushed = _large(real)
    failures: list[BaseException] = []
    with stalling(real.url, 100_000) as stall:
        mirrors = real.another(stall.url)

        def refreshes() -> None:
            try:
                mirrors.refresh(real.place, real.name, real.token, [MAIN])
            except MirrorError as error:
                failures.append(error)

        work = threading.Thread(target=refreshes)
        work.start()
        assert stall.stalled.wait(30)
        for group in _leaders(stall.url):
            os.killpg(group, signal.SIGKILL)
        work.join(30)
    assert [type(one.failure) for one in failures] == [Unreachable]  # type: ignore[attr-defined]
    known = real.mirrors.known(real.place)
    assert known is not None
    assert known.branch("main") == before
    for stale in ("packed-refs.lock", "refs/seedgate/heads/x.lock", "HEAD.lock"):
        (real.home / stale).touch()
    assert _halves(real) != []
    assert real.refresh(MAIN).branch("main") == pushed
    assert _halves(real) == []


def test_a_git_that_outlives_its_process_keeps_the_mirror_to_itself(
    real: OnFake,
) -> None:
    pushed = _large(real)
    with stalling(real.url, 100_000) as stall:
        told = [sys.executable, "-c", _ALONE, str(real.cache), stall.url]
        alone = subprocess.Popen(
            [*told, str(real.digits.id)], stdin=subprocess.PIPE, text=True
        )
        with alone:
            assert alone.stdin is not None
            alone.stdin.write(f"{real.token.revealed}\n")
            alone.stdin.flush()
            assert stall.stalled.wait(60)
            alone.kill()
        assert _leaders(stall.url) != set()
        hasty = real.another(patience_s=0.2)
        with pytest.raises(MirrorError, match="still being fetched") as caught:
            hasty.refresh(real.place, real.name, real.token, [MAIN])
        assert isinstance(caught.value.failure, Unreachable)
        for group in _leaders(stall.url):
            os.killpg(group, signal.SIGKILL)
        assert real.refresh(MAIN).branch("main") == pushed
        assert _leaders(stall.url) == set()


def test_several_at_once_each_find_what_they_want(real: OnFake) -> None:
    opened = dict(real.opens_from_fork({f"{n}.py": "x"}) for n in range(6))
    others = [real.another() for _ in range(3)]

    def refresh(number: int) -> str | None:
        mirrors = others[number % 3]
        wanted = [MAIN, WantedPull(number)]
        mirror = mirrors.refresh(real.place, real.name, real.token, wanted)
        sha = mirror.pull_head(number)
        assert sha is not None
        assert mirror.repository.read_file(sha, "train.py") == b"lr = 1\n"
        return sha

    with ThreadPoolExecutor(6) as pool:
        found = dict(zip(opened, pool.map(refresh, opened), strict=True))
    assert found == opened


def test_who_waits_goes_on_when_the_other_is_done(real: OnFake) -> None:
    pushed = _large(real)
    with stalling(real.url, 100_000) as stall, ThreadPoolExecutor(2) as pool:
        slow = real.another(stall.url)
        asked = (real.place, real.name, real.token, [MAIN])
        first = pool.submit(slow.refresh, *asked)
        assert stall.stalled.wait(30)
        second = pool.submit(real.mirrors.refresh, *asked)
        known = real.mirrors.known(real.place)
        assert known is not None
        assert known.branch("main") is None
        assert not second.done()
        stall.goes_on.set()
        assert first.result(30).branch("main") == pushed
        assert second.result(30).branch("main") == pushed
    until(lambda: _leaders(stall.url) == set(), "git to end")
