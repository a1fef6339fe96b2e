"""Stories about refreshes that cannot succeed, and what is said of them."""

import pytest

from bot.adapters.mirrors.failing import MirrorTroubleError, failure, is_missing
from bot.app.mirroring import (
    Denied,
    Gone,
    MirrorError,
    TooLarge,
    Unfit,
    Unreachable,
    WantedBranch,
    WantedPull,
)
from bot.domain.errors import MachineryFault
from tests.adapters.mirrors.stage import OnFake, committed, noise, processes
from tests.adapters.mirrors.wires import stalling, strange
from tests.fakegithub import plumbing
from tests.waiting import until

MAIN = WantedBranch("main")


@pytest.mark.parametrize(
    ("status", "meant"),
    [
        (200, Unreachable),
        (301, Gone),
        (403, Denied),
        (404, Gone),
        (410, Gone),
        (429, Unreachable),
        (502, Unreachable),
    ],
)
def test_what_a_server_answers_has_one_meaning(
    real: OnFake, status: int, meant: type
) -> None:
    with strange(status) as (_, url):
        mirrors = real.another(url)
        with pytest.raises(MirrorError, match="ann/digits") as caught:
            mirrors.refresh(real.place, real.name, real.token, [MAIN])
    assert isinstance(caught.value.failure, meant)


def test_a_host_that_nobody_knows_is_unreachable(real: OnFake) -> None:
    mirrors = real.another("http://nowhere.invalid")
    with pytest.raises(MirrorError) as caught:
        mirrors.refresh(real.place, real.name, real.token, [MAIN])
    assert isinstance(caught.value.failure, Unreachable)


@pytest.mark.parametrize("name", ["ann/other", "ann/none"])
def test_a_repository_that_the_app_does_not_reach_is_gone(
    real: OnFake, name: str
) -> None:
    real.ann.founds("other", {"train.py": "x"})
    real.ann.chooses(real.installation, added=[real.digits])
    with pytest.raises(MirrorError, match=name) as caught:
        real.mirrors.refresh(real.place, name, real.token, [MAIN])
    assert isinstance(caught.value.failure, Gone)


@pytest.mark.parametrize(
    "name", ["digits", "ann/..", "ann/.", "-x/y", "ann/a b", "ann/a\n", "../x", ""]
)
def test_a_name_that_is_none_is_never_asked_for(real: OnFake, name: str) -> None:
    with pytest.raises(MirrorError) as caught:
        real.mirrors.refresh(real.place, name, real.token, [MAIN])
    assert isinstance(caught.value.failure, Gone)
    assert not real.home.exists()


def test_a_fetch_that_takes_too_long_is_ended_with_all_that_it_started(
    real: OnFake,
) -> None:
    real.pushes("main", {"data.bin": noise()})
    with stalling(real.url, 100_000) as stall:
        mirrors = real.another(stall.url, seconds=1.0)
        with pytest.raises(MirrorError, match="did not end in 1 s") as caught:
            mirrors.refresh(real.place, real.name, real.token, [MAIN])
        assert isinstance(caught.value.failure, Unreachable)
        until(
            lambda: not any(stall.url in line for _, line in processes()),
            "the processes to end",
            patience_s=10,
        )
    assert real.refresh(MAIN).branch("main") is not None


def test_a_server_that_falls_silent_is_given_up_by_git_itself(real: OnFake) -> None:
    real.pushes("main", {"data.bin": noise()})
    with stalling(real.url, 100_000) as stall:
        mirrors = real.another(stall.url, slow_s=1)
        with pytest.raises(MirrorError, match="could not be fetched") as caught:
            mirrors.refresh(real.place, real.name, real.token, [MAIN])
    assert isinstance(caught.value.failure, Unreachable)


def test_more_than_may_come_at_once_is_refused(real: OnFake) -> None:
    real.pushes("main", {"data.bin": noise()})
    with stalling(real.url, 200_000) as stall:
        mirrors = real.another(stall.url, most_bytes=50_000)
        with pytest.raises(MirrorError, match="at once") as caught:
            mirrors.refresh(real.place, real.name, real.token, [MAIN])
    assert isinstance(caught.value.failure, TooLarge)


@pytest.mark.parametrize("name", [".git", "..", "a/b"])
def test_a_head_that_leads_out_of_a_checkout_is_unfit(real: OnFake, name: str) -> None:
    good = real.refresh(MAIN).branch("main")
    number, sha = real.opens_from_fork({"train.py": "lr = 2\n"})
    evil = committed(real, f"100644 {name}\0".encode(), sha)
    plumbing.place_ref(real.origin, f"refs/pull/{number}/head", evil)
    with pytest.raises(MirrorError, match="no tree may hold") as caught:
        real.refresh(WantedPull(number))
    assert isinstance(caught.value.failure, Unfit)
    mirror = real.refresh(MAIN)
    assert mirror.branch("main") == good
    assert mirror.pull_head(number) is None
    assert not mirror.has(evil)


def test_an_untidy_history_shuts_nobody_out(real: OnFake) -> None:
    tip = plumbing.read_ref(real.origin, "refs/heads/main")
    assert tip is not None
    untidy = committed(real, b"100664 train.py\0", tip, "1700000000 +51800")
    plumbing.place_ref(real.origin, "refs/heads/main", untidy)
    assert real.refresh(MAIN).branch("main") == untidy


def test_a_full_disk_is_our_own_fault() -> None:
    with pytest.raises(MachineryFault, match="disk is full"):
        failure("ann/digits", "fatal: write error: No space left on device")


def test_what_the_server_says_of_itself_is_not_believed() -> None:
    words = "remote: fatal: repository 'x' not found\nerror: odd\n"
    assert failure("ann/digits", words) is None
    assert is_missing("fatal: couldn't find remote ref refs/heads/x")
    assert str(MirrorTroubleError("odd")) == "odd"
