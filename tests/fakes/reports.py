"""Example reports: whole `Report` values as an evaluation makes them, no randomness."""

import hashlib
import math
import statistics
from collections.abc import Sequence
from dataclasses import replace

from bot.domain.arms import Arm, Baseline, Branch
from bot.domain.policy import Direction, Role
from bot.domain.stats.method import Method
from bot.domain.trials import Trial
from bot.domain.verdict import (
    Cost,
    Evidence,
    Finding,
    FindingKind,
    Fingerprint,
    MetricVerdict,
    ModeVerdict,
    Provenance,
    Reason,
    Report,
    Ruling,
    Verdict,
)
from tests.fakes import looks, policies
from workers.contract import (
    Failed,
    FailureReason,
    Infra,
    InfraReason,
    Ok,
    Outcome,
    Point,
    Resources,
    SourceKind,
    TrialResult,
    TrialSpec,
    TrialState,
)

PROVENANCE = Provenance(
    repository="digits",
    base_revision="main",
    head_revision="wider-hidden-layer",
    base_commit="4f1c9a7b20d34e5f86a1b2c3d4e5f60718293a4b",
    head_commit="9e8d7c6b5a49382716051423324150617283940a",
    base_tree="1111aaaa2222bbbb3333cccc4444dddd5555eeee",
    merged_tree="6666ffff7777aaaa8888bbbb9999cccc0000dddd",
    policy_source="main:.github/seedgate.yml",
    policy_sha256="0f" * 32,
    seedgate_version="0.1.0",
    node="laptop",
    hardware_class="cpu:x86_64:AVX2:1 thread",
    environment_hash="ab" * 16,
    environment_summary="Python 3.11.9, torch 2.13.0+cpu",
    sandbox="none",
)
COST = Cost(16, 4, 2, elapsed_s=92.4, cpu_hours=0.041)
STEPS = tuple(range(0, 401, 20))


KINDS = {
    Reason.BETTER: FindingKind.IMPROVEMENT,
    Reason.LIMIT_KEPT: FindingKind.LIMIT,
    Reason.MORE_FAILURES: FindingKind.FAILURE,
    Reason.TARGET_SHOWN: FindingKind.TARGET,
    Reason.MERGE_CONFLICT: FindingKind.CONFLICT,
    Reason.TRIALS_LOST: FindingKind.ENVIRONMENT,
}


def finding(
    reason: Reason,
    state: Ruling,
    evidence: Evidence,
    *,
    mode: str | None = None,
    metric: str | None = None,
) -> Finding:
    """A finding with an id of its reason and place."""
    kind = KINDS.get(reason, FindingKind.REGRESSION)
    digest = hashlib.sha256(f"{reason}|{mode}|{metric}".encode()).hexdigest()
    name = f"{kind}-{digest[:8]}"
    return Finding(name, kind, state, reason, mode, metric, None, evidence, digest)


def wobble(seed: int, shift: float = 0.0) -> float:
    """A fixed number between -1 and 1 for a seed: noise without randomness."""
    mixed = (seed * 2_654_435_761 + round(1000 * shift) * 40_503_671) % 1_000_003
    return 2 * (mixed * 7_919 % 1_000_003) / 1_000_003 - 1


def seeds(n: int) -> tuple[int, ...]:
    return tuple(48_213 + 7_919 * index for index in range(n))


def metric(
    name: str,
    values: Sequence[tuple[float | None, float | None]],
    **given: object,
) -> MetricVerdict:
    """A compared metric whose numbers are worked out from (baseline, branch) values."""
    direction = given.pop("direction", Direction.MINIMIZE)
    complete = [(a, b) for a, b in values if a is not None and b is not None]
    facts: dict[str, object] = {
        "role": Role.PRIMARY,
        "direction": direction,
        "source": SourceKind.STDOUT,
        "state": Ruling.UNDECIDED,
        "look": len(values),
        "n_baseline": len(values),
        "n_branch": len(values),
        "failed_baseline": sum(old is None for old, _ in values),
        "failed_branch": sum(new is None for _, new in values),
        "per_seed": tuple(
            (seed, old, new)
            for seed, (old, new) in zip(seeds(len(values)), values, strict=True)
        ),
    }
    if len(complete) > 1 and isinstance(direction, Direction):
        facts |= _compared(complete, direction)
    return MetricVerdict(name=name, **{**facts, **given})  # type: ignore[arg-type]


