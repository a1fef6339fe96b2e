"""What landed is held against what was judged, whoever landed it and however."""

import os
import subprocess
from pathlib import Path

from tests.app.stage import Stage, plain, staged
from tests.fakegithub.records import Pull
from tests.samples.quick import BETTER

NOTE, BANNER = "> [!NOTE]", "> [!CAUTION]"
OTHER = {"other.py": "print('other')\n"}


def test_what_was_judged_lands_in_silence(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        pull = passed(stage)
        before = stage.sticky(pull).body
        stage.ann.pushes(stage.quick, "main", {"README.md": "Read me.\n"})
        stage.ann.merges(stage.quick, pull)
        stage.quiet()
        assert stage.sticky(pull).body == before
        assert stage.quick.issues == {}
        stage.page(pull)


def test_on_a_base_that_moved_the_comment_says_so_in_one_line(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        pull = passed(stage)
        judged = pull.base.sha
        onto = stage.ann.pushes(stage.quick, "main", OTHER)
        stage.ann.merges(stage.quick, pull, "squash")
        stage.quiet()
        said = plain(stage.sticky(pull).body)
        assert NOTE in said
        assert f"Landed on {onto[:10]}, judged against {judged[:10]}" in said
        assert "Seedgate: safe to merge" in said.splitlines()[1]
        assert stage.quick.issues == {}
        assert stage.run(pull.head.sha).conclusion == "success"
        stage.page(pull)


def test_what_an_administrator_lands_in_its_place_has_a_red_banner_and_an_issue(
    tmp_path: Path,
) -> None:
    with staged(tmp_path) as stage:
        pull = passed(stage)
        landed = by_hand(stage, tmp_path)
        stage.quiet()
        assert pull.merged_at is not None
        said = plain(stage.sticky(pull).body)
        assert BANNER in said
        assert f"Commit {landed[:10]} holds other content" in said
        (issue,) = stage.quick.issues.values()
        assert issue.title == f"What landed with #{pull.number} is not what was judged"
        assert landed[:10] in plain(issue.body)
        stage.looks(pull)
        stage.quiet()
        assert len(stage.quick.issues) == 1
        stage.page(pull)
        stage.town.page(stage.quick, issue.number)


def by_hand(stage: Stage, folder: Path) -> str:
    """Ann merges on her own machine, adds more to the merge commit, and pushes it."""
    with stage.town.world.lock:
        stage.town.world.personal_tokens["anns-token"] = stage.ann.id
    web = stage.town.world.web_url.replace("//", "//ann:anns-token@")
    script = f"""set -e
    git clone -q {web}/ann/quick.git clone && cd clone
    git config user.name ann && git config user.email ann@example.com
    git merge -q --no-ff --no-commit origin/idea
    echo "print('by hand')" > other.py
    git add other.py && git commit -q -m "Merge idea, and more"
    git push -q origin HEAD:main
    git rev-parse HEAD
    """
    env = {**os.environ, "GIT_TERMINAL_PROMPT": "0"}
    told = subprocess.run(
        ["bash", "-c", script], cwd=folder, check=True, env=env, capture_output=True
    )
    return told.stdout.decode().split()[-1]


def passed(stage: Stage) -> Pull:
    pull = stage.proposes("idea", BETTER)
    stage.concluded(pull.head.sha, "success")
    return pull
