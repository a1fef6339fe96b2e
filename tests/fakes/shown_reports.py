"""Example reports with everything that people want to look at, and hostile ones."""

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.domain.arms import Arm, Baseline, Branch, Only, Without, label
from bot.domain.exhibits import exhibit, referred
from bot.domain.exhibits.references import ReferenceRuns
from bot.domain.policy import Direction, Metric, Mode, Quantity
from bot.domain.trials import Trial
from bot.domain.verdict import (
    Behaviour,
    ChangePrice,
    Exhibits,
    Finding,
    FindingKind,
    Fingerprint,
    Forecast,
    Reason,
    Report,
    Ruling,
    Rung,
)
from bot.domain.verdict.exhibits import (
    DataArm,
    DataSplit,
    Diagnosis,
    Ensemble,
    EnsembleArm,
    Gap,
    GapArm,
    Overlap,
    OverlapArm,
    QuantityShown,
    ReferenceShown,
    SamplePair,
    SamplePane,
    Spread,
    TypedFault,
    Unmeasured,
)
from tests.fakes import reports, wide_reports
from tests.fakes.reports import HOSTILE, wobble
from workers.contract import (
    DataSummary,
    Histogram,
    MetricSource,
    Observed,
    Ok,
    Point,
    Prediction,
    Sample,
    SourceKind,
)

SEEDS = 5
ENDS = {
    "baseline": (0.02, 0.40),
    "branch": (0.05, 0.385),
    "without:4c0ffee": (0.05, 0.58),
    "without:9e8d7c6": (0.05, 0.33),
    "only:9e8d7c6": (0.02, 0.50),
}
"""Where the training and the test loss of each arm end."""
DIGITS = tuple("0123456789")
EDGES = tuple(round(-3 + 0.25 * at, 2) for at in range(25))


def observed(branch: bool, seed: int) -> Observed:
    """What one trial showed: the branch's weights are wide, its data leak."""
    return Observed(
        histograms=(_weights(2.1 if branch else 0.9, seed),),
        samples=(
            Sample("prompt-1", 400.0, _story(branch)),
            Sample("prompt-2", 400.0, "The same in both arms."),
        ),
        data=_data(branch),
        predictions=_predictions(branch, seed),
        faults=("Line 9 of typed lines is no JSON object.",) if branch else (),
    )


def _weights(spread: float, seed: int) -> Histogram:
    counts = tuple(
        round(1000 * math.exp(-((one + 0.125) ** 2) / spread**2)) for one in EDGES[:-1]
    )
    reach = 1.2 * spread + 0.01 * wobble(seed)
    return Histogram("weights", 400.0, EDGES, tuple(map(float, counts)), -reach, reach)


def _story(branch: bool) -> str:
    end = "and slept." if branch else "and barked <b>at</b> the moon."
    return f"Once upon a time there was a dog.\nIt ran over the hill {end}"


def _data(branch: bool) -> tuple[DataSummary, ...]:
    even = dict.fromkeys(DIGITS, 100)
    counts = {**even, "7": 30, "1": 170} if branch else even
    train = tuple(f"{at:04x}" for at in range(40))
    leaked = train[:3] if branch else ()
    test = (*(f"{at:04x}" for at in range(900, 920)), *leaked)
    classes = tuple(sorted(counts.items()))
    return (
        DataSummary("train", 40, classes, 4.9 if branch else 0.31, 6.0, train),
        DataSummary("test", len(test), tuple(even.items()), 0.31, 6.0, test),
    )


def _predictions(branch: bool, seed: int) -> tuple[Prediction, ...]:
    made = []
    for at in range(40):
        sure = 0.62 + 0.3 * wobble(at, 0.5) + 0.25 * wobble(seed + at, float(branch))
        right = min(0.99, max(0.01, sure + (0.06 if branch else 0.0)))
        made.append(Prediction(str(at), (1 - right, right), 1))
    return tuple(made)


def learning(end: float, start: float, seed: int) -> tuple[Point, ...]:
    return tuple(reports.curve(end, start, seed))


def trial(arm: Arm, position: int, *, shown: bool = True) -> Trial:
    """A trial with curves of training and test loss; arms differ in how they end."""
    branch = not isinstance(arm, Baseline)
    seed = reports.seeds(position + 1)[-1]
    train, level = ENDS[label(arm)]
    test = level + 0.01 * wobble(seed)
    made = reports.trial(
        arm,
        "mlp",
        position,
        Ok(),
        metrics={"test_loss": test, "train_loss": train},
        series={
            "test_loss": learning(test, 2.3, seed + branch),
            "train_loss": learning(train, 2.3, seed + 9 + branch),
        },
        node="laptop",
        observed=observed(branch, seed) if shown else None,
    )
    return replace(made, key=f"{made.key}-{position}-{arm}")


