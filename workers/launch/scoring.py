"""Trials whose checkpoint is scored by a process of its own.

The training writes a checkpoint, which is taken away from it and kept. Then a second
process, with the evaluation files that the plan names, scores it. Only that second
process says what the metrics are. What the training says of itself is kept apart, and
what is measured from outside (time, memory) is that of the training.
"""

import dataclasses
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from workers.contract import (
    CHECKPOINT,
    SELF_REPORTED,
    Failed,
    FailureReason,
    Infra,
    Observed,
    Ok,
    Outcome,
    Scoring,
    TrialResult,
    TrialSpec,
)
from workers.launch.checkpoint import locate
from workers.launch.kept import Kept, Place, Shelf, Showed

WEIGHTS_ONLY: Mapping[str, str] = {"TORCH_FORCE_WEIGHTS_ONLY_LOAD": "1"}
"""Makes `torch.load` refuse whatever is not tensors and plain values."""

_NOT_PLAIN = "Weights only load failed"
_MORE_THAN_PLAIN = "torch.load refused it: it holds more than tensors and plain values."
_TAIL_LINES = 20


@dataclass(frozen=True, slots=True)
class Process:
    """How the parts of a trial are run; each blocks until nothing of it is left.

    `train` runs the training command. `score` runs the evaluation command on the
    checkpoint at a path. `stop` says whether the trial was given up.
    """

    train: Callable[[], TrialResult]
    score: Callable[[Path], TrialResult]
    stop: Callable[[], bool]


def second_spec(spec: TrialSpec) -> TrialSpec | None:
    """The evaluation command as a trial of its own; None where there is none.

    Metrics that must be shown come first, because the first that is missing is named.
    """
    scoring = spec.scoring
    if scoring is None:
        return None
    own = [one for one in spec.metrics if one.kind in SELF_REPORTED]
    own.sort(key=lambda one: one.name in scoring.optional)
    return dataclasses.replace(
        spec,
        tree=scoring.tree,
        argv=scoring.argv,
        metrics=tuple(own),
        probe=None,
        scoring=None,
    )


def pointed(spec: TrialSpec, checkpoint: Path) -> TrialSpec:
    """The evaluation command with the path of the checkpoint that it scores."""
    blank = f"{{{CHECKPOINT}}}"
    argv = tuple(word.replace(blank, str(checkpoint)) for word in spec.argv)
    return dataclasses.replace(spec, argv=argv)


def run_scored(
    spec: TrialSpec, scoring: Scoring, output: Path, shelf: Shelf, process: Process
) -> TrialResult:
    """Train, unless an equal training is kept, and score; raises OSError.

    `output` is the output directory of the training.
    """
    with shelf.place(scoring.training, process.stop) as place:
        trained, kept = None, place.kept
        if kept is None:
            trained = _set_apart(spec, process.train())
            end = _kept(spec, output, place, trained)
            if not isinstance(end, Kept):
                return dataclasses.replace(trained, outcome=end)
            kept = end
        scored = process.score(kept.path)
    shelf.trim()
    return _whole(spec, scoring, kept.showed, trained, scored)


def _kept(
    spec: TrialSpec, output: Path, place: Place, trained: TrialResult
) -> Kept | Outcome:
    """The checkpoint of a training, kept; else how the trial ended without one."""
    if not isinstance(trained.outcome, Ok):
        return trained.outcome
    found = locate(output, spec.checkpoint or "")
    if isinstance(found, Failed):
        return found
    showed = Showed(
        metrics={**trained.own, **trained.metrics},
        series=trained.series,
        stream_digest=trained.stream_digest,
        wall_s=trained.wall_s,
        peak_memory_bytes=trained.peak_memory_bytes,
    )
    return place.keep(found, showed)


def _set_apart(spec: TrialSpec, trained: TrialResult) -> TrialResult:
    """The training with what it says of itself apart; nobody must have said anything.

    So a metric that it did not show, or that diverged there, is no failure.
    """
    outcome = trained.outcome
    if isinstance(outcome, Failed) and outcome.metric is not None:
        outcome = Ok()
    said = {one.name for one in spec.metrics if one.kind in SELF_REPORTED}
    return dataclasses.replace(
        trained,
        outcome=outcome,
        metrics={k: one for k, one in trained.metrics.items() if k not in said},
        own={k: one for k, one in trained.metrics.items() if k in said},
    )


