"""The plan that a policy implies, in words."""

import dataclasses

import pytest

from bot.domain.policy import (
    AbsoluteTolerance,
    AutoTolerance,
    Budget,
    Decision,
    Direction,
    Gate,
    Metric,
    Mode,
    Policy,
    RelativeTolerance,
    Role,
    Seeding,
    Spending,
    SpendingFamily,
    Stage,
    StageKind,
    Unsupported,
)
from bot.presentation import policy_words
from bot.presentation.policy_text import (
    Row,
    Section,
    headline,
    plan_sections,
    trials,
)
from workers.contract import (
    Environment,
    EnvironmentManager,
    MetricSource,
    Resources,
    SourceKind,
    Take,
)

LOSS = Metric(
    "loss",
    MetricSource("loss", SourceKind.STDOUT, r"loss: (?P<value>\S+)"),
    direction=Direction.MINIMIZE,
    tolerance=AbsoluteTolerance(0.01),
)
TIME = Metric(
    "time", MetricSource("time", SourceKind.WALL_CLOCK), role=Role.LIMIT, maximum=600.0
)
MLP = Mode("mlp", ("python", "train.py", "--seed", "{seed}"), (LOSS, TIME))
FAST = Stage("fast", params={"steps": "100"}, looks=(4, 5, 6))


def policy(*modes: Mode, **parts: object) -> Policy:
    whole = {"modes": modes or (MLP,), "stages": (FAST,), "sha256": "", **parts}
    return Policy(**whole)  # type: ignore[arg-type]


def section(found: Policy, title: str) -> Section:
    sections = plan_sections(found, {}, ())
    return next(one for one in sections if one.title == title)


def said(found: Policy, title: str) -> list[str]:
    """The rows of a section as text, further lines indented."""
    return [
        "\n  ".join((f"{row.name}: {row.text}", *row.more))
        for row in section(found, title).rows
    ]


def rule(**parts: object) -> str:
    return policy_words.rule(
        dataclasses.replace(LOSS, **parts)  # type: ignore[arg-type]
    )


def test_the_headline_counts_modes_and_stages() -> None:
    assert headline(policy(), "a.yml") == "a.yml is a sound policy: 1 mode, 1 stage."


@pytest.mark.parametrize(("places", "said"), [(1, "1 place"), (2, "2 places")])
def test_a_policy_with_places_to_fill_in_is_not_called_sound(
    places: int, said: str
) -> None:
    assert headline(policy(), "a.yml", places) == (
        f"a.yml is no sound policy yet: {said} still to be filled in."
    )


def test_a_mode_tells_its_rules_its_surroundings_and_its_command() -> None:
    assert said(policy(), "Mode mlp") == [
        "loss: primary: must be shown not worse than the baseline by more than 0.01\n"
        r"  last match of /loss: (?P<value>\S+)/ on stdout",
        "time: limit: every trial must be at most 600\n"
        "  measured: wall clock, in seconds",
        "each trial: 1 CPU, at most 1 h\n"
        "  seed by {seed}: arms are paired\n"
        "  packages: those that the worker has",
        "command: python train.py --seed {seed}",
    ]


def test_references_are_told_with_how_often_a_command_runs() -> None:
    command = ("python", "linear.py")
    given = {"old": 2.31, "linear": command, "seeded": (*command, "{seed}")}
    mode = dataclasses.replace(MLP, references=given)
    rows = plan_sections(policy(mode), {}, ())[0].rows[-3:]
    assert [(one.name, one.text) for one in rows] == [
        ("reference old", "2.31"),
        ("reference linear", "python linear.py"),
        ("reference seeded", "python linear.py {seed}"),
    ]
    assert [one.more[0].partition(" on")[0] for one in rows[1:]] == ["1 run", "3 runs"]


def test_a_mode_with_the_metrics_of_another_says_so() -> None:
    conv = dataclasses.replace(MLP, name="conv")
    assert said(policy(MLP, conv), "Mode conv")[0] == "metrics: the same as in mlp"


def test_a_mode_that_can_never_block_is_noted() -> None:
    shown = dataclasses.replace(LOSS, role=Role.REPORT)
    mode = dataclasses.replace(MLP, metrics=(shown,))
    assert said(policy(mode), "Mode mlp")[0].startswith(
        "note: no metric here can block"
    )


def test_a_seed_may_arrive_by_the_environment_or_not_at_all() -> None:
    silent = dataclasses.replace(MLP, train=("python", "train.py"))
    unpaired = dataclasses.replace(MLP, seeding=Seeding.NONE)
    assert "in $SEEDGATE_SEED" in said(policy(silent), "Mode mlp")[2]
    assert "no seed: arms are unpaired" in said(policy(unpaired), "Mode mlp")[2]


def test_packages_are_told_with_their_files() -> None:
    environment = Environment(EnvironmentManager.UV, ("pyproject.toml", "uv.lock"))
    mode = dataclasses.replace(MLP, environment=environment)
    expected = "packages by uv from pyproject.toml and uv.lock"
    assert expected in said(policy(mode), "Mode mlp")[2]


