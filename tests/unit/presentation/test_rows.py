"""Rows that all readers share: metrics, seeds, findings, trials, provenance, cost."""

from dataclasses import replace

import pytest

from bot.domain.arms import Branch
from bot.domain.policy import Direction, Role
from bot.domain.stats.method import Method
from bot.domain.verdict import (
    Cost,
    MetricVerdict,
    Provenance,
    Reason,
    Ruling,
)
from bot.presentation.background import (
    cost_line,
    cost_rows,
    looks_line,
    provenance_rows,
)
from bot.presentation.listing import finding_rows, trial_row
from bot.presentation.rows import MetricRow, metric_rows, seed_rows
from tests.fakes import reports
from workers.contract import Infra, InfraReason, Ok, SourceKind


def row(metric: MetricVerdict) -> MetricRow:
    return metric_rows(reports.mode("mlp", metric.state, (metric,)))[0]


def bare(**given: object) -> MetricVerdict:
    facts: dict[str, object] = {
        "name": "x",
        "role": Role.PRIMARY,
        "direction": Direction.MINIMIZE,
        "source": SourceKind.STDOUT,
        "state": Ruling.UNDECIDED,
    }
    return MetricVerdict(**{**facts, **given})  # type: ignore[arg-type]


def test_a_compared_metric_shows_direction_effect_interval_and_tolerance() -> None:
    shown = row(reports.blocking().verdict.modes[0].metrics[0])
    assert shown.better == "lower is better"
    assert shown.effect.startswith("-0.04")
    assert shown.interval.startswith("[-0.04")
    assert shown.rule == "tolerance 0.01"
    assert shown.seeds == "5"
    assert shown.result == "worse"
    assert shown.detail.startswith("paired t, p not worse 0.98, p worse < 0.0001")


def test_numbers_of_the_trials_own_code_are_self_reported() -> None:
    assert row(bare()).source == "self-reported"
    assert row(bare(source=SourceKind.TENSORBOARD)).source == "self-reported"
    assert row(bare(source=SourceKind.PEAK_MEMORY)).source == "measured by Seedgate"


def test_a_metric_that_was_found_better_says_so() -> None:
    mlp = reports.passing().verdict.modes[0]
    assert [one.result for one in metric_rows(mlp)] == [
        "better",
        "not worse",
        "limit kept",
    ]


def test_measured_seconds_carry_their_unit() -> None:
    assert row(reports.wall_clock(5)).branch == "4.60 s"


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        ({"role": Role.TARGET, "target": 3.28}, "mean at most 3.28"),
        (
            {"role": Role.TARGET, "target": 0.9, "direction": Direction.MAXIMIZE},
            "mean at least 0.9",
        ),
        ({"role": Role.LIMIT, "maximum": 600.0}, "each at most 600"),
        ({"role": Role.LIMIT, "minimum": 0.5}, "each at least 0.5"),
        ({"role": Role.REPORT}, "shown only"),
        ({"role": Role.PRIMARY}, "primary"),
        ({"role": Role.IMPROVE, "margin": 0.0}, "better"),
        ({"role": Role.IMPROVE, "margin": 0.005}, "at least 0.005 better"),
        ({"role": Role.GUARDRAIL}, "not worse"),
        ({"role": Role.GUARDRAIL, "tolerance": 0.5}, "at most 0.5 worse"),
    ],
)
def test_every_role_says_its_rule(given: dict[str, object], rule: str) -> None:
    assert row(bare(**given)).rule == rule


def test_a_metric_without_any_trial_shows_dashes() -> None:
    shown = row(bare(direction=None))
    assert (shown.baseline, shown.branch, shown.effect, shown.interval) == ("-",) * 4
    assert shown.better == shown.failures == shown.detail == ""
    assert shown.result == "no verdict yet"


def test_a_metric_that_is_only_shown_says_so() -> None:
    assert row(bare(role=Role.REPORT, state=Ruling.INFO)).result == "shown only"


def test_arms_of_unequal_size_show_both_counts() -> None:
    assert row(bare(n_baseline=4, n_branch=6)).seeds == "4/6"
    assert row(bare(n_baseline=0, n_branch=6)).seeds == "6"


def test_failures_are_counted_for_both_arms() -> None:
    shown = row(bare(n_baseline=8, n_branch=8, failed_branch=4))
    assert shown.failures == ("0 of 8 baseline and 4 of 8 branch trials failed")


def test_a_target_shows_its_mean_its_interval_and_its_own_p_values() -> None:
    shown = row(reports.speedrun().verdict.modes[0].metrics[0])
    assert shown.interval == "[3.2713, 3.2751]"
    assert shown.baseline == shown.effect == "-"
    assert "p shown 0.0004" in shown.detail


@pytest.mark.parametrize(
    ("given", "branch"),
    [
        ({"branch_mean": 3.27314, "target": 3.28}, "3.27314"),
        ({"branch_mean": 3.27314}, "3.3"),
        ({"branch_mean": 0.0}, "0.0000"),
    ],
)
def test_without_a_spread_the_distance_to_the_bound_sets_the_digits(
    given: dict[str, object], branch: str
) -> None:
    assert row(bare(role=Role.TARGET, **given)).branch == branch