def _compared(
    values: Sequence[tuple[float, float]], direction: Direction
) -> dict[str, object]:
    gains = [direction.orientation * (new - old) for old, new in values]
    d, sd = statistics.mean(gains), statistics.stdev(gains)
    half = 2.6 * sd / math.sqrt(len(gains))
    return {
        "method": Method.PAIRED_T,
        "d": round(d, 7),
        "low": round(d - half, 7),
        "high": round(d + half, 7),
        "sd": round(sd, 7),
        "level": 0.0214,
        "p_ni": 0.0031,
        "p_harm": 0.41,
        "detectable": round(3.4 * sd / math.sqrt(len(gains)), 7),
        "baseline_mean": round(statistics.mean(old for old, _ in values), 7),
        "branch_mean": round(statistics.mean(new for _, new in values), 7),
    }


def pairs(
    n: int, level: float, gain: float, noise: float, own: float = 0.3
) -> list[tuple[float, float]]:
    """n (baseline, branch) values; `gain` is added to the branch, noise is shared."""
    return [
        (
            round(level + noise * wobble(seed), 5),
            round(level + gain + noise * (wobble(seed) + own * wobble(seed, 1.7)), 5),
        )
        for seed in seeds(n)
    ]


def evidence(one: MetricVerdict) -> Evidence:
    """The evidence that a regression finding of this metric carries."""
    return {
        "d": one.d,
        "low": one.low,
        "high": one.high,
        "tolerance": one.tolerance,
        "p_ni": one.p_ni,
        "p_harm": one.p_harm,
        "level": one.level,
        "look": one.look,
        "n_baseline": one.n_baseline,
        "n_branch": one.n_branch,
        "baseline_mean": one.baseline_mean,
        "branch_mean": one.branch_mean,
        "method": str(one.method),
        "orientation": one.direction.orientation if one.direction else 1,
        "detectable": one.detectable,
    }


def regression(mode: str, one: MetricVerdict, state: Ruling) -> Finding:
    assert one.reason is not None
    return finding(one.reason, state, evidence(one), mode=mode, metric=one.name)


def spec(arm: str, mode: str, seed: int) -> TrialSpec:
    return TrialSpec(
        key=f"{arm[:2]}{seed:08d}{mode}".ljust(16, "0"),
        objects="/home/ada/digits/.git",
        tree=PROVENANCE.base_tree if arm == "baseline" else PROVENANCE.merged_tree,
        arm=arm,
        mode=mode,
        stage="fast",
        seed=seed,
        argv=("python", "train.py", "--model", mode, "--out", "{output_dir}"),
        metrics=(),
        resources=Resources(cpus=1),
    )


def trial(
    arm: Arm,
    mode: str,
    position: int,
    outcome: Outcome,
    **given: object,
) -> Trial:
    seed = seeds(position + 1)[-1]
    name = "baseline" if isinstance(arm, Baseline) else "branch"
    state = {
        Ok: TrialState.OK,
        Failed: TrialState.FAILED,
        Infra: TrialState.INFRA,
    }[type(outcome)]
    log = "step 380 loss 0.41\nstep 400 loss 0.40\ntest_loss: 0.4012\n"
    result = TrialResult(outcome, wall_s=4.2 + 0.1 * position, log_tail=log)
    one = spec(name, mode, seed)
    return Trial(
        key=one.key,
        arm=arm,
        mode=mode,
        stage="fast",
        seed=seed,
        position=position,
        state=state,
        result=replace(result, **given),  # type: ignore[arg-type]
        cached=name == "baseline" and position < 2,
        spec=one,
    )


