"""What a wheel holds: every file of the two packages, templates and probe included."""

import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
WHEEL = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"][
    "targets"
]["wheel"]
NEEDED = (
    "bot/adapters/templates/report.html",
    "bot/adapters/templates/report.css",
    "bot/adapters/store/migrations/env.py",
    "workers/launch/supervisor.py",
    "workers/probe/site/sitecustomize.py",
    "workers/probe/site/seedgate_probe/start.py",
)


def ignored() -> list[Path]:
    """What lies in the packages and git ignores; the build leaves it out as well."""
    words = ("ls-files", "--others", "--ignored", "--exclude-standard", "-z")
    told = subprocess.run(
        ["git", "-C", str(ROOT), *words, "--", *WHEEL["packages"]],
        capture_output=True,
        text=True,
        check=True,
    )
    return [Path(one) for one in told.stdout.split("\0") if one]


def test_both_packages_are_in_it_as_they_are() -> None:
    assert WHEEL == {"packages": ["bot", "workers"]}
    for name in NEEDED:
        assert (ROOT / name).is_file(), name


@pytest.mark.skipif(
    not (ROOT / ".git").exists() or shutil.which("git") is None,
    reason="only a checkout knows what git ignores",
)
def test_nothing_but_caches_is_left_out_because_git_ignores_it() -> None:
    lost = [one for one in ignored() if one.suffix not in {".pyc", ".pyo"}]
    assert lost == []
