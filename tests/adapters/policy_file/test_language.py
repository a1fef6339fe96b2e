"""Every part of the language, read into the values that the gate works with."""

import pytest

from bot.compose.serving.service import RESULTS_S
from bot.domain.policy import (
    AbsoluteTolerance,
    AutoTolerance,
    Direction,
    Gate,
    Launch,
    Quantity,
    RelativeTolerance,
    Role,
    Seeding,
    SmallTolerance,
    Spending,
    SpendingFamily,
    StageKind,
    Tolerance,
)
from tests.adapters.policy_file.texts import (
    SOUND,
    load,
    metric,
    mode,
    said,
    with_lines,
    with_metric,
    with_mode,
    with_stages,
)
from workers.contract import (
    Environment,
    EnvironmentManager,
    MetricSource,
    Resources,
    SourceKind,
    Take,
)

JSONL, CSV, BOARD = SourceKind.JSONL, SourceKind.CSV, SourceKind.TENSORBOARD


def test_a_small_policy_has_the_documented_defaults() -> None:
    policy = load(SOUND)
    assert mode(policy).resources == Resources(timeout_s=3600.0)
    assert mode(policy).environment == Environment()
    assert mode(policy).seeding is Seeding.SHARED
    assert mode(policy).launch is Launch.AUTO
    assert policy.decision.spending == Spending(SpendingFamily.HWANG_SHIH_DECANI, 3.0)
    assert policy.baseline.max_age_s == 14 * 86400
    assert policy.baseline.refresh_s is None
    assert policy.enforcement == "enforce"
    assert policy.branches == ()


def test_the_hash_is_of_the_bytes_of_the_file() -> None:
    assert load(SOUND).sha256 != load(SOUND + "\n").sha256
    assert len(load(SOUND).sha256) == 64


def test_without_stages_there_is_one_that_looks_at_every_pair_from_4_to_20() -> None:
    text = SOUND.partition("stages:")[0].replace(', --steps, "{steps}"', "")
    (stage,) = load(text).stages
    assert (stage.name, stage.kind) == ("fast", StageKind.TRAINING)
    assert stage.looks == tuple(range(4, 21))


@pytest.mark.parametrize(
    ("seeds", "looks"),
    [
        ("{min: 5, max: 8}", (5, 6, 7, 8)),
        ("{max: 6}", (4, 5, 6)),
        ("{min: 18}", (18, 19, 20)),
        ("{}", tuple(range(4, 21))),
        ("[5, 10, 15, 20]", (5, 10, 15, 20)),
        ("10", (10,)),
    ],
)
def test_seeds_are_a_range_a_list_of_looks_or_one_number(
    seeds: str, looks: tuple[int, ...]
) -> None:
    policy = load(with_stages(f"fast: {{params: {{steps: 1}}, seeds: {seeds}}}"))
    assert policy.stages[0].looks == looks


@pytest.mark.parametrize("first", [2, 3])
def test_a_mode_of_targets_alone_may_look_before_four(first: int) -> None:
    target = ("role: target", "target: 3.28", "direction: minimize", "alpha: 0.01")
    early = with_metric(*target).replace("min: 4", f"min: {first}")
    assert load(early).stages[0].looks[0] == first


def test_a_target_needs_two_trials_for_its_test() -> None:
    target = ("role: target", "target: 3.28", "direction: minimize")
    early = with_metric(*target).replace("min: 4", "min: 1")
    assert said(early) == [
        "11:39 stages.fast.seeds: A look at 1 seed is too early for the target metric"
        " `loss` of the mode `mlp`: at least 2 are needed for a one-sample test. Begin "
        "the looks at 2 seeds or more."
    ]


def test_the_kind_of_a_stage_is_told_by_its_command_or_its_name() -> None:
    policy = load(
        with_stages(
            "tests: {command: [python, -m, pytest]}",
            "sanity: {params: {steps: 20}}",
            "fast: {params: {steps: 501}}",
            "scale: {params: {steps: 9999}, seeds: [5], when: label:scale}",
        )
    )
    kinds = [(stage.name, stage.kind) for stage in policy.stages]
    assert kinds == [
        ("tests", StageKind.TESTS),
        ("sanity", StageKind.SANITY),
        ("fast", StageKind.TRAINING),
        ("scale", StageKind.TRAINING),
    ]
    assert policy.stages[0].command == ("python", "-m", "pytest")
    assert policy.stages[1].looks == ()


@pytest.mark.parametrize(
    ("when", "gate", "label"),
    [
        ("always", Gate.ALWAYS, None),
        ("never", Gate.NEVER, None),
        ("on-pass", Gate.ON_PASS, None),
        ("label:run full", Gate.LABEL, "run full"),
    ],
)
def test_a_stage_says_when_it_runs(when: str, gate: Gate, label: str | None) -> None:
    policy = load(with_stages(f"fast: {{params: {{steps: 1}}, when: '{when}'}}"))
    assert (policy.stages[0].when, policy.stages[0].label) == (gate, label)


