"""How a probe is asked for, and what is made of what its processes wrote."""

import dataclasses
import json
import os
from pathlib import Path

import pytest

from tests.unit.workers.bench import printed
from tests.unit.workers.probe_bench import spec
from workers.contract import (
    Check,
    CheckState,
    Failed,
    FailureReason,
    Infra,
    InfraReason,
    Ok,
    Outcome,
    Probed,
    ProbeEnd,
    ProbeKind,
    ProbeSpec,
    Scoring,
    TrialResult,
)
from workers.probe import asked, prepared, seen
from workers.probe.asking import SITE, through_env
from workers.probe.files import MAX_FILE, MAX_PROCESSES, read
from workers.probe.seeing import SHOWN_PROCESSES

LINES = (("train.py", (3, 4, 5)), ("model.py", (1,)))
FINGERPRINT = ProbeSpec(ProbeKind.FINGERPRINT, 2, lines=LINES)
WATCH = ProbeSpec(ProbeKind.WATCH, 2, every=10)
BROKE = Failed(FailureReason.EXCEPTION, "It ended with exit status 1. KeyError: 1")


def records(
    *, rank: int | None = None, steps: int = 2, why: str = "steps", **more: object
) -> list[dict[str, object]]:
    """The words of a process with one optimizer."""
    optimizer = {
        "index": 0,
        "kind": "SGD",
        "settings": [["lr", "0.1"]],
        "parameters": [["w", [2, 3], "float32"]],
        "beside": [["mean", [3], "float32"]],
    }
    made: list[dict[str, object]] = [
        {"start": {"command": ["python", "train.py"], "rank": rank, "torch": "2.13.0"}},
        {"optimizer": optimizer},
    ]
    for number in range(1, steps + 1):
        step = {"step": number, "optimizer": 0, "rates": ["inf"], "loss": "0x1p-1"}
        made.append({"step": {**step, "parameters": "ab", "tensors": ["0a", "0b"]}})
    made += [{name: value} for name, value in more.items()]
    return [*made, {"end": {"why": why, "overhead_s": 0.5, "loop_s": 2}}]


@dataclasses.dataclass
class Desk:
    """A folder that processes have written to."""

    folder: Path

    def word(self, *command: str) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.write("word", [{"command": list(command)}])

    def process(self, number: int, lines: list[dict[str, object]]) -> None:
        self.word("python", "train.py")
        self.write(f"{number:020d}-{number}.jsonl", lines)

    def write(self, name: str, lines: list[dict[str, object]]) -> None:
        text = "".join(json.dumps(one) + "\n" for one in lines)
        (self.folder / name).write_text(text)

    def probed(
        self,
        probe: ProbeSpec = FINGERPRINT,
        *argv: str,
        outcome: Outcome | None = None,
    ) -> Probed:
        result = self.result(probe, *argv, outcome=outcome)
        assert result.probed is not None
        return result.probed

    def result(
        self,
        probe: ProbeSpec | None = FINGERPRINT,
        *argv: str,
        outcome: Outcome | None = None,
    ) -> TrialResult:
        trial = spec(probe, *(argv or ("python", "train.py")))
        places = {"{output_dir}": self.folder.parent / "output"}
        bare = TrialResult(outcome or Ok(), notes=("before",))
        return seen(bare, trial, self.folder, places)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "probe")


# -- asking --------------------------------------------------------------------------


def test_nothing_is_asked_of_a_plain_trial(tmp_path: Path) -> None:
    trial = spec(None, "env", "PYTHONPATH=src", "python")
    assert prepared(trial) is trial
    assert asked(trial, tmp_path / "probe", tmp_path, {"A": "b"}) == {"A": "b"}
    assert not (tmp_path / "probe").exists()
    result = TrialResult(Ok())
    assert seen(result, trial, tmp_path / "probe", {}) is result


