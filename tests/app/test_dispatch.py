"""Web and trials apart: `seedgate serve --no-dispatch` and `seedgate dispatch`."""

from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from tests.app.processes import ENDS_S as SIGTERM_S
from tests.app.processes import processes
from tests.app.stage import staged
from tests.samples.quick import WORSE
from tests.waiting import alive, until

pytestmark = [pytest.mark.ray, pytest.mark.e2e]
ENDS_S = 40.0


def test_trials_run_apart_and_go_on_when_the_dispatcher_is_killed(
    tmp_path: Path,
) -> None:
    """A new dispatcher is begun, and no folder or process is left at the end."""
    hold, ledger, own = tmp_path / "hold", tmp_path / "ledger", tmp_path / "tmp"
    own.mkdir()
    with staged(tmp_path) as stage, processes(stage, tmp_path) as many:
        stage.crew.going.clear()
        serving = many.serve()
        apart = many.start("dispatch", "--jobs", "2", TMPDIR=str(own))
        slow = replace(WORSE, hold=str(hold), ledger=str(ledger))
        pull = stage.proposes("idea", slow)
        until(ledger.exists, f"a trial to start; {apart.said}", 120)
        (first,) = psutil.Process(apart.process.pid).children()
        below = apart.children()
        first.kill()
        until(lambda: "started again" in apart.said, apart.said, 60)
        hold.touch()
        conclusion = lambda: stage.run(pull.head.sha).conclusion  # noqa: E731
        until(lambda: conclusion() == "failure", "a verdict", 120)
        below += apart.children()
        apart.ends()
        assert apart.process.returncode == 0
        until(lambda: not any(alive(one.pid) for one in below), "all to end", ENDS_S)
        assert list(own.glob("seedgate-*")) == []
        many.reads()
        assert stage.crew.ran == []
        for one in (serving, apart):
            assert "Traceback" not in one.said


def test_sigterm_ends_an_app_with_its_own_dispatcher_and_all_its_trials(
    tmp_path: Path,
) -> None:
    hold, ledger = tmp_path / "hold", tmp_path / "ledger"
    with staged(tmp_path) as stage, processes(stage, tmp_path) as many:
        stage.crew.going.clear()
        first = many.start("serve", "--jobs", "2")
        first.leads()
        stage.app.hook_url = first.hook
        slow = replace(WORSE, hold=str(hold), ledger=str(ledger))
        pull = stage.proposes("idea", slow)
        until(ledger.exists, f"a trial to start; {first.said}", 120)
        below = first.children()
        took = first.ends()
        print(f"SIGTERM ended it in {took:.1f} s")
        assert took < SIGTERM_S
        assert first.process.returncode == 0
        until(lambda: not any(alive(one.pid) for one in below), "all to end", 10)
        hold.touch()
        again = many.start("serve", "--jobs", "2")
        again.leads()
        stage.app.hook_url = again.hook
        conclusion = lambda: stage.run(pull.head.sha).conclusion  # noqa: E731
        until(lambda: conclusion() == "failure", "a verdict", 120)
        many.reads()
        assert again.ends() < SIGTERM_S
        for one in (first, again):
            assert "Traceback" not in one.said


def test_a_dispatcher_whose_owner_was_killed_leaves_nothing(tmp_path: Path) -> None:
    own = tmp_path / "tmp"
    own.mkdir()
    with staged(tmp_path) as stage, processes(stage, tmp_path) as many:
        apart = many.start("dispatch", TMPDIR=str(own))
        until(lambda: list(own.glob("seedgate-*/node.json")), apart.said)
        below = apart.children()
        apart.kill()
        until(lambda: not any(alive(one.pid) for one in below), "all to end", ENDS_S)
        assert list(own.glob("seedgate-*")) == []
