"""What a wheel holds: every file of the two packages, templates and probe included."""

import subprocess
import tomllib
from pathlib import Path

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


def git(*words: str) -> str:
    done = subprocess.run(["git", *words], capture_output=True, text=True, check=True)
    return done.stdout


def ignored(root: Path, nowhere: Path) -> set[Path]:
    """Files in the packages that a `.gitignore` names: the build leaves them out.

    They are asked of an empty repository, made at `nowhere`: what is committed all the
    same is left out as well, and `root` need not be a checkout.
    """
    git("init", "--quiet", "--bare", str(nowhere))
    places = (f"--git-dir={nowhere}", f"--work-tree={root}", "-C", str(root))
    words = ("ls-files", "--others", "--ignored", "--exclude-per-directory=.gitignore")
    told = git(*places, *words, "-z", "--", *WHEEL["packages"])
    return {Path(one) for one in told.split("\0") if one}


def test_both_packages_are_in_it_as_they_are() -> None:
    assert WHEEL == {"packages": ["bot", "workers"]}
    for name in NEEDED:
        assert (ROOT / name).is_file(), name


def test_nothing_but_caches_is_left_out_because_git_ignores_it(tmp_path: Path) -> None:
    lost = ignored(ROOT, tmp_path / "git")
    assert {one for one in lost if one.suffix not in {".pyc", ".pyo"}} == set()


def test_what_a_gitignore_names_is_seen_without_a_checkout(tmp_path: Path) -> None:
    for name in ("bot/kept.py", "bot/build/lost.py", "docs/build/other.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / ".gitignore").write_text("build/\n")
    assert ignored(tmp_path, tmp_path / "git") == {Path("bot/build/lost.py")}
