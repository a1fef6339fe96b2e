"""What an evaluation leaves for later ones, and what later ones make of it.

Every run counts once: a baseline trial that another evaluation asked for first is
counted there. What two evaluations can be pooled by is a `MetricKey`.
"""

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.domain.arms import Arm, Baseline, Branch
from bot.domain.history import (
    ArmSums,
    MetricHistory,
    MetricKey,
    Pilot,
    Summary,
)
from bot.domain.policy import Metric, Mode, Policy, Seeding, Stage
from bot.domain.stats.canary import reference, score
from bot.domain.stats.drift import Drift, cusum
from bot.domain.stats.estimate import centre
from bot.domain.stats.moments import (
    combined,
    correlation,
    describe,
    products,
    sd,
    shape,
    strays,
)
from bot.domain.trials import Crashed, Measured, Observation, Trial, observe

CANARIES = 2
"""Fresh baseline trials that are held against the stored ones."""

FEWEST_STORED = 2
"""Stored trials that have a spread to hold them against."""

_BROKEN_FROM = 2  # baseline runs, all of them failed


@dataclass(frozen=True, slots=True)
class Scene:
    """Where numbers come from: a repository, a stage of its policy, and a machine.

    `version` names the evaluation files that all arms are judged with; empty where the
    policy names none.
    """

    repository: str
    policy: Policy
    stage: Stage
    machine: str
    version: str = ""


def keys(scene: Scene, modes: Sequence[Mode]) -> tuple[MetricKey, ...]:
    """The keys of all metrics and slices of `modes`, in file order."""
    return tuple(
        MetricKey(
            repository=scene.repository,
            mode=mode.name,
            stage=scene.stage.name,
            metric=name,
            version=metric_version(scene, mode, metric),
            machine=scene.machine,
        )
        for mode in modes
        for metric in mode.metrics
        for name in (metric.name, *metric.slice_names)
    )


