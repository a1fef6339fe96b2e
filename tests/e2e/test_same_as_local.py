"""The App and `seedgate local` say the same of the same branch."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.app.stage import Stage, plain, staged
from tests.samples.quick import WORSE

SEEDGATE = Path(sys.executable).with_name("seedgate")


def verdict_here(stage: Stage, folder: Path) -> dict[str, object]:
    """Bob clones the repository and asks on his own machine."""
    clone, report = folder / "clone", folder / "report.json"
    origin = f"file://{stage.quick.git_path}"
    git = ["git", "-c", "advice.detachedHead=false"]
    subprocess.run([*git, "clone", "-q", "-b", "idea", origin, str(clone)], check=True)
    environment = {
        **os.environ,
        "SEEDGATE_CACHE_DIR": str(folder / "bob"),
        "SEEDGATE_SEED_SECRET": "a secret of tests",
    }
    words = ["local", "--repo", clone, "--base", "origin/main", "--json", report]
    command = [str(SEEDGATE), *map(str, words)]
    done = subprocess.run(
        command, env=environment, cwd=folder, check=False, capture_output=True
    )
    assert report.exists(), done.stderr.decode()
    found: dict[str, object] = json.loads(report.read_text())
    return found


def test_the_verdict_of_a_pull_request_is_that_of_a_laptop(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        pull = stage.proposes("idea", WORSE)
        run = stage.concluded(pull.head.sha, "failure")
        local = verdict_here(stage, tmp_path)
        assert local["verdict"] == "block"
        provenance = local["provenance"]
        assert isinstance(provenance, dict)
        shown = plain(run.output["text"])
        for one in ("merged_tree", "policy_sha256"):
            assert provenance[one] in shown
        stage.page(pull)
