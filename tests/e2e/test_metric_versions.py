"""Who says what a metric is: branches that change it, or that grade themselves.

A trial of this repository takes about 50 ms. Its training writes a number as its
checkpoint, and `evaluate.py` makes a loss of it.
"""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.e2e.conftest import Laptop, Told
from tests.samples.digits.build import Git

BASE, HEAD = "main", "branch"
TRAIN = """\
import json, pathlib, random, sys
from evaluate import evaluate

config = json.loads(pathlib.Path("config.json").read_text())
seed, output = int(sys.argv[1]), pathlib.Path(sys.argv[2])
shared = random.Random(seed).gauss(0.0, 0.01)
own = random.Random(f"{seed}/{config['quality']}").gauss(0.0, 0.01)
model = config["quality"] + shared + own
with open(config["ledger"], "a") as ledger:
    ledger.write(f"{config['quality']} {seed}\\n")
(output / "model.json").write_text(json.dumps(model))
print("loss", evaluate(model))
"""
EVALUATE = """\
import json, pathlib, sys


def evaluate(model):
    return model


if __name__ == "__main__":
    print("loss", evaluate(json.loads(pathlib.Path(sys.argv[1]).read_text())))
"""
POLICY = """\
version: 1
defaults:
  resources: {cpus: 1, memory: 256MiB, timeout: 20s}
  environment: {manager: none}
modes:
  quick:
    train: [python, train.py, "{seed}", "{output_dir}"]
    metrics:
      loss:
        direction: minimize
        tolerance: 0.05
        source: {stdout: 'loss (?P<value>\\S+)'}
CHECKPOINT
stages:
  fast: {seeds: {min: 4, max: 8}}
evaluation:
  paths: [evaluate.py]
COMMAND
"""
TRAINED_ANEW = POLICY.replace("CHECKPOINT\n", "").replace("COMMAND\n", "")
SCORED = POLICY.replace("CHECKPOINT", "    checkpoint: model.json").replace(
    "COMMAND", '  command: [python, evaluate.py, "{checkpoint}"]'
)


class World:
    """The repository, and what was trained in it."""

    def __init__(self, folder: Path, policy: str) -> None:
        self.ledger = folder / "ledger"
        self.repository = folder / "repository"
        (self.repository / ".github").mkdir(parents=True)
        self.git = Git(self.repository)
        self.git.start()
        self.commit(
            {
                "train.py": TRAIN,
                "evaluate.py": EVALUATE,
                "config.json": self.config(1.0),
                ".github/seedgate.yml": policy,
            }
        )

    def config(self, quality: float) -> str:
        return json.dumps({"quality": quality, "ledger": str(self.ledger)})

    def commit(self, files: Mapping[str, str | None]) -> None:
        for path, text in files.items():
            if text is None:
                (self.repository / path).unlink()
            else:
                (self.repository / path).write_text(text)
        self.git.commit("Change the loss")

    def branch(self, files: Mapping[str, str | None], name: str = HEAD) -> None:
        self.git("switch", "--quiet", "--create", name, BASE)
        self.commit(files)

    def trained(self, quality: float = 1.0) -> list[str]:
        """Every training by now of the tree of that quality."""
        lines = self.ledger.read_text().splitlines() if self.ledger.exists() else []
        return [line for line in lines if line.startswith(f"{quality} ")]


def judge(laptop: Laptop, world: World, head: str = HEAD) -> Told:
    words = ("local", "--repo", world.repository, "--base", BASE, "--head", head)
    return laptop.run(*words)


def arm(told: Told, name: str) -> list[Mapping[str, object]]:
    return [one for one in told.trials if one["arm"] == name]


FLATTERS = EVALUATE.replace("return model", "return model * 0.5")
MOVES = EVALUATE.replace("return model", "return model + 1.0")


@pytest.mark.parametrize(
    "policy", [TRAINED_ANEW, pytest.param(SCORED, marks=pytest.mark.soak)]
)
def test_a_branch_that_makes_the_evaluation_return_a_better_loss_is_not_believed(
    laptop: Laptop, tmp_path: Path, policy: str
) -> None:
    world = World(tmp_path, policy)
    world.branch({"evaluate.py": FLATTERS, "config.json": world.config(1.2)})
    told = judge(laptop, world)
    assert (told.code, told.verdict) == (1, "block"), told.err
    loss = told.metric("loss")
    assert 0.45 < loss["baseline_mean"] < 0.55
    assert 0.55 < loss["branch_mean"] < 0.65


def test_a_branch_that_changes_the_evaluation_is_held_against_a_baseline_of_its_own(
    laptop: Laptop, tmp_path: Path
) -> None:
    world = World(tmp_path, TRAINED_ANEW)
    world.branch({"evaluate.py": MOVES})
    told = judge(laptop, world)
    assert (told.code, told.verdict) == (0, "pass"), told.err
    (one,) = told.because("metric_version_changed")
    assert 0.9 < one["evidence"]["old_mean"] < 1.1
    assert 1.9 < one["evidence"]["new_mean"] < 2.1
    assert one["evidence"]["n"] == len(arm(told, "original")) == 4
    assert "was 1.0" in told.out
    said = " ".join(told.out.replace("\N{BOX DRAWINGS HEAVY VERTICAL}", "").split())
    assert "and the branch changes what defines loss." in said
    assert "Look at the change of the definition itself" in told.out


