"""An example report on a blocked branch of many changes, in groups with odd names."""

from dataclasses import replace

from bot.domain.verdict import (
    ChangeEffect,
    ChangeVerdict,
    Evidence,
    Finding,
    Reason,
    Report,
    Ruling,
    Rung,
)
from bot.domain.verdict.findings import finding
from tests.fakes.reports import loss, mode, regression, report

QUOTED = "-don't, stop"
"""A change's name that a shell, and who splits at commas, would take for others."""
SECOND = "wider..deeper"
GROUP, HALF = f"{QUOTED}..rate", f"{QUOTED}..decay"
PARTS = {
    GROUP: (QUOTED, "decay", "warm-up", "rate"),
    HALF: (QUOTED, "decay"),
    SECOND: ("wider", "deeper"),
}
INSIDE = {HALF: GROUP, "warm-up..rate": GROUP, QUOTED: HALF, "decay": HALF}


def suspect(change: str, d: float, share: int, **more: str) -> Finding:
    """What is said of a change, or a group, without which the branch is better."""
    facts: Evidence = {
        "d": d,
        "low": round(d - 0.006, 6),
        "high": round(d + 0.006, 6),
        "tolerance": 0.01,
        "family": 3,
        "share": share,
        "n_branch": 8,
        "full_mean": 0.389,
        "without_mean": round(0.389 + d, 6),
        "orientation": -1,
        "title": f"{len(PARTS[change])} changes" if change in PARTS else "Never stop",
        "rung": "fast",
        **more,
    }
    held: Evidence = {"parts": PARTS[change]} if change in PARTS else {}
    within: Evidence = {"inside": INSIDE[change]} if change in INSIDE else {}
    place = {"mode": "mlp", "metric": "test_loss", "change": change}
    facts = {**facts, **held, **within}
    return finding(Reason.CHANGE_SUSPECT, Ruling.INFO, facts, **place)


def changed(name: str, state: Ruling, reason: Reason, d: float) -> ChangeVerdict:
    """A change that was judged, with its place among the others."""
    effect = ChangeEffect("mlp", "test_loss", state, reason, d, d - 0.006, d + 0.006)
    parts, inside = PARTS.get(name, ()), INSIDE.get(name, "")
    return ChangeVerdict(
        name, (replace(effect, n=8),), parts=parts, inside=inside, stage="fast"
    )


def changes() -> tuple[ChangeVerdict, ...]:
    """Groups with the halves of one, and what there was no budget for."""
    block, fine = Ruling.BLOCK, Ruling.PASS
    bad, good = Reason.CHANGE_SUSPECT, Reason.NOT_WORSE
    unpaid = "the budget was spent before its first look"
    return (
        changed(GROUP, block, bad, -0.04),
        changed(HALF, block, bad, -0.039),
        changed(QUOTED, block, bad, -0.041),
        changed("decay", fine, good, 0.002),
        changed("warm-up..rate", fine, good, 0.001),
        changed(SECOND, block, bad, -0.024),
        changed("tidy", fine, good, 0.0),
        ChangeVerdict("last", (), "The last one", why_not=unpaid, stage="fast"),
    )


def grouped() -> Report:
    """Blocked at the first of two stages; its changes were then looked into."""
    worse = loss(8, 0.06, state=Ruling.BLOCK, reason=Reason.HARM_SHOWN)
    found = (
        suspect(GROUP, -0.04, 1),
        suspect(HALF, -0.039, 2),
        suspect(QUOTED, -0.041, 4),
        suspect(SECOND, -0.024, 1, halving="judged"),
        finding(
            Reason.BUDGET_SPENT,
            Ruling.INFO,
            {
                "spent": 60,
                "limit": 60,
                "what": "trials",
                "changes": ("last",),
                "groups": (),
            },
        ),
    )
    told = (regression("mlp", worse, Ruling.BLOCK),)
    made = report(Ruling.BLOCK, (mode("mlp", Ruling.BLOCK, (worse,), told),), found)
    rungs = (
        Rung("fast", "training", Ruling.BLOCK, "60 trials in 41 s"),
        Rung("full", "training", Ruling.INFO),
    )
    return replace(made, verdict=replace(made.verdict, changes=changes(), rungs=rungs))