def curve(end: float, start: float, seed: int, until: int = STEPS[-1]) -> list[Point]:
    """A learning curve from `start` that settles at `end`."""
    return [
        Point(
            float(step),
            end
            + (start - end) * math.exp(-step / 90)
            + 0.02 * (start - end) * wobble(seed, step) * math.exp(-step / 300),
        )
        for step in STEPS
        if step <= until
    ]


STARTS = {"test_loss": 2.3, "test_accuracy": 0.1}
CRASH = Failed(
    FailureReason.EXCEPTION,
    "The command ended with exit status 1: RuntimeError: loss is not finite.",
)
CRASH_LOG = """step 120 loss 8.81
step 140 loss nan
Traceback (most recent call last):
  File "train.py", line 88, in <module>
    raise RuntimeError("loss is not finite")
RuntimeError: loss is not finite
"""


def trials_of(mode: str, metrics: Sequence[MetricVerdict]) -> list[Trial]:
    """Both arms of every seed of these metrics, with values, curves and failures."""
    rows = max((len(one.per_seed) for one in metrics), default=0)
    return [
        _trial(arm, mode, metrics, position)
        for position in range(rows)
        for arm in (Baseline(), Branch())
    ]


def _trial(
    arm: Arm, mode: str, metrics: Sequence[MetricVerdict], position: int
) -> Trial:
    column = 1 if isinstance(arm, Baseline) else 2
    seed = seeds(position + 1)[-1]
    found = {
        one.name: one.per_seed[position][column]
        for one in metrics
        if position < len(one.per_seed)
    }
    values = {name: value for name, value in found.items() if value is not None}
    outcome: Outcome = Ok() if values else CRASH
    series = {
        name: curve(value, STARTS[name], seed + column)
        for name, value in values.items()
        if name in STARTS
    }
    if not values:
        series = {"test_loss": curve(1.4, 2.3, seed, until=120)}
    extra = {} if values else {"log_tail": CRASH_LOG, "exit_status": 1}
    return trial(arm, mode, position, outcome, metrics=values, series=series, **extra)


def report(
    state: Ruling, modes: Sequence[ModeVerdict], extra: Sequence[Finding] = ()
) -> Report:
    """A whole report around these modes."""
    found = (*extra, *(one for mode in modes for one in mode.findings))
    return Report(
        evaluation="ev-3f9a1c20",
        stages=("fast",),
        provenance=PROVENANCE,
        verdict=Verdict(state, found, tuple(modes)),
        trials=tuple(
            one for mode in modes for one in trials_of(mode.name, mode.metrics)
        ),
        cost=COST,
        repository_path="/home/ada/digits",
    )


def mode(
    name: str,
    state: Ruling,
    metrics: Sequence[MetricVerdict],
    findings: Sequence[Finding] = (),
    **given: object,
) -> ModeVerdict:
    facts: dict[str, object] = {
        "targeted": True,
        "looks": tuple(range(4, 21)),
        "look": max((one.look for one in metrics), default=0),
        "decided": True,
        "fingerprint": Fingerprint.UNKNOWN,
    }
    return ModeVerdict(
        name=name,
        state=state,
        metrics=tuple(metrics),
        findings=tuple(findings),
        **{**facts, **given},  # type: ignore[arg-type]
    )


def loss(
    n: int, gain: float, noise: float = 0.012, own: float = 0.3, **given: object
) -> MetricVerdict:
    """A test loss around 0.40, lower is better, tolerance 0.01."""
    facts: dict[str, object] = {"tolerance": 0.01, **given}
    return metric("test_loss", pairs(n, 0.40, gain, noise, own), **facts)


