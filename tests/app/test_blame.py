"""Who did it: changes of a branch taken apart, and modes that nobody meant to touch."""

from functools import partial
from pathlib import Path

import pytest

from tests.app.stage import Stage, plain
from tests.app.test_errands import read, two_changes
from tests.fakegithub.records import CheckRun, Pull
from tests.samples.quick import STDOUT
from tests.waiting import until

TRAIN = """\
import sys

import torch

from rates import RATES
from shared import SCALE

options = dict(zip(sys.argv[1::2], sys.argv[2::2], strict=True))
torch.manual_seed(int(options["--seed"]))
model = torch.nn.Linear(4, 1)
rate = RATES[options["--mode"]] * SCALE
optimizer = torch.optim.SGD(model.parameters(), lr=rate)
for step in range(6):
    inputs = torch.randn(32, 4)
    loss = (model(inputs) - inputs.sum(1, keepdim=True)).square().mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    print("step", step, "loss", loss.item())
"""
MODE = f"""\
  NAME:
    train: [python, train.py, --mode, NAME, --seed, "{{seed}}"]
    metrics: {{loss: {{direction: minimize, tolerance: 2.0, source: {STDOUT}}}}}
"""
POLICY = f"""\
version: 1
defaults:
  resources: {{cpus: 1, memory: 1GiB, timeout: 60s}}
  environment: {{manager: none}}
modes:
{MODE.replace("NAME", "left")}{MODE.replace("NAME", "right")}\
stages:
  fast: {{seeds: [4]}}
invasive: {{steps: 4}}
"""
RATES = 'RATES = {"left": LEFT, "right": 0.1}\n'
FILES = {
    "train.py": TRAIN,
    "rates.py": RATES.replace("LEFT", "0.1"),
    "shared.py": "SCALE = 1.0\n",
}
TORCH_S = 240.0
"""Each trial loads torch."""


def text(run: CheckRun) -> str:
    """All that a check run says."""
    return plain(f"{run.output['summary']}\n{run.output['text']}")


def test_the_ablation_that_a_button_orders_is_in_the_next_report(
    tmp_path: Path,
) -> None:
    with read(tmp_path) as stage:
        pull = two_changes(stage)
        run = stage.concluded(pull.head.sha, "failure")
        assert "Effect in the branch" not in text(run)
        (button,) = (one for one in run.actions if one["label"] == "Ablate")
        stage.bob.clicks(stage.quick, run, button["identifier"])
        stage.quiet()
        told = text(stage.concluded(pull.head.sha, "failure"))
        table = told[told.index("Effect in the branch") :]
        assert pull.head.sha[:7] in table
        assert f"/gate split without={pull.head.sha[:7]}" in told


def two_hands(stage: Stage) -> tuple[Pull, str]:
    """One change of the left mode, as meant, and one of what both modes share."""
    hotter = {"rates.py": RATES.replace("LEFT", "0.11")}
    stage.bob.pushes(stage.quick, "idea", hotter, "A hotter left")
    more = {"shared.py": "SCALE = 1.0001\n"}
    guilty = stage.bob.pushes(stage.quick, "idea", more, "A little more of all")
    return stage.bob.opens_pull(stage.quick, "idea", draft=True), guilty


@pytest.mark.soak
def test_a_mode_that_nobody_named_as_a_target_blocks_and_the_change_is_named(
    tmp_path: Path,
) -> None:
    with read(tmp_path, POLICY, files=FILES) as stage:
        pull, guilty = two_hands(stage)
        stage.concluded(pull.head.sha, "action_required")
        stage.bob.comments(stage.quick, pull, "/gate target mode=left")
        stage.deliveries.settle()
        stage.bob.readies(stage.quick, pull)
        ended = partial(stage.runs, pull.head.sha)
        until(lambda: ended()[0].conclusion == "failure", "a verdict", TORCH_S)
        run = stage.concluded(pull.head.sha, "failure")
        blamed = "the behaviour changed in right, which nobody named as a target"
        assert blamed in run.output["title"]
        left, right = (row(text(run), mode) for mode in ("left", "right"))
        assert "yes" in left
        assert guilty[:7] not in left
        assert guilty[:7] in right
        assert "/gate target mode=right" in text(run)


def row(told: str, mode: str) -> str:
    """What the table of modes says of one."""
    (found,) = (one for one in told.splitlines() if one.startswith(f"| `{mode}`"))
    return found