def test_a_baseline_is_scored_by_a_changed_evaluation_without_training_it_again(
    laptop: Laptop, tmp_path: Path
) -> None:
    world = World(tmp_path, SCORED)
    world.branch({"evaluate.py": MOVES, "config.json": world.config(1.001)})
    told = judge(laptop, world)
    assert (told.code, told.verdict) == (0, "pass"), told.err
    (one,) = told.because("metric_version_changed")
    assert one["evidence"]["rescored"] is True
    assert one["evidence"]["new_mean"] == pytest.approx(one["evidence"]["old_mean"] + 1)
    # Four seeds were scored twice, and no seed was trained twice.
    assert len(arm(told, "original")) == 4
    before = world.trained()
    assert 4 <= len(before) == len(set(before)) <= len(arm(told, "baseline"))
    assert told.because("self_report_differs") == []

    # Another branch on the same base, with an evaluation of its own: the seeds that it
    # shares with the first are scored again, and only its own are trained.
    other = EVALUATE.replace("return model", "return model + 2.0")
    world.branch({"evaluate.py": other, "config.json": world.config(1.002)}, "other")
    second = judge(laptop, world, "other")
    assert second.verdict == "pass", second.err
    assert 2.9 < second.metric("loss")["baseline_mean"] < 3.1
    fresh = len(world.trained()) - len(before)
    assert 0 < fresh <= (len(arm(second, "baseline")) + 1) / 2


def test_a_branch_that_prints_a_better_number_than_it_has_waits_for_a_person(
    laptop: Laptop, tmp_path: Path
) -> None:
    world = World(tmp_path, SCORED)
    liar = TRAIN.replace('print("loss", evaluate(model))', 'print("loss", model - 0.3)')
    world.branch({"train.py": liar, "config.json": world.config(1.001)})
    told = judge(laptop, world)
    assert (told.code, told.verdict) == (2, "undecided"), told.err
    (one,) = told.because("self_report_differs")
    assert one["evidence"]["own"] == pytest.approx(one["evidence"]["scored"] - 0.3)
    assert 0.9 < told.metric("loss")["branch_mean"] < 1.1
    assert "Only the score is judged" in told.out


@pytest.mark.soak
def test_a_branch_that_prints_a_better_number_and_is_worse_is_blocked(
    laptop: Laptop, tmp_path: Path
) -> None:
    world = World(tmp_path, SCORED)
    liar = TRAIN.replace('print("loss", evaluate(model))', 'print("loss", 0.1)')
    world.branch({"train.py": liar, "config.json": world.config(1.2)})
    told = judge(laptop, world)
    assert (told.code, told.verdict) == (1, "block"), told.err
    assert len(told.because("self_report_differs")) == 1


@pytest.mark.parametrize("policy", [TRAINED_ANEW, SCORED])
def test_a_branch_that_renames_the_evaluation_is_undecided_before_anything_runs(
    laptop: Laptop, tmp_path: Path, policy: str
) -> None:
    world = World(tmp_path, policy)
    moved = TRAIN.replace("from evaluate", "from scoring")
    world.branch({"evaluate.py": None, "scoring.py": EVALUATE, "train.py": moved})
    told = judge(laptop, world)
    assert (told.code, told.verdict) == (2, "undecided"), told.err
    assert "leaves nothing of evaluate.py" in told.out
    assert world.trained() == []


@pytest.mark.soak
def test_an_evaluation_that_calls_what_the_base_lacks_does_not_break_the_base(
    laptop: Laptop, tmp_path: Path
) -> None:
    world = World(tmp_path, SCORED)
    stub = "from scoring import evaluate\n" + EVALUATE.partition("\n\n\n")[0]
    stub += "\n" + EVALUATE[EVALUATE.index("if __name__") :]
    world.branch({"evaluate.py": stub, "scoring.py": EVALUATE})
    told = judge(laptop, world)
    assert (told.code, told.verdict) == (2, "undecided"), told.err
    (one,) = told.because("baseline_broken")
    assert "runs with its own" in str(one["message"])
    assert "`evaluation.paths`" in str(one["message"])
    assert "is to be scored again" in told.out


def test_a_pattern_that_means_nothing_on_the_base_is_refused_by_name(
    laptop: Laptop, tmp_path: Path
) -> None:
    world = World(tmp_path, SCORED.replace("[evaluate.py]", "[evaluate.py, score/**]"))
    world.branch({"config.json": world.config(1.001)})
    told = judge(laptop, world)
    assert told.code == 64
    assert (
        "`evaluation.paths` names score/**, and the base has no such file" in told.err
    )


@pytest.mark.soak
def test_pilot_runs_are_scored_and_a_new_version_needs_pilots_of_its_own(
    laptop: Laptop, tmp_path: Path
) -> None:
    auto = SCORED.replace("tolerance: 0.05", "tolerance: auto")
    world = World(tmp_path, auto + "decision: {tolerance_too_small: allow}\n")
    world.branch({"evaluate.py": MOVES, "config.json": world.config(1.001)})
    where = ("--repo", world.repository, "--seeds", "10")
    assert laptop.run("calibrate", *where, "--base", BASE).code == 0
    refused = judge(laptop, world)
    assert refused.code == 64
    assert "seedgate calibrate" in refused.err
    assert laptop.run("calibrate", *where, "--base", HEAD).code == 0
    told = judge(laptop, world)
    assert told.verdict is not None, told.err
    assert len(told.because("metric_version_changed")) == 1
