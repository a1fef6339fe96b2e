"""What a command that runs trials waits for before it begins."""

import logging
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest

from bot.adapters.alive import AliveLocks
from bot.adapters.store import StoreError
from bot.compose import site
from bot.domain.errors import MachineryFault, UserFault
from bot.settings import Settings
from tests.fakes.reports import spec
from tests.fakes.store import MemoryStore
from workers.contract import Node, TrialState

NODE = Node("n1", "cpu", "env", 2.0, 0.0, 10**9)


class Joining:
    """A dispatcher, and its store, on a cluster that has a machine at its own time."""

    def __init__(self, there_at: float, dies_at: float = float("inf")) -> None:
        self._there_at, self._dies_at, self._now = there_at, dies_at, 0.0

    def nodes(self, _since: float) -> Sequence[Node]:
        return (NODE,) if self._now >= self._there_at else ()

    def now(self) -> float:
        return self._now

    def wait(self) -> None:
        self._now += 1.0
        if self._now >= self._dies_at:
            raise MachineryFault("No Ray answers at ray.lab:6379.", "")


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("RAY_ADDRESS", "ray.lab:6379")
    return Settings()


def joined(one: Joining, settings: Settings) -> Node:
    return site._joined_node(one, one, 0.0, settings)  # type: ignore[arg-type]


def test_a_cluster_that_is_there_is_taken_without_a_word(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    assert joined(Joining(there_at=9.0), settings) is NODE
    assert caplog.records == []


def test_a_cluster_without_a_machine_is_named_once_while_it_is_waited_for(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "seedgate"):
        assert joined(Joining(there_at=100.0), settings) is NODE
    (said,) = [one.getMessage() for one in caplog.records]
    assert "ray.lab:6379 (RAY_ADDRESS)" in said
    assert said.endswith("dispatcher.log.")


def test_a_dispatcher_that_ends_is_not_waited_for(settings: Settings) -> None:
    with pytest.raises(MachineryFault, match="No Ray answers"):
        joined(Joining(there_at=100.0, dies_at=3.0), settings)


def test_trials_are_not_run_in_another_environment_than_the_one_that_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every verb that trains opens a site; nothing was made or started by then."""
    cache, gone = tmp_path / "cache", tmp_path / "gone"
    monkeypatch.setenv("SEEDGATE_CACHE_DIR", str(cache))
    monkeypatch.setenv("VIRTUAL_ENV", str(gone))
    with (
        ExitStack() as stack,
        pytest.raises(UserFault, match=f"VIRTUAL_ENV names {gone}") as refused,
    ):
        site.open_site(Settings(), None, tmp_path, stack)
    assert "unset the variable" in refused.value.mend
    assert not cache.exists()


def test_what_an_evaluation_did_not_need_is_wanted_by_nobody_after_its_end(
    tmp_path: Path,
) -> None:
    """But not while another process carries the same evaluation on."""
    store, locks = MemoryStore(lambda: 0.0), AliveLocks(tmp_path)
    here = site.Site(store, locks, None, NODE)  # type: ignore[arg-type]
    with locks.hold("ours"):
        with here.hold("ours"):
            store.want("ours", [spec("branch", "mlp", 1)])
        assert store.wishing() == ["ours"]
    with here.hold("ours"):
        store.want("ours", [spec("branch", "mlp", 1)])
    assert store.wishing() == []


def test_what_was_interrupted_is_gone_on_with(tmp_path: Path) -> None:
    """In all stages; what another one wanted, that was killed, is not."""
    store = MemoryStore(lambda: 0.0)
    here = site.Site(store, AliveLocks(tmp_path), None, NODE)  # type: ignore[arg-type]
    for seed, name in enumerate(("full", "fast", "killed")):
        store.want(name, [spec("branch", "mlp", seed)])
    (runs,) = store.claim(1)
    store.want("full", [spec("branch", "mlp", 9)])
    with pytest.raises(KeyboardInterrupt), here.hold("fast", "full"):
        raise KeyboardInterrupt
    assert store.wishing() == ["fast", "full"]
    assert store.find([runs.spec.key])[runs.spec.key].state is TrialState.RESERVED
    (queued,) = store.claim(9)  # not of the stage that is not reached yet
    assert queued.spec == spec("branch", "mlp", 1)


def test_a_store_that_fails_at_the_end_costs_no_verdict(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    store = MemoryStore(lambda: 0.0)
    here = site.Site(store, AliveLocks(tmp_path), None, NODE)  # type: ignore[arg-type]

    def fails(_evaluation: str, *, begun: bool) -> None:
        raise StoreError("It is away.", "")

    with here.hold("ours"):
        store.want("ours", [spec("branch", "mlp", 1)])
        monkeypatch.setattr(store, "withdraw", fails)
    assert "The store failed." in caplog.text
    monkeypatch.undo()
    with here.hold("next"):
        assert store.wishing() == []
