"""`seedgate check` and `seedgate schema`, as a person types them."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.cli.app import run
from bot.cli.check import show_plan
from bot.domain.errors import ExitCode
from bot.domain.history import Knowledge, MetricHistory, Pilot
from bot.domain.policy import Policy, Stage
from tests.adapters.policy_file.texts import SOUND

PLACE = ("mlp", "loss")
POLICIES = Path(__file__).parents[2] / "data" / "policies"


@pytest.fixture
def repository(tmp_path: Path) -> Iterator[Path]:
    """An empty repository that is the current folder."""
    before = Path.cwd()
    (tmp_path / ".git").mkdir()
    (tmp_path / ".github").mkdir()
    os.chdir(tmp_path)
    yield tmp_path
    os.chdir(before)


def test_a_sound_policy_is_explained(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (repository / ".github/seedgate.yml").write_text(SOUND)
    assert run(["check"]) == ExitCode.PASS
    told = capsys.readouterr().out
    assert told.startswith(
        ".github/seedgate.yml is a sound policy: 1 mode, 1 stage.\n\nMode mlp\n"
    )
    assert "a look at every number of seeds from 4 to 8 per arm" in told
    assert "8 to 16 trials in one evaluation" not in told
    assert "8 to 16 in one evaluation" in told
    assert "one-sided level" in told


def test_levels_are_those_of_one_of_several_attempts(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    once = SOUND.replace("{min: 4, max: 8}", "4")
    assert once != SOUND
    for text in (once, f"{once}decision: {{attempts: 2}}\n"):
        (repository / ".github/seedgate.yml").write_text(text)
        assert run(["check"]) == ExitCode.PASS
    alone, shared = capsys.readouterr().out.split("is a sound policy")[1:]
    assert "one-sided level 0.0500 at 4 seeds" in alone
    assert "one-sided level 0.0250 at 4 seeds" in shared


def test_the_policy_is_found_from_a_folder_below(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (repository / ".github/seedgate.yml").write_text(SOUND)
    (repository / "src").mkdir()
    os.chdir(repository / "src")
    assert run(["check"]) == ExitCode.PASS
    assert "is a sound policy" in capsys.readouterr().out


def test_every_fault_is_told_with_its_place(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = SOUND.replace("minimize", "down").replace("100", "100, seed: 1")
    (repository / "p.yml").write_text(broken)
    assert run(["check", "p.yml"]) == ExitCode.USAGE
    told = capsys.readouterr()
    assert told.out == ""
    assert "p.yml:7:20: modes.mlp.metrics.loss.direction: `down` is" in told.err
    assert "p.yml:10:31: stages.fast.params.seed: `seed` is filled" in told.err


def test_a_policy_that_is_not_there_is_told_with_a_mend(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["check"]) == ExitCode.USAGE
    told = capsys.readouterr().err
    assert "There is no policy file .github/seedgate.yml." in told
    assert "seedgate init" in told


def test_a_folder_is_no_policy(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["check", ".github"]) == ExitCode.USAGE
    assert ".github cannot be read" in capsys.readouterr().err


def warned(file: str, capsys: pytest.CaptureFixture[str]) -> str:
    """What a check that finds no fault says of programs that are not there."""
    assert run(["check", file]) == ExitCode.PASS
    _, _, told = capsys.readouterr().out.partition("Not in this working copy\n")
    return told


def test_a_program_that_the_repository_lacks_is_told_with_the_mend(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = ".github/seedgate.yml"
    (repository / own).write_text(SOUND)
    told = warned(own, capsys)
    assert told.startswith("  train.py  is run by `modes.mlp.train`.\n")
    assert "Correct the path, which counts from the top folder" in told
    os.chdir(repository / ".github")
    assert warned("seedgate.yml", capsys) == told
    (repository / "train.py").symlink_to("elsewhere")
    assert warned("seedgate.yml", capsys) == ""


def test_nothing_is_said_of_programs_for_a_file_that_rules_no_repository(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A draft, an example, a file outside any repository: who knows what it is of."""
    (repository / "p.yml").write_text(SOUND)
    assert warned("p.yml", capsys) == ""
    (repository / ".github/seedgate.yml").write_text(SOUND)
    (repository / ".git").rmdir()
    assert warned(".github/seedgate.yml", capsys) == ""


UNFILLED = """\
version: 1
modes:
  big:
    train: [python, train.py, EDIT-ME, --data, "EDIT-ME"]  # EDIT: the command
    metrics: &shared
      loss: {direction: minimize, tolerance: 1%, source: {jsonl: EDIT-ME.jsonl}}
  small:
    train: [python, train.py, --data=EDIT-ME, --small]
    metrics: *shared
"""