def _whole(
    spec: TrialSpec,
    scoring: Scoring,
    showed: Showed,
    trained: TrialResult | None,
    scored: TrialResult,
) -> TrialResult:
    """Both parts as one trial; `trained` is None where a kept checkpoint was scored."""
    said = {one.name for one in spec.metrics if one.kind in SELF_REPORTED}
    own = {k: one for k, one in showed.metrics.items() if k in said}
    measured = {k: one for k, one in showed.metrics.items() if k not in said}
    allowed = {k: one for k, one in own.items() if k in scoring.optional}
    metrics = {**measured, **allowed, **scored.metrics}
    first = trained or TrialResult(Ok(), started_at=scored.started_at)
    return dataclasses.replace(
        scored,
        outcome=_outcome(spec, scoring, scored, metrics),
        metrics=metrics,
        own=own,
        series={**scored.series, **showed.series},
        stream_digest=_digest(showed, scored),
        wall_s=first.wall_s + scored.wall_s,
        peak_memory_bytes=max(first.peak_memory_bytes, scored.peak_memory_bytes),
        started_at=first.started_at,
        log_tail=_tail(first, scored),
        notes=(*first.notes, *scored.notes, *_told(trained, showed)),
        probed=first.probed,
        observed=_both(first.observed, scored.observed),
    )


def _told(trained: TrialResult | None, showed: Showed) -> tuple[str, ...]:
    if trained is not None:
        return ()
    sentence = "Scored from the kept checkpoint of an equal training, which took"
    return (f"{sentence} {showed.wall_s:.3g} s; nothing was trained again.",)


def _outcome(
    spec: TrialSpec,
    scoring: Scoring,
    scored: TrialResult,
    metrics: Mapping[str, float],
) -> Outcome:
    match scored.outcome:
        case Failed(FailureReason.MISSING_METRIC, _, name) if name in scoring.optional:
            pass  # the training may have shown it
        case Failed():
            return _by_name(scored.outcome, scored.log_tail)
        case Infra():
            return scored.outcome
        case Ok():
            pass
    lacking = [one.name for one in spec.metrics if one.name not in metrics]
    if not lacking:
        return Ok()
    sentence = (
        f"{lacking[0]} was seen neither in what the training showed nor in what the "
        "evaluation command did."
    )
    return Failed(FailureReason.MISSING_METRIC, sentence, lacking[0])


def _by_name(failed: Failed, tail: str) -> Failed:
    """The failure of the evaluation command, which it names."""
    # torch's own words go on to advise what is refused here.
    said = _MORE_THAN_PLAIN if _NOT_PLAIN in failed.detail else failed.detail
    sentence = f"The evaluation command did not score the checkpoint. {said}"
    if _NOT_PLAIN in tail:
        sentence += (
            " Checkpoints are loaded there with weights only, so that loading one runs"
            " no code: save tensors and plain values, such as a state_dict."
        )
    return dataclasses.replace(failed, detail=sentence)


def _digest(showed: Showed, scored: TrialResult) -> str | None:
    """Equal only where the training's stream and every score are; None if unknown.

    A training could print the stream of another one: the scores it cannot make equal.
    """
    if showed.stream_digest is None:
        return None
    parts = [showed.stream_digest]
    parts += [f"{name}={value!r}" for name, value in sorted(scored.metrics.items())]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _tail(trained: TrialResult, scored: TrialResult) -> str:
    lines = [*trained.log_tail.splitlines(), *scored.log_tail.splitlines()]
    return "\n".join(lines[-_TAIL_LINES:])


def _both(trained: Observed | None, scored: Observed | None) -> Observed | None:
    """What both parts showed; predictions are those of the evaluation command."""
    if trained is None or scored is None:
        return scored or trained
    return Observed(
        histograms=(*trained.histograms, *scored.histograms),
        samples=(*trained.samples, *scored.samples),
        data=(*trained.data, *scored.data),
        predictions=scored.predictions or trained.predictions,
        faults=(*trained.faults, *scored.faults),
    )
