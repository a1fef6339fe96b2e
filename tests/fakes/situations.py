"""Example situations of a pull request: one for everything that the bot can say."""

from dataclasses import replace

from bot.domain.conclusions import (
    Advisory,
    BudgetSpent,
    Cancelled,
    Closed,
    Conflict,
    Drafted,
    Impossible,
    Judged,
    NotGated,
    NotNeeded,
    Outcome,
    OwnFault,
    Partial,
    Running,
    Superseded,
    TimeSpent,
    Waiting,
    WaitingForTarget,
    WaitingForTrust,
    part_of,
)
from bot.domain.errors import PolicyFault
from bot.domain.exhibits.curves import curves
from bot.domain.verdict import (
    Exhibits,
    Finding,
    FindingKind,
    Reason,
    Report,
    Ruling,
    Rung,
)
from bot.presentation.github import (
    Instead,
    Moved,
    Override,
    Price,
    Queued,
    Situation,
    Started,
)
from bot.presentation.progress import Ladder, ModeSnapshot, Snapshot
from tests.fakes import accepted_reports, grouped_reports, reports, shown_reports
from tests.fakes.reports import PROVENANCE

HEAD, OLD_BASE = PROVENANCE.head_commit, PROVENANCE.base_commit
NEW_BASE = "0a9b8c7d6e5f40312233445566778899aabbccdd"
PAGE = "https://gate.example/e/ev-3f9a1c20"
ENDS = accepted_reports.ENDS
PRICE = Price((16, 80), (0.21, 1.04), (1.5, 7.5), (760.0, 3900.0))


def situation(outcome: Outcome, **given: object) -> Situation:
    facts: dict[str, object] = {"base": "main", "page": PAGE, **given}
    return Situation(outcome, HEAD, **facts)  # type: ignore[arg-type]


def judged(report: Report, **given: object) -> Situation:
    return situation(Judged(report.verdict), report=report, **given)


def passing() -> Situation:
    return judged(with_curves(reports.passing()))


def held_up() -> Situation:
    """A stranger took its commit to another branch, and nobody vouched for it there."""
    other = part_of(31, "release", WaitingForTrust())
    return judged(reports.passing(), held_up_by=other)


def with_curves(report: Report) -> Report:
    """The report with the learning curves of its trials of mode mlp."""
    return replace(report, exhibits=Exhibits(curves=curves(report.trials, "mlp")))


def suspected() -> Situation:
    """A block of which single changes are suspects."""
    return judged(grouped_reports.grouped())


def undecided() -> Situation:
    return judged(reports.undecided())


def invasive() -> Situation:
    """A mode changed that nobody named."""
    found = Finding(
        id="invasive-7c1d22aa",
        digest="7c1d22aa" * 8,
        kind=FindingKind.INVASIVE,
        state=Ruling.BLOCK,
        reason=Reason.MODE_INVASIVE,
        mode="conv",
        evidence={
            "step": 3,
            "tensor": "",
            "quantity": "loss",
            "before": "2.30259",
            "after": "2.30261",
            "steps": 20,
            "changes": ("9e8d7c6",),
            "titles": ("Drop the warm-up",),
            "cut": 3,
        },
    )
    made = reports.report(Ruling.BLOCK, (), (found,))
    fine = shown_reports.everything().verdict
    conv = tuple(one for one in fine.modes if one.name == "conv")
    rungs = (
        Rung("tests", "tests", Ruling.PASS, "41 passed in 4.1 s"),
        Rung("fingerprint", "fingerprint", Ruling.BLOCK, "12 runs, 11 s in all"),
        Rung("fast", "training", Ruling.INFO),
    )
    verdict = replace(made.verdict, modes=conv, rungs=rungs)
    return judged(replace(made, verdict=verdict))


def conflict() -> Situation:
    return situation(Conflict(("model.py", "train.py")), report=reports.conflict())


def partial() -> Situation:
    full = reports.undecided()
    narrowed = reports.finding(
        Reason.NARROWED, Ruling.UNDECIDED, {"narrowed": ("mode conv", "stage full")}
    )
    verdict = replace(full.verdict, findings=(*full.verdict.findings, narrowed))
    return situation(Partial(verdict), report=full)