def test_a_failed_trial_has_a_seed_row_of_its_own() -> None:
    crashed = reports.blocking().verdict.modes[1].metrics[0]
    rows = seed_rows(crashed)
    assert len(rows) == 8
    assert [one.branch == "failed" for one in rows].count(True) == 4
    assert rows[1].difference == "-"
    assert rows[0].difference.startswith(("+", "-0"))


def test_an_arm_that_was_not_run_is_no_failure() -> None:
    rows = seed_rows(reports.speedrun().verdict.modes[0].metrics[0])
    assert {one.baseline for one in rows} == {"-"}


def test_arms_of_unequal_length_end_in_dashes() -> None:
    uneven = bare(
        n_baseline=1, n_branch=2, per_seed=((None, 1.0, 2.0), (None, None, 2.5))
    )
    rows = seed_rows(uneven)
    assert rows[1].baseline == "-"
    assert rows[0].seed == "-"
    assert rows[0].difference == "-1.0000"


def test_a_metric_without_direction_takes_larger_as_better() -> None:
    plain = bare(direction=None, n_baseline=1, n_branch=1, per_seed=((7, 1.0, 2.0),))
    assert seed_rows(plain)[0].difference == "+1.0000"


def test_a_finding_is_shown_with_its_kind_its_id_and_its_mend() -> None:
    first = finding_rows(reports.blocking())[0]
    assert first.kind == "regression"
    assert first.id.startswith("regression-")
    assert first.of_metric
    assert "raise the tolerance on the base branch first" in first.mend


def test_a_failed_trial_shows_reason_log_and_how_to_repeat_it() -> None:
    rows = [trial_row(one) for one in reports.blocking().trials]
    bad = [one for one in rows if one.bad]
    assert len(bad) == 4
    assert bad[0].reason.startswith("exception: The command ended")
    assert "loss is not finite" in bad[0].log
    assert bad[0].repro.startswith("seedgate reproduce ")


def test_a_lost_trial_is_shown_as_lost() -> None:
    lost = reports.trial(Branch(), "mlp", 0, Infra(InfraReason.NODE_LOST, ""))
    shown = trial_row(lost)
    assert (shown.state, shown.reason) == ("infra", "node lost")


def test_a_trial_that_has_not_ended_shows_dashes() -> None:
    ended = reports.trial(Branch(), "mlp", 0, Ok())
    shown = trial_row(replace(ended, result=None, seed=None, spec=None))
    assert (shown.wall, shown.seed, shown.values, shown.log) == ("-", "-", "", "")
    assert not shown.bad


def test_a_trial_says_what_it_ran_and_where() -> None:
    one = reports.trial(Branch(), "mlp", 0, Ok(), node="n1", devices=("0", "1"))
    assert one.spec is not None
    named = replace(one, spec=replace(one.spec, commit="abc123"))
    assert dict(trial_row(named).origin) == {
        "commit": "abc123",
        "tree": one.spec.tree,
        "command": "python train.py --model mlp --out '{output_dir}'",
        "node": "n1 0 1",
    }
    assert "git --git-dir=" in trial_row(named).by_hand
    bare = trial_row(replace(one, spec=None, result=None))
    assert (bare.origin, bare.by_hand) == ((), "")


def test_values_and_notes_of_a_trial_are_listed() -> None:
    noted = reports.trial(
        Branch(), "mlp", 0, Ok(), metrics={"a": 1.5, "b": 2.0}, notes=("Ended late.",)
    )
    shown = trial_row(noted)
    assert shown.values == "a 1.5, b 2"
    assert shown.notes == ("Ended late.",)


def test_provenance_lists_only_what_is_known() -> None:
    rows = dict(provenance_rows(reports.PROVENANCE))
    assert rows["Base"] == "main (4f1c9a7b20d34e5f86a1b2c3d4e5f60718293a4b)"
    assert "Scratch ref" not in rows
    assert dict(provenance_rows(Provenance())) == {"Sandbox": "none"}


def test_a_revision_that_is_its_own_commit_is_written_once() -> None:
    same = replace(reports.PROVENANCE, head_revision=reports.PROVENANCE.head_commit)
    head = dict(provenance_rows(same))["Head"]
    assert head == reports.PROVENANCE.head_commit


def test_gpu_hours_are_shown_only_where_some_were_spent() -> None:
    assert "GPU hours" not in dict(cost_rows(reports.COST))
    gpu = Cost(1, 0, 0, elapsed_s=60.0, cpu_hours=0.1, gpu_hours=0.02)
    assert dict(cost_rows(gpu))["GPU hours"] == "0.02"
    assert (
        cost_line(gpu)
        == "1 trial run, 0 reused, 1 min 0 s, 0.1 CPU hours, 0.02 GPU hours"
    )
    assert cost_line(Cost()) == "nothing was run"
    assert cost_line(reports.COST) == (
        "16 trials run, 4 reused, 2 cancelled, 1 min 32 s, 0.041 CPU hours"
    )


