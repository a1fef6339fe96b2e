"""`seedgate init` in repositories of many kinds: what it writes passes `check`."""

import json
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from bot.adapters.policy_file import load_policy
from bot.cli.app import run
from bot.cli.init import events, look_at
from bot.cli.init.lines import pairs
from bot.cli.init.names import direction_of, key_of
from bot.cli.init.traces import ENOUGH
from bot.domain.errors import ExitCode
from bot.domain.policy import Direction, Mode, Policy
from bot.presentation.first_policy import EDIT, MetricGuess
from workers.contract import SourceKind
from workers.metrics.collect import MIN_DIGEST_VALUES

TRAIN = """\
import argparse
import torch

parser = argparse.ArgumentParser()
parser.add_argument("--seed", type=int, default=0)
parser.add_argument("--max-steps", type=int, default=500)
parser.add_argument("--out_dir")
if __name__ == "__main__":
    print("training")
"""


class Repository:
    """A folder to fill, and what `seedgate init` makes of it."""

    def __init__(self, top: Path) -> None:
        self.top = top
        (top / ".git").mkdir()

    def write(self, path: str, text: str | bytes, age: float = 0.0) -> None:
        target = self.top / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text if isinstance(text, bytes) else text.encode())
        os.utime(target, (1e9 - age, 1e9 - age))

    def init(self, *options: str) -> int:
        return run(["init", "--repo", str(self.top), *options])

    def policy(self) -> Policy:
        path = self.top / ".github" / "seedgate.yml"
        return load_policy(path.read_bytes(), str(path))

    def mode(self) -> Mode:
        assert self.init() == ExitCode.PASS
        (only,) = self.policy().modes
        return only

    def metric(self) -> MetricGuess | None:
        return look_at(self.top)[1]


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path)


def test_flags_for_seed_output_and_length_become_placeholders(
    repository: Repository,
) -> None:
    repository.write("train.py", TRAIN)
    mode = repository.mode()
    assert mode.train == (
        "python",
        "train.py",
        "--seed",
        "{seed}",
        "--out_dir",
        "{output_dir}",
        "--max-steps",
        "{max_steps}",
    )
    assert repository.policy().stages[0].params == {"max_steps": "500"}


def test_the_newest_log_gives_the_metric(repository: Repository) -> None:
    repository.write("train.py", TRAIN)
    repository.write("logs/old.log", "val_acc=0.1\n", age=60)
    repository.write(
        "logs/new.log", "epoch 1: train loss: 0.9\nepoch 1: test loss: 0.123\n"
    )
    metric = repository.mode().metrics[0]
    assert (metric.name, metric.direction) == ("test_loss", Direction.MINIMIZE)
    assert metric.source.kind is SourceKind.STDOUT
    assert metric.source.locator == r"\btest +loss *: *(?P<value>\S+)"


@pytest.mark.parametrize(
    ("line", "name", "direction"),
    [
        ("test loss: 0.123", "test_loss", Direction.MINIMIZE),
        ("step 100 | val_acc=0.9, time=3", "val_acc", Direction.MAXIMIZE),
        ("valid perplexity 41.2", "valid_perplexity", Direction.MINIMIZE),
        ("train loss 0.1  val bpb 0.99", "val_bpb", Direction.MINIMIZE),
        ("BLEU = 27.3", "BLEU", Direction.MAXIMIZE),
        ("eval/f1: 0.5", "eval_f1", Direction.MAXIMIZE),
    ],
)
def test_a_line_of_a_log_is_understood(
    repository: Repository, line: str, name: str, direction: Direction
) -> None:
    repository.write("run.txt", f"loading data\n{line}\n")
    guess = repository.metric()
    assert guess is not None
    assert (guess.name, guess.direction) == (name, direction)


def test_a_log_without_metrics_is_passed_over(repository: Repository) -> None:
    repository.write("requirements.txt", "torch==2.0\nscore 3\n"[:11])
    repository.write("old.log", "dev error: 3.5\n", age=60)
    guess = repository.metric()
    assert guess is not None
    assert guess.seen == "old.log: dev error: 3.5"


def test_a_file_without_suffix_in_the_folder_of_logs_is_a_log(
    repository: Repository,
) -> None:
    repository.write("Makefile", "dev error: 1\n")
    repository.write("logs/7", "dev error: 3.5\n")
    guess = repository.metric()
    assert guess is not None
    assert guess.seen == "logs/7: dev error: 3.5"


def test_a_value_that_ends_before_a_comma_is_not_read_with_it() -> None:
    (first, _) = pairs("val_acc=0.9, lr=0.1")
    assert first.pattern == r"\bval_acc *= *(?P<value>[^\s,;|)\]}%]+)"


def test_endless_lines_are_left_alone() -> None:
    assert list(pairs("loss: 1 " * 100)) == []