@pytest.mark.parametrize(
    ("written", "tolerance"),
    [
        ("0.01", AbsoluteTolerance(0.01)),
        ("1e-3", AbsoluteTolerance(0.001)),
        ("5", AbsoluteTolerance(5.0)),
        ("1%", RelativeTolerance(0.01)),
        ("'2.5 %'", RelativeTolerance(0.025)),
        ("auto", AutoTolerance()),
    ],
)
def test_a_tolerance_is_an_amount_a_share_or_auto(
    written: str, tolerance: Tolerance
) -> None:
    text = with_metric("direction: minimize", f"tolerance: {written}")
    assert metric(load(text)).tolerance == tolerance


@pytest.mark.parametrize(
    ("rules", "role"),
    [
        (("direction: maximize", "tolerance: 0.1"), Role.PRIMARY),
        (("role: guardrail", "direction: maximize"), Role.GUARDRAIL),
        (("role: guardrail", "direction: minimize", "tolerance: 0"), Role.GUARDRAIL),
        (("role: target", "direction: maximize", "target: 0.9"), Role.TARGET),
        (("role: improve", "direction: maximize", "margin: 0"), Role.IMPROVE),
        (("role: limit", "max: 600"), Role.LIMIT),
        (("role: limit", "min: 0.5", "max: 1", "direction: maximize"), Role.LIMIT),
        (("role: report",), Role.REPORT),
    ],
)
def test_every_role_is_sound_with_the_keys_that_it_needs(
    rules: tuple[str, ...], role: Role
) -> None:
    assert metric(load(with_metric(*rules))).role is role


def test_the_rules_of_a_metric_arrive_whole() -> None:
    found = metric(
        load(
            with_metric(
                "role: improve",
                "direction: maximize",
                "margin: 0.5",
                "alpha: 0.01",
                "slices: [night, rain]",
            )
        )
    )
    assert (found.direction, found.margin, found.alpha) == (
        Direction.MAXIMIZE,
        0.5,
        0.01,
    )
    assert found.slices == ("night", "rain")


@pytest.mark.parametrize(
    ("written", "kind", "locator", "key", "take"),
    [
        (
            "{stdout: 'loss (?P<value>.*)', take: min}",
            SourceKind.STDOUT,
            "loss (?P<value>.*)",
            "",
            Take.MIN,
        ),
        ("{jsonl: 'm.jsonl'}", JSONL, "m.jsonl", "loss", Take.LAST),
        ("{csv: log.csv, key: val/loss}", CSV, "log.csv", "val/loss", Take.LAST),
        ("{tensorboard: '{output_dir}'}", BOARD, "{output_dir}", "loss", Take.LAST),
        (
            "{trainer_state: '{output_dir}/t.json', key: eval_loss, take: mean}",
            SourceKind.TRAINER_STATE,
            "{output_dir}/t.json",
            "eval_loss",
            Take.MEAN,
        ),
        ("wall_clock", SourceKind.WALL_CLOCK, "", "", Take.LAST),
        ("peak_memory", SourceKind.PEAK_MEMORY, "", "", Take.LAST),
    ],
)
def test_a_source_is_a_place_with_a_key_or_a_measurement(
    written: str, kind: SourceKind, locator: str, key: str, take: Take
) -> None:
    rules = ("direction: minimize", "tolerance: 0.1", f"source: {written}")
    expected = MetricSource("loss", kind, locator, key, take)
    assert metric(load(with_metric(*rules))).source == expected


def test_a_metric_without_source_is_reported_by_the_trial_under_its_own_name() -> None:
    assert metric(load(SOUND)).source == MetricSource("loss", SourceKind.REPORTED)


def test_resources_are_read_with_their_units() -> None:
    written = "{cpus: 2, gpus: 0.5, memory: 1.5GiB, timeout: 1h30m, accelerator: H100}"
    assert mode(load(with_mode(f"resources: {written}"))).resources == Resources(
        cpus=2.0,
        gpus=0.5,
        memory_bytes=3 * 2**29,
        timeout_s=5400.0,
        accelerator="H100",
    )


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("{manager: none}", Environment()),
        (
            "{manager: uv}",
            Environment(EnvironmentManager.UV, ("pyproject.toml", "uv.lock")),
        ),
        (
            "{manager: pip, files: [a.txt]}",
            Environment(EnvironmentManager.PIP, ("a.txt",)),
        ),
    ],
)
def test_an_environment_names_its_manager(written: str, expected: Environment) -> None:
    assert mode(load(with_mode(f"environment: {written}"))).environment == expected