def metric_version(scene: Scene, mode: Mode, metric: Metric) -> str:
    """A hash of what defines the number; 16 hexadecimal digits.

    A change of the code under test is no new version: that is what is judged. A change
    of the evaluation files is: history is cut there.
    """
    source = metric.source
    parts: dict[str, object] = {
        "source": [source.name, source.kind, source.locator, source.key, source.take],
        "direction": metric.direction,
        "params": dict(scene.stage.params),
        "command": mode.train,
        "checkpoint": mode.checkpoint,
        "evaluation": scene.policy.evaluation.command,
        "data": scene.policy.data.version,
    }
    if scene.version:  # else hashes are as they were before files were looked at
        parts["files"] = scene.version
    text = json.dumps(parts, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def summarise(
    trials: Sequence[Trial],
    mode: Mode,
    metric: str,
    earlier: Sequence[Observation] = (),
) -> Summary:
    """What the trials of one evaluation showed of one metric or slice.

    Arms that do not share the seed have no pairs. `earlier` are runs of this mode's
    baseline in whose stead some of the trials were run anew: a seed that gave the same
    value again is no further run.
    """
    own = [one for one in trials if one.mode == mode.name]
    baseline, branch = _arm(own, Baseline()), _arm(own, Branch())
    paired = mode.seeding is Seeding.SHARED
    return Summary(
        baseline=_sums(baseline, metric, counted(earlier, metric)),
        branch=_sums(branch, metric),
        pairs=products(_pairs(baseline, branch, metric) if paired else ()),
    )


def canary_residual(trials: Sequence[Trial], mode: str, metric: str) -> float | None:
    """Normal score of the mean of the first fresh baseline runs beside the stored ones.

    None where nothing stored was used. Runs that were stored and then passed over are
    not among the trials any more: their canaries are findings.
    """
    own = [one for one in trials if one.mode == mode]
    seen = sorted(_arm(own, Baseline()).items())
    values = [(trial, _value(shown, metric)) for _, (trial, shown) in seen]
    stored = [one for trial, one in values if one is not None and is_stored(trial)]
    fresh = [one for trial, one in values if not is_stored(trial)][:CANARIES]
    alive = [one for one in fresh if one is not None]
    if len(stored) < FEWEST_STORED or not alive:
        return None
    return score(reference(tuple(stored)), centre(tuple(alive)), len(alive))


def is_stored(trial: Trial) -> bool:
    """Whether the result was there before it all, asked for by another evaluation."""
    return trial.cached and trial.shared and not trial.since


def drifted(summaries: Sequence[Summary]) -> Drift:
    """The CUSUM of canary residuals since the baseline was last counted anew."""
    since = summaries[_since(summaries) :]
    return cusum(tuple(_independent(since)))


def _since(summaries: Sequence[Summary]) -> int:
    """The place after the last one that counted the baseline anew."""
    anew = [place + 1 for place, one in enumerate(summaries) if one.restarted_at]
    return max(anew, default=0)


def _independent(summaries: Sequence[Summary]) -> Iterator[float]:
    """Residuals that do not go astray together.

    All branches on one base are held against the same stored runs, so one of them
    counts. A refresh is held against all runs before it, those of earlier refreshes
    too: such recursive residuals are independent (Brown, Durbin and Evans 1975, JRSS B
    37), and each counts, in place of those of the branches.
    """
    refreshed = {one.base_tree for one in summaries if one.refreshed}
    counted: set[str] = set()
    for one in summaries:
        if one.residual is None:
            continue
        if one.refreshed or one.base_tree not in refreshed | counted:
            counted.add(one.base_tree)
            yield one.residual


def foreign(
    summaries: Sequence[Summary], branch: str, merged_tree: str
) -> list[Summary]:
    """Those that are not of this very branch: its own data must not choose its test."""
    return [
        one
        for one in summaries
        if one.merged_tree != merged_tree and (one.judged != branch or not branch)
    ]


def same_baseline(summaries: Sequence[Summary], base_tree: str) -> Pilot | None:
    """All runs of one baseline since it last moved, summed; None below two."""
    moved = [place for place, one in enumerate(summaries) if one.restarted_at]
    since = summaries[max(moved, default=0) :]
    arms = [one.baseline for one in since if one.base_tree == base_tree]
    arms = [arm for arm in arms if arm.n]
    n = sum(arm.n for arm in arms)
    if n < FEWEST_STORED:
        return None
    mean, spread = combined(arms)
    return Pilot(n, mean, spread)


def restarted(summaries: Sequence[Summary]) -> float:
    """When the baseline was last counted anew, Unix seconds; 0 for never."""
    return max((one.restarted_at for one in summaries), default=0.0)


def _arm(trials: Sequence[Trial], arm: Arm) -> Mapping[int, tuple[Trial, Observation]]:
    """The ended trials of one arm by their place in dispatch order."""
    ended = ((one, observe(one)) for one in trials if one.arm == arm)
    return {one.position: (one, seen) for one, seen in ended if seen is not None}


SeedValue = tuple[int | None, float]


def counted(runs: Sequence[Observation], metric: str) -> frozenset[SeedValue]:
    """The values that runs of one tree gave, each with its seed."""
    found = ((one.seed, _value(one, metric)) for one in runs)
    return frozenset((seed, value) for seed, value in found if value is not None)


def _sums(
    arm: Mapping[int, tuple[Trial, Observation]],
    metric: str,
    before: Collection[SeedValue] = (),
) -> ArmSums:
    fresh = [seen for trial, seen in arm.values() if not trial.shared]
    ended = ((one.seed, _value(one, metric)) for one in fresh)
    found = [(seed, value) for seed, value in ended if value is not None]
    values = tuple(value for seed, value in found if (seed, value) not in before)
    failed = sum(isinstance(one, Crashed) for one in fresh)
    return describe(values, failed, len(found) - len(values))


def _value(seen: Observation, metric: str) -> float | None:
    return seen.metrics.get(metric) if isinstance(seen, Measured) else None


def _pairs(
    baseline: Mapping[int, tuple[Trial, Observation]],
    branch: Mapping[int, tuple[Trial, Observation]],
    metric: str,
) -> list[tuple[float, float]]:
    """Complete same-seed pairs whose branch run is this evaluation's own."""
    found = []
    for place, (trial, seen) in branch.items():
        if trial.shared or place not in baseline:
            continue
        old, new = _value(baseline[place][1], metric), _value(seen, metric)
        if old is not None and new is not None:
            found.append((old, new))
    return found


def pool(summaries: Sequence[Summary]) -> MetricHistory:
    """What past evaluations, in order of time, say of one metric together.

    Spread, shape, extremes and failures are those of baseline runs: a branch that
    diverged, and never landed, is not how this metric varies. Only where no baseline
    was ever run do branches speak. A broken baseline says nothing of sound ones.
    """
    summaries = [one for one in summaries if not _broken(one)]
    arms = [one.baseline for one in summaries if one.baseline.trials]
    arms = arms or [one.branch for one in summaries if one.branch.trials]
    with_values = [arm for arm in arms if arm.n]
    pairs, r = correlation([one.pairs for one in summaries])
    skew, kurtosis = shape(with_values)
    return MetricHistory(
        pairs=pairs,
        correlation=r,
        values=sum(arm.n for arm in with_values),
        mean=with_values[-1].mean if with_values else None,
        sd=sd(with_values),
        skew=skew,
        kurtosis=kurtosis,
        outliers=strays(with_values),
        lowest=min((arm.lowest for arm in with_values), default=None),
        highest=max((arm.highest for arm in with_values), default=None),
        trials=sum(arm.trials for arm in arms),
        failed=sum(arm.failed for arm in arms),
    )


def _broken(one: Summary) -> bool:
    """Whether all of its baseline failed, so that nothing was compared.

    One run that failed may be chance, and so may those beside stored runs that did
    not: the pairs tell of these.
    """
    baseline = one.baseline
    all_failed = baseline.failed == baseline.trials >= _BROKEN_FROM
    return all_failed and not one.pairs.n


def pilot_of(values: Sequence[float], failed: int) -> Pilot:
    """The pilot that two runs or more make, beside `failed` ones."""
    sums = describe(tuple(values), failed)
    return Pilot(sums.n, centre(tuple(values)), sd([sums]) or 0.0, failed)