def test_a_jsonl_file_is_read_below_the_output_folder(repository: Repository) -> None:
    repository.write("train.py", TRAIN)
    record = {"step": 3, "train/loss": 0.5, "val/loss": 0.4, "name": "x", "ok": True}
    repository.write("runs/7/metrics.jsonl", json.dumps(record) + "\n{broken\n")
    source = repository.mode().metrics[0].source
    assert (source.name, source.key) == ("val_loss", "val/loss")
    assert source.locator == "{output_dir}/metrics.jsonl"


def test_without_an_output_folder_a_file_is_read_where_it_lies(
    repository: Repository,
) -> None:
    repository.write("out/metrics.csv", "epoch,val_acc,note\n1,0.5,x\n")
    guess = repository.metric()
    assert guess is not None
    assert (guess.form, guess.locator) == ("csv", "out/metrics.csv")
    assert (guess.name, guess.direction) == ("val_acc", Direction.MAXIMIZE)


def test_a_table_of_data_is_no_log(repository: Repository) -> None:
    repository.write("data/houses.csv", "score,rooms\n1,2\n")
    repository.write("data/empty.csv", "loss\n")
    assert repository.metric() is None


def test_a_trainer_state_gives_its_evaluation_loss(repository: Repository) -> None:
    history = [{"loss": 2.0, "step": 1}, {"eval_loss": 1.5, "epoch": 1.0}]
    state = json.dumps({"log_history": history})
    repository.write("out/checkpoint-5/trainer_state.json", state)
    guess = repository.metric()
    assert guess is not None
    assert (guess.form, guess.name) == ("trainer_state", "eval_loss")


@pytest.mark.parametrize(
    "text", ["[]", "{", '{"log_history": 3}', '{"log_history": [3]}']
)
def test_a_broken_trainer_state_is_passed_over(
    repository: Repository, text: str
) -> None:
    repository.write("trainer_state.json", text)
    assert repository.metric() is None


def event(tag: str) -> bytes:
    """A record of a TensorBoard event file with one value of that tag."""
    name = tag.encode()
    value = bytes([0x0A, len(name)]) + name + b"\x15\x00\x00\x80\x3f"
    summary = bytes([0x0A, len(value)]) + value
    wall, step = b"\x09" + b"\x00" * 8, b"\x10\x05"
    message = wall + step + bytes([0x2A, len(summary)]) + summary
    return len(message).to_bytes(8, "little") + b"\x00" * 4 + message + b"\x00" * 4


def test_event_files_give_their_tags(repository: Repository) -> None:
    data = event("Loss/train") + event("Loss/val") + b"\x01\x02cut off"
    repository.write("runs/a/events.out.tfevents.1.host", data)
    guess = repository.metric()
    assert guess is not None
    assert (guess.form, guess.name, guess.key) == (
        "tensorboard",
        "Loss_val",
        "Loss/val",
    )
    assert guess.locator == "runs/a"


@settings(deadline=None)
@given(some.binary(max_size=100), some.binary(max_size=60))
def test_no_event_file_is_too_broken_to_step_over(raw: bytes, message: bytes) -> None:
    framed = len(message).to_bytes(8, "little") + b"\x00" * 4 + message + b"\x00" * 4
    assert isinstance(events.tags(raw), list)
    assert isinstance(events.tags(framed), list)


def test_without_any_run_the_prints_of_the_code_are_read(
    repository: Repository,
) -> None:
    printing = TRAIN + '    print(f"step {3:5d}  val loss {1.0:.4f}")\n'
    repository.write("train.py", printing)
    guess = repository.metric()
    assert guess is not None
    assert guess.name == "val_loss"
    assert guess.seen == "train.py:10, which prints it"


OFTEN = "Print it as it goes, three times a run or more"
LINE = 'print(f"val loss {1.0:.4f}")'


@pytest.mark.parametrize(
    ("body", "seldom"),
    [
        (LINE, True),
        (f"for epoch in range(3):\n        {LINE}", False),
        (f"while True:\n        {LINE}\n    {LINE}", False),
        (f"def line():\n        {LINE}\n    line()", True),
        (f"def line():\n        {LINE}\n    while True:\n        line()", False),
        (
            f"class Log:\n        def line(self):\n            {LINE}\n"
            "    def epoch():\n        Log().line()\n"
            "    for one in range(3):\n        epoch()",
            False,
        ),
        (f"for epoch in range(3):\n        pass\n    else:\n        {LINE}", True),
    ],
)
def test_what_the_code_prints_outside_of_loops_is_to_be_printed_as_it_goes(
    repository: Repository, capsys: pytest.CaptureFixture[str], body: str, seldom: bool
) -> None:
    repository.write("train.py", f"{TRAIN}    {body}\n")
    assert repository.mode().metrics[0].name == "val_loss"
    written = (repository.top / ".github" / "seedgate.yml").read_text()
    assert (f"# {OFTEN}" in written) is seldom
    assert (f"source: {OFTEN}" in " ".join(capsys.readouterr().out.split())) is seldom


