"""How the arms learn: train/eval gap, simple references, the seeds as an ensemble."""

from collections.abc import Iterator

from bot.domain.arms import BASELINE, BRANCH
from bot.domain.verdict import Exhibits, Report, Ruling
from bot.domain.verdict.exhibits import (
    Diagnosis,
    Ensemble,
    Gap,
    GapArm,
    ReferenceShown,
    SetNoise,
    Unmeasured,
)
from bot.presentation import numbers
from bot.presentation.exhibits.arms import arm_words
from bot.presentation.exhibits.section import (
    MODE,
    Column,
    Drawn,
    Row,
    Section,
    in_modes,
)
from bot.presentation.frames import GAP, Frame
from bot.presentation.rows import NOTHING

_DIAGNOSES = {
    Diagnosis.BIAS: "high bias",
    Diagnosis.VARIANCE: "high variance",
    Diagnosis.NONE: "neither",
}
_HOW = (
    "High variance: at least half of the error on evaluation data is not there on "
    "training data. High bias: training itself stays poor (10 % wrong, or half of the "
    "loss that it started from)."
)
_DIGITS = 4


def gaps(report: Report, shown: Exhibits) -> Iterator[Section]:
    """Training against evaluation, a row for each pair and arm."""
    table = Section(
        title="Training against evaluation",
        about=_HOW,
        columns=(
            MODE,
            ("metrics", Column.NAME),
            ("arm", Column.TEXT),
            ("training", Column.NUMBER),
            ("evaluation", Column.NUMBER),
            ("gap", Column.NUMBER),
            ("diagnosis", Column.BADGE),
        ),
        rows=tuple(_gap(gap, one) for gap in shown.gaps for one in _told(gap)),
        drawn=tuple(_gap_drawn(one) for one in shown.gaps if _curved(shown, one)),
    )
    yield from in_modes(report, table)


def _told(gap: Gap) -> Iterator[GapArm]:
    """Baseline and branch; of the other arms those that say something else."""
    said = {one.diagnosis for one in gap.arms if one.arm == BRANCH}
    for one in gap.arms:
        if one.arm in (BASELINE, BRANCH) or one.diagnosis not in said:
            yield one


def _gap(gap: Gap, one: GapArm) -> Row:
    digits = numbers.places(one.gap, (one.train + one.evaluation) / 100)
    cells = (
        gap.mode,
        f"{gap.train}, {gap.evaluation}",
        arm_words(one.arm),
        numbers.fixed(one.train, digits),
        numbers.fixed(one.evaluation, digits),
        numbers.signed(one.gap, digits),
        _DIAGNOSES[one.diagnosis],
    )
    return Row(cells)


def _curved(shown: Exhibits, gap: Gap) -> bool:
    """Whether both metrics of the pair have curves to draw."""
    known = {(one.mode, one.metric) for one in shown.curves}
    return {(gap.mode, gap.train), (gap.mode, gap.evaluation)} <= known


def _gap_drawn(gap: Gap) -> Drawn:
    name = f"{gap.train} and {gap.evaluation}"
    said = ", ".join(
        f"{arm_words(one.arm)} {_DIAGNOSES[one.diagnosis]}" for one in gap.arms
    )
    frame = Frame(
        GAP,
        "Training (dashed) and evaluation",
        "Means over seeds; what lies between a dashed and a full line is the gap.",
        f"{name} over training steps: {said}",
        "",
    )
    return Drawn((gap.mode, f"{gap.train} {gap.evaluation}", GAP), name, frame)


def references(report: Report, shown: Exhibits) -> Iterator[Section]:
    """Simple baselines beside the arms."""
    table = Section(
        title="References",
        about="What a simple baseline reaches, beside the means of the arms. Commands "
        "are run on the base.",
        columns=(
            MODE,
            ("reference", Column.NAME),
            ("metric", Column.NAME),
            ("reference value", Column.NUMBER),
            ("runs", Column.NUMBER),
            ("baseline", Column.NUMBER),
            ("branch", Column.NUMBER),
            ("result", Column.BADGE),
        ),
        rows=tuple(map(_reference, shown.references)),
        brief=True,
    )
    yield from in_modes(report, table)


def _reference(one: ReferenceShown) -> Row:
    means = dict(one.arms)
    values = (one.value, means.get(BASELINE), means.get(BRANCH))
    known = [value for value in values if value is not None]
    digits = numbers.places(*(abs(value) / 100 for value in known))
    value, *both = (
        NOTHING if each is None else numbers.fixed(each, digits) for each in values
    )
    runs = str(one.runs) if one.runs else NOTHING
    return Row((one.mode, one.name, one.metric, value, runs, *both, _beaten(one)))


_UNMEASURED = {
    Unmeasured.NOT_RUN: "a command that was not run",
    Unmeasured.FAILED: "it failed",
    Unmeasured.LOST: "its run was lost",
    Unmeasured.BUDGET: "no budget left for it",
}


def _beaten(one: ReferenceShown) -> str:
    if one.value is None:
        return _UNMEASURED[one.unmeasured or Unmeasured.NOT_RUN]
    if one.beaten is None:
        return "the branch has no value"
    return "beaten by the branch" if one.beaten else "not beaten by the branch"


def ensembles(report: Report, shown: Exhibits) -> Iterator[Section]:
    """The averaged prediction of the seeds beside single runs."""
    for one in shown.ensembles:
        where = f" of mode {one.mode}" if len(report.verdict.modes) > 1 else ""
        yield Section(
            title=f"Ensemble of the seeds{where}",
            about=_ensemble_about(one),
            columns=(
                ("arm", Column.TEXT),
                ("seeds", Column.NUMBER),
                ("accuracy, one run", Column.NUMBER),
                ("accuracy, ensemble", Column.NUMBER),
                ("log loss, one run", Column.NUMBER),
                ("log loss, ensemble", Column.NUMBER),
            ),
            rows=tuple(_ensemble(one)),
        )


def _ensemble(one: Ensemble) -> Iterator[Row]:
    for arm in one.arms:
        scores = (
            *(arm.single_accuracy, arm.accuracy),
            *(arm.single_log_loss, arm.log_loss),
        )
        cells = (numbers.fixed(score, _DIGITS) for score in scores)
        yield Row((arm_words(arm.arm), str(arm.trials), *cells), Ruling.INFO)


def _ensemble_about(one: Ensemble) -> str:
    examples = numbers.counted(one.examples, "labelled example")
    about = f"Predictions of {examples}, averaged over the seeds of each arm."
    return f"{about}{_noise(one.noise)}"


def _noise(noise: SetNoise | None) -> str:
    if noise is None:
        return ""
    digits = numbers.places(noise.d, noise.anew[1] - noise.anew[0])
    here, anew = (numbers.interval(*ends, digits) for ends in (noise.here, noise.anew))
    return (
        f" Accuracy of a single run changes by {numbers.signed(noise.d, digits)}: 90 % "
        f"interval {here} on this test set, {anew} on a new one of its size (bootstrap "
        f"over {numbers.counted(noise.seeds, 'seed')} and all examples)."
    )