def test_a_request_lies_where_the_variables_say(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "probe"
    variables = asked(spec(FINGERPRINT, "python"), folder, tmp_path, {"A": "b"})
    assert variables["PYTHONPATH"] == str(SITE)
    assert variables["A"] == "b"
    request = json.loads(Path(variables["SEEDGATE_PROBE"], "request.json").read_text())
    assert request["kind"] == "fingerprint"
    assert request["lines"] == {"train.py": [3, 4, 5], "model.py": [1]}
    assert request["tree"] == str(tmp_path.resolve())


def test_a_pythonpath_that_is_there_stays_behind_ours(tmp_path: Path) -> None:
    variables = asked(
        spec(WATCH, "python"), tmp_path / "probe", tmp_path, {"PYTHONPATH": "lib"}
    )
    assert variables["PYTHONPATH"] == f"{SITE}:lib"


def test_a_run_that_is_cut_short_owes_no_metrics() -> None:
    owing = dataclasses.replace(
        spec(FINGERPRINT, "python"),
        metrics=(printed(),),
        scoring=Scoring("tree", ("python",), "training"),
    )
    short = prepared(owing)
    assert (short.metrics, short.scoring) == ((), None)
    whole = dataclasses.replace(owing, probe=WATCH)
    assert prepared(whole) == whole


@pytest.mark.parametrize(
    ("argv", "kept"),
    [
        (("env", "PYTHONPATH=src", "python", "a.py"), f"PYTHONPATH={SITE}:src"),
        (("/usr/bin/env", "-u", "A=1", "PYTHONPATH=s"), f"PYTHONPATH={SITE}:s"),
    ],
)
def test_env_cannot_take_the_probe_off_the_path(
    argv: tuple[str, ...], kept: str
) -> None:
    assert kept in through_env(argv)


@pytest.mark.parametrize(
    "argv",
    [
        (),
        ("python", "PYTHONPATH=src"),
        ("env", "python", "PYTHONPATH=src"),
        ("env", "A=b", "python"),
    ],
)
def test_other_commands_are_left_alone(argv: tuple[str, ...]) -> None:
    assert through_env(argv) == argv


# -- what came of it ------------------------------------------------------------------


def test_all_that_one_process_wrote_is_there(desk: Desk) -> None:
    check = {"check": "gradients", "state": "passed", "saw": "all\nof \x1b[1mthem"}
    more = {"files": ["a.py"], "note": "a note", "flops": 12, "check": check}
    desk.process(1, records(**more))
    probed = desk.probed()
    assert probed.end is ProbeEnd.STEPS
    assert probed.command == ("python", "train.py")
    assert probed.torch == "2.13.0"
    (optimizer,) = probed.optimizers
    assert (optimizer.kind, optimizer.settings) == ("SGD", (("lr", "0.1"),))
    assert optimizer.parameters[0].shape == (2, 3)
    assert optimizer.beside[0].name == "mean"
    assert probed.steps[0].rates == (float("inf"),)
    assert probed.steps[0].loss == (0.5).hex()
    assert probed.steps[1].tensors == ("0a", "0b")
    assert probed.files == ("a.py",)
    assert probed.notes == ("a note",)
    assert (probed.checks[0].check, probed.checks[0].state) == (
        Check.GRADIENTS,
        CheckState.PASSED,
    )
    assert probed.checks[0].saw == "all of them"
    assert (probed.overhead_s, probed.loop_s, probed.flops) == (0.5, 2.0, 12.0)
    assert probed.processes == 1


def test_ranks_come_in_their_order_whoever_started_first(desk: Desk) -> None:
    desk.process(1, records(rank=1, steps=1))
    desk.process(2, records(rank=0))
    launcher = [
        {"start": {"command": ["torchrun"], "rank": None, "torch": "2.13.0"}},
        {"end": {"why": "exit", "overhead_s": 0, "loop_s": 0}},
    ]
    desk.process(0, launcher)
    probed = desk.probed()
    assert [(one.step, one.optimizer) for one in probed.steps] == [
        (1, 0),
        (2, 0),
        (1, 1),
    ]
    assert (probed.processes, len(probed.optimizers)) == (2, 2)
    assert probed.end is ProbeEnd.STEPS


def test_the_steps_of_very_many_ranks_are_not_all_kept(desk: Desk) -> None:
    for rank in range(SHOWN_PROCESSES + 2):
        desk.process(rank, records(rank=rank))
    probed = desk.probed()
    assert len(probed.optimizers) == SHOWN_PROCESSES
    assert probed.processes == SHOWN_PROCESSES + 2
    assert probed.notes == ("The steps of 2 more processes are not compared.",)


def test_one_process_that_ended_before_ends_the_trial_before(desk: Desk) -> None:
    desk.process(1, records(rank=0))
    desk.process(2, records(rank=1, steps=1, why="exit"))
    assert desk.probed().end is ProbeEnd.EXIT


def test_a_process_that_ended_without_a_last_word_ended_by_itself(desk: Desk) -> None:
    desk.process(1, records()[:-1])
    assert desk.probed().end is ProbeEnd.EXIT


def test_a_line_that_was_never_finished_is_left_out(desk: Desk) -> None:
    desk.process(1, records())
    (path,) = desk.folder.glob("*.jsonl")
    path.write_text(path.read_text() + '{"step": {"st')
    assert desk.probed().faults == ()


@pytest.mark.parametrize(
    "line",
    [
        "nonsense",
        "[]",
        "{}",
        '{"unknown": 1}',
        '{"step": {"step": -1, "optimizer": 0, "rates": []}}',
        '{"step": {"step": true, "optimizer": 0, "rates": []}}',
        '{"step": {"step": 1, "optimizer": 0, "rates": [0.1]}}',
        '{"step": {"step": 1, "optimizer": 0, "rates": [], "loss": "much"}}',
        '{"step": {"step": 1, "optimizer": 0, "rates": [], "batch": "<b>"}}',
        '{"check": {"check": "luck", "state": "passed", "saw": ""}}',
        '{"fault": 1}',
        '{"files": "all"}',
        '{"flops": NaN}',
        "[" * 5000,
    ],
)
def test_what_cannot_be_read_makes_the_probe_blind(desk: Desk, line: str) -> None:
    desk.process(1, records())
    (path,) = desk.folder.glob("*.jsonl")
    path.write_text(line + "\n" + path.read_text())
    probed = desk.probed()
    assert probed.end is ProbeEnd.BLIND
    assert probed.faults == ("Line 1 of what the probe wrote cannot be read.",)


def test_a_step_of_an_optimizer_that_nobody_described_makes_it_blind(
    desk: Desk,
) -> None:
    desk.process(1, [one for one in records() if "optimizer" not in one])
    assert "did not describe" in desk.probed().faults[0]


def test_a_fault_in_any_process_makes_it_blind(desk: Desk) -> None:
    desk.process(1, records())
    desk.process(2, [*records(steps=0)[:1], {"fault": "It could not look."}])
    probed = desk.probed()
    assert (probed.end, probed.faults) == (ProbeEnd.BLIND, ("It could not look.",))


def test_a_file_that_is_too_large_makes_it_blind(desk: Desk) -> None:
    desk.process(1, records())
    (path,) = desk.folder.glob("*.jsonl")
    with path.open("ab") as file:
        file.truncate(MAX_FILE + 1)
    assert desk.probed().faults == ("The probe wrote more than 8 MiB.",)


def test_too_many_processes_make_it_blind(desk: Desk) -> None:
    for number in range(MAX_PROCESSES + 1):
        desk.process(number, records(steps=0))
    assert desk.probed().faults == ("257 processes use torch: too many.",)


def test_a_pipe_in_the_place_of_a_file_is_not_waited_for(desk: Desk) -> None:
    desk.process(1, records())
    os.mkfifo(desk.folder / f"{2:020d}-2.jsonl")
    probed = desk.probed()
    assert probed.end is ProbeEnd.BLIND
    assert probed.faults[0].endswith("is a FIFO, not a regular file.")


def test_a_link_in_the_place_of_the_folder_is_not_followed(
    desk: Desk, tmp_path: Path
) -> None:
    desk.process(1, records())
    moved = desk.folder.rename(tmp_path / "elsewhere")
    desk.folder.symlink_to(moved)
    assert desk.probed().end is ProbeEnd.BLIND


def test_lines_count_only_where_they_were_asked_for(desk: Desk) -> None:
    desk.process(1, records())
    noted: list[object] = [["train.py", 4], ["train.py", 3], ["train.py", 99]]
    noted += [["other.py", 1], ["model.py", "one"], "model.py"]
    text = "".join(json.dumps(one) + "\n" for one in noted)
    (desk.folder / "lines").write_text(text)
    assert desk.probed().executed == (("train.py", (3, 4)),)


def test_folders_of_the_run_go_by_their_names(desk: Desk, tmp_path: Path) -> None:
    start = {"command": ["python", f"--out={tmp_path}/output/x"], "rank": None}
    desk.process(1, [{"start": {**start, "torch": "2"}}, *records()[1:]])
    assert desk.probed().command == ("python", "--out={output_dir}/x")


def test_a_process_that_never_imports_torch_leaves_a_word(desk: Desk) -> None:
    desk.word("python", "train.py")
    probed = desk.probed()
    assert (probed.end, probed.command) == (ProbeEnd.NO_TORCH, ("python", "train.py"))


def test_a_word_that_cannot_be_read_is_a_word(desk: Desk) -> None:
    desk.word("python")
    (desk.folder / "word").write_text("nonsense")
    assert desk.probed().end is ProbeEnd.NO_TORCH


def test_torch_without_a_step_is_no_steps(desk: Desk) -> None:
    desk.process(1, records(steps=0))
    assert desk.probed().end is ProbeEnd.NO_STEPS


@pytest.mark.parametrize(
    ("argv", "told"),
    [
        (("python", "-I", "train.py"), "The command starts Python with -I, which"),
        (("python3", "-uE", "train.py"), "The command starts Python with -E, which"),
        (("python", "-u", "-S", "train.py"), "The command starts Python with -S"),
        (("python", "train.py", "-I"), "No Python process of the command let"),
        (("python", "-m", "train"), "No Python process of the command let"),
        (("bash", "-E", "run.sh"), "No Python process of the command let"),
    ],
)
def test_no_word_at_all_has_a_reason(
    desk: Desk, argv: tuple[str, ...], told: str
) -> None:
    desk.folder.mkdir()
    probed = desk.probed(FINGERPRINT, *argv)
    assert probed.end is ProbeEnd.MISSING
    assert probed.faults[0].startswith(told)


def test_nothing_is_read_where_there_is_no_folder(tmp_path: Path) -> None:
    assert read(tmp_path / "probe").processes == []


# -- the end of the trial -------------------------------------------------------------


def test_what_comes_after_the_probe_has_ended_the_training_is_no_failure(
    desk: Desk,
) -> None:
    desk.process(1, records())
    result = desk.result(outcome=BROKE)
    assert result.outcome == Ok()
    assert result.notes == (
        "before",
        f"After the probe had ended the training: {BROKE.detail}",
    )


def test_a_crash_before_all_steps_is_a_failure(desk: Desk) -> None:
    desk.process(1, records(steps=1, why="exit"))
    assert desk.result(outcome=BROKE).outcome == BROKE


def test_a_watched_trial_fails_as_any_other(desk: Desk) -> None:
    desk.process(1, records())
    assert desk.result(WATCH, outcome=BROKE).outcome == BROKE


def test_what_is_lost_stays_lost(desk: Desk) -> None:
    desk.process(1, records())
    lost = Infra(InfraReason.AGENT, "cancelled on request")
    assert desk.result(outcome=lost).outcome == lost