@pytest.mark.parametrize(
    ("looks", "look", "line"),
    [
        ((4, 5, 6), 5, "judged at 5 seeds per arm, looks planned from 4 to 6"),
        ((4, 5, 6), 0, "not judged yet, looks planned from 4 to 6"),
        ((6,), 6, "judged at 6 seeds per arm, the only look planned"),
        ((6,), 0, "not judged yet, one look planned at 6"),
        ((), 7, "judged at 7 seeds per arm"),
        ((), 0, "not judged"),
    ],
)
def test_the_look_that_decided_is_said_with_the_plan(
    looks: tuple[int, ...], look: int, line: str
) -> None:
    one = reports.mode("mlp", Ruling.PASS, (), looks=looks, look=look)
    assert looks_line(one) == line


def test_a_one_sided_interval_is_open() -> None:
    half = bare(method=Method.EXACT, d=0.1, low=0.1, reason=Reason.NOT_WORSE)
    assert row(half).interval == "[+0.10, open]"


@pytest.mark.parametrize(
    ("given", "detail"),
    [
        (
            {"role": Role.IMPROVE, "margin": 0.005, "p_ni": 0.002, "p_harm": 0.99},
            "p shown 0.002, p ruled out 0.99, gain beyond the margin seen with 80 % "
            "power 0.020",
        ),
        ({"role": Role.IMPROVE}, "gain seen with 80 % power 0.020"),
        (
            {"role": Role.GUARDRAIL, "tolerance": 0.1, "p_harm": 0.4},
            "p worse beyond tolerance 0.4, loss beyond the tolerance seen with 80 % "
            "power 0.020",
        ),
        ({"role": Role.GUARDRAIL, "tolerance": 0.0}, "loss seen with 80 % power 0.020"),
        (
            {
                "role": Role.GUARDRAIL,
                "method": Method.PAIRED_T,
                "level": 0.0012,
                "family": 21,
            },
            "paired t, level at this look 0.0012 (one of 21, Holm), loss seen with "
            "80 % power 0.020",
        ),
        (
            {"e_ni": 31.0, "e_harm": 0.02},
            "evidence for not worse 31 to 1, evidence for worse 0.02 to 1, loss seen "
            "with 80 % power 0.020",
        ),
    ],
)
def test_the_test_behind_a_row_is_told_in_the_words_of_its_role(
    given: dict[str, object], detail: str
) -> None:
    assert row(bare(detectable=0.02, **given)).detail == detail


PAIR = (1, 0.5, 0.6)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"per_seed": (PAIR, (2, 0.5, None))}, "too few complete pairs to test"),
        (
            {"per_seed": (PAIR,) * 4},
            "too few pairs to test, all with one and the same difference",
        ),
        ({"role": Role.TARGET, "target": 0.4}, "too few values to test"),
    ],
)
def test_what_could_not_be_tested_says_why_instead_of_a_p_value(
    given: dict[str, object], why: str
) -> None:
    asked = {"level": 0.02, "p_ni": 1.0, "p_harm": 1.0}
    assert row(bare(**asked, **given)).detail == why


@pytest.mark.parametrize("reason", [Reason.GUARDRAIL_KEPT, Reason.NOT_SHOWN])
def test_a_guardrail_that_could_not_be_tested_does_not_claim_a_test(
    reason: Reason,
) -> None:
    one = bare(role=Role.GUARDRAIL, level=0.02, reason=reason, d=None)
    assert row(one).result == "too few complete pairs to test"


def test_past_the_last_look_a_guardrail_has_no_rule() -> None:
    assert row(bare(role=Role.GUARDRAIL, state=Ruling.INFO)).rule == "shown only"
    kept = {"state": Ruling.PASS, "reason": Reason.GUARDRAIL_KEPT}
    assert row(bare(role=Role.GUARDRAIL, **kept)).rule == "not worse"


@pytest.mark.parametrize(
    ("beside", "plan"),
    [
        ({}, "looks planned from 4 on, seeds added up to 10"),
        (
            {"role": Role.GUARDRAIL, "look": 4},
            "looks planned at 4, seeds added up to 10",
        ),
        (
            {"role": Role.REPORT, "look": 6},
            "looks planned from 4 to 6, seeds added up to 10",
        ),
    ],
)
def test_seeds_past_the_plan_are_told_apart_from_it(
    beside: dict[str, object], plan: str
) -> None:
    metrics = (bare(e_ni=3.0, e_harm=0.1, look=9), bare(**beside))
    looks = tuple(range(4, 11))
    one = reports.mode("mlp", Ruling.UNDECIDED, metrics, looks=looks, look=9)
    assert looks_line(one) == f"judged at 9 seeds per arm, {plan}"


def test_more_seeds_than_planned_that_nobody_added_leave_the_plan_as_it_was() -> None:
    metrics = (bare(e_ni=3.0, e_harm=0.1),)
    one = reports.mode("mlp", Ruling.UNDECIDED, metrics, looks=(4, 8), look=9)
    assert looks_line(one) == "judged at 9 seeds per arm, looks planned from 4 to 8"
