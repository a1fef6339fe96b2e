"""Policies that real communities follow, in this language: they load as they mean."""

from pathlib import Path

import pytest

from bot.adapters.policy_file import load_policy
from bot.domain.policy import Direction, Metric, Policy, RelativeTolerance, Role

POLICIES = Path(__file__).parents[2] / "data" / "policies"
SAMPLES = Path(__file__).parents[2] / "samples"
REFERENCE = Path(__file__).parents[3] / "docs" / "reference" / "policy.md"


def example(name: str) -> Policy:
    path = POLICIES / f"{name}.yml"
    return load_policy(path.read_bytes(), str(path))


def metric(policy: Policy, name: str) -> Metric:
    return next(one for one in policy.modes[0].metrics if one.name == name)


def test_the_speedrun_reaches_a_loss_and_is_faster_on_the_same_machine() -> None:
    policy = example("speedrun")
    loss, time = metric(policy, "val_loss"), metric(policy, "train_time_s")
    assert (loss.role, loss.target, loss.alpha) == (Role.TARGET, 3.28, 0.01)
    assert (time.role, time.margin, time.alpha) == (Role.IMPROVE, 0.0, 0.01)
    assert loss.direction is time.direction is Direction.MINIMIZE
    assert policy.baseline.cached_share == 0.0
    assert policy.protected == ("data/**",)


def test_the_leaderboard_asks_for_a_margin_within_time_and_size() -> None:
    policy = example("leaderboard")
    bpb, time = metric(policy, "val_bpb"), metric(policy, "train_time_s")
    size = metric(policy, "artifact_bytes")
    assert (bpb.role, bpb.margin, bpb.alpha) == (Role.IMPROVE, 0.005, 0.01)
    assert (time.role, time.maximum, time.direction) == (Role.LIMIT, 600.0, None)
    assert (size.role, size.maximum) == (Role.LIMIT, 16e6)


def test_the_agents_keep_what_is_better_and_watch_memory() -> None:
    policy = example("agents")
    bpb, memory = metric(policy, "val_bpb"), metric(policy, "peak_vram_mb")
    assert (bpb.role, bpb.margin, bpb.alpha) == (Role.IMPROVE, 0.0, 0.05)
    assert (memory.role, memory.tolerance) == (Role.GUARDRAIL, RelativeTolerance(0.1))
    assert policy.protected == ("prepare.py",)


def test_the_shared_repository_uses_every_part_of_the_language() -> None:
    policy = example("shared")
    assert [mode.name for mode in policy.modes] == ["transformer", "gru"]
    assert [stage.name for stage in policy.stages] == [
        "tests",
        "sanity",
        "fast",
        "full",
    ]
    assert policy.modes[0].metrics == policy.modes[1].metrics
    assert policy.evaluation.paths == ("evaluate.py", "data/val/**")
    assert policy.permissions == {"run": "write", "accept": "maintain", "ok": "write"}


@pytest.mark.parametrize(
    "path", sorted(SAMPLES.glob("*/repository/.github/seedgate.yml")), ids=str
)
def test_the_policies_of_the_samples_are_sound(path: Path) -> None:
    assert load_policy(path.read_bytes(), str(path)).modes


def test_every_whole_policy_of_the_reference_page_is_sound() -> None:
    page = REFERENCE.read_text(encoding="utf-8")
    blocks = [block.partition("```")[0] for block in page.split("```yaml\n")[1:]]
    whole = [block for block in blocks if block.startswith("version: 1")]
    assert len(whole) >= 3
    for block in whole:
        assert load_policy(block.encode(), str(REFERENCE)).modes
