"""How modes behave, beside what was judged of their metrics."""

import pytest

from bot.domain.ladder import (
    Planned,
    RungKind,
    behaving,
    fingerprinted,
    next_rung,
    summed,
    trained,
    with_findings,
)
from bot.domain.verdict import (
    Behaviour,
    Finding,
    Fingerprint,
    ModeVerdict,
    Reason,
    Ruling,
    Verdict,
)
from bot.domain.verdict.findings import finding
from tests.unit.domain.ladder.test_climbed import FAST

SAME = Behaviour(Fingerprint.IDENTICAL, steps=20)
CHANGED = Behaviour(Fingerprint.CHANGED, steps=20, step=3)


def said(reason: Reason, state: Ruling, mode: str) -> Finding:
    return finding(reason, state, {"step": 3}, mode=mode)


IDENTICAL = said(Reason.MODE_IDENTICAL, Ruling.INFO, "mlp")
INVASIVE = said(Reason.MODE_INVASIVE, Ruling.BLOCK, "conv")
WAITS = said(Reason.MODE_INVASIVE, Ruling.UNDECIDED, "conv")
MEANT = said(Reason.MODE_CHANGED, Ruling.INFO, "conv")
BOTH = {"mlp": SAME, "conv": CHANGED}
UNSEEN = Behaviour(Fingerprint.UNKNOWN)
UNKNOWN = said(Reason.MODE_UNKNOWN, Ruling.INFO, "conv")


def mode(name: str, state: Ruling = Ruling.PASS) -> ModeVerdict:
    return ModeVerdict(name, state, targeted=True, metrics=(), findings=())


def test_a_mode_that_nobody_named_blocks_the_rung_and_itself() -> None:
    done = fingerprinted(BOTH, (IDENTICAL, INVASIVE), ())
    assert (done.rung.stage, done.rung.kind) == ("fingerprint", "fingerprint")
    assert done.rung.state is Ruling.BLOCK
    assert done.verdict is not None
    mlp, conv = done.verdict.modes
    assert (mlp.state, conv.state) == (Ruling.INFO, Ruling.BLOCK)
    assert (mlp.fingerprint, conv.behaviour) == (Fingerprint.IDENTICAL, CHANGED)
    assert not conv.targeted


def test_what_trials_may_still_excuse_does_not_stop_the_climb() -> None:
    done = fingerprinted(BOTH, (IDENTICAL, WAITS), ())
    assert done.rung.state is Ruling.INFO


@pytest.mark.parametrize(
    ("behaviours", "state"),
    [
        ({"mlp": UNSEEN, "conv": UNSEEN}, Ruling.INFO),
        ({"mlp": SAME, "conv": UNSEEN}, Ruling.PASS),
    ],
)
def test_where_nothing_could_be_compared_nothing_passes_nor_stops(
    behaviours: dict[str, Behaviour], state: Ruling
) -> None:
    done = fingerprinted(behaviours, (UNKNOWN,), ())
    assert done.rung.state is state
    planned = (Planned("fingerprint", RungKind.FINGERPRINT), FAST)
    assert next_rung(planned, [done.rung]) == FAST
    passed = trained("fast", Verdict(Ruling.PASS, (), (mode("mlp"),)))
    assert summed(planned, [done, passed], ()).state is Ruling.PASS


def test_modes_that_behave_as_meant_pass() -> None:
    done = fingerprinted(BOTH, (IDENTICAL, MEANT), ("conv",))
    assert done.rung.state is Ruling.PASS
    assert done.verdict is not None
    assert [one.targeted for one in done.verdict.modes] == [False, True]


def test_a_judged_mode_keeps_its_answer_unless_its_behaviour_is_worse() -> None:
    modes = (mode("mlp"), mode("conv"), mode("gru", Ruling.UNDECIDED))
    mlp, conv, gru = behaving(modes, BOTH, (IDENTICAL, INVASIVE), ())
    assert (mlp.state, conv.state, gru.state) == (
        Ruling.PASS,
        Ruling.BLOCK,
        Ruling.UNDECIDED,
    )
    assert (conv.findings, gru.behaviour) == ((INVASIVE,), None)


def test_where_nothing_changed_and_nobody_was_named_no_mode_loses_its_place() -> None:
    (mlp,) = behaving((mode("mlp"),), {"mlp": SAME}, (IDENTICAL,), ())
    assert mlp.targeted


def test_what_else_was_found_of_a_mode_counts_for_it_and_for_the_whole() -> None:
    whole = Verdict(Ruling.PASS, (IDENTICAL,), (mode("mlp"), mode("conv")))
    done = with_findings(whole, (INVASIVE,))
    assert (done.state, done.findings) == (Ruling.BLOCK, (IDENTICAL, INVASIVE))
    assert [one.state for one in done.modes] == [Ruling.PASS, Ruling.BLOCK]
    assert with_findings(whole, ()) == whole
