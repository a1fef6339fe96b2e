"""Example reports with many slices, gains that are asked for, changes, and e-values."""

from dataclasses import replace

from bot.domain.policy import Direction, Role
from bot.domain.verdict import (
    ChangeEffect,
    ChangeVerdict,
    Evidence,
    Finding,
    MetricVerdict,
    Reason,
    Report,
    Ruling,
)
from tests.fakes.reports import (
    HOSTILE,
    evidence,
    finding,
    loss,
    metric,
    mode,
    pairs,
    regression,
    report,
    wobble,
)
from workers.contract import SourceKind

PLACES = (
    *("night", "fog", "rain", "snow", "tunnel", "dawn", "dusk", "glare", "city"),
    *("village", "highway", "bridge", "curve", "hill", "crossing", "child", "bicycle"),
    *("truck", "bus", "animal"),
)


def guarded(one: MetricVerdict, family: int) -> Evidence:
    """The evidence that a finding of a guardrail or slice carries."""
    beyond: Evidence = {"p_beyond": one.p_harm, "family": family}
    return {**evidence(one), **beyond}


def slice_of(parent: str, name: str, gain: float, family: int = 21) -> MetricVerdict:
    """A slice; one that loses more than 0.02 is shown worse beyond its tolerance."""
    bad = gain > 0.02
    return metric(
        f"{parent}/{name}",
        pairs(6, 0.42 + 0.05 * wobble(len(name)), gain, 0.02, own=0.5),
        role=Role.GUARDRAIL,
        state=Ruling.BLOCK if bad else Ruling.PASS,
        reason=Reason.GUARDRAIL_BROKEN if bad else Reason.GUARDRAIL_KEPT,
        tolerance=0.01,
        p_ni=None,
        p_harm=0.00031 if bad else 0.72,
        level=0.0012,
        family=family,
        slice_of=parent,
    )


def told(one: MetricVerdict, family: int = 21) -> Finding:
    """The finding of a guardrail or slice."""
    assert one.reason is not None
    given = guarded(one, family)
    return finding(one.reason, one.state, given, mode="mlp", metric=one.name)


def vram(n: int, gain: float = 12.0) -> MetricVerdict:
    """A guardrail on memory: at most a tenth more than the baseline."""
    return metric(
        "peak_vram_mb",
        pairs(n, 4100.0, gain, 8.0),
        role=Role.GUARDRAIL,
        source=SourceKind.PEAK_MEMORY,
        state=Ruling.PASS,
        reason=Reason.GUARDRAIL_KEPT,
        tolerance=410.0,
        p_ni=None,
        p_harm=0.9999,
        family=21,
    )


def sliced(count: int = 20, worse: int = 1) -> Report:
    """The loss as a whole is fine; some of its slices are not."""
    whole = loss(6, 0.001, state=Ruling.PASS, reason=Reason.NOT_WORSE)
    names = [*PLACES, *(f"part{at}" for at in range(count))][:count]
    slices = [
        slice_of(whole.name, name, 0.031 if at < worse else 0.001 * wobble(at))
        for at, name in enumerate(names)
    ]
    memory = vram(6)
    found = [regression("mlp", whole, Ruling.PASS), *map(told, (*slices, memory))]
    state = Ruling.BLOCK if worse else Ruling.PASS
    return report(state, (mode("mlp", state, (whole, *slices, memory), found),))


def improving() -> Report:
    """The rule of a loop of agents: better by a margin, memory within a tenth."""
    gain = metric(
        "val_bpb",
        pairs(8, 0.981, -0.0091, 0.002),
        role=Role.IMPROVE,
        state=Ruling.PASS,
        reason=Reason.IMPROVEMENT_SHOWN,
        margin=0.005,
        p_ni=0.0007,
        p_harm=0.9993,
    )
    open_gain = metric(
        "val_accuracy",
        pairs(8, 0.613, 0.008, 0.003, own=1.1),
        role=Role.IMPROVE,
        direction=Direction.MAXIMIZE,
        state=Ruling.PASS,
        reason=Reason.IMPROVEMENT_SHOWN,
        margin=0.0,
    )
    asked = {**evidence(gain), "margin": 0.005, "p_shown": 0.0007, "p_missed": 0.9993}
    memory = vram(8)
    found = (
        finding(
            Reason.IMPROVEMENT_SHOWN, Ruling.PASS, asked, mode="gpt", metric="val_bpb"
        ),
        replace(told(memory), mode="gpt"),
    )
    gpt = mode("gpt", Ruling.PASS, (gain, open_gain, memory), found)
    return report(Ruling.PASS, (gpt,))


def effect(state: Ruling, reason: Reason, d: float, **given: object) -> ChangeEffect:
    """The effect of a change on the test loss in mode mlp."""
    facts: dict[str, object] = {
        "d": d,
        "low": round(d - 0.006, 6),
        "high": round(d + 0.006, 6),
        "tolerance": 0.01,
        "p_ni": 0.0021,
        "p_harm": 0.31,
        "level": 0.0071,
        "n": 8,
    }
    return ChangeEffect("mlp", "test_loss", state, reason, **{**facts, **given})  # type: ignore[arg-type]