def budget() -> Situation:
    full = reports.undecided()
    spent = reports.finding(
        Reason.BUDGET_SPENT,
        Ruling.UNDECIDED,
        {"spent": 40, "limit": 40, "what": "trials"},
    )
    verdict = replace(full.verdict, findings=(spent,))
    return situation(BudgetSpent(verdict), report=full)


def own_fault() -> Situation:
    return situation(
        OwnFault("The node gpu-3 stopped answering while 4 trials ran on it.")
    )


def advisory() -> Situation:
    report = reports.undecided()
    return situation(Advisory(Judged(report.verdict)), report=report)


def queued() -> Situation:
    return situation(Waiting(), progress=Queued(3, 540.0, PRICE))


def running() -> Situation:
    return situation(Running(), progress=Started(snapshot(), ladder(), PRICE))


def accepting() -> Situation:
    """Judged anew, after somebody accepted what was found."""
    return replace(running(), overrides=accepted_reports.overrides()[:1])


def ladder() -> Ladder:
    done = (Rung("tests", "tests", Ruling.PASS, "41 passed in 4.1 s"),)
    return Ladder(done, "fast")


def snapshot(modes: int = 2) -> Snapshot:
    one = ModeSnapshot("mlp", Ruling.UNDECIDED, False, 4, 4, 5, 20, 2, 0, 0)
    names = ("mlp", "conv", *(f"mode{at}" for at in range(modes)))[:modes]
    every = tuple(replace(one, name=name) for name in names)
    return Snapshot(every, 92.0, 65.0, 1300.0, 150.0, 2400.0, 16, 4)


def superseded() -> Situation:
    return situation(Superseded(NEW_BASE), report=reports.undecided())


def overridden() -> Situation:
    """A pass with four accepted findings, judged against a base that has moved.

    A fifth was accepted and is not there.
    """
    report, given = accepted_reports.accepted(), accepted_reports.overrides()
    moved = Moved(OLD_BASE, NEW_BASE, ENDS)
    return judged(report, overrides=given, moved=moved)


SITUATIONS = {
    "pass": passing,
    "held_up": held_up,
    "suspect": suspected,
    "undecided": undecided,
    "invasive": invasive,
    "conflict": conflict,
    "unrelated": lambda: situation(Conflict(related=False)),
    "not_needed": lambda: situation(NotNeeded()),
    "trust": lambda: situation(WaitingForTrust()),
    "trusted": lambda: situation(WaitingForTrust(recorded=True)),
    "target": lambda: situation(WaitingForTarget(("conv", "gru"))),
    "impossible": lambda: situation(
        Impossible("The tolerance of `loss` is too small.", "Widen it.")
    ),
    "budget": budget,
    "time": lambda: situation(TimeSpent(7200.0)),
    "own_fault": own_fault,
    "advisory": advisory,
    "queued": queued,
    "running": running,
    "accepting": accepting,
    "partial": partial,
    "superseded": superseded,
    "closed": lambda: situation(Closed()),
    "cancelled": lambda: situation(Cancelled("ann")),
    "draft": lambda: situation(Drafted()),
    "not_gated": lambda: situation(NotGated(), base="sandbox"),
    "overridden": overridden,
}
"""Each with its name, which is that of its golden files."""


def hostile_outcomes(text: str) -> tuple[Outcome, ...]:
    """Every outcome that carries a text, with this one."""
    return (
        Conflict((text, text)),
        WaitingForTarget((text,)),
        Impossible(text, text),
        OwnFault(text, text),
        Superseded(text),
        Cancelled(text),
        WaitingForTrust(),
        NotNeeded(),
    )


def hostile(text: str, outcome: Outcome) -> Situation:
    """A situation in which every text that could be foreign is this one."""
    mode = replace(snapshot(1).modes[0], name=text)
    stands = Started(
        replace(snapshot(1), modes=(mode,)),
        Ladder((Rung(text, "tests", Ruling.PASS),), text, 1, 2),
    )
    return Situation(
        outcome,
        text,
        text,
        PAGE,
        progress=stands,
        moved=Moved(text, text, ENDS),
        held_up_by=part_of(31, text, WaitingForTrust()),
        instead=Instead(text, (PolicyFault(1, 1, text, text, text),)),
        overrides=(
            Override(text, text, text, text),
            Override(text, text, text, ends=ENDS),
        ),
    )