def trials() -> tuple[Trial, ...]:
    """Five seeds of both arms, and two of the branch without changes or with one."""
    arms = (Without("4c0ffee"), Without("9e8d7c6"), Only("9e8d7c6"))
    return (
        *(trial(arm, at) for at in range(SEEDS) for arm in (Baseline(), Branch())),
        *(trial(arm, at, shown=False) for at in range(2) for arm in arms),
    )


def mode() -> Mode:
    """The policy's mode: one quantity with a range, two references."""
    loss = MetricSource("test_loss", SourceKind.STDOUT)
    return Mode(
        "mlp",
        ("python", "train.py"),
        (Metric("test_loss", loss, direction=Direction.MINIMIZE),),
        quantities=(Quantity("weights", -2.0, 2.0), Quantity("grad_norm", 0.0, None)),
        references={
            "linear": 0.31,
            "constant": 2.303,
            "nearest": ("python", "nearest.py"),
            "forest": ("python", "forest.py"),
        },
    )


MEASURED = {
    "nearest": ReferenceRuns({"test_loss": 0.29}, 3),
    "forest": ReferenceRuns({}, 1, Unmeasured.FAILED, 1, "It ended with status 1."),
}
"""What came of the commands among the references."""
RUNGS = (
    Rung("tests", "tests", Ruling.PASS, "41 passed in 4.1 s"),
    Rung("sanity", "sanity", Ruling.PASS, "8 of 9 checks hold, 1 could not be made"),
    Rung("fingerprint", "fingerprint", Ruling.BLOCK, "12 runs, 11 s in all"),
    Rung("smoke", "training", Ruling.INFO, "2 runs, 3 s in all"),
    Rung("fast", "training", Ruling.PASS, "16 trials in 41 s"),
    Rung("full", "training", Ruling.INFO, ""),
)
PRICE = ChangePrice(3, 41, 12, (120, 131), ("broken.py",))
FORECASTS = (
    Forecast(
        *("test_loss", -0.02, 0.6, "2h", "mlp"),
        d=0.015,
        low=0.008,
        high=0.022,
        outcome="met",
    ),
    Forecast("test_accuracy", 0.01, None, "", outcome="open"),
    Forecast("test_loss", -0.01, 0.3, outcome="missed", relative=True, d=-0.001),
)


def behaviours() -> Mapping[str, Behaviour]:
    """One of each kind."""
    return {
        "mlp": Behaviour(
            Fingerprint.CHANGED,
            steps=20,
            step=0,
            tensor="layers.0.weight",
            quantity="parameter shapes",
            before="64 x 32",
            after="128 x 32",
            changed_by=("1a2b3c4",),
            executed=31,
            changed_lines=53,
            same_command=True,
            same_data_order=True,
            parameters=(2410, 4810),
            shapes=(
                "layers.0.weight: 64 x 32 float32 -> 128 x 32 float32",
                "layers.1.weight: 10 x 64 float32 -> 10 x 128 float32",
            ),
            flops=(4.8e3, 9.6e3),
        ),
        "conv": Behaviour(
            Fingerprint.CHANGED,
            steps=20,
            step=3,
            quantity="loss",
            before="2.30259",
            after="2.30261",
            shifted=True,
            changed_by=("9e8d7c6", "4c0ffee"),
            executed=2,
            changed_lines=53,
            same_command=True,
            same_data_order=False,
            files_added=("configs/wide.yml",),
            files_gone=("configs/old.yml",),
            parameters=(9000, 9000),
        ),
        "rnn": Behaviour(Fingerprint.IDENTICAL, steps=20, executed=0, changed_lines=53),
        "gpt": Behaviour(
            Fingerprint.UNKNOWN, why="two runs of the base differ from each other"
        ),
    }


def found(
    reason: Reason, state: Ruling, mode: str, kind: FindingKind, **facts: object
) -> Finding:
    """A finding on how a mode behaves."""
    return Finding(
        f"{kind}-{mode}",
        kind,
        state,
        reason,
        mode,
        evidence=facts,  # type: ignore[arg-type]
        digest=hashlib.sha256(f"{kind}-{mode}".encode()).hexdigest(),
    )