@pytest.mark.parametrize(("values", "seldom"), [(1, True), (2, True), (3, False)])
def test_a_log_shows_how_often_a_metric_is_printed(
    repository: Repository, values: int, seldom: bool
) -> None:
    lines = "".join(f"test loss: 0.{n}\ntrain loss: 0.{n}\n" for n in range(values))
    repository.write("run.log", lines)
    guess = repository.metric()
    assert guess is not None
    assert guess.seldom is seldom
    assert ENOUGH == MIN_DIGEST_VALUES


def test_choices_of_a_model_become_modes(repository: Repository) -> None:
    flag = 'parser.add_argument("--arch", choices=["mlp", "conv"], default="mlp")\n'
    repository.write("train.py", TRAIN.replace("if __name__", flag + "if __name__"))
    assert repository.init() == ExitCode.PASS
    assert [mode.name for mode in repository.policy().modes] == ["mlp", "conv"]


def test_what_the_script_needs_besides_is_marked(
    repository: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    flags = (
        'parser.add_argument("data")\n'
        'parser.add_argument("rest", nargs="*")\n'
        'parser.add_argument("--size", required=True, choices=["s", "m"])\n'
        'parser.add_argument("--model", default=MODEL)\n'
        "parser.add_argument(*NAMES)\n"
        "commands = parser.add_subparsers()\n"
    )
    text = TRAIN.replace("if __name__", flags + "if __name__")
    repository.write("train.py", text.replace('"--seed"', '"--start"'))
    mode = repository.mode()
    assert mode.train[2:] == (
        "--out_dir",
        "{output_dir}",
        EDIT,
        "--size",
        "s",
        "--max-steps",
        "{max_steps}",
    )
    told = capsys.readouterr().out
    assert "the script needs data; EDIT-ME stands for it" in told
    assert "no flag for the seed was found" in told
    assert "the script has sub-commands" in told
    assert "one mode runs the default of --model" in told
    assert run(["check", str(repository.top / ".github/seedgate.yml")]) == ExitCode.PASS
    checked = capsys.readouterr().out
    assert "is no sound policy yet" in " ".join(checked.split())
    assert "modes.train.train[4]" in checked


def test_the_likeliest_script_trains(repository: Repository) -> None:
    repository.write("setup.py", TRAIN)
    repository.write("tests/train.py", TRAIN)
    repository.write("broken/train.py", "def (")
    repository.write("tools/main.py", TRAIN)
    repository.write("src/trainer.py", TRAIN)
    assert repository.mode().train[1] == "src/trainer.py"


def test_a_repository_with_nothing_gets_a_template(
    repository: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    repository.write("notes.py", "x = 1\n")
    assert repository.mode().train == ("python", "train.py", "--seed", "{seed}")
    told = capsys.readouterr().out
    assert "nothing found that looks like a training script" in told
    assert "EDIT the command" in told


def test_nothing_is_replaced_without_being_told_to(
    repository: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    repository.write(".github/seedgate.yml", "mine")
    assert repository.init() == ExitCode.USAGE
    assert "exists already" in capsys.readouterr().err
    assert repository.init("--force") == ExitCode.PASS
    assert repository.policy().modes


def test_a_folder_that_is_not_there_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["init", "--repo", str(tmp_path / "nowhere")]) == ExitCode.USAGE
    assert "is no folder" in capsys.readouterr().err


def test_a_place_that_cannot_be_written_is_told(
    repository: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    repository.write(".github", "a file in the way")
    assert repository.init() == ExitCode.USAGE
    assert "cannot be written" in capsys.readouterr().err


def test_links_and_hidden_folders_are_not_followed(
    repository: Repository, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside")
    (outside / "run.log").write_text("test loss: 1\n")
    (repository.top / "link").symlink_to(outside)
    repository.write(".cache/run.log", "test loss: 1\n")
    repository.write("node_modules/run.log", "test loss: 1\n")
    assert repository.metric() is None


@pytest.mark.parametrize(
    ("name", "direction"),
    [
        ("loss", Direction.MINIMIZE),
        ("valLoss", Direction.MINIMIZE),
        ("accuracy_loss", Direction.MINIMIZE),
        ("loss_score", Direction.MAXIMIZE),
        ("testacc", Direction.MAXIMIZE),
        ("learning_rate", None),
        ("step", None),
        ("gem", None),
    ],
)
def test_the_way_that_is_better_is_told_by_the_last_word_that_says_so(
    name: str, direction: Direction | None
) -> None:
    assert direction_of(name) is direction


def test_a_key_is_made_of_any_name() -> None:
    assert key_of("Loss / val (mean)") == "Loss_val_mean"
