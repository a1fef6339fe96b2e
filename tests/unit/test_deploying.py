"""What is deployed and run beside the code names only what is there."""

import configparser
import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from bot.cli.app import VERBS
from bot.compose.serve import LEAVES_S
from bot.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
UNIT = ROOT / "deploy/seedgate.service"
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
MOST_MINUTES = 180


class Lines(configparser.ConfigParser):
    """Names of systemd keep their case."""

    optionxform = staticmethod(str)  # type: ignore[assignment]


def service() -> configparser.SectionProxy:
    """The service; of a key that is given twice the last value."""
    lines = Lines(strict=False, interpolation=None)
    lines.read_string(UNIT.read_text())
    return lines["Service"]


def jobs(workflow: Path) -> dict[str, dict[str, object]]:
    return dict(YAML(typ="safe").load(workflow)["jobs"])


def test_the_service_starts_a_verb_that_there_is() -> None:
    program, verb, *more = service()["ExecStart"].split()
    assert Path(program).name == "seedgate"
    assert verb in {one.__name__ for one in VERBS}
    assert more == []


def test_the_service_tells_the_process_alone_to_end() -> None:
    assert service()["KillMode"] == "mixed"


def test_the_service_is_given_the_time_that_the_end_may_take() -> None:
    assert float(service()["TimeoutStopSec"]) > LEAVES_S


def test_a_trial_that_runs_out_of_memory_ends_alone() -> None:
    assert service()["OOMPolicy"] == "continue"


def test_the_service_names_variables_that_are_read() -> None:
    set_ = re.findall(r"^Environment=(\w+)=", UNIT.read_text(), re.MULTILINE)
    known = {f"SEEDGATE_{name.upper()}" for name in Settings.model_fields}
    assert set_ == ["SEEDGATE_CACHE_DIR", "VIRTUAL_ENV"]
    assert set(set_) - {"VIRTUAL_ENV"} <= known


def test_the_page_of_the_service_makes_what_it_needs_and_calls_verbs_like_it() -> None:
    page = (ROOT / "docs/github-app.md").read_text(encoding="utf-8")
    steps = page.split("## Keep it running")[1].split("## What to keep")[0]
    program = service()["ExecStart"].split()[0]
    folder = program.removesuffix("/.venv/bin/seedgate")
    asked = service()["EnvironmentFile"]
    set_ = re.findall(r"^Environment=(\S+)$", UNIT.read_text(), re.MULTILINE)
    python = dict(one.split("=") for one in set_)["VIRTUAL_ENV"]
    for made in (
        f"useradd --system --create-home {service()['User']}\n",
        f"make -C {folder} setup\n",
        f"python3 -m venv {python} ",
        f"install -m 600 /dev/null {asked}\n",
    ):
        assert made in steps
    called = " ".join(re.findall(r"systemd-run [^`]*", steps)[0].split())
    for one in (
        f"-p User={service()['User']} ",
        f"-p EnvironmentFile={asked} ",
        *(f"-E {one} " for one in set_),
        f"{program} doctor",
    ):
        assert one in called


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda one: one.stem)
def test_every_job_ends_by_itself(workflow: Path) -> None:
    for job in jobs(workflow).values():
        minutes = job["timeout-minutes"]
        assert isinstance(minutes, int)
        assert minutes <= MOST_MINUTES


def test_the_soak_is_run_each_night_and_on_demand() -> None:
    path = ROOT / ".github/workflows/soak.yml"
    when = YAML(typ="safe").load(path)["on"]
    assert [len(one["cron"].split()) for one in when["schedule"]] == [5]
    assert "workflow_dispatch" in when
    assert "- run: make soak\n" in path.read_text()
    assert re.search(
        r"^soak:.*\n\t\$\(BIN\)/pytest -m 'soak ", makefile(), re.MULTILINE
    )


def makefile() -> str:
    return (ROOT / "Makefile").read_text()