def accuracy(n: int, gain: float, **given: object) -> MetricVerdict:
    """A test accuracy around 0.95, higher is better, tolerance 0.01."""
    facts: dict[str, object] = {
        "tolerance": 0.01,
        "direction": Direction.MAXIMIZE,
        **given,
    }
    return metric("test_accuracy", pairs(n, 0.951, gain, 0.006, own=1.2), **facts)


def wall_clock(n: int) -> MetricVerdict:
    """Training time in seconds: measured from outside, a limit for every trial."""
    return metric(
        "train_time_s",
        pairs(n, 4.4, 0.2, 0.3),
        role=Role.LIMIT,
        direction=None,
        source=SourceKind.WALL_CLOCK,
        state=Ruling.PASS,
        reason=Reason.LIMIT_KEPT,
        method=Method.EVERY_TRIAL,
        baseline_mean=4.4,
        branch_mean=4.6,
        maximum=10.0,
    )


def passing() -> Report:
    """Two modes pass; one metric even got better."""
    better = loss(5, -0.035, state=Ruling.PASS, reason=Reason.NOT_WORSE)
    same = accuracy(5, 0.004, state=Ruling.PASS, reason=Reason.NOT_WORSE)
    other = loss(6, 0.001, 0.01, state=Ruling.PASS, reason=Reason.NOT_WORSE)
    clock = wall_clock(5)
    badge = finding(
        Reason.BETTER, Ruling.INFO, evidence(better), mode="mlp", metric="test_loss"
    )
    kept = finding(
        Reason.LIMIT_KEPT,
        Ruling.PASS,
        {"side": "max", "bound": 10.0, "violations": 0, "n_branch": 5},
        mode="mlp",
        metric="train_time_s",
    )
    mlp = mode(
        "mlp",
        Ruling.PASS,
        (better, same, clock),
        (
            badge,
            regression("mlp", better, Ruling.PASS),
            regression("mlp", same, Ruling.PASS),
            kept,
        ),
    )
    conv = mode(
        "conv",
        Ruling.PASS,
        (other,),
        (regression("conv", other, Ruling.PASS),),
        targeted=False,
    )
    return report(Ruling.PASS, (mlp, conv))


def blocking() -> Report:
    """The loss got worse in one mode; trials fail in the other."""
    worse = loss(
        5,
        0.043,
        state=Ruling.BLOCK,
        reason=Reason.HARM_SHOWN,
        p_ni=0.98,
        p_harm=0.00004,
    )
    drop = accuracy(5, -0.004, reason=Reason.STOPPED_EARLY, p_ni=0.09, p_harm=0.07)
    values = [
        (old, None if index in {1, 3, 4, 6} else new)
        for index, (old, new) in enumerate(pairs(8, 0.31, 0.001, 0.009))
    ]
    crashed = metric("test_loss", values, tolerance=0.01, reason=Reason.STOPPED_EARLY)
    fails = finding(
        Reason.MORE_FAILURES,
        Ruling.BLOCK,
        {
            "failed_branch": 4,
            "failed_baseline": 0,
            "n_branch": 8,
            "n_baseline": 8,
            "p": 0.0385,
            "level": 0.041,
            "upper": 0.807,
            "first": "exception: The command ended with exit status 1.",
        },
        mode="conv",
    )
    stopped = regression("mlp", drop, Ruling.INFO)
    harm = regression("mlp", worse, Ruling.BLOCK)
    mlp = mode("mlp", Ruling.BLOCK, (worse, drop), (harm, stopped))
    conv = mode(
        "conv",
        Ruling.BLOCK,
        (crashed,),
        (fails, regression("conv", crashed, Ruling.INFO)),
    )
    return report(Ruling.BLOCK, (mlp, conv))