def everything() -> Report:
    """A branch that is better, leaks test data, and touches a mode it should not."""
    made = wide_reports.shadowed()
    shown, findings = exhibit([mode()], trials(), seed=1)
    references, told = referred([mode()], trials(), {"mlp": MEASURED})
    shown, findings = replace(shown, references=references), (*findings, *told)
    whole = made.verdict.modes[0]
    modes = [
        reports.mode(
            name,
            Ruling.BLOCK if name == "conv" else Ruling.PASS,
            whole.metrics if name == "mlp" else (),
            (*(whole.findings if name == "mlp" else ()), *_of_mode(name)),
            targeted=name == "mlp",
            fingerprint=one.fingerprint,
            behaviour=one,
        )
        for name, one in behaviours().items()
    ]
    verdict = replace(
        made.verdict,
        state=Ruling.BLOCK,
        modes=tuple(modes),
        findings=(
            *made.verdict.findings,
            *findings,
            *(one for mode in modes for one in mode.findings),
        ),
        rungs=RUNGS,
    )
    return replace(
        made,
        provenance=replace(made.provenance, targets=("mlp",)),
        verdict=verdict,
        trials=trials(),
        exhibits=shown,
        price=PRICE,
        forecasts=FORECASTS,
    )


def _of_mode(name: str) -> Sequence[Finding]:
    invasive, power = FindingKind.INVASIVE, FindingKind.POWER
    step = {"step": 3, "quantity": "loss", "steps": 20, "before": "1", "after": "2"}
    known = {
        "mlp": found(Reason.MODE_CHANGED, Ruling.INFO, name, invasive, **step),
        "conv": found(Reason.MODE_INVASIVE, Ruling.BLOCK, name, invasive, **step),
        "rnn": found(Reason.MODE_IDENTICAL, Ruling.PASS, name, invasive, steps=20),
        "gpt": found(Reason.MODE_UNKNOWN, Ruling.UNDECIDED, name, power, why="x"),
    }
    return (known[name],)


def hostile_exhibits() -> Report:
    """Every name and text of an exhibit tries to act."""
    made = everything()
    named = Behaviour(
        Fingerprint.CHANGED,
        steps=3,
        step=1,
        tensor=HOSTILE,
        quantity=HOSTILE,
        before=HOSTILE,
        after=HOSTILE,
        changed_by=(HOSTILE,),
        files_added=(HOSTILE,),
        files_gone=(HOSTILE,),
        shapes=(HOSTILE,),
        parameters=(1, 2),
    )
    blind = Behaviour(Fingerprint.UNKNOWN, why=HOSTILE)
    modes = (
        reports.mode(HOSTILE, Ruling.BLOCK, (), behaviour=named),
        reports.mode("mlp", Ruling.BLOCK, (), behaviour=blind),
    )
    verdict = replace(
        made.verdict,
        modes=modes,
        findings=(),
        rungs=(Rung(HOSTILE, HOSTILE, Ruling.BLOCK, HOSTILE),),
    )
    forecast = Forecast(HOSTILE, 0.1, 0.5, HOSTILE, HOSTILE, 0.1, 0.0, 0.2)
    return replace(
        made, verdict=verdict, exhibits=named_exhibits(HOSTILE), forecasts=(forecast,)
    )


def named_exhibits(name: str, text: str = HOSTILE) -> Exhibits:
    """One of everything, with this name everywhere and this text in the samples."""
    arm = f"without:{name[:40].strip()}"
    pane = SamplePane("branch", 3.0, f"{text}\n```\n{text}\n~~~\n</pre></details>")
    spread = Spread(arm, 2, (0.5, 0.5), -9.0, 9.0, 1)
    return Exhibits(
        quantities=(
            QuantityShown(name, name, -1.0, 1.0, (-9.0, 0.0, 9.0), (spread,)),
            QuantityShown(name, name, None, None),
        ),
        gaps=(Gap(name, name, name, (GapArm(arm, 2, 0.1, 0.5, 0.4, Diagnosis.NONE),)),),
        data=(
            DataSplit(
                name,
                name,
                (DataArm("branch", 2, 10.0, ((name, 10.0),), (name,), 0.5, 1.0),),
                ("classes",),
            ),
        ),
        overlaps=(Overlap(name, name, name, (OverlapArm("branch", 1, 2),)),),
        samples=(SamplePair(name, name, 1, (replace(pane, arm="baseline"), pane)),),
        references=(ReferenceShown(name, name, name, 0.5, (("branch", 0.4),), True),),
        ensembles=(
            Ensemble(name, 10, (EnsembleArm(arm, 2, 0.9, 0.1, 0.8, 0.2),), None),
        ),
        faults=(TypedFault(name, arm, name, 3),),
    )