def test_a_ladder_tells_what_each_stage_does_and_when() -> None:
    stages = (
        Stage("tests", StageKind.TESTS, looks=(), command=("pytest", "-q")),
        Stage("sanity", StageKind.SANITY, looks=(), when=Gate.ON_PASS),
        FAST,
        Stage("full", looks=(5, 10), when=Gate.LABEL, label="full"),
        Stage("scale", looks=(7,), when=Gate.NEVER),
    )
    assert said(policy(stages=stages), "Stages") == [
        "tests: the repository's own tests, once per arm: pytest -q",
        "sanity: checks of the network, once per arm; only if the stage before passed",
        "fast: a look at every number of seeds from 4 to 6 per arm\n"
        "  with steps=100\n"
        "  8 to 12 trials in all",
        "full: looks at 5 and 10 seeds per arm; only with the label full\n"
        "  10 to 20 trials in all",
        "scale: one look, at 7 seeds per arm; only when asked for by name\n"
        "  14 trials in all",
    ]


def test_modes_of_targets_alone_train_no_baseline() -> None:
    target = dataclasses.replace(LOSS, role=Role.TARGET, target=3.28)
    alone = dataclasses.replace(MLP, name="alone", metrics=(target,))
    assert trials(FAST, [alone]) == (4, 6)
    assert trials(FAST, [alone, MLP]) == (12, 18)


def test_error_rates_are_told_with_the_levels_of_the_looks() -> None:
    single = Stage("single", looks=(5,))
    found = policy(stages=(FAST, single), decision=Decision(alpha=0.1))
    levels = {"fast": (0.02, 0.01, 0.03), "single": (0.1,)}
    rates = next(
        one for one in plan_sections(found, levels, ()) if one.title == "Error rates"
    )
    assert [(row.name, row.text) for row in rates.rows] == [
        ("false pass", "at most 10 % for a branch worse by the whole tolerance"),
        ("false block", "at most 10 % for a branch that is not worse at all"),
        (
            "false failures",
            "at most 10 % to block a branch whose trials fail no more often",
        ),
        ("spending", "Hwang-Shih-DeCani, gamma 3"),
        ("looks of fast", "one-sided level 0.0200 at 4 seeds, 0.0300 at 6"),
        ("looks of single", "one-sided level 0.1000 at 5 seeds"),
    ]


def test_without_a_primary_metric_no_error_rate_of_one_is_claimed() -> None:
    mode = dataclasses.replace(MLP, metrics=(TIME,))
    assert said(policy(mode), "Error rates") == ["spending: Hwang-Shih-DeCani, gamma 3"]


def test_the_cost_counts_planned_stages_only() -> None:
    resources = Resources(timeout_s=1200.0)
    mode = dataclasses.replace(MLP, resources=resources)
    waiting = Stage("full", looks=(50,), when=Gate.LABEL, label="full")
    assert said(policy(mode, stages=(FAST, waiting)), "Cost") == [
        "trials: 8 to 12 in one evaluation",
        "time: at most 4 h if every trial uses all of its time",
        "budget: no bound",
    ]


def test_a_budget_is_told() -> None:
    budget = Budget(trials=200, gpu_hours=1.5)
    assert said(policy(budget=budget), "Cost")[-1] == (
        "budget: 200 trials and 1.5 GPU hours"
    )


def test_what_is_not_executed_comes_last_as_a_warning() -> None:
    left_out = (Unsupported("ablation", "`ablation` is not executed."),)
    last = plan_sections(policy(), {}, left_out)[-1]
    assert last.warns
    assert [row.text for row in last.rows] == ["`ablation` is not executed."]
    assert not any(one.warns for one in plan_sections(policy(), {}, ()))


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (
            {"tolerance": RelativeTolerance(0.01)},
            "must be shown not worse than the baseline by more than 1 % of its mean",
        ),
        (
            {"tolerance": AutoTolerance()},
            "must be shown not worse than the baseline by more than 1.5 times the SD of"
            " its runs (from `seedgate calibrate`)",
        ),
        (
            {"role": Role.GUARDRAIL, "tolerance": None},
            "blocks if it is shown to be worse at all",
        ),
        (
            {"role": Role.GUARDRAIL, "tolerance": RelativeTolerance(0.1)},
            "blocks if it is shown to be worse by more than 10 % of its mean",
        ),
        (
            {"role": Role.TARGET, "target": 3.28, "alpha": 0.01},
            "its mean must be shown at most 3.28, at alpha 0.01",
        ),
        (
            {"role": Role.TARGET, "target": 0.9, "direction": Direction.MAXIMIZE},
            "its mean must be shown at least 0.9",
        ),
        (
            {"role": Role.IMPROVE, "margin": 0.0},
            "must be shown better than the baseline",
        ),
        (
            {"role": Role.IMPROVE, "margin": 0.005, "alpha": 0.01},
            "must be shown better than the baseline by more than 0.005, at alpha 0.01",
        ),
        (
            {"role": Role.LIMIT, "minimum": 1.0, "maximum": 2.0},
            "every trial must be at least 1 and at most 2",
        ),
        ({"role": Role.REPORT}, "shown only"),
    ],
)
def test_every_role_has_its_rule_in_words(
    parts: dict[str, object], expected: str
) -> None:
    assert rule(**parts) == expected


