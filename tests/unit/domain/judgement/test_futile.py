"""Futility: ending early what would end undecided, where the policy asks for it."""

from bot.domain.policy import Decision, Mode
from bot.domain.verdict import FindingKind, ModeVerdict, Reason, Ruling
from tests.fakes.looks import alternating, columns, judge, metric, noise, of, reasons
from tests.fakes.policies import improve, mode, primary, target

WIDE, OPEN = primary("loss", 0.1), primary("error", 0.1)
EARLY = Decision(futility=True)


def middling(
    runs: Mode, decision: Decision = EARLY, beyond: tuple[int, ...] = ()
) -> ModeVerdict:
    """A loss of half the tolerance in noise that hides which side it is on."""
    base = columns(loss=noise(3, sd=0.25), error=noise(1))
    branch = columns(loss=noise(4, sd=0.25, mean=1.05), error=noise(2))
    return judge(base, branch, runs, decision=decision, beyond=beyond)


def test_a_metric_that_will_be_decided_neither_way_ends_early() -> None:
    verdict = middling(mode("mlp", WIDE))
    assert (verdict.state, verdict.decided) == (Ruling.UNDECIDED, True)
    assert verdict.look < 20
    found = of(verdict, Reason.FUTILE)
    assert (found.kind, found.metric) == (FindingKind.POWER, "loss")
    assert found.evidence["p_pass"] < 0.1
    assert found.evidence["p_block"] < 0.1
    assert metric(verdict, "loss").reason is Reason.FUTILE


def test_nobody_is_stopped_early_unless_the_policy_says_so() -> None:
    verdict = middling(mode("mlp", WIDE), Decision())
    assert verdict.look == 20
    assert Reason.NOT_SHOWN in reasons(verdict)


def test_at_the_last_look_there_is_nothing_left_to_save() -> None:
    base = columns(loss=noise(3, sd=0.25))
    branch = columns(loss=noise(4, sd=0.25, mean=1.05))
    runs = mode("mlp", WIDE)
    verdict = judge(base, branch, runs, looks=(20,), decision=EARLY)
    assert Reason.FUTILE not in reasons(verdict)


def test_a_metric_that_has_passed_does_not_keep_a_futile_one_going() -> None:
    verdict = middling(mode("mlp", WIDE, OPEN))
    assert Reason.FUTILE in reasons(verdict)
    assert metric(verdict, "error").state is Ruling.PASS


def test_an_open_improvement_or_target_keeps_the_mode_going() -> None:
    for other in (improve("error"), target("error", 1.0)):
        assert Reason.FUTILE not in reasons(middling(mode("mlp", WIDE, other)))


def test_what_can_still_be_decided_keeps_the_mode_going() -> None:
    base = columns(loss=noise(3, sd=0.25), error=noise(1, sd=0.03))
    half = alternating(0.06, around=1.05)
    branch = columns(loss=noise(4, sd=0.25, mean=1.05), error=half)
    alone = judge(base, branch, mode("mlp", WIDE), decision=EARLY)
    both = judge(base, branch, mode("mlp", WIDE, OPEN), decision=EARLY)
    assert metric(both, "error").state is Ruling.PASS
    assert alone.look < both.look < 20


def test_whoever_asked_for_more_seeds_is_not_stopped_for_futility() -> None:
    verdict = middling(mode("mlp", WIDE), beyond=(25,))
    assert Reason.FUTILE not in reasons(verdict)
    assert (verdict.look, verdict.decided) == (20, False)
