"""High bias or high variance: training against evaluation, arm by arm (Ng 2018).

Errors are losses, or the share of wrong answers. The gap is the evaluation's error
minus the training's, means over seeds.

- High variance: the gap is at least half of the evaluation's error and above two
  standard errors over seeds; and at least 2 points of a share, or 2 % of the loss that
  training started from (where its curve is known).
- High bias: not high variance, the gap is at most half of the training's error, and
  training itself is not good: 10 % wrong or more, or a loss that is still at least half
  of what it started from. Without a curve a loss says nothing of bias.
"""

import math
from collections.abc import Iterator, Sequence

from bot.domain.arms import BASELINE, BRANCH
from bot.domain.exhibits.by_arm import Arms, result_of
from bot.domain.exhibits.gap_names import Pair, pairs
from bot.domain.stats.estimate import centre
from bot.domain.trials import Trial
from bot.domain.verdict import Evidence, Finding, Reason, Ruling
from bot.domain.verdict.exhibits import Diagnosis, Gap, GapArm
from bot.domain.verdict.findings import finding

_HALF = 0.5
_SURE = 2.0
_LEAST_SHARE = 0.02
_LEAST_LOSS = 0.02
_BAD_SHARE = 0.10
_POINTS = 1.5
"""A share above it is one of 100."""


def gaps(mode: str, arms: Arms) -> tuple[Gap, ...]:
    """Every pair of metrics, with each arm that has both; arms are of good trials."""
    names = [name for many in arms.values() for one in many for name in _names(one)]
    made = (_gap(mode, pair, arms) for pair in pairs(names))
    return tuple(one for one in made if one.arms)


def _names(trial: Trial) -> Iterator[str]:
    yield from result_of(trial).metrics
    yield from result_of(trial).series


def _gap(mode: str, pair: Pair, arms: Arms) -> Gap:
    made = (_arm(arm, pair, many) for arm, many in arms.items())
    return Gap(mode, pair.train, pair.evaluation, tuple(one for one in made if one))


def _arm(arm: str, pair: Pair, trials: Sequence[Trial]) -> GapArm | None:
    found = [(_last(one, pair.train), _last(one, pair.evaluation)) for one in trials]
    known = [(old, new) for old, new in found if old is not None and new is not None]
    if not known:
        return None
    train = centre(tuple(old for old, _ in known))
    evaluation = centre(tuple(new for _, new in known))
    sign = -1 if pair.share else 1
    each = [sign * (new - old) for old, new in known]
    full = 100.0 if pair.share and max(train, evaluation) > _POINTS else 1.0
    start = _start(trials, pair.train)
    error = _errors(pair, train / full, evaluation / full)
    sure = centre(tuple(each)) > _SURE * _standard_error(each)
    said = _diagnose(error, pair, start, sure=sure)
    return GapArm(arm, len(known), train, evaluation, centre(tuple(each)), said)


def _last(trial: Trial, name: str) -> float | None:
    result = result_of(trial)
    if name in result.metrics:
        return result.metrics[name]
    points = result.series.get(name, ())
    return points[-1].value if points else None


def _start(trials: Sequence[Trial], name: str) -> float | None:
    """The mean of the first values of the curves that were seen."""
    curves = (result_of(one).series.get(name, ()) for one in trials)
    first = tuple(points[0].value for points in curves if len(points) > 1)
    return centre(first) if first else None


def _errors(pair: Pair, train: float, evaluation: float) -> tuple[float, float]:
    return (1 - train, 1 - evaluation) if pair.share else (train, evaluation)


def _standard_error(values: Sequence[float]) -> float:
    if len(values) == 1:
        return 0.0
    mean = centre(tuple(values))
    return math.dist(values, [mean] * len(values)) / math.sqrt(
        len(values) * (len(values) - 1)
    )


def _diagnose(
    errors: tuple[float, float], pair: Pair, start: float | None, *, sure: bool
) -> Diagnosis:
    train, evaluation = errors
    gap = evaluation - train
    if min(errors) < 0:
        return Diagnosis.NONE
    least = _LEAST_SHARE if pair.share else _LEAST_LOSS * (start or 0.0)
    if sure and gap >= max(_HALF * evaluation, least):
        return Diagnosis.VARIANCE
    if pair.share:
        bad = train >= _BAD_SHARE
    else:
        bad = start is not None and train >= _HALF * start > 0
    return Diagnosis.BIAS if bad and gap <= _HALF * train else Diagnosis.NONE


def diagnoses(found: Sequence[Gap]) -> Iterator[Finding]:
    """One finding a pair where both arms are alike, two where they differ."""
    for gap in found:
        arms = {one.arm: one for one in gap.arms}
        old, new = arms.get(BASELINE), arms.get(BRANCH)
        if new is None:
            continue
        differs = old is not None and old.diagnosis is not new.diagnosis
        if differs or new.diagnosis is not Diagnosis.NONE:
            yield _diagnosed(gap, new, same=old is not None and not differs)
        if old is not None and differs:
            yield _diagnosed(gap, old, same=False)


def _diagnosed(gap: Gap, one: GapArm, *, same: bool) -> Finding:
    evidence: Evidence = {
        "arm": one.arm,
        "train": one.train,
        "evaluation": one.evaluation,
        "gap": one.gap,
        "diagnosis": str(one.diagnosis),
        "train_name": gap.train,
        "trials": one.trials,
        "same": same,
    }
    return finding(
        Reason.GAP_DIAGNOSED,
        Ruling.INFO,
        evidence,
        mode=gap.mode,
        metric=gap.evaluation,
    )
