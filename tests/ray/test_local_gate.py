"""`seedgate local` in this process: everything wired, with a real dispatcher."""

import json
from pathlib import Path

import pytest

from bot.cli.app import run
from tests.samples.quick import WORSE, Behaviour, build_quick, quick_policy

pytestmark = pytest.mark.ray


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "cache"
    monkeypatch.setenv("SEEDGATE_CACHE_DIR", str(folder))
    monkeypatch.setenv("SEEDGATE_SEED_SECRET", "a secret")
    return folder


def words(repository: Path, *more: str) -> list[str]:
    return ["local", "--repo", str(repository), "--base", "main", *more]


def test_a_worse_branch_is_blocked_and_every_reader_says_the_same(
    tmp_path: Path, cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    repository = build_quick(tmp_path / "repository", branch_behaviour=WORSE)
    report = tmp_path / "report"
    told = words(repository, "--json", "-", "--report", str(report), "--jobs", "1")
    assert run(told) == 1
    out = capsys.readouterr()
    document = json.loads(out.out)
    assert document["verdict"] == "block"
    assert json.loads((report / "report.json").read_text()) == document
    assert "Do not merge" in (report / "report.html").read_text()
    assert "do not merge" in (report / "report.md").read_text()
    assert "DO NOT MERGE" in out.err
    assert str(report / "report.html") in out.err
    # What is stored answers a second call without a trial.
    assert run(words(repository, "--json", "-")) == 1
    again = json.loads(capsys.readouterr().out)
    assert again["findings"] == document["findings"]
    assert again["cost"]["trials_run"] == 0
    assert (cache / "reports" / again["evaluation"] / "report.html").exists()


def test_a_conflict_and_an_empty_change_need_no_dispatcher(
    tmp_path: Path, cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    repository = build_quick(tmp_path / "repository", branch_behaviour=WORSE)
    assert run(words(repository, "--head", "main", "--json", "-")) == 0
    assert json.loads(capsys.readouterr().out)["trials"] == []
    assert not (cache / "dispatcher.log").exists()


@pytest.mark.parametrize(
    ("resources", "sentence"),
    [("{cpus: 512}", "asks for 512 CPUs"), ("{gpus: 64}", "asks for 64 GPUs")],
)
def test_what_this_machine_can_never_offer_is_refused_at_once(
    tmp_path: Path,
    cache: Path,
    capsys: pytest.CaptureFixture[str],
    resources: str,
    sentence: str,
) -> None:
    repository = build_quick(
        tmp_path / "repository",
        branch_behaviour=Behaviour(),
        policy=quick_policy(resources=resources),
    )
    assert run(words(repository)) == 64
    assert sentence in capsys.readouterr().err
    assert cache.exists()


def test_a_cache_that_cannot_be_made_is_named_with_the_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("SEEDGATE_CACHE_DIR", str(tmp_path / "file" / "cache"))
    repository = build_quick(tmp_path / "repository", branch_behaviour=WORSE)
    assert run(words(repository)) == 64
    assert "SEEDGATE_CACHE_DIR" in capsys.readouterr().err


def test_what_a_killed_evaluation_wanted_is_not_run_before_ours(
    tmp_path: Path, cache: Path
) -> None:
    from bot.adapters.store import SqlStore
    from workers.contract import TrialSpec

    cache.mkdir()
    store = SqlStore(f"sqlite:///{cache / 'seedgate.sqlite'}", lambda: 1.0)
    left = TrialSpec("left", "/nowhere", "tree", "branch", "m", "s", 1, ("x",), ())
    store.want("killed", [left])
    store.close()
    repository = build_quick(tmp_path / "repository", branch_behaviour=WORSE)
    assert run(words(repository)) == 1
    store = SqlStore(f"sqlite:///{cache / 'seedgate.sqlite'}", lambda: 2.0)
    assert store.find(["left"])["left"].state == "cancelled"
    store.close()
