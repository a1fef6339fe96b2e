"""Replays to write about: the tutorial's own."""

from functools import cache
from pathlib import Path

from bot.adapters.policy_file import load_policy
from bot.adapters.policy_file.comparisons import load_comparisons
from bot.adapters.trials_file import load_runs
from bot.domain.replay import Replay, replay

ROOT = Path(__file__).parents[3]
TUTORIAL = ROOT / "docs" / "tutorials" / "speedrun.md"
BESIDE = ROOT / "docs" / "tutorials" / "speedrun"
RUNS = ROOT / "tests" / "data" / "speedrun_track1_runs.json"
SEEDS = "{min: 4, max: 20}"


@cache
def speedrun(comparisons: str, seeds: str = SEEDS) -> Replay:
    """The tutorial's replay, with the schedule of looks replaced."""
    rules = (BESIDE / "policy.yml").read_text(encoding="utf-8")
    assert SEEDS in rules
    policy = load_policy(rules.replace(SEEDS, seeds).encode(), "policy.yml")
    asked = (BESIDE / f"{comparisons}.yml").read_bytes()
    return replay(policy, load_runs(RUNS), load_comparisons(asked, comparisons))
