"""The seeds as an ensemble: averaged predictions, beside the mean of single runs.

Scores that are no probabilities are taken for logits. An average of probabilities is
never worse in log loss than the mean of its members (Jensen's inequality).
"""

import math
from collections.abc import Iterable, Mapping, Sequence

from bot.domain.arms import BASELINE, BRANCH
from bot.domain.exhibits.by_arm import Arms, observed, paired
from bot.domain.stats.estimate import centre
from bot.domain.stats.testset import bootstrap
from bot.domain.trials import Trial
from bot.domain.verdict.exhibits import Ensemble, EnsembleArm, SetNoise
from workers.contract import Prediction

_SMALLEST = 1e-15
"""A probability below it is taken for it, so that one error is not infinitely bad."""
_SUM = 1e-3
_DRAWN = 10_000_000
"""Examples drawn in all repetitions of the bootstrap: it takes seconds at most."""
_REPETITIONS = (200, 2000)
_FEWEST = 2

Chances = tuple[float, ...]
Graded = Mapping[str, tuple[Chances, int]]
"""By example: the probability of each class, and the right one."""


def ensemble(mode: str, arms: Arms, seed: int) -> Ensemble | None:
    """None where no two trials of an arm predicted the same labelled examples.

    `seed` is that of the bootstrap.
    """
    graded = {
        one.key: made
        for many in arms.values()
        for one in many
        if (made := _graded(observed(one).predictions))
    }
    examples = _shared(graded.values())
    rows = {
        arm: [graded[one.key] for one in many if one.key in graded]
        for arm, many in arms.items()
    }
    enough = {arm: many for arm, many in rows.items() if len(many) >= _FEWEST}
    if not examples or not enough:
        return None
    return Ensemble(
        mode,
        len(examples),
        tuple(_arm(arm, many, examples) for arm, many in enough.items()),
        _noise(arms, graded, examples, seed),
    )


def _graded(predictions: Iterable[Prediction]) -> Graded:
    """The examples whose label is known and is one of the classes."""
    known = (
        (one.example, _chances(one.scores), one.label)
        for one in predictions
        if one.label is not None
    )
    return {
        name: (chances, label) for name, chances, label in known if label < len(chances)
    }


def _chances(scores: tuple[float, ...]) -> Chances:
    """Probabilities of all classes; one score alone is that of the second of two."""
    if len(scores) == 1:
        (score,) = scores
        if 0.0 <= score <= 1.0:
            return 1.0 - score, score
        return _softmax((0.0, score))
    sound = all(0.0 <= one <= 1.0 for one in scores)
    whole = math.fsum(scores)
    if sound and abs(whole - 1.0) <= _SUM:
        return tuple(one / whole for one in scores)
    return _softmax(scores)


def _softmax(scores: tuple[float, ...]) -> Chances:
    most = max(scores)
    powers = [math.exp(one - most) for one in scores]
    whole = math.fsum(powers)
    return tuple(one / whole for one in powers)


def _shared(rows: Iterable[Graded]) -> tuple[str, ...]:
    """Examples with one label and as many classes in all trials."""
    known = list(rows)
    if not known:
        return ()
    first, *rest = known
    return tuple(
        name
        for name, (chances, label) in first.items()
        if all(_alike(one.get(name), len(chances), label) for one in rest)
    )


def _alike(other: tuple[Chances, int] | None, classes: int, label: int) -> bool:
    return other is not None and (len(other[0]), other[1]) == (classes, label)


def _arm(arm: str, rows: Sequence[Graded], examples: Sequence[str]) -> EnsembleArm:
    labels = [rows[0][name][1] for name in examples]
    singles = [[row[name][0] for name in examples] for row in rows]
    together = [_averaged(many) for many in zip(*singles, strict=True)]
    each = [_scores(one, labels) for one in singles]
    accuracy, log_loss = _scores(together, labels)
    return EnsembleArm(
        arm=arm,
        trials=len(rows),
        accuracy=accuracy,
        log_loss=log_loss,
        single_accuracy=centre(tuple(one for one, _ in each)),
        single_log_loss=centre(tuple(one for _, one in each)),
    )


def _averaged(many: Sequence[Chances]) -> Chances:
    return tuple(math.fsum(column) / len(many) for column in zip(*many, strict=True))


def _scores(chances: Sequence[Chances], labels: Sequence[int]) -> tuple[float, float]:
    """Accuracy (the first of equal classes is chosen) and mean log loss, in nats."""
    both = list(zip(chances, labels, strict=True))
    right = sum(_right(one, label) for one, label in both)
    lost = math.fsum(-math.log(max(one[label], _SMALLEST)) for one, label in both)
    return right / len(both), lost / len(both)


def _right(chances: Chances, label: int) -> bool:
    return chances.index(max(chances)) == label


def _noise(
    arms: Arms, graded: Mapping[str, Graded], examples: Sequence[str], seed: int
) -> SetNoise | None:
    """What the test set adds to the difference in accuracy; None for too few seeds."""
    old, new = ({one.seed: one for one in many} for many in _both(arms, graded))
    seeds = [one for one in old if one in new]
    if len(seeds) < _FEWEST:
        return None
    before, after = (
        [
            [float(_right(*graded[many[one].key][name])) for name in examples]
            for one in seeds
        ]
        for many in (old, new)
    )
    least, most = _REPETITIONS
    times = max(least, min(most, _DRAWN // len(examples)))
    claims = bootstrap(before, after, 1, seed, times)
    return SetNoise(claims.d, claims.here, claims.anew, len(seeds))


def _both(
    arms: Arms, graded: Mapping[str, Graded]
) -> tuple[tuple[Trial, ...], tuple[Trial, ...]]:
    """The trials of both arms with predictions and a seed that both have."""
    known = {
        arm: tuple(one for one in many if one.key in graded and one.seed is not None)
        for arm, many in arms.items()
        if arm in (BASELINE, BRANCH)
    }
    return paired(known)
