"""Three real communities' rules, written as policies, judge as their rules say."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from bot.adapters.policy_file import load_policy
from bot.domain.judgement import (
    ArmEvidence,
    Evidence,
    Given,
    judge_given,
    judge_looks,
)
from bot.domain.judgement.evidence import Rulebook
from bot.domain.policy import Policy
from bot.domain.trials import Crashed, Measured, Observation
from bot.domain.verdict import MetricVerdict, ModeVerdict, Reason, Ruling

POLICIES = Path(__file__).parents[2] / "data" / "policies"
Row = Mapping[str, float] | None

NOISE = (0.0, 1.0, -0.7, 0.4, -1.2, 0.8, -0.3, -0.1, 0.6, -0.9, 0.2, 0.5, -0.6, 0.3)
"""Fixed noise around 0 with an SD of about 0.65."""


def policy(name: str) -> Policy:
    path = POLICIES / f"{name}.yml"
    return load_policy(path.read_bytes(), str(path))


def around(mean: float, spread: float, start: int = 0) -> list[float]:
    """Twelve runs of one program."""
    shifted = NOISE[start:] + NOISE[:start]
    return [mean + spread * one for one in shifted[:12]]


def rows(**columns: Sequence[float]) -> list[Row]:
    names = list(columns)
    table = zip(*columns.values(), strict=True)
    return [dict(zip(names, line, strict=True)) for line in table]


def trials(many: Sequence[Row]) -> tuple[Observation, ...]:
    """One trial a row, with seeds that both arms share; None is a crash."""
    return tuple(
        Crashed(1000 + at, "exception", "it raised")
        if row is None
        else Measured(1000 + at, row)
        for at, row in enumerate(many)
    )


def gate(rules: Policy, baseline: Sequence[Row], branch: Sequence[Row]) -> ModeVerdict:
    """What the gate says when it looks at every look of the policy in turn."""
    old, new = trials(baseline), trials(branch)
    book = Rulebook(rules.modes[0], rules.decision, rules.stages[0].looks)

    def at(n: int) -> Evidence | None:
        if len(old) < n or len(new) < n:
            return None
        return Evidence(ArmEvidence(old[:n]), ArmEvidence(new[:n]), paired=True)

    return judge_looks(book, at, targeted=True)


def metric(verdict: ModeVerdict, name: str) -> MetricVerdict:
    return next(one for one in verdict.metrics if one.name == name)


SPEEDRUN, LEADERBOARD, AGENTS = map(policy, ("speedrun", "leaderboard", "agents"))
RECORD = rows(val_loss=around(3.2788, 0.001), train_time_s=around(120.0, 0.1, start=3))


def run_of_a_record(loss: float, time: float, spread: float = 0.001) -> list[Row]:
    return rows(
        val_loss=around(loss, spread, start=5), train_time_s=around(time, 0.1, start=7)
    )


def test_speedrun_a_loss_that_is_reached_faster_is_a_record() -> None:
    verdict = gate(SPEEDRUN, RECORD, run_of_a_record(3.2785, 118.0))
    assert (verdict.state, verdict.decided) == (Ruling.PASS, True)
    assert metric(verdict, "val_loss").reason is Reason.TARGET_SHOWN
    assert metric(verdict, "train_time_s").reason is Reason.IMPROVEMENT_SHOWN


def test_speedrun_a_loss_that_is_reached_slower_is_none() -> None:
    verdict = gate(SPEEDRUN, RECORD, run_of_a_record(3.2785, 121.0))
    assert (verdict.state, verdict.decided) == (Ruling.BLOCK, True)
    assert metric(verdict, "train_time_s").reason is Reason.IMPROVEMENT_RULED_OUT


def test_speedrun_a_mean_below_the_loss_by_luck_is_undecided() -> None:
    lucky = gate(SPEEDRUN, RECORD, run_of_a_record(3.2799, 118.0, spread=0.003))
    assert (lucky.state, lucky.decided) == (Ruling.UNDECIDED, True)
    assert metric(lucky, "val_loss").reason is Reason.TARGET_NOT_SHOWN


def test_speedrun_a_loss_that_is_missed_blocks_however_fast_it_is() -> None:
    verdict = gate(SPEEDRUN, RECORD, run_of_a_record(3.284, 100.0))
    assert verdict.state is Ruling.BLOCK
    assert metric(verdict, "val_loss").reason is Reason.TARGET_MISSED


def test_speedrun_the_same_is_said_of_results_that_are_there() -> None:
    branch = run_of_a_record(3.2785, 118.0)
    given = Given(trials(RECORD[:8]), trials(branch[:8]))
    mode, looks = SPEEDRUN.modes[0], SPEEDRUN.stages[0].looks
    assert judge_given(mode, SPEEDRUN.decision, looks, given).state is Ruling.PASS


BEST = rows(
    val_bpb=around(1.1, 0.0002),
    train_time_s=[580.0] * 12,
    artifact_bytes=[15_900_000.0] * 12,
)


def submission(
    gain: float, time: float = 590.0, size: float = 15_999_999.0
) -> list[Row]:
    return rows(
        val_bpb=around(1.1 - gain, 0.0002, start=4),
        train_time_s=[*[580.0] * 3, time, *[580.0] * 8],
        artifact_bytes=[size, *[15_900_000.0] * 11],
    )


def test_leaderboard_more_than_the_margin_better_is_accepted() -> None:
    verdict = gate(LEADERBOARD, BEST, submission(0.0056))
    assert (verdict.state, verdict.decided) == (Ruling.PASS, True)
    assert metric(verdict, "val_bpb").margin == 0.005


def test_leaderboard_better_by_less_than_the_margin_is_not() -> None:
    verdict = gate(LEADERBOARD, BEST, submission(0.004))
    assert verdict.state in (Ruling.BLOCK, Ruling.UNDECIDED)
    assert verdict.decided
    exactly = gate(LEADERBOARD, BEST, submission(0.005))
    assert exactly.state is not Ruling.PASS


def test_leaderboard_the_limits_themselves_are_allowed() -> None:
    verdict = gate(LEADERBOARD, BEST, submission(0.0056, time=600.0, size=16_000_000.0))
    assert verdict.state is Ruling.PASS


@pytest.mark.parametrize(
    ("name", "over"),
    [
        ("train_time_s", submission(0.0056, time=601.0)),
        ("artifact_bytes", submission(0.0056, size=16_000_001.0)),
    ],
)
def test_leaderboard_one_run_beyond_a_limit_is_enough(
    name: str, over: list[Row]
) -> None:
    verdict = gate(LEADERBOARD, BEST, over)
    assert (verdict.state, verdict.decided) == (Ruling.BLOCK, True)
    assert metric(verdict, name).reason is Reason.LIMIT_BROKEN


KEPT = rows(val_bpb=around(0.98, 0.001), peak_vram_mb=around(45_000.0, 50.0, start=2))


def experiment(gain: float, memory: float = 1.0) -> list[Row]:
    return rows(
        val_bpb=around(0.98 - gain, 0.001, start=6),
        peak_vram_mb=around(45_000.0 * memory, 50.0, start=8),
    )


def test_agents_what_is_better_is_kept() -> None:
    verdict = gate(AGENTS, KEPT, experiment(0.005))
    assert (verdict.state, verdict.decided) == (Ruling.PASS, True)


def test_agents_what_is_worse_is_discarded() -> None:
    assert gate(AGENTS, KEPT, experiment(-0.005)).state is Ruling.BLOCK


def test_agents_a_tenth_more_memory_is_allowed_and_more_is_not() -> None:
    assert gate(AGENTS, KEPT, experiment(0.005, memory=1.08)).state is Ruling.PASS
    greedy = gate(AGENTS, KEPT, experiment(0.005, memory=1.15))
    assert (greedy.state, greedy.decided) == (Ruling.BLOCK, True)
    assert metric(greedy, "peak_vram_mb").reason is Reason.GUARDRAIL_BROKEN


def test_agents_a_crash_is_never_a_zero_and_forbids_to_keep() -> None:
    crashed = experiment(0.005)
    crashed[1] = None
    verdict = gate(AGENTS, KEPT, crashed)
    assert verdict.state is not Ruling.PASS
    bpb = metric(verdict, "val_bpb")
    assert bpb.failed_branch == 1
    assert bpb.branch_mean == pytest.approx(0.975, abs=0.002)
    assert all(value != 0.0 for _, _, value in bpb.per_seed)


def test_agents_a_branch_that_always_crashes_is_discarded() -> None:
    verdict = gate(AGENTS, KEPT, [None] * 12)
    assert (verdict.state, verdict.decided) == (Ruling.BLOCK, True)
    assert metric(verdict, "val_bpb").branch_mean is None