def test_slices_of_a_compared_metric_are_guardrails() -> None:
    guarded = dataclasses.replace(LOSS, slices=("night", "fog"))
    shown = dataclasses.replace(guarded, role=Role.TARGET, target=1.0)
    assert policy_words.slices(guarded) == (
        "slices night and fog: each blocks if it is shown to be worse by more than "
        "0.01",
    )
    assert policy_words.slices(shown) == ("slices night and fog: shown only",)
    assert policy_words.slices(LOSS) == ()


def test_a_test_set_tells_what_an_example_is_worth_and_what_chance_does_to_it() -> None:
    counted = dataclasses.replace(LOSS, examples=2000)
    assert policy_words.examples(counted) == (
        "2000 examples, a mean from 0 to 1: one is worth 0.00050, and which ones are "
        "in the test set moves the mean by up to 0.011 (standard error)",
    )
    assert policy_words.examples(LOSS) == ()


def test_where_a_mean_is_known_the_standard_error_is_that_at_it() -> None:
    points = dataclasses.replace(LOSS, examples=10_000, bounds=(0.0, 100.0))
    aimed = dataclasses.replace(points, role=Role.TARGET, target=94.0)
    ending = "moves the mean by 0.24 (standard error at 94)"
    assert policy_words.examples(points, 94.0)[0].endswith(ending)
    assert policy_words.examples(aimed)[0].endswith(ending)


def test_a_mean_that_no_share_can_have_leaves_the_largest_error() -> None:
    single = dataclasses.replace(LOSS, examples=1)
    assert policy_words.examples(single, 94.0) == (
        "1 example, a mean from 0 to 1: one is worth 1.0, and which ones are in the "
        "test set moves the mean by up to 0.50 (standard error)",
    )


def test_the_plan_says_what_the_test_set_of_a_metric_resolves() -> None:
    counted = dataclasses.replace(LOSS, examples=100)
    mode = dataclasses.replace(MLP, metrics=(counted, TIME))
    means = {("mlp", "loss"): 0.1, ("other", "loss"): 0.5}
    plain = plan_sections(policy(mode), {}, ())[0].rows[0]
    known = plan_sections(policy(mode), {}, (), means=means)[0].rows[0]
    assert plain.more[-1].endswith("by up to 0.050 (standard error)")
    assert known.more[-1].endswith("by 0.030 (standard error at 0.1)")


def test_no_tolerance_is_told_as_nothing() -> None:
    assert policy_words.tolerance(None) == "nothing"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (
            MetricSource("loss", SourceKind.REPORTED),
            "reported by the trial: loss in the file $SEEDGATE_METRICS",
        ),
        (
            MetricSource("memory", SourceKind.PEAK_MEMORY),
            "measured: peak memory, in bytes",
        ),
        (
            MetricSource("acc", SourceKind.CSV, "log.csv", "val/acc", Take.MAX),
            "max val/acc in log.csv (csv)",
        ),
    ],
)
def test_every_source_has_its_words(source: MetricSource, expected: str) -> None:
    assert policy_words.source(source) == expected


def test_words_with_blanks_stand_in_quotes() -> None:
    words = ("python", "my train.py", "", "{seed}")
    assert policy_words.command(words) == "python 'my train.py' '' {seed}"


def test_resources_are_told_with_their_units() -> None:
    given = Resources(8.0, 0.5, 3 * 2**29, 5400.0, "H100")
    expected = "8 CPUs, 0.5 H100 GPU, 1.5 GiB, at most 1 h 30 min"
    assert policy_words.resources(given) == expected
    assert policy_words.size(500) == "500 B"


@pytest.mark.parametrize(
    ("spending", "expected"),
    [
        (Spending(SpendingFamily.POCOCK, 0.0), "Pocock type"),
        (Spending(SpendingFamily.OBRIEN_FLEMING, 0.0), "O'Brien-Fleming type"),
        (Spending(SpendingFamily.KIM_DEMETS, 3.0), "Kim-DeMets, rho 3"),
    ],
)
def test_every_spending_function_has_its_name(
    spending: Spending, expected: str
) -> None:
    assert policy_words.spending(spending) == expected


def test_more_can_be_said_of_the_error_rates() -> None:
    extra = (Row("clean", "passes 9 times in 10"), Section("More", (Row("a", "b"),)))
    sections = plan_sections(policy(), {}, (), extra)
    titles = [one.title for one in sections]
    assert titles[titles.index("Error rates") + 1] == "More"
    rates = next(one for one in sections if one.title == "Error rates")
    assert rates.rows[-1] == extra[0]