def test_each_place_that_is_left_to_be_filled_in_is_told(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (repository / "p.yml").write_text(UNFILLED)
    assert run(["check", "p.yml"]) == ExitCode.PASS
    printed = capsys.readouterr().out
    assert printed.startswith(
        "p.yml is no sound policy yet: 4 places still to be filled in.\n"
    )
    said = " ".join(printed.partition("Still to be filled in\n")[2].split())
    places = {
        "modes.big.train[2]": "line 4, column 31",
        "modes.big.train[4]": "line 4, column 48",
        "modes.big.metrics.loss.source.jsonl": "line 6, column 66",
        "modes.small.train[2]": "line 8, column 31",
    }
    for name, place in places.items():
        assert f"{name} still says EDIT-ME: {place}." in said
    assert said.count("still says EDIT-ME") == len(places)


def test_what_only_comments_say_is_not_left_to_be_filled_in(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (repository / "p.yml").write_text(f"{SOUND}# nothing here is EDIT-ME\n")
    assert run(["check", "p.yml"]) == ExitCode.PASS
    printed = capsys.readouterr().out
    assert "is a sound policy" in printed
    assert "to be filled in" not in printed


def test_what_this_version_leaves_out_is_told_last(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["check", str(POLICIES / "shared.yml")]) == ExitCode.PASS
    told = capsys.readouterr().out
    _, _, last = told.partition("Not executed by `seedgate local`: it refuses\n")
    assert last.startswith("  -  `baseline.refresh` is executed for pull requests")


def test_the_chance_that_nothing_is_stopped_is_told_with_what_is_assumed(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (repository / ".github/seedgate.yml").write_text(SOUND)
    assert run(["check"]) == ExitCode.PASS
    _, _, told = capsys.readouterr().out.partition("A branch that changes nothing")
    assert "is stopped with" in told
    assert "assumed: tolerances of 1.5 SDs where the spread is not known (loss)" in told


def test_every_planned_stage_and_all_together_are_told(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (repository / "p.yml").write_text(f"{SOUND}  slow: {{params: {{steps: 9}}}}\n")
    assert run(["check", "p.yml"]) == ExitCode.PASS
    _, _, told = capsys.readouterr().out.partition("A branch that changes nothing")
    assert told.count("is stopped with") == 3
    assert "in all" in told


def test_a_past_with_failures_is_priced(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def recall(policy: Policy, stage: Stage) -> Knowledge:
        place = (policy.modes[0].name, policy.modes[0].metrics[0].name)
        past = MetricHistory(values=98, mean=1.0, sd=0.05, trials=100, failed=2)
        return Knowledge({place: past})

    (repository / "p.yml").write_text(SOUND)
    show_plan(Path("p.yml"), recall)
    told = " ".join(capsys.readouterr().out.split())
    assert "2 % of past trials failed; if none did, it would be stopped with" in told
    assert "assumed" not in told


def test_a_test_set_is_weighed_at_the_mean_that_the_last_stage_knows(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    known = {
        "fast": Knowledge(pilots={PLACE: Pilot(10, 0.5, 0.01)}),
        "slow": Knowledge({PLACE: MetricHistory(values=40, mean=0.9, sd=0.01)}),
        "later": Knowledge({PLACE: MetricHistory()}),
    }

    def recall(policy: Policy, stage: Stage) -> Knowledge:
        return known[stage.name]

    asked = SOUND.replace("tolerance: 0.01", "tolerance: 0.01\n        examples: 100")
    more = (f"  {name}: {{params: {{steps: 9}}}}\n" for name in ("slow", "later"))
    (repository / "p.yml").write_text("".join((asked, *more)))
    for given, told in ((recall, "by 0.030 (standard error at 0.9)"), (None, "up to")):
        show_plan(Path("p.yml"), given)
        assert told in " ".join(capsys.readouterr().out.split())


def test_a_stage_that_waits_for_a_label_is_not_asked_what_it_knows(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def recall(policy: Policy, stage: Stage) -> Knowledge:
        mean = {"fast": 0.9}[stage.name]
        return Knowledge({PLACE: MetricHistory(values=40, mean=mean, sd=0.01)})

    asked = SOUND.replace("tolerance: 0.01", "tolerance: 0.01\n        examples: 100")
    waiting = "  full: {params: {steps: 9}, when: 'label:full'}\n"
    (repository / "p.yml").write_text(asked + waiting)
    show_plan(Path("p.yml"), recall)
    assert "standard error at 0.9" in " ".join(capsys.readouterr().out.split())


def test_a_policy_that_compares_nothing_has_nothing_to_stop(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = SOUND.replace("tolerance: 0.01", "role: target\n        target: 1.0")
    assert text != SOUND
    (repository / "p.yml").write_text(text)
    assert run(["check", "p.yml"]) == ExitCode.PASS
    assert "changes nothing" not in capsys.readouterr().out


def test_no_line_is_wider_than_the_terminal(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    named = "a" * 40
    (repository / "p.yml").write_text(SOUND.replace("loss:", f"{named}:"))
    assert run(["check", "p.yml"]) == ExitCode.PASS
    lines = capsys.readouterr().out.splitlines()
    assert any(named in line for line in lines)
    assert max(map(len, lines)) <= 80
    assert not any(line != line.rstrip() for line in lines)


def test_the_schema_is_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["schema"]) == ExitCode.PASS
    assert json.loads(capsys.readouterr().out)["title"] == "seedgate.yml"


def foreseen(text: str, known: Knowledge | None) -> None:
    """Show the plan of a policy where this much is known of every stage."""

    def recall(policy: Policy, stage: Stage) -> Knowledge:
        assert known is not None
        return known

    Path("p.yml").write_text(text)
    show_plan(Path("p.yml"), None if known is None else recall)


def told(capsys: pytest.CaptureFixture[str]) -> str:
    """What was printed, on one line."""
    return " ".join(capsys.readouterr().out.split())


@pytest.mark.usefixtures("repository")
def test_a_tolerance_that_the_seeds_cannot_police_is_foreseen_to_be_refused(
    capsys: pytest.CaptureFixture[str],
) -> None:
    wide = Knowledge({PLACE: MetricHistory(values=40, mean=1.0, sd=0.1)})
    foreseen(SOUND, wide)
    said = told(capsys)
    _, _, refused = said.partition("A run would be refused")
    assert "in fast The tolerance of `loss` in the mode `mlp`, 0.01, is too small" in (
        refused
    )
    assert "Widen the tolerance, allow more seeds" in refused
    assert "are small for the planned seeds" not in said


@pytest.mark.usefixtures("repository")
def test_a_small_tolerance_that_runs_is_foreseen_to_be_noted(
    capsys: pytest.CaptureFixture[str],
) -> None:
    wide = Knowledge({PLACE: MetricHistory(values=40, mean=1.0, sd=0.1)})
    foreseen(f"{SOUND}decision: {{tolerance_too_small: allow}}\n", wide)
    said = told(capsys)
    assert "would be refused" not in said
    _, _, noted = said.partition("Tolerances that are small for the planned seeds")
    assert "the tolerance of loss (0.01) is small for the planned seeds" in noted
    assert "90 % of such branches pass" in noted


@pytest.mark.usefixtures("repository")
def test_a_tolerance_of_any_size_is_not_doubted_where_nothing_is_known(
    capsys: pytest.CaptureFixture[str],
) -> None:
    foreseen(SOUND, None)
    said = told(capsys)
    assert "would be refused" not in said
    assert "are small for" not in said


@pytest.mark.usefixtures("repository")
@pytest.mark.parametrize("known", [None, Knowledge()])
def test_auto_without_a_calibration_is_foreseen_to_need_one(
    known: Knowledge | None, capsys: pytest.CaptureFixture[str]
) -> None:
    foreseen(SOUND.replace("tolerance: 0.01", "tolerance: auto"), known)
    _, _, refused = told(capsys).partition("A run would be refused")
    assert "`modes.mlp.metrics.loss.tolerance` is auto, and no calibration" in refused
    assert "Run `seedgate calibrate` first" in refused


@pytest.mark.usefixtures("repository")
def test_auto_with_a_calibration_is_policed_by_its_amount(
    capsys: pytest.CaptureFixture[str],
) -> None:
    auto = SOUND.replace("tolerance: 0.01", "tolerance: auto")
    pilots = {PLACE: Pilot(20, 1.0, 0.1)}
    foreseen(auto.replace("max: 8", "max: 20"), Knowledge(pilots=pilots))
    assert "would be refused" not in told(capsys)
    noisier = {PLACE: MetricHistory(values=40, mean=1.0, sd=0.3)}
    foreseen(auto, Knowledge(noisier, pilots))
    assert "`loss` in the mode `mlp`, 0.15, is too small" in told(capsys)


@pytest.mark.usefixtures("repository")
def test_an_anchor_and_its_budget_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    foreseen(f"{SOUND}anchor: v1.4.0\ntolerance_budget: 1.5\n", None)
    _, _, slow = told(capsys).partition("Slow losses")
    assert "anchor v1.4.0: what is tolerated since then is added up" in slow
    assert "tolerance_budget 1.5 tolerances of each primary metric" in slow
    foreseen(SOUND, None)
    assert "Slow losses" not in told(capsys)