def changes() -> tuple[ChangeVerdict, ...]:
    """One that helps, one that hurts, one tolerated, one open, one not estimable."""
    helps = effect(
        Ruling.PASS, Reason.NOT_WORSE, 0.045, single=(0.032, 0.021, 0.043), p_harm=1.0
    )
    hurts = effect(
        Ruling.BLOCK,
        Reason.CHANGE_HARMFUL,
        -0.024,
        single=(-0.021, -0.034, None),
        p_ni=0.97,
        p_harm=0.00004,
    )
    small = effect(Ruling.INFO, Reason.CHANGE_TOLERATED, -0.0065, p_harm=0.0004)
    wide = effect(
        Ruling.UNDECIDED, Reason.NOT_SHOWN, -0.004, low=None, high=0.09, failed=2
    )
    return (
        ChangeVerdict(
            "4c0ffee", (helps,), "Cosine schedule", ("4c0ffee" * 5 + "aaaaa",)
        ),
        ChangeVerdict(
            "9e8d7c6", (hurts,), "Drop the warm-up", ("9e8d7c6" * 5 + "bbbbb",)
        ),
        ChangeVerdict("1a2b3c4", (small,), "Wider hidden layer"),
        ChangeVerdict("5d6e7f8", (wide,)),
        ChangeVerdict(
            "0badcafe",
            (),
            "Rename the loader",
            estimable=False,
            why_not="the branch without it does not apply (conflict in train.py).",
        ),
    )


def shadowed() -> Report:
    """The branch passes, but one of its changes costs what another one gains."""
    fine = loss(8, -0.012, state=Ruling.PASS, reason=Reason.NOT_WORSE)
    found = Finding(
        id="shadowed-1f2e3d4c",
        digest="1f2e3d4c" * 8,
        kind=finding(Reason.TRIALS_LOST, Ruling.INFO, {}).kind,
        state=Ruling.BLOCK,
        reason=Reason.CHANGE_HARMFUL,
        mode="mlp",
        metric="test_loss",
        change="9e8d7c6",
        evidence={
            "d": -0.024,
            "low": -0.03,
            "high": -0.018,
            "tolerance": 0.01,
            "p_harm": 0.00004,
            "level": 0.0071,
            "family": 4,
            "look": 8,
            "n_branch": 8,
            "full_mean": 0.389,
            "without_mean": 0.365,
            "orientation": -1,
            "title": "Drop the warm-up",
        },
    )
    mlp = mode("mlp", Ruling.PASS, (fine,), (regression("mlp", fine, Ruling.PASS),))
    made = report(Ruling.BLOCK, (mlp,), (found,))
    return replace(made, verdict=replace(made.verdict, changes=changes()))


def neutral() -> Report:
    """Neither of its changes does anything: their trials are those of the branch."""
    same = effect(
        Ruling.PASS, Reason.NO_DIFFERENCE, 0.0, low=None, high=None, p_harm=1.0
    )
    two = (ChangeVerdict("4c0ffee", (same,)), ChangeVerdict("9e8d7c6", (same,)))
    still = loss(
        8, 0.0, d=0.0, low=None, high=None, state=Ruling.PASS, reason=Reason.NOT_WORSE
    )
    made = report(Ruling.PASS, (mode("mlp", Ruling.PASS, (still,)),))
    return replace(made, verdict=replace(made.verdict, changes=two))


def extended() -> Report:
    """More seeds than the plan: only evidence that may be looked at any time counts."""
    open_loss = loss(
        25,
        0.004,
        noise=0.02,
        own=1.2,
        state=Ruling.PASS,
        reason=Reason.NOT_WORSE,
        level=0.05,
        p_ni=1 / 31.4,
        p_harm=1.0,
        e_ni=31.4,
        e_harm=0.021,
    )
    given = {**evidence(open_loss), "e_ni": 31.4, "e_harm": 0.021}
    found = finding(
        Reason.NOT_WORSE, Ruling.PASS, given, mode="mlp", metric="test_loss"
    )
    return report(Ruling.PASS, (mode("mlp", Ruling.PASS, (open_loss,), (found,)),))


def hostile_changes() -> Report:
    """Changes and slices whose names try to act."""
    made = shadowed()
    effects = (replace(changes()[1].effects[0], metric=HOSTILE, mode=HOSTILE),)
    named = (
        ChangeVerdict(HOSTILE, effects, HOSTILE, (HOSTILE,)),
        ChangeVerdict(HOSTILE, (), HOSTILE, estimable=False, why_not=HOSTILE),
    )
    bad = replace(made.verdict.findings[0], change=HOSTILE, metric=HOSTILE)
    titled = replace(bad, evidence={**bad.evidence, "title": HOSTILE})
    whole = loss(6, 0.001, state=Ruling.PASS, reason=Reason.NOT_WORSE)
    part = slice_of(whole.name, HOSTILE, 0.03)
    one = mode("mlp", Ruling.BLOCK, (whole, part), (told(part),))
    verdict = replace(
        made.verdict, modes=(one,), changes=named, findings=(titled, *one.findings)
    )
    return replace(made, verdict=verdict)