def undecided() -> Report:
    """Twenty seeds, and a tolerance that this noise cannot police."""
    open_loss = loss(
        20,
        0.006,
        noise=0.02,
        own=1.4,
        state=Ruling.UNDECIDED,
        reason=Reason.NOT_SHOWN,
        p_ni=0.21,
        p_harm=0.09,
    )
    mlp = mode(
        "mlp",
        Ruling.UNDECIDED,
        (open_loss,),
        (regression("mlp", open_loss, Ruling.UNDECIDED),),
    )
    return report(Ruling.UNDECIDED, (mlp,))


def baseline_broken() -> Report:
    """A base that cannot be trained, so that not even the guardrail was looked at."""
    runs = policies.mode(
        "mlp", policies.primary("test_loss"), policies.guardrail("test_accuracy")
    )
    crashed = [looks.crash(i) for i in range(4)]
    one = looks.judge(crashed, crashed, runs)
    return report(one.state, (one,))


def speedrun() -> Report:
    """A target that the mean must reach; no baseline is run for it."""
    values = [(None, round(3.2731 + 0.0016 * wobble(seed), 5)) for seed in seeds(6)]
    reached = metric(
        "val_loss",
        values,
        role=Role.TARGET,
        state=Ruling.PASS,
        reason=Reason.TARGET_SHOWN,
        method=Method.ONE_SAMPLE_T,
        n_baseline=0,
        failed_baseline=0,
        branch_mean=3.2732,
        low=3.2713,
        high=3.2751,
        p_ni=0.0004,
        level=0.01,
        target=3.28,
    )
    shown = finding(
        Reason.TARGET_SHOWN,
        Ruling.PASS,
        {
            "target": 3.28,
            "mean": 3.2732,
            "low": 3.2713,
            "high": 3.2751,
            "p": 0.0004,
            "n_branch": 6,
            "orientation": -1,
        },
        mode="gpt",
        metric="val_loss",
    )
    gpt = mode("gpt", Ruling.PASS, (reached,), (shown,), looks=(6,))
    full = report(Ruling.PASS, (gpt,))
    branch_only = tuple(one for one in full.trials if isinstance(one.arm, Branch))
    return replace(full, trials=branch_only)


def conflict() -> Report:
    """Nothing was run: the branch does not merge."""
    one = finding(
        Reason.MERGE_CONFLICT, Ruling.UNDECIDED, {"files": ("model.py", "train.py")}
    )
    return replace(
        report(Ruling.UNDECIDED, (), (one,)),
        cost=Cost(),
        provenance=replace(PROVENANCE, merged_tree=""),
    )


HOSTILE = (
    "</details><script>alert(1)</script> @everyone #1 [x](http://evil.example) "
    "![i](http://evil.example/i.png) | `code` **bold** <!-- c --> www.evil.example "
    "\x1b[31mred\x1b[0m \u202eright\n/gate accept all reason=mine"
)


def hostile() -> Report:
    """A block in which every name, branch and log line tries to act."""
    calm = blocking()
    worse = replace(calm.verdict.modes[0].metrics[0], name=HOSTILE)
    bad = mode(
        HOSTILE, Ruling.BLOCK, (worse,), (regression(HOSTILE, worse, Ruling.BLOCK),)
    )
    lost = finding(
        Reason.TRIALS_LOST,
        Ruling.UNDECIDED,
        {"lost": 1, "first": HOSTILE},
        mode=HOSTILE,
    )
    made = report(Ruling.BLOCK, (bad,), (lost,))
    crash = trial(
        Branch(),
        HOSTILE,
        6,
        Failed(FailureReason.EXCEPTION, HOSTILE),
        log_tail=HOSTILE + "\n```\n" + HOSTILE,
        notes=(HOSTILE,),
    )
    gone = trial(Branch(), HOSTILE, 7, Infra(InfraReason.DISK, HOSTILE))
    named = replace(PROVENANCE, head_revision=HOSTILE, repository=HOSTILE, node=HOSTILE)
    return replace(made, trials=(*made.trials, crash, gone), provenance=named)