def test_a_mode_carries_everything_that_it_says() -> None:
    found = mode(
        load(
            with_mode(
                "seeding: none",
                "launch: spawn",
                "checkpoint: '{output_dir}/model.pt'",
                "network: [example.org]",
                "quantities: {grad_norm: {range: [0, null]}}",
                "samples: 'samples/*.png'",
                "references: {constant: 2.3, linear: [python, linear.py]}",
            )
        )
    )
    assert (found.seeding, found.launch) == (Seeding.NONE, Launch.SPAWN)
    assert found.checkpoint == "model.pt"
    assert found.network == ("example.org",)
    assert found.quantities == (Quantity("grad_norm", 0.0, None),)
    assert found.samples == "samples/*.png"
    assert found.references == {"constant": 2.3, "linear": ("python", "linear.py")}


def test_a_reference_needs_the_parameters_of_stages_that_train_alone() -> None:
    line = "references: {linear: [python, linear.py, '{seed}', '{rows}']}"
    text = with_mode(line).replace("{steps: 100}", "{steps: 100, rows: 7}")
    stages = "  sanity: {params: {steps: 2}}\n  tests: {command: [pytest]}\n"
    assert "rows" in str(mode(load(text + stages)).references["linear"])


def test_a_checkpoint_that_is_declared_may_be_used() -> None:
    text = with_mode("checkpoint: model.pt").replace("{steps}", "{checkpoint}")
    assert mode(load(text)).train[-1] == "{checkpoint}"


def test_braces_that_are_no_names_are_left_alone() -> None:
    text = SOUND.replace("{steps}", r"{\"lr\": 0.1, \"b\": {}}")
    assert mode(load(text)).train[-1] == '{"lr": 0.1, "b": {}}'


def test_arguments_and_parameters_are_taken_as_they_are_written() -> None:
    text = SOUND.replace("train.py", "train.py, 1e-3, 007, True, ''").replace(
        "steps: 100", "steps: 1_000, lr: 1e-3, flag: False, out: '{output_dir}/{seed}'"
    )
    policy = load(text)
    assert mode(policy).train[2:6] == ("1e-3", "007", "True", "")
    assert policy.stages[0].params == {
        "steps": "1_000",
        "lr": "1e-3",
        "flag": "False",
        "out": "{output_dir}/{seed}",
    }


def test_the_sections_around_the_modes_arrive_whole() -> None:
    policy = load(
        with_lines(
            "branches: [main, 1.0]",
            "evaluation: {paths: [evaluate.py], command: [e.py, '{checkpoint}']}",
            "ablation: {unit: trailer, when: never, max_changes: 3}",
            "invasive: {steps: 5, undeclared: allow, equivalent: allow}",
            "protected: ['data/**']",
            "decision:",
            "  {alpha: 0.1, improvement_alpha: 0.05, tolerance_too_small: allow,",
            "   spending: 'kd:3', futility: on, attempts: 2}",
            "baseline: {refresh: weekly, max_age: 2d, cached_share: 0}",
            "budget: {trials: 10, gpu_hours: 0.5}",
            "permissions: {run: maintain, accept: admin}",
            "enforcement: advisory",
            "relevant: ['*.py']",
            "data: {paths: [data], version: 1.10}",
            "shadowed: report",
            "base_moved: rejudge",
            "anchor: v1.0",
            "tolerance_budget: 3",
        )
    )
    assert policy.branches == ("main", "1.0")
    assert policy.evaluation.command == ("e.py", "{checkpoint}")
    assert (policy.ablation.unit, policy.ablation.max_changes) == ("trailer", 3)
    assert (policy.invasive.steps, policy.invasive.undeclared) == (5, "allow")
    assert policy.protected == ("data/**",)
    assert policy.decision.spending == Spending(SpendingFamily.KIM_DEMETS, 3.0)
    assert (policy.decision.futility, policy.decision.attempts) == (True, 2)
    assert policy.decision.tolerance_too_small is SmallTolerance.ALLOW
    assert (policy.baseline.refresh_s, policy.baseline.cached_share) == (604800.0, 0.0)
    assert (policy.budget.trials, policy.budget.gpu_hours) == (10, 0.5)
    assert policy.permissions == {"run": "maintain", "accept": "admin"}
    assert policy.data.version == "1.10"
    assert (policy.enforcement, policy.shadowed) == ("advisory", "report")
    assert (policy.base_moved, policy.anchor) == ("rejudge", "v1.0")
    assert (policy.tolerance_budget, policy.relevant) == (3.0, ("*.py",))


def test_the_keys_that_the_file_set_are_known_by_their_dotted_names() -> None:
    given = load(with_lines("ablation: {unit: file}")).given
    assert {"ablation", "ablation.unit", "stages.fast.seeds.min"} <= given
    assert "modes.mlp.metrics.loss.tolerance" in given
    assert "evaluation" not in given


def test_runs_may_serve_for_as_long_as_results_are_kept_and_no_longer() -> None:
    policy = load(with_lines("baseline: {max_age: 180d}"))
    assert policy.baseline.max_age_s == RESULTS_S
